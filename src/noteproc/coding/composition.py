"""From a concept to the most specific code that the words support.

The concept names a category or subcategory; the codes below it differ by words of their titles: side, site, kind,
stage, with or without something. Each such word is looked for beside the mention, in its sentence, and in the other
sentences that speak of the same concept. A code that needs words which the note does not say loses to the one that
says "unspecified" or "without".
Source: ICD-10-CM Official Guidelines FY 2026, I.A.9 (other and unspecified codes), I.A.15 (with), I.B.2 (level of
detail), I.B.13 (laterality), I.C.19.c (fracture not said to be displaced or open).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from noteproc.codesets import ICD10CM, CodeSets
from noteproc.coding import dominance
from noteproc.coding.families import (
    ABSENT,
    BY_DEFAULT,
    MODEST,
    NEC,
    OTHER,
    UNMENTIONED,
    UNSPECIFIED,
    WITHOUT,
    Families,
    Family,
    Leaf,
)
from noteproc.coding.reading import SIDES, Reading
from noteproc.coding.sides import side_of
from noteproc.text import lexicon

_IMPLIED = {"left": ("unilateral",), "right": ("unilateral",)}
_STATED = 1.0
_IN_SENTENCE = 0.8
_ELSEWHERE = 0.4
_IMPLICATION = 0.9
_CLAUSE = 8
_BREATH = 3
# Skin tumours, of which the site is often told in another sentence, so many away.
_OF_SKIN = frozenset({"C43", "C44", "C4A"})
_SITE_AWAY = 3
# Chapters in which an unspecified event is a kind of its own beside the others: "motor-vehicle accident" is no fall.
_OF_CAUSES = "TVWXY"
# Words of their titles that name no site.
_NO_SITE = (
    "skin other part unspecified site area including overlapping malignant neoplasm carcinoma situ melanoma basal cell"
    " squamous merkel left right bilateral upper lower limb"
)
# "Cervical, thoracic, lumbar and sacral": so many siblings in one breath.
_MOST_JOINED = 4
_COORDINATED = re.compile(r"(?:\s*,\s*\w+)?\s*(?:,|&|\+|/|,?\s*\band\b)\s*(?:the\s+)?(?:left\s+|right\s+)?", re.I)
_SAME_CHARACTERS = 3
_MEASURED = re.compile(r"\.\d|\s?(?:[x×]\s?\d|cm\b|mm\b|%|mg\b|/\d)", re.I)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "three": "3", "two": "2", "four": "4", "one": "1"}
_COUNTS = frozenset({"stage", "stg", "grade", "class", "type", "category", "degree"})
_NOTHING: Mapping[int, tuple[int, ...]] = MappingProxyType({})
_ITEM_NUMBER = re.compile(r"[.):]\s")
# How far before a number the word that it counts may stand.
_COUNTED = 3


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


class Composer:
    """Walks from concepts to codes.

    Args:
        codesets: the loaded code sets.
    """

    def __init__(self, codesets: CodeSets) -> None:
        self._codesets = codesets
        self._lexicon = lexicon.shipped()
        self._families = Families(codesets)
        self._widened = lru_cache(maxsize=8192)(self._widen)
        self._unsaid = lru_cache(maxsize=8192)(self._read_unsaid)
        self._reach = lru_cache(maxsize=50_000)(self._read_reach)

    def compose(
        self,
        reading: Reading,
        base: str,
        default: str,
        mentions: list[tuple[int, ...]],
        stands: Callable[[int], bool],
        *,
        side: str = "",
        known: Mapping[str, int] | None = None,
        taken: Mapping[int, tuple[int, ...]] = _NOTHING,
    ) -> list[Composed]:
        """The codes for a concept; two where it is on both sides and no code says so.

        Args:
            reading: the note.
            base: the concept's code.
            default: the billable code that the bare phrase gives, or "".
            mentions: the words of each of its mentions, the strongest first.
            stands: whether a word of the note is asserted, so that it may choose a code.
            side: "left", "right" or "bilateral" where something else settled it.
            known: further keys that hold, and the word of the note that each comes from.
            taken: words that are part of what another condition is called, and all the words of that.
        """
        named, base = base, self._widened(base)
        if named != base and base[0] not in "CD":
            default = default or named
        family = self._families.of(base)
        if len(family.leaves) < 2:
            return [Composed(leaf, (), 1.0, (), ()) for leaf in family.leaves]
        telling = family.telling
        if base[:3] in _OF_SKIN:
            mentions = self._with_site(reading, mentions, telling, stands)
        foreign = self._foreign(reading, taken, telling | family.common)
        evidence = self._evidence(reading, mentions, telling, stands, foreign)
        for key, word in (known or {}).items():
            evidence.setdefault(key, (_STATED, word))
        sides = [side] if side else side_of(reading, mentions, base)
        if dominance.tells(telling) and sides and sides[0] in ("left", "right"):
            for key in dominance.BOTH:
                evidence.pop(key, None)
            for key in dominance.dominance(reading, mentions, sides[0], telling):
                evidence[key] = (_STATED, mentions[0][0])
        refused = self._refused(reading, mentions[0], family.denied, stands)

        silent = telling.isdisjoint(evidence) and telling.isdisjoint(refused)
        own = frozenset(reading.keys[i] for i in mentions[0])

        def best_on(one: str) -> Composed:
            if silent:
                return self._unsaid(base, one, default)
            return self._best(reading.keys, family, evidence, one, default, own, refused, taken)

        if sides == ["bilateral"] and "bilateral" not in family.named:
            return [best_on(one) for one in (("right", "left") if "left" in family.named else ("",))]
        best = best_on(sides[0] if sides else "")
        return [best] if silent else [best, *_joined(reading, family.leaves, best, evidence)]

    def _with_site(
        self,
        reading: Reading,
        mentions: list[tuple[int, ...]],
        telling: frozenset[str],
        stands: Callable[[int], bool],
    ) -> list[tuple[int, ...]]:
        """The mentions of a skin tumour, and the nearest word that names a site where their own sentences name none."""
        places = telling - _siteless()

        def named(sentence: int) -> int | None:
            for i in reading.words_of(sentence):
                if not places.isdisjoint(self._reach(reading.keys[i])) and stands(i):
                    return i
            return None

        own = {reading.sentence_of[at[0]] for at in mentions}
        if any(named(sentence) is not None for sentence in own):
            return mentions
        first = reading.sentence_of[mentions[0][0]]
        for away in range(1, _SITE_AWAY + 1):
            for sentence in (first - away, first + away):
                word = named(sentence) if 0 <= sentence < len(reading.sentences) else None
                if word is not None:
                    return [*mentions, (word,)]
        return mentions

    def _read_unsaid(self, base: str, side: str, default: str) -> Composed:
        """The code for a concept of which the note says nothing more, but for the side."""
        return self._best([], self._families.of(base), {}, side, default, frozenset(), frozenset(), _NOTHING)

    def _widen(self, base: str) -> str:
        """One level up where the concept is the unspecified code of its family: a sibling may say more."""
        sets = self._codesets
        entry = sets.entry(ICD10CM, base)
        if entry is None or entry.parent is None or len(entry.parent) < _SAME_CHARACTERS:
            return base
        if (
            base[0] in "CD"
            and base < "D50"
            and not base.startswith(("C77", "C79", "C80"))
            and len(base) > _SAME_CHARACTERS
            and UNSPECIFIED.search(entry.title)
        ):
            # A tumour of an unspecified site: the note may name the site elsewhere in the sentence.
            return base[:_SAME_CHARACTERS]
        if not entry.billable:
            return entry.parent if self._says_no_more(entry.title, entry.parent) else base
        if not _is_code(entry.parent) or len(base) == 8:
            return base
        if UNSPECIFIED.search(entry.title):
            above = sets.entry(ICD10CM, entry.parent)
            if above is not None and above.parent and UNSPECIFIED.search(above.title) and _is_code(above.parent):
                return above.parent
            return entry.parent
        if base[-1] in "09" and len(base) > 4 and WITHOUT.search(NEC.sub("", entry.title)):
            return entry.parent
        return base

    def _says_no_more(self, title: str, parent: str) -> bool:
        """Whether a heading says "unspecified" alone beyond the one above it ("deep veins": some are named)."""
        above = self._codesets.entry(ICD10CM, parent)
        if above is None or not UNSPECIFIED.search(title) or not _is_code(parent) or parent[0] in _OF_CAUSES:
            return False
        return frozenset(self._lexicon.keys(above.title)).issuperset(
            key for key in self._lexicon.keys(title) if key not in self._lexicon.filler
        )

    def _foreign(self, reading: Reading, taken: Mapping[int, tuple[int, ...]], known: frozenset[str]) -> frozenset[int]:
        """The words that say how another condition is.

        The "acute" of "acute blood loss anemia" makes no ulcer beside it acute; that of "acute cholecystitis" is said
        of the stones too, of whose codes one is called so. A site is shared freely.
        """
        found: set[int] = set()
        stop = self._lexicon.stop
        for word, holder in taken.items():
            if not self._tells_how(reading.keys[word]):
                continue
            named = [i for i in holder if not self._tells_how(reading.keys[i]) and reading.keys[i] not in stop]
            # What it is said of follows it, as a rule: in "anemia of chronic kidney disease" the kidney is chronic.
            noun = next((i for i in named if i > word), named[-1] if named else word)
            said = reading.expansions[noun] or (reading.keys[noun],)
            if all(known.isdisjoint(self._reach(key)) for key in said):
                found.add(word)
        return frozenset(found)

    def _tells_how(self, key: str) -> bool:
        return key in self._lexicon.manner or key[:1].isdigit()

    def _evidence(
        self,
        reading: Reading,
        mentions: list[tuple[int, ...]],
        telling: frozenset[str],
        stands: Callable[[int], bool],
        foreign: frozenset[int],
    ) -> dict[str, tuple[float, int]]:
        """Each key that stands near a mention: how much it counts, and the word."""
        found: dict[str, tuple[float, int]] = {}
        matched = {i for at in mentions for i in at}
        keys = reading.keys
        for at in mentions:
            sentence = reading.sentence_of[at[0]]
            for i in reading.words_of(sentence):
                own = keys[i]
                expansion = self._written_out(reading, i, telling, matched)
                if telling.isdisjoint(self._reach(own)) and not expansion and own not in _ROMAN:
                    continue
                said = (own, *expansion, *_as_number(reading, i))
                if all(telling.isdisjoint(self._reach(key)) for key in said):
                    continue
                if i in matched:
                    weight = _STATED
                elif i in foreign or not stands(i):
                    continue
                elif at[0] - _CLAUSE <= i <= at[-1] + _CLAUSE:
                    weight = _STATED if at is mentions[0] else _IN_SENTENCE
                else:
                    weight = _IN_SENTENCE if at is mentions[0] else _ELSEWHERE
                if own.isdigit() and not self._counts(reading, i, telling, matched):
                    continue
                for key in said:
                    if key not in found or found[key][0] < weight:
                        found[key] = (weight, i)
                    for implied in self._reach(key)[1:]:
                        if implied not in found or found[implied][0] < weight * _IMPLICATION:
                            found[implied] = (weight * _IMPLICATION, i)
        return found

    def _read_reach(self, key: str) -> tuple[str, ...]:
        """A key, and those that it says besides itself."""
        return key, *self._lexicon.implied(key)

    def _written_out(self, reading: Reading, i: int, telling: frozenset[str], matched: set[int]) -> tuple[str, ...]:
        """What abbreviation ``i`` stands for; a part of another condition's name says nothing of this one.

        The "chronic" of CKD makes no fibrillation beside it chronic.
        """
        expansion = reading.expansions[i]
        if len(expansion) < 2 or i in matched:
            return expansion
        return expansion if telling.issuperset(k for k in expansion if k not in self._lexicon.stop) else ()

    def _counts(self, reading: Reading, i: int, telling: frozenset[str], matched: set[int]) -> bool:
        """Whether number ``i`` stands by what it counts ("stage 2", "NIHSS on arrival 8"); no size does."""
        if i in matched:
            return True
        if _ITEM_NUMBER.match(reading.text, reading.words[i].end) and self._opens(reading, i):
            return False
        if _MEASURED.match(reading.text, reading.words[i].end) or reading.text[reading.words[i].start - 1] in ".x×":
            return False
        for k in range(i - 1, max(-1, i - _COUNTED - 1), -1):
            if k in matched or (reading.keys[k] in telling and not reading.keys[k].isdigit()):
                return True
            if reading.keys[k].isdigit() or "," in reading.between(k, k + 1):
                break
        return i + 1 < len(reading.words) and reading.keys[i + 1] in telling and not reading.keys[i + 1].isdigit()

    @staticmethod
    def _opens(reading: Reading, i: int) -> bool:
        """Whether nothing but marks stands before word ``i`` on its line."""
        start = reading.words[i].start
        return not reading.text[reading.text.rfind("\n", 0, start) + 1 : start].strip(" \t-*•#(")

    def _refused(
        self, reading: Reading, at: tuple[int, ...], denied: frozenset[str], stands: Callable[[int], bool]
    ) -> frozenset[str]:
        """Those of some keys that stand beside a mention and are denied there ("without loss of consciousness")."""
        found: set[str] = set()
        for i in reading.words_of(reading.sentence_of[at[0]]) if denied else ():
            if not at[0] - _CLAUSE <= i <= at[-1] + 2 * _CLAUSE or i in at:
                continue
            keys = (reading.keys[i], *reading.expansions[i])
            if denied.isdisjoint(keys) or self._lexicon.stop.issuperset(keys):
                continue
            if not stands(i):
                found.update(keys)
        return frozenset(found)

    def _best(
        self,
        keys: Sequence[str],
        family: Family,
        evidence: dict[str, tuple[float, int]],
        side: str,
        default: str,
        own: frozenset[str],
        refused: frozenset[str],
        taken: Mapping[int, tuple[int, ...]],
    ) -> Composed:
        """The code that the words support best.

        Args:
            keys: of the note.
            evidence: the keys that hold.
            side: of the concept, or "".
            own: the keys of its strongest mention.
            refused: the keys that are denied beside it.
            taken: words that are part of what another condition is called.
        """
        said, one_side = evidence.keys(), side in ("left", "right")
        told = {*said, *refused, "unilateral"} if one_side else {*said, *refused}
        # Best first; of those that are as good the unspecified one, the one that free words say, the first in the book.
        scored: list[tuple[float, bool, int, int, Leaf, tuple[int, ...]]] = []
        for order, leaf in enumerate(family.leaves):
            bonus = 0.45 if default and _stands_for(leaf, default) else 0.0
            sided = 0.0 if not leaf.side else 1.2 if leaf.side == side else -3.0 if side else -1.5
            if told.isdisjoint(leaf.plain) and told.isdisjoint(leaf.denied):
                score = leaf.silent + (min(sided, 0.3) if leaf.lacking else sided) + bonus
                scored.append((-round(score, 9), not leaf.unspecified, 0, order, leaf, ()))
                continue
            score = -leaf.unsaid
            lacking = leaf.lacking
            support: list[int] = []
            for key in leaf.plain:
                hit = evidence.get(key)
                one_sided = one_side and key == "unilateral"
                if hit is None and not one_sided:
                    continue
                if key in self._lexicon.default:
                    score += BY_DEFAULT
                else:
                    score += ABSENT
                    lacking -= 1
                if hit is not None and not one_sided:
                    score += hit[0] * (0.15 if key in own or key in self._lexicon.vague else 1.0)
                    support.append(hit[1])
            # A side alone never chooses a site that the note does not name.
            score += min(sided, 0.3) if lacking else sided
            for key in leaf.denied:
                hit = evidence.get(key)
                if hit is not None:
                    score -= 0.5 if key not in own else 0.0
                else:
                    score += 0.3 if key in refused else -UNMENTIONED
            if leaf.unspecified or leaf.denied:
                score += MODEST
            if leaf.other:
                score -= 0.1 if any(keys[i] not in own for i in support) else OTHER
            # Sums of the same terms in another order differ in the last place: equal must stay equal.
            far = sum(i in taken for i in support)
            scored.append((-round(score + bonus, 9), not leaf.unspecified, far, order, leaf, tuple(sorted(support))))
        scored.sort()
        best = scored[0]
        if default and not _stands_for(best[4], default):
            # Away from the phrase's own code only for words that all stand in the note.
            kept = next((s for s in scored if _stands_for(s[4], default)), None)
            if kept is not None and any(
                k not in evidence and k not in self._lexicon.default and k not in SIDES for k in best[4].keys
            ):
                best = kept
        rest = [s for s in scored[:4] if s is not best][:3]
        leaf = best[4]
        return Composed(
            leaf,
            best[5],
            rest[0][0] - best[0] if rest else 1.0,
            _missing(leaf, family.named, family.leaves),
            tuple(s[4].codes[0] for s in rest if s[0] < 1.0),
        )


def _stands_for(leaf: Leaf, default: str) -> bool:
    """Whether a leaf is the phrase's own code, or below it."""
    return leaf.code.startswith(default) or default in leaf.codes


