"""What is written like an identifier and is a bed, a hold of the law, a year, a pressure or a time of day."""

from __future__ import annotations

import pytest

from noteproc.redaction import Redactor
from tests.redacting import gone


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("MRN 004417728  Bed 3W-22  HD 4", "3W-22"),
        ("Patient is in Bed CV-04, day 3", "CV-04"),
        ("Legal: on a 5150 since noon", "5150"),
        ("Continue hold; will file 5250 if needed.", "5250"),
        ("TIMES: door 0722, device 0801 (D2B 39 min).", "0801"),
        ("Oral care done. Family visit 1330 ok.", "1330"),
        ("NURSING ADMISSION: 0420. Arrived by stretcher", "0420"),
        ("She gave up her license in 2018 after a crash", "2018"),
        ("There was a prior claim, 2016.", "2016"),
        ("FIN 4418820073   12/29/25 0312", "0312"),
        ("auth A0092-55381\n1545: accepted, bed Tuesday", "1545"),
        ("Repeat 2250 158/102, 2255 166/108.\n2240 FHT 145", "166/108.\n2240"),
        ("asleep at 0020\n0110 states she is cold", "0020\n0110"),
        ("Basal 0000-0300 lowered", "0000-0300"),
        ("Fasting 110s-150s on metformin", "110s-150s"),
        ("RV lead     5076-58  SN PJN8813395", "5076-58"),
        ("Exam 12/22/2025 1310     Loc outpatient", "1310"),
        ("Girth: wrist 16.8, +10 23.4, +20 27.9", "+10 23.4"),
    ],
)
def test_stays(redactor: Redactor, text: str, words: str) -> None:
    assert not any(gone(redactor, text, words)), text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("MRN: 5150, seen with her aunt", "5150"),
        ("Visit #1330 for billing", "1330"),
        ("device serial 88231907", "88231907"),
        ("RV lead     5076-58  SN PJN8813395", "PJN8813395"),
        ("License no. G71882 verified", "G71882"),
        ("auth A0092-55381, A0092-55382", "A0092-55382"),
        ("reach her at 503/555-1234 after five", "503/555-1234"),
        ("Sister in Oslo\n+47 22 85 50 50", "+47 22 85 50 50"),
    ],
)
def test_goes(redactor: Redactor, text: str, words: str) -> None:
    assert all(gone(redactor, text, words)), text
