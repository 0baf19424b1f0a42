"""Redaction leaves the codes alone: what a note gives with its identifiers, it gives without them."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest

from noteproc.coding import Coder
from noteproc.evaluation import load_gold
from noteproc.records import Note, RedactedNote
from noteproc.redaction import Redactor
from tests.conftest import ROOT

_EVERY = 8
# The share of codes that redacted and original text have in common, over the whole of corpus/codes, is about 0.987.
_LEAST = 0.96


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = ROOT / "benchmarks" / "preservation.py"
    spec = importlib.util.spec_from_file_location("preservation", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["preservation"] = module
    spec.loader.exec_module(module)
    return module


def test_codes_survive_redaction(benchmark: ModuleType) -> None:
    gold = list(load_gold(sorted((ROOT / "corpus" / "codes").glob("*.jsonl"))).values())[::_EVERY]
    found = benchmark.preservation([(g.note_id, g.text) for g in gold], Redactor(), Coder())
    assert found.notes == len(gold) > 8
    assert found.codes > 3 * len(gold)
    assert found.share >= _LEAST, found.changed


def test_a_redactor_that_eats_clinical_words_is_seen(benchmark: ModuleType) -> None:
    class Greedy(Redactor):
        def redact(self, note: Note) -> RedactedNote:
            return RedactedNote(note.note_id, note.text.replace("hypertension", "[X]"))

    found = benchmark.preservation([("n", "Assessment: essential hypertension.")], Greedy(), Coder())
    assert (found.share, found.lost, found.changed) == (0.0, 1, (("n", ("I10",), ()),))


def test_nothing_to_code_is_no_loss(benchmark: ModuleType) -> None:
    assert benchmark.preservation([("n", "Thank you.")], Redactor(), Coder()).share == 1.0
