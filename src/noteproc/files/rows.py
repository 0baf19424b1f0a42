"""Rows of tables, and the notes in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from noteproc.errors import ReadError
from noteproc.files.columns import Chosen
from noteproc.files.document import Document, date_forms, worth_knowing
from noteproc.files.documents import document_of
from noteproc.files.kinds import kind_of
from noteproc.records import Note, Part

_HEAD = 1000
_JSON_NAMES: dict[type, str] = {list: "a list", dict: "an object", bool: "true or false"}


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


def rows_note(rows: Sequence[Row], chosen: Chosen, label: str, between: str = "") -> Note:
    """The note that one row holds, or several together.

    Args:
        rows: rows that could be read, in the order of the note's text.
        chosen: what their columns are taken for.
        label: the table's.
        between: what stands in the text between two rows.

    Raises:
        ReadError: there is no text in them.
    """
    text = between.join(row_text(row, chosen) for row in rows)
    if not text.strip():
        raise ReadError(f"{numbers_of(rows)}: the text is empty")
    metadata: dict[str, str] = {}
    parts: tuple[Part, ...] = ()
    if marked := _marked_up(text):
        try:
            inner = marked.note("")
        except ReadError as error:
            raise ReadError(f"{numbers_of(rows)}: the text {error}") from None
        text, parts = inner.text, inner.parts
        metadata |= inner.metadata
    for row in rows:
        assert not isinstance(row.values, str)
        for name, key in chosen.told.items():
            if shown := cell_text(row.values.get(name)):
                metadata.setdefault(key, shown)
        for name, kind in chosen.known.items():
            value = worth_knowing(kind, cell_text(row.values.get(name)))
            if value:
                lines = metadata.get(f"known:{kind}", "").splitlines()
                forms = date_forms(value) if kind == "DATE" else ()
                metadata[f"known:{kind}"] = "\n".join(dict.fromkeys((*lines, value, *forms)))
    return Note(row_label(rows[0], chosen, label), text, parts, metadata)


def _marked_up(text: str) -> Document | None:
    """The document in a cell that holds RTF, HTML or C-CDA; None where it holds plain text.

    Raises:
        ReadError: it cannot be read.
    """
    start = text[:_HEAD].lstrip()
    kind = kind_of(start.encode("utf-8", "replace")) if start.startswith(("{\\rtf", "<")) else None
    if kind == "rtf":
        # RTF is ASCII; what is beyond that was decoded with the table.
        data = "".join(c if c.isascii() else _escaped(c) for c in text).encode()
    elif kind in ("html", "cda"):
        data = text.encode("utf-8", "replace")
    else:
        return None
    return document_of(data, kind)


def _escaped(character: str) -> str:
    """A character beyond ASCII as RTF writes it: by its code units, as signed numbers."""
    units = memoryview(character.encode("utf-16-le", "surrogatepass")).cast("h")
    return "".join(f"\\u{unit}?" for unit in units)


def row_text(row: Row, chosen: Chosen) -> str:
    """The text in a row, as it stands there.

    Raises:
        ReadError: what stands there is no text.
    """
    assert not isinstance(row.values, str)
    text = row.values.get(chosen.text)
    if text is not None and not isinstance(text, str):
        raise ReadError(f"row {row.number}: the text is not a string but {_JSON_NAMES.get(type(text), 'a number')}")
    return text or ""


def numbers_of(rows: Sequence[Row]) -> str:
    """Which rows they are, for a message."""
    numbers = sorted(row.number for row in rows)
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    together = numbers[-1] - numbers[0] == len(numbers) - 1
    return f"rows {numbers[0]} to {numbers[-1]}" if together else f"{len(numbers)} rows from row {numbers[0]} on"


def row_label(row: Row, chosen: Chosen | None, label: str) -> str:
    """What the note of a row is called: by its id where there is one, else by its number."""
    if chosen is not None and chosen.note_id and not isinstance(row.values, str):
        given = cell_text(row.values.get(chosen.note_id))
        if given:
            return f"{label}/{given}"
    return f"{label}/{row.number:06d}"


def cell_text(value: object) -> str:
    """A cell as text, blanks around it left out."""
    return "" if value is None or isinstance(value, list | dict) else str(value).strip()
