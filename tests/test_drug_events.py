"""What drugs did, and what came of not taking them: adverse effects, underdosing and its reasons."""

from __future__ import annotations

import pytest

from noteproc.codesets import CodeSets
from noteproc.coding import Coder
from noteproc.records import CodingContext, RedactedNote


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder(CodeSets.open())


def codes(coder: Coder, text: str) -> set[str]:
    note = RedactedNote.already_redacted("n", text, CodingContext(age=60))
    return {s.coding.code for s in coder.code(note).suggestions}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Assessment: peripheral neuropathy d/t paclitaxel.", {"G62.0", "T45.1X5A"}),
        ("Assessment: hypokalemia from her loop diuretic.", {"E87.6", "T50.1X5A"}),
        ("Assessment: duodenal ulcer with bleeding due to NSAID (ibuprofen, taken as prescribed).", {"T39.315A"}),
        ("Assessment: CHF exacerbation. She ran out of torsemide, could not afford it.", {"T50.1X6A", "Z91.120"}),
    ],
)
def test_the_drug_is_coded_beside_what_it_did(coder: Coder, text: str, expected: set[str]) -> None:
    assert expected <= codes(coder, text)


@pytest.mark.parametrize(
    "text",
    [
        "Assessment: peripheral neuropathy. Continue gabapentin.",
        "Assessment: no neuropathy from paclitaxel.",
        "Assessment: hyperglycemia. On metformin, ran out of strips.",
        "Assessment: hypertension. Takes lisinopril daily, never missed.",
        "Assessment: depression. Had thoughts to overdose on metoprolol.",
    ],
)
def test_a_drug_that_did_nothing_is_not(coder: Coder, text: str) -> None:
    assert not {code for code in codes(coder, text) if code.startswith(("T3", "T4", "T50"))}
