"""The leak gate: what it holds back and what it lets pass."""

from __future__ import annotations

import pytest

from noteproc.records import Note, PhiSpan, RedactedNote
from noteproc.redaction import Redactor
from noteproc.redaction.gate import GateView, Leak, LeakGate, SharedSurfaces, Surfaces, leak_message


def taken(text: str, *surfaces: tuple[str, str]) -> tuple[Note, RedactedNote]:
    """A note of which only the first mention of each surface was redacted, as a careless redactor would."""
    note = Note("n", text)
    found = sorted((text.index(words), words, kind) for words, kind in surfaces)
    phi, pieces, at, shift = [], [], 0, 0
    for start, words, kind in found:
        tag, end = f"[{kind}_1]", start + len(words)
        phi.append(PhiSpan(start, end, kind, 1.0, "test", tag, start + shift, start + shift + len(tag)))
        pieces += [text[at:start], tag]
        at, shift = end, shift + len(tag) - len(words)
    return note, RedactedNote("n", "".join(pieces) + text[at:], tuple(phi))


@pytest.mark.parametrize(
    "text, words, kind",
    [
        ("Pt Quartermain. Later quartermain left.", "Quartermain", "PATIENT_NAME"),
        ("Pt Odile is here. Odile walks.", "Odile", "PATIENT_NAME"),
        ("Pt Núñezón. NUNEZON signed.", "Núñezón", "PATIENT_NAME"),
        ("MRN 00448812, file 0044-8812.", "00448812", "MEDICAL_RECORD_NUMBER"),
        ("MRN 00448812, file 0044 8812_a.", "00448812", "MEDICAL_RECORD_NUMBER"),
        ("Ref 7B4481-20, again 7b/4481 20.", "7B4481-20", "OTHER_ID"),
        ("MRN 00448812, file \uff10\uff10\uff14\uff14-8812.", "00448812", "MEDICAL_RECORD_NUMBER"),
        ("Tel 415-555-2671 or (415) 555 2671.", "415-555-2671", "PHONE_NUMBER"),
        ("zq@example.com, ZQ@EXAMPLE.COM", "zq@example.com", "EMAIL_ADDRESS"),
        ("Pt Quartermain; quarter\u200bmain.", "Quartermain", "PATIENT_NAME"),
    ],
)
def test_what_was_redacted_once_may_not_stand_elsewhere(text: str, words: str, kind: str) -> None:
    assert LeakGate().check(*taken(text, (words, kind))) == [Leak("redacted here", kind)]


@pytest.mark.parametrize(
    "text, words, kind",
    [
        ("Pt Graves has Graves disease.", "Graves", "PATIENT_NAME"),
        ("Pt Will will walk.", "Will", "PATIENT_NAME"),
        ("Pt Dawn wakes at dawn.", "Dawn", "PATIENT_NAME"),
        ("Pt Quartermain; quartermaine sauce.", "Quartermain", "PATIENT_NAME"),
        ("MRN 00448812, sum 1004488123.", "00448812", "MEDICAL_RECORD_NUMBER"),
        ("Ref 7B4481-20, lot 17B4481-20.", "7B4481-20", "OTHER_ID"),
        ("Room 12, 12 mg given.", "12", "OTHER_ID"),
        ("Seen 3/4/2025; 3/4 strength in 2025.", "3/4/2025", "DATE"),
    ],
)
def test_what_is_something_else_passes(text: str, words: str, kind: str) -> None:
    assert LeakGate().check(*taken(text, (words, kind))) == []


@pytest.mark.parametrize(
    "key, value, text, leaks",
    [
        ("patient_name", "Zebediah Quartermain", "Zebediah came.", 1),
        ("patient_dob", "1951-02-03", "Born 2/3/1951.", 1),
        ("known:DATE", "02/03/1951", "Born 1951-02-03.", 1),
        ("known:DATE", "02/03/1951", "Born in 1951.", 0),
        ("patient_mrn", "00448812", "File 00448812.", 1),
        ("known:CITY", "Dover", "Dover", 0),
        ("note_type", "Zebediah", "Zebediah came.", 0),
    ],
)
def test_known_identifiers(key: str, value: str, text: str, leaks: int) -> None:
    note = Note("n", text, metadata={key: value})
    found = LeakGate().check(note, RedactedNote("n", text))
    assert [leak.source for leak in found] == ["known identifier"] * leaks
    kept = frozenset({"PATIENT_NAME", "DATE", "MEDICAL_RECORD_NUMBER"})
    assert LeakGate(kept=kept).check(note, RedactedNote("n", text)) == []


