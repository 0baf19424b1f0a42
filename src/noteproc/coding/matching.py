"""Finding phrases in a note: candidates from the index, then verification word by word.

Every key of a phrase must stand in one sentence, near enough to the others. Words may be reordered and lie apart;
what lies between decides. Nothing is matched by likeness of whole phrases: only a single unknown word may be repaired,
and then never a number, a side, or a word that negates.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import compress, count
from typing import NamedTuple, TypeAlias

from noteproc.codesets import ICD10CM
from noteproc.coding.gaps import between, has_comma
from noteproc.coding.index import PhraseIndex, Plan
from noteproc.coding.reading import SIDES, Reading
from noteproc.coding.spelling import MIN_LENGTH, Repairs
from noteproc.records import MatchKind
from noteproc.text import lexicon

# How many keyed words apart the two rarest words of a phrase may stand.
_WINDOW = 9
# What may stand at most between two words that come the other way round.
_TURNED = 1.35
# Numbers remembered by a process.
_KEPT = 100_000
# An abbreviation is matched whole, but for these of its words.
_SPARED = frozenset({"disorder", "left", "right", "bilateral", "congestiv"})
# "ER+" and "ER (+)", but not "2+ edema" or "+SOB".
_PLUS = re.compile(r"\+(?:(?<=\(\+)\)|(?![\w+]))")


class Match(NamedTuple):
    """A phrase found in the note.

    Attributes:
        phrase: its number in the index.
        system: of the code that it leads to.
        code: as the dictionary gives it; it may be a header.
        at: the words it was matched on, ascending.
        kind: how it matched.
        score: in (0, 1]: tightness and trust together.
        rarity: the summed rarity of its keys.
    """

    phrase: int
    system: str
    code: str
    at: tuple[int, ...]
    kind: MatchKind
    score: float
    rarity: float

    @property
    def first(self) -> int:
        """The first word."""
        return self.at[0]

    @property
    def last(self) -> int:
        """The last word."""
        return self.at[-1]


# By phrase and words.
_Found: TypeAlias = dict[tuple[int, tuple[int, ...]], Match]
_MATCH = partial(tuple.__new__, Match)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The keyed words of a note.

    Args:
        ids: the number of each key.
        at: the word that each stands for.
        whole: for those that are part of an abbreviation, its keys.
        repaired: which words were repaired.
        against: for those that are part of an abbreviation which names a side, the key of the other side.
    """

    ids: list[int]
    at: list[int]
    whole: dict[int, frozenset[int]]
    repaired: frozenset[int]
    against: dict[int, int]


class _Numbers(dict[str, int]):
    """The number of a key: of the vocabulary from 0, of what it misspells from -3 down, or one of these two."""

    UNKNOWN = -1
    LIGHT = -2

    def __init__(self, index: PhraseIndex, words: lexicon.Lexicon) -> None:
        super().__init__()
        self._vocabulary = index.vocabulary
        self._light = words.stop | words.filler
        self._repairs = Repairs(index.words)

    def __missing__(self, key: str) -> int:
        number = self.LIGHT if key in self._light else self._vocabulary.get(key, self.UNKNOWN)
        if number == self.UNKNOWN and len(key) >= MIN_LENGTH:
            mended = self._repairs.of(key)
            if mended:
                number = -3 - self._vocabulary[mended]
        if len(self) < _KEPT:
            self[key] = number
        return number


