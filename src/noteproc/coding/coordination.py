"""Siblings that a note names in one breath: "femoral and popliteal veins", "cervical, thoracic, lumbar"."""

from __future__ import annotations

import re

from noteproc.coding.details import STATED, Evidence
from noteproc.coding.families import Leaf
from noteproc.coding.reading import SIDES, Reading
from noteproc.coding.specificity import Composed

# Siblings in one breath stand so many words apart at most.
_BREATH = 3
# "Cervical, thoracic, lumbar and sacral": so many siblings in one breath.
_MOST_JOINED = 4
_COORDINATED = re.compile(r"(?:\s*,\s*\w+)?\s*(?:,|&|\+|/|,?\s*\band\b)\s*(?:the\s+)?(?:left\s+|right\s+)?", re.I)


def joined(reading: Reading, leaves: tuple[Leaf, ...], best: Composed, evidence: Evidence) -> list[Composed]:
    """The siblings that the note names in one breath with the best ("femoral and popliteal veins")."""
    found: list[Composed] = []
    said = frozenset(key for key, (weight, _) in evidence.items() if weight >= STATED) - SIDES
    named: list[tuple[int, Leaf]] = []
    start = -1
    for leaf in leaves if len(said) > 1 else ():
        if said.isdisjoint(leaf.keys):
            continue
        ours, theirs = best.leaf.keys - leaf.keys, leaf.keys - best.leaf.keys
        if len(ours) != 1 or len(theirs) != 1 or leaf.denied != best.leaf.denied or leaf.unspecified or leaf.other:
            continue
        one, other = evidence.get(next(iter(ours))), evidence.get(next(iter(theirs)))
        if one is None or other is None or (ours | theirs) & SIDES or one[0] < STATED or other[0] < STATED:
            continue
        start = one[1]
        named.append((other[1], leaf))
    # Each is joined to one that is joined already: "cervical, thoracic, lumbar".
    reached = [start]
    for word, leaf in sorted(named, key=lambda item: (abs(item[0] - start), item[0], item[1].code)):
        near = min(reached, key=lambda i: (abs(i - word), i))
        low, high = sorted((near, word))
        if 0 < high - low <= _BREATH and _COORDINATED.fullmatch(reading.between(low, high)):
            found.append(Composed(leaf, (word,), best.margin, (), ()))
            reached.append(word)
    return found[:_MOST_JOINED]
