"""Headings of official tables: which column is which, by the words over it, spread over as many rows as they may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.readings import Left


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the columns of a table stand.

    Args:
        line: the last line of the heading.
        places: by column of ours, its place in the row.
        width: how many cells a whole row has.
    """

    line: int
    places: Mapping[str, int]
    width: int


@dataclass(frozen=True, slots=True)
class Cells:
    """One row by column of ours; what a table does not have is ""."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def heading(document: Document, columns: Mapping[str, str], needed: Sequence[str]) -> Heading | None:
    """Finds the heading among the first rows.

    Args:
        columns: our column -> a pattern over its words, in capitals, single spaces, no punctuation; the first column
            of the table that fits is taken, and each only once.
        needed: those without which it is not this table.
    """
    patterns = {name: re.compile(pattern) for name, pattern in columns.items()}
    above: list[tuple[str, ...]] = []
    for line, cells in document.first_rows:
        filled = [cell for cell in cells if cell]
        if len(filled) < len(needed):
            # A title or a notice, or the top of a heading that names few columns.
            if len(filled) > 1 or (filled and not cells[0] and len(cells) > 3 and len(filled[0]) < 30):
                above.append(cells)
            continue
        for names in (_words(cells), _joined([*above, cells])):
            places = _places(names, patterns)
            if all(name in places for name in needed):
                return Heading(line, places, max(places.values()) + 1)
        above.append(cells)
    return None


def table(document: Document, found: Heading, *, whole: bool = True) -> Iterator[Cells | Left]:
    """The rows below a heading; blank ones are passed over, and those with too few cells left out."""
    wanted = found.places.items()
    for line, cells in document.rows(whole=whole):
        if line <= found.line or not any(cells):
            continue
        if len(cells) < found.width:
            yield Left(line, f"{len(cells)} cells instead of {found.width}")
        else:
            yield Cells(line, {name: cells[place] for name, place in wanted})


def _joined(rows: Sequence[tuple[str, ...]]) -> list[str]:
    width = max(map(len, rows))
    return _words([" ".join(row[place] for row in rows if place < len(row)) for place in range(width)])


def _words(cells: Sequence[str]) -> list[str]:
    return [" ".join(re.sub(r"[^A-Z0-9]+", " ", cell.upper()).split()) for cell in cells]


def _places(names: Sequence[str], patterns: Mapping[str, re.Pattern[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    taken: set[int] = set()
    for name, pattern in patterns.items():
        for place, words in enumerate(names):
            if place not in taken and pattern.fullmatch(words):
                found[name] = place
                taken.add(place)
                break
    return found