class Matcher:
    """Finds the phrases of an index in notes.

    Args:
        index: the compiled phrases.
    """

    def __init__(self, index: PhraseIndex) -> None:
        self.index = index
        self._lexicon = lexicon.shipped()
        self._numbers = _Numbers(index, self._lexicon)
        self._parts = lru_cache(maxsize=4096)(self._read_parts)
        other = {"left": "right", "right": "left"}
        self._sides = {side: index.vocabulary.get(away, _Numbers.UNKNOWN) for side, away in other.items()}
        self._positive = index.vocabulary.get(self._lexicon.key("positive"))

    def find(self, reading: Reading) -> list[Match]:
        """Every match, nested ones included, in text order."""
        note = self._number(reading)
        found: _Found = {}
        self._find_single(note, found)
        ids, at, apart = note.ids, note.at, self.index.apart
        low = 0
        while low < len(at):
            high = bisect_left(at, reading.words_of(reading.sentence_of[at[low]]).stop, low)
            if high - low > 1:
                present = set(ids[low:high])
                leading = [key for key in present if not apart[key](present)]
                if leading:
                    self._find(reading, note, range(low, high), present, leading, found)
            low = high
        return sorted(found.values(), key=_text_order)

    def _find_single(self, note: _Numbered, found: _Found) -> None:
        """Adds the matches of phrases of one key."""
        whole, repaired, alone = note.whole, note.repaired, self.index.alone
        for i in compress(count(), map(alone.__getitem__, note.ids)):
            if whole and len(whole.get(i, ())) > 1:
                continue
            word = note.at[i]
            spread = (word,)
            for plan in alone[note.ids[i]]:
                if word in repaired:
                    _keep(found, _match(note, plan, spread, 0.0, True))
                else:
                    found[plan[0], spread] = _MATCH((plan[0], plan[2], plan[3], spread, "exact", plan[4], plan[5]))

    def _find(
        self, reading: Reading, note: _Numbered, span: range, present: set[int], leading: Sequence[int], found: _Found
    ) -> None:
        """Adds the matches of one sentence of phrases of several keys.

        Args:
            span: its keyed words.
            present: their keys.
            leading: those with the second key of one of their phrases beside them.
        """
        where: dict[int, list[int]] = {}
        for i, key in enumerate(note.ids[span.start : span.stop], span.start):
            if key in where:
                where[key].append(i)
            else:
                where[key] = [i]
        for key in leading:
            for second in self.index.heads[key][1] & present:
                beside = _beside(where[key], where[second])
                for plan, rest in self.index.pairs(key, second) if beside else ():
                    if not rest or present.issuperset(rest):
                        for i, j in beside:
                            match = self._verify(reading, note, where, plan, i, j)
                            if match is not None:
                                _keep(found, match)

    def _number(self, reading: Reading) -> _Numbered:
        """The keys of the note as numbers."""
        expansions = reading.expansions
        numbers = list(map(self._numbers.__getitem__, reading.keys))
        plain = [i for i, number in enumerate(numbers) if number >= 0]
        ids: list[int] = []
        at: list[int] = []
        whole: dict[int, frozenset[int]] = {}
        against: dict[int, int] = {}
        repaired = [i for i, number in enumerate(numbers) if number < _Numbers.LIGHT and not expansions[i]]
        positive = self._positives(reading)
        meant = reading.meant
        done = 0
        # Most words are just one key, or none.
        for i in sorted({*repaired, *positive, *meant, *compress(count(), expansions)}):
            number, longer = numbers[i], expansions[i]
            if number == _Numbers.LIGHT:
                continue
            here = bisect_right(plain, i, done)
            at += plain[done:here]
            ids += map(numbers.__getitem__, plain[done:here])
            done = here
            if number < _Numbers.LIGHT and not longer:
                ids.append(-3 - number)
                at.append(i)
            for key in meant.get(i, ()):
                if key in self.index.vocabulary:
                    ids.append(self.index.vocabulary[key])
                    at.append(i)
            if i in positive and self._positive is not None:
                ids.append(self._positive)
                at.append(i)
            if longer:
                wanted, parts = self._parts(longer)
                other = next((self._sides[part] for part in longer if part in self._sides), None)
                for part in parts:
                    whole[len(ids)] = wanted
                    if other is not None:
                        against[len(ids)] = other
                    ids.append(part)
                    at.append(i)
        at += plain[done:]
        ids += map(numbers.__getitem__, plain[done:])
        return _Numbered(ids, at, whole, frozenset(repaired), against)

    def _read_parts(self, expansion: tuple[str, ...]) -> tuple[frozenset[int], tuple[int, ...]]:
        """The numbers of an abbreviation's words: those that a match must hold together, and all that are known."""
        vocabulary = self.index.vocabulary
        wanted = frozenset(vocabulary.get(part, _Numbers.UNKNOWN) for part in expansion if part not in _SPARED)
        return wanted, tuple(vocabulary[part] for part in expansion if part in vocabulary)

    def _positives(self, reading: Reading) -> frozenset[int]:
        """The words that a plus follows ("ER+")."""
        if "+" not in reading.text:
            return frozenset()
        found: set[int] = set()
        for m in _PLUS.finditer(reading.text):
            start = m.start()
            if m.end() - start > 1:
                start -= 2 if reading.text[start - 2 : start - 1].isspace() else 1
            word = reading.word_before(start)
            if word >= 0 and reading.words[word].end == start:
                found.add(word)
        return frozenset(found)

    def _verify(
        self, reading: Reading, note: _Numbered, where: Mapping[int, list[int]], plan: Plan, i: int, j: int
    ) -> Match | None:
        """The match of a phrase whose two rarest keys stand at ``i`` and ``j``, or None.

        Args:
            where: the places of each key of their sentence, ascending.
        """
        _, keys, system, _, _, _, joined, breaks, numbered, limit = plan
        chosen: tuple[int, ...] = (i, j) if note.ids[i] == keys[0] else (j, i)
        if len(keys) > 2:
            chosen = _chosen(note, where, keys, i, j)
            if not chosen:
                return None
        at = note.at
        places = [at[position] for position in chosen]
        abbreviated = False
        if note.whole:
            for position in chosen:
                whole = note.whole.get(position)
                if whole:
                    abbreviated = True
                    # "LHC via R radial" is no right heart catheterization.
                    if not whole.issubset(keys) or note.against.get(position) in keys:
                        return None
            if abbreviated:
                places = _without_lenders(note, keys, chosen, places)
        if numbered and not _numbers_in_place(self.index.words, keys, places, reading, self._lexicon):
            return None
        ordered = sorted(places)
        in_order = places == ordered
        if not in_order and breaks:
            # "No-show" is not "showed no": words that negate keep their place.
            return None
        spread = tuple(dict.fromkeys(ordered))
        cost = between(reading, spread, self._lexicon, joined, told=in_order and system != ICD10CM)
        if cost > limit or (len(keys) == 2 and not in_order and cost > _TURNED):
            return None
        if not in_order and abbreviated and has_comma(reading, spread):
            # "COPD, HTN" is a list, not hypertension due to COPD.
            return None
        return _match(note, plan, spread, cost, in_order)


