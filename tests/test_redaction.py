"""The redactor: tables of what goes and what stays, offsets, and text that tries to break it."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.errors import ConfigError, RedactionError
from noteproc.records import Note
from noteproc.redaction import Redactor, recognizers
from noteproc.redaction.plaintext import PlainText
from noteproc.redaction.recognizers.checksums import dea_checks, npi_checks, vin_checks

_SHARED = Redactor()


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return _SHARED


def redacted(redactor: Redactor, text: str) -> str:
    return redactor.redact(Note("n", text)).text


@pytest.mark.parametrize(
    "text, gone",
    [
        ("Patient: Grace T. Olawale   MRN: 00483921", ["Grace", "Olawale", "00483921"]),
        ("DOB: 04/11/1943, seen by Dr. Short today.", ["04/11", "Short"]),
        ("Call (412) 555-7734 or fax 412.555.0981.", ["7734", "0981"]),
        ("Lives at 2286 Sycamore Ct., Apt 22, Ashford, NY 58960.", ["Sycamore", "Ashford", "58960"]),
        ("E-mail hpakulski@stbrendanrad.org, IP 10.216.53.166.", ["pakulski", "10.216"]),
        ("SSN 930-92-3435, member ID 0828-83740-18.", ["3435", "83740"]),
        ("AGE: 94 years old woman", ["94"]),
        ("Cement lot: KX44-20931", ["20931"]),
        ("MRN: 0048\u200b3921", ["0048", "3921"]),
        ("SSN ９３０-92-３４３５", ["９３０", "３４３５"]),
    ],
)
def test_identifiers_go(redactor: Redactor, text: str, gone: list[str]) -> None:
    out = redacted(redactor, text)
    for piece in gone:
        assert piece not in out


@pytest.mark.parametrize(
    "text",
    [
        "Graves disease and Bell's palsy; Foley catheter to gravity.",
        "Strength 4/5, pain 4/10, BP 120/80, L4-5 and S1.",
        "Norco 5/325 mg every 6 hours for 3 weeks.",
        "A 78-year-old woman with osteoporosis since 2019.",
        "CPT 0201T, ICD M80.08XA, 99213.",
        "CPT 64493-50, 64494-50; 11721-59.",
        "Codes: 20610-RT; J3301 x4",
        "Frozen section (one block, frozen, 88331): benign.",
        "HTN",
        "UTI",
        "TSH",
    ],
)
def test_clinical_words_stay(redactor: Redactor, text: str) -> None:
    assert redacted(redactor, text) == text


@pytest.mark.parametrize(
    "text", ["Seen by Dr. Lee (pager 88331).", "He left (wife Anna, 20610).", "MRN 64493-50 was pulled."]
)
def test_a_number_of_somebody_is_no_printed_code(redactor: Redactor, text: str) -> None:
    number = next(n for n in ("88331", "20610", "64493") if n in text)
    assert number not in redacted(redactor, text)


def test_one_person_has_one_number(redactor: Redactor) -> None:
    out = redacted(redactor, "Patient: Grace T. Olawale\nMrs. Olawale was seen. Grace's daughter called.")
    assert out.count("[PATIENT_NAME_1]") == 3
    assert "[PATIENT_NAME_2]" not in out


def test_a_date_keeps_its_year_and_an_old_age_its_class(redactor: Redactor) -> None:
    assert redacted(redactor, "Seen 03/14/2025.") == "Seen [DATE_1: 2025]."
    out = redacted(redactor, "DOB: 03/14/1931. Seen 05/02/2025. 94-year-old man.")
    assert "1931" not in out
    assert "90+-year-old" in out


def test_known_identifiers_are_swept_for(redactor: Redactor) -> None:
    note = Note(
        "n",
        "talked with Zyx about results, ref QQ-17",
        metadata={"patient_name": "Zyx Qwarl", "known:OTHER_ID": "QQ-17"},
    )
    out = redactor.redact(note).text
    assert "Zyx" not in out
    assert "QQ-17" not in out


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_offsets_round_trip_on_any_text(text: str) -> None:
    note = _SHARED.redact(Note("n", text))
    out, at = [], 0
    for p in note.phi:
        assert at <= p.start < p.end <= len(text)
        out += [text[at : p.start], p.replacement]
        at = p.end
        assert note.text[p.redacted_start : p.redacted_end] == p.replacement
    assert "".join(out) + text[at:] == note.text


@pytest.mark.parametrize(
    "text",
    [
        "Patient: Grace Olawale, DOB 04/11/1943, MRN 00483921, seen in Duluth, MN 55802 by Dr. Short.",
        "93-year-old, AGE: 94",
    ],
)
def test_redacting_again_changes_nothing(redactor: Redactor, text: str) -> None:
    once = redacted(redactor, text)
    assert redacted(redactor, once) == once


@pytest.mark.parametrize(
    "piece", [" ", "\n", "1", "A", "1/", "1-", "A1", "Dr. ", "a@", "a.", "Jan ", "Smith, John ", "the 1st "]
)
def test_repeats_do_not_run_away(redactor: Redactor, piece: str) -> None:
    text = piece * (6000 // len(piece))
    assert redactor.redact(Note("n", text)).text is not None


def test_failure_tells_the_id_alone(redactor: Redactor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Grace Olawale")

    monkeypatch.setattr(redactor, "_detect", broken)
    with pytest.raises(RedactionError) as caught:
        redactor.redact(Note("note-7", "Grace Olawale"))
    assert "Olawale" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_unknown_operator_is_refused() -> None:
    with pytest.raises(ConfigError):
        Redactor(operator="shuffle")  # type: ignore[arg-type]


def test_pickles(redactor: Redactor) -> None:
    again = pickle.loads(pickle.dumps(redactor))
    assert again.redact(Note("n", "Dr. Short")).text == redacted(redactor, "Dr. Short")


def test_recognizers_work_in_a_registry_of_somebody_else() -> None:
    found = {
        r.entity_type for x in recognizers() for r in x.analyze("Dr. Short, MRN 00483921", x.supported_entities, None)
    }
    assert {"CLINICIAN_NAME", "MEDICAL_RECORD_NUMBER"} <= found


def test_plain_text_maps_back() -> None:
    plain = PlainText("a\u200bb１")
    assert plain.text == "ab1"
    assert plain.to_source(1, 3) == (2, 4)


@pytest.mark.parametrize(
    "check, good, bad",
    [
        (vin_checks, "1M8GDM9AXKP042788", "1M8GDM9A1KP042788"),
        (npi_checks, "1234567893", "1234567890"),
        (dea_checks, "AB1234563", "AB1234564"),
    ],
)
def test_check_digits(check: object, good: str, bad: str) -> None:
    assert callable(check)
    assert check(good)
    assert not check(bad)
