"""Whether the words of a dictionary's condition stand near a match, and how near."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from noteproc.codesets import When, Words
from noteproc.coding.assertion import Assertions
from noteproc.coding.reading import Reading, phrase_keys
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

    def nearest(self, words: str, at: tuple[int, ...], *, whole: bool) -> tuple[int, int] | None:
        """How many words away the nearest mention of ``words`` stands, and where; None where it does not.

        Args:
            words: as written in the dictionary.
            at: the words of the match; they do not count themselves.
            whole: whether the whole note is searched, less plans, advice and histories; else the match's section.
        """
        keys = phrase_keys(words)
        places = self._reading.places(keys[0]) if keys else ()
        if not places:
            return None
        reading = self._reading
        inside = reading.operative_keys() if whole else reading.keys
        span = range(len(inside)) if whole else reading.span_near(at[0], at[-1])
        best: tuple[int, int] | None = None
        for i in places:
            if i not in span or not inside[i] or (len(keys) == 1 and i in at):
                continue
            if len(keys) > 1 and not self._follow(inside, i, keys):
                continue
            away = min(abs(i - at[0]), abs(i - at[-1]))
            if (best is None or away < best[0]) and (not whole or self._assertions.stands(i)):
                best = (away, i)
        return best

    def every(self, clause: Words, at: tuple[int, ...], *, whole: bool) -> Iterator[tuple[int, int]]:
        """The nearest mention of each of a clause's alternatives that is there, in the clause's order; see `nearest`.

        Args:
            clause: of a condition.
            at: the words of the match.
            whole: whether the whole note is searched.
        """
        # Most notes hold none of the words of most conditions.
        if self._reading.holds_any(_openings(clause.alternatives)):
            for words in clause.alternatives:
                found = self.nearest(words, at, whole=whole)
                if found is not None:
                    yield found

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


@lru_cache(maxsize=20_000)
def _openings(alternatives: tuple[str, ...]) -> frozenset[str]:
    """The first keys of some words of a dictionary."""
    return frozenset(keys[0] for keys in map(phrase_keys, alternatives) if keys)
