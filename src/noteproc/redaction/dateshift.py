"""Dates moved by a number of days, written as they were: order, separators, padding, names of months and weekdays.

Date shift is a technique of expert determination, 45 CFR 164.514(b)(1); its output is never Safe Harbor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAME = r"(?P<name>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?P<rest>[a-z]*)"
_FULL = r"(?P<year>(?:18|19|20)\d\d|'?\d\d)(?!\d)"
# In order: the first form that fits a place is taken.
_FORMS = (
    re.compile(r"(?P<year>(?:18|19|20)\d\d)(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)"),
    re.compile(rf"(?P<month>\d{{1,2}})(?P<sep> ?[-/.] ?)(?P<day>\d{{1,2}})(?P=sep){_FULL}"),
    re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?=\d{4}|\d{6}|\D|$)"),
    re.compile(
        rf"{_NAME}\.?[\s-]{{0,3}}(?:the\s)?(?P<day>\d{{1,2}})(?!\d)(?P<th>st|nd|rd|th)?(?:[\s,.-]{{1,3}}{_FULL})?", re.I
    ),
    re.compile(
        rf"(?P<day>\d{{1,2}})(?P<th>st|nd|rd|th)?[\s-]{{0,2}}(?:of\s)?{_NAME}\b\.?(?:[\s,.-]{{1,3}}{_FULL})?", re.I
    ),
    re.compile(rf"{_NAME}\.?[\s,/-]{{1,3}}(?:of\s)?(?P<year>(?:18|19|20)\d\d)(?!\d)", re.I),
    re.compile(r"(?P<month>\d{1,2})(?P<sep>[-/])(?P<year>(?:19|20)\d\d)(?!\d)"),
    re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<month>\d{2})(?!\d)"),
    re.compile(r"(?P<month>\d{1,2})(?P<sep>[-/])(?P<day>\d{1,2})(?!\d)"),
)
_WEEKDAY = re.compile(r"\b(mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)((?:day|nesday|sday|rsday|urday)?)\b", re.I)
_MIDDLE = 15


@dataclass(frozen=True, slots=True)
class _Found:
    match: re.Match[str]
    when: date


def shifted(surface: str, days: int, *, year: int) -> str | None:
    """A date expression moved by ``days``, or None where it cannot be read (a holiday, a bare month, an ordinal).

    Args:
        surface: the words, one date or a range, a weekday beside it.
        days: how far, later when positive.
        year: taken where none is written.
    """
    out: list[str] = []
    at = 0
    dates = 0
    for found in _found(surface, year):
        m = found.match
        out.append(_weekdays(surface[at : m.start()], days))
        out.append(_written(m, found.when, days))
        dates += 1
        at = m.end()
    rest = surface[at:]
    out.append(_weekdays(rest, days))
    left = re.sub(r"[0-2]\d[0-5]\d(?:[0-5]\d)?$", "", rest) if dates else rest
    if not dates or any(c.isdigit() for c in left) or _left_over("".join(_between(surface, year))):
        return None
    return "".join(out)


def _found(surface: str, year: int) -> Iterator[_Found]:
    at = 0
    while at < len(surface):
        best: re.Match[str] | None = None
        for form in _FORMS:
            m = form.search(surface, at)
            if m and (best is None or m.start() < best.start()) and _date(m, year):
                best = m
        if best is None:
            return
        when = _date(best, year)
        assert when is not None
        yield _Found(best, when)
        at = best.end()


def _between(surface: str, year: int) -> Iterator[str]:
    at = 0
    for found in _found(surface, year):
        yield surface[at : found.match.start()]
        at = found.match.end()


def _left_over(words: str) -> bool:
    """Whether digits stand between the dates that no form took: they would stay unmoved."""
    return any(c.isdigit() for c in words)


def _date(m: re.Match[str], year: int) -> date | None:
    parts = m.groupdict()
    if parts.get("name"):
        month = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(parts["name"].lower()[:3]))
        if parts["rest"] and not _MONTHS[month - 1].startswith((parts["name"] + parts["rest"]).lower().rstrip(".")):
            return None
    else:
        month = int(parts["month"])
    day = int(parts["day"]) if parts.get("day") else _MIDDLE
    if month > 12 and day <= 12:
        month, day = day, month
    written = parts.get("year")
    try:
        return date(_year(written) if written else year, month, day)
    except ValueError:
        return None


def _year(written: str) -> int:
    digits = written.lstrip("'")
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (2000 if int(digits) < 50 else 1900)


def _written(m: re.Match[str], when: date, days: int) -> str:
    """The match with each of its parts rewritten for the moved date."""
    new = when + timedelta(days=days)
    parts = m.groupdict()
    swapped = bool(parts.get("month") and parts.get("day") and int(parts["month"]) > 12)
    values: dict[str, str] = {}
    for part in ("year", "month", "day", "name", "rest", "th"):
        shown = parts.get(part)
        if shown is None:
            continue
        if part == "year":
            digits = shown.lstrip("'")
            values[part] = shown[: len(shown) - len(digits)] + f"{new.year:04d}"[-len(digits) :]
        elif part in ("month", "day"):
            number = new.month if (part == "month") != swapped else new.day
            values[part] = f"{number:0{len(shown) if shown.startswith('0') or m.re is _FORMS[2] else 1}d}"
            if len(shown) == 2 and not shown.startswith("0") and (parts.get("month") or "").startswith("0"):
                values[part] = f"{number:02d}"
        elif part == "name":
            full = _MONTHS[new.month - 1]
            long = len(parts["name"] + (parts["rest"] or "")) > 4 or shown.lower() + (parts["rest"] or "") in _MONTHS
            values[part] = _cased(shown, full if long else full[:3])
        elif part == "rest":
            values[part] = ""
        else:
            values[part] = _cased(shown, _ordinal(new.day))
    out: list[str] = []
    at = m.start()
    for part in sorted(values, key=lambda p: m.start(p)):
        out += [m.string[at : m.start(part)], values[part]]
        at = m.end(part)
    return "".join(out) + m.string[at : m.end()]


def _weekdays(text: str, days: int) -> str:
    def moved(m: re.Match[str]) -> str:
        at = next(i for i, name in enumerate(_DAYS) if name.startswith(m[1].lower()[:3]))
        name = _DAYS[(at + days) % 7]
        return _cased(m[1], name if m.group().lower() in _DAYS else name[:3])

    return text if days % 7 == 0 else _WEEKDAY.sub(moved, text)


def _ordinal(day: int) -> str:
    return "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _cased(pattern: str, word: str) -> str:
    if pattern.isupper() and len(pattern) > 1:
        return word.upper()
    return word if pattern.islower() else word.capitalize()
