"""Finding phrases in a note: candidates from the index, then verification word by word.

Every key of a phrase must stand in one sentence, near enough to the others. Words may be reordered and lie apart;
what lies between decides. Nothing is matched by likeness of whole phrases: only a single unknown word may be repaired,
and then never a number, a side, or a word that negates.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np

from noteproc.codesets import ICD10CM
from noteproc.coding.gaps import BREAKERS, between, has_comma
from noteproc.coding.index import PhraseIndex
from noteproc.coding.reading import Reading
from noteproc.coding.spelling import MIN_LENGTH, Repairs
from noteproc.records import MatchKind
from noteproc.text import lexicon

# How many keyed words apart the two rarest words of a phrase may stand.
_WINDOW = 9
# How many keyed words are looked through at once, unless a sentence is longer.
_STRETCH = 1500
# Plans and numbers remembered by a process.
_KEPT = 100_000
# An abbreviation is matched whole, but for these of its words.
_SPARED = frozenset({"disorder", "left", "right", "bilateral", "congestiv"})
_NOTHING: frozenset[int] = frozenset()
# "ER+" and "ER (+)", but not "2+ edema" or "+SOB".
_PLUS = re.compile(r"\s?\(\+\)|\+(?![\w+])")


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found in the note.

    Args:
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


@dataclass(frozen=True, slots=True)
class _Plan:
    """What holds for a phrase wherever it is found, read from the index once."""

    keys: tuple[int, ...]
    wanted: frozenset[int]
    system: str
    code: str
    trust: float
    rarity: float
    joined: bool
    breaks: bool
    numbered: bool
    limit: float


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The keyed words of a stretch of a note.

    Args:
        ids: the number of each key.
        at: the word that each stands for.
        whole: for each, the keys of the abbreviation that it is part of.
        sentence: the sentence of each.
        repaired: which words were repaired.
        where: the places of each key, ascending.
    """

    ids: list[int]
    at: list[int]
    whole: list[frozenset[int]]
    sentence: list[int]
    repaired: frozenset[int]
    where: dict[int, list[int]]


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
        self._positive = index.vocabulary.get(self._lexicon.key("positive"))
        self._plans: dict[int, _Plan] = {}
        self._distances = np.arange(1, _WINDOW + 1, dtype=np.int64)[:, None]

    def find(self, reading: Reading) -> list[Match]:
        """Every match, nested ones included, in text order."""
        numbered = self._number(reading)
        found: dict[tuple[int, tuple[int, ...]], Match] = {}
        for low, high in _stretches(numbered.sentence):
            self._find(reading, numbered, low, high, found)
        return sorted(found.values(), key=lambda m: (m.at[0], -len(m.at), m.at, m.system, m.code, m.phrase))

    def _find(
        self,
        reading: Reading,
        note: _Numbered,
        low: int,
        high: int,
        found: dict[tuple[int, tuple[int, ...]], Match],
    ) -> None:
        """Adds the matches of whole sentences: the keyed words from ``low`` to ``high``, exclusive."""
        index = self.index
        ids = np.array(note.ids[low:high], dtype=np.int32)
        for position in (np.nonzero(index.has_single(ids))[0] + low).tolist():
            if len(note.whole[position]) > 1:
                continue
            for phrase in index.singles(note.ids[position]):
                _keep(found, self._match(note, phrase, (note.at[position],), 0.0, True))
        size = high - low
        # Row d of ``sentence[beyond]`` is the sentence d + 1 places on; past the end there is none.
        sentence = np.full(size + _WINDOW, -1, dtype=np.int32)
        sentence[:size] = note.sentence[low:high]
        beyond = self._distances + np.arange(size)
        far, near = np.nonzero(sentence[beyond] == sentence[:size])
        if not len(near):
            return
        rows, phrases = index.pairs(ids[near], ids[near + far + 1])
        present = np.zeros(len(index.words) + 1, dtype=bool)
        present[ids] = True
        present[-1] = True
        whole = np.nonzero(present[index.keys[phrases]].all(axis=1))[0]
        rows = rows[whole]
        first = near[rows]
        for i, j, phrase in zip(
            (first + low).tolist(), (first + far[rows] + low + 1).tolist(), phrases[whole].tolist(), strict=True
        ):
            match = self._verify(reading, note, phrase, i, j)
            if match is not None:
                _keep(found, match)

    def _number(self, reading: Reading) -> _Numbered:
        """The keys of the note as numbers."""
        vocabulary = self.index.vocabulary
        numbers = self._numbers
        text, words = reading.text, reading.words
        plus = self._positive is not None and "+" in text
        ids: list[int] = []
        at: list[int] = []
        whole_of: list[frozenset[int]] = []
        repaired: list[int] = []
        for i, key in enumerate(reading.keys):
            number = numbers[key]
            if number == _Numbers.LIGHT:
                continue
            longer = reading.expansion(i)
            if number < _Numbers.LIGHT:
                number = _Numbers.UNKNOWN if longer else -3 - number
                if not longer:
                    repaired.append(i)
            if number >= 0:
                ids.append(number)
                at.append(i)
                whole_of.append(_NOTHING)
            if plus and self._positive is not None and _PLUS.match(text, words[i].end):
                ids.append(self._positive)
                at.append(i)
                whole_of.append(_NOTHING)
            if not longer:
                continue
            whole = frozenset(vocabulary.get(part, -1) for part in longer if part not in _SPARED)
            for part in longer:
                extra = vocabulary.get(part)
                if extra is not None:
                    ids.append(extra)
                    at.append(i)
                    whole_of.append(whole)
        where: dict[int, list[int]] = {}
        for position, number in enumerate(ids):
            where.setdefault(number, []).append(position)
        sentence_of = reading.sentence_of
        return _Numbered(ids, at, whole_of, [sentence_of[i] for i in at], frozenset(repaired), where)

    def _plan(self, phrase: int) -> _Plan:
        known = self._plans.get(phrase)
        if known is not None:
            return known
        index = self.index
        keys = tuple(index.keys[phrase, : index.counts[phrase]].tolist())
        names = [index.words[key] for key in keys]
        # What was done is told with more words between than what is found.
        slack = 0.0 if index.systems[index.system[phrase]] == ICD10CM else 0.6
        made = _Plan(
            keys,
            frozenset(keys),
            index.systems[index.system[phrase]],
            index.codes[index.code[phrase]],
            float(index.weight[phrase]),
            sum(index.rarity[key] for key in keys),
            bool(index.joined[phrase]),
            any(name in BREAKERS for name in names),
            len(keys) > 1 and any(name[0].isdigit() for name in names),
            # A two-word phrase torn apart is mostly chance; a longer one has more words that vouch for it.
            0.75 + slack if len(keys) == 2 else 0.5 + slack + (0.6 + 0.2 * slack) * (len(keys) - 1),
        )
        if len(self._plans) < _KEPT:
            self._plans[phrase] = made
        return made

    def _verify(self, reading: Reading, note: _Numbered, phrase: int, i: int, j: int) -> Match | None:
        """The match of a phrase whose two rarest keys stand at ``i`` and ``j``, or None."""
        plan = self._plan(phrase)
        keys, ids, at = plan.keys, note.ids, note.at
        chosen = {ids[i]: i, ids[j]: j}
        if len(keys) > 2:
            sentence = note.sentence[i]
            for key in keys:
                if key not in chosen:
                    nearest = _nearest(note, key, i, j, sentence)
                    if nearest < 0:
                        return None
                    chosen[key] = nearest
        abbreviated = False
        for position in chosen.values():
            whole = note.whole[position]
            if whole:
                abbreviated = True
                if not whole <= plan.wanted:
                    return None
        places = [at[chosen[key]] for key in keys]
        if plan.numbered and not _numbers_in_place(self.index.words, keys, places, reading, self._lexicon):
            return None
        ordered = sorted(places)
        in_order = places == ordered
        if not in_order and plan.breaks:
            # "No-show" is not "showed no": words that negate keep their place.
            return None
        spread = tuple(dict.fromkeys(ordered))
        cost = between(reading, spread, self._lexicon, plan.joined and in_order)
        if cost > plan.limit:
            return None
        if not in_order and abbreviated and has_comma(reading, spread):
            # "COPD, HTN" is a list, not hypertension due to COPD.
            return None
        return self._match(note, phrase, spread, cost, in_order)

    def _match(self, note: _Numbered, phrase: int, spread: tuple[int, ...], cost: float, in_order: bool) -> Match:
        plan = self._plan(phrase)
        count = len(plan.keys)
        kind: MatchKind = "exact" if in_order and cost <= 0.3 else "reordered"
        trust = plan.trust
        if not note.repaired.isdisjoint(spread):
            kind = "repaired"
            trust *= 0.9
        score = trust * count / (count + 0.5 * cost + (0.0 if in_order else 0.15))
        return Match(phrase, plan.system, plan.code, spread, kind, score, plan.rarity)


