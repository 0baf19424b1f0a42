"""What a file is: told by how it begins, and only then by its suffix."""

from __future__ import annotations

import codecs
import re
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "text", "csv", "jsonl", "parquet", "hl7", "fhir", "cda", "html", "rtf", "docx", "pdf", "word", "image", "xml"
]

HEAD = 8192
SUFFIXES: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".note": "text",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".hl7": "hl7",
    ".er7": "hl7",
    ".json": "fhir",
    ".xml": "cda",
    ".cda": "cda",
    ".ccd": "cda",
    ".ccda": "cda",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".rtf": "rtf",
    ".docx": "docx",
    ".docm": "docx",
    ".dotx": "docx",
    ".pdf": "pdf",
    ".doc": "word",
}
# Kinds of which one file may hold many notes.
MANY: frozenset[Kind] = frozenset({"csv", "jsonl", "parquet", "hl7", "fhir"})

# A note may begin with what is a mark elsewhere, or quote it: a mark stands where its format has it.
# A header tells its separators at once ("MSH|^~\\&|"); a note may only quote one.
_HL7 = re.compile(r"[\x0b\s]*(?:MSH|FHS|BHS)([^\w\s])(?!\1)[^\w\s]{2,5}(?:\1|[\r\n]|\Z)")
_PDF = re.compile(rb"(?:\A|[\0-\x1f])%PDF-\d")
_PARQUET = re.compile(rb"PAR1(?![\t\n\r -~])")
_RESOURCE = re.compile(r'"resourceType"\s*:\s*"[A-Z]')
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_CDA = re.compile(r"<(?:\w+:)?ClinicalDocument[\s/>]")
_HTML = re.compile(r"<(?:!doctype\s+html|html|body|head)\b", re.IGNORECASE)


def kind_of(head: bytes, suffix: str = "") -> Kind | None:
    """The kind of a file, or None where neither its beginning nor its suffix says it.

    Args:
        head: its first ``HEAD`` bytes.
        suffix: of its name, with the dot.
    """
    named = SUFFIXES.get(suffix.lower())
    if (b"%PDF-" in head[:1024]) if named == "pdf" else _PDF.search(head[:1024]):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx"
    if head.startswith(b"PAR1") if named == "parquet" else _PARQUET.match(head):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "word"
    if head.startswith(_IMAGES) or head[128:132] == b"DICM":
        return "image" if named is None else named
    begun = opening(head)
    start = begun.lstrip()
    if start.startswith("{\\rtf"):
        return "rtf"
    if _HL7.match(begun):
        return "hl7"
    if start.startswith("{") and _RESOURCE.search(start):
        return "fhir"
    if start.startswith("<"):
        if _CDA.search(start):
            return "cda"
        if _HTML.match(start) or (start.startswith("<?xml") and _HTML.search(start[:1000])):
            return "html"
        if start.startswith("<?xml") and named not in ("cda", "html"):
            return "xml"
    return named


def opening(head: bytes) -> str:
    """How a file begins, as text: for looking at, not for reading."""
    for bom, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(bom):
            return head[len(bom) :].decode(codec, "replace")
    return head.decode("latin-1")
