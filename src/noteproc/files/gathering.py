"""Notes split over the rows of a table, as warehouses export them: rows of one id, put together by their line numbers.

A first reading looks at ids alone and tells whether any comes twice, and how often a note's rows are broken off by
those of others. The second puts notes together in the order of their first rows. What it holds meanwhile is bounded, so
the rows of a note may lie apart, but not without end. A note that is not whole is no note: it fails, and says why.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

from noteproc.errors import ReadError
from noteproc.files.columns import Chosen, Columns
from noteproc.files.rows import Row, cell_text, numbers_of, row_text
from noteproc.files.tabular import chosen_columns, rows

# What may be held of notes that are not whole yet, in characters; a row counts as so many at least.
WINDOW = 32 << 20
_ROW = 500
_SAMPLE = 1000
# Lengths at which programs cut a text to fit a column.
_CUTS = frozenset({250, 254, 255, 256, 500, 512, 999, 1000, 1024, 1999, 2000, 2047, 2048, 3999, 4000, 4095, 4096, 8000})
_LARGEST_CUT = 30_000
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Gathered:
    """The rows of one note.

    Args:
        rows: in the order of the note's text; of a note that failed, at least the first.
        chosen: what their columns are taken for, or None where the one row cannot be read.
        between: what stands in the note's text between two rows.
        problem: why they give no note, or "".
    """

    rows: tuple[Row, ...] = field(repr=False)
    chosen: Chosen | None
    between: str = field(default="", repr=False)
    problem: str = ""


def gathered(path: Path, kind: str, columns: Columns, *, whole: bool = False) -> Iterator[Gathered]:
    """The notes of a table, each with its rows, in the order of their first rows.

    Args:
        path: the file.
        kind: ``csv``, ``jsonl`` or ``parquet``.
        columns: which to take.
        whole: give all columns, used or not.

    Raises:
        ReadError: it is no such table, or has no text column.
        OSError: it cannot be read.
    """
    chosen = chosen_columns(path, kind, columns)
    runs = _runs(path, kind, columns) if chosen is not None and chosen.line else None
    if runs is None:
        for row, taken in rows(path, kind, columns, whole=whole):
            told = row.values if isinstance(row.values, str) else ""
            yield Gathered((row,), taken, problem=told)
        return
    yield from _Gathering(runs, text_between(path, kind, columns)).of(rows(path, kind, columns, whole=whole))


def text_between(path: Path, kind: str, columns: Columns) -> str:
    """What stands between the rows of a note: a line end, but nothing where rows bring their own or were cut to fit.

    Told from the first rows.
    """
    texts: list[str] = []
    keys: set[int] = set()
    for row, chosen in islice(rows(path, kind, columns), _SAMPLE):
        key = _key(row, chosen)
        if key is not None and chosen is not None:
            keys.add(key)
            try:
                texts.append(row_text(row, chosen))
            except ReadError:
                continue
    inner = len(texts) - len(keys)  # rows with another of the same note behind them
    ending = sum(text.endswith(("\n", "\r")) for text in texts)
    if inner < 1:
        return "\n"
    if 2 * ending >= len([text for text in texts if text]):
        return ""
    for lengths in ([len(text) for text in texts], [len(text.encode("utf-8", "replace")) for text in texts]):
        longest = max(lengths)
        # A blank at the cut may have been lost.
        full = sum(length >= longest - 1 for length in lengths)
        if (longest in _CUTS or longest >= _LARGEST_CUT) and full * 10 >= inner * 9:
            return ""
    return "\n"


def _key(row: Row, chosen: Chosen | None) -> int | None:
    """The note that a row belongs to, if it may have others; eight bytes stand for its id."""
    if chosen is None or not chosen.line or not chosen.note_id or isinstance(row.values, str):
        return None
    note_id = cell_text(row.values.get(chosen.note_id))
    if not note_id:
        return None
    told = "\0".join((note_id, *(cell_text(row.values.get(name)) for name in chosen.versions)))
    return int.from_bytes(hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _line(row: Row, chosen: Chosen) -> int | None:
    """The number in a row's line column; None where there is none."""
    assert not isinstance(row.values, str)
    shown = cell_text(row.values.get(chosen.line or "")).removesuffix(".0")
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else None


def _runs(path: Path, kind: str, columns: Columns) -> Mapping[int, int] | None:
    """How often the rows of a note begin anew behind those of others, where more than once; None where no row of the
    table has another of its note."""
    starts = array("Q")
    before: int | None = None
    split = False
    for row, chosen in rows(path, kind, columns):
        key = _key(row, chosen)
        if key is None:
            # A first line alone may have an id, as in a sheet that people are to read.
            split = split or bool(chosen and chosen.line and (_line(row, chosen) or 0) > 1)
            continue
        split = split or key == before
        if key != before:
            starts.append(key)
        before = key
    found, counts = np.unique(np.frombuffer(starts, np.uint64), return_counts=True)
    again = counts > 1
    if not split and not again.any():
        return None
    return dict(zip(found[again].tolist(), counts[again].tolist(), strict=True))


