"""Figures of a run against gold."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from noteproc.errors import ReadError
from noteproc.evaluation import evaluate_codes, evaluate_phi, load_gold, load_results

GOLD = {
    "id": "g1",
    "kind": "note",
    "marked": "⟦NAME_PATIENT|Ann Lee⟧ seen ⟦DATE|3/4⟧ in ⟦STATE|Ohio⟧ with HTN and cough. Mother has asthma.",
    "codes": [
        {"system": "ICD-10-CM", "code": "I10", "evidence": "HTN", "role": "reportable"},
        {"system": "ICD-10-CM", "code": "R05.9", "evidence": "cough", "role": "mention"},
    ],
    "traps": [{"system": "ICD-10-CM", "code": "J45.909", "evidence": "asthma", "why": "mother"}],
}
TEXT = "Ann Lee seen 3/4 in Ohio with HTN and cough. Mother has asthma."


def span(start: int, end: int, entity: str, replacement: str = "[X]") -> dict[str, object]:
    return {"start": start, "end": end, "entity_type": entity, "replacement": replacement}


def suggestion(code: str, start: int, end: int) -> dict[str, object]:
    return {"rank": 1, "system": "ICD-10-CM", "code": code, "evidence": [{"source_start": start, "source_end": end}]}


def figures(tmp_path: Path, result: dict[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    gold, results = tmp_path / "gold.jsonl", tmp_path / "results.jsonl"
    gold.write_text(json.dumps(GOLD) + "\n", encoding="utf-8")
    results.write_text(json.dumps({"note_id": "folder/g1.txt", **result}) + "\n", encoding="utf-8")
    notes, predicted = load_gold([gold]), load_results(results)
    return evaluate_phi(notes, predicted).to_dict(), evaluate_codes(notes, predicted).to_dict()


def test_half_a_name_is_a_leak_and_a_state_is_in_no_headline(tmp_path: Path) -> None:
    text = "[X] Lee seen [X] in Ohio with HTN and cough. Mother has asthma."
    phi, _ = figures(tmp_path, {"text": text, "phi": [span(0, 3, "CLINICIAN_NAME"), span(13, 16, "DATE")]})
    assert phi["leak_rate"] == 0.5
    assert phi["leaked_by_type"] == {"DATE": "0/1", "NAME_PATIENT": "1/1", "STATE": "1/1"}
    assert phi["patient_clinician_confused"] == 1.0
    assert phi["over_redaction"] == 0.0


def test_a_text_that_is_not_the_source_with_its_spans_replaced_leaks_all(tmp_path: Path) -> None:
    phi, _ = figures(tmp_path, {"text": TEXT, "phi": [span(0, 7, "PATIENT_NAME"), span(13, 16, "DATE")]})
    assert phi["text_mismatch"] == 1
    assert phi["leak_rate"] == 1.0


def test_eaten_evidence_is_counted(tmp_path: Path) -> None:
    text = "[X] seen [X] in Ohio with [X] and cough. Mother has asthma."
    spans = [span(0, 7, "PATIENT_NAME"), span(13, 16, "DATE"), span(30, 33, "ORGANIZATION")]
    phi, _ = figures(tmp_path, {"text": text, "phi": spans})
    assert phi["evidence_eaten"] == "1/2"
    assert phi["span_precision"] == round(2 / 3, 5)


def test_codes_mentions_and_traps(tmp_path: Path) -> None:
    rows = [
        suggestion("I10", 30, 33),
        suggestion("R05.9", 38, 43),
        suggestion("J45.20", 56, 62),
        suggestion("Z79.4", 0, 1),
    ]
    _, codes = figures(tmp_path, {"suggestions": rows})
    tallies = codes["codes"]
    assert isinstance(tallies, dict)
    assert tallies["ICD-10-CM"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "tp": 1, "fp": 1, "fn": 0}
    assert (codes["trap_rate"], codes["evidence_hit"]) == (1.0, 1.0)


def test_a_missing_result_misses_everything(tmp_path: Path) -> None:
    phi, codes = figures(tmp_path, {"note_id": "other"})
    assert phi["leak_rate"] == 1.0
    tallies = codes["codes"]
    assert isinstance(tallies, dict)
    assert tallies["all"]["fn"] == 1


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": "x"}', '{"id": "x", "text": "t", "spans": [{"start": 0}]}'])
def test_broken_gold_names_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n" + line + "\n", encoding="utf-8")
    with pytest.raises(ReadError, match=r"gold\.jsonl: line 2"):
        load_gold([path])


def test_the_figures_are_those_of_the_reference_scorer(tmp_path: Path, shared_eval: Path) -> None:
    """A made-up run over the dev gold: some spans cut short, some extra, some codes right, some wrong."""
    gold_path = shared_eval / "gold_dev.jsonl"
    results = tmp_path / "results.jsonl"
    with results.open("w", encoding="utf-8") as file:
        for number, note in enumerate(load_gold([gold_path]).values()):
            phi = [
                span(s.start, s.end - (i % 5 == 0), "PATIENT_NAME" if i % 2 else "CLINICIAN_NAME")
                for i, s in enumerate(note.spans)
                if i % 7 and s.end - s.start > 1
            ]
            rows = [suggestion(c.code, *(c.spans or ((0, 1),))[0]) | {"system": c.system} for c in note.codes or ()]
            traps = [suggestion(t.code, 0, 5) | {"system": t.system} for t in note.traps[: number % 3] if t.code]
            result = {"note_id": note.note_id, "phi": phi, "suggestions": rows[number % 2 :] + traps}
            file.write(json.dumps(result) + "\n")
    command = [sys.executable, str(shared_eval / "score.py"), str(gold_path), "--results", str(results), "--json"]
    reference = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    notes, predicted = load_gold([gold_path]), load_results(results)
    assert evaluate_phi(notes, predicted).to_dict() == reference["phi"]
    assert json.loads(json.dumps(evaluate_codes(notes, predicted).to_dict())) == reference["coding"]
