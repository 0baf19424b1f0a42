"""One file, one document: the reader for each kind of which a file holds a single note."""

from __future__ import annotations

import re
from pathlib import PurePath

from noteproc.errors import ReadError
from noteproc.files.decoding import decode
from noteproc.files.document import Document, Trace
from noteproc.files.kinds import HEAD, Kind, kind_of
from noteproc.files.patience import patience

LARGEST = 256 << 20
_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,200}charset|\?xml[^>]{0,100}encoding)\s*=\s*["']?([\w-]{2,30})""", re.IGNORECASE
)


def document_of(data: bytes, kind: Kind | None = None, *, suffix: str = "") -> Document:
    """The document that a file or an attachment holds.

    Args:
        data: all of it.
        kind: what it is, if that is known; otherwise told by how it begins.
        suffix: of its name, with the dot.

    Raises:
        ReadError: it cannot be read, or not in a reasonable time; the reason holds no word of it.
    """
    if len(data) > LARGEST:
        raise ReadError(f"is larger than {LARGEST >> 20} MB: split it")
    with patience(len(data)):
        return _parsed(data, kind or kind_of(data[:HEAD], suffix) or "text")


def _parsed(data: bytes, kind: Kind) -> Document:
    if kind == "text":
        text, _ = decode(data)
        document = Document()
        document.add("text", text, trace=Trace.plain(len(text)))
        return document
    if kind == "html":
        from noteproc.files.html import html_document

        return html_document(html_markup(data))
    if kind == "rtf":
        from noteproc.files.rtf import rtf_document

        return rtf_document(data)
    if kind == "docx":
        from noteproc.files.docx import docx_document

        return docx_document(data)
    if kind == "pdf":
        from noteproc.files.pdf import pdf_document

        return pdf_document(data)
    if kind == "cda":
        from noteproc.files.cda import cda_document

        return cda_document(data)
    if kind == "word":
        raise ReadError("is a Word file of before 2007, or protected by a password: save it as .docx")
    if kind == "image":
        raise ReadError("is an image: there is no text in it")
    raise ReadError("is XML, but no clinical document (C-CDA) and no FHIR in JSON" if kind == "xml" else f"is {kind}")


def html_markup(data: bytes) -> str:
    """The markup of a page, in the encoding that it names itself or else in that it has."""
    named = _CHARSET.search(data[:2048])
    if named:
        try:
            return data.decode(named[1].decode())
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)[0]


def suffix_of(name: str) -> str:
    """The suffix of a file name, lower case, with the dot."""
    return PurePath(name).suffix.lower()
