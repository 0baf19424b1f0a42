"""Procedures, drugs and supplies: done or not, which sibling, how many, on which side."""

from __future__ import annotations

from pathlib import Path

import pytest

from noteproc.codesets import CodeSets
from noteproc.coding import Coder
from noteproc.records import NoteResult, RedactedNote

# Invented code numbers of the right form, in words of our own.
CPT = """code\tdescription\tphrases\twhen\tincludes\tflags
9901T\tcement put into one side of the pelvis ring\tringoplasty | cement into the ring\t\t9903T\tsides=one
9902T\tcement put into both sides of the pelvis ring\tringoplasty | cement into the ring\tbilateral|both sides\t9903T\t
9903T\tpicture guidance for the needle\tneedle guidance\t\t\t
9904T\tfurther ring level\tfurther ring level\t\t\taddon=9901T,9902T
9905T\tclosing a small wound\twound stitched\tcm -2.5\t\t
9906T\tclosing a larger wound\twound stitched\tcm 2.6-7.5\t\t
11999\tgland scooped\tscooped whole\t+gland\t\t
9908T\tpipe set in the ring\tring pipe placed\t+\t\t
9907T\tquick swab for the gurgle bug\tgurgle swab\t\t\tdone=order
"""
HCPCS = """code\tdescription\tphrases\twhen\tunit\tflags
J9991\tgurglomycin by needle\tgurglomycin\t\t10 mg\tkind=drug
L9991\twrist holder, ready made\twrist holder\t\t1 each\tkind=supply
"""


@pytest.fixture(scope="module")
def coder(tmp_path_factory: pytest.TempPathFactory) -> Coder:
    own: Path = tmp_path_factory.mktemp("own")
    for name, table in (("cpt", CPT), ("hcpcs", HCPCS)):
        (own / name).mkdir()
        (own / name / "mine.tsv").write_text(table, encoding="utf-8")
    return Coder(CodeSets.open(user_dictionaries=(own,)))


def run(coder: Coder, text: str) -> NoteResult:
    return coder.code(RedactedNote.already_redacted("n", text))


def codes(result: NoteResult) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {
        s.coding.code: (s.units, s.modifiers) for s in result.suggestions if s.coding.code[:2] in ("99", "J9", "L9")
    }


def reason(result: NoteResult, code: str) -> str:
    return next(n.reason for n in result.not_coded if n.coding.code == code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PROCEDURE: Ringoplasty, left.", {"9901T": (1, ("LT",))}),
        ("PROCEDURE: Ringoplasty.\nTECHNIQUE: needles on both sides.", {"9902T": (1, ())}),
        ("PROCEDURE: Ringoplasty, bilateral, with needle guidance.", {"9902T": (1, ())}),
        ("PROCEDURE: Ringoplasty, right. Further ring level done.", {"9901T": (1, ("RT",)), "9904T": (1, ())}),
        ("PROCEDURE: Further ring level done.", {}),
        ("PROCEDURE: 2 cm wound stitched.", {"9905T": (1, ())}),
        ("PROCEDURE: 4 cm wound stitched.", {"9906T": (1, ())}),
        ("PROCEDURE: gurglomycin 25 mg IM given.", {"J9991": (3, ())}),
        ("Meds: gurglomycin 25 mg daily.", {}),
        ("PLAN: gurglomycin 25 mg po bid.", {}),
        ("Wrist holder fitted today.", {"L9991": (1, ())}),
        ("He owns a wrist holder.", {}),
        ("Rapid gurgle swab in office: negative.", {"9907T": (1, ())}),
        ("Outside gurgle swab: negative.", {}),
    ],
)
def test_what_was_done(coder: Coder, text: str, expected: dict[str, tuple[int, tuple[str, ...]]]) -> None:
    assert codes(run(coder, text)) == expected


@pytest.mark.parametrize(("text", "coded"), [("Gland seen. Scooped whole.", True), ("Scooped whole.", False)])
def test_what_is_needed_is_never_assumed(coder: Coder, text: str, coded: bool) -> None:
    result = run(coder, f"PROCEDURE: {text}")
    assert ("11999" in {s.coding.code for s in result.suggestions}) is coded


@pytest.mark.parametrize("head", ["PT DAILY NOTE", "REGIONAL ANESTHESIA", "SURGICAL PATHOLOGY"])
def test_who_writes_the_note_did_not_operate(coder: Coder, head: str) -> None:
    result = run(coder, f"{head}\nPROCEDURE: Gland seen. Scooped whole.")
    assert reason(result, "11999") == "historical"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("PLAN: Ringoplasty next week.", "planned"),
        ("Ringoplasty was offered and she declined.", "declined"),
        ("Ringoplasty was not performed.", "declined"),
        ("PSH: ringoplasty.", "historical"),
        ("Consent: ringoplasty.", "planned"),
    ],
)
def test_what_was_not_done(coder: Coder, text: str, why: str) -> None:
    result = run(coder, text)
    assert codes(result) == {}
    assert reason(result, "9901T") == why


def test_the_near_miss_is_an_alternative(coder: Coder) -> None:
    result = run(coder, "PROCEDURE: Ringoplasty, bilateral.")
    first = next(s for s in result.suggestions if s.coding.code == "9902T")
    assert [a.code for a in first.alternatives] == ["9901T"]
    assert first.alternatives[0].why


def test_what_is_included_says_so(coder: Coder) -> None:
    result = run(coder, "PROCEDURE: Ringoplasty, left, with needle guidance.")
    assert reason(result, "9903T") == "included"


@pytest.mark.parametrize(("text", "coded"), [("A ring pipe was placed.", True), ("Keytruda by her ring pipe.", False)])
def test_an_act_is_one_by_its_verb(coder: Coder, text: str, coded: bool) -> None:
    note = f"HPI: She came for her second cycle. {text}"
    assert ("9908T" in {s.coding.code for s in run(coder, note).suggestions}) is coded
