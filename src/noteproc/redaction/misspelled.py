"""Misspelled names: which part of a known name an unknown word may be."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from noteproc.redaction import lexicon as lx
from noteproc.redaction.lexicon import Lexicon

# A shorter part is too near too many words.
LONG_PART = 5
# So many letters may be wrong, or too many, or too few.
_FARTHEST = 2


class Misspelled:
    """Which part of a name an unknown word may be, one letter off or two in a long word.

    Args:
        parts: the parts of names, the first of them wins.
        lexicon: what is a name itself is meant to be another one letter off at most.
    """

    def __init__(self, parts: Iterable[str], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._judged: dict[str, str | None] = {}
        # By the first letter and the length of the words that they may be meant by.
        self._near: dict[tuple[str, int], list[str]] = {}
        for part in parts:
            if len(part) >= LONG_PART:
                for length in range(len(part) - _FARTHEST, len(part) + _FARTHEST + 1):
                    self._near.setdefault((part[0], length), []).append(part)

    def __bool__(self) -> bool:
        return bool(self._near)

    def part(self, stem: str) -> str | None:
        """The part that ``stem``, no word of language, is meant to be, or None."""
        near = self._near.get((stem[0], len(stem)))
        if near is None:
            return None
        if stem not in self._judged:
            self._judged[stem] = self._meant(stem, near)
        return self._judged[stem]

    def _meant(self, stem: str, near: list[str]) -> str | None:
        farthest = 1 if self._lexicon.bits(stem) & lx.NAME else _FARTHEST
        for part in near:
            limit = min(farthest, 1 if len(part) < 8 else _FARTHEST)
            if abs(len(part) - len(stem)) <= limit and OSA.distance(stem, part, score_cutoff=limit) <= limit:
                return part
        return None
