"""Siblings that a note names in one breath: "femoral and popliteal veins", "cervical, thoracic, lumbar"."""

from __future__ import annotations

import re

from noteproc.coding.details import STATED, Evidence
from noteproc.coding.families import Family, Leaf
from noteproc.coding.reading import SIDES, Reading
from noteproc.coding.specificity import Composed

# Siblings in one breath stand so many words apart at most.
_BREATH = 3
# "Cervical, thoracic, lumbar and sacral": so many siblings in one breath.
_MOST_JOINED = 4
_COORDINATED = re.compile(r"(?:\s*,\s*\w+)?\s*(?:,|&|\+|/|,?\s*\band\b)\s*(?:the\s+)?(?:left\s+|right\s+)?", re.I)


def joined(reading: Reading, family: Family, best: Composed, evidence: Evidence) -> list[Composed]:
    """The siblings that the note names in one breath with the best ("femoral and popliteal veins")."""
    found: list[Composed] = []
    said = frozenset(key for key, (weight, _) in evidence.items() if weight >= STATED) - SIDES
    mine = best.leaf.keys
    beyond = said - mine
    if not beyond or said.isdisjoint(mine):
        return found
    named: list[tuple[int, Leaf]] = []
    start = -1
    for number in sorted({n for key in beyond & family.holding.keys() for n in family.holding[key]}):
        leaf = family.leaves[number]
        ours, theirs = mine - leaf.keys, leaf.keys - mine
        if len(ours) != 1 or len(theirs) != 1 or leaf.denied != best.leaf.denied or leaf.unspecified or leaf.other:
            continue
        if not said.issuperset(ours | theirs):
            continue
        start = evidence[next(iter(ours))][1]
        named.append((evidence[next(iter(theirs))][1], leaf))
    # Each is joined to one that is joined already: "cervical, thoracic, lumbar".
    reached = [start]
    for word, leaf in sorted(named, key=lambda item: (abs(item[0] - start), item[0], item[1].code)):
        near = min(reached, key=lambda i: (abs(i - word), i))
        low, high = sorted((near, word))
        if 0 < high - low <= _BREATH and _COORDINATED.fullmatch(reading.between(low, high)):
            found.append(Composed(leaf, (word,), best.margin, (), ()))
            reached.append(word)
    return found[:_MOST_JOINED]
