"""HTML and XHTML to text, with a trace back to the markup. Scripts, styles and attributes are no text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from noteproc.files.document import Document, Trace, trace_of

_TOKEN = re.compile(
    r"<!--.*?(?:-->|$)|<!\[CDATA\[.*?(?:\]\]>|$)|<[/!?a-zA-Z][^>]*>?|&#?\w{1,32};?|\s+|[^<&\s]+|[<&]", re.S
)
_NAME = re.compile(r"</?\s*([a-zA-Z][\w:-]*)")
_LINES = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_UNREAD = frozenset({"script", "style", "template", "noscript", "svg", "math", "object", "iframe"})
_PICTURES = frozenset({"img", "image", "picture", "embed"})


def html_text(markup: str) -> tuple[str, Trace, int]:
    """The text of a page as a reader sees it, its trace to the markup, and how many pictures it has."""
    pieces: list[tuple[str, int, int]] = []
    pictures = 0
    for text, start, end in _pieces(markup):
        if text is None:
            pictures += 1
        else:
            pieces.append((text, start, end))
    while pieces and not pieces[-1][0].strip():
        pieces.pop()
    text, trace = trace_of(pieces)
    return text, trace, pictures


def html_document(markup: str) -> Document:
    """A page as a document of one part."""
    text, trace, pictures = html_text(markup)
    document = Document()
    document.add("body", text, trace=trace)
    document.images = pictures
    return document


def _pieces(markup: str) -> Iterator[tuple[str | None, int, int]]:
    unread = ""
    kept_blanks = 0
    fresh = True  # at the start of a line, where blanks are not shown
    row = False  # a cell stands before in this row
    for token in _TOKEN.finditer(markup):
        shown, start, end = token[0], token.start(), token.end()
        if shown.startswith("<") and len(shown) > 1:
            named = _NAME.match(shown)
            name = named[1].lower().rpartition(":")[2] if named else ""
            closing = shown.startswith("</")
            if unread:
                unread = "" if closing and name == unread else unread
                continue
            if name in _UNREAD and not closing and not shown.endswith("/>"):
                unread = name
            elif name in _PICTURES and not closing:
                yield None, start, end
            elif name == "br" or (name in _LINES and not fresh):
                yield "\n", start, start
                fresh, row = True, False
            elif name in _CELLS and not closing:
                if row:
                    yield " | ", start, start
                fresh, row = True, True
            if name == "tr":
                row = False
            if name == "pre":
                kept_blanks = max(0, kept_blanks + (-1 if closing else 1))
        elif unread:
            continue
        elif shown.isspace():
            if kept_blanks:
                yield shown, start, end
                fresh = shown.endswith("\n")
            elif not fresh:
                yield " ", start, end
                fresh = True
        elif shown.startswith("&") and len(shown) > 1:
            said = unescape(shown)
            yield ("\n" if said == "\r" else said.replace("\0", "\ufffd")), start, end
            fresh = False
        else:
            yield shown, start, end
            fresh = False
