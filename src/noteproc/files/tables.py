"""CSV that spreadsheets may open: one row a suggestion, cells that would run as a formula defused."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TextIO

SUGGESTION_COLUMNS = (
    "note_id",
    "rank",
    "system",
    "code",
    "display",
    "kind",
    "score",
    "units",
    "modifiers",
    "evidence",
    "evidence_start",
    "evidence_end",
    "section",
    "alternatives",
    "missing",
    "findings",
)
_FORMULA_STARTS = frozenset("=+-@\t\r")


def defuse(cell: object) -> str:
    """The cell as text; what a spreadsheet would take for a formula gets an apostrophe in front.

    Source: OWASP, CSV Injection.
    """
    if isinstance(cell, int | float):
        return str(cell)
    text = "" if cell is None else str(cell)
    return f"'{text}" if text[:1] in _FORMULA_STARTS else text


class SuggestionTable:
    """Writes ``suggestions.csv`` from results of the contract, row by row."""

    def __init__(self, file: TextIO) -> None:
        self._rows = csv.writer(file, lineterminator="\n")
        self._rows.writerow(SUGGESTION_COLUMNS)

    def add(self, result: Mapping[str, object]) -> None:
        """Write one row for each suggestion of a result (``NoteResult.to_dict()``)."""
        text = str(result["text"])
        for suggestion in _rows(result["suggestions"]):
            evidence = _rows(suggestion["evidence"])
            quotes = [" ".join(text[int(str(e["start"])) : int(str(e["end"]))].split()) for e in evidence]
            first = evidence[0] if evidence else {}
            cells = (
                result["note_id"],
                suggestion["rank"],
                suggestion["system"],
                suggestion["code"],
                suggestion["display"],
                suggestion["kind"],
                suggestion["score"],
                suggestion["units"],
                " ".join(map(str, _items(suggestion["modifiers"]))),
                " … ".join(quotes),
                first.get("start"),
                first.get("end"),
                first.get("section"),
                "; ".join(f"{a['code']}: {a['why']}" for a in _rows(suggestion["alternatives"])),
                "; ".join(map(str, _items(suggestion["missing"]))),
                "; ".join(f"{f['level']}: {f['message']}" for f in _rows(suggestion["findings"])),
            )
            self._rows.writerow([defuse(cell) for cell in cells])


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _rows(value: object) -> Sequence[Mapping[str, object]]:
    return [item for item in _items(value) if isinstance(item, dict)]
