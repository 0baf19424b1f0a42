"""Lists of words and phrases of the dictionaries, looked for in text as whole words, in any case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

# So many letters deep words are told apart before they are compared one by one; of so few each is compared.
_DEPTH, _FEW = 3, 3


_RUN = re.compile(r"\w+")


class Passage:
    """A stretch of text in which several lists are looked for.

    Args:
        text: as written.
    """

    __slots__ = ("text", "words")

    def __init__(self, text: str) -> None:
        self.text = text.lower()
        self.words = frozenset(_RUN.findall(self.text))


class WordList:
    """Words and phrases that are looked for together.

    Matching in one case lets the engine compare plain letters, which is several times faster than ignoring case; so
    does looking at a letter once for all words that begin with it.

    Args:
        words: in the order in which they are tried; white space within a phrase stands for any.
    """

    def __init__(self, words: Iterable[str]) -> None:
        small = [word.strip().lower() for word in words]
        self._pattern = re.compile(rf"\b(?:{_joined(small, 0)})\b")
        # A text without any of their first words holds none of them; one that opens with a mark has no first word.
        openings = [_RUN.match(word) for word in small]
        self._openings = frozenset(m.group() for m in openings if m is not None) if all(openings) else None

    def opens(self, passage: Passage, end: int) -> bool:
        """Whether one of the words stands in the first ``end`` code points of a passage."""
        if self._openings is not None and self._openings.isdisjoint(passage.words):
            return False
        found = self._pattern.search(passage.text)
        return found is not None and found.end() <= end

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """The first of the words between two code points, or None; the match holds small letters."""
        if start == 0 and end is None:
            return self._pattern.search(text.lower())
        return self._pattern.search(_small(text), start, len(text) if end is None else end)

    def findall(self, text: str) -> list[str]:
        """Every word that stands in ``text``, in small letters, in order."""
        return self._pattern.findall(text.lower())


@lru_cache(maxsize=1)
def _small(text: str) -> str:
    """A text in small letters, each where it stands: of one note many stretches are asked about."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(ch.lower()[:1] for ch in text)


def _joined(words: Sequence[str], depth: int) -> str:
    """An expression for what follows the first ``depth`` letters, which the words share.

    Words that go on with different letters never match at one place, so only the order within each letter counts.
    """
    if len(words) < _FEW or depth > _DEPTH or any(len(word) <= depth for word in words):
        return "|".join(_literal(word[depth:]) for word in words)
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[depth], []).append(word)
    return "|".join(
        f"{_literal(letter)}(?:{_joined(group, depth + 1)})" if len(group) > 1 else _literal(group[0][depth:])
        for letter, group in by_letter.items()
    )


def _literal(words: str) -> str:
    return re.escape(words).replace(r"\ ", r"\s+")
