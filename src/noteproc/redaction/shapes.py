"""Shapes of written figures that both the veto and the signs know."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.words import Words

_WHICH = r"(?:\d{1,5}(?:-?[A-Za-z0-9]{1,4})?|[A-Za-z](?:-?\d{1,4})?)\b"
# Where in a house, behind its street: ", Apt 3-R", " 4th floor", " #8"; case does not matter.
UNIT = (
    r"(?:[, \t]{1,3}(?:\d{1,2}(?:st|nd|rd|th) (?:floor|fl)\b"
    r"|(?:apt|apartment|suite|ste|unit|bldg|building|floor|fl|rm|room|lot|trlr|trailer|spc|space|no)\b\.?\s?#?\s?"
    rf"{_WHICH}|#\s?{_WHICH}))"
)
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
    """Whether a word is the unit of an amount: "Bicillin 2.4 mu", "15 mg/hr"; behind "T 98.6" somebody may sign."""
    if not words.words[k].islower():
        return False
    if k > 2 and words.words[k - 1] == "/" and words.bits[k] & words.bits[k - 2] & lx.UNITWORD:
        return words.words[k - 3].isdigit()
    start = words.starts[k]
    return words.lower[k] in _UNITS and _DECIMAL.search(words.text[max(0, start - 8) : start]) is not None
