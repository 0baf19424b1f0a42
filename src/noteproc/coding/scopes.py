"""Scopes: families in which each technique that was used is a code of its own, and which of two a word is told of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property, lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.ranges import CodeRanges
from noteproc.coding.reading import Reading, phrase_keys
from noteproc.text.tables import rows


@lru_cache(maxsize=1)
def _families() -> tuple[tuple[CodeRanges, tuple[tuple[str, ...], ...]], ...]:
    """The codes of each family, and the keys of what notes call it."""
    table = rows(dictionaries_dir() / "rules" / "scopes.tsv", ("family", "names"))
    return tuple(
        (CodeRanges.parse(r["family"]), tuple(phrase_keys(name) for name in r["names"].split("|") if name.strip()))
        for r in table
    )


@lru_cache(maxsize=20_000)
def _family(code: str) -> int | None:
    """The first family that a code belongs to, by its number."""
    return next((n for n, (family, _) in enumerate(_families()) if code in family), None)


@lru_cache(maxsize=20_000)
def both_stand(code: str, other: str) -> bool:
    """Whether two codes of one family of scopes are two techniques that are coded side by side."""
    return any(code in family and other in family for family, _ in _families())


class Scopes:
    """Which looks with a scope a note names, and where.

    Args:
        reading: the note.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @cached_property
    def are_several(self) -> bool:
        """Whether the note names more than one."""
        return len({families for _, families in self._named}) > 1

    def tells(self, code: str) -> bool:
        """Whether the note names more than one, and that of a code among them."""
        return self.are_several and _family(code) in self._families

    def are_of_another(self, code: str, words: Iterable[int]) -> bool:
        """Whether some words are told of another scope than the one that a code belongs to.

        "EGD with biopsy. Colonoscopy: polyp snared": the biopsy is the stomach's. Where the note names one alone, or
        not that of the code, its words are told of any.
        """
        if not self.tells(code):
            return False
        own, named = _family(code), self._named
        before = (bisect_right(named, word, key=lambda name: name[0]) - 1 for word in words)
        return all(last >= 0 and own not in named[last][1] for last in before)

    @cached_property
    def _families(self) -> frozenset[int | None]:
        """The families that bear one of the names."""
        return frozenset(number for _, families in self._named for number in families)

    @cached_property
    def _named(self) -> list[tuple[int, frozenset[int]]]:
        """The words that name a scope, in order, with the families that bear the name."""
        keys, expansions = self._reading.keys, self._reading.expansions
        found: dict[int, set[int]] = {}
        for number, (_, names) in enumerate(_families()):
            for name in names:
                for i in self._reading.places(name[0]):
                    if expansions[i] == name or tuple(keys[i : i + len(name)]) == name:
                        found.setdefault(i, set()).add(number)
        return sorted((i, frozenset(numbers)) for i, numbers in found.items())
