"""The most specific code that the words support, of those below a concept.

A code that needs words which the note does not say loses to the one that says "unspecified" or "without".
Source: ICD-10-CM Official Guidelines FY 2026, I.A.9 (other and unspecified codes), I.A.15 (with), I.B.13 (laterality),
I.C.19.c (fracture not said to be displaced or open).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from noteproc.coding.details import Evidence
from noteproc.coding.families import ABSENT, BY_DEFAULT, MODEST, OTHER, UNMENTIONED, Family, Leaf
from noteproc.coding.reading import SIDES
from noteproc.text import lexicon

_OR_UNSPECIFIED = ", or unspecified"
_UNILATERAL = "unilateral"
# What it is worth to be the phrase's own code.
_PHRASE = 0.45
# A leaf as it is ranked, best first: less its score; of those that are as good the unspecified one, the one that free
# words say, the first in the book; and the words that speak for it. Scores are rounded: sums of the same terms in
# another order differ in the last place, and equal must stay equal.
_Scored: TypeAlias = tuple[float, bool, int, int, Leaf, Sequence[int]]


class Composed(NamedTuple):
    """The outcome for one concept.

    Args:
        leaf: the code or stem that the words support best.
        support: words of the note that decided, as numbers.
        margin: how far the best is ahead of the next, in weight units.
        missing: words that tell the codes below apart and that the note does not say.
        near: the next best codes, best first.
    """

    leaf: Leaf
    support: tuple[int, ...]
    margin: float
    missing: tuple[str, ...]
    near: tuple[str, ...]


def most_specific(
    keys: Sequence[str],
    family: Family,
    evidence: Evidence,
    side: str,
    default: str,
    own: frozenset[str],
    refused: frozenset[str],
    of_other: Callable[[int], bool],
) -> Composed:
    """The code that the words support best.

    Args:
        keys: of the note.
        family: the codes below the concept.
        evidence: the keys that hold.
        side: of the concept, or "".
        default: the billable code that the bare phrase gives, or "".
        own: the keys of its strongest mention.
        refused: the keys that are denied beside it.
        of_other: whether a word is part of what another condition is called.
    """
    words = lexicon.shipped()
    told = {*evidence, *refused}
    # What each key is worth to the codes that name it, and the word that says it. One word says one thing: "axilla" is
    # said by it more than the upper limb.
    said: dict[str, tuple[bool, float, int]] = {}
    for key, (weight, word) in evidence.items():
        said[key] = key in words.default, weight * (0.15 if key in own or key in words.vague else 1.0), word
    if side in ("left", "right"):
        said[_UNILATERAL] = _UNILATERAL in words.default, 0.0, -1
        told.add(_UNILATERAL)
    holding = family.holding
    spoken = {number for key in told & holding.keys() for number in holding[key]}
    others = {word for _, word in evidence.values() if of_other(word)}
    scored = [s for s in _silent(family, side, default) if s[3] not in spoken]
    for number in spoken:
        leaf = family.leaves[number]
        score = -leaf.unsaid
        lacking = leaf.lacking
        support: list[int] = []
        heard: dict[int, float] = {}
        for key in leaf.plain:
            if key not in said:
                continue
            by_default, weight, word = said[key]
            if by_default:
                score += BY_DEFAULT
            else:
                score += ABSENT
                lacking -= 1
            if word >= 0:
                if weight > heard.get(word, 0.0):
                    heard[word] = weight
                support.append(word)
        score += sum(heard.values())
        # A side alone never chooses a site that the note does not name.
        sided = _sided(leaf, side)
        score += min(sided, 0.3) if lacking else sided
        for key in leaf.denied:
            if key in evidence:
                score -= 0.5 if key not in own else 0.0
            else:
                score += 0.3 if key in refused else -UNMENTIONED
        if leaf.unspecified or leaf.denied:
            score += MODEST
        if leaf.other:
            score -= 0.1 if any(keys[i] not in own for i in support) else OTHER
        if default and _stands_for(leaf, default):
            score += _PHRASE
        far = sum(word in others for word in support) if others else 0
        scored.append((-round(score, 9), not leaf.unspecified, far, number, leaf, support))
    scored.sort()
    best = scored[0]
    if default and not _stands_for(best[4], default):
        # Away from the phrase's own code only for words that all stand in the note, and for some.
        kept = next((s for s in scored if _stands_for(s[4], default)), None)
        if kept is not None and (
            _says_less(best, kept[4], own, refused)
            or any(k not in evidence and k not in words.default and k not in SIDES for k in best[4].keys)
        ):
            best = kept
    rest = [s for s in scored[:4] if s is not best][:3]
    return Composed(
        best[4],
        tuple(sorted(best[5])),
        rest[0][0] - best[0] if rest else 1.0,
        _missing(family, best[3]),
        tuple([s[4].codes[0] for s in rest if s[0] < 1.0]),
    )


def _says_less(best: _Scored, kept: Leaf, own: frozenset[str], refused: frozenset[str]) -> bool:
    """Whether the best stands there for want of words, beside the phrase's own code that its words name."""
    leaf, support = best[4:]
    return (
        (leaf.unspecified and not support and leaf.side == kept.side)
        and refused.isdisjoint(kept.keys)
        and not (kept.keys & own) <= SIDES
    )


@lru_cache(maxsize=2048)
def _silent(family: Family, side: str, default: str) -> Sequence[_Scored]:
    """The leaves by what they are worth where the note says nothing of them but the side, best first."""
    found: list[_Scored] = []
    for number, leaf in enumerate(family.leaves):
        sided = _sided(leaf, side)
        score = leaf.silent + (min(sided, 0.3) if leaf.lacking else sided)
        if default and _stands_for(leaf, default):
            score += _PHRASE
        found.append((-round(score, 9), not leaf.unspecified, 0, number, leaf, ()))
    return sorted(found)


def _sided(leaf: Leaf, side: str) -> float:
    return 0.0 if not leaf.side else 1.2 if leaf.side == side else -3.0 if side else -1.5


def _stands_for(leaf: Leaf, default: str) -> bool:
    """Whether a leaf is the phrase's own code, or below it."""
    return leaf.code.startswith(default) or default in leaf.codes


@lru_cache(maxsize=8192)
def _missing(family: Family, number: int) -> tuple[str, ...]:
    """What a physician would have to document for a more specific code, of what the codes' titles name."""
    leaves, named = family.leaves, family.named
    best = leaves[number]
    if not best.unspecified or _OR_UNSPECIFIED in best.title:
        # "Stage 1 through stage 4, or unspecified": that no more is said may be what is said.
        return ()
    found = []
    if named >= {"left", "right"} and not best.keys & SIDES and _differ_by_side(leaves):
        found.append("side (left, right or both)")
    if "displac" in named and "displac" not in best.keys:
        found.append("displaced or nondisplaced")
    if named & {"stag", "stage"}:
        found.append("stage")
    if named & {"mild", "moderate", "sever"}:
        found.append("severity")
    if "trimester" in named:
        found.append("trimester")
    if not found:
        examples = [leaf.title for leaf in leaves if not (leaf.unspecified or leaf.other) and leaf is not best][:2]
        found.append("kind or site" + (f", such as: {'; '.join(examples)}" if examples else ""))
    return tuple(found)


def _differ_by_side(leaves: tuple[Leaf, ...]) -> bool:
    """Whether two codes differ by the side alone ("left ventricular failure" names no side)."""
    known = {leaf.keys for leaf in leaves}
    return any("left" in keys and (keys - {"left"}) | {"right"} in known for keys in known)
