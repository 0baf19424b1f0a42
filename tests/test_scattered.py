"""Numbers and names that are broken up, spelled or spoken; dates in words; user names; initials."""

from __future__ import annotations

import pytest

from noteproc.records import Note
from noteproc.redaction import Redactor

_REDACTOR = Redactor()


def redacted(text: str) -> str:
    return _REDACTOR.redact(Note("n", text)).text


@pytest.mark.parametrize(
    "text, gone",
    [
        ("Her telephone is 912 264 0 319 at night.", "319"),
        ("Call 662 393 4 4 1 8 for rides.", "4 4 1 8"),
        ("Last four 6 0 4 4 on file.", "6 0 4 4"),
        ("The line is five two zero five five five oh one eight eight period", "eight eight"),
        ("Dictating on Lamar Brookfield, B-R-O-O-K-F-I-E-L-D, for review.", "B-R-O-O"),
        ("The date of this is the ninth of October and he is well.", "ninth"),
        ("Executed this 25th day of March, 2025 here.", "25th day of March"),
        ("Biopsy on February the third came back.", "third"),
        ("Printed 2025-06-05T10:42 on the ward.", "10:42"),
        ("Date 0f service: 1O/2l/2O24", "1O/2l"),
        ("Portal skapoor70 for messages.", "skapoor70"),
        ("Eli Brookfield, MD [EBROOKFI2] wrote this.", "EBROOKFI2"),
        ("Approved: hvandermeer 8/8", "hvandermeer"),
        ("Lactate 1.4. Drawn by tw.", "tw"),
        ("Signed LF 02/25/26 4:40p", "LF"),
        ("Courier lost the box, redraw 1/7. pjo\nNext entry.", "pjo"),
    ],
)
def test_goes(text: str, gone: str) -> None:
    assert gone not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "Apgar 8 9 9 at one, five and ten minutes.",
        "He counted one two three and stopped.",
        "The second of the two drains was pulled.",
        "Takes the pill M-W-F at noon.",
        "IGF-1 and HbA1c were fine, COVID19 negative, q12h dosing.",
        "Aspirin by mouth. Seen by PT.",
        "No pain at rest. RTC prn\nDiet as before.",
    ],
)
def test_stays(text: str) -> None:
    assert redacted(text) == text
