"""Codes and ranges of codes as the rule tables write them: "R05", "J00-J99", "S00-T88"."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Generic, TypeVar

from noteproc.artifacts import dictionaries_dir
from noteproc.text.tables import rows

_Row = TypeVar("_Row")
_CATEGORY = 3  # characters of a code that name its category


class CodeRanges:
    """Ranges of codes; a code is inside when it starts with a single code, or lies between two ends.

    Args:
        pairs: low and high end of each range, both inclusive with everything below them.
    """

    __slots__ = ("_initials", "_prefixes", "_spans", "pairs")

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self.pairs = pairs
        self._prefixes = tuple(low for low, high in pairs if low == high)
        self._spans = tuple((low, high) for low, high in pairs if low != high)
        self._initials = self.initials()

    @classmethod
    def parse(cls, text: str, separator: str = "|") -> CodeRanges:
        """The ranges that a cell lists."""
        return _parse(text, separator)

    def __contains__(self, code: object) -> bool:
        if not isinstance(code, str) or code[:1] not in self._initials:
            return False
        if code.startswith(self._prefixes):
            return True
        return any(low <= code[: len(low)] and code[: len(high)] <= high for low, high in self._spans)

    def initials(self) -> frozenset[str]:
        """The first characters of the codes that may be inside."""
        return frozenset(chr(point) for low, high in self.pairs for point in range(ord(low[0]), ord(high[0]) + 1))

    def width(self, code: str) -> int:
        """How closely the ranges name a code: the length of the longest end that holds it, 0 where none does."""
        widest = 0
        for low, high in self.pairs:
            if low <= code[: len(low)] and code[: len(high)] <= high:
                widest = max(widest, len(low) + (low == high))
        return widest


class CodeTable(Generic[_Row]):
    """Rows that each name codes; asked which of them name a code.

    Args:
        rows: the codes of each row, and the row.
    """

    def __init__(self, rows: Iterable[tuple[CodeRanges, _Row]]) -> None:
        self._rows = tuple(rows)
        # Most rows name codes of few categories: only those of the own one, and wide ones, are held against a code.
        self._places: dict[str, dict[int, None]] = {}
        for place, (codes, _) in enumerate(self._rows):
            for low, high in codes.pairs:
                for part in _parts(low, high):
                    self._places.setdefault(part, {})[place] = None
        self.of = lru_cache(maxsize=20_000)(self._find)

    def _find(self, code: str) -> tuple[_Row, ...]:
        """The rows that name a code, in their order."""
        near, wide = self._places.get(code[:_CATEGORY], {}), self._places.get(code[:1], {})
        return tuple(self._rows[place][1] for place in sorted({**near, **wide}) if code in self._rows[place][0])


@lru_cache(maxsize=8)
def codes_of(table: str, column: str) -> CodeRanges:
    """The code ranges that a table of ``dictionaries/rules`` lists, all its rows together."""
    cells = [row[column] for row in rows(dictionaries_dir() / "rules" / table, (column,))]
    return CodeRanges.parse(" | ".join(cells))


def _parts(low: str, high: str) -> Iterable[str]:
    """The category of a range, or the first characters of what may be inside."""
    if len(low) >= _CATEGORY and low[:_CATEGORY] == high[:_CATEGORY]:
        return (low[:_CATEGORY],)
    return map(chr, range(ord(low[0]), ord(high[0]) + 1))


@lru_cache(maxsize=4096)
def _parse(text: str, separator: str) -> CodeRanges:
    pairs = []
    for part in text.split(separator):
        low, _, high = part.strip().partition("-")
        if low:
            pairs.append((low, high or low))
    return CodeRanges(tuple(pairs))
