"""Operations told by a tool or a step: done where the note tells one, not where it is planned."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from noteproc import Coder, RedactedNote
from noteproc.codesets.conditions import When
from noteproc.coding.stations import named

_OPERATIVE = "OPERATIVE NOTE\nProcedure: {}\nTolerated well, no complications."


@pytest.fixture(scope="module")
def codes() -> Callable[[str], set[str]]:
    coder = Coder()

    def suggested(text: str) -> set[str]:
        result = coder.code(RedactedNote.already_redacted("n", text))
        return {s.coding.code for s in result.suggestions if s.coding.system == "CPT"}

    return suggested


@pytest.mark.parametrize(
    "told, code",
    [
        # The bone in one sentence, what was done to it in the next.
        ("Midshaft clavicle fracture. Superior plate contoured, six screws drilled under fluoro.", "23515"),
        ("Subcapital fracture. Posterior approach, head removed, stem cemented, bipolar head 48.", "27236"),
        # How, not what, stands between the words.
        ("Achilles ends freshened, then gently brought together with a four strand Krackow.", "27650"),
        ("Acute leg ischemia. Groin cutdown, Fogarty passed twice, clot retrieved from the SFA.", "34201"),
        ("Linear EBUS, needle passes at 4L, 7 and 11R, adequate on site.", "31653"),
        ("Linear EBUS, needle passes at 4L and 7. 11R 4 mm, skipped. On 2L after.", "31652"),
        ("LHC via R radial. LVEDP 12, LV gram normal. LAD 30%, RCA 20%.", "93458"),
        ("Craniotomy, bone flap turned, dura opened, acute SDH evacuated.", "61312"),
    ],
)
def test_what_an_operation_tells(codes: Callable[[str], set[str]], told: str, code: str) -> None:
    assert code in codes(_OPERATIVE.format(told))


@pytest.mark.parametrize(
    "text, code",
    [
        ("HPI: known clavicle fracture.\nPlan: plate fixation next week, consent signed.", "23515"),
        ("Exam: right CEA scar, left carotid bruit.\nPlan: duplex in six months.", "35301"),
        ("Plan: Botox for bladder does not fit.", "52287"),
        ("EP follow up. s/p PVI last spring, in sinus today.", "93656"),
        ("Device clinic. RA lead 5076, RV lead 5076, thresholds stable. Generator change in 6 years.", "33228"),
        (_OPERATIVE.format("LHC via R radial. LVEDP 12. LAD 30%, RCA 20%."), "93451"),
        (_OPERATIVE.format("Cesarean, few filmy adhesions lysed, low transverse hysterotomy."), "44005"),
        ("Labs reviewed. On 2L NC, 7 days of ceftriaxone, EBUS deferred.", "31653"),
    ],
)
def test_what_is_named_only(codes: Callable[[str], set[str]], text: str, code: str) -> None:
    assert code not in codes(text)


@pytest.mark.parametrize(
    "text, act, sign, name",
    [
        ("+wire", True, False, False),
        ("+", True, False, False),
        ("+wire; ~", False, True, False),
        ("+wire; =", False, False, True),
        ("!removed", False, False, False),
    ],
)
def test_what_a_condition_makes_of_its_phrase(text: str, act: bool, sign: bool, name: bool) -> None:
    when = When.parse(text)
    assert (when.act, when.sign, when.name) == (act, sign, name)


@pytest.mark.parametrize(
    "text, count",
    [
        ("stations 4R, 7 and 11Rs", 3),
        ("4R x3, then 7: needle through; again 4R", 1),
        ("station 7 and station 10L", 2),
        ("11L not sampled", 0),
        ("on 2L, 7 days", 0),
        ("", 0),
    ],
)
def test_stations_named(text: str, count: int) -> None:
    assert named(text) == count


@pytest.mark.parametrize(
    "text, code, done",
    [
        # A line that is about nothing else reports what it names.
        ("Laparoscopic Nissen, 360 wrap, for reflux.", "43280", True),
        ("Fragile skin. Short leg cast, fiberglass.", "29405", True),
        ("Two weeks after laparoscopic Nissen, swallowing well.", "43280", False),
        ("Laparoscopic Nissen scheduled, wants to think about it.", "43280", False),
        ("Here for cough. Laparoscopic Nissen, 360 wrap.", "43280", False),
        # An amount of what was put in is told of what was done.
        ("HPI: headaches wax and wane.\nR occipital nerve block w 2 cc lido/kenalog, better at once.", "64405", True),
        ("HPI: headaches wax and wane.\nR occipital nerve block helps when it is needed.", "64405", False),
    ],
)
def test_a_name_that_reports(codes: Callable[[str], set[str]], text: str, code: str, *, done: bool) -> None:
    assert (code in codes(text)) is done


@pytest.mark.parametrize(
    "told, code, done",
    [
        # Plain words of doing mean what procedures call them.
        ("Palpable fibroadenoma shelled out of the right breast.", "19120", True),
        ("Fibroadenoma ruled out, right breast.", "19120", False),
        ("Fresh Achilles rupture, ends sewn together, no graft.", "27650", True),
        # What a condition wants may stand in the phrase itself.
        ("Septum straightened.", "30520", True),
        ("Posture straightened.", "30520", False),
        # The place decides between neighbours.
        ("Venous ulcer on calf, 14 sq cm, covered with Apligraf.", "15271", True),
        ("Venous ulcer on calf, 14 sq cm, covered with Apligraf.", "15275", False),
        # Contraceptive rods are drug implants.
        ("Nexplanon rod removed through a 3 mm nick.", "11976", False),
        ("Nexplanon rod removed through a 3 mm nick.", "11982", True),
    ],
)
def test_an_operation_in_plain_words(codes: Callable[[str], set[str]], told: str, code: str, *, done: bool) -> None:
    assert (code in codes(told)) is done


def test_a_biopsy_is_of_the_look_that_it_is_told_of(codes: Callable[[str], set[str]]) -> None:
    two = codes("EGD: gastritis, bx antrum. Colonoscopy to cecum: 8 mm polyp ascending hot snare.")
    assert {"43239", "45385"} <= two
    assert "45380" not in two
    one = codes("Colonoscopy to cecum: 8 mm polyp ascending hot snare, random bx for colitis.")
    assert {"45380", "45385"} <= one


def test_the_stages_of_an_excision_in_layers_are_counted_not_its_blocks() -> None:
    text = "Mohs for BCC L nasal tip. 2 stages, 3 blocks first stage, 1 block second. Clear."
    result = Coder().code(RedactedNote.already_redacted("n", text))
    assert {s.coding.code: s.units for s in result.suggestions if s.coding.system == "CPT"} == {"17311": 1, "17312": 1}
