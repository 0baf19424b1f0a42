"""The edges of a found span: blanks, marks, an age or the letters of a profession are no part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.professions import before_profession
from noteproc.redaction.recognizers.tagged import TaggedRecognizer
from noteproc.redaction.spans import Span

TAGGED = TaggedRecognizer.__name__
# "LaFleur - LESI L4-5": what was done stands behind a dash.
_DASHED = re.compile(r"(?<!\s)\s{1,8}-{1,2}\s{1,8}(?=[^\W\d_])")
_LISTED = frozenset(lx.read_words("abbreviations.txt"))
_OPENING, _CLOSING = frozenset(" \t\r\n,;:."), frozenset(" \t\r\n,;:")
_LANGUAGE = lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION


def trimmed(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The spans without blanks and marks at their edges; one of the tagger's grows to the ends of its words."""
    for s in spans:
        start, end, kind, _, recognizer = s
        if recognizer == TAGGED:
            # The tagger sees letters and figures apart: "9th", "DG118273".
            while end < len(text) and text[end].isalnum() and text[end - 1].isalnum() and end - s.end < 4:
                end += 1
            while start > 0 and text[start - 1].isalnum() and text[start].isalnum() and s.start - start < 4:
                start -= 1
        while start < end and not text[start].isalnum() and (text[start] in _OPENING or text.startswith("- ", start)):
            start += 1
        while end > start and text[end - 1] in _CLOSING:
            end -= 1
        if kind in NAME_TYPES:
            if end - start > 2 and text[end - 1] in "sS" and text[end - 2] == "'":
                end -= 2
            # An age or a bed behind a name is no part of it.
            while end > start and (text[end - 1].isdigit() or text[end - 1] in " ,#"):
                end -= 1
            end = before_profession(text, start, end)
            if "-" in text[start + 1 : end]:
                end = _before_dash(text, start, end)
        if end > start:
            yield s if end == s.end and start == s.start else s.over(start, end)


def _before_dash(text: str, start: int, end: int) -> int:
    """Where a name ends that has a dash and no names behind it."""
    found = _DASHED.search(text, start, end)
    if found is None or found.start() == start:
        return end
    bits = lx.lexicon().bits
    behind = text[found.end() : end].lower().split()
    language = all(w in _LISTED or (bits(w) & _LANGUAGE and not bits(w) & lx.NAME) for w in behind)
    return found.start() if language else end
