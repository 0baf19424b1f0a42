"""Lists of words and phrases of the dictionaries, looked for in text as whole words, in any case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# So many letters deep words are told apart before they are compared one by one; of so few each is compared.
_DEPTH, _FEW = 3, 3


class WordList:
    """Words and phrases that are looked for together.

    Matching in one case lets the engine compare plain letters, which is several times faster than ignoring case; so
    does looking at a letter once for all words that begin with it.

    Args:
        words: in the order in which they are tried; white space within a phrase stands for any.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._pattern = re.compile(rf"\b(?:{_joined([word.strip().lower() for word in words], 0)})\b")

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """The first of the words between two code points, or None; the match holds small letters."""
        return self._pattern.search(text[:end].lower(), start)

    def findall(self, text: str) -> list[str]:
        """Every word that stands in ``text``, in small letters, in order."""
        return self._pattern.findall(text.lower())


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
