"""Add-on codes that a number tells: the second level, the further square centimetres, the next quarter of an hour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CPT, CodeSets
from noteproc.coding.candidates import Candidate
from noteproc.coding.extents import Extents
from noteproc.coding.ranges import CodeRanges
from noteproc.text.tables import rows

_MOST = 40


@dataclass(frozen=True, slots=True)
class _Addon:
    primary: CodeRanges
    code: str
    quantity: str
    over: float
    per: float
    least: float


@lru_cache(maxsize=1)
def _addons() -> tuple[_Addon, ...]:
    table = rows(dictionaries_dir() / "rules" / "addons.tsv", ("primary", "addon", "quantity", "over", "per", "least"))
    return tuple(
        _Addon(
            CodeRanges.parse(r["primary"]),
            r["addon"],
            r["quantity"],
            float(r["over"]),
            float(r["per"]),
            float(r["least"] or 0),
        )
        for r in table
    )


@lru_cache(maxsize=20_000)
def _called_by(primary: str) -> tuple[int, ...]:
    """The rows that may add something to a procedure."""
    return tuple(n for n, addon in enumerate(_addons()) if primary in addon.primary)


def further(candidates: Sequence[Candidate], extents: Extents, codesets: CodeSets) -> list[Candidate]:
    """The add-on codes that the extent of coded procedures calls for and that do not stand yet.

    Args:
        candidates: all procedure candidates of the note.
        extents: how much was done.
        codesets: an add-on that they do not hold is left out.
    """
    coded = [c for c in candidates if c.reason is None]
    taken = {c.code for c in coded}
    found: list[Candidate] = []
    called = {n for c in coded if c.system == CPT for n in _called_by(c.code)}
    for addon in (_addons()[n] for n in sorted(called)):
        primary = next((c for c in coded if c.system == CPT and c.code in addon.primary), None)
        if primary is None or addon.code in taken or codesets.entry(CPT, addon.code) is None:
            continue
        value = extents.value(addon.quantity, primary.mentions)
        if value is None or value <= addon.over or value < addon.least:
            continue
        units = min(
            _MOST,
            max(1, math.floor((value - addon.over) / addon.per + (0.5 if addon.least > addon.over + 1 else 0.999))),
        )
        taken.add(addon.code)
        found.append(
            replace(primary, code=addon.code, base=addon.code, units=units, derived=True, alternatives=(), modifiers=())
        )
    return found
