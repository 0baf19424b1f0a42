"""Shapes of written figures that both the veto and the signs know."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.words import Words

ROMAN = re.compile(r"[IVX]+(?:[\s,]+(?:and\s)?[IVX]+)*")
YEAR = re.compile(r"(?:19|20)\d\d")
PAIR = re.compile(r"(\d{1,2})[/.-](\d{1,4})")
# Pieces of a number and spans of years or of hours.
BETWEEN = re.compile(
    r"-?\d{1,3}[-/](?:\d{1,3})?|(?:19|20)\d\d-(?:19|20)?\d\d|(?:[01]\d|2[0-3])[0-5]\d-(?:[01]\d|2[0-3])[0-5]\d"
)
_UNITS = frozenset(lx.read_words("spoken_units.txt"))
_DECIMAL = re.compile(r"\d\.\d{1,3} ?$")


def measured(words: Words, k: int) -> bool:
    """Whether a word is a unit behind a decimal ("Bicillin 2.4 mu"); behind "T 98.6" a nurse may sign."""
    start = words.starts[k]
    unit = words.lower[k] in _UNITS and words.words[k].islower()
    return unit and _DECIMAL.search(words.text[max(0, start - 8) : start]) is not None