def _as_number(reading: Reading, i: int) -> tuple[str, ...]:
    """The number that a roman numeral is beside what it counts: "stage IV"."""
    number = _ROMAN.get(reading.keys[i])
    return (number,) if number and i and reading.words[i - 1].form in _COUNTS else ()


def _is_code(parent: str) -> bool:
    return "-" not in parent and len(parent) >= _SAME_CHARACTERS


def _missing(best: Leaf, named: frozenset[str], leaves: tuple[Leaf, ...]) -> tuple[str, ...]:
    """What a physician would have to document for a more specific code, of what the codes' titles name."""
    if not best.unspecified:
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


@lru_cache(maxsize=1)
def _siteless() -> frozenset[str]:
    return frozenset(lexicon.shipped().keys(_NO_SITE))


def _joined(
    reading: Reading, leaves: tuple[Leaf, ...], best: Composed, evidence: Mapping[str, tuple[float, int]]
) -> list[Composed]:
    """The siblings that the note names in one breath with the best ("femoral and popliteal veins")."""
    found: list[Composed] = []
    said = frozenset(key for key, (weight, _) in evidence.items() if weight >= _STATED) - SIDES
    named: list[tuple[int, Leaf]] = []
    start = -1
    for leaf in leaves if len(said) > 1 else ():
        if said.isdisjoint(leaf.keys):
            continue
        ours, theirs = best.leaf.keys - leaf.keys, leaf.keys - best.leaf.keys
        if len(ours) != 1 or len(theirs) != 1 or leaf.denied != best.leaf.denied or leaf.unspecified or leaf.other:
            continue
        one, other = evidence.get(next(iter(ours))), evidence.get(next(iter(theirs)))
        if one is None or other is None or (ours | theirs) & SIDES or one[0] < _STATED or other[0] < _STATED:
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