@pytest.mark.parametrize("padding", [0, 30_000], ids=["short", "long"])
@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("told Quartermain today, chart 44-718-209", ["PATIENT_NAME", "MEDICAL_RECORD_NUMBER"]),
        ("Quartermains, chart 44-718-2091", []),
        ("chart 44, room 718, bed 209", []),
        ("chart 4471820 9", ["MEDICAL_RECORD_NUMBER"]),
        ("chart 4471820, 9", []),
    ],
)
def test_short_texts_and_long_ones_hold_the_same(text: str, kinds: list[str], padding: int) -> None:
    surfaces = Surfaces.of([("PATIENT_NAME", "Quartermain"), ("MEDICAL_RECORD_NUMBER", "44718209")])
    assert GateView(text + "\n" + "word " * (padding // 5), []).find(surfaces) == kinds


def test_canaries() -> None:
    gate = LeakGate(["Blue Heron 7"])
    assert gate.check(Note("n", ""), RedactedNote("n", "x BLUE-heron7 y")) == [Leak("canary", "")]
    assert gate.check(Note("n", ""), RedactedNote("n", "blue heron 8")) == []


def test_across_notes_only_long_numbers_of_other_patients_count() -> None:
    shared = SharedSurfaces()
    items = [("PATIENT_NAME", "Quartermain"), ("MEDICAL_RECORD_NUMBER", "0044-8812"), ("OTHER_ID", "12345")]
    shared.add("P1", "a", Surfaces.of(items))
    text = GateView("quartermain has 00448812 and 12345", [])
    assert [str(leak) for leak in shared.check("P1", "b", text)] == [
        "this patient's other note (PATIENT_NAME)",
        "this patient's other note (MEDICAL_RECORD_NUMBER)",
        "this patient's other note (OTHER_ID)",
    ]
    assert shared.check("P1", "a", text) == []
    assert shared.check("P2", "b", text) == [Leak("another patient's note", "number")]
    assert shared.check("P2", "b", GateView("total 004488121", [])) == []


def test_the_message_counts_kinds_and_quotes_nothing() -> None:
    leaks = [Leak("redacted here", "PATIENT_NAME"), Leak("canary", ""), Leak("redacted here", "PATIENT_NAME")]
    assert leak_message(leaks) == "the leak gate found 2 x redacted here (PATIENT_NAME), 1 x canary"
    assert "Quartermain" not in repr(Surfaces.of([("PATIENT_NAME", "Quartermain")]))


def test_our_own_redaction_passes(samples: object) -> None:
    redactor, gate = Redactor(), LeakGate()
    for path in sorted(samples.glob("*.txt")):  # type: ignore[attr-defined]
        note = Note(path.stem, path.read_text(encoding="utf-8"))
        assert gate.check(note, redactor.redact(note)) == [], path.stem


@pytest.mark.parametrize(
    "text, leaks",
    [
        ("Pt Rose came. Mrs. Rose left.", [Leak("redacted here", "PATIENT_NAME")]),
        ("Pt Rose came. MS ROSE left.", [Leak("redacted here", "PATIENT_NAME")]),
        ("Pt Rose came. The fever rose. Rose petals.", []),
        ("Pt Rose came. Dr. Bell rose. Rose petals.", []),
    ],
)
def test_a_name_that_is_a_word_leaks_where_it_stands_as_a_name(text: str, leaks: list[Leak]) -> None:
    assert LeakGate().check(*taken(text, ("Rose", "PATIENT_NAME"))) == leaks


@pytest.mark.parametrize(
    "first, again", [("4417-20931", "441720931"), ("441720931", "44172 0931"), ("KQ-77120", "kq77120")]
)
def test_a_number_goes_wherever_the_gate_would_find_it(first: str, again: str) -> None:
    note = Note("n", f"MRN: {first}\nCough for two weeks. Old chart {again} was pulled.\n")
    redacted = Redactor().redact(note)
    assert again not in redacted.text
    assert LeakGate().check(note, redacted) == []


@pytest.mark.parametrize("again", ["saw the quartermain again", "Quartermain's ride", "QUARTERMAIN called"])
def test_a_name_goes_wherever_the_gate_would_find_it(again: str) -> None:
    note = Note("n", f"Attending: Zebediah Quartermain, MD\nCough for two weeks, {again}.\n")
    redacted = Redactor().redact(note)
    assert LeakGate().check(note, redacted) == []
