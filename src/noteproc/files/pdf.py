"""PDF with a text layer: each page a part, and form fields, comments and properties, which hold PHI too."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from noteproc.errors import ReadError
from noteproc.files.document import Document

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_MOST_PAGES = 5000
_one_at_a_time = threading.RLock()
_PROPERTIES = ("/Title", "/Author", "/Subject", "/Keywords")


def pdf_document(data: bytes) -> Document:
    """The document in a PDF file.

    Raises:
        ReadError: pypdf is not installed, the file is damaged or protected, or no page has a text layer.
    """
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError:
        raise ReadError("is PDF, which needs pypdf: pip install 'noteproc[pdf]'") from None
    with _quiet():
        try:
            reader = pypdf.PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise ReadError("is protected by a password")
            return _document(reader)
        except RecursionError:
            raise ReadError("is nested too deeply") from None
        except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, ArithmeticError):
            # pypdf meets damaged files with whatever its own code stumbles over.
            raise ReadError("is damaged or not a PDF file") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """pypdf's warnings quote the file: they go nowhere."""
    logger = logging.getLogger("pypdf")
    with _one_at_a_time:
        before = logger.level
        # A level holds for the loggers below it, too, which are those that warn.
        logger.setLevel(logging.CRITICAL + 1)
        try:
            yield
        finally:
            logger.setLevel(before)


def _document(reader: PdfReader) -> Document:
    document = Document()
    pages = len(reader.pages)
    if pages > _MOST_PAGES:
        raise ReadError(f"has {pages} pages, more than {_MOST_PAGES}: split it")
    bare = 0
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text().replace("\0", "").strip("\n")
        document.images += _images(page)
        if text.strip():
            document.add(f"page {number}", text, gap="\n\n")
        else:
            bare += 1
            document.image(f"page {number}: no text layer")
            document.images -= 1
        for comment in _comments(page):
            document.add(f"page {number}, comment", comment)
    if not document.length:
        told = "only page is a picture" if pages == 1 else f"{pages} pages are pictures"
        raise ReadError(f"has no text layer: its {told}; run text recognition (OCR) first")
    for name, value in (reader.get_form_text_fields() or {}).items():
        if value:
            document.add(f"form field {name}", f"{name}: {value}")
    properties: Mapping[str, object] = reader.metadata or {}
    shown = [(key[1:], str(properties[key]).strip()) for key in _PROPERTIES if properties.get(key)]
    if any(value for _, value in shown):
        document.title("Document properties:")
        for key, value in shown:
            if value:
                document.add(f"property {key}", f"{key}: {value}")
            if key == "Author":
                document.know("OTHER_NAME", value)
    if bare:
        document.tell("pages_without_text", str(bare))
    return document


def _images(page: PageObject) -> int:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    if objects is None:
        return 0
    return sum(o.get_object().get("/Subtype") == "/Image" for o in objects.get_object().values())


def _comments(page: PageObject) -> Iterator[str]:
    for annotation in page.get("/Annots") or ():
        contents = annotation.get_object().get("/Contents")
        if contents and str(contents).strip():
            yield str(contents).strip()
