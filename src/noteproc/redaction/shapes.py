"""Shapes of written figures that both the veto and the signs know."""

from __future__ import annotations

import re

from noteproc.redaction.words import Words

ROMAN = re.compile(r"[IVX]+(?:[\s,]+(?:and\s)?[IVX]+)*")
YEAR = re.compile(r"(?:19|20)\d\d")
PAIR = re.compile(r"(\d{1,2})[/.-](\d{1,4})")
# Pieces of a number and spans of years or of hours.
BETWEEN = re.compile(
    r"-?\d{1,3}[-/](?:\d{1,3})?|(?:19|20)\d\d-(?:19|20)?\d\d|(?:[01]\d|2[0-3])[0-5]\d-(?:[01]\d|2[0-3])[0-5]\d"
)
_DECIMAL = re.compile(r"\d\.\d{1,3} ?$")


def measured(words: Words, k: int) -> bool:
    """Whether a short word in small letters follows a decimal: it is a unit ("Bicillin 2.4 mu"), nobody."""
    start = words.starts[k]
    word = words.words[k]
    return word.islower() and len(word) < 4 and _DECIMAL.search(words.text[max(0, start - 8) : start]) is not None
