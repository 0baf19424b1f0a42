"""What a condition becomes when the note gives it as history."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.ranges import CodeRanges
from noteproc.text.tables import rows


@lru_cache(maxsize=2)
def _outcomes(name: str) -> Mapping[str, tuple[tuple[CodeRanges, str], ...]]:
    """The rows of a table by the first character of the codes that they name."""
    table = rows(dictionaries_dir() / "rules" / name, ("codes", "becomes"))
    found: dict[str, list[tuple[CodeRanges, str]]] = {}
    for row in table:
        codes = CodeRanges.parse(row["codes"])
        for initial in codes.initials():
            found.setdefault(initial, []).append((codes, row["becomes"]))
    return {initial: tuple(named) for initial, named in found.items()}


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
    for codes, outcome in _outcomes(table).get(code[:1], ()):
        found = codes.width(code)
        if found > width:
            best, width = outcome, found
    return best
