"""Acts of therapists and nurses told by what they did, and two codes told in one breath."""

from __future__ import annotations

import pytest

from noteproc.coding import Coder
from noteproc.records import RedactedNote


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def told(coder: Coder, text: str) -> set[str]:
    result = coder.code(RedactedNote.already_redacted("n", text))
    return {s.coding.code for s in result.suggestions if s.coding.system != "ICD-10-CM"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GC/CT NAAT from urine: GC/CT negative, run here.", {"87491", "87591"}),
        ("CT angiogram of head and neck performed, no large vessel occlusion.", {"70496", "70498"}),
        ("CT chest/abd/pelvis with contrast performed: no mets.", {"71260", "74177"}),
        ("Keytruda 200 mg IV 30 min.", {"96413", "J9271"}),
        ("Unattended electrical stimulation to low back 15 min, Medicare patient.", {"G0283"}),
    ],
)
def test_the_act_tells_the_service(coder: Coder, text: str, expected: set[str]) -> None:
    assert told(coder, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "HEP: clamshells and bridges 3x10 daily, 15 min. Follow up in 6 weeks.",
        "Patient does squats and leg press at the gym 30 min three times a week.",
        "Plan: obtain CT chest, abdomen and pelvis with contrast. MRI pituitary with and without contrast ordered.",
        "Apply ice pack 20 minutes at home. Moist heat as needed.",
    ],
)
def test_what_was_not_done_here_is_not_coded(coder: Coder, text: str) -> None:
    assert told(coder, text) == set()
