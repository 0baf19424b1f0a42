"""Codes and ranges of codes as the rule tables write them: "R05", "J00-J99", "S00-T88"."""

from __future__ import annotations

from functools import lru_cache


class CodeRanges:
    """Ranges of codes; a code is inside when it starts with a single code, or lies between two ends.

    Args:
        pairs: low and high end of each range, both inclusive with everything below them.
    """

    __slots__ = ("_known", "pairs")

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self.pairs = pairs
        self._known: dict[str, int] = {}

    @classmethod
    def parse(cls, text: str, separator: str = "|") -> CodeRanges:
        """The ranges that a cell lists."""
        return _parse(text, separator)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.width(code) > 0

    def width(self, code: str) -> int:
        """How closely the ranges name a code: the length of the longest end that holds it, 0 where none does."""
        known = self._known.get(code)
        if known is None:
            known = 0
            for low, high in self.pairs:
                if low <= code[: len(low)] and code[: len(high)] <= high:
                    known = max(known, len(low) + (low == high))
            if len(self._known) < 20_000:
                self._known[code] = known
        return known


@lru_cache(maxsize=4096)
def _parse(text: str, separator: str) -> CodeRanges:
    pairs = []
    for part in text.split(separator):
        low, _, high = part.strip().partition("-")
        if low:
            pairs.append((low, high or low))
    return CodeRanges(tuple(pairs))
