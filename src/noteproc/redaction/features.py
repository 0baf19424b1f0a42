"""What the PHI tagger sees of each token: six columns of the word itself, four of where it stands."""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from noteproc.redaction import lexicon as lx
from noteproc.redaction.words import Words

# Rows of each embedding table; row 0 is the padding between notes.
WORD_ROWS = (12000, 12000, 4000, 4000, 1500, 4000)
CONTEXT_ROWS = (64, 4000, 64, 16)

_CUE = lx.TITLE | lx.KIN | lx.ROLE | lx.DATECUE | lx.PLACECUE | lx.IDLABEL | lx.CREDENTIAL


_PLAIN = lx.ORDINARY | lx.CLINICAL | lx.UNITWORD | lx.KIN | lx.ROLE


@lru_cache(maxsize=50_000)
def bucket(value: str, rows: int, seed: int = 0) -> int:
    """A stable row in ``1 .. rows-1`` for a string, the same in every process."""
    return zlib.crc32(value.encode("utf-8", "surrogatepass"), seed) % (rows - 1) + 1


def shape(word: str) -> str:
    """The shape of a word: ``Xxx`` for a capitalised one, ``ddd`` for three digits; runs stop at four."""
    out: list[str] = []
    run, last = 0, ""
    for ch in word:
        kind = (
            "X" if ch.isupper() else "x" if ch.islower() else "d" if ch.isdigit() else ch if not ch.isalpha() else "c"
        )
        run = run + 1 if kind == last else 1
        last = kind
        if run <= 4:
            out.append(kind)
    return "".join(out)


def word_row(word: str, bits: int) -> tuple[int, ...]:
    """The columns that depend on the word alone."""
    low = word.lower()
    norm = low if not word.isdigit() or len(word) <= 2 else "0" * min(len(word), 12)
    return (
        bucket(norm, WORD_ROWS[0]),
        bucket(norm, WORD_ROWS[1], 7919),
        bucket("p" + norm[:3], WORD_ROWS[2]),
        bucket("s" + norm[-3:], WORD_ROWS[3]),
        bucket(shape(word), WORD_ROWS[4]),
        bucket(str(bits), WORD_ROWS[5]),
    )


def candidates(words: Words) -> NDArray[np.bool_]:
    """Which tokens could be PHI: figures, capitals and words of no list; among words in lower case also every name.

    In a line without a capital a name may be written small, and so may a place: there every word counts.
    """
    forms, bits, line_of = words.words, words.bits, words.line_of
    text = words.text
    flat = {
        line
        for line in range(len(words.line_starts))
        if words.small or not any(map(str.isupper, text[words.line_start(line) : words.line_end(line)]))
    }
    chosen = np.fromiter(
        (
            form[0].isalnum() and not (b & _PLAIN and form.islower() and line not in flat)
            for form, b, line in zip(forms, bits, line_of, strict=True)
        ),
        dtype=bool,
        count=len(forms),
    )
    marks = np.fromiter((not form[0].isalnum() for form in forms), dtype=bool, count=len(forms))
    if len(forms) > 2:
        chosen[1:-1] |= marks[1:-1] & chosen[:-2] & chosen[2:]
    return chosen


def context_rows(words: Words) -> NDArray[np.int32]:
    """The columns that depend on where a token stands: place in its line, last cue, label of the line, page, frame.

    Returns:
        An array of ``len(words)`` rows and ``len(CONTEXT_ROWS)`` columns.
    """
    n = len(words)
    rows: list[tuple[int, int, int, int]] = []
    bits = words.bits
    total_lines = len(words.line_starts)
    lower, forms, line_of = words.lower, words.words, words.line_of
    i = 0
    previous_line = -2
    while i < n:
        line = line_of[i]
        j = i
        while j < n and line_of[j] == line:
            j += 1
        label, caps, letters = 0, 0, 0
        for k in range(i, j):
            form = forms[k]
            if form.isalpha():
                letters += 1
                caps += form.isupper()
        for k in range(i, min(i + 5, j)):
            if lower[k] == ":":
                label = bucket(" ".join(lower[i:k]), CONTEXT_ROWS[1])
                break
        all_caps = 1 if letters and caps * 10 >= letters * 8 else 0
        page = 1 if line < 6 else 2 if total_lines - line <= 6 else 3
        gap = 1 if line - previous_line > 1 else 0
        short = 0 if j - i > 12 else 1 if j - i > 5 else 2
        previous_line = line
        cue, since = 0, 99
        frame = 1 + 7 * (all_caps + 2 * (1 if label else 0))
        for k in range(i, j):
            place = k - i if k - i < 6 else 6
            rows.append(
                (
                    frame + place + (28 if since else 0),
                    cue if since <= 6 else label,
                    1 + (since if since < 7 else 7) + 8 * page,
                    1 + gap + 2 * short + (6 if k == j - 1 else 0),
                )
            )
            since += 1
            word = lower[k]
            if bits[k] & _CUE and len(word) > 1:
                cue, since = bucket(word, CONTEXT_ROWS[1], 31), 0
            elif word == ":" and k > i:
                cue, since = bucket(lower[k - 1] + ":", CONTEXT_ROWS[1], 31), 0
            elif word in ".;" and k + 1 < j and words.starts[k + 1] > words.ends[k] and since > 0:
                cue, since = 0, 99
        i = j
    return np.array(rows, dtype=np.int32).reshape(n, len(CONTEXT_ROWS))