def _text_order(match: Match) -> tuple[int, int, tuple[int, ...], str, str, int]:
    at = match.at
    return at[0], -len(at), at, match.system, match.code, match.phrase


def _chosen(note: _Numbered, where: Mapping[int, list[int]], keys: tuple[int, ...], i: int, j: int) -> tuple[int, ...]:
    """Where each key of a phrase stands, nearest to ``i`` and ``j`` where two of them stand; () where one does not."""
    low, high = (i, j) if i < j else (j, i)
    rarest = {note.ids[i]: i, note.ids[j]: j}
    chosen: list[int] = []
    for key in keys:
        position = rarest.get(key, -1)
        if position < 0:
            position = _nearest(where.get(key, ()), low, high)
            if position < 0:
                return ()
        chosen.append(position)
    return tuple(chosen)


def _without_lenders(note: _Numbered, keys: tuple[int, ...], chosen: tuple[int, ...], places: list[int]) -> list[int]:
    """The words of a match, less an abbreviation of which another holds all that it gives.

    In "CAD s/p CABG" the coronary artery that has a bypass is that of the CABG alone.
    """
    wholes = {note.at[position]: note.whole[position] for position in chosen if position in note.whole}
    if len(wholes) < 2:
        return places
    found = places
    for word in wholes:
        given = {key for key, place in zip(keys, found, strict=True) if place == word}
        holder = next((other for other, whole in wholes.items() if other != word and given <= whole), None)
        if holder is not None and holder in found:
            found = [holder if place == word else place for place in found]
    return found


def _match(note: _Numbered, plan: Plan, spread: tuple[int, ...], cost: float, in_order: bool) -> Match:
    phrase, keys, system, code, trust, rarity, _, _, _, _ = plan
    count = len(keys)
    kind: MatchKind = "exact" if in_order and cost <= 0.3 else "reordered"
    if note.repaired and not note.repaired.isdisjoint(spread):
        kind = "repaired"
        trust *= 0.9
    score = trust * count / (count + 0.5 * cost + (0.0 if in_order else 0.15))
    return _MATCH((phrase, system, code, spread, kind, score, rarity))


def _keep(found: _Found, match: Match) -> None:
    place = match[0], match[3]
    known = found.get(place)
    if known is None or match.score > known.score:
        found[place] = match


def _beside(places: list[int], others: list[int]) -> list[tuple[int, int]]:
    """The pairs of places that are near enough to each other."""
    if len(places) == 1 == len(others):
        i, j = places[0], others[0]
        return [(i, j)] if -_WINDOW <= i - j <= _WINDOW else []
    return [(i, j) for i in places for j in _within(others, i - _WINDOW, i + _WINDOW)]


def _within(places: Sequence[int], low: int, high: int) -> Sequence[int]:
    """The places from ``low`` to ``high``, inclusive."""
    if places[0] >= low and places[-1] <= high:
        return places
    return places[bisect_left(places, low) : bisect_right(places, high)]


def _nearest(places: Sequence[int], i: int, j: int) -> int:
    """The place that is nearest to ``i`` and ``j``, or -1."""
    if len(places) == 1:
        return places[0] if i - _WINDOW <= places[0] <= j + _WINDOW else -1
    nearest = -1
    for position in _within(places, i - _WINDOW, j + _WINDOW) if places else ():
        if nearest < 0 or _gap(position, i, j) < _gap(nearest, i, j):
            nearest = position
    return nearest


def _numbers_in_place(
    names: list[str], keys: tuple[int, ...], places: list[int], reading: Reading, words: lexicon.Lexicon
) -> bool:
    """Whether each number stands by the word it counts ("stage 4", "type 2"), not somewhere in the sentence."""
    for n, key in enumerate(keys):
        if not names[key][0].isdigit() or len(keys) < 2:
            continue
        beside = (
            places[n - 1] if n and not names[key].endswith(("st", "nd", "rd", "th")) else places[(n + 1) % len(keys)]
        )
        low, high = sorted((places[n], beside))
        if high - low > 4 or any(
            reading.keys[i] not in words.stop and reading.keys[i] not in SIDES and not reading.keys[i][0].isdigit()
            for i in range(low + 1, high)
        ):
            return False
    return True


def _gap(position: int, i: int, j: int) -> int:
    return 0 if i < position < j else min(abs(position - i), abs(position - j))
