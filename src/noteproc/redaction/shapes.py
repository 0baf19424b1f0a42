"""Shapes of written figures that both the veto and the signs know."""

from __future__ import annotations

import re

ROMAN = re.compile(r"[IVX]+(?:[\s,]+(?:and\s)?[IVX]+)*")
YEAR = re.compile(r"(?:19|20)\d\d")
PAIR = re.compile(r"(\d{1,2})[/.-](\d{1,4})")
# Pieces of a number and spans of years or of hours.
BETWEEN = re.compile(
    r"-?\d{1,3}[-/](?:\d{1,3})?|(?:19|20)\d\d-(?:19|20)?\d\d|(?:[01]\d|2[0-3])[0-5]\d-(?:[01]\d|2[0-3])[0-5]\d"
)
