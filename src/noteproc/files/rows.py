"""Tables of notes, read row by row whatever their size: CSV and its like, JSON lines, Parquet."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from noteproc.errors import ReadError
from noteproc.files.decoding import Encoding, open_text
from noteproc.files.document import date_forms, worth_knowing
from noteproc.files.known import column_kinds
from noteproc.records import Note

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

# What redaction reads of a note's metadata under its own name.
TOLD_COLUMNS = frozenset({"setting", "age", "sex", "date_of_service", "patient_id"})
LARGEST_CELL = 64 << 20
_ID_NAMES = ("note_id", "id", "noteid", "document_id", "doc_id", "row_id")
_TEXT_NAMES = ("text", "note_text", "note", "notetext", "document", "body", "content", "report", "report_text")
_DELIMITERS = (",", ";", "\t", "|")
_EXCEL_MARK = re.compile(r"sep=(.)\s*\Z")  # what Excel writes above a header to tell the delimiter
_JSON_NAMES: dict[type, str] = {list: "a list", dict: "an object", bool: "true or false"}
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns (CSV, Parquet) or keys (JSON lines) hold the id and the text; "" guesses among the usual names."""

    note_id: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What each column of a table is taken for.

    Args:
        note_id: the column with ids, or None where rows are numbered.
        text: the column with the text.
        told: column to the key of the metadata that it gives.
        known: column to the entity type of the identifiers in it.
        rest: columns that are not used.
    """

    note_id: str | None
    text: str
    told: Mapping[str, str]
    known: Mapping[str, str]
    rest: tuple[str, ...]

    def described(self) -> str:
        """One line for people: names of columns, never a value."""
        shown = [f"id from {self.note_id!r}" if self.note_id else "rows are numbered", f"text from {self.text!r}"]
        if self.told or self.known:
            shown.append("known of the note or patient: " + ", ".join(map(repr, (*self.told, *self.known))))
        if self.rest:
            shown.append("not used: " + ", ".join(map(repr, self.rest)))
        return "; ".join(shown)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Args:
        number: 1-based; of JSON lines, the line.
        values: column to value, or why the row cannot be read.
        raw: the row as it stands in a text file, line end and all.
    """

    number: int
    values: Mapping[str, object] | str = field(repr=False)
    raw: str = field(default="", repr=False)


def choose(names: Sequence[str], columns: Columns) -> Chosen:
    """What the columns of a table are taken for.

    Raises:
        ReadError: there is no column for the text, none of the name given, or two of one name.
    """
    by_folded: dict[str, str] = {}
    for name in names:
        by_folded.setdefault(_folded(name), name)
    text = columns.text if columns.text in names else None
    if not columns.text:
        text = next((by_folded[name] for name in _TEXT_NAMES if name in by_folded), None)
    if text is None:
        named = f" {columns.text!r}" if columns.text else ""
        raise ReadError(f"has no text column{named} among its {len(names)} columns: name it with --text-column")
    if columns.note_id and columns.note_id not in names:
        raise ReadError(
            f"has no id column {columns.note_id!r} among its {len(names)} columns: name it with --id-column"
        )
    note_id = columns.note_id or next((by_folded[name] for name in _ID_NAMES if name in by_folded), None)
    if note_id == text:
        note_id = None
    for wanted in (text, note_id):
        if wanted is not None and list(names).count(wanted) > 1:
            raise ReadError(f"has two columns {wanted!r}")
    kinds = column_kinds()
    told: dict[str, str] = {}
    known: dict[str, str] = {}
    rest: list[str] = []
    for name in names:
        folded = _folded(name)
        if name in (note_id, text):
            continue
        if folded in TOLD_COLUMNS:
            told[name] = folded
        elif kind := kinds.get(folded.removeprefix("patient_")) or kinds.get(folded):
            known[name] = kind
        elif name.startswith("known:"):
            known[name] = name.removeprefix("known:")
        else:
            rest.append(name)
    return Chosen(note_id, text, told, known, tuple(rest))


