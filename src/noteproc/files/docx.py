"""Word documents (Office Open XML): body, tables, headers, footers, notes, comments, deleted text and properties.

Source: ECMA-376, Office Open XML File Formats, part 1 (WordprocessingML).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from noteproc.errors import ReadError
from noteproc.files.document import Document
from noteproc.files.markup import local, parse_xml

_LARGEST_MEMBER = 128 << 20
_MOST_MEMBERS = 20_000
_PLACES = (
    (re.compile(r"word/header\d*\.xml$"), "header"),
    (re.compile(r"word/document\d*\.xml$"), "body"),
    (re.compile(r"word/footer\d*\.xml$"), "footer"),
    (re.compile(r"word/footnotes\.xml$"), "footnote"),
    (re.compile(r"word/endnotes\.xml$"), "endnote"),
    (re.compile(r"word/comments\.xml$"), "comment"),
)
_PICTURE = re.compile(r"word/media/")
_PROPERTY_FILES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml")
_PROPERTIES = frozenset(
    "title subject creator keywords description lastModifiedBy category manager company hyperlinkBase".lower().split()
)
_PEOPLE = frozenset({"creator", "lastmodifiedby", "manager"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "‑", "softHyphen": "", "ptab": "\t"}
_UNREAD = frozenset({"instrText", "delInstrText", "Fallback", "rPr", "pPr", "sectPr", "tblPr", "trPr", "tcPr"})


def docx_document(data: bytes) -> Document:
    """The document in a Word file.

    Raises:
        ReadError: it is damaged, no Word document, or larger inside than a document can be.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        raise ReadError("is no Word document, or a damaged one") from None
    if len(names) > _MOST_MEMBERS:
        raise ReadError("is a zip archive with too many members")
    if not any(_PLACES[1][0].match(name) for name in names):
        raise ReadError(_other_office(names))
    return _Word(archive, names).document()


def _other_office(names: Sequence[str]) -> str:
    if any(name.startswith("xl/") for name in names):
        return "is an Excel workbook: save its sheets as CSV"
    return "is a zip archive that holds no Word document: unpack it"


class _Word:
    def __init__(self, archive: zipfile.ZipFile, names: list[str]) -> None:
        self._archive = archive
        self._names = names
        self._out = Document()
        self._deleted: list[str] = []
        self._authors: list[str] = []

    def document(self) -> Document:
        out = self._out
        for pattern, place in _PLACES:
            members = sorted((n for n in self._names if pattern.match(n)), key=lambda n: (len(n), n))
            for number, name in enumerate(members, 1):
                shown = place if len(members) == 1 else f"{place} {number}"
                text = self._text(self._member(name))
                if text.strip():
                    out.add(shown, text.strip("\n"), gap="\n\n")
        out.images = sum(bool(_PICTURE.match(name)) for name in self._names)
        deleted = "".join(self._deleted).strip()
        if deleted:
            out.title("Deleted text:")
            out.add("deletions", deleted)
        self._properties()
        out.know("OTHER_NAME", *self._authors)
        return out

    def _member(self, name: str) -> Element:
        info = self._archive.getinfo(name)
        if info.flag_bits & 1:
            raise ReadError("is protected by a password")
        try:
            with self._archive.open(info) as file:
                data = file.read(_LARGEST_MEMBER + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            raise ReadError("is damaged: a member of the archive cannot be unpacked") from None
        if len(data) > _LARGEST_MEMBER:
            raise ReadError(f"unpacks to more than {_LARGEST_MEMBER >> 20} MB")
        return parse_xml(data)

    def _text(self, root: Element) -> str:
        pieces: list[str] = []
        self._walk(root, pieces, deleted=False)
        return re.sub(r" \| (?=\n|$)", "", "".join(pieces))

    def _walk(self, element: Element, pieces: list[str], *, deleted: bool) -> None:
        for child in element:
            name = local(child.tag)
            if name in _UNREAD:
                if name in ("pPr", "rPr"):
                    self._author(child)
                continue
            if name in ("t", "delText"):
                (self._deleted if deleted or name == "delText" else pieces).append(child.text or "")
            elif name in _BREAKS:
                (self._deleted if deleted else pieces).append(_BREAKS[name])
            elif name in ("del", "moveFrom"):
                self._note_author(child)
                self._walk(child, pieces, deleted=True)
                self._deleted.append("\n")
            elif name == "tbl":
                self._walk(child, pieces, deleted=deleted)
            elif name == "tr":
                self._row(child, pieces, deleted=deleted)
            else:
                if name in ("ins", "moveTo", "comment"):
                    self._note_author(child)
                self._walk(child, pieces, deleted=deleted)
                if name in ("p", "txbxContent"):
                    pieces.append("\n")

    def _row(self, row: Element, pieces: list[str], *, deleted: bool) -> None:
        cells: list[str] = []
        for child in row:
            if local(child.tag) in _UNREAD:
                continue
            cell: list[str] = []
            self._walk(child, cell, deleted=deleted)
            cells.append("".join(cell).strip("\n"))
        if any(cells):
            pieces.append(" | ".join(cells) + "\n")

    def _author(self, properties: Element) -> None:
        for child in properties.iter():
            if local(child.tag) in ("ins", "del", "rPrChange", "pPrChange"):
                self._note_author(child)

    def _note_author(self, element: Element) -> None:
        for key, value in element.attrib.items():
            if local(key) == "author" and value.strip() and value not in self._authors:
                self._authors.append(value)

    def _properties(self) -> None:
        found: list[tuple[str, str]] = []
        for name in _PROPERTY_FILES:
            if name not in self._names:
                continue
            for element in self._member(name):
                value = " ".join("".join(element.itertext()).split())
                own = name.endswith("custom.xml")
                key = element.get("name", "property") if own else local(element.tag)
                if value and (own or key.lower() in _PROPERTIES):
                    found.append((key, value))
                    if key.lower() in _PEOPLE:
                        self._out.know("OTHER_NAME", value)
        if found and self._out.length:
            self._out.title("Document properties:")
            for key, value in found:
                self._out.add(f"property {key}", f"{key}: {value}")
