"""What stands side by side: exchanges, further samples, wounds of one group, what a procedure puts in, wanted codes."""

from __future__ import annotations

import pytest

from noteproc.coding import Coder
from noteproc.records import CodingContext, RedactedNote


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def codes(coder: Coder, text: str, **about: object) -> dict[str, int]:
    note = RedactedNote.already_redacted("n", text, CodingContext(**about))  # type: ignore[arg-type]
    return {s.coding.code: s.units for s in coder.code(note).suggestions}


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        # The lesser of two first samples is a further one.
        (
            "PROCEDURE: Shave biopsy of the left cheek in formalin. 4 mm punch biopsy of the upper back, sutured.",
            {"11104", "11103"},
            {"11102"},
        ),
        ("PROCEDURE: Shave biopsy of the left cheek, in formalin.", {"11102"}, {"11103", "11104"}),
        # Out and in again is an exchange.
        (
            "GYN: Nexplanon removed from the left arm through a 2 mm incision, new Nexplanon placed in the same site.",
            {"11983", "J7307"},
            {"11981", "11982"},
        ),
        # Two wounds of one group are one service of both lengths; a length told twice is one wound.
        (
            "PROCEDURE: 4 cm forearm laceration closed with simple interrupted nylon, single layer. "
            "Also 5 cm shin laceration closed with nylon sutures, single layer.",
            {"12004"},
            {"12002"},
        ),
        (
            "PROCEDURE: 4 cm forearm laceration closed with simple interrupted nylon, single layer. "
            "The 4 cm forearm laceration repair, simple, with nylon sutures was well tolerated.",
            {"12002"},
            {"12004"},
        ),
        # A layered repair here does not hold a plain one there.
        (
            "PROCEDURE: 7 cm forearm laceration, layered closure with 4-0 Vicryl deep and nylon skin. "
            "Also 2 cm laceration of the dorsal right hand, single layer nylon.",
            {"12032", "12001"},
            set(),
        ),
        # What a procedure puts in was given, unless it came out or stayed in the cupboard.
        ("IUD visit. Mirena went through the os to the fundus, strings trimmed 3 cm.", {"58300", "J7298"}, set()),
        ("IUD visit. Mirena removed with ring forceps, strings grasped.", {"58301"}, {"J7298"}),
        # The rim counts twice.
        (
            "PROCEDURE: Basal cell carcinoma of the forehead, lesion 1.1 cm, excised with 4 mm margins down to fat.",
            {"11642"},
            {"11640", "11641"},
        ),
        (
            "PROCEDURE: Basal cell carcinoma of the forehead excised with margins, excised diameter 2.4 cm.",
            {"11643"},
            {"11642"},
        ),
        ("PROCEDURE: LN2 to AKs, scalp x4, left hand x3.", {"17000", "17003"}, {"17004"}),
    ],
)
def test_what_stands_side_by_side(coder: Coder, text: str, there: set[str], not_there: set[str]) -> None:
    found = codes(coder, text)
    assert there <= found.keys()
    assert not not_there & found.keys()


def test_further_lesions_are_counted_beyond_the_first_and_added_up(coder: Coder) -> None:
    assert codes(coder, "PROCEDURE: LN2 to AKs, scalp x4, left hand x3.")["17003"] == 6


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("IMPRESSION: Type 2 DM with polyneuropathy. CKD stage 3b.", {"E11.42", "E11.22", "N18.32"}, {"E11.9"}),
        ("IMPRESSION: Type 2 DM with polyneuropathy.", {"E11.42"}, {"E11.22"}),
        (
            "HPI: Known osteoporosis, on alendronate. Slipped on a rug at home.\n"
            "ASSESSMENT: Displaced left intertrochanteric hip fracture.",
            {"M80.052A"},
            {"S72.142A", "M81.0"},
        ),
        (
            "HPI: Known osteoporosis, on alendronate. Thrown from a motorcycle at speed.\n"
            "ASSESSMENT: Displaced left intertrochanteric hip fracture.",
            {"S72.142A"},
            {"M80.052A"},
        ),
        ("IMPRESSION: Smoker, 1 ppd. Nicotine dependence.", {"F17.210"}, {"F17.200"}),
        ("Site: left nasal ala. Dx: infiltrative basal cell carcinoma.", {"C44.311"}, {"C44.91"}),
        ("IMPRESSION: segmental dysfunction cervical, thoracic, lumbar and sacral.", {"M99.03", "M99.04"}, {"M99.05"}),
        ("IMPRESSION: Crohn's disease of small and large intestine.", {"K50.80"}, {"K50.00", "K50.10"}),
    ],
)
def test_what_belongs_together(coder: Coder, text: str, there: set[str], not_there: set[str]) -> None:
    found = codes(coder, text)
    assert there <= found.keys()
    assert not not_there & found.keys()


def test_antibodies_and_vaccines_are_given_in_ways_of_their_own(coder: Coder) -> None:
    found = codes(coder, "Beyfortus 50 mg IM right thigh given today by nurse.", age=0)
    assert {"90380", "96381", "Z29.11"} <= found.keys()
    assert not {"90471", "Z23"} & found.keys()
    assert {"91320", "90480"} <= codes(coder, "Comirnaty 30 mcg IM left deltoid given today.", age=34).keys()


def test_a_ticket_of_delivery_hands_over_what_it_lists(coder: Coder) -> None:
    ticket = (
        "PROOF OF DELIVERY\nDiagnosis: obstructive sleep apnea\n1  CPAP unit, auto\n1  Heated humidifier\n1  Headgear"
    )
    assert {"E0601", "E0562", "A7035"} <= codes(coder, ticket).keys()
    assert "E0601" not in codes(coder, "PLAN: he would like a CPAP unit, auto, some day.")


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        # Who was brought by a crew is still read here; what the crew itself writes is not.
        ("ED PROVIDER NOTE\nBrought by EMS.\nData: EKG NSR (read by me).", {"93010"}, set()),
        ("EMS run sheet\nMedic 12. EKG NSR (read by me).", set(), {"93010"}),
        # A vaccine in the plan, with its place and lot.
        ("A: Routine child health exam.\nP:\n[x] MMRV (ProQuad) SC R arm, lot 77", {"90710"}, set()),
        ("A: Routine child health exam.\nP:\n[ ] MMRV (ProQuad) next visit", set(), {"90710"}),
        # Codes that begin line by line.
        ("PT NOTE\nTreatment today\n 97110 ex 15 min\n 97140 manual 15 min", {"97110", "97140"}, set()),
        ("Accession\n 97110 is the number of the box", set(), {"97110"}),
        # Dripped, not pushed: from when to when.
        (
            "Infusion visit. Dx: colon cancer.\nOxaliplatin 150 mg IV 1000-1205 given via port.",
            {"96413", "96415"},
            {"96409"},
        ),
        # Another drug's tablets say nothing of this one.
        ("Infusion visit.\nDexamethasone 10 mg IV push, famotidine po. Tolerated.", {"J1100", "96374"}, set()),
    ],
)
def test_what_was_done_here(coder: Coder, text: str, there: set[str], not_there: set[str]) -> None:
    found = codes(coder, text)
    assert there <= found.keys()
    assert not not_there & found.keys()
