"""How far a noticed span reaches: over the whole name, place or number, and no further."""

from __future__ import annotations

import pytest

from noteproc.redaction.reach import whole
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
