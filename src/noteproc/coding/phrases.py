"""Phrases of several words, looked for from their first word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress, count

from noteproc.text.fold import tokens


class Phrases:
    """Phrases as folded words, each with what it stands for.

    Args:
        phrases: as written, each with its value; of the same words the first value counts.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        # By first word: how many words they have, the longest first, and the phrases.
        self._by_first: dict[str, tuple[list[int], dict[tuple[str, ...], str]]] = {}
        for phrase, value in phrases:
            forms = tuple(t.form for t in tokens(phrase))
            if forms:
                self._by_first.setdefault(forms[0], ([], {}))[1].setdefault(forms, value)
        for sizes, values in self._by_first.values():
            sizes += sorted({len(forms) for forms in values}, reverse=True)

    @classmethod
    def of(cls, cell: str) -> Phrases:
        """Those of a cell that separates them by bars; they stand for nothing."""
        return cls((phrase, "") for phrase in cell.split("|"))

    def starts(self, forms: Sequence[str]) -> list[int]:
        """The words at which a phrase may begin."""
        return list(compress(count(), map(self._by_first.__contains__, forms)))

    def at(self, forms: Sequence[str], place: int) -> tuple[int, str] | None:
        """The length and value of the longest phrase that begins at a word, or None."""
        sizes, values = self._by_first.get(forms[place], _NONE)
        for size in sizes:
            value = values.get(tuple(forms[place : place + size]))
            if value is not None:
                return size, value
        return None

    def stand_in(self, forms: Sequence[str]) -> bool:
        """Whether any of them stands among some words."""
        if self._by_first.keys().isdisjoint(forms):
            return False
        return any(self.at(forms, place) is not None for place in self.starts(forms))


_NONE: tuple[list[int], dict[tuple[str, ...], str]] = [], {}
