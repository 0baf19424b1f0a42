"""Operations as notes tell them: titles, numbers, what is part of what, what was given."""

from __future__ import annotations

import pytest

from noteproc.coding import Coder
from noteproc.coding.bare import bare_keys
from noteproc.coding.scopes import both_stand
from noteproc.records import CodingContext, NoteResult, RedactedNote


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def run(coder: Coder, text: str) -> NoteResult:
    return coder.code(RedactedNote.already_redacted("n", text, CodingContext(setting="outpatient")))


def codes(result: NoteResult) -> dict[str, int]:
    return {s.coding.code: s.units for s in result.suggestions if s.coding.system != "ICD-10-CM"}


OP = "OPERATIVE REPORT\nSurgeon: A\n\nPREOP DX: x\nPOSTOP DX: same\n"


@pytest.mark.parametrize(
    "text, wanted, unwanted",
    [
        (OP + "PROCEDURE: left radiocephalic AV fistula\n\nTECHNIQUE: Vein dissected.", {"36821"}, set()),
        (OP + "PROCEDURE: laparoscopic cholecystectomy\n\nTECHNIQUE: Layered closure.", {"47562"}, {"12031"}),
        (OP + "PROCEDURE: anterior cervical discectomy and fusion, PEEK cage", {"22551", "22853"}, set()),
        (OP + "PROCEDURE: balloon kyphoplasty L1, L2\n\nTECHNIQUE: Cement injected.", {"22514", "22515"}, set()),
        (OP + "PROCEDURE: balloon kyphoplasty L1\n\nTECHNIQUE: Cement injected.", {"22514"}, {"22515"}),
        ("Clinic visit\n\nHPI: had laparoscopic cholecystectomy in 2019.\n\nPlan: rest", set(), {"47562"}),
        ("Clinic visit\n\nHPI: cough.\n\nPlan: colonoscopy next month.", set(), {"45378"}),
        ("Colonoscopy report\nx\ny\nz\n\nProcedure: colonoscopy\nSigmoid polyp removed by snare. "
         "Random biopsies taken with cold forceps.", {"45385", "45380"}, {"45378"}),
    ],
)  # fmt: skip
def test_what_an_operation_gives(coder: Coder, text: str, wanted: set[str], unwanted: set[str]) -> None:
    found = set(codes(run(coder, text)))
    assert wanted <= found
    assert not unwanted & found


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ED NOTE\n\nED course: ketorolac 15 mg IV push, benadryl 25 mg IV push.\n", {"96374": 1, "96375": 1}),
        ("Clinic visit\n\nProcedure: ketorolac 60 mg IM given in left deltoid.\n", {"96372": 1}),
        ("ED note\n\nXR right ankle 3 views: no fracture.\n\nPlan: Toradol 30 mg IM given.\n", {"96372": 1}),
        ("Clinic visit\n\nMedications: ketorolac 10 mg po prn at home.\n", {}),
        ("Clinic visit\n\nAssessment and plan: Tdap given left deltoid today.\n", {"90471": 1}),
    ],
)  # fmt: skip
def test_giving_is_a_service(coder: Coder, text: str, expected: dict[str, int]) -> None:
    found = {code: units for code, units in codes(run(coder, text)).items() if code.startswith(("963", "904"))}
    assert found == expected


def test_a_quoted_result_is_no_test_of_this_visit(coder: Coder) -> None:
    assert codes(run(coder, "Clinic visit\n\nLabs: AST 30, INR 1.0, outside CBC normal.\n")) == {}


def test_bare_names_keep_two_words() -> None:
    assert bare_keys("CPT", "36821", ["arteriovenous", "fistula", "creat"]) == ["arteriovenous", "fistula"]
    assert bare_keys("CPT", "36561", ["port", "insertion"]) is None
    assert bare_keys("CPT", "36821", ["arteriovenous", "fistula"]) is None
    assert bare_keys("CPT", "80048", ["basic", "panel", "creat"]) is None
    assert bare_keys("ICD-10-CM", "I77.0", ["arteriovenous", "fistula", "creat"]) is None


def test_techniques_of_one_scope_stand_side_by_side() -> None:
    assert both_stand("45380", "45385")
    assert not both_stand("45378", "45385")
    assert not both_stand("47562", "47563")
