"""Redacted copies of tables: the same columns, delimiter, quotes and line ends; other cells.

A column that is neither id, text, known identifier nor context may hold anything: it is emptied unless the user keeps
it.
A row without result is left out.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from noteproc.errors import ReadError
from noteproc.exports.results import items
from noteproc.exports.verdicts import Verdict, Verdicts, as_read
from noteproc.files.columns import Chosen, Columns
from noteproc.files.delimited import cell_places, csv_header, open_csv
from noteproc.files.document import Stretch, Trace
from noteproc.files.edits import Edit, edited, redaction_edits
from noteproc.files.gathering import Gathered, gathered
from noteproc.files.jsontext import JsonPath, Node, json_string, parse_json, rewritten
from noteproc.files.opening import open_binary
from noteproc.files.rows import Row, row_text, rows_note
from noteproc.files.tabular import open_parquet
from noteproc.records import Note
from noteproc.redaction.fields import NoteFields

_PUBLIC_ID = re.compile(r"note-\d{6,}")
_OLD = 89
_LINE = re.compile(r"\d{1,5}(?:\.0)?")  # longer, it could number anything


def copy_csv(path: Path, out: BinaryIO, columns: Columns, verdicts: Verdicts, kept: Collection[str]) -> None:
    """Write the redacted copy of a CSV file."""
    file, encoding, delimiter, names = open_csv(path)
    file.close()
    out.write(encoding.bom + encoding.encoded(csv_header(path)))
    for row, cells in _new_rows(path, "csv", columns, verdicts, kept):
        places = cell_places(row.raw, delimiter)
        assert not isinstance(row.values, str)
        told = [shown for _, _, shown in places]
        values = [str(v) for v in row.values.values()]
        if told[: len(values)] != values or any(told[len(values) :]):
            raise ReadError("holds a row whose cells cannot be told apart")
        edits = []
        for name, (start, end, shown) in zip(names, places, strict=False):
            new = "" if cells[name] is None else str(cells[name])
            if new != shown:
                quoted = row.raw[start:end].startswith('"') or any(c in new for c in (delimiter, '"', "\n", "\r"))
                edits.append(Edit(start, end, '"' + new.replace('"', '""') + '"' if quoted else new))
        out.write(encoding.encoded(edited(row.raw, edits)))


def copy_jsonl(path: Path, out: BinaryIO, columns: Columns, verdicts: Verdicts, kept: Collection[str]) -> None:
    """Write the redacted copy of a file of JSON lines; what is emptied becomes null."""
    with open_binary(path) as file:
        out.write(b"\xef\xbb\xbf" if file.read(3) == b"\xef\xbb\xbf" else b"")
    for row, cells in _new_rows(path, "jsonl", columns, verdicts, kept):
        root = parse_json(row.raw)
        new: dict[JsonPath, str] = {}
        for child in root.children:
            _new_values(child, str(child.key), row.raw, cells, kept, new)
        out.write(rewritten(row.raw, root, new, set()).encode("utf-8"))


def _new_values(
    node: Node,
    name: str,
    raw: str,
    cells: Mapping[str, object],
    kept: Collection[str],
    new: dict[JsonPath, str],
) -> None:
    """What changes in a value of a JSON object: one of a column, or an object whose members are columns."""
    written = raw[node.start : node.end]
    if name in cells:
        value = cells[name]
        if isinstance(value, str) and (node.kind != "string" or value != node.value):
            new[node.path] = json_string(value, written)
        elif value is None and written != "null":
            new[node.path] = "null"
    elif all(value is None for key, value in cells.items() if key.startswith(f"{name}.")):
        new[node.path] = "null"  # its keys may be anything, too
    elif name not in kept:
        for child in node.children:
            _new_values(child, f"{name}.{child.key}", raw, cells, kept, new)


def copy_parquet(path: Path, out: BinaryIO, columns: Columns, verdicts: Verdicts, kept: Collection[str]) -> None:
    """Write the redacted copy of a Parquet file: the same schema without its metadata."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    table = open_parquet(path)
    schema = pyarrow.schema([field.with_nullable(True).remove_metadata() for field in table.schema_arrow])
    texts = {f.name for f in schema if pyarrow.types.is_string(f.type) or pyarrow.types.is_large_string(f.type)}
    table.close()
    with ParquetWriter(out, schema) as writer:
        batch: list[dict[str, object]] = []
        for _, cells in _new_rows(path, "parquet", columns, verdicts, kept):
            # A replacement is text: where the column holds something else, the cell is emptied.
            fitting = (n for n, v in cells.items() if n in texts or n in kept or not isinstance(v, str))
            batch.append({name: cells[name] for name in fitting})
            if len(batch) == 1024:
                writer.write_table(pyarrow.Table.from_pylist(batch, schema))
                batch = []
        writer.write_table(pyarrow.Table.from_pylist(batch, schema))


