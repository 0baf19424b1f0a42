"""The short way through the analyzer gives what Presidio's own way gives."""

from __future__ import annotations

from pathlib import Path

from presidio_analyzer import RecognizerResult

from noteproc.evaluation import load_gold
from noteproc.redaction.engine import NoteAnalyzer
from noteproc.redaction.recognizers.custom import custom_recognizers
from noteproc.redaction.recognizers.tagged import TaggedRecognizer
from noteproc.redaction.redactor import recognizers
from tests.conftest import ROOT

CUSTOM = """
recognizers:
  - name: Ward
    supported_entity: OTHER_ID
    patterns: [{name: ward, regex: "[A-Z]{2,}", score: 0.3}, {name: word, regex: "[A-Z]+[a-z]*", score: 0.2}]
    context: [ward]
"""


def test_hearing_is_analyzing(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(CUSTOM, encoding="utf-8")
    engine = NoteAnalyzer([*recognizers()[:-1], TaggedRecognizer("TAGGED_"), *custom_recognizers([own])])
    notes = load_gold(sorted((ROOT / "corpus" / "phi").glob("*.jsonl")))
    for note in list(notes.values())[::10]:
        artifacts = engine.nlp_engine.process_text(note.text, "en")
        plain = engine.analyze(note.text, "en", nlp_artifacts=artifacts)
        told = {
            (r.start, r.end, r.entity_type, r.score, r.recognition_metadata[RecognizerResult.RECOGNIZER_NAME_KEY])
            for r in plain
        }
        assert {(*hit, who) for hit, who in engine.hear(artifacts)} == told
