"""Why a word went or stayed."""

from __future__ import annotations

import pytest

from noteproc.records import Note
from noteproc.redaction import Redactor
from noteproc.redaction.explanation import explain

TEXT = "Patient: Zebediah Quartermain. MRN: 00448812. Quartermain has Graves disease. Seen by Dr. Priya Patel."


def at(words: str, nth: int = 0) -> int:
    place = TEXT.index(words)
    return TEXT.index(words, place + 1) if nth else place


def test_every_span_has_its_reason_and_a_voice_or_the_sweep() -> None:
    told = explain(Redactor(), Note("n", TEXT))
    phi = Redactor().redact(Note("n", TEXT)).phi
    assert [(e.start, e.end, e.entity_type) for e in told] == [(p.start, p.end, p.entity_type) for p in phi]
    assert all(e.decided and e.action == "tag" for e in told)
    assert all(e.voices or e.decided.startswith("the sweep") for e in told)
    assert "Quartermain" not in repr(told)


def test_one_offset() -> None:
    (name,) = explain(Redactor(), Note("n", TEXT), at("Zebediah") + 3)
    assert (name.entity_type, name.end - name.start) == ("PATIENT_NAME", len("Zebediah Quartermain"))
    assert "NameRecognizer" in [v.recognizer for v in name.voices]
    (stays,) = explain(Redactor(), Note("n", TEXT), at("disease"))
    assert (stays.entity_type, stays.action) == ("", "keep")


def test_a_policy_that_keeps_says_so() -> None:
    (date,) = explain(Redactor("limited_data_set"), Note("n", "Seen 3/4/2025."), 6)
    assert date.action == "keep"
    assert "the policy limited_data_set lets it stay" in date.decided


@pytest.mark.parametrize("offset", [-1, len(TEXT)])
def test_an_offset_outside_the_note(offset: int) -> None:
    with pytest.raises(ValueError, match="outside the note"):
        explain(Redactor(), Note("n", TEXT), offset)
