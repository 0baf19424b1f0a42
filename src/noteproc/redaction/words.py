"""Words of a text: the cheap tokens that every detector of the redaction room shares."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Set
from operator import itemgetter
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from noteproc.redaction.lexicon import ALPHABETIC, CAPITAL, NUMBER, UPPER, lexicon
from noteproc.redaction.tokens import tokens

_OPENING = re.compile(r"[^\W\d_]+|\d+")
_WRITTEN, _LOWER, _BITS, _CLASSES = map(itemgetter, range(4))


class Cues(frozenset[str]):
    """Words and marks in lower case at which patterns open.

    A text is searched once for all the cues that there are, so that asking where some stand costs next to nothing.
    """

    made: ClassVar[dict[Cues, Cues]] = {}
    holding: ClassVar[dict[str, list[Cues]]] = {}

    def __new__(cls, words: Iterable[str]) -> Cues:
        new = super().__new__(cls, words)
        if new not in cls.made:
            cls.made[new] = new
            for word in new:
                cls.holding.setdefault(word, []).append(new)
        return cls.made[new]


class Words:
    """The tokens of one text, as parallel lists, and where to find some of them without a pass over all.

    A token is a run of letters (inner apostrophes kept), a run of digits, or one other visible character.

    Args:
        text: the text to cut, already plain (see ``noteproc.redaction.plaintext``).

    Attributes:
        capitals: the indexes of the tokens that begin with a capital.
        line_of, lines: the line on which each token stands, as a list and as an array.
        numbers: the indexes of the runs of digits.
        small: whether the whole text is written small, so that a name without a capital is nothing strange.
        upper: whether the whole text is written in capitals.
        vocabulary: the forms in ``lower``, each with the indexes where it stands.
    """

    __slots__ = (
        "_classes",
        "_cues",
        "_figures",
        "_pieces",
        "_small_lines",
        "bits",
        "capitals",
        "ends",
        "line_of",
        "line_starts",
        "lines",
        "lower",
        "numbers",
        "small",
        "starts",
        "text",
        "upper",
        "vocabulary",
        "words",
    )

    def __init__(self, text: str) -> None:
        self.text = text
        starts, ends, breaks, inner = tokens(text)
        self.starts: list[int] = starts.tolist()
        self.ends: list[int] = ends.tolist()
        forms = lexicon().forms
        known = [forms[text[start:end]] for start, end in zip(self.starts, self.ends, strict=True)]
        self.words: list[str] = list(map(_WRITTEN, known))
        self.lower: list[str] = list(map(_LOWER, known))
        self.bits: list[int] = list(map(_BITS, known))
        self._classes = np.fromiter(map(_CLASSES, known), np.int32, len(known))
        self.vocabulary: dict[str, list[int]] = {}
        vocabulary = self.vocabulary
        for i, low in enumerate(self.lower):
            if low in vocabulary:
                vocabulary[low].append(i)
            else:
                vocabulary[low] = [i]
        self._cues: dict[Cues, list[int]] = {}
        for cue in Cues.holding.keys() & self.vocabulary.keys():
            for cues in Cues.holding[cue]:
                self._cues.setdefault(cues, []).extend(self.vocabulary[cue])
        self.numbers = self.of_class(NUMBER)
        self.capitals = self.of_class(CAPITAL)
        # A tag stands for what may well have had a capital.
        named = np.count_nonzero(self._classes & (CAPITAL | UPPER) == CAPITAL) + self._tagged()
        self.small = bool(named * 20 < np.count_nonzero(self._classes & ALPHABETIC))
        self.upper = text.isupper()
        self._small_lines: dict[int, bool] = {}
        # By their length and by what stands behind them.
        self._figures: dict[int, dict[str, list[int]]] = {}
        for i in self.numbers:
            start, end = self.starts[i], self.ends[i]
            followed = self._figures.setdefault(end - start, {})
            followed.setdefault(text[end : end + 1] or "\n", []).append(start)
        self.line_starts: list[int] = [0, *(breaks + 1).tolist()]
        self.lines: NDArray[np.int64] = breaks.searchsorted(starts)
        self.line_of: list[int] = self.lines.tolist()
        # For a pattern a word also begins behind an inner apostrophe, and ends before it, where the token goes on.
        self._pieces: dict[str, list[int]] = {}
        for i in sorted({bisect_right(self.starts, at) - 1 for at in inner.tolist()}):
            start = self.starts[i]
            for piece in self.words[i].split("'"):
                self._pieces.setdefault(piece.lower(), []).append(start)
                start += len(piece) + 1

    def __len__(self) -> int:
        return len(self.words)

    def _tagged(self) -> int:
        """How many words tags such as ``[CITY_1]`` hold."""
        classes, last = self._classes, len(self._classes) - 1
        beside = {k for i in self.vocabulary.get("_", ()) for k in (i - 1, i + 1) if 0 <= k <= last}
        return sum(1 for k in beside if classes[k] & UPPER and classes[k] & ALPHABETIC)

    def at(self, offset: int) -> int:
        """The index of the first token that ends after ``offset`` (``len`` when there is none)."""
        return bisect_right(self.ends, offset)

    def within(self, start: int, end: int) -> range:
        """The indexes of the tokens that touch ``[start, end)``."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))

    def figures(self, *lengths: int, before: str = "") -> list[int]:
        """Where runs of digits begin, in order.

        Args:
            lengths: how many digits they have; none for any.
            before: the characters that may stand behind them; none for any.
        """
        found: list[int] = []
        for length in lengths or self._figures:
            followed = self._figures.get(length)
            if followed:
                for after in before or followed:
                    found += followed.get(after, ())
        found.sort()
        return found

    def dotted(self) -> list[int]:
        """Where single capitals with a dot behind them stand, in order."""
        words, starts, ends = self.words, self.starts, self.ends
        return [
            starts[i - 1]
            for i in self.vocabulary.get(".", ())
            if i and ends[i - 1] - starts[i - 1] == 1 and starts[i] == ends[i - 1] and words[i - 1].isupper()
        ]

    def of_class(self, bits: int) -> list[int]:
        """The indexes of the tokens that have one of some class bits (see ``noteproc.redaction.lexicon``)."""
        found: list[int] = (self._classes & bits).nonzero()[0].tolist()
        return found

    def is_class(self, bits: int) -> NDArray[np.bool_]:
        """For each token whether it has one of some class bits."""
        return (self._classes & bits).astype(np.bool_)

    def among(self, forms: Set[str]) -> list[int]:
        """The indexes of the tokens whose lower-case form is one of ``forms``, in order."""
        if isinstance(forms, Cues):
            found = self._cues.get(forms)
            return sorted(found) if found else []
        vocabulary = self.vocabulary
        # The shorter of the two is gone through.
        if len(forms) > len(vocabulary):
            here: Iterable[str] = [form for form in vocabulary if form in forms]
        else:
            here = vocabulary.keys() & forms
        return sorted([i for form in here for i in vocabulary[form]]) if here else []

    def opening(self, forms: Set[str], stems: tuple[str, ...] = ()) -> list[int]:
        """Where runs of letters begin, in order, that are one of ``forms`` or begin with one of ``stems``.

        Case does not matter, and "may" stands in "May's".
        """
        if stems:
            forms = forms | {form for form in (*self.vocabulary, *self._pieces) if form.startswith(stems)}
        found = self.among(forms)
        if found:
            starts = self.starts
            found = [starts[i] for i in found]
        if self._pieces and not self._pieces.keys().isdisjoint(forms):
            for form in self._pieces.keys() & forms:
                found += self._pieces[form]
            found.sort()
        return found

    def standing(self, forms: Set[str]) -> Iterator[tuple[str, list[int]]]:
        """Each of ``forms`` that opens runs of letters, and where those begin, as ``opening`` gives it."""
        starts, vocabulary, pieces = self.starts, self.vocabulary, self._pieces
        for form in forms & vocabulary.keys() | forms & pieces.keys():
            found = [starts[i] for i in vocabulary.get(form, ())]
            yield form, sorted([*found, *pieces[form]]) if form in pieces else found

    def is_small(self, line: int) -> bool:
        """Whether a line is written in small letters throughout."""
        known = self._small_lines.get(line)
        if known is None:
            known = self._small_lines[line] = self.text[self.line_start(line) : self.line_end(line)].islower()
        return known

    def line_start(self, line: int) -> int:
        """The offset of the first character of a line."""
        return self.line_starts[line]

    def line_end(self, line: int) -> int:
        """The offset one past the last character of a line, its break left out."""
        if line + 1 < len(self.line_starts):
            return self.line_starts[line + 1] - 1
        return len(self.text)


