"""Finding phrases in a note: candidates from the index, then verification word by word.

Every key of a phrase must stand in one sentence, near enough to the others. Words may be reordered and lie apart;
what lies between decides. Nothing is matched by likeness of whole phrases: only a single unknown word may be repaired,
and then never a number, a side, or a word that negates.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import OSA

from noteproc.coding.index import PhraseIndex
from noteproc.coding.reading import Reading
from noteproc.records import MatchKind
from noteproc.text import lexicon

# How many keyed words apart the two rarest words of a phrase may stand.
_WINDOW = 9
_CONJUNCTION = frozenset({"and", "or", "nor"})
_PREPOSITION = frozenset({"of", "in", "to", "over", "at", "on", "involving", "from", "for"})
# An abbreviation is matched whole, but for these of its words.
_SPARED = frozenset({"disorder", "left", "right", "bilateral", "congestiv"})
_NOTHING: frozenset[int] = frozenset()
_BREAKERS = frozenset(["no", "not", "without", "denies", "denied", "denies", "negative", "but", "however"])
_GUARDED = re.compile(r"^(?:hypo|hyper|left|right|non|un|in|im|an?)")
_PREFIXES = ("hypo", "hyper", "non", "inter", "intra", "pre", "post", "anti", "micro", "macro", "sub", "supra", "infra")
# Texts hold words of every kind; below this length a repair is more often wrong than right.
_MIN_REPAIR = 6
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


class Matcher:
    """Finds the phrases of an index in notes.

    Args:
        index: the compiled phrases.
    """

    def __init__(self, index: PhraseIndex) -> None:
        self.index = index
        self._lexicon = lexicon.shipped()
        self._buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in index.words:
            if word.isalpha() and len(word) >= _MIN_REPAIR - 1:
                self._buckets[word[:1], len(word)].append(word)
        self._repair = lru_cache(maxsize=50_000)(self._repair_word)

    def find(self, reading: Reading) -> list[Match]:
        """Every match, nested ones included, in text order."""
        numbers, at, repaired, whole_of = self._number(reading)
        if not numbers:
            return []
        ids = np.array(numbers, dtype=np.int32)
        where: dict[int, list[int]] = defaultdict(list)
        for position, number in enumerate(numbers):
            where[number].append(position)
        sentence = np.array([reading.sentence_of[i] for i in at], dtype=np.int32)
        found: dict[tuple[int, tuple[int, ...]], Match] = {}
        for position in np.nonzero(self.index.has_single(ids))[0].tolist():
            if len(whole_of[position]) > 1:
                continue
            for phrase in self.index.singles(numbers[position]):
                self._keep(found, self._match(reading, phrase, (at[position],), 0.0, True, repaired))
        present = np.zeros(len(self.index.words) + 1, dtype=bool)
        present[ids] = True
        present[-1] = True
        for distance in range(1, min(_WINDOW, len(ids) - 1) + 1):
            near = np.nonzero(sentence[:-distance] == sentence[distance:])[0]
            if not len(near):
                continue
            rows, phrases = self.index.pairs(ids[near], ids[near + distance])
            if not len(rows):
                continue
            whole = present[self.index.keys[phrases]].all(axis=1)
            for position, phrase in zip(near[rows[whole]].tolist(), phrases[whole].tolist(), strict=True):
                match = self._verify(
                    reading, phrase, position, position + distance, numbers, at, where, repaired, whole_of
                )
                if match is not None:
                    self._keep(found, match)
        return sorted(found.values(), key=lambda m: (m.at[0], -len(m.at), m.at, m.system, m.code, m.phrase))

    def _number(self, reading: Reading) -> tuple[list[int], list[int], frozenset[int], list[frozenset[int]]]:
        """The keys of the note as numbers, beside them the words they stand for, which words were
        repaired, and for each key the keys of the abbreviation that it is part of."""
        vocabulary = self.index.vocabulary
        stop, filler = self._lexicon.stop, self._lexicon.filler
        numbers: list[int] = []
        at: list[int] = []
        positive = vocabulary.get(self._lexicon.key("positive"))
        repaired: list[int] = []
        whole_of: list[frozenset[int]] = []
        for i, key in enumerate(reading.keys):
            if key in stop or key in filler:
                continue
            number = vocabulary.get(key)
            longer = reading.expansion(i)
            if number is None and not longer and len(key) >= _MIN_REPAIR:
                mended = self._repair(key)
                if mended:
                    number = vocabulary[mended]
                    repaired.append(i)
            if number is not None:
                numbers.append(number)
                at.append(i)
                whole_of.append(_NOTHING)
            if positive is not None and _PLUS.match(reading.text, reading.words[i].end):
                numbers.append(positive)
                at.append(i)
                whole_of.append(_NOTHING)
            if not longer:
                continue
            whole = frozenset(vocabulary.get(part, -1) for part in longer if part not in _SPARED)
            for part in longer:
                extra = vocabulary.get(part)
                if extra is not None:
                    numbers.append(extra)
                    at.append(i)
                    whole_of.append(whole)
        return numbers, at, frozenset(repaired), whole_of

    def _repair_word(self, key: str) -> str:
        """The one word of the vocabulary that ``key`` misspells, or ""."""
        if not key.isalpha():
            return ""
        allowed = 1 if len(key) < 10 else 2
        best: list[tuple[int, str]] = []
        for length in range(len(key) - allowed, len(key) + allowed + 1):
            for word in self._buckets.get((key[0], length), ()):
                distance = OSA.distance(key, word, score_cutoff=allowed)
                if distance <= allowed and _may_stand_for(key, word):
                    best.append((int(distance), word))
        best.sort()
        if not best or (len(best) > 1 and best[0][0] == best[1][0]):
            return ""
        return best[0][1]

    def _verify(
        self,
        reading: Reading,
        phrase: int,
        i: int,
        j: int,
        numbers: list[int],
        at: list[int],
        where: dict[int, list[int]],
        repaired: frozenset[int],
        whole_of: list[frozenset[int]],
    ) -> Match | None:
        keys = self.index.keys[phrase, : self.index.counts[phrase]].tolist()
        low, high = max(0, i - _WINDOW), min(len(numbers) - 1, j + _WINDOW)
        sentence = reading.sentence_of[at[i]]
        chosen = {numbers[i]: i, numbers[j]: j}
        for key in keys:
            if key in chosen:
                continue
            nearest = -1
            for position in where[key]:
                if low <= position <= high and reading.sentence_of[at[position]] == sentence:
                    gap = min(abs(position - i), abs(position - j)) if not i < position < j else 0
                    if nearest < 0 or gap < _gap(nearest, i, j):
                        nearest = position
            if nearest < 0:
                return None
            chosen[key] = nearest
        wanted = frozenset(keys)
        if any(not whole_of[position] <= wanted for position in chosen.values()):
            return None
        places = [at[chosen[key]] for key in keys]
        if not _numbers_in_place(self.index.words, keys, places, reading, self._lexicon):
            return None
        spread = tuple(sorted(set(places)))
        in_order = places == sorted(places)
        if not in_order and any(self.index.words[key] in _BREAKERS for key in keys):
            # "No-show" is not "showed no": words that negate keep their place.
            return None
        cost = _cost(reading, spread, self._lexicon, bool(self.index.joined[phrase]) and in_order)
        if not in_order and any(whole_of[position] for position in chosen.values()) and _has_comma(reading, spread):
            # "COPD, HTN" is a list, not hypertension due to COPD.
            return None
        # A two-word phrase torn apart is mostly chance; a longer one has more words that vouch for it.
        if cost > (0.75 if len(keys) == 2 else 0.5 + 0.6 * (len(keys) - 1)):
            return None
        return self._match(reading, phrase, spread, cost, in_order, repaired)

    def _match(
        self,
        reading: Reading,
        phrase: int,
        spread: tuple[int, ...],
        cost: float,
        in_order: bool,
        repaired: frozenset[int],
    ) -> Match:
        index = self.index
        count = int(index.counts[phrase])
        kind: MatchKind = "exact" if in_order and cost <= 0.3 else "reordered"
        trust = float(index.weight[phrase])
        if any(i in repaired for i in spread):
            kind = "repaired"
            trust *= 0.9
        rarity = sum(index.rarity[k] for k in index.keys[phrase, :count].tolist())
        score = trust * count / (count + 0.5 * cost + (0.0 if in_order else 0.15))
        return Match(
            phrase,
            index.systems[int(index.system[phrase])],
            index.codes[int(index.code[phrase])],
            spread,
            kind,
            score,
            rarity,
        )

    @staticmethod
    def _keep(found: dict[tuple[int, tuple[int, ...]], Match], match: Match) -> None:
        known = found.get((match.phrase, match.at))
        if known is None or match.score > known.score:
            found[match.phrase, match.at] = match


def _numbers_in_place(
    names: list[str], keys: list[int], places: list[int], reading: Reading, words: lexicon.Lexicon
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


def _has_comma(reading: Reading, spread: tuple[int, ...]) -> bool:
    text = reading.text[reading.words[spread[0]].end : reading.words[spread[-1]].start]
    return "," in text or "\n" in text


def _gap(position: int, i: int, j: int) -> int:
    return 0 if i < position < j else min(abs(position - i), abs(position - j))


def _may_stand_for(key: str, word: str) -> bool:
    """The guard of a repair: prefixes that turn a meaning round must be the same in both."""
    for prefix in _PREFIXES:
        if key.startswith(prefix) != word.startswith(prefix):
            return False
    if (key.startswith(("a", "in", "un", "dis")) and key[1:] == word) or key == word[1:]:
        return False
    # Endings carry the sense of many words: -itis, -osis, -oma, -emia, -ectomy, -otomy.
    return key[-2:] == word[-2:] or (len(key) >= 8 and key[-1] == word[-1])


def _cost(reading: Reading, spread: tuple[int, ...], words: lexicon.Lexicon, joined: bool) -> float:
    """What the words between cost: 0 for a phrase as written, infinity where a break lies between."""
    cost = 0.0
    for left, right in itertools.pairwise(spread):
        if right - left == 1:
            cost += _mark_cost(reading.between(left, right))
            continue
        gap = range(left + 1, right)
        conjunction = -1
        nouns = 0
        for i in gap:
            form = reading.words[i].form
            if form in _BREAKERS:
                return 99.0
            if form in _CONJUNCTION:
                conjunction = i
            elif reading.keys[i] in words.stop or reading.keys[i] in words.filler:
                continue
            elif reading.keys[i] not in words.axis:
                nouns += 1
        marks = sum(_mark_cost(reading.between(i, i + 1)) for i in range(left, right))
        if marks >= 2:
            return 99.0
        if conjunction < 0:
            cost += nouns + marks
            continue
        if joined and nouns == 0:
            continue
        follows = range(conjunction + 1, right)
        if any(reading.words[i].form in _PREPOSITION for i in follows) and nouns <= 3:
            # "pain and swelling of the knee": what is joined shares the words after the preposition.
            cost += 0.4
        elif conjunction == left + 1 and 1 <= len(follows) <= 2:
            # "4th and 5th metacarpals": what is joined shares the head.
            cost += 0.4
        else:
            return 99.0
    return cost


def _mark_cost(gap: str) -> float:
    if not gap.strip():
        return 0.0 if "\n" not in gap else 0.3
    if ";" in gap or ". " in gap or "?" in gap:
        return 2.0
    if "," in gap or ":" in gap:
        return 0.5
    return 0.2 if "(" in gap or ")" in gap or " - " in gap else 0.0
