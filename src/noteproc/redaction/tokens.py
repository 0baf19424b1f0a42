"""Tokens: where the runs of letters, the runs of digits and the marks of a text stand, found in passes of NumPy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_BLANK, _LETTER, _DIGIT, _MARK = range(4)
_APOSTROPHE, _BREAK = map(ord, "'\n")

_Places = NDArray[np.intp]


def _kind(character: str) -> int:
    if character.isspace():
        return _BLANK
    if character.isdecimal():
        return _DIGIT
    return _LETTER if character.isalnum() else _MARK


_KINDS = np.array([_kind(chr(code)) for code in range(128)], np.uint8)


class Tokens(NamedTuple):
    """Where things stand in a text.

    Args:
        starts, ends: of each token.
        breaks: of the line breaks.
        inner: of the apostrophes between two letters.
    """

    starts: _Places
    ends: _Places
    breaks: _Places
    inner: _Places


def tokens(text: str) -> Tokens:
    """Where the tokens of a text stand: runs of letters (inner apostrophes kept) or of digits, other visible ones."""
    if text.isascii():
        codes = np.frombuffer(text.encode("ascii"), np.uint8)
        kinds = np.zeros(len(codes) + 2, np.uint8)
        kinds[1:-1] = _KINDS[codes]
    else:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        kinds = np.zeros(len(codes) + 2, np.uint8)
        kinds[1:-1] = _KINDS.take(codes, mode="clip")
        strange = (codes >= len(_KINDS)).nonzero()[0]
        kinds[strange + 1] = [_kind(text[at]) for at in strange.tolist()]
    inner = np.empty(0, np.intp)
    if "'" in text:
        quotes = (codes == _APOSTROPHE).nonzero()[0]
        inner = quotes[(kinds[quotes] == _LETTER) & (kinds[quotes + 2] == _LETTER)]
        kinds[inner + 1] = _LETTER
    # A token begins, and ends, where the kind changes, and at every mark.
    changes = kinds[1:] != kinds[:-1]
    shown = kinds[1:-1]
    alone = shown == _MARK
    visible = shown != _BLANK
    starts = ((changes[:-1] | alone) & visible).nonzero()[0]
    ends = ((changes[1:] | alone) & visible).nonzero()[0] + 1
    return Tokens(starts, ends, (codes == _BREAK).nonzero()[0], inner)
