"""Words of a text: the cheap tokens that every detector of the redaction room shares."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from noteproc.redaction.lexicon import lexicon

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[^\w\s]|_")
_BREAK = re.compile(r"\n")


class Words:
    """The tokens of one text, as parallel lists.

    A token is a run of letters (inner apostrophes kept), a run of digits, or one other visible character.

    Args:
        text: the text to cut, already plain (see ``noteproc.redaction.plaintext``).
    """

    __slots__ = ("bits", "ends", "line_of", "line_starts", "lower", "small", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.words: list[str] = []
        for m in _TOKEN.finditer(text):
            self.starts.append(m.start())
            self.ends.append(m.end())
            self.words.append(m.group())
        self.lower = [w.lower() for w in self.words]
        self.bits: list[int] = lexicon().bits_of(self.lower)
        letters = sum(map(str.isalpha, self.words))
        #: Whether the whole text is written small, so that a name without a capital is nothing strange.
        self.small = sum(w[0].isupper() and len(w) > 1 and not w.isupper() for w in self.words) * 20 < letters
        self.line_starts = [0, *(m.end() for m in _BREAK.finditer(text))]
        self.line_of = [0] * len(self.words)
        line, last = 0, len(self.line_starts) - 1
        for i, start in enumerate(self.starts):
            while line < last and self.line_starts[line + 1] <= start:
                line += 1
            self.line_of[i] = line

    def __len__(self) -> int:
        return len(self.words)

    def at(self, offset: int) -> int:
        """The index of the first token that ends after ``offset`` (``len`` when there is none)."""
        return bisect_right(self.ends, offset)

    def within(self, start: int, end: int) -> range:
        """The indexes of the tokens that touch ``[start, end)``."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))

    def line_start(self, line: int) -> int:
        """The offset of the first character of a line."""
        return self.line_starts[line]

    def line_end(self, line: int) -> int:
        """The offset one past the last character of a line, its break left out."""
        if line + 1 < len(self.line_starts):
            return self.line_starts[line + 1] - 1
        return len(self.text)
