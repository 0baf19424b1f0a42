"""The notes that we wrote: redaction never fails on one, and its spans are disjoint and honest."""

from __future__ import annotations

from pathlib import Path

import pytest

from noteproc.evaluation import load_gold
from noteproc.records import Note
from noteproc.redaction import Redactor
from tests.conftest import ROOT

FILES = sorted((ROOT / "corpus").rglob("*.jsonl"))


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


def test_there_are_notes_to_learn_from_and_notes_kept_apart() -> None:
    assert len(load_gold([path for path in FILES if path.parent.name in ("phi", "codes")])) >= 550
    assert len(load_gold([path for path in FILES if path.parent.name == "unseen"])) >= 60


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_note_is_redacted_honestly(path: Path, redactor: Redactor) -> None:
    for gold in list(load_gold([path]).values())[:: 2 if path.parent.name == "unseen" else 6]:
        redacted = redactor.redact(Note(gold.note_id, gold.text))
        pieces, at = [], 0
        for span in redacted.phi:
            assert at <= span.start < span.end, gold.note_id
            pieces += [gold.text[at : span.start], span.replacement]
            at = span.end
        assert "".join(pieces) + gold.text[at:] == redacted.text, gold.note_id
