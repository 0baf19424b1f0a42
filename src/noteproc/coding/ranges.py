"""Codes and ranges of codes as the rule tables write them: "R05", "J00-J99", "S00-T88"."""

from __future__ import annotations

from functools import lru_cache


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


@lru_cache(maxsize=4096)
def _parse(text: str, separator: str) -> CodeRanges:
    pairs = []
    for part in text.split(separator):
        low, _, high = part.strip().partition("-")
        if low:
            pairs.append((low, high or low))
    return CodeRanges(tuple(pairs))
