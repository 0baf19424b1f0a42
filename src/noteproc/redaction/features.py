"""What the PHI tagger sees of each token: six columns of the word itself, four of where it stands."""

from __future__ import annotations

import re
import string
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from noteproc.redaction import lexicon as lx
from noteproc.redaction.words import Cues, Words

# Rows of each embedding table; row 0 is the padding between notes.
WORD_ROWS = (12000, 12000, 4000, 4000, 1500, 4000)
CONTEXT_ROWS = (64, 4000, 64, 16)

_CUE = lx.TITLE | lx.KIN | lx.ROLE | lx.DATECUE | lx.PLACECUE | lx.IDLABEL | lx.CREDENTIAL
_ASCII_SHAPES = str.maketrans(
    string.ascii_uppercase + string.ascii_lowercase + string.digits, "X" * 26 + "x" * 26 + "d" * 10
)
_LONG_RUN = re.compile(r"(.)\1{4,}", re.DOTALL)
_STOPS = Cues({".", ";"})
_ROWS_KEPT = 20_000
# The row of a line by how many tokens it has: up to five, up to twelve, more.
_SIZES = np.array([5] * 6 + [3] * 7 + [1])
_PLAIN = lx.ORDINARY | lx.CLINICAL | lx.UNITWORD | lx.KIN | lx.ROLE


def bucket(value: str, rows: int, seed: int = 0) -> int:
    """A stable row in ``1 .. rows-1`` for a string, the same in every process."""
    return crc32(value.encode("utf-8", "surrogatepass"), seed) % (rows - 1) + 1


class _Rows(dict[str | int, int]):
    """The rows of what was asked for of late, in one of the tables."""

    def __init__(self, rows: int, seed: int = 0) -> None:
        super().__init__()
        self._rows, self._seed = rows, seed

    def __missing__(self, value: str | int) -> int:
        if len(self) >= _ROWS_KEPT:
            self.clear()
        row = self[value] = bucket(str(value), self._rows, self._seed)
        return row


_SHAPE_ROWS = _Rows(WORD_ROWS[4])
_BITS_ROWS = _Rows(WORD_ROWS[5])
_CUE_ROWS = _Rows(CONTEXT_ROWS[1], 31)
# A checksum goes on from another's: the marks before the first and the last letters of a word are summed already.
_BEGINNING, _ENDING = crc32(b"p"), crc32(b"s")
# What is left for a word and for its beginning or end once row 0 is taken off.
_WHOLE, _PIECE = WORD_ROWS[0] - 1, WORD_ROWS[2] - 1


def shape(form: lx.Form) -> str:
    """The shape of a word: ``Xxx`` for a capitalised one, ``ddd`` for three digits; runs stop at four."""
    word, _, _, classes = form
    if word.isascii():
        if classes & lx.ALPHABETIC:
            if classes & lx.LOWER:
                return "xxxx"[: len(word)]
            if classes & lx.UPPER:
                return "XXXX"[: len(word)]
            if classes & lx.CAPITAL and word[1:].islower():
                return "Xxxxx"[: len(word)]
        elif classes & lx.NUMBER:
            return "dddd"[: len(word)]
        elif len(word) == 1:
            return word
        kinds = word.translate(_ASCII_SHAPES)
    else:
        kinds = "".join(
            "X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c if not c.isalpha() else "c"
            for c in word
        )
    return _LONG_RUN.sub(r"\1\1\1\1", kinds) if len(kinds) > 4 else kinds


def word_row(form: lx.Form) -> tuple[int, ...]:
    """The columns that depend on the word alone."""
    word, low, bits, classes = form
    norm = "0" * min(len(word), 12) if classes & lx.NUMBER and len(word) > 2 else low
    whole = norm.encode("utf-8", "surrogatepass")
    if len(whole) == len(norm):
        first, last = whole[:3], whole[-3:]
    else:
        first, last = norm[:3].encode("utf-8", "surrogatepass"), norm[-3:].encode("utf-8", "surrogatepass")
    return (
        crc32(whole) % _WHOLE + 1,
        crc32(whole, 7919) % _WHOLE + 1,
        crc32(first, _BEGINNING) % _PIECE + 1,
        crc32(last, _ENDING) % _PIECE + 1,
        _SHAPE_ROWS[shape(form)],
        _BITS_ROWS[bits],
    )


def candidates(words: Words) -> NDArray[np.bool_]:
    """Which tokens could be PHI: figures, capitals and words of no list; among words in lower case also every name.

    In a line without a capital a name may be written small, and so may a place: there every word counts.
    """
    marks = words.is_class(lx.MARK)
    chosen = ~marks
    if not words.small:
        mixed = np.array([not _has_no_capital(line) for line in words.text.split("\n")])
        chosen &= ~(words.is_class(_PLAIN) & words.is_class(lx.LOWER) & mixed[words.lines])
    chosen[1:-1] |= marks[1:-1] & chosen[:-2] & chosen[2:]
    return chosen


