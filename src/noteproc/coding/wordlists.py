"""Lists of words and phrases of the dictionaries, looked for in text as whole words, in any case."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable


class WordList:
    """Words and phrases that are looked for together.

    Matching in one case lets the engine compare plain letters, which is several times faster than ignoring case.

    Args:
        words: in the order in which they are tried; white space within a phrase stands for any.
    """

    def __init__(self, words: Iterable[str]) -> None:
        escaped = [re.escape(word.strip().lower()).replace(r"\ ", r"\s+") for word in words]
        self._pattern = re.compile(rf"\b(?:{'|'.join(escaped)})\b")

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The first of the words between two code points, or None; the match holds small letters."""
        return self._pattern.search(text.lower(), start, end)

    def findall(self, text: str) -> list[str]:
        """Every word that stands in ``text``, in small letters, in order."""
        return self._pattern.findall(text.lower())
