"""Weekdays beside a date, which go with it."""

from __future__ import annotations

import re
from bisect import bisect_left

from noteproc.redaction.recognizers.base import Hit
from noteproc.redaction.words import Cues

WEEKDAY = re.compile(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b\.?,?\s{0,3}(?:the\s{1,3})?$", re.IGNORECASE
)
_WEEKDAY_AFTER = re.compile(
    r"\s{0,3}[,(]?\s{0,3}\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\)?", re.IGNORECASE
)
_SHORT_WEEKDAYS = ("mon", "tue", "tues", "wed", "wednes", "thu", "thurs", "fri", "sat", "satur", "sun")
WEEKDAYS = Cues(day + end for day in _SHORT_WEEKDAYS for end in ("", "s", "day", "days"))
# How far before or behind a date its weekday may begin.
_WEEKDAY_REACH = 16


def with_weekday(text: str, weekdays: list[int], start: int, end: int, score: float) -> Hit:
    """The hit of a date with the weekday right before or behind it."""
    near = bisect_left(weekdays, start - _WEEKDAY_REACH)
    if near == len(weekdays) or weekdays[near] > end + _WEEKDAY_REACH:
        return Hit(start, end, "DATE", score)
    before = WEEKDAY.search(text[max(0, start - 16) : start])
    if before:
        start -= len(text[max(0, start - 16) : start]) - before.start()
    else:
        after = _WEEKDAY_AFTER.match(text, end)
        if after and (text[end : end + 2].lstrip(" ,(") != text[end : end + 2]):
            tail = after.group()
            if "(" in tail or "," in tail or tail.strip().lower().endswith("day"):
                end = after.end() - (0 if "(" in tail and tail.endswith(")") else tail.endswith(")"))
    return Hit(start, end, "DATE", score)