class ListedPhrases:
    """Phrases of a list, looked for where their first words stand: each word knows its own.

    Args:
        phrases: in the order of preference.
        before, after: patterns of what may stand on both sides.
    """

    def __init__(self, phrases: Iterable[str], before: str, after: str) -> None:
        self._before, self._after = before, after
        self._phrases: dict[str, list[str]] = {}
        for phrase in phrases:
            found = _OPENING.match(phrase.lower())
            if found:
                self._phrases.setdefault(found.group(), []).append(re.escape(phrase))
        self._openings = Cues(self._phrases)
        # Compiled when first asked for: a note holds few of the openings.
        self._patterns: dict[str, re.Pattern[str]] = {}

    def standing(self, words: Words) -> Iterator[re.Match[str]]:
        """The matches that overlap none before them, in order."""
        end = 0
        for start in words.opening(self._openings):
            if start >= end:
                opening = _OPENING.match(words.text, start)
                found = self._pattern(opening.group().lower()).match(words.text, start) if opening else None
                if found:
                    end = found.end()
                    yield found

    def _pattern(self, opening: str) -> re.Pattern[str]:
        """What matches the phrases that begin with a word."""
        known = self._patterns.get(opening)
        if known is None:
            some = "|".join(self._phrases[opening])
            known = self._patterns[opening] = re.compile(f"{self._before}(?:{some}){self._after}", re.IGNORECASE)
        return known


def shortly_before(starts: Iterable[int], marks: list[int], reach: int) -> list[int]:
    """Those of some offsets behind which a mark comes soon.

    Args:
        starts: offsets, in order.
        marks: the offsets of the marks, in order.
        reach: how far behind a start a mark may begin.
    """
    found: list[int] = []
    if marks:
        for start in starts:
            at = bisect_right(marks, start)
            if at < len(marks) and marks[at] - start <= reach:
                found.append(start)
    return found


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
