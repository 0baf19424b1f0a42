"""Whose name it is, from the words right around it."""

from __future__ import annotations

import pytest

from noteproc.records import Note
from noteproc.redaction import Redactor
from noteproc.redaction.lexicon import lexicon
from noteproc.redaction.rolecues import told


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("pt B. Kaczmarek, #0331907", "B. Kaczmarek", "PATIENT_NAME"),
        ("he goes by Andy at home", "Andy", "PATIENT_NAME"),
        ("Ted Marchetti, 77, retired machinist", "Ted Marchetti", "PATIENT_NAME"),
        ("Jun-ho Bae is a 23 y.o. M who fell", "Jun-ho Bae", "PATIENT_NAME"),
        ("Hannah Crawford    26 F    chart", "Hannah Crawford", "PATIENT_NAME"),
        ("seen with Weiss, Hannah B CNM today", "Weiss, Hannah B", "CLINICIAN_NAME"),
        ("TRIAGE RN R DIAZ   REG", "R DIAZ", "CLINICIAN_NAME"),
        ("House sup Rhonda: can take", "Rhonda", "CLINICIAN_NAME"),
        ("Ruth-Ellen Yellowhorse, M.D., being sworn", "Ruth-Ellen Yellowhorse", "CLINICIAN_NAME"),
        ("Chair 3 Guzman E -- booster today", "Guzman E", "PATIENT_NAME"),
        ("9/15 PT Dave: TUG 24", "Dave", None),
        ("per Okafor, hold it", "Okafor", "CLINICIAN_NAME"),
        ("From: Marisol Quintanilla", "Marisol Quintanilla", "-"),
        ("report from Dolores to the floor", "Dolores", None),
        ("granddaughter Kiki, 19, works", "Kiki", None),
        ("Okafor, 2.5 mg daily", "Okafor", None),
        ("saw Okafor on rounds", "Okafor", None),
    ],
)
def test_words_around_a_name_tell_whose_it_is(text: str, name: str, role: str | None) -> None:
    start = text.index(name)
    found = told(lexicon(), text, start, start + len(name))
    assert (found[0] if found else None) == role


def test_a_person_keeps_one_role_through_the_note() -> None:
    text = (
        "Ted Marchetti, 77, retired. Referred over by Whitcomb, Ana L CNM.\n"
        "Whitcomb called. Marchetti says the eye is better.\n"
    )
    done = Redactor().redact(Note("n", text))
    said = {text[p.start : p.end]: p.entity_type for p in done.phi}
    assert said["Marchetti"] == said["Ted Marchetti"] == "PATIENT_NAME"
    assert said["Whitcomb"] == "CLINICIAN_NAME"
    assert "CNM" in done.text