def _keep(found: dict[tuple[int, tuple[int, ...]], Match], match: Match) -> None:
    known = found.get((match.phrase, match.at))
    if known is None or match.score > known.score:
        found[match.phrase, match.at] = match


def _stretches(sentence: list[int]) -> list[tuple[int, int]]:
    """Cuts between sentences, so that what is looked through at once stays small however long a note is."""
    found: list[tuple[int, int]] = []
    low = 0
    while low < len(sentence):
        high = min(len(sentence), low + _STRETCH)
        while high < len(sentence) and sentence[high] == sentence[high - 1]:
            high += 1
        found.append((low, high))
        low = high
    return found


def _nearest(note: _Numbered, key: int, i: int, j: int, sentence: int) -> int:
    """The place of a key that is nearest to ``i`` and ``j`` in their sentence, or -1."""
    places = note.where.get(key, ())
    nearest = -1
    for position in places[bisect_left(places, i - _WINDOW) : bisect_right(places, j + _WINDOW)]:
        if note.sentence[position] == sentence and (nearest < 0 or _gap(position, i, j) < _gap(nearest, i, j)):
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
            reading.keys[i] not in words.stop and not reading.keys[i][0].isdigit() for i in range(low + 1, high)
        ):
            return False
    return True


def _gap(position: int, i: int, j: int) -> int:
    return 0 if i < position < j else min(abs(position - i), abs(position - j))
