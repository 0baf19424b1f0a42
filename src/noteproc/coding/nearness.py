"""Whether the words of a dictionary's condition stand near a match, and how near."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge

from noteproc.codesets import When, Words
from noteproc.coding.assertion import Assertions
from noteproc.coding.reading import Reading
from noteproc.text import lexicon


class Nearness:
    """Looks around the matches of one note.

    Args:
        reading: the note.
        assertions: its assertions: words that the note denies do not count.
    """

    def __init__(self, reading: Reading, assertions: Assertions) -> None:
        self._reading = reading
        self._assertions = assertions
        self._words = lexicon.shipped()
        self._known: dict[tuple[tuple[str, ...], bool], list[int]] = {}

    def stands(self, clause: Words, at: tuple[int, ...], *, whole: bool) -> bool:
        """Whether one of a clause's alternatives is there; see `every`. What is told below a plan has that plan too."""
        said = self._said(clause)
        if not said:
            return False
        if self._stands(said, at, whole):
            return True
        return whole and not self._reading.operative_keys()[at[0]] and self._stands(said, at, False)

    def stands_by(self, clause: Words, at: tuple[int, ...], reach: int, within: range) -> bool:
        """Whether the nearest mention in what was done of one of a clause's alternatives is ``reach`` words away at
        most, or stands within a stretch of words."""
        low, high = min(at[0] - reach, within.start), max(at[-1] + reach + 1, within.stop)
        for keys in self._said(clause):
            if _among(self._places(keys, True), low, high):
                near = self._nearest(keys, at, True)
                if near is not None and (near[0] <= reach or near[1] in within):
                    return True
        return False

    def elsewhere(self, clause: Words, at: tuple[int, ...]) -> Iterator[int]:
        """Where in what was done each of a clause's alternatives stands, but for the words of the match and denials."""
        for keys in self._said(clause):
            for i in self._places(keys, True):
                if (len(keys) > 1 or i not in at) and self._assertions.stands(i):
                    yield i

    def every(self, clause: Words, at: tuple[int, ...], *, whole: bool) -> list[tuple[int, int]]:
        """How many words away the nearest mention of each of a clause's alternatives that is there stands, and where.

        Args:
            clause: of a condition of the phrase index; what comes back is in its order.
            at: the words of the match; they do not count themselves.
            whole: whether the whole note is searched, less plans, advice and histories; else the match's section.
        """
        said = self._said(clause)
        if not said:
            return []
        found = [self._nearest(keys, at, whole) for keys in said]
        return [near for near in found if near is not None]

    def _said(self, clause: Words) -> Sequence[tuple[str, ...]]:
        """The keys of those alternatives that open with a key of the note. Most notes hold none of most clauses'."""
        held = self._reading.held()
        return () if held.isdisjoint(clause.openings) else [keys for keys in clause.keys if keys[0] in held]

    def _stands(self, said: Sequence[tuple[str, ...]], at: tuple[int, ...], whole: bool) -> bool:
        near = range(0) if whole else self._reading.span_near(at[0], at[-1])
        for keys in said:
            places = self._places(keys, whole)
            for i in places if whole else _among(places, near.start, near.stop):
                if (len(keys) > 1 or i not in at) and (not whole or self._assertions.stands(i)):
                    return True
        return False

    def _nearest(self, keys: tuple[str, ...], at: tuple[int, ...], whole: bool) -> tuple[int, int] | None:
        places = self._places(keys, whole)
        if places and not whole:
            span = self._reading.span_near(at[0], at[-1])
            places = _among(places, span.start, span.stop)
        for away, i in _outward(places, at[0], at[-1]) if places else ():
            if (len(keys) > 1 or i not in at) and (not whole or self._assertions.stands(i)):
                return away, i
        return None

    def _places(self, keys: tuple[str, ...], whole: bool) -> list[int]:
        """Where keys begin that stand in the note, or in what was done; worked out once a note."""
        known = self._known.get((keys, whole))
        if known is None:
            found = self._reading.places(keys[0])
            if found:
                inside = self._reading.operative_keys() if whole else self._reading.keys
                found = [i for i in found if inside[i] and (len(keys) == 1 or self._follow(inside, i, keys))]
            known = self._known[keys, whole] = found
        return known

    def support(self, when: When, at: tuple[int, ...], *, whole: bool) -> tuple[int, tuple[int, ...]]:
        """The words that made a condition true: how far from the match they stand together, and which they are."""
        total = 0
        places: list[int] = []
        for clause in when.clauses:
            if isinstance(clause, Words) and not clause.negated:
                best = min(self.every(clause, at, whole=whole), default=None)
                if best is not None:
                    total += best[0]
                    places.append(best[1])
        return total, tuple(sorted(places))

    def _follow(self, inside: list[str], start: int, keys: tuple[str, ...]) -> bool:
        i = start
        for key in keys:
            while i < len(inside) and inside[i] in self._words.stop and inside[i] != key:
                i += 1
            if i >= len(inside) or inside[i] != key:
                return False
            i += 1
        return True


def _among(places: list[int], low: int, high: int) -> list[int]:
    """The places from ``low`` to ``high``, exclusive; ``places`` ascend."""
    return places[bisect_left(places, low) : bisect_left(places, high)] if places else places


def _outward(places: list[int], first: int, last: int) -> Iterable[tuple[int, int]]:
    """The places with their distances from words ``first`` to ``last``, nearest first; of two as near the earlier."""
    if len(places) == 1:
        return ((max(first - places[0], places[0] - last, min(places[0] - first, last - places[0])), places[0]),)
    before, after = bisect_left(places, first), bisect_right(places, last)
    inside = sorted((min(i - first, last - i), i) for i in places[before:after])
    ahead = ((first - places[n], places[n]) for n in range(before - 1, -1, -1))
    behind = ((places[n] - last, places[n]) for n in range(after, len(places)))
    return merge(ahead, inside, behind)
