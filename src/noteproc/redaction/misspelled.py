"""Misspelled names: which part of a known name an unknown word may be."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from noteproc.redaction import lexicon as lx
from noteproc.redaction.lexicon import Lexicon

# A shorter part is too near too many words.
LONG_PART = 5


class Misspelled:
    """Which part of a name an unknown word may be, one letter off or two in a long word.

    Args:
        parts: the parts of names, the first of them wins.
        lexicon: known words are what they are.
    """

    def __init__(self, parts: Iterable[str], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._judged: dict[str, str | None] = {}
        # By first letter and length.
        self._long: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for order, part in enumerate(parts):
            if len(part) >= LONG_PART:
                self._long.setdefault((part[0], len(part)), []).append((order, part))

    def __bool__(self) -> bool:
        return bool(self._long)

    def part(self, stem: str) -> str | None:
        """The part that ``stem`` is meant to be, or None."""
        if stem not in self._judged:
            self._judged[stem] = self._meant(stem)
        return self._judged[stem]

    def _meant(self, stem: str) -> str | None:
        near = [p for step in (-2, -1, 0, 1, 2) for p in self._long.get((stem[0], len(stem) + step), ())]
        if not near:
            return None
        bits = self._lexicon.bits(stem)
        if bits & (lx.ORDINARY | lx.CLINICAL):
            return None
        farthest = 1 if bits & lx.NAME else 2
        for _, part in sorted(near):
            limit = min(farthest, 1 if len(part) < 8 else 2)
            if abs(len(part) - len(stem)) <= limit and OSA.distance(stem, part, score_cutoff=limit) <= limit:
                return part
        return None
