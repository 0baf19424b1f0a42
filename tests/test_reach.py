"""How far a noticed span reaches: over the whole name, place or number, and no further."""

from __future__ import annotations

import pytest

from noteproc.redaction.reach import joined, whole
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words


@pytest.mark.parametrize(
    "text, noticed, kind, expected",
    [
        ("seen by J. Okonkwo today", "Okonkwo", "CLINICIAN_NAME", "J. Okonkwo"),
        ("res: C. van der Meer PGY4", "C.", "CLINICIAN_NAME", "C. van der Meer"),
        ("mother Hye-won came", "Hye", "OTHER_NAME", "Hye-won"),
        ("BROOKFIELD, DELORES   71 F", "DELORES", "PATIENT_NAME", "BROOKFIELD, DELORES"),
        ("name: leroy t. grimble, cough", "leroy t.", "PATIENT_NAME", "leroy t. grimble"),
        ("saw Ann. Cough since May", "Ann", "OTHER_NAME", "Ann"),
        ("at Garcia Early Learning; audiogram", "Garcia Early", "FACILITY", "Garcia Early Learning"),
        ("at Garcia Early in March", "Garcia Early", "FACILITY", "Garcia Early"),
        ("licence (H 536 220 104 877) in", "220 104", "LICENSE_NUMBER", "H 536 220 104 877"),
        ("seen b. stone rn today", "stone", "CLINICIAN_NAME", "b. stone"),
        ("PROVIDER: LEVENSON, A   FLUORO", "LEVENSON", "CLINICIAN_NAME", "LEVENSON, A"),
        ("KIDNEY, L   stone", "KIDNEY", "OTHER_NAME", "KIDNEY, L"),
        ("no growth. Stone today", "Stone", "CLINICIAN_NAME", "Stone"),
        ("seen by van Aarle today", "Aarle", "CLINICIAN_NAME", "van Aarle"),
        ("at Pawnee Primary Care #2, fasting", "Pawnee Primary Care", "FACILITY", "Pawnee Primary Care #2"),
        ("311 Yesler Ct., 4th floor, Everett", "311 Yesler Ct.", "STREET_ADDRESS", "311 Yesler Ct., 4th floor"),
        ("at Clinch Valley Recovery now", "Valley Recovery", "FACILITY", "Clinch Valley Recovery"),
        ("at Cascade Lung and Sleep now", "Cascade Lung", "FACILITY", "Cascade Lung and Sleep"),
        ("at Cascade Lung and came", "Cascade Lung", "FACILITY", "Cascade Lung"),
        ("at Tidewater Urology, Ghent office", "Tidewater Urology", "FACILITY", "Tidewater Urology, Ghent office"),
        ("Infant: BB Castellanos here", "Castellanos", "PATIENT_NAME", "BB Castellanos"),
        ('pt: odell, franklin "frank" came', "franklin", "PATIENT_NAME", 'franklin "frank"'),
        ('pt: franklin "denies" pain', "franklin", "PATIENT_NAME", "franklin"),
        ("Patient Valley Recovery now", "Valley Recovery", "FACILITY", "Valley Recovery"),
        ("code KQZ 3 0 1 - 5 5 2 kept", "3 0", "OTHER_ID", "KQZ 3 0 1 - 5 5 2"),
        ("MRN 4417 20 mg daily", "4417", "MEDICAL_RECORD_NUMBER", "4417"),
        ("file 88120 45 years", "88120", "OTHER_ID", "88120"),
        ("seen 4.14.26 here", "14.26", "DATE", "4.14.26"),
        ("file 88/2417 now", "2417", "OTHER_ID", "88/2417"),
    ],
)
def test_whole(text: str, noticed: str, kind: str, expected: str) -> None:
    start = text.index(noticed)
    found = whole(Words(text), Span(start, start + len(noticed), kind, 0.9, "TaggedRecognizer"))
    assert text[found.start : found.end] == expected


@pytest.mark.parametrize(
    "text, first, second, kinds, one",
    [
        ("Center for Kidney Wellness", "Center", "Kidney Wellness", ("FACILITY", "FACILITY"), True),
        ("Walk-In on Elm", "Walk-In", "Elm", ("FACILITY", "STREET_ADDRESS"), True),
        ("Mercy then Hillcrest", "Mercy", "Hillcrest", ("FACILITY", "FACILITY"), False),
        ("Bram de Wit", "Bram", "Wit", ("CLINICIAN_NAME", "CLINICIAN_NAME"), True),
        ('HUNTER "ACE" NEZ', "HUNTER", "NEZ", ("OTHER_NAME", "OTHER_NAME"), True),
        ("Lee and Park", "Lee", "Park", ("CLINICIAN_NAME", "CLINICIAN_NAME"), False),
        ("Lee of Boston", "Lee", "Boston", ("CLINICIAN_NAME", "CITY"), False),
    ],
)
def test_two_halves_are_joined(text: str, first: str, second: str, kinds: tuple[str, str], one: bool) -> None:
    spans = [
        Span(text.index(shown), text.index(shown) + len(shown), kind, 0.9, "TaggedRecognizer")
        for shown, kind in zip((first, second), kinds, strict=True)
    ]
    found = joined(text, spans)
    assert (len(found) == 1) is one
    assert found[-1].end == len(text)
