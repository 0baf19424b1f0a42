"""File names and ids that hold PHI."""

from __future__ import annotations

import pytest

from noteproc.redaction.labels import label_is_private
from noteproc.redaction.lexicon import lexicon


@pytest.mark.parametrize(
    "label",
    [
        "smith_john",
        "JohnSmith-2",
        "ward3/Kowalczyk",
        "nguyen thi lan op note",
        "rose_hunter",
        "note 03-14-2025",
        "20250314_a",
        "visit_1947-02-11",
        "912-44-1234",
        "440-555-0172",
        "mrn00123456",
        "j.doe@x.org",
    ],
)
def test_private(label: str) -> None:
    assert label_is_private(label, frozenset(), lexicon())


@pytest.mark.parametrize(
    "label",
    [
        "a-001",
        "sacroplasty-01",
        "S0004-06142005000900016-1",
        "D2N088-virtassist",
        "mtsur-0020",
        "notes/000042",
        "op-lapchole-11",
        "well child visit 3",
        "discharge_summary",
        "stdin",
        "rose",
        "wound-12",
        "x",
        "",
    ],
)
def test_public(label: str) -> None:
    assert not label_is_private(label, frozenset(), lexicon())


@pytest.mark.parametrize(
    "label, private",
    [("77120", True), ("wb-77120", True), ("77121", False), ("Zzyzxova", True), ("note zzyzxova", True), ("12", False)],
)
def test_what_the_note_itself_names_is_private(label: str, private: bool) -> None:
    assert label_is_private(label, {"WB-77120", "Zzyzxova", "3/12"}, lexicon()) is private


@pytest.mark.parametrize(
    "label, private", [("Quartermain empty", True), ("zzyzx", True), ("empty", False), ("latin1-note", False)]
)
def test_an_unread_note_with_a_word_of_no_list_is_private(label: str, private: bool) -> None:
    assert label_is_private(label, None, lexicon()) is private
