"""Look-up: words in, codes out, best first.

Each word of the query weighs by its rarity. A phrase is worth the share of the query that it answers and the share of
itself that the query asks for; a code is worth its best phrase. Words answer exactly, after repair of a misspelling,
through a part of a compound, or through a broader word at a price. Numbers, sides and hypo-/hyper- never get repaired.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, reduce
from itertools import product
from operator import and_

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from noteproc.codesets.entries import CodeEntry, LookupHit
from noteproc.codesets.filters import Admits, LookupFilter
from noteproc.codesets.named import NamedCodes
from noteproc.codesets.searching import Floats, open_index
from noteproc.codesets.sets import CodeSets
from noteproc.codesets.wording import SearchWords, search_words

_FAMILY = re.compile(r"([a-z]{2,})\d+[a-z]{0,3}\d*")
_GUARDED = ("hypo", "hyper", "macro", "micro", "anti", "non", "post", "pre", "inter", "intra", "left", "right", "ante")
_REPAIR_CUTOFF = 82.0
_KEPT_PHRASES = 400
_LEAST = 0.02
# Where the word that weighs most is unknown, a common one tells nothing of a phrase that is mostly about something else
# ("deficiency" of "sleep deficiency").
_LEAST_BESIDE_UNKNOWN = 0.11
_MOST_OF_A_PHRASE = 0.5
# A phrase that is the query, word for word, goes before one that holds words of no weight besides.
_WORD_FOR_WORD = 0.03


FRAME, EXTRA_NUM, NEAR_NUM, WRONG_NUM = 0.8, 0.9, 0.95, 0.6
# A number or a gene behind the name of a disease speaks for its hereditary kind ("dystonia 26", "SCN9A neuropathy").
INHERITED = 1.06
# What the number alone is worth where a letter follows it ("1B" of a disease whose types are 1 and 2).
NUMBER_ALONE = 0.8
EXP_Q, EXP_P, FLOOR = 1.5, 0.5, 0.4


@dataclass(frozen=True, slots=True)
class _Asked:
    """One word of a query: what may answer it, how well, and what it weighs."""

    key: str
    answers: tuple[tuple[tuple[int, ...], float], ...]
    weight: float


class Lookup:
    """The look-up over one :class:`CodeSets`; keep it to ask many times."""

    def __init__(self, codesets: CodeSets, words: SearchWords | None = None) -> None:
        self._codesets = codesets
        self._words = words or search_words()
        self._index = open_index(codesets, self._words)
        self._named = NamedCodes(codesets, self._index.codes)
        self._unknown_weight = float(self._index.rarity.max())
        self._systems: dict[str, npt.NDArray[np.bool_]] = {}
        self._defaults: dict[tuple[str, str], str] = {}
        self._repairs: dict[str, tuple[tuple[tuple[int, ...], float], ...]] = {}

    def find(
        self,
        query: str,
        *,
        system: str | None = None,
        limit: int = 10,
        billable: bool | None = None,
        within: str = "",
        on: date | None = None,
    ) -> tuple[LookupHit, ...]:
        """The best codes for a query: words, an abbreviation, a code, the beginning of one, or a range.

        Args:
            query: as typed.
            limit: how many at most.
            system, billable, within, on: see :class:`LookupFilter`.

        Returns:
            Best first; ties in the book's order.

        Raises:
            ConfigError: ``within`` names no part of a code system.
        """
        wanted = LookupFilter(system, billable, within, on)
        admits = wanted.admits(self._codesets)
        named = self._named.find(query.strip(), admits, limit)
        if named:
            return named
        typed = tuple(dict.fromkeys(self._words.keys(query)))
        asked = [self._ask(key, typed) for key in typed]
        whole = sum(a.weight for a in asked)
        if not asked or whole <= 0:
            return ()
        index = self._index
        answered: Floats = np.zeros(len(index.total), dtype=np.float32)
        for one in asked:
            best: Floats = np.zeros(len(index.total), dtype=np.float32)
            for keys, worth in one.answers:
                at = index.phrases_with(keys[0])
                for key in keys[1:]:
                    at = np.intersect1d(at, index.phrases_with(key), assume_unique=True)
                best[at] = np.maximum(best[at], np.float32(worth * one.weight))
            answered += best
        some = np.flatnonzero(answered)
        if system is not None:
            some = some[self._of_system(system)[some]]
        names = wanted.names(self._codesets)
        if names is not None:
            some = some[self._named.held(names)[index.code[some]]]
        if not len(some):
            return ()
        return self._ranked(query, asked, some, answered[some], whole, admits, limit, headers=billable is False)

    def _ranked(
        self,
        query: str,
        asked: Sequence[_Asked],
        some: npt.NDArray[np.intp],
        answered: Floats,
        whole: float,
        admits: Admits,
        limit: int,
        *,
        headers: bool,
    ) -> tuple[LookupHit, ...]:
        index = self._index
        of_query = answered / np.float32(whole)
        of_phrase = np.minimum(answered / np.maximum(index.total[some], np.float32(1e-6)), np.float32(1.0))
        score = of_query**EXP_Q * (FLOOR + (1 - FLOOR) * of_phrase) ** EXP_P * index.worth[some]
        count = min(_KEPT_PHRASES, len(score))
        top = np.argpartition(-score, count - 1)[:count]
        keys = frozenset(one.key for one in asked)
        numbered = any(one.key.isdigit() or (not one.answers and _FAMILY.fullmatch(one.key)) for one in asked[1:])
        least = 0.0 if max(asked, key=lambda one: one.weight).answers else _LEAST_BESIDE_UNKNOWN
        best: dict[int, tuple[float, int]] = {}
        for place in np.sort(top):
            phrase = int(some[place])
            code = int(index.code[phrase])
            held = frozenset(index.keys[k] for k in index.words_of(phrase))
            value = float(score[place]) * self._agreement(keys, held)
            if numbered and self._words.inherited & held:
                value *= INHERITED
            if keys == held:
                value += _WORD_FOR_WORD
            if value < least and of_phrase[place] < _MOST_OF_A_PHRASE:
                continue
            if code not in best or value > best[code][0]:
                best[code] = (value, phrase)
        # Of equal codes the longer one stands first: a phrase that proves a leaf says more than its header's.
        order = sorted(
            best, key=lambda code: (-round(best[code][0], 2), -len(index.codes[code][1]), -best[code][0], code)
        )
        hits: dict[tuple[str, str], LookupHit] = {}
        for code in order:
            value, phrase = best[code]
            if value < _LEAST:
                break
            entry = self._entry(*index.codes[code], leaf=not headers)
            if not admits(entry) or (entry.system, entry.code) in hits:
                continue
            words = " ".join(index.keys[k] for k in index.words_of(phrase))
            score_shown = round(min(value, 1.0), 2)
            hits[entry.system, entry.code] = LookupHit(
                entry.system,
                entry.code,
                entry.title,
                score_shown,
                words,
                entry.billable,
                self._why(query, asked, phrase, entry),
            )
            if len(hits) >= limit:
                break
        return tuple(hits.values())

    def _why(self, query: str, asked: Sequence[_Asked], phrase: int, entry: CodeEntry) -> str:
        """Which words of the query answered, which were read as others, and which found nothing."""
        typed = self._spelled(query)
        shown = self._spelled(entry.title)
        keys = self._index.keys
        held = frozenset(self._index.words_of(phrase))
        exact: list[str] = []
        read: list[str] = []
        left: list[str] = []
        for one in asked:
            word = typed.get(one.key, one.key)
            found = [(worth, numbers) for numbers, worth in one.answers if held.issuperset(numbers)]
            if not found:
                left.append(word)
                continue
            answer = [keys[n] for n in max(found)[1]]
            if answer == [one.key]:
                exact.append(word)
            else:
                read.append(f"{word} read as {' '.join(shown.get(key, key) for key in answer)}")
        parts = [", ".join(dict.fromkeys(exact)), *dict.fromkeys(read)]
        if left:
            parts.append(f"not found: {', '.join(dict.fromkeys(left))}")
        return "; ".join(part for part in parts if part)

    def _spelled(self, text: str) -> dict[str, str]:
        """By key of the index: the word of a text that gives it, as written there."""
        found: dict[str, str] = {}
        for word in re.findall(r"[^\W_]+(?:['-][^\W_]+)*", text):
            for key in self._words.keys(word):
                found.setdefault(key, word.lower())
        return found

    def _of_system(self, system: str) -> npt.NDArray[np.bool_]:
        """By phrase: whether it leads to a code of this system."""
        if system not in self._systems:
            chosen = np.array([name == system for name, _ in self._index.codes], dtype=np.bool_)
            self._systems[system] = chosen[self._index.code]
        return self._systems[system]

    def _agreement(self, asked: frozenset[str], held: frozenset[str]) -> float:
        """Less than 1 where numbers or sides contradict, or the phrase speaks of something around the condition."""
        worth = FRAME ** len(self._words.frames & held - asked)
        numbers, wanted = (frozenset(filter(self._words.is_numeral, keys)) for keys in (held, asked))
        if numbers - wanted:
            if not wanted:
                worth *= EXTRA_NUM
            elif {_digits(n) for n in numbers} & {_digits(n) for n in wanted}:
                worth *= NEAR_NUM
            else:
                worth *= WRONG_NUM
        for side, other in (("left", "right"), ("right", "left")):
            if side in held and side not in asked:
                worth *= 0.5 if other in asked else 0.95
        return worth

    def _entry(self, system: str, code: str, *, leaf: bool) -> CodeEntry:
        entry = self._codesets.entry(system, self._default_leaf(system, code) if leaf else code)
        assert entry is not None
        return entry

    def _default_leaf(self, system: str, code: str) -> str:
        """The code that the classification gives when nothing more is said.

        Down to the child whose words, beyond its header's or beyond those of all its siblings, mark it as the default
        ("unspecified", "without complications"), to an only child, and to the initial encounter where a 7th character
        is due.
        """
        found = self._defaults.get((system, code))
        if found is None:
            if len(self._defaults) > 50_000:
                self._defaults.clear()
            found = self._defaults[system, code] = self._descend(system, code)
        return found

    def _descend(self, system: str, code: str) -> str:
        entry = self._codesets.entry(system, code)
        while entry is not None and not entry.billable:
            children = [
                e for c in self._codesets.children(system, entry.code) if (e := self._codesets.entry(system, c))
            ]
            titles = [_words(child.title) for child in children]
            below = children[0] if len(children) == 1 or _is_initial(children[0].code) else None
            for mark, said in product(self._words.defaults, (_words(entry.title), reduce(and_, titles))):
                found = (c for c, title in zip(children, titles, strict=True) if mark <= (title - said).keys())
                below = below or next(found, None)
            if below is None:
                return entry.code
            entry = below
        return code if entry is None else entry.code

    def _ask(self, key: str, query: Sequence[str]) -> _Asked:
        number = self._index.number.get(key)
        answers: list[tuple[tuple[int, ...], float]] = []
        weight = self._unknown_weight * self._words.lightness(key)
        if number is not None:
            answers.append(((number,), 1.0))
            weight = float(self._index.rarity[number])
        elif self._words.is_plain_numeral(key):
            weight *= 0.15
        else:
            for numbers, worth in self._repaired(key):
                answers.append((numbers, worth))
                weight = min(weight, sum(float(self._index.rarity[n]) for n in numbers))
        for broader in self._words.broader(key, query):
            known = tuple(self._index.number[k] for k in broader.keys if k in self._index.number)
            if len(known) == len(broader.keys):
                answers.append((known, broader.worth))
        if self._words.is_plain_numeral(key):
            weight = min(weight, 0.3 * self._unknown_weight)
            alone = self._index.number.get(_digits(key))
            if alone not in (None, number):
                answers.append(((alone,), NUMBER_ALONE))
        return _Asked(key, tuple(answers), weight)

    def _repaired(self, key: str) -> tuple[tuple[tuple[int, ...], float], ...]:
        if key not in self._repairs:
            if len(self._repairs) > 5000:
                self._repairs.clear()
            self._repairs[key] = tuple(self._repair(key))
        return self._repairs[key]

    def _repair(self, key: str) -> list[tuple[tuple[int, ...], float]]:
        """What an unknown word may mean: a family's name with a member's number, a misspelling, a compound."""
        index = self._index
        family = _FAMILY.fullmatch(key)
        if family and family.group(1) in index.number:
            return [((index.number[family.group(1)],), 0.9)]
        if len(key) < 5 or not key.isalpha():
            return []
        found: list[tuple[tuple[int, ...], float]] = []
        for word, likeness, number in process.extract(
            key, index.keys, scorer=fuzz.ratio, score_cutoff=_REPAIR_CUTOFF, limit=4
        ):
            if word.isalpha() and len(word) >= 4 and _opening(word) == _opening(key):
                found.append(((number,), (likeness / 100) ** 2))
        if not found:
            for form, rest in self._words.parts(key):
                if rest in index.number and form in index.number:
                    found.append(((index.number[form], index.number[rest]), 0.9))
                elif rest in index.number:
                    found.append(((index.number[rest],), 0.6))
                if found:
                    break
        return found


def _words(title: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z]+", title.lower()))


def _is_initial(code: str) -> bool:
    return len(code) == 8 and code.endswith("A")


def _digits(numeral: str) -> str:
    return "".join(c for c in numeral if c.isdigit())


def _opening(word: str) -> str:
    return next((g for g in _GUARDED if word.startswith(g)), "")


@lru_cache(maxsize=4)
def _shared(codesets: CodeSets) -> Lookup:
    return Lookup(codesets)


@lru_cache(maxsize=1)
def _default() -> CodeSets:
    return CodeSets.open()


def lookup(
    words: str,
    *,
    system: str | None = None,
    limit: int = 10,
    billable: bool | None = None,
    within: str = "",
    on: date | None = None,
    codesets: CodeSets | None = None,
) -> tuple[LookupHit, ...]:
    """The best codes for some words, an abbreviation, a code, the beginning of one, or a range.

    Args:
        words: as typed; typing errors, word order, British spelling and adjective forms do not matter.
        system: only codes of this system (``ICD-10-CM``, ``CPT``, ``HCPCS``).
        limit: how many at most.
        billable: only codes that may stand on a claim (True) or only headers (False).
        within: only a chapter ("13"), a range ("S00-S99") or codes that begin so ("M80").
        on: only codes that a loaded release has in force on this day.
        codesets: where to look; the installation's own by default.

    Returns:
        Best first, in a total order.

    Raises:
        ConfigError: ``within`` names no part of a code system.
    """
    return _shared(codesets or _default()).find(
        words, system=system, limit=limit, billable=billable, within=within, on=on
    )
