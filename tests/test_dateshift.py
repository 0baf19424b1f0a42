"""Shifted dates keep their form, and intervals hold."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.redaction.dateshift import shifted


@pytest.mark.parametrize(
    "surface, days, new",
    [
        ("3/4/2025", 14, "3/18/2025"),
        ("03/04/2025", -10, "02/22/2025"),
        ("3/4/25", 14, "3/18/25"),
        ("2025-03-04", 28, "2025-04-01"),
        ("20250304", 28, "20250401"),
        ("202503041530", 28, "202504011530"),
        ("25/12/2024", 14, "8/1/2025"),
        ("March 4, 2025", 31, "April 4, 2025"),
        ("MARCH 4, 2025", 31, "APRIL 4, 2025"),
        ("4-Mar-25", 31, "4-Apr-25"),
        ("May 28th", 5, "June 2nd"),
        ("March 2025", 35, "April 2025"),
        ("03/2025", 35, "04/2025"),
        ("2025-03", -35, "2025-02"),
        ("Tue 3/4/25", 1, "Wed 3/5/25"),
        ("Tuesday, March 4", 7, "Tuesday, March 11"),
        ("3/4/25 - 3/9/25", 7, "3/11/25 - 3/16/25"),
        ("2/29/2024", 365, "2/28/2025"),
    ],
)
def test_form_is_kept(surface: str, days: int, new: str) -> None:
    assert shifted(surface, days, year=2025) == new


@pytest.mark.parametrize("surface", ["Christmas", "the 5th", "May", "March 4-6, 2025", "13/45/2025", "", "2025"])
def test_what_cannot_be_read_is_left_to_a_tag(surface: str) -> None:
    assert shifted(surface, 14, year=2025) is None


@given(
    st.dates(date(1950, 1, 1), date(2030, 12, 31)),
    st.dates(date(1950, 1, 1), date(2030, 12, 31)),
    st.integers(-400, 400),
)
def test_intervals_hold_and_whole_weeks_keep_weekdays(first: date, second: date, days: int) -> None:
    moved = []
    for day in (first, second):
        new = shifted(f"{day:%A, %m/%d/%Y}", days, year=2025)
        assert new is not None
        weekday, written = new.split(", ")
        month, number, year = map(int, written.split("/"))
        moved.append(date(year, month, number))
        assert weekday == f"{moved[-1]:%A}"
    assert moved[1] - moved[0] == second - first
    assert moved[0] == first + timedelta(days)
