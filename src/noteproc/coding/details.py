"""What the words near a mention say more of a condition: its side, site, kind or stage, and what is denied of it.

Each key that tells the codes of a concept apart is looked for beside its mentions, in their sentences, and in the other
sentences that speak of the same concept.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import compress, count
from typing import TypeAlias

from noteproc.coding.holders import Holders, tells_how
from noteproc.coding.reading import Reading
from noteproc.text import lexicon

# Keys that hold: how much each counts, and the word of the note that says it.
Evidence: TypeAlias = dict[str, tuple[float, int]]

# What counts in full; the rest is told farther away, or only implied.
STATED = 1.0
_IN_SENTENCE = 0.8
_CONTINUED = 0.6
_ELSEWHERE = 0.4
_IMPLICATION = 0.9
# So many words either side of a mention are close to it.
_CLAUSE = 8
# The site of a skin tumour is often told in another sentence, so many away.
_SITE_AWAY = 3
# The words that say which part stand so far before it.
_PART_BEFORE = 3
# Words of their titles that name no site.
_NO_SITE = (
    "skin other part unspecified site area including overlapping malignant neoplasm carcinoma situ melanoma basal cell"
    " squamous merkel left right bilateral upper lower limb"
)
# Levels of the spine, and what lies between the last of one part and the first of the next.
_LEVEL = re.compile(r"[ctls]\d{1,2}")
_JUNCTIONS = {"ls": "lumbosacral", "tl": "thoracolumbar", "ct": "cervicothoracic"}
_MEASURED = re.compile(r"\.\d|\s?(?:[x×]\s?\d|cm\b|mm\b|%|mg\b|/\d)", re.I)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "three": "3", "two": "2", "four": "4", "one": "1"}
_COUNTS = frozenset({"stage", "stg", "grade", "class", "type", "category", "degree"})
_ITEM_NUMBER = re.compile(r"[.):]\s")
# How far before a number the word that it counts may stand.
_COUNTED = 3


class Details:
    """Finds what one note says more of its conditions.

    Args:
        reading: the note.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._lexicon = lexicon.shipped()
        self._beyond: Mapping[str, Sequence[int]] | None = None

    def evidence(
        self,
        mentions: list[tuple[int, ...]],
        telling: frozenset[str],
        stands: Callable[[int], bool],
        foreign: frozenset[int],
        further: Sequence[int] = (),
    ) -> Evidence:
        """Each key that stands near a mention: how much it counts, and the word.

        Args:
            mentions: the words of each mention, the strongest first.
            telling: the keys by which the codes of the concept differ.
            stands: whether a word of the note is asserted.
            foreign: the words that say how another condition is.
            further: the sentences that go on about it.
        """
        reading = self._reading
        found: Evidence = {}
        matched = {i for at in mentions for i in at}
        own = dict.fromkeys([reading.sentence_of[at[0]] for at in mentions])
        said = self._said(telling)
        for at in mentions:
            for i in _within(reading.words_of(reading.sentence_of[at[0]]), said):
                if at[0] - _CLAUSE <= i <= at[-1] + _CLAUSE:
                    weight = STATED if at is mentions[0] else _IN_SENTENCE
                else:
                    weight = _IN_SENTENCE if at is mentions[0] else _ELSEWHERE
                self._hear(found, i, telling, stands, foreign, matched, weight)
        for sentence in further:
            for i in _within(reading.words_of(sentence), said) if sentence not in own else ():
                self._hear(found, i, telling, stands, foreign, matched, _CONTINUED)
        if not _levels().isdisjoint(telling):
            self._join_levels(found, dict.fromkeys((*own, *further)), telling, stands)
        return found

    def _join_levels(
        self,
        found: Evidence,
        sentences: Iterable[int],
        telling: frozenset[str],
        stands: Callable[[int], bool],
    ) -> None:
        """Reads a disc's two levels: "L5-S1" is lumbosacral and not lumbar, "C5-6" ends at C6."""
        reading = self._reading
        for i in (i for sentence in sentences for i in reading.words_of(sentence)[:-1]):
            if not _LEVEL.fullmatch(reading.keys[i]) or reading.between(i, i + 1) not in ("-", "/", "–"):
                continue
            upper, lower = reading.keys[i], reading.keys[i + 1]
            lower = upper[0] + lower if lower.isdigit() else lower
            if not _LEVEL.fullmatch(lower) or not stands(i):
                continue
            junction = _JUNCTIONS.get(upper[0] + lower[0])
            if junction in telling:
                for whole in ("lumbar", "thoracic", "cervical"):
                    found.pop(whole, None)
                found[junction] = (STATED, i)
            elif lower in telling and lower not in found:
                found[lower] = (STATED, i + 1)

    def _hear(
        self,
        found: Evidence,
        i: int,
        telling: frozenset[str],
        stands: Callable[[int], bool],
        foreign: frozenset[int],
        matched: set[int],
        weight: float,
    ) -> None:
        """Adds what word ``i`` says of a condition to what was found."""
        reading = self._reading
        own = reading.keys[i]
        said = (own, *self._written_out(i, telling, matched), *_as_number(reading, i))
        if all(telling.isdisjoint(_reach(key)) for key in said):
            return
        if i in matched:
            weight = STATED
        elif i in foreign or not stands(i):
            return
        if own.isdigit() and not self._counts(i, telling, matched):
            return
        for key in said:
            if key not in found or found[key][0] < weight:
                found[key] = (weight, i)
            for implied in _reach(key)[1:]:
                if implied not in found or found[implied][0] < weight * _IMPLICATION:
                    found[implied] = (weight * _IMPLICATION, i)

    def foreign(
        self,
        mentions: list[tuple[int, ...]],
        holders: Holders,
        category: str,
        known: frozenset[str],
        further: Sequence[int] = (),
    ) -> frozenset[int]:
        """The words of the mentions' sentences, and of further ones, that say how another condition is.

        The "acute" of "acute blood loss anemia" makes no ulcer beside it acute; that of "acute cholecystitis" is said
        of the stones too, of whose codes one is called so. A site is shared freely.

        Args:
            mentions: the words of each mention of the concept.
            holders: the longer phrases of the note.
            category: of the concept.
            known: the keys of the concept and of its codes.
            further: the sentences that go on about it.
        """
        reading = self._reading
        found: set[int] = set()
        stop = self._lexicon.stop
        for sentence in dict.fromkeys((*[reading.sentence_of[at[0]] for at in mentions], *further)):
            for word, holder in holders.telling_how(reading.words_of(sentence), category):
                named = [i for i in holder if not tells_how(reading.keys[i]) and reading.keys[i] not in stop]
                # What it is said of follows it, as a rule: in "anemia of chronic kidney disease" the kidney is chronic.
                noun = next((i for i in named if i > word), named[-1] if named else word)
                said = reading.expansions[noun] or (reading.keys[noun],)
                if all(known.isdisjoint(_reach(key)) for key in said):
                    found.add(word)
        return frozenset(found)

    def said_by(self, at: tuple[int, ...]) -> frozenset[str]:
        """What the words of a mention say, themselves or by what they imply."""
        reading = self._reading
        return frozenset(key for i in at for key in _reach(reading.keys[i]))

    def refused(self, at: tuple[int, ...], denied: frozenset[str], stands: Callable[[int], bool]) -> frozenset[str]:
        """Those of some keys that stand beside a mention and are denied there ("without loss of consciousness")."""
        reading = self._reading
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

    def with_site(
        self,
        mentions: list[tuple[int, ...]],
        telling: frozenset[str],
        stands: Callable[[int], bool],
    ) -> list[tuple[int, ...]]:
        """The mentions of a skin tumour, and the nearest word that names a site where their own sentences name none."""
        reading = self._reading
        places = telling - _siteless()

        def named(sentence: int) -> int | None:
            for i in reading.words_of(sentence):
                if not places.isdisjoint(_reach(reading.keys[i])) and stands(i):
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

    def with_part(
        self,
        mentions: list[tuple[int, ...]],
        part: str,
        telling: frozenset[str],
        stands: Callable[[int], bool],
    ) -> list[tuple[int, ...]]:
        """The mentions, and the words by which the note names the one part that it names anywhere ("the upper outer
        quadrant"), where none of their own sentences names one."""
        reading = self._reading
        own = {reading.sentence_of[at[0]] for at in mentions}
        named: dict[tuple[str, ...], tuple[int, ...]] = {}
        for word in (*reading.places(part),):
            said = range(max(0, word - _PART_BEFORE), word + 1)
            at = tuple(i for i in said if not telling.isdisjoint((reading.keys[i], *reading.expansions[i])))
            if reading.sentence_of[word] in own:
                return mentions
            if at and stands(word):
                named.setdefault(tuple(sorted({reading.keys[i] for i in at})), at)
        return [*mentions, *named.values()] if len(named) == 1 else mentions

    def _said(self, telling: frozenset[str]) -> list[Sequence[int]]:
        """The words that may say each of some keys, in order."""
        if self._beyond is None:
            self._beyond = self._read_beyond()
        reading, beyond = self._reading, self._beyond
        found: list[Sequence[int]] = [reading.places(key) for key in reading.held() & telling]
        return found + [beyond[key] for key in beyond.keys() & telling]

    def _read_beyond(self) -> Mapping[str, Sequence[int]]:
        """What the words that abbreviations stand for imply, and what numerals say, each with its words."""
        reading = self._reading
        found: dict[str, list[int]] = {}
        more = [(i, reading.expansions[i]) for i in compress(count(), reading.expansions)]
        more += [(i, _as_number(reading, i)) for i in compress(count(), map(_ROMAN.__contains__, reading.keys))]
        for i, keys in more:
            for said in (said for key in keys for said in _reach(key)):
                found.setdefault(said, []).append(i)
        return found

    def _written_out(self, i: int, telling: frozenset[str], matched: set[int]) -> tuple[str, ...]:
        """What abbreviation ``i`` stands for; a part of another condition's name says nothing of this one.

        The "chronic" of CKD makes no fibrillation beside it chronic.
        """
        reading = self._reading
        expansion = reading.expansions[i]
        if len(expansion) < 2 or i in matched:
            return expansion
        return expansion if telling.issuperset(k for k in expansion if k not in self._lexicon.stop) else ()

    def _counts(self, i: int, telling: frozenset[str], matched: set[int]) -> bool:
        """Whether number ``i`` stands by what it counts ("stage 2", "NIHSS on arrival 8"); no size does."""
        reading = self._reading
        if i in matched:
            return True
        if _ITEM_NUMBER.match(reading.text, reading.words[i].end) and _opens(reading, i):
            return False
        if _MEASURED.match(reading.text, reading.words[i].end) or reading.text[reading.words[i].start - 1] in ".x×":
            return False
        for k in range(i - 1, max(-1, i - _COUNTED - 1), -1):
            if k in matched or (reading.keys[k] in telling and not reading.keys[k].isdigit()):
                return True
            if reading.keys[k].isdigit() or "," in reading.between(k, k + 1):
                break
        return i + 1 < len(reading.words) and reading.keys[i + 1] in telling and not reading.keys[i + 1].isdigit()


