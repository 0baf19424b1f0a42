"""Finished runs: the proof of one, and what changed between two."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from noteproc.batch import RunOptions, run
from noteproc.changes import NoteChange, compare
from noteproc.config import Config
from noteproc.errors import ReadError
from noteproc.verification import verify
from tests.test_batch import make_notes

NOTES = {
    "a": "Mrs. Ada Byron seen 3/4/2025.\nAssessment: hypertension.",
    "Smith_John": "Mr. John Smith.\nAssessment: gout.",
    "empty": " ",
    "z": "No PHI.\nAssessment: asthma. No chest pain.",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    make_notes(folder / "in", NOTES)
    run(RunOptions((str(folder / "in"),), folder / "out", Config()))
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(finished / "out", tmp_path / "out")
    return tmp_path / "out"


def test_a_run_is_whole(finished: Path) -> None:
    assert verify(finished / "out") == ()
    assert verify(finished / "out", [str(finished / "in")]) == ()


def _cut(path: Path) -> None:
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def _twice(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines(keepends=True)[-1], encoding="utf-8")


def _manifest(old: str, new: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        path = out / "manifest.json"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda out: (out / "redacted" / "a.txt").write_text("x"), "a: its redacted note was changed"),
        (lambda out: (out / "redacted" / "a.txt").unlink(), "a: its redacted note is missing"),
        (lambda out: (out / "redacted" / "more.txt").write_text("x"), "1 files of no outcome"),
        (lambda out: _cut(out / "results.jsonl"), "z: its line in results.jsonl is missing"),
        (lambda out: _twice(out / "results.jsonl"), "more lines"),
        (lambda out: _cut(out / "failed.jsonl"), "empty: failed.jsonl and the manifest differ"),
        (lambda out: _twice(out / "failed.jsonl"), "empty: failed.jsonl and the manifest differ"),
        (lambda out: (out / "suggestions.csv").write_text("x"), "suggestions.csv was changed"),
        (lambda out: (out / "report.html").unlink(), "report.html is missing"),
        (lambda out: (out / "results.jsonl").unlink(), "damaged or missing"),
        (_manifest('"note_id": "z"', '"note_id": "a"'), "two outcomes"),
        (_manifest('"done": 3', '"done": 2'), "counts"),
        (_manifest("]\n}", ""), "cut off"),
    ],
)
def test_what_is_wrong_is_said(copy: Path, harm: Callable[[Path], object], said: str) -> None:
    harm(copy)
    assert any(said in problem for problem in verify(copy)), said


def test_inputs_that_the_run_did_not_have(finished: Path, tmp_path: Path) -> None:
    make_notes(tmp_path / "more", NOTES | {"zz": "one more"})
    make_notes(tmp_path / "fewer", {name: text for name, text in NOTES.items() if name != "z"})
    make_notes(tmp_path / "others", {f"{name}x": text for name, text in NOTES.items()})
    assert "input 5" in verify(finished / "out", [str(tmp_path / "more")])[0]
    assert "more inputs" in verify(finished / "out", [str(tmp_path / "fewer")])[0]
    assert "another input" in verify(finished / "out", [str(tmp_path / "others")])[0]


def test_no_run_no_proof(tmp_path: Path) -> None:
    for work in (lambda: verify(tmp_path), lambda: compare(tmp_path, tmp_path)):
        with pytest.raises(ReadError, match="no finished run"):
            work()


def test_two_runs_alike(finished: Path, copy: Path) -> None:
    changes = compare(finished / "out", copy)
    assert (dict(changes.versions), list(changes.notes)) == ({}, [])


def test_what_changed(finished: Path, tmp_path: Path) -> None:
    make_notes(
        tmp_path / "in",
        {
            "a": "Mrs. Ada Byron seen 3/4/2025.\nAssessment: diabetes.  ",
            "z": "No PHI.\nAssessment: asthma. No chest pain.",
            "b": "One more.",
        },
    )
    run(RunOptions((str(tmp_path / "in"),), tmp_path / "out", Config(policy="limited_data_set")))
    changes = compare(finished / "out", tmp_path / "out")
    assert changes.versions["policy.name"] == ("safe_harbor", "limited_data_set")
    assert not any(name.startswith("versions") for name in changes.versions)
    assert list(changes.notes) == [
        NoteChange("note-000001", "old"),
        NoteChange("a", "", ("20-28 DATE",), (), ("ICD-10-CM I10",), ("ICD-10-CM E11.9",)),
        NoteChange("b", "new"),
    ]


def test_a_code_left_out_says_why(finished: Path, copy: Path) -> None:
    lines = (copy / "results.jsonl").read_text(encoding="utf-8").splitlines()
    last = json.loads(lines[-1])
    (asthma,) = (s for s in last["suggestions"] if s["code"] == "J45.909")
    last["suggestions"].remove(asthma)
    last["not_coded"].append({"system": "ICD-10-CM", "code": "J45.909", "reason": "historical"})
    (copy / "results.jsonl").write_text("\n".join([*lines[:-1], json.dumps(last)]) + "\n", encoding="utf-8")
    (change,) = compare(finished / "out", copy).notes
    assert change.codes_gone == ("ICD-10-CM J45.909 (historical in the other run)",)
    (back,) = compare(copy, finished / "out").notes
    assert back.codes_new == ("ICD-10-CM J45.909 (historical in the other run)",)