def begins_table(head: str) -> bool:
    """Whether a text begins with the header of a table of notes, or with a row of JSON lines: it names id and text."""
    first = head.lstrip("\ufeff\r\n").split("\n", 1)[0].rstrip("\r")
    try:
        row = json.loads(first)
        names = list(row) if isinstance(row, dict) else []
    except (ValueError, RecursionError):
        names = [name.strip('"') for name in first.split(_delimiter(first, ""))]
    try:
        # In a note a line such as "ID | Note" may head a list.
        return choose(names, Columns()).note_id is not None and all(name == name.strip() for name in names)
    except ReadError:
        return False


def rows(path: Path, kind: str, columns: Columns, *, whole: bool = False) -> Iterator[tuple[Row, Chosen | None]]:
    """The rows of a table with what their columns are taken for (None where a row cannot be read).

    Args:
        path: the file.
        kind: ``csv``, ``jsonl`` or ``parquet``.
        columns: which to take.
        whole: give all columns, used or not.

    Raises:
        ReadError: it is no such table, or has no text column.
        OSError: it cannot be read.
    """
    if kind == "jsonl":
        return _json_rows(path, columns)
    return _parquet_rows(path, columns, whole) if kind == "parquet" else _csv_rows(path, columns)


def row_note(row: Row, chosen: Chosen, label: str) -> Note:
    """The note of a row.

    Args:
        row: a row that could be read.
        chosen: what its columns are taken for.
        label: the table's.

    Raises:
        ReadError: there is no text in it.
    """
    values = row.values
    assert not isinstance(values, str)
    text = values.get(chosen.text)
    if text is not None and not isinstance(text, str):
        raise ReadError(f"row {row.number}: the text is not a string but {_JSON_NAMES.get(type(text), 'a number')}")
    if not text or not text.strip():
        raise ReadError(f"row {row.number}: the text is empty")
    metadata = {key: shown for name, key in chosen.told.items() if (shown := _shown(values.get(name)))}
    for name, kind in chosen.known.items():
        value = worth_knowing(kind, _shown(values.get(name)))
        if value:
            lines = metadata.get(f"known:{kind}", "").splitlines()
            forms = date_forms(value) if kind == "DATE" else ()
            metadata[f"known:{kind}"] = "\n".join(dict.fromkeys((*lines, value, *forms)))
    return Note(row_label(row, chosen, label), text, metadata=metadata)


def row_label(row: Row, chosen: Chosen | None, label: str) -> str:
    """What the note of a row is called: by its id where there is one, else by its number."""
    if chosen is not None and chosen.note_id and not isinstance(row.values, str):
        given = _shown(row.values.get(chosen.note_id))
        if given:
            return f"{label}/{given}"
    return f"{label}/{row.number:06d}"


def chosen_columns(path: Path, kind: str, columns: Columns) -> Chosen | None:
    """What the columns of a table are taken for, told from its head; None where it has no rows to tell it from.

    Raises:
        ReadError, OSError: as ``rows``.
    """
    if kind == "csv":
        file, _, _, header = open_csv(path)
        file.close()
        return choose(header, columns)
    return next((chosen for _, chosen in rows(path, kind, columns) if chosen is not None), None)


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
        delimiter = marked[1] if marked else _delimiter(first, path.suffix.lower())
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


def _delimiter(header: str, suffix: str) -> str:
    unquoted = "".join(header.split('"')[::2])
    if suffix == ".tsv" and ("\t" in unquoted or not any(d in unquoted for d in _DELIMITERS)):
        return "\t"
    return max(_DELIMITERS, key=lambda d: (unquoted.count(d), -_DELIMITERS.index(d)))