@lru_cache(maxsize=50_000)
def _reach(key: str) -> tuple[str, ...]:
    """A key, and those that it says besides itself."""
    return key, *lexicon.shipped().implied(key)


def _within(span: range, said: Sequence[Sequence[int]]) -> list[int]:
    """The words of a stretch that are among some words, in order."""
    found: set[int] = set()
    for places in said:
        first = bisect_left(places, span.start)
        if first < len(places) and places[first] < span.stop:
            found.update(places[first : bisect_left(places, span.stop, first)])
    return sorted(found)


def _opens(reading: Reading, i: int) -> bool:
    """Whether nothing but marks stands before word ``i`` on its line."""
    start = reading.words[i].start
    return not reading.text[reading.text.rfind("\n", 0, start) + 1 : start].strip(" \t-*•#(")


def _as_number(reading: Reading, i: int) -> tuple[str, ...]:
    """The number that a roman numeral is beside what it counts: "stage IV"."""
    number = _ROMAN.get(reading.keys[i])
    return (number,) if number and i and reading.words[i - 1].form in _COUNTS else ()


@lru_cache(maxsize=1)
def _levels() -> frozenset[str]:
    """What two levels of the spine may tell: where they meet, or the lower one."""
    written = [f"{part}{number}" for part in "ctls" for number in (*range(100), *map("{:02}".format, range(10)))]
    return frozenset((*written, *_JUNCTIONS.values()))


@lru_cache(maxsize=1)
def _siteless() -> frozenset[str]:
    return frozenset(lexicon.shipped().keys(_NO_SITE))
