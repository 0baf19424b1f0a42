"""Initials: how far the place where two to four letters stand says that somebody signs there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from noteproc.redaction import lexicon as lx
from noteproc.redaction.lexicon import Lexicon
from noteproc.redaction.words import Words

# From here on letters are initials by their place alone; a person whose initials they are needs less.
SIGNS = 2.5
# From here on it takes the tagger's word as well; from here on, that a known person has these initials.
BACKS = 1.5
OWNED = 1.0
# Tokens beside which letters may be somebody's: by themselves these say nothing yet.
_SAYS_BEFORE = lx.SIGNS_BEFORE | lx.CREDENTIAL | lx.ROLE | lx.NUMBER
_SAYS_AFTER = lx.SIGNS_AFTER | lx.CREDENTIAL | lx.NUMBER
_NEVER = lx.CREDENTIAL | lx.UNITWORD | lx.MONTH | lx.WEEKDAY | lx.TITLE | lx.KIN | lx.ROLE
_TIME = re.compile(r"[ \t,@]{1,4}(?:\d{1,2}[/.-]\d{1,2}|(?:[01]?\d|2[0-3]):?[0-5]\d\b)")
_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}(?!\d)")
_TIMED = re.compile(r"(?:\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?|\b(?:[01]?\d|2[0-3]):?[0-5]\d)[ \t,]{1,3}$")
_TIME_MARKS = frozenset({",", "@"})
# Labels of whoever spoke or typed: "tr: lmp".
_WRITTEN_BY = frozenset(lx.read_words("written_by.txt"))
_IN_DATES = frozenset("/.-:")
_NO_CREDENTIALS = frozenset({"in", "as", "do", "iv", "pt"})
_CLOSERS = ".;!?)\"']"
_VOWELS = frozenset("aeiouy")
# What a place must say, and several places together, for letters that stand so again and again to be somebody's.
_TELLS = 1.25
_TELL_TOGETHER = 4.5
# What the end of a note says by itself.
_IN_TAIL = 0.5
_TAIL_LINES = 3


@lru_cache(maxsize=1)
def _signing_words() -> frozenset[str]:
    return frozenset(w for w in lx.read_words("signing_words.txt") if w.isalpha() and len(w) > 1)


@lru_cache(maxsize=1)
def _telling_before() -> frozenset[str]:
    return _signing_words() | {"by", "per", ",", *"/~>-(["}


@lru_cache(maxsize=1)
def _telling_after() -> frozenset[str]:
    return _following_words() | _doing_words() | {"=", *".)/]~"}


@lru_cache(maxsize=1)
def _done_by() -> frozenset[str]:
    return frozenset(lx.read_words("done_by.txt"))


@lru_cache(maxsize=1)
def _following_words() -> frozenset[str]:
    return frozenset(lx.read_words("following_words.txt"))


@lru_cache(maxsize=1)
def _doing_words() -> frozenset[str]:
    return frozenset(lx.read_words("doing_words.txt"))


@lru_cache(maxsize=1)
def _services() -> frozenset[str]:
    return frozenset(lx.read_words("services.txt"))


# Whether letters can be initials, what they say for it by themselves, and that where a person of the note has them.
_Reading: TypeAlias = tuple[bool, float, float]
_READINGS_KEPT = 20_000


class _Readings(dict[str, _Reading]):
    """The letters seen of late, each read once."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self._bits = lexicon.bits

    def __missing__(self, form: str) -> _Reading:
        if len(self) >= _READINGS_KEPT:
            self.clear()
        bits = self._bits(form.lower())
        found = self[form] = (_claimed_by_nobody(form, bits), _said(form, bits, False), _said(form, bits, True))
        return found


@lru_cache(maxsize=1)
def _readings(lexicon: Lexicon) -> _Readings:
    return _Readings(lexicon)


def _claimed_by_nobody(form: str, bits: int) -> bool:
    if not (form.isalpha() and 2 <= len(form) <= lx.LONGEST_INITIALS):
        return False
    if not (form.isupper() or form.islower() or len(form) == 3):
        return False
    never = _NEVER & ~lx.UNITWORD if form.isupper() else _NEVER
    return form.lower() not in _services() and not bits & never


def _said(form: str, bits: int, owned: bool) -> float:
    small = form.islower()
    if bits & lx.ABBREVIATION:
        return -3.0 if not owned else -1.75 if small else -1.0
    if small and len(form) == 2 and _VOWELS.isdisjoint(form):
        # No word: whoever wrote it elsewhere signed there as well, or had an abbreviation of their own.
        return 1.0 if bits & lx.CLINICAL else 2.0
    if bits & lx.ORDINARY:
        return -3.0 if small else -1.0
    if bits & lx.CLINICAL:
        # Two small letters of no common use are somebody's more often than not.
        return 1.0 if small and len(form) == 2 else -0.25
    if small:
        return {2: 2.0, 3: 0.75}.get(len(form), 0.0)
    return 0.5 if len(form) == 2 else 0.0


