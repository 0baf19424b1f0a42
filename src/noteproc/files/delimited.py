"""CSV and its like: delimiter, header, and the rows as they stand there."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from noteproc.errors import ReadError
from noteproc.files.decoding import Encoding, open_text
from noteproc.files.opening import unpacked_name

LARGEST_CELL = 64 << 20
_DELIMITERS = (",", ";", "\t", "|")
_EXCEL_MARK = re.compile(r"sep=(.)\s*\Z")  # what Excel writes above a header to tell the delimiter
_LARGEST_TRIAL = 4 << 20  # characters in which a row must end that stands behind a broken one


@dataclass(frozen=True, slots=True)
class DelimitedRow:
    """One row as it stands in a file.

    Args:
        number: 1-based.
        cells: its cells, or why it cannot be read.
        raw: as it stands there, line end and all.
    """

    number: int
    cells: list[str] | str = field(repr=False)
    raw: str = field(default="", repr=False)


def open_csv(path: Path) -> tuple[TextIO, Encoding, str, list[str]]:
    """A CSV file, its encoding, its delimiter and the names of its columns; the file is at its start.

    Raises:
        ReadError: it is empty, no text, or its header is no CSV.
        OSError: it cannot be read.
    """
    file, encoding = open_text(path, nul=True)
    try:
        head = (line for line in iter(lambda: file.readline(1 << 20), "") if line.strip())
        first = next(head, "")
        marked = _EXCEL_MARK.match(first)
        delimiter = marked[1] if marked else delimiter_of(first, unpacked_name(path).suffix.lower())
        file.seek(len(encoding.bom))
        names = _header(csv.reader(file, delimiter=delimiter, strict=True))
        file.seek(len(encoding.bom))
    except (csv.Error, TypeError, UnicodeDecodeError):
        file.close()
        raise ReadError("is not a table in CSV") from None
    if any("\0" in name for name in names):
        file.close()
        raise ReadError("holds NUL bytes: its header is not text")
    return file, encoding, delimiter, names


def _header(reader: Iterator[list[str]]) -> list[str]:
    """The names of the columns, which empty lines and Excel's mark may stand above."""
    return next((cells for cells in reader if cells and cells != ["sep=", ""]), [])


def delimiter_of(header: str, suffix: str) -> str:
    """What parts the columns of a table with this header."""
    unquoted = "".join(header.split('"')[::2])
    if suffix == ".tsv" and ("\t" in unquoted or not any(d in unquoted for d in _DELIMITERS)):
        return "\t"
    return max(_DELIMITERS, key=lambda d: (unquoted.count(d), -_DELIMITERS.index(d)))


def csv_header(path: Path) -> str:
    """The header of a CSV file as it stands there, line end and all.

    Raises:
        ReadError, OSError: as ``open_csv``.
    """
    file, _, delimiter, _ = open_csv(path)
    with closing(file):
        lines = _Lines(file)
        _header(csv.reader(lines, delimiter=delimiter, strict=True))
        return lines.taken()


def delimited_rows(path: Path, text: int) -> Iterator[DelimitedRow]:
    """The rows of a CSV file.

    A row that is no CSV may be the first line of a note of many, and its other lines may look like rows. So nothing
    behind it is taken for a row that does not look like those before.

    Args:
        path: the file.
        text: which column holds the text, counted from 0: it tells nothing of how a row looks.

    Raises:
        ReadError, OSError: as ``open_csv``.
    """
    csv.field_size_limit(LARGEST_CELL)
    file, _, delimiter, names = open_csv(path)
    with closing(file):
        lines = _Lines(file)
        _header(csv.reader(lines, delimiter=delimiter, strict=True))
        lines.taken()
        look = _Look(len(names), text, delimiter)
        number = 0
        doubtful = False
        while True:
            number += 1
            before = lines.number
            try:
                cells = next(csv.reader(lines, delimiter=delimiter, strict=True), None)
                raw = lines.taken()
            except csv.Error as error:
                lines.taken()
                more = _resumed(lines, look, delimiter)
                where = f"line {before + 1}" if lines.number == before + 1 else f"lines {before + 1} to {lines.number}"
                upto = "up to the next row without doubt" if more else "with all that follows"
                yield DelimitedRow(number, f"row {number} ({where}): is not valid CSV ({error}); left out {upto}")
                continue
            except UnicodeDecodeError:
                yield DelimitedRow(number, f"row {number}: is cut off or in another encoding")
                return
            if cells is None:
                return
            if not cells:  # an empty line goes with the row behind it
                number -= 1
                lines.leave(raw)
                continue
            if "\0" in raw:
                yield DelimitedRow(number, f"row {number}: holds NUL bytes", raw)
            elif any(cells[len(names) :]) or len(cells) <= text:
                doubtful = True
                told = f"row {number}: has {len(cells)} cells where the header has {len(names)}"
                yield DelimitedRow(number, told, raw)
            elif doubtful and look.known and not look.fits(cells, raw):
                told = f"row {number}: stands behind a broken row and does not look like those before"
                yield DelimitedRow(number, told, raw)
            else:
                doubtful = False
                look.learn(cells, raw)
                yield DelimitedRow(number, cells, raw)


def cell_places(raw: str, delimiter: str) -> list[tuple[int, int, str]]:
    """Start, end and text of each cell of a row as it stands in a file."""
    at = len(raw) - len(raw.lstrip("\r\n"))
    places: list[tuple[int, int, str]] = []
    bare = re.compile(r"[^\r\n" + re.escape(delimiter) + "]*")
    while True:
        if raw[at : at + 1] == '"':
            end = at + 1
            while (end := raw.index('"', end)) + 1 < len(raw) and raw[end + 1] == '"':
                end += 2
            places.append((at, end + 1, raw[at + 1 : end].replace('""', '"')))
            at = end + 1
        else:
            found = bare.match(raw, at)
            end = found.end() if found else at
            places.append((at, end, raw[at:end]))
            at = end
        if raw[at : at + 1] != delimiter:
            return places
        at += 1


