"""Dates in words, feasts, ages over 89 and names in pasted segments, as they are told and dictated."""

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
        ("clinic note for monday march tenth, knee pain", "monday march tenth"),
        ("Seen Tuesday, June the fourth, with her aunt", "Tuesday, June the fourth"),
        ("Come back Friday, the twenty-first, for the sutures", "Friday, the twenty-first"),
        ("she will be seen monday the sixth and again", "monday the sixth"),
        ("poor appetite since the tenth, when he moved", "the tenth"),
        ("admitted in May, discharged the ninth.", "the ninth"),
        ("date of surgery February fifth, twenty twenty six", "February fifth, twenty twenty six"),
        ("born March nine, nineteen sixty-four in Ohio", "March nine, nineteen sixty-four"),
        ("date of birth four twelve fifty six medical record", "four twelve fifty six"),
        ("It began on Norwegian Constitution Day, she said", "Norwegian Constitution Day"),
        ("It is St. Joseph's Day today", "St. Joseph's Day"),
        ("ran out xmas eve", "xmas eve"),
        ("Mother is living at 92 with mild dementia.", "92"),
        ("Father died at 94; his mother at 101, in Ohio.", "101"),
        ("Her aunt lived to 101.", "101"),
        ("FHx: sister, 91, well; older brother 93, in good health", "93"),
        ('"I\'m ninety and I still drive"', "ninety"),
        ("  PID^1^^00718825^^HUGHES^MARIA^L^^19660302^F", "HUGHES^MARIA^L"),
        ("   PID|1||55120938^^^HOSP^MR||OKORO^CHIDI||19900814|M", "OKORO^CHIDI"),
        ("  NK1|1|VANCE^LOIS|SPO", "VANCE^LOIS"),
    ],
)
def test_goes(redactor: Redactor, text: str, words: str) -> None:
    assert all(gone(redactor, text, words)), text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("her third monday in a row without a seizure", "third"),
        ("seen Monday, the first of three visits", "the first"),
        ("tender on the sixth, seventh and eighth ribs", "the sixth"),
        ("give one nineteen gauge needle", "one nineteen"),
        ("Adult Day program twice a week", "Adult Day"),
        ("Mother sats at 92 on room air", "92"),
        ("resting at 94%, pulse 96", "94"),
        ("Father is well at 98.6 today", "98"),
        ("The bed was turned 90 degrees.", "90"),
        ("Bed turned 90. Mouth gag placed.", "90"),
        ("OBX|1|NM|HGB^HEMOGLOBIN||13.1|g/dL", "HGB^HEMOGLOBIN"),
    ],
)
def test_stays(redactor: Redactor, text: str, words: str) -> None:
    assert not any(gone(redactor, text, words)), text
