"""Shapes of written figures that both the veto and the signs know."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.words import Words

_ONE_CODE = r"(?:\d{5}|\d{4}[FTU]|[A-V]\d{4}|[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)"
_ANNOUNCED = re.compile(
    r"\b(?:codes:|(?:cpt|hcpcs|icd(?:-?10)?(?:-cm)?)(?: codes?)?\b)[ :#(]{0,3}"
    rf"(?:{_ONE_CODE}(?: ?x ?\d)?[ ,/;&]{{1,3}}){{0,12}}$",
    re.IGNORECASE,
)
_CODES = re.compile(rf"{_ONE_CODE}(?:[ /,]+{_ONE_CODE})*")
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


def announced_code(text: str, start: int, end: int) -> bool:
    """Whether a stretch holds codes of diagnoses or procedures, right behind a word that announces them or others."""
    return bool(_CODES.fullmatch(text, start, end) and _ANNOUNCED.search(text, max(0, start - 90), start))