def _new_rows(
    path: Path, kind: str, columns: Columns, verdicts: Verdicts, kept: Collection[str]
) -> Iterator[tuple[Row, Mapping[str, object]]]:
    """The rows that have a result, in the order of the file, each with its new cells by column.

    Raises:
        ReadError: a row is not what it was in the run.
    """
    waiting: list[tuple[int, Row, Mapping[str, object]]] = []
    for found in gathered(path, kind, columns, whole=True):
        verdict = verdicts.next()
        # Notes come in the order of their first rows: what stands before this one's is complete.
        first = min(row.number for row in found.rows)
        while waiting and waiting[0][0] < first:
            yield heapq.heappop(waiting)[1:]
        if verdict.result is None or found.problem or found.chosen is None:
            continue
        note = rows_note(found.rows, found.chosen, "", found.between)
        if not as_read(verdict, note):
            raise ReadError("was changed since it was read")
        fields = verdicts.fields_of(verdict, note)
        for row, text in zip(found.rows, _texts(found, found.chosen, note, verdict), strict=True):
            cells = _new_cells(row, found.chosen, text, verdict.note_id, fields, kept)
            heapq.heappush(waiting, (row.number, row, cells))
        verdicts.keep(verdict, note, fields)
    while waiting:
        yield heapq.heappop(waiting)[1:]


def _texts(found: Gathered, chosen: Chosen, note: Note, verdict: Verdict) -> Sequence[str]:
    """What becomes of the text of each row of a note: the redacted text, cut where the note's is."""
    assert verdict.result is not None
    if len(found.rows) == 1:
        return [str(verdict.result["text"])]
    texts = [row_text(row, chosen) for row in found.rows]
    if found.between.join(texts) != note.text:
        # Markup that was read goes, and with it the places where it was cut.
        return [str(verdict.result["text"]), *[""] * (len(texts) - 1)]
    stretches: list[Stretch] = []
    at = 0
    for number, text in enumerate(texts):
        stretches.append(Stretch(at, at + len(text), number, Trace.plain(len(text))))
        at += len(text) + len(found.between)
    edits: dict[object, list[Edit]] = {}
    for stretch, edit in redaction_edits(stretches, items(verdict.result, "phi")):
        edits.setdefault(stretch.key, []).append(edit)
    return [edited(text, edits.get(number, ())) for number, text in enumerate(texts)]


def _new_cells(
    row: Row, chosen: Chosen, text: str, note_id: str, fields: NoteFields, kept: Collection[str]
) -> Mapping[str, object]:
    assert not isinstance(row.values, str)
    cells: dict[str, object] = {}
    for name, value in row.values.items():
        shown = "" if value is None else str(value)
        if name == chosen.text:
            cells[name] = text if text or value is not None else None
        elif name == chosen.note_id:
            cells[name] = note_id if _PUBLIC_ID.fullmatch(note_id) else value
        elif not shown or _is_kept(name, kept) or (name == chosen.line and _LINE.fullmatch(shown)):
            cells[name] = value
        elif name in chosen.known:
            cells[name] = _replaced(chosen.known[name], shown, fields, value)
        elif name in chosen.told:
            cells[name] = _told(chosen.told[name], shown, fields, value)
        else:
            cells[name] = None
    return cells


def _is_kept(name: str, kept: Collection[str]) -> bool:
    """Whether a column stays, or the object that it stands in."""
    parts = name.split(".")
    return name in kept or any(".".join(parts[:n]) in kept for n in range(1, len(parts)))


def _replaced(kind: str, shown: str, fields: NoteFields, value: object) -> object:
    new = fields.day(_sorted_day(shown), birth=True) if kind == "DATE" else fields.replaced(kind, shown)
    return value if new == shown else new


def _told(key: str, shown: str, fields: NoteFields, value: object) -> object:
    if key == "patient_id":
        return _replaced("MEDICAL_RECORD_NUMBER", shown, fields, value)
    if key == "date_of_service":
        return _replaced("DATE", shown, fields, value)
    if key == "age" and shown.isdigit() and int(shown) > _OLD:
        return fields.replaced("AGE_OVER_89", shown)
    return value


def _sorted_day(shown: str) -> str:
    """A day written as 3/14/2025 in the order that fields have; others as they are."""
    found = re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-]((?:18|19|20)\d\d)(?!\d)", shown)
    return f"{found[3]}-{int(found[1]):02d}-{int(found[2]):02d}" if found else shown
