"""What a condition becomes when the note gives it as history."""

from __future__ import annotations

from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.ranges import CodeRanges, CodeTable
from noteproc.text.tables import rows


@lru_cache(maxsize=2)
def _outcomes(name: str) -> CodeTable[tuple[CodeRanges, str]]:
    table = rows(dictionaries_dir() / "rules" / name, ("codes", "becomes"))
    named = [(CodeRanges.parse(row["codes"]), row["becomes"]) for row in table]
    return CodeTable((codes, (codes, becomes)) for codes, becomes in named)


@lru_cache(maxsize=8192)
def becomes(code: str) -> str:
    """What a condition given as history becomes: "=" (still there), a Z code, or "-"."""
    return _closest("history.tsv", code) or "-"


@lru_cache(maxsize=8192)
def of_relative(code: str) -> str:
    """What a relative's condition is for the patient: a code of a family history, or ""."""
    return _closest("family.tsv", code)


def _closest(table: str, code: str) -> str:
    best, width = "", 0
    for codes, outcome in _outcomes(table).of(code):
        found = codes.width(code)
        if found > width:
            best, width = outcome, found
    return best
