"""The columns of a table of notes: which hold the id and the text, and what else they tell of a note."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.errors import ReadError
from noteproc.files.delimited import delimiter_of
from noteproc.files.known import column_kinds

# What redaction reads of a note's metadata under its own name.
TOLD_COLUMNS = frozenset({"setting", "age", "sex", "date_of_service", "patient_id"})
NO_LINE = "none"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns (CSV, Parquet) or keys (JSON lines) hold what; "" guesses among the usual names.

    Args:
        note_id: the id of the note.
        text: its text.
        line: which of a note's rows one is, where notes are split over rows; "none" takes every row for a note.
    """

    note_id: str = ""
    text: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What each column of a table is taken for.

    Args:
        note_id: the column with ids, or None where rows are numbered.
        text: the column with the text.
        told: column to the key of the metadata that it gives.
        known: column to the entity type of the identifiers in it.
        rest: columns that are not used.
        line: the column that says which of its note's rows one is, or None where a row is a note.
        versions: columns that part the versions of a note which have its id in common.
    """

    note_id: str | None
    text: str
    told: Mapping[str, str]
    known: Mapping[str, str]
    rest: tuple[str, ...]
    line: str | None = None
    versions: tuple[str, ...] = ()

    def described(self, between: str = "\n") -> str:
        """One line for people: names of columns, never a value.

        Args:
            between: what stands between the rows of a note.
        """
        shown = [f"id from {self.note_id!r}" if self.note_id else "rows are numbered", f"text from {self.text!r}"]
        if self.line:
            joined = "a line end between them" if between else "put together as they stand"
            parted = f" and {' and '.join(map(repr, self.versions))}" if self.versions else ""
            shown.append(f"rows of one {self.note_id!r}{parted} are one note, in order of {self.line!r}, {joined}")
        if self.told or self.known:
            shown.append("known of the note or patient: " + ", ".join(map(repr, (*self.told, *self.known))))
        if self.rest:
            # Of an object in JSON its name is enough: its keys may be anything.
            shown.append("not used: " + ", ".join(dict.fromkeys(map(_outermost, self.rest))))
        return "; ".join(shown)


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
        text = _first("text", by_folded)
    if text is None:
        named = f" {columns.text!r}" if columns.text else ""
        raise ReadError(
            f"has no text column{named} among its {len(names)} columns, whose names stand in the first row: "
            "name it with --text-column"
        )
    _refuse_missing("id", columns.note_id, names)
    note_id = columns.note_id or _first("id", by_folded)
    if note_id == text:
        note_id = None
    line = None
    if columns.line != NO_LINE:
        _refuse_missing("line", columns.line, names)
        line = columns.line or _first("line", by_folded)
        if columns.line and note_id is None:
            raise ReadError("has no id column by which to join its rows: name it with --id-column")
        if note_id is None or line in (note_id, text):
            line = None
    for wanted in (text, note_id, line):
        if wanted is not None and list(names).count(wanted) > 1:
            raise ReadError(f"has two columns {wanted!r}: rename one")
    versions: tuple[str, ...] = ()
    if line is not None:
        found = (by_folded[name] for name in _usual_names("version") if name in by_folded)
        versions = tuple(name for name in found if name not in (note_id, text, line))
    kinds = column_kinds()
    told: dict[str, str] = {}
    known: dict[str, str] = {}
    rest: list[str] = []
    for name in names:
        folded = _folded(name)
        if name in (note_id, text, line, *versions):
            continue
        if folded in TOLD_COLUMNS:
            told[name] = folded
        elif kind := kinds.get(folded.removeprefix("patient_")) or kinds.get(folded):
            known[name] = kind
        elif name.startswith("known:"):
            known[name] = name.removeprefix("known:")
        else:
            rest.append(name)
    return Chosen(note_id, text, told, known, tuple(rest), line, versions)


def _refuse_missing(kind: str, wanted: str, names: Sequence[str]) -> None:
    if wanted and wanted not in names:
        raise ReadError(f"has no {kind} column {wanted!r} among its {len(names)} columns: name it with --{kind}-column")


def _first(kind: str, by_folded: Mapping[str, str]) -> str | None:
    return next((by_folded[name] for name in _usual_names(kind) if name in by_folded), None)


@lru_cache(maxsize=4)
def _usual_names(kind: str) -> tuple[str, ...]:
    """Usual names of columns, from ``dictionaries/formats/table_columns.tsv``."""
    lines = (dictionaries_dir() / "formats" / "table_columns.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple(name for of, name in rows if of == kind)


def begins_table(head: str) -> bool:
    """Whether a text begins with the header of a table of notes, or with a row of JSON lines: it names id and text."""
    first = head.lstrip("\ufeff\r\n").split("\n", 1)[0].rstrip("\r")
    try:
        row = json.loads(first)
        names = list(row) if isinstance(row, dict) else []
    except (ValueError, RecursionError):
        names = [name.strip('"') for name in first.split(delimiter_of(first, ""))]
    try:
        # In a note a line such as "ID | Note" may head a list.
        return choose(names, Columns()).note_id is not None and all(name == name.strip() for name in names)
    except ReadError:
        return False


def _outermost(name: str) -> str:
    outer, dot, _ = name.partition(".")
    return repr(outer + ".*" if dot else outer)


def _folded(name: str) -> str:
    return re.sub(r"[ .-]", "_", name.strip().lower())