class _Lines:
    """Lines of a file, remembered until a row has been made of them."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LARGEST_CELL)
        if not line:
            raise StopIteration
        self._taken.append(line)
        return line

    def taken(self) -> str:
        raw = "".join(self._taken)
        self._taken.clear()
        return raw


def csv_header(path: Path) -> str:
    """The header of a CSV file as it stands there, line end and all.

    Raises:
        ReadError, OSError: as ``rows``.
    """
    file, _, delimiter, _ = open_csv(path)
    with closing(file):
        lines = _Lines(file)
        _header(csv.reader(lines, delimiter=delimiter, strict=True))
        return lines.taken()


def _csv_rows(path: Path, columns: Columns) -> Iterator[tuple[Row, Chosen | None]]:
    csv.field_size_limit(LARGEST_CELL)
    file, _, delimiter, names = open_csv(path)
    with closing(file):
        chosen = choose(names, columns)
        needed = list(names).index(chosen.text) + 1
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        _header(reader)
        lines.taken()
        number = 0
        while True:
            number += 1
            before = reader.line_num
            try:
                cells = next(reader, None)
            except csv.Error as error:
                where = (
                    f"line {before + 1}"
                    if reader.line_num <= before + 1
                    else f"lines {before + 1} to {reader.line_num}"
                )
                told = f"row {number} ({where}): is not valid CSV ({error}); what is left of it may be read as rows"
                yield Row(number, told, lines.taken()), None
                continue
            except UnicodeDecodeError:
                yield Row(number, f"row {number}: is cut off or in another encoding"), None
                return
            if cells is None:
                return
            if not cells:  # an empty line goes with the row behind it
                number -= 1
                continue
            raw = lines.taken()
            if "\0" in raw:
                yield Row(number, f"row {number}: holds NUL bytes", raw), None
                continue
            if any(cells[len(names) :]) or len(cells) < needed:
                yield Row(number, f"row {number}: has {len(cells)} cells where the header has {len(names)}", raw), None
                continue
            yield Row(number, dict(zip(names, cells, strict=False)), raw), chosen


def _json_rows(path: Path, columns: Columns) -> Iterator[tuple[Row, Chosen | None]]:
    known: dict[tuple[str, ...], Chosen | ReadError] = {}
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LARGEST_CELL):
            number += 1
            if not line.strip():
                continue
            try:
                raw = line.decode("utf-8-sig" if number == 1 else "utf-8")
                row = json.loads(raw)
            except (ValueError, RecursionError):
                yield Row(number, f"line {number}: is not a JSON object in UTF-8"), None
                continue
            if not isinstance(row, dict):
                yield Row(number, f"line {number}: is not a JSON object"), None
                continue
            names = tuple(row)
            if names not in known:
                if len(known) > 1000:
                    known.clear()
                try:
                    known[names] = choose(names, columns)
                except ReadError as error:
                    known[names] = error
            found = known[names]
            if isinstance(found, ReadError):
                yield Row(number, f"line {number}: {found}"), None
            else:
                yield Row(number, row, raw), found


def open_parquet(path: Path) -> ParquetFile:
    """A Parquet file.

    Raises:
        ReadError: pyarrow is not installed, or the file is no Parquet.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise ReadError("is Parquet, which needs pyarrow: pip install 'noteproc[parquet]'") from None
    try:
        return ParquetFile(path)
    except (pyarrow.ArrowException, ValueError):
        raise ReadError("is damaged or not a Parquet file") from None


def _parquet_rows(path: Path, columns: Columns, whole: bool) -> Iterator[tuple[Row, Chosen | None]]:
    table = open_parquet(path)
    with closing(table):
        chosen = choose(table.schema_arrow.names, columns)
        used = [n for n in (chosen.note_id, chosen.text, *chosen.told, *chosen.known) if n]
        number = 0
        try:
            for batch in table.iter_batches(batch_size=_BATCH, columns=None if whole else used):
                for values in batch.to_pylist():
                    number += 1
                    yield Row(number, values), chosen
        except (OSError, ValueError, ArithmeticError):
            yield Row(number + 1, f"row {number + 1}: the file is damaged from here on"), None


def _folded(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _shown(value: object) -> str:
    return "" if value is None or isinstance(value, list | dict) else str(value).strip()