class _Lines:
    """Lines of a file, remembered until a row has been made of them.

    Attributes:
        number: of the line that was taken last.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._taken: list[str] = []
        self._ahead: deque[str] = deque()
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._file.readline(LARGEST_CELL)
        if not line:
            raise StopIteration
        self._taken.append(line)
        self.number += 1
        return line

    def taken(self) -> str:
        """What was taken since this was asked last."""
        raw = "".join(self._taken)
        self._taken.clear()
        return raw

    def leave(self, raw: str) -> None:
        """Let lines belong to what is taken next."""
        self._taken.append(raw)

    def put_back(self) -> None:
        """Take nothing of what was taken since ``taken`` was asked last."""
        self.number -= len(self._taken)
        self._ahead.extendleft(reversed(self._taken))
        self._taken.clear()


class _Look:
    """How the rows of a table look, by the cells that hold numbers or the like: ids, dates.

    Args:
        width: how many columns there are.
        text: which of them holds the text.
        delimiter: what parts them.

    Attributes:
        known: whether any row was seen, and shows something by which to tell another.
    """

    _ROWS = 1000  # that are looked at
    _MANY = 8  # ways in which the cells of a column may look that still tell something
    _SURE = 3  # rows that show whether everything is quoted

    def __init__(self, width: int, text: int, delimiter: str) -> None:
        self._width = width
        self._text = text
        self._delimiter = delimiter
        self._shapes: dict[int, set[str]] = {n: set() for n in range(width) if n != text}
        self._rough: dict[int, set[str]] = {n: set() for n in self._shapes}
        self._rows = 0
        self._quoted = 0

    @property
    def known(self) -> bool:
        return self._rows > 0 and bool(self._shapes)

    def learn(self, cells: Sequence[str], raw: str) -> None:
        """Take in a row that is one."""
        if self._rows == self._ROWS:
            return
        self._rows += 1
        self._quoted += _all_quoted(raw)
        for number in list(self._shapes):
            cell = cells[number] if number < len(cells) else ""
            if not cell:
                continue
            if not any(c.isdigit() for c in cell):
                del self._shapes[number]  # a word tells nothing
                continue
            self._shapes[number].add(_shape(cell))
            self._rough[number].add(_rough_shape(cell))
            if len(self._shapes[number]) > self._MANY < len(self._rough[number]):
                del self._shapes[number]

    def fits(self, cells: Sequence[str], raw: str) -> bool:
        """Whether a row looks like those before it, and nothing in it speaks against its being one."""
        if not self.known or len(cells) < self._width or any(cells[self._width :]):
            return False
        if self._quoted == self._rows >= self._SURE and not _all_quoted(raw):
            return False
        if any('"' in shown and raw[start] != '"' for start, _, shown in cell_places(raw, self._delimiter)):
            return False
        return all(self._alike(number, cells[number]) for number in self._shapes)

    def fit_each_other(self, row: tuple[list[str], str], following: tuple[list[str], str]) -> bool:
        """Whether two rows look alike, where no other was seen before them."""
        look = _Look(self._width, self._text, self._delimiter)
        look.learn(*row)
        return self._rows == 0 and look.fits(*row) and look.fits(*following)

    def may_begin(self, line: str) -> bool:
        """Whether a row may begin with a line: what can be told without reading on."""
        try:
            begun = next(csv.reader([line], delimiter=self._delimiter), [])[:-1]
        except csv.Error:
            return False
        return not self._rows or all(self._alike(n, begun[n]) for n in self._shapes if n < len(begun))

    def _alike(self, number: int, cell: str) -> bool:
        if len(self._shapes[number]) <= self._MANY:
            return _shape(cell) in self._shapes[number]
        return any(c.isdigit() for c in cell) and _rough_shape(cell) in self._rough[number]


def _all_quoted(raw: str) -> bool:
    inner = raw.strip("\r\n")
    return inner[:1] == '"' == inner[-1:]


def _shape(cell: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell))


def _rough_shape(cell: str) -> str:
    return re.sub(r"\w+", "w", cell)


def _resumed(lines: _Lines, look: _Look, delimiter: str) -> bool:
    """Leave out lines until one begins a row without doubt; False where none does.

    Where no row was seen before, two that follow each other and look alike are rows.
    """
    while True:
        try:
            line = next(lines, None)
        except UnicodeDecodeError:
            line = None
        if line is None:
            return False
        lines.put_back()
        if look.may_begin(line):
            row = _trial(lines, delimiter)
            following = _trial(lines, delimiter) if row is not None and not look.known else None
            lines.put_back()
            if row is not None and look.known and look.fits(*row):
                return True
            if row is not None and following is not None and look.fit_each_other(row, following):
                return True
        next(lines)
        lines.taken()


def _trial(lines: _Lines, delimiter: str) -> tuple[list[str], str] | None:
    """A row from here on, if it is one; its lines stay with those that were taken."""
    taken: list[str] = []

    def limited() -> Iterator[str]:
        size = 0
        for line in lines:
            size += len(line)
            taken.append(line)
            yield line
            if size > _LARGEST_TRIAL:
                return

    try:
        cells = next(csv.reader(limited(), delimiter=delimiter, strict=True), None)
    except (csv.Error, UnicodeDecodeError):
        return None
    return (cells, "".join(taken)) if cells else None
