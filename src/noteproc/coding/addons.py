"""Add-on codes that a number tells: the second level, the further square centimetres, the next quarter of an hour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CPT, CodeSets
from noteproc.coding.candidates import Candidate
from noteproc.coding.extents import Extents
from noteproc.coding.ranges import CodeRanges, CodeTable
from noteproc.text.tables import rows

_MOST = 40
_STAGES = "stages"


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


@lru_cache(maxsize=1)
def _calls() -> CodeTable[int]:
    """The rows, by number, that may add something to a procedure."""
    return CodeTable((addon.primary, number) for number, addon in enumerate(_addons()))


@lru_cache(maxsize=1)
def _covered() -> dict[str, float]:
    return {addon.code: addon.over for addon in _addons() if addon.quantity == "count"}


def beyond_primary(code: str, count: float) -> float:
    """How many of a number of lesions an add-on code counts: those that its primary does not."""
    return max(1.0, count - _covered().get(code, 0.0))


def with_further(candidates: Sequence[Candidate], extents: Extents, codesets: CodeSets) -> list[Candidate]:
    """The candidates with the add-on codes that the extent of coded procedures calls for and that do not stand yet.

    The words that tell the extent support both.

    Args:
        candidates: all procedure candidates of the note.
        extents: how much was done.
        codesets: an add-on that they do not hold is left out.
    """
    coded = [c for c in candidates if c.reason is None]
    taken = {c.code for c in coded}
    found: list[Candidate] = []
    told: dict[str, tuple[int, ...]] = {}
    counted: dict[str, int] = {}
    called = {n for c in coded if c.system == CPT for n in _calls().of(c.code)}
    for addon in (_addons()[n] for n in sorted(called)):
        primary = next((c for c in coded if c.system == CPT and c.code in addon.primary), None)
        if primary is None or codesets.entry(CPT, addon.code) is None:
            continue
        extent = extents.measure(addon.quantity, primary.mentions)
        if extent is None:
            continue
        value, at = extent
        told[primary.code] = at
        if value <= addon.over or value < addon.least:
            if addon.code in taken:
                told[addon.code] = at
            continue
        units = min(
            _MOST,
            max(1, math.floor((value - addon.over) / addon.per + (0.5 if addon.least > addon.over + 1 else 0.999))),
        )
        if addon.code in taken:
            told[addon.code] = at
            if addon.quantity == _STAGES:
                # "2 stages, 3 blocks": the number beside the words may be that of something else.
                counted[addon.code] = units
            continue
        taken.add(addon.code)
        found.append(
            primary._replace(
                code=addon.code,
                base=addon.code,
                units=units,
                derived=True,
                alternatives=(),
                modifiers=(),
                support=_joined(primary, at),
            )
        )
    supported = [
        c._replace(support=_joined(c, told[c.code]), units=counted.get(c.code, c.units))
        if c.reason is None and c.code in told
        else c
        for c in candidates
    ]
    return supported + found


def _joined(candidate: Candidate, at: Sequence[int]) -> tuple[int, ...]:
    """What supports a candidate, with these words."""
    return tuple(sorted({*candidate.support, *at}))