@dataclass(slots=True)
class _Open:
    """A note of which rows may follow."""

    rows: list[Row]
    chosen: Chosen | None
    runs: int
    size: int = 0
    problem: str = ""
    lost: bool = False


class _Gathering:
    """Puts notes together from rows.

    Args:
        runs: how often the rows of a note begin anew, where more than once.
        between: what stands in a text between two rows.
    """

    def __init__(self, runs: Mapping[int, int], between: str) -> None:
        self._runs = runs
        self._between = between
        self._open: OrderedDict[int, _Open] = OrderedDict()
        self._lost: set[int] = set()
        self._size = 0

    def of(self, found: Iterator[tuple[Row, Chosen | None]]) -> Iterator[Gathered]:
        """The notes of a table's rows."""
        before: int | None = None
        for row, chosen in found:
            key = _key(row, chosen)
            if key is None:
                # Under a number that no hash of eight bytes is.
                self._open[-row.number] = _Open([row], chosen, 0, _ROW, _alone(row))
                self._size += _ROW
            else:
                if key != before and before is not None:
                    self._end_run(before)
                before = key
                if key not in self._lost:
                    self._take(key, row, chosen)
            yield from self._whole()
        if before is not None:
            self._end_run(before)
        for note in self._open.values():
            note.runs = 0
        yield from self._whole()

    def _take(self, key: int, row: Row, chosen: Chosen | None) -> None:
        note = self._open.get(key)
        if note is None:
            note = self._open[key] = _Open([], chosen, self._runs.get(key, 1))
        assert chosen is not None
        value = row.values[chosen.text] if not isinstance(row.values, str) else None
        size = _ROW + (len(value) if isinstance(value, str) else 0)
        note.rows.append(row)
        note.size += size
        self._size += size

    def _end_run(self, key: int) -> None:
        if key in self._open:
            self._open[key].runs -= 1

    def _whole(self) -> Iterator[Gathered]:
        """What is whole, or must not be waited for any longer."""
        while self._open:
            key, note = next(iter(self._open.items()))
            late = note.runs > 0
            if late and self._size <= WINDOW:
                return
            del self._open[key]
            self._size -= note.size
            if late:
                self._lost.add(key)
            yield self._gathered(note, late)

    def _gathered(self, note: _Open, late: bool) -> Gathered:
        if note.problem or note.chosen is None:
            return Gathered((note.rows[0],), note.chosen, problem=note.problem)
        if late:
            told = f"row {note.rows[0].number}: the rows of this note lie too far apart, or are too many: sort the"
            return Gathered((note.rows[0],), note.chosen, problem=f"{told} table by {note.chosen.note_id!r}")
        problem = _problem(note.rows, note.chosen)
        if problem:
            return Gathered(tuple(note.rows), note.chosen, problem=f"{numbers_of(note.rows)}: {problem}")
        chosen = note.chosen
        ordered = sorted(note.rows, key=lambda row: _line(row, chosen) or 0)
        return Gathered(tuple(ordered), note.chosen, self._between)


def _alone(row: Row) -> str:
    """Why a row that belongs to no known note gives none."""
    return row.values if isinstance(row.values, str) else f"row {row.number}: has no id to tell which note it is of"


def _problem(found: Sequence[Row], chosen: Chosen) -> str:
    """Why rows of one id are no whole note, or ""."""
    patients = [name for name, key in chosen.told.items() if key == "patient_id"]
    for name in patients:
        if len({cell_text(row.values[name]) for row in found if not isinstance(row.values, str)} - {""}) > 1:
            return f"name more than one patient in {name!r}, so they are not one note"
    numbers = [_line(row, chosen) for row in found]
    if len(numbers) == 1 and numbers[0] is None:
        return ""  # there is nothing to put in order
    if None in numbers:
        return f"a row of this note has no whole number in {chosen.line!r}"
    lines = sorted(number for number in numbers if number is not None)
    twice = sorted({a for a, b in pairwise(lines) if a == b})
    if twice:
        return f"{_listed(twice)} of this note in {chosen.line!r} comes more than once"
    first = min(lines[0], 1)
    missing = sorted(set(range(first, min(lines[-1], first + len(lines) + _LISTED))) - set(lines))
    if missing:
        return f"{_listed(missing)} of this note in {chosen.line!r} is missing"
    return ""


def _listed(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_LISTED]))
    return f"line {shown}{' and more' if len(lines) > _LISTED else ''}"
