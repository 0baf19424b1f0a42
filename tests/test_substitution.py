"""Surrogates and shifted dates in the place of tags, and everything put back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.errors import ConfigError
from noteproc.records import Coding, Evidence, Note, NoteResult, PhiSpan, Suggestion
from noteproc.redaction import Redactor, load_policy
from noteproc.redaction.restoration import restored
from noteproc.redaction.substitution import settled_note, substituted
from noteproc.redaction.surrogates import surrogate
from noteproc.redaction.vault import Vault

EXPERT = Redactor("expert")
BOUNDARY = Redactor("llm_boundary")
TEXT = (
    "Patient: Marguerite Delacroix\nMRN: 40-221877  DOB 02/11/1947\nMs. Delacroix, seen Tuesday, March 4, 2025 by "
    "Dr. Hiroshi Tanaka at Harlan Springs Hospital. Call (415) 555-2671. HTN. Next visit 3/18/2025.\n"
    "DELACROIX, MARGUERITE\n"
)


def settled(redactor: Redactor, vault: Vault, text: str, note_id: str = "n", patient: str = "") -> str:
    note = Note(note_id, text, metadata={"patient_id": patient} if patient else {})
    return settled_note(redactor.redact(note), note, redactor.policy, vault).text


def test_one_person_one_surrogate_of_the_same_shape() -> None:
    text = settled(EXPERT, Vault.in_memory(), TEXT)
    name = re.match(r"Patient: ([A-Z][a-z]+) ([A-Z][a-z]+)\n", text)
    assert name, text
    assert f"Ms. {name[2]}, seen" in text
    assert text.endswith(f"{name[2]}, {name[1]}\n".upper())
    assert re.search(r"MRN: \d\d-\d{6}  DOB \d\d/\d\d/19\d\d\n", text)
    assert re.search(r"Hospital\. Call \(\d{3}\) 555-01\d\d\. HTN\.", text)
    for words in ("Delacroix", "Marguerite", "Tanaka", "221877", "1947 ", "2671", "Harlan", "March 4, 2025"):
        assert words.lower() not in text.lower()


def test_a_patient_keeps_surrogates_and_offset_across_notes_and_others_differ() -> None:
    vault = Vault.in_memory()
    first = settled(EXPERT, vault, TEXT, "a", "P1")
    second = settled(EXPERT, vault, "Patient: Marguerite Delacroix. Seen 3/18/2025.\n", "b", "P1")
    third = settled(EXPERT, vault, "Patient: Marguerite Delacroix. Seen 3/18/2025.\n", "c", "P2")
    name, day = re.match(r"Patient: (.+)\n", first), re.search(r"Next visit (.+)\.", first)
    assert name
    assert day
    assert second == f"Patient: {name[1]}. Seen {day[1]}.\n"
    assert third != second


def test_weekdays_stay_true() -> None:
    for _ in range(5):
        text = settled(EXPERT, Vault.in_memory(), "Patient: Ann Tanaka. Seen Tuesday, March 4, 2025.\n")
        assert "Seen Tuesday, " in text
        assert "March 4, 2025" not in text


def test_a_year_that_shows_a_great_age_is_not_shifted() -> None:
    text = settled(EXPERT, Vault.in_memory(), "Patient: Ann Tanaka, 94 y/o, DOB 3/4/1930. Seen 3/14/2025.\n")
    assert "90+ y/o, DOB [DATE_1]." in text


@pytest.mark.parametrize(
    "kind, surface, shape",
    [
        ("US_SSN", "123-45-6789", r"9\d\d-\d\d-\d{4}"),
        ("PHONE_NUMBER", "555-2671", r"555-01\d\d"),
        ("FAX_NUMBER", "x4410", r"[a-z]\d{4}"),
        ("EMAIL_ADDRESS", "a@b.com", r"[a-z]+\.[a-z]+@example\.org"),
        ("URL", "www.b.com/x", r"https://example\.org/\d+"),
        ("IP_ADDRESS", "10.1.2.3", r"192\.0\.2\.\d+"),
        ("HEALTH_PLAN_ID", "1EG4-TE5-MK73", r"\d[A-Z]{2}\d-[A-Z]{2}\d-[A-Z]{2}\d\d"),
        ("STREET_ADDRESS", "12 Oak Street, Dover, NH 03601", r"\d+ \w+ \w+, [\w ]+, NH 00000"),
        ("FACILITY", "MERCY HOSPITAL", r"[A-Z ]+ HOSPITAL"),
        ("OTHER_ID", "##", r"X\d{6}"),
    ],
)
def test_shapes(kind: str, surface: str, shape: str) -> None:
    scope = Vault.in_memory().scope("n")
    new = surrogate(kind, surface, (), scope)
    assert re.fullmatch(shape, new), new
    assert surrogate(kind, surface, (), scope) == new


def test_names_keep_origin_initials_and_suffixes() -> None:
    scope = Vault.in_memory().scope("n")
    person = ("Nguyen, Lan T", "L. Nguyen Jr", "LN")
    full, short, signed = (surrogate("PATIENT_NAME", words, person, scope) for words in person)
    family, given, middle = re.split(r",? ", full)
    assert short == f"{given[0]}. {family} Jr"
    assert signed == given[0] + family[0]
    assert family.lower() in "tran le pham hoang phan vu dang bui ngo duong huynh truong dinh"
    assert len(middle) == 1


def test_evidence_keeps_pointing_at_its_words() -> None:
    text = "Dr. [CLINICIAN_NAME_1] says HTN of [AGE] ."
    at = text.index("HTN")
    phi = (PhiSpan(4, 9, "CLINICIAN_NAME", 1.0, "t", "[CLINICIAN_NAME_1]", 4, 22),)
    evidence = Evidence(at, at + 3, 15, 18, "HTN", "exact", 1.0, "", "present", "main")
    wide = Evidence(4, at + 3, 4, 18, "HTN", "exact", 1.0, "", "present", "main")
    code = Suggestion(Coding("ICD-10-CM", "", "I10", ""), "diagnosis", 1.0, 1, evidence=(evidence, wide))
    result = NoteResult("n", "outpatient", text, phi, (code,)).to_dict()
    new = substituted(result, ["Smith"])
    assert new["text"] == "Dr. Smith says HTN of [AGE] ."
    words = [str(new["text"])[e["start"] : e["end"]] for e in new["suggestions"][0]["evidence"]]  # type: ignore[index]
    assert words == ["HTN", "Smith says HTN"]
    assert substituted(result, ["[CLINICIAN_NAME_1]"]) == result


_PIECES = st.lists(
    st.sampled_from(
        [
            "Mr. Zebediah Quartermain",
            " seen ",
            "3/4/2025",
            "\n",
            "MRN: 00448812",
            "HTN",
            " aged 94 y/o ",
            "[DATE_1]",
            "\r\n",
            "Dr. Patel",
            ", ",
            "94118",
            "\u200b",
            "é",
            "90+",
            "Mercy Hospital",
            "Christmas",
            "(415) 555-2671",
            "\U0001f600",
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=60, deadline=None)
@given(_PIECES)
def test_restoring_what_was_redacted_gives_the_note(text: str) -> None:
    vault = Vault.in_memory()
    for redactor in (BOUNDARY, EXPERT):
        done = restored(settled(redactor, vault, text), vault)
        assert done.text == text
        assert done.exact


def test_an_answer_in_tags_gets_the_fullest_words() -> None:
    vault = Vault.in_memory()
    settled(BOUNDARY, vault, TEXT)
    answer = "PATIENT_NAME_1 (MRN [MEDICAL_RECORD_NUMBER_1]) saw \\[CLINICIAN_NAME_1\\]; not PATIENT_NAME_12."
    done = restored(answer, vault, "n")
    assert done.text == "Marguerite Delacroix (MRN 40-221877) saw Hiroshi Tanaka; not PATIENT_NAME_12."
    assert (done.count, done.exact) == (3, False)
    with pytest.raises(ConfigError, match="knows no note"):
        restored(answer, vault)
    with pytest.raises(ConfigError, match="knows no note"):
        restored(answer, vault, "other")


def test_only_an_expert_policy_shifts() -> None:
    assert load_policy("expert").weekdays
    assert settled(BOUNDARY, Vault.in_memory(), "Seen 3/4/2025.") == "Seen [DATE_1]."