class Initials:
    """Weighs letters where they stand.

    Args:
        words: the words of the note.
        lexicon: knows common abbreviations.
    """

    def __init__(self, words: Words, lexicon: Lexicon) -> None:
        self.words = words
        self._lexicon = lexicon
        self._readings = _readings(lexicon)
        self._tail = words.line_of[-1] - _TAIL_LINES if len(words) else 0

    def could_be(self, i: int) -> bool:
        """Whether a token is two to four letters that no profession, unit or month claims."""
        return self._readings[self.words.words[i]][0]

    def weight(self, i: int, *, owned: bool = False) -> float:
        """What the place and the letters themselves say; below zero they are language.

        Args:
            i: the index of the token.
            owned: a person of the note has these initials, so that an abbreviation speaks less against them.
        """
        words, text = self.words, self.words.text
        form = words.words[i]
        small = form.islower()
        total = self._readings[form][2 if owned else 1]
        line = words.line_of[i]
        n = len(words)
        opens = i == 0 or words.line_of[i - 1] != line
        before = "" if opens else words.words[i - 1]
        after = "" if i + 1 >= n or words.line_of[i + 1] != line else words.lower[i + 1]
        if before and after and self._plain(i, small):
            return total + _IN_TAIL if line > self._tail else total
        k = i + 1
        while k < n and words.line_of[k] == line and words.words[k] in ".)/]~":
            k += 1
        ends = k >= n or words.line_of[k] != line
        gap = 0 if opens else words.starts[i] - words.ends[i - 1]
        timed = (after.isdigit() or after in _TIME_MARKS) and _TIME.match(text, words.ends[i]) is not None
        if opens and ends:
            total += 2.5
        elif opens:
            total += 1.0 if timed or after in ("/", ":", "-") else 0.25
        elif ends:
            total += 1.0
            if before in _CLOSERS and gap:
                total += 1.5
            elif gap > 1:
                total += 1.0
        if not opens:
            lower = words.lower[i - 1]
            if lower == "by" and i > 1 and words.lower[i - 2] in _done_by():
                total += 3.0 if small else 5.5
            elif lower in ("by", "per"):
                total += 2.0 if small else 1.25
            elif before == ":" and i > 1 and words.lower[i - 2] in _WRITTEN_BY:
                total += 5.5
            elif before == "/" and not gap and self._paired(i - 2):
                total += 1.5
            elif (
                (before == "/" and i > 1 and words.words[i - 2] == "/")
                or (small and words.bits[i - 1] & (lx.CREDENTIAL | lx.ROLE) and len(lower) > 1)
                or lower in _signing_words()
            ):
                total += 2.0
            elif before in ("/", "~", ">", "-", "(", "[") and not (before == "-" and not gap and not opens):
                total += 0.5
            if (
                small
                and len(form) == 2
                and _VOWELS.isdisjoint(form)
                and (lower in ("by", "per") or lower in _WRITTEN_BY)
            ):
                # "Cannulated by bg", "scribe cg": no other two letters without a vowel stand there, however common.
                total = max(total, SIGNS)
            dated = None
            if before == "," or before.isdigit():
                dated = _TIMED.search(text, max(0, words.starts[i] - 12), words.starts[i])
            if dated:
                total += 1.25
                told = words.at(dated.start()) - 1
                if told >= 0 and words.lower[told] in _done_by():
                    total += 1.0 if small else 4.0
        if before in ("(", "[", "/") and after in (")", "]", "/") and not gap:
            total += 1.25 if small else 0.25
        if timed:
            total += 1.0
        if after:
            credential = words.bits[i + 1] & lx.CREDENTIAL and after not in _NO_CREDENTIALS
            if credential and words.starts[i + 1] - words.ends[i] <= 2:
                total += 2.0
                if small and before in _CLOSERS and gap and (i + 2 >= n or words.line_of[i + 2] != line):
                    # "Rash fading. tp LPN"
                    total += 3.5
                if before and words.lower[i - 1] == "by":
                    total += 1.0
            elif after == "/" and self._signed_twice(i, before):
                total += 5.5
            elif after in _following_words() or (after == "/" and i + 2 < len(words) and self._pairs(i + 2)):
                total += 1.0
            elif after in _doing_words():
                total += 1.25
            elif len(form) < lx.LONGEST_INITIALS and self._spelled_out(i, i + 2 if after == "=" else i + 1):
                total += 4.5
        if line > self._tail:
            total += _IN_TAIL
        return total

    def _plain(self, i: int, small: bool) -> bool:
        """Whether neither of the tokens around, on the same line, says anything of who signs."""
        words = self.words
        after = words.lower[i + 1]
        if after[0] == words.lower[i][0] and words.words[i + 1][0].isupper():
            return False
        if after in _telling_after() or words.bits[i + 1] & lx.CREDENTIAL:
            return False
        if after.isdigit() or (after in _TIME_MARKS and i + 2 < len(words) and not words.words[i + 2].isalpha()):
            return False
        before = words.lower[i - 1]
        if before in _telling_before() or (small and words.bits[i - 1] & (lx.CREDENTIAL | lx.ROLE) and len(before) > 1):
            return False
        # Figures are a time or a date where they are three or more, or have others before them.
        return not before.isdigit() or (len(before) < 3 and (i < 2 or words.words[i - 2] not in _IN_DATES))

    def signers(self) -> dict[int, float]:
        """The weight of each token that may be initials and has more for it than that of its letters.

        Who signs again and again does so everywhere.
        """
        readings, words = self._readings, self.words
        forms, lower = words.words, words.lower
        weights: dict[int, float] = {}
        telling: dict[str, list[float]] = {}
        for i, told in self._placed():
            could_be, said, _ = readings[forms[i]]
            if could_be and (told or said >= BACKS - _IN_TAIL or lower[i + 1][0] == lower[i][0]):
                weights[i] = self.weight(i)
                if weights[i] - said >= _TELLS:
                    telling.setdefault(lower[i], []).append(weights[i] - said)
        for low, saying in telling.items():
            word = self._lexicon.bits(low) & lx.ORDINARY and not _VOWELS.isdisjoint(low)
            if len(saying) < 2 or sum(saying) < _TELL_TOGETHER or word:
                continue
            for i in words.vocabulary[low]:
                could_be, said, _ = readings[forms[i]]
                if could_be:
                    weight = weights[i] if i in weights else self.weight(i)
                    weights[i] = max(weight, 1.0 + weight - said)
        return weights

    def _placed(self) -> Iterator[tuple[int, bool]]:
        """The tokens of two to four letters, and whether a token beside them, or the lack of one, may say more."""
        words = self.words
        short = words.is_class(lx.SHORT).nonzero()[0]
        if not len(short):
            return iter(())
        told = np.ones(len(words), dtype=bool)
        lines = words.lines
        told[1:-1] = (lines[1:-1] != lines[:-2]) | (lines[1:-1] != lines[2:])
        told[1:] |= words.is_class(_SAYS_BEFORE)[:-1]
        told[:-1] |= words.is_class(_SAYS_AFTER)[1:]
        return zip(short.tolist(), told[short].tolist(), strict=True)

    def _paired(self, k: int) -> bool:
        """Whether letters that are no word and no abbreviation stand before a slash ("kel/AR")."""
        words = self.words
        known = lx.ABBREVIATION | lx.ORDINARY | lx.CLINICAL | lx.UNITWORD
        return (
            k >= 0
            and words.ends[k] == words.starts[k + 1]
            and 2 <= len(words.words[k]) <= lx.LONGEST_INITIALS
            and words.words[k].isalpha()
            and not words.bits[k] & known
        )

    def _signed_twice(self, i: int, before: str) -> bool:
        """Whether a user name that begins alike, or in brackets a date, stands behind a slash: "AS/asolberg1"."""
        words = self.words
        k = i + 2
        if k >= len(words) or words.starts[k] != words.ends[i] + 1:
            return False
        if words.words[k].isdigit():
            return before in ("(", "[") and _DAY.match(words.text, words.starts[k]) is not None
        known = words.bits[k] & (lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION)
        return (
            len(words.words[k]) > 3
            and words.words[k].islower()
            and words.lower[k][0] == words.lower[i][0]
            and not known
        )

    def _spelled_out(self, i: int, k: int) -> bool:
        """Whether the name with these initials begins at a token ("lw = Lorraine Wysocki", "RB Rowena Bright RN")."""
        words, line = self.words, self.words.line_of[i]
        named = False
        for letter in words.lower[i]:
            while k < len(words) and words.words[k] in ".-'" and words.line_of[k] == line:
                k += 1
            if k >= len(words) or words.line_of[k] != line or words.lower[k][0] != letter:
                return False
            if not words.words[k][0].isupper():
                return False
            named = named or not words.bits[k] & (lx.ORDINARY | lx.CLINICAL) or bool(words.bits[k] & lx.NAME)
            k += 1
        return named

    def _pairs(self, k: int) -> bool:
        """Whether another token of initials' shape stands behind a slash ("LC/AN", "JB/tammi")."""
        words = self.words
        return (
            words.starts[k] == words.ends[k - 1]
            and words.words[k].isalpha()
            and len(words.words[k]) <= 4
            and not words.bits[k] & (lx.ABBREVIATION | lx.ORDINARY)
        )
