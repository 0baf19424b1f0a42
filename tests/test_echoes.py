"""Echoes and traces: other words for a code, doses and steps are shown; what is denied or said of others is not."""

from __future__ import annotations

import pytest

from noteproc.coding import Coder
from noteproc.records import NoteResult, RedactedNote


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def shown(result: NoteResult, code: str) -> list[str]:
    found = next(s for s in result.suggestions if s.coding.code == code)
    return [result.text[e.start : e.end] for e in found.evidence]


@pytest.mark.parametrize(
    ("text", "code", "words", "expected"),
    [
        ("HPI: Query gout of the toe.\n\nASSESSMENT:\n1. Gout.", "M10.9", "gout", True),
        ("HPI: Brother has gout.\n\nASSESSMENT:\n1. Gout.", "M10.9", "gout", False),
        ("PROCEDURE: Mohs surgery, nose. Stage I: tumor seen. Stage II: clear.", "17312", "Stage II", True),
        ("PROCEDURE: Moderate sedation by me, 0851-0931.", "99153", "0851-0931", True),
        ("PROCEDURE: Chest tube placement.\n\nTECHNIQUE: 20 Fr tube in to 12 cm, sutured.", "32551", "Fr tube", True),
        ("PROCEDURE: Chest tube placement.\n\nPLAN: Fr tube out tomorrow.", "32551", "Fr tube", False),
        ("PROCEDURE: Left knee injection with Kenalog 40 mg.", "J3301", "40 mg", True),
        ("Nurse visit: Rocephin 1 g IM given, then Toradol 30 mg IM given.", "J0696", "30 mg", False),
        ("Given today: MMR 0.5 mL SC left thigh. Varivax 0.5 mL SC right thigh.", "90472", "Varivax", True),
    ],
)
def test_what_is_shown(coder: Coder, text: str, code: str, words: str, expected: bool) -> None:
    result = coder.code(RedactedNote.already_redacted("n", text))
    assert any(words in piece for piece in shown(result, code)) is expected


def test_an_act_is_told_by_who_did_it(coder: Coder) -> None:
    told = "Right eye. Nucleus cracked and emulsified, lens in the bag. No complications."
    result = coder.code(RedactedNote.already_redacted("n", told))
    assert "66984" in {s.coding.code for s in result.suggestions}


def test_a_code_in_brackets_is_not_denied_with_what_stands_before_it(coder: Coder) -> None:
    result = coder.code(RedactedNote.already_redacted("n", "Node: negative for malignancy, 0/1 (88305)."))
    assert "88305" in {s.coding.code for s in result.suggestions}