def _has_no_capital(line: str) -> bool:
    return line == line.lower() if line.isascii() else not any(map(str.isupper, line))


def context_rows(words: Words) -> NDArray[np.int32]:
    """The columns that depend on where a token stands: place in its line, last cue, label of the line, page, frame.

    Returns:
        An array of ``len(words)`` rows and ``len(CONTEXT_ROWS)`` columns.
    """
    n = len(words)
    if not n:
        return np.zeros((0, len(CONTEXT_ROWS)), dtype=np.int32)
    # The first token of each line that has one, and how many it has.
    opens = np.ones(n, dtype=bool)
    np.not_equal(words.lines[1:], words.lines[:-1], out=opens[1:])
    firsts = opens.nonzero()[0]
    lengths = _lengths(firsts, n)
    rows = _line_rows(words, firsts, lengths).repeat(lengths, axis=0)
    at = np.arange(n, dtype=np.int32)
    since, cue = _last_cues(words, at, firsts)
    rows[:, 0] += np.minimum(at - at[firsts].repeat(lengths), 6) + 28 * (since > 0)
    np.copyto(rows[:, 1], cue, where=since <= 6)
    rows[:, 2] += np.minimum(since, 7)
    rows[firsts + lengths - 1, 3] += 6
    return rows


def _lengths(firsts: NDArray[np.intp], n: int) -> NDArray[np.intp]:
    """How many of ``n`` tokens belong to each stretch, the first token of each given."""
    lengths = np.empty(len(firsts), dtype=np.intp)
    np.subtract(firsts[1:], firsts[:-1], out=lengths[:-1])
    lengths[-1] = n - firsts[-1]
    return lengths


def _line_rows(words: Words, firsts: NDArray[np.intp], lengths: NDArray[np.intp]) -> NDArray[np.int32]:
    """What the tokens of a line share, a row a line."""
    lines = words.lines[firsts]
    letters = words.is_class(lx.ALPHABETIC)
    capitals = np.add.reduceat(letters & words.is_class(lx.UPPER), firsts, dtype=np.int32)
    letters = np.add.reduceat(letters, firsts, dtype=np.int32)
    labels = np.array(_labels(words, firsts.tolist()))
    rows = np.empty((len(firsts), len(CONTEXT_ROWS)), dtype=np.int32)
    rows[:, 0] = 1 + 7 * ((letters > 0) & (capitals * 10 >= letters * 8)) + 14 * (labels > 0)
    rows[:, 1] = labels
    early, late = lines.searchsorted((6, len(words.line_starts) - 6))
    rows[:, 2] = 25
    rows[late:, 2] = 17
    rows[:early, 2] = 9
    rows[:, 3] = _SIZES.take(lengths, mode="clip")
    rows[0, 3] += 1
    rows[1:, 3] += lines[1:] - lines[:-1] > 1
    return rows


def _labels(words: Words, firsts: list[int]) -> list[int]:
    """The row of what stands before a colon among the first words of each line; 0 where none does."""
    labels = [0] * len(firsts)
    colons = words.vocabulary.get(":", ())
    at = 0
    for colon in colons:
        while at + 1 < len(firsts) and firsts[at + 1] <= colon:
            at += 1
        first = firsts[at]
        if colon - first < 5 and not labels[at]:
            labels[at] = bucket(" ".join(words.lower[first:colon]), CONTEXT_ROWS[1])
    return labels


def _last_cues(
    words: Words, at: NDArray[np.int32], firsts: NDArray[np.intp]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """For each token how many others stand since the last cue of its line and the cue's row; else 99 or more and 0.

    Args:
        at: the indexes of the tokens.
        firsts: those that begin a line.
    """
    lower, starts, ends, line_of, n = words.lower, words.starts, words.ends, words.line_of, len(at)
    # A cue is heard by the tokens behind it, up to the next one, to a stop or to the end of its line.
    found = {i + 1: _CUE_ROWS[lower[i]] for i in words.of_class(_CUE) if len(lower[i]) > 1}
    for colon in words.vocabulary.get(":", ()):
        if colon and line_of[colon - 1] == line_of[colon]:
            found[colon + 1] = _CUE_ROWS[lower[colon - 1] + ":"]
    for mark in words.among(_STOPS):
        if mark + 1 < n and starts[mark + 1] > ends[mark]:
            found[mark + 1] = 0
    told = np.full(n + 1, -1, dtype=np.int32)
    told[np.fromiter(found, np.intp, len(found))] = np.fromiter(found.values(), np.int32, len(found))
    told[firsts] = 0
    begins = (told[:n] >= 0).nonzero()[0]
    lengths = _lengths(begins, n)
    cue = told[begins]
    since = at - np.where(cue, at[begins], -99).repeat(lengths)
    return since, cue.repeat(lengths)
