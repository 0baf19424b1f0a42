"""What a condition becomes when the note gives it as history."""

from __future__ import annotations

from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.ranges import CodeRanges
from noteproc.text.tables import rows


@lru_cache(maxsize=1)
def _history() -> tuple[tuple[CodeRanges, str], ...]:
    table = rows(dictionaries_dir() / "rules" / "history.tsv", ("codes", "becomes"))
    return tuple((CodeRanges.parse(row["codes"]), row["becomes"]) for row in table)


@lru_cache(maxsize=8192)
def becomes(code: str) -> str:
    """What a condition given as history becomes: "=" (still there), a Z code, or "-"."""
    best, width = "-", 0
    for codes, outcome in _history():
        found = codes.width(code)
        if found > width:
            best, width = outcome, found
    return best
