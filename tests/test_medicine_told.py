"""Services of the medicine section in the fragments of those who give them; what was not done here stays out."""

from __future__ import annotations

import pytest

from noteproc.coding import Coder
from noteproc.records import RedactedNote


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def told(coder: Coder, text: str) -> dict[str, int]:
    result = coder.code(RedactedNote.already_redacted("n", text))
    return {s.coding.code: s.units for s in result.suggestions if s.coding.system == "CPT"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Psychotherapy 48 min with client, coping plan rehearsed. LCSW", {"90834": 1}),
        ("Therex 25 min, gait 15', manual 12'", {"97110": 2, "97116": 1, "97140": 1}),
        ("PT eval, mod complexity, R hip OA.", {"97162": 1}),
        ("OMT cervical, thoracic, lumbar; HVLA, tolerated well", {"98926": 1}),
        ("PSG in lab: AHI 41, TST 350 min, attended", {"95810": 1}),
        ("Spirometry: FVC 91%, FEV1 88%, normal.", {"94010": 1}),
        ("L heel ulcer: selective debridement of slough w/ curette 3 x 4 cm", {"97597": 1}),
        ("ACP 50 minutes, voluntary, living will completed", {"99497": 1, "99498": 1}),
        # What is over is the illness, not what was done for it.
        ("Epley maneuver done x2, vertigo resolved", {"95992": 1}),
    ],
)
def test_fragments_tell_what_was_done(coder: Coder, text: str, expected: dict[str, int]) -> None:
    assert told(coder, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Referred for psychotherapy, first appt pending.",
        "PT cancelled today, will start gait training next week.",
        "Smoking cessation counseling declined.",
        "Sleep study in 2019 showed moderate OSA.",
        "ACP deferred to next visit.",
        "Allergy shots on hold until asthma is controlled.",
    ],
)
def test_what_was_not_done_here_is_not_coded(coder: Coder, text: str) -> None:
    assert told(coder, text) == {}


def test_an_arm_is_no_disease(coder: Coder) -> None:
    result = coder.code(RedactedNote.already_redacted("n", "Swelling LUE, AVF in LUE patent."))
    assert not [s for s in result.suggestions if s.coding.code.startswith("A")]


def test_start_and_stop_times_make_a_drip(coder: Coder) -> None:
    found = told(coder, "Remicade 400 mg IV, start 0900 stop 1115")
    assert found == {"96413": 1, "96415": 1}


def test_vaccine_into_the_nose_is_no_needle_and_second_after_one(coder: Coder) -> None:
    assert told(coder, "FluMist given intranasally today, age 9") == {"90660": 1, "90473": 1}
    both = told(coder, "Age 5. Varivax SC and FluMist intranasal given today.")
    assert both == {"90716": 1, "90660": 1, "90471": 1, "90474": 1}


def test_port_flush_stands_only_where_nothing_else_is_given(coder: Coder) -> None:
    flush = "Port flushed with NS and heparin, deaccessed."
    assert told(coder, flush) == {"96523": 1}
    assert "96523" not in told(coder, "Zofran 4 mg IV push given via port. " + flush)
