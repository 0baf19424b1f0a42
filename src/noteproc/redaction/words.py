"""Words of a text: the cheap tokens that every detector of the redaction room shares."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Set

import numpy as np

from noteproc.redaction.lexicon import lexicon

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[^\w\s]|_")
_BREAK = re.compile(r"\n")


class Words:
    """The tokens of one text, as parallel lists, and where to find some of them without a pass over all.

    A token is a run of letters (inner apostrophes kept), a run of digits, or one other visible character.

    Args:
        text: the text to cut, already plain (see ``noteproc.redaction.plaintext``).

    Attributes:
        capitals: the indexes of the tokens that begin with a capital.
        numbers: the indexes of the runs of digits.
        small: whether the whole text is written small, so that a name without a capital is nothing strange.
        vocabulary: the forms in ``lower``, each with the indexes where it stands.
    """

    __slots__ = (
        "_classes",
        "_pieces",
        "bits",
        "capitals",
        "ends",
        "line_of",
        "line_starts",
        "lower",
        "numbers",
        "small",
        "starts",
        "text",
        "vocabulary",
        "words",
    )

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
        self._classes = np.array(self.bits, dtype=np.int32)
        self.vocabulary: dict[str, list[int]] = {}
        for i, low in enumerate(self.lower):
            found = self.vocabulary.get(low)
            if found is None:
                self.vocabulary[low] = [i]
            else:
                found.append(i)
        self.numbers = [i for i, w in enumerate(self.words) if w.isdecimal()]
        self.capitals = [i for i, w in enumerate(self.words) if w[0].isupper()]
        letters = sum(map(str.isalpha, self.words))
        named = sum(1 for i in self.capitals if len(self.words[i]) > 1 and not self.words[i].isupper())
        self.small = named * 20 < letters
        self.line_starts = [0, *(m.end() for m in _BREAK.finditer(text))]
        self.line_of: list[int] = []
        for line, start in enumerate(self.line_starts[1:]):
            self.line_of += [line] * (bisect_left(self.starts, start) - len(self.line_of))
        self.line_of += [len(self.line_starts) - 1] * (len(self.starts) - len(self.line_of))
        # For a pattern a word also begins behind an inner apostrophe, and ends before it, where the token goes on.
        self._pieces: dict[str, list[int]] = {}
        inside = -1
        at = text.find("'")
        while at >= 0:
            i = bisect_right(self.starts, at) - 1
            if i > inside and self.starts[i] < at < self.ends[i]:
                start = self.starts[i]
                for piece in self.words[i].split("'"):
                    self._pieces.setdefault(piece.lower(), []).append(start)
                    start += len(piece) + 1
                inside = i
            at = text.find("'", at + 1)

    def __len__(self) -> int:
        return len(self.words)

    def at(self, offset: int) -> int:
        """The index of the first token that ends after ``offset`` (``len`` when there is none)."""
        return bisect_right(self.ends, offset)

    def within(self, start: int, end: int) -> range:
        """The indexes of the tokens that touch ``[start, end)``."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))

    def of_class(self, bits: int) -> list[int]:
        """The indexes of the tokens that have one of some class bits (see ``noteproc.redaction.lexicon``)."""
        found: list[int] = np.flatnonzero(self._classes & bits).tolist()
        return found

    def among(self, forms: Set[str]) -> list[int]:
        """The indexes of the tokens whose lower-case form is one of ``forms``, in order."""
        return sorted(i for form in self.vocabulary.keys() & forms for i in self.vocabulary[form])

    def opening(self, forms: Set[str], stems: tuple[str, ...] = ()) -> list[int]:
        """Where runs of letters begin, in order, that are one of ``forms`` or begin with one of ``stems``.

        Case does not matter, and "may" stands in "May's".
        """
        if stems:
            forms = forms | {form for form in (*self.vocabulary, *self._pieces) if form.startswith(stems)}
        starts = self.starts
        found = [starts[i] for i in self.among(forms)]
        for form in self._pieces.keys() & forms:
            found += self._pieces[form]
        found.sort()
        return found

    def line_start(self, line: int) -> int:
        """The offset of the first character of a line."""
        return self.line_starts[line]

    def line_end(self, line: int) -> int:
        """The offset one past the last character of a line, its break left out."""
        if line + 1 < len(self.line_starts):
            return self.line_starts[line + 1] - 1
        return len(self.text)


def matches(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """What ``pattern.finditer(text)`` gives, far cheaper, for a pattern that can match at none but some places.

    Args:
        pattern: matches no empty text.
        text: the text to look in.
        starts: every offset where a match may begin, in order.
    """
    end = 0
    match = pattern.match
    for start in starts:
        if start >= end:
            found = match(text, start)
            if found:
                end = found.end()
                yield found
