"""What the PHI tagger sees of each token: six columns of the word itself, four of where it stands."""

from __future__ import annotations

import re
import string
from functools import lru_cache
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
_PLAIN = lx.ORDINARY | lx.CLINICAL | lx.UNITWORD | lx.KIN | lx.ROLE


@lru_cache(maxsize=50_000)
def bucket(value: str, rows: int, seed: int = 0) -> int:
    """A stable row in ``1 .. rows-1`` for a string, the same in every process."""
    return crc32(value.encode("utf-8", "surrogatepass"), seed) % (rows - 1) + 1


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
        bucket(shape(form), WORD_ROWS[4]),
        bucket(str(bits), WORD_ROWS[5]),
    )


def candidates(words: Words) -> NDArray[np.bool_]:
    """Which tokens could be PHI: figures, capitals and words of no list; among words in lower case also every name.

    In a line without a capital a name may be written small, and so may a place: there every word counts.
    """
    marks = words.is_class(lx.MARK)
    chosen = ~marks
    if not words.small:
        text = words.text
        lines = [text[words.line_start(line) : words.line_end(line)] for line in range(len(words.line_starts))]
        mixed = np.array([not _has_no_capital(line) for line in lines])
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
    rows = np.zeros((n, len(CONTEXT_ROWS)), dtype=np.int32)
    if not n:
        return rows
    line_of = words.lines
    # The first token of each line that has one, and how many it has.
    opens = np.ones(n, dtype=bool)
    np.not_equal(line_of[1:], line_of[:-1], out=opens[1:])
    firsts = opens.nonzero()[0]
    lines = line_of[firsts]
    count = len(firsts)
    lengths = np.empty(count, dtype=np.int64)
    np.subtract(firsts[1:], firsts[:-1], out=lengths[:-1])
    lengths[-1] = n - firsts[-1]
    letters = words.is_class(lx.ALPHABETIC)
    capitals = np.add.reduceat(letters & words.is_class(lx.UPPER), firsts, dtype=np.int32)
    letters = np.add.reduceat(letters, firsts, dtype=np.int32)
    labels = np.array(_labels(words, firsts.tolist()))
    page = np.where(lines < 6, 1, np.where(len(words.line_starts) - lines <= 6, 2, 3))
    gap = np.ones(count, dtype=bool)
    np.greater(lines[1:] - lines[:-1], 1, out=gap[1:])
    # What a whole line shares, a row a fact, carried to each of its tokens at once.
    shared = np.empty((5, count), dtype=np.int64)
    shared[0] = firsts
    shared[1] = labels
    shared[2] = 1 + 7 * ((letters > 0) & (capitals * 10 >= letters * 8)) + 14 * (labels > 0)
    shared[3] = 1 + 8 * page
    shared[4] = 1 + gap + 2 * (2 - (lengths > 5) - (lengths > 12))
    first, label, frame, where, edge = shared.repeat(lengths, axis=1)
    at = np.arange(n)
    since, cue = _last_cues(words, at, first)
    rows[:, 0] = frame + np.minimum(at - first, 6) + 28 * (since > 0)
    rows[:, 1] = np.where(since <= 6, cue, label)
    rows[:, 2] = np.minimum(since, 7) + where
    rows[:, 3] = edge
    rows[firsts + lengths - 1, 3] += 6
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
    words: Words, at: NDArray[np.int_], first: NDArray[np.int_]
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """For each token how many others stand since the last cue of its line, and the cue's row; 99 and 0 for none."""
    lower, starts, ends, line_of = words.lower, words.starts, words.ends, words.line_of
    found: dict[int, int] = {}
    for mark in words.among(_STOPS):
        if mark + 1 < len(lower) and line_of[mark + 1] == line_of[mark] and starts[mark + 1] > ends[mark]:
            found[mark] = 0
    for colon in words.vocabulary.get(":", ()):
        if colon and line_of[colon - 1] == line_of[colon]:
            found[colon] = bucket(lower[colon - 1] + ":", CONTEXT_ROWS[1], 31)
    for i in words.of_class(_CUE):
        if len(lower[i]) > 1:
            found[i] = bucket(lower[i], CONTEXT_ROWS[1], 31)
    # A cue is heard by the tokens behind it, up to the next one.
    places = np.fromiter(found, np.int64, len(found))
    told = np.zeros(len(at) + 1, dtype=np.int64)
    told[places + 1] = np.fromiter(found.values(), np.int64, len(found))
    last = np.full(len(at) + 1, -1)
    last[places + 1] = places
    last = np.maximum.accumulate(last)[:-1]
    cue = told[last + 1]
    heard = (last >= first) & (cue > 0)
    return np.where(heard, at - last - 1, 99), np.where(heard, cue, 0)
