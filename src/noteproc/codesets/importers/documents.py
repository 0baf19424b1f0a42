"""What a user names, as documents: files, members of archives, sheets of workbooks; their bytes, lines and rows.

Text is UTF-8 or Windows-1252, as the official files are; anything else is refused rather than misread.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

from noteproc.codesets.importers.sheets import sheet_names, sheet_rows
from noteproc.errors import CodeSetError

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_SAMPLE = 200  # lines or rows: past the longest preamble seen, short enough to read of every file of a folder
_LONGEST_LINE = 1_000_000  # bytes
_LARGEST = 4 << 30  # bytes of one member: ten times the largest official file
_DEEPEST = 2  # archives within archives
_XML = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<\?xml|\s*<[A-Za-z]")


@dataclass(frozen=True, eq=False)
class Document:
    """One thing that an importer may know.

    Args:
        name: what to call it: the file's name, with the member's or sheet's behind a colon.
        opened: opens its bytes; for a sheet those of the workbook.
        sheet: the sheet's name, or "".
        named: the user named this very file, so it must not be passed over.
    """

    name: str
    opened: Callable[[], BinaryIO] = field(repr=False)
    sheet: str = ""
    named: bool = True

    @cached_property
    def sha256(self) -> str:
        """Of the bytes, and of the sheet's name where it is a sheet."""
        seal = hashlib.sha256()
        with self.opened() as stream:
            while block := stream.read(1 << 20):
                seal.update(block)
        if self.sheet:
            seal.update(b"\0" + self.sheet.encode())
        return seal.hexdigest()

    @cached_property
    def head(self) -> bytes:
        """The first bytes."""
        with self.opened() as stream:
            return stream.read(4096)

    @property
    def is_xml(self) -> bool:
        """Whether it starts as XML does."""
        return not self.sheet and _XML.match(self.head) is not None

    @cached_property
    def first_lines(self) -> tuple[str, ...]:
        """The first lines of a text; none for XML, a sheet, or what is not text."""
        if self.sheet or self.is_xml:
            return ()
        found = []
        try:
            for _, line in self.lines():
                found.append(line)
                if len(found) >= _SAMPLE:
                    break
        except CodeSetError:
            pass
        return tuple(found)

    @cached_property
    def first_rows(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The first rows of a table, with their lines; none for XML or what is no table."""
        if self.is_xml:
            return ()
        found: list[tuple[int, tuple[str, ...]]] = []
        try:
            for row in self.rows():
                found.append(row)
                if len(found) >= _SAMPLE:
                    break
        except CodeSetError:
            pass
        return tuple(found)

    def lines(self, *, whole: bool = True) -> Iterator[tuple[int, str]]:
        """The lines, numbered from 1, without their ends.

        Args:
            whole: whether a last line without an end means that the file was cut off.

        Raises:
            CodeSetError: not text in UTF-8 or Windows-1252, or cut off.
        """
        for number, line in self._raw_lines(whole):
            yield number, line.rstrip("\r\n")

    def rows(self, *, whole: bool = True) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The rows of a table (commas, tabs, or a sheet), each with its line; cells are trimmed.

        Raises:
            CodeSetError: as for :meth:`lines`; or a quotation mark is left open.
        """
        if self.sheet:
            yield from sheet_rows(self.name, self.opened, self.sheet)
            return
        if self.is_tabbed:
            for number, line in self.lines(whole=whole):
                yield number, tuple(_unquoted(cell) for cell in line.split("\t"))
            return
        reader = csv.reader((line for _, line in self._raw_lines(whole)), strict=True)
        try:
            for cells in reader:
                yield reader.line_num, tuple(" ".join(cell.split()) for cell in cells)
        except csv.Error as error:
            raise CodeSetError(f"is not a whole table ({error})", path=self.name, line=reader.line_num) from None

    @cached_property
    def is_tabbed(self) -> bool:
        """Whether tabs part its cells."""
        lines = self.first_lines
        return sum("\t" in line for line in lines) * 2 > len(lines)

    def _raw_lines(self, whole: bool) -> Iterator[tuple[int, str]]:
        number, line = 0, b""
        try:
            with self.opened() as stream:
                for number, line in enumerate(_limited(stream), 1):
                    if number == 1 and line.startswith(_WIDE):
                        raise CodeSetError("is UTF-16 or UTF-32: save it as UTF-8", path=self.name)
                    if line == b"\x1a":  # the end mark of old DOS files
                        line = b"\n"
                        break
                    yield number, self._decoded(number, line)
        except (OSError, EOFError, zipfile.BadZipFile, ValueError) as error:
            raise CodeSetError(f"cannot be read ({type(error).__name__}): get it again", path=self.name) from None
        if not number:
            raise CodeSetError("is empty", path=self.name)
        if whole and not line.endswith(b"\n"):
            raise CodeSetError(
                "is cut off: its last line has no end. Get it again; if it is whole, end its last line",
                path=self.name,
                line=number,
            )

    def _decoded(self, number: int, line: bytes) -> str:
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            try:
                text = line.decode("cp1252")
            except UnicodeDecodeError:
                raise CodeSetError("is neither UTF-8 nor Windows-1252 text", path=self.name, line=number) from None
        if _CONTROL.search(text):
            raise CodeSetError("holds control characters: not text, or damaged", path=self.name, line=number)
        return text


def _limited(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(_LONGEST_LINE):
        if len(line) >= _LONGEST_LINE:
            raise ValueError
        yield line


def _unquoted(cell: str) -> str:
    bare = " ".join(cell.split())
    return bare[1:-1].replace('""', '"') if len(bare) > 1 and bare[0] == bare[-1] == '"' else bare


def documents(paths: Sequence[Path]) -> Iterator[Document]:
    """The documents behind some paths, in their order; within a folder or archive by name.

    Raises:
        CodeSetError: a path does not exist, or an archive is damaged.
    """
    for path in paths:
        if path.is_dir():
            for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
                yield from _expanded(Document(file.name, _opener(file), named=False), 0)
        elif path.exists():
            yield from _expanded(Document(path.name, _opener(path)), 0)
        else:
            raise CodeSetError("does not exist", path=path.name)


def _opener(path: Path) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            raise CodeSetError(f"cannot be read ({error.strerror})", path=path.name) from None

    return opened


def _expanded(document: Document, depth: int) -> Iterator[Document]:
    if not document.head.startswith(b"PK"):
        yield document
        return
    try:
        with document.opened() as stream, zipfile.ZipFile(stream) as archive:
            members = sorted((m for m in archive.infolist() if not m.is_dir()), key=lambda m: m.filename)
            if any(m.file_size > _LARGEST for m in members):
                raise CodeSetError("unpacks to more than any official file", path=document.name)
            damaged = archive.testzip()
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise CodeSetError(f"is not a whole archive ({type(error).__name__})", path=document.name) from None
    if damaged is not None:
        raise CodeSetError("is damaged: a part of the archive fails its checksum", path=document.name)
    names = {m.filename for m in members}
    if "xl/workbook.xml" in names:
        for sheet in sheet_names(document.name, document.opened):
            yield Document(f"{document.name}:{sheet}", document.opened, sheet, document.named)
    elif depth < _DEEPEST:
        for member in members:
            base = member.filename.rsplit("/", 1)[-1]
            if not base.startswith((".", "~")) and not member.filename.startswith("__MACOSX/"):
                inner = Document(f"{document.name}:{base}", _member(document, member), named=False)
                yield from _expanded(inner, depth + 1)


def _member(document: Document, member: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        archive = zipfile.ZipFile(document.opened())
        stream = archive.open(member)
        # A workbook or an archive inside is read from both ends; the rest in one pass, in large blocks.
        if member.filename.lower().endswith((".zip", ".xlsx", ".xlsm")):
            return io.BytesIO(stream.read())
        return io.BufferedReader(cast(io.RawIOBase, stream), 1 << 18)

    return opened
