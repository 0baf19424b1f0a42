"""Repair of single misspelt words: to the one word of the vocabulary that is meant, or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

# Texts hold words of every kind; below this length a repair is more often wrong than right.
MIN_LENGTH = 6
_PREFIXES = ("hypo", "hyper", "non", "inter", "intra", "pre", "post", "anti", "micro", "macro", "sub", "supra", "infra")
_LONGEST = 40


class Repairs:
    """Repairs words to those of one vocabulary.

    Args:
        vocabulary: the keys that a repair may lead to.
    """

    def __init__(self, vocabulary: Iterable[str]) -> None:
        # By the letters that a repair never changes, and by length.
        self._buckets: dict[tuple[str, str, int], list[str]] = defaultdict(list)
        for word in vocabulary:
            if word.isalpha() and len(word) >= MIN_LENGTH - 1:
                self._buckets[word[0], word[-1], len(word)].append(word)
        self._near = lru_cache(maxsize=5_000)(self._read_near)
        self.of = lru_cache(maxsize=50_000)(self._find)

    def _find(self, key: str) -> str:
        """The one word of the vocabulary that ``key`` misspells, or ""."""
        if not MIN_LENGTH <= len(key) <= _LONGEST or not key.isalpha():
            return ""
        allowed = 1 if len(key) < 10 else 2
        near = self._near(key[0], key[-1], len(key), allowed)
        best = [
            (int(distance), word)
            for word, distance, _ in process.extract(
                key, near, scorer=OSA.distance, score_cutoff=allowed, limit=None, processor=None
            )
            if _may_stand_for(key, word)
        ]
        best.sort()
        if not best or (len(best) > 1 and best[0][0] == best[1][0]):
            return ""
        return best[0][1]

    def _read_near(self, first: str, last: str, length: int, allowed: int) -> list[str]:
        """The words of these letters that are as long, or longer or shorter by a few."""
        lengths = range(length - allowed, length + allowed + 1)
        return [word for one in lengths for word in self._buckets.get((first, last, one), ())]


def _may_stand_for(key: str, word: str) -> bool:
    """The guard of a repair: prefixes that turn a meaning round must be the same in both."""
    for prefix in _PREFIXES:
        if key.startswith(prefix) != word.startswith(prefix):
            return False
    if (key.startswith(("a", "in", "un", "dis")) and key[1:] == word) or key == word[1:]:
        return False
    # Endings carry the sense of many words: -itis, -osis, -oma, -emia, -ectomy, -otomy.
    return key[-2:] == word[-2:] or (len(key) >= 8 and key[-1] == word[-1])
