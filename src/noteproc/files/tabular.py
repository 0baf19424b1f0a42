"""Tables of notes, read row by row whatever their size: CSV and its like, JSON lines, Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from noteproc.errors import ReadError
from noteproc.files.columns import Chosen, Columns, choose
from noteproc.files.delimited import LARGEST_CELL, delimited_rows, open_csv
from noteproc.files.opening import is_packed, open_binary
from noteproc.files.rows import Row

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

_BATCH = 256
_DEEPEST = 6  # objects within each other of which keys are columns


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


def _csv_rows(path: Path, columns: Columns) -> Iterator[tuple[Row, Chosen | None]]:
    file, _, _, names = open_csv(path)
    file.close()
    chosen = choose(names, columns)
    for row in delimited_rows(path, names.index(chosen.text)):
        if isinstance(row.cells, str):
            yield Row(row.number, row.cells, row.raw), None
        else:
            yield Row(row.number, dict(zip(names, row.cells, strict=False)), row.raw), chosen


def _json_rows(path: Path, columns: Columns) -> Iterator[tuple[Row, Chosen | None]]:
    known: dict[tuple[str, ...], Chosen | ReadError] = {}
    with open_binary(path) as file:
        number = 0
        while line := file.readline(LARGEST_CELL):
            number += 1
            if not line.strip():
                continue
            if number == 1 and line.lstrip(b"\xef\xbb\xbf").strip() in (b"{", b"["):
                raise ReadError("is JSON that goes over lines: of each note one line is wanted (jq -c makes that)")
            try:
                raw = line.decode("utf-8-sig" if number == 1 else "utf-8")
                row = json.loads(raw)
            except (ValueError, RecursionError):
                yield Row(number, f"line {number}: is not a JSON object in UTF-8"), None
                continue
            if not isinstance(row, dict):
                yield Row(number, f"line {number}: is not a JSON object"), None
                continue
            row = _flat(row)
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


def _flat(row: Mapping[str, object]) -> dict[str, object]:
    """A JSON object whose inner objects are columns: ``note.text`` for the text of the note in it."""
    if not any(isinstance(value, dict) for value in row.values()):
        return dict(row)
    flat: dict[str, object] = {}

    def put(values: Mapping[str, object], lead: str, depth: int) -> None:
        for key, value in values.items():
            if isinstance(value, dict) and value and depth < _DEEPEST:
                put(value, f"{lead}{key}.", depth + 1)
            else:
                flat[lead + key] = value

    put(row, "", 1)
    return flat


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
    if is_packed(path):
        raise ReadError("is Parquet packed with gzip: unpack it, for Parquet is packed by itself")
    try:
        return ParquetFile(path)
    except (pyarrow.ArrowException, ValueError):
        raise ReadError("is damaged or not a Parquet file") from None


def _parquet_rows(path: Path, columns: Columns, whole: bool) -> Iterator[tuple[Row, Chosen | None]]:
    table = open_parquet(path)
    with closing(table):
        chosen = choose(table.schema_arrow.names, columns)
        used = [n for n in (chosen.note_id, chosen.line, *chosen.versions, chosen.text) if n]
        used += (*chosen.told, *chosen.known)
        number = 0
        try:
            for batch in table.iter_batches(batch_size=_BATCH, columns=None if whole else used):
                for values in batch.to_pylist():
                    number += 1
                    yield Row(number, values), chosen
        except (OSError, ValueError, ArithmeticError):
            yield Row(number + 1, f"row {number + 1}: the file is damaged from here on"), None
