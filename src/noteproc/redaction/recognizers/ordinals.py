"""Ordinals in figures that are no days: what counts a thing, and ranks among a hundred."""

from __future__ import annotations

import re

ORDINAL_NOUN = re.compile(
    r"\s?(?:[,&-]?\s?(?:(?:and|or|through|to)\s)?(?:the\s)?\d{1,2}(?:st|nd|rd|th)\s?){0,4}\s?(?:percentile|rib|ribs|toe"
    r"|toes|try|tries|pass|passes|stick|sticks|look|night|shift|poke|needle|centile|centiles|finger|fingers|digit|digits|ray|nerve|cranial|metatarsal|metacarpal|mtp|mcp|pip|dip|proximal|distal|"
    r"intercostal|grade|floor|degree|time|trimester|week|day|month|year|hour|century|ventricle|molar|pregnancy"
    r"|child|dose|cycle|line|generation|visit|branch|portion|part|street|st\b|ave|edition|session|attempt"
    r"|compartment|interspace|web|space|"
    r"extensor|dorsal|vertebra|lumbar|thoracic|cervical|sacral|of\s{1,3}(?:four|five|six|three|\d)|heart|diagonal"
    r"|marginal|stage|place|birthday|grader)",
    re.IGNORECASE,
)
_NTH = re.compile(r"(?:the\s{1,3})?(\d{1,2})(?:st|nd|rd|th)", re.IGNORECASE)
_LAST_DAY = 31
_SENTENCE = 110
_ENDS = re.compile(r"[.?!]\s|\n")
# No month has so many days; a birthday, a street and a floor may be so high.
_HIGH = re.compile(
    r"(?:the|on|an?|,|-|and|to|or|percentile)\s?(?:3[2-9]|[4-9]\d)(?:st|nd|rd|th)\b(?!\s(?:(?i:birthday|anniversary|street|st\b|ave|floor"
    r"|year|reunion|time|place|infantry|week|day|session|pregnancy)|[A-Z]))|centile"
)
_GROWTH = re.compile(
    r"\b(?:weight|wt|height|ht|length|bmi|growth|stature|ofc|hc|head|curve|grows|growing)\b", re.IGNORECASE
)
_AT_RANK = re.compile(r"\b(?:at|along|near|below|above|under)\s(?:the\s)?$", re.IGNORECASE)
_FROM_TO = re.compile(r"from the (\d{1,2})(?:st|nd|rd|th) (?:down )?to the (\d{1,2})(?:st|nd|rd|th)")


def before_a_noun(text: str, start: int, end: int) -> bool:
    """Whether an ordinal in figures counts the thing behind it: "4th dose", "7th floor"."""
    return _NTH.fullmatch(text, start, end) is not None and ORDINAL_NOUN.match(text, end) is not None


def ranked(text: str, start: int, end: int) -> bool:
    """Whether an ordinal in figures is a rank among children: "at the 4th, height from the 50th to the 17th"."""
    first, last = max(0, start - _SENTENCE), end + _SENTENCE
    before, after = _ENDS.split(text[first:start])[-1], _ENDS.split(text[end:last], 1)[0]
    around = f"{before}{text[start:end]}{after}"
    if _HIGH.search(around):
        return True
    if not _GROWTH.search(around):
        return False
    fell = _FROM_TO.search(around)
    return bool(_AT_RANK.search(before) or (fell and int(fell[1]) > int(fell[2])))


def is_rank(text: str, start: int, end: int) -> bool:
    """Whether a stretch is an ordinal in figures, article and all, and a rank among children or higher than any day."""
    found = _NTH.fullmatch(text, start, end)
    return found is not None and (int(found[1]) > _LAST_DAY or ranked(text, found.start(1), end))
