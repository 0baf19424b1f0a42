"""Inputs: what a command line names (files, folders, tables, standard input) as a stream of notes.

The order is that of the arguments; within a folder, of the relative paths. A source that cannot be read gives an
``Unreadable`` in its place, so that every input has exactly one outcome.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from noteproc.errors import ConfigError, ReadError
from noteproc.files.decoding import decode
from noteproc.records import Note

TEXT_SUFFIXES = frozenset({".txt", ".text", ".note"})
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson"})
STANDARD_INPUT = "-"
_ID_NAMES = ("note_id", "id", "noteid", "document_id", "doc_id", "row_id")
_TEXT_NAMES = ("text", "note_text", "note", "notetext", "document", "body", "content")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read notes from.

    Args:
        label: its name relative to what the user named, without suffix. It may hold PHI.
        path: where it is, or None for standard input.
        table: whether it holds one note a row.
    """

    label: str = field(repr=False)
    path: Path | None = field(repr=False)
    table: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input that gave no note, and why (never with a word of it).

    Args:
        label: what the note would have been called. It may hold PHI.
        message: the reason.
    """

    label: str = field(repr=False)
    message: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns (CSV) or keys (JSON lines) hold the id and the text; "" guesses among the usual names."""

    note_id: str = ""
    text: str = ""


def sources(inputs: Sequence[str]) -> tuple[tuple[Source, ...], int]:
    """The files behind the arguments, and how many files in folders were left out as of unknown kind.

    Raises:
        ConfigError: an argument names nothing.
    """
    found: list[Source] = []
    skipped = 0
    for given in inputs:
        if given == STANDARD_INPUT:
            found.append(Source("stdin", None, table=False))
            continue
        path = Path(given)
        if path.is_dir():
            files = sorted((p for p in path.rglob("*") if p.is_file()), key=lambda p: p.relative_to(path).as_posix())
            for file in files:
                if file.suffix.lower() in TEXT_SUFFIXES | TABLE_SUFFIXES:
                    found.append(_source(file, file.relative_to(path)))
                else:
                    skipped += 1
        elif path.exists():
            found.append(_source(path, Path(path.name)))
        else:
            raise ConfigError(f"input {len(found) + 1} does not exist: name a file, a folder, or - for standard input")
    return tuple(found), skipped


def _source(path: Path, relative: Path) -> Source:
    label = relative.with_suffix("") if relative.suffix.lower() in TEXT_SUFFIXES | TABLE_SUFFIXES else relative
    return Source(label.as_posix(), path, table=path.suffix.lower() in TABLE_SUFFIXES)


_GUESS = Columns()


def read(source: Source, columns: Columns = _GUESS) -> Iterator[Note | Unreadable]:
    """The notes of one source. Ids are as written there: they may hold PHI and need not be unique."""
    try:
        if source.table and source.path is not None:
            yield from _read_table(source, source.path, columns)
            return
        data = sys.stdin.buffer.read() if source.path is None else source.path.read_bytes()
        text, _ = decode(data)
        yield Note(source.label, text)
    except OSError as error:
        yield Unreadable(source.label, f"cannot be read: {error.strerror or type(error).__name__}")
    except ReadError as error:
        yield Unreadable(source.label, str(error))


def _read_table(source: Source, path: Path, columns: Columns) -> Iterator[Note | Unreadable]:
    rows = _json_rows(path) if path.suffix.lower() in (".jsonl", ".ndjson") else _csv_rows(path, columns)
    names: tuple[str | None, str] | None = None
    for number, row in rows:
        label = f"{source.label}/{number:06d}"
        if isinstance(row, str):
            yield Unreadable(label, row)
            continue
        try:
            if names is None or path.suffix.lower() in (".jsonl", ".ndjson"):
                names = _names(row, columns)
            id_name, text_name = names
            text = row.get(text_name)
            if not isinstance(text, str) or not text.strip():
                raise ReadError(f"row {number}: the text is empty")
            given = row.get(id_name) if id_name else None
            if isinstance(given, str | int) and str(given).strip():
                label = f"{source.label}/{str(given).strip()}"
            metadata = {k: str(v) for k, v in row.items() if k not in names and isinstance(v, str | int) and v != ""}
            yield Note(label, text, metadata=metadata)
        except ReadError as error:
            yield Unreadable(label, str(error))


def _names(row: Mapping[str, object], columns: Columns) -> tuple[str | None, str]:
    by_folded = {str(name).strip().lower().replace(" ", "_"): name for name in row}
    text = columns.text if columns.text in row else None
    if not columns.text:
        text = next((by_folded[name] for name in _TEXT_NAMES if name in by_folded), None)
    if text is None:
        raise ReadError(f"has no text column{f' {columns.text!r}' if columns.text else ''}: name it with --text-column")
    if columns.note_id and columns.note_id not in row:
        raise ReadError(f"has no id column {columns.note_id!r}: name it with --id-column")
    note_id = columns.note_id or next((by_folded[name] for name in _ID_NAMES if name in by_folded), None)
    return note_id, text


def _json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig"))
            except ValueError:
                yield number, f"line {number}: is not a JSON object in UTF-8"
                continue
            yield number, row if isinstance(row, dict) else f"line {number}: is not a JSON object"


def _csv_rows(path: Path, columns: Columns) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    csv.field_size_limit(2**31 - 1)
    text, _ = decode(path.read_bytes())
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    _names(dict.fromkeys(reader.fieldnames or (), ""), columns)
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            row.pop(None, None)
            yield number, row
    except csv.Error as error:
        yield number + 1, f"row {number + 1}: is not valid CSV ({error})"
