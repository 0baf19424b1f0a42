"""Dates as official files write them, and what a file's name tells about its release.

A name never decides what a file is, only what its release is called where the file itself does not say.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = "|".join(_MONTHS)
_FORMS = (
    re.compile(r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})(?: 00:00:00(?:\.0+)?)?"),
    re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?: .*)?"),
)
_NCCI_YEAR_ZERO = 1994  # version 32 of the NCCI edits is that of 2026


@dataclass(frozen=True, slots=True)
class Span:
    """A release's name and its days, "" where unknown; ISO dates."""

    version: str = ""
    effective_from: str = ""
    effective_to: str = ""


def iso(text: str) -> str | None:
    """A date as ISO; "" for an empty one, None for what is no date.

    Args:
        text: ``20260701``, ``2026-07-01`` or ``7/1/2026``.
    """
    bare = text.strip()
    if not bare:
        return ""
    for form in _FORMS:
        match = form.fullmatch(bare)
        if match:
            return _day(int(match["year"]), int(match["month"]), int(match["day"]))
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def fiscal_year(year: int) -> Span:
    """A release of ICD-10-CM or -PCS: from October to September.

    Source: ICD-10-CM Official Guidelines, title page.
    """
    return Span(str(year), f"{year - 1}-10-01", f"{year}-09-30")


def named_release(name: str, *, fiscal: bool) -> Span:
    """What a file's name tells.

    Args:
        name: the file's name.
        fiscal: whether a bare year means October to September.
    """
    low = name.lower()
    if match := re.search(r"(\d{2})-(\d{2})-(20\d{2})", low):
        day = _day(int(match[3]), int(match[1]), int(match[2])) or ""
        return Span(day, day)
    if match := re.search(rf"({_MONTH})[a-z]*[-_ ]1[-_ ](20\d{{2}})", low):
        return _from_month(int(match[2]), match[1], fiscal)
    if match := re.search(rf"(20\d{{2}})[-_ ]?({_MONTH})", low):
        return _from_month(int(match[1]), match[2], fiscal)
    if match := re.search(rf"(?<![a-z])({_MONTH})[a-z]*[-_ ]?(20\d{{2}})", low):
        return _from_month(int(match[2]), match[1], fiscal)
    if match := re.search(r"v(\d{2})(\d)r\d", low):
        year, quarter = _NCCI_YEAR_ZERO + int(match[1]), int(match[2])
        return Span(match[0], f"{year}-{min(quarter, 3) * 3 + 1:02d}-01")
    if match := re.search(r"v?(20\d{2})q([1-4])", low):
        return Span(f"{match[1]}Q{match[2]}", f"{match[1]}-{int(match[2]) * 3 - 2:02d}-01")
    if match := re.search(r"v(20\d{2})[-._](\d)", low):
        year_span = fiscal_year(int(match[1]))
        return Span(f"{match[1]}.{match[2]}", year_span.effective_from)
    if match := re.search(r"(?<!\d)(20\d{2})(?!\d)", low):
        year = int(match[1])
        return fiscal_year(year) if fiscal else Span(str(year), f"{year}-01-01")
    return Span()


def _from_month(year: int, month: str, fiscal: bool) -> Span:
    day = f"{year}-{_MONTHS[month]:02d}-01"
    # Between October and September nothing but the next release ends this one; September ends them all.
    until = f"{year if _MONTHS[month] < 10 else year + 1}-09-30" if fiscal else ""
    return Span(day, day, until)
