"""The batch engine: order, workers, failures, resume. A stub stands in for redaction and coding."""

from __future__ import annotations

import errno
import json
import os
import signal
from pathlib import Path

import pytest

import noteproc.batch as batch
from noteproc.batch import RunOptions, RunSummary
from noteproc.cli import notes
from noteproc.config import Config
from noteproc.errors import ConfigError, ModelError, NoteprocError, RedactionError
from noteproc.records import Note, NoteResult, RedactedNote


class StubRedactor:
    """Redacts nothing; a label is private when it holds ``smith``."""

    def redact(self, note: Note) -> RedactedNote:
        if "REDACTION BREAKS" in note.text:
            raise RedactionError(note.note_id)
        if "BUG" in note.text:
            raise ValueError(note.text)
        if "HANG" in note.text:
            while True:
                pass
        if "CRASH" in note.text:
            os.kill(os.getpid(), signal.SIGKILL)
        return RedactedNote(note.note_id, note.text.upper())

    def label_is_private(self, label: str, note: Note | None = None, redacted: RedactedNote | None = None) -> bool:
        return "smith" in label.lower()


class StubCodeSets:
    def versions(self) -> dict[str, str]:
        return {"ICD-10-CM": "test"}


class StubCoder:
    def code(self, note: RedactedNote) -> NoteResult:
        return NoteResult(note.note_id, "outpatient", note.text, versions={"noteproc": "test"})


class StubProcessor:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.redactor = StubRedactor()
        self.codesets = StubCodeSets()
        self.coder = StubCoder()

    def redact(self, note: Note) -> RedactedNote:
        return self.redactor.redact(note)

    def code(self, note: RedactedNote) -> NoteResult:
        return self.coder.code(note)


@pytest.fixture(autouse=True)
def _stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "NoteProcessor", StubProcessor)
    monkeypatch.setattr("noteproc.workers.NoteProcessor", StubProcessor)


def make_notes(folder: Path, notes: dict[str, str]) -> Path:
    for name, text in notes.items():
        path = folder / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def go(
    tmp_path: Path, *, out: str = "out", workers: int = 1, time_limit: int = 120, **options: bool | int
) -> RunSummary:
    config = Config(workers=workers, time_limit=time_limit)
    return batch.run(RunOptions((str(tmp_path / "in"),), tmp_path / out, config, **options))  # type: ignore[arg-type]


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_two_workers_give_the_bytes_of_one(tmp_path: Path) -> None:
    make_notes(tmp_path / "in", {f"d{i % 3}/n{i:03d}": f"note {i}" for i in range(100)})
    go(tmp_path, out="one")
    summary = go(tmp_path, out="two", workers=2)
    assert summary.notes == 100
    for name in ("results.jsonl", "suggestions.csv", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert len(list((tmp_path / "two" / "redacted").rglob("*.txt"))) == 100


@pytest.mark.parametrize("workers", [1, 2])
def test_a_note_that_fails_costs_itself_alone_and_its_text_is_nowhere(tmp_path: Path, workers: int) -> None:
    notes = {"a": "fine", "b": "REDACTION BREAKS for Zebediah", "c": "BUG near Zebediah", "d": "fine too", "e": ""}
    make_notes(tmp_path / "in", notes)
    summary = go(tmp_path, workers=workers)
    assert (summary.notes, summary.failed) == (5, 3)
    out = tmp_path / "out"
    assert [r["note_id"] for r in lines(out / "results.jsonl")] == ["a", "d"]
    assert [(f["note_id"], f["status"]) for f in lines(out / "failed.jsonl")] == [(n, "failed") for n in "bce"]
    for path in out.rglob("*"):
        assert path.is_dir() or b"Zebediah" not in path.read_bytes()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert [(n["note_id"], n["status"]) for n in manifest["notes"]] == [
        ("a", "done"),
        ("b", "failed"),
        ("c", "failed"),
        ("d", "done"),
        ("e", "failed"),
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_note_that_hangs_or_kills_costs_itself_alone(tmp_path: Path, workers: int) -> None:
    odd = {5: "HANG", 20: "CRASH"}
    make_notes(tmp_path / "in", {f"n{i:02d}": odd.get(i, f"note {i}") for i in range(40)})
    summary = go(tmp_path, workers=workers, time_limit=2)
    assert (summary.notes, summary.failed) == (40, 2)
    late, dead = lines(tmp_path / "out" / "failed.jsonl")
    assert "took longer than 2 s" in str(late["reason"])
    assert "died" in str(dead["reason"])


@pytest.mark.parametrize("workers", [1, 2])
def test_what_waits_behind_a_note_that_kills_is_done_in_order(tmp_path: Path, workers: int) -> None:
    texts = {f"n{i:03d}": "CRASH" if i in (5, 150) else f"note {i}" for i in range(160)}
    make_notes(tmp_path / "in", texts)
    summary = go(tmp_path, workers=workers)
    assert (summary.notes, summary.failed) == (160, 2)
    whole = [line["note_id"] for line in lines(tmp_path / "out" / "results.jsonl")]
    assert whole == [name for name, text in texts.items() if text != "CRASH"]
    assert [line["note_id"] for line in lines(tmp_path / "out" / "failed.jsonl")] == ["note-000006", "note-000151"]


def test_ctrl_c_finishes_what_is_in_hand(tmp_path: Path) -> None:
    make_notes(tmp_path / "in", {f"n{i:04d}": f"note {i}" for i in range(1200)})
    options = RunOptions((str(tmp_path / "in"),), tmp_path / "out", Config(workers=2))

    def stop(done: int, failed: int) -> None:
        if done == 3:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    first = batch.run(options, stop)
    assert first.interrupted
    assert 16 <= first.notes < 1200
    assert signal.getsignal(signal.SIGINT) is before
    second = batch.run(RunOptions(options.inputs, options.out, options.config, resume=True))
    assert (second.notes, second.interrupted) == (1200, False)
    assert [r["note_id"] for r in lines(tmp_path / "out" / "results.jsonl")] == [f"n{i:04d}" for i in range(1200)]


def test_a_private_name_becomes_a_number_and_the_pairing_stays_beside(tmp_path: Path) -> None:
    make_notes(tmp_path / "in", {"a": "one", "Smith_J": "two", "smith-empty": "  "})
    summary = go(tmp_path)
    out = tmp_path / "out"
    assert [r["note_id"] for r in lines(out / "results.jsonl")] == ["note-000001", "a"]
    assert [f["note_id"] for f in lines(out / "failed.jsonl")] == ["note-000003"]
    for path in out.rglob("*"):
        assert "smith" not in path.name.lower()
        assert path.is_dir() or b"smith" not in path.read_bytes().lower()
    crosswalk = tmp_path / "out.crosswalk.csv"
    assert crosswalk.read_text(encoding="utf-8") == 'note-000001,"Smith_J"\nnote-000003,"smith-empty"\n'
    assert crosswalk.stat().st_mode & 0o777 == 0o600
    assert crosswalk.name in summary.files


def test_an_interrupted_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    make_notes(tmp_path / "in", {f"n{i:02d}": "BUG" if i == 3 else f"note {i}" for i in range(30)})
    go(tmp_path, out="whole")
    options = RunOptions((str(tmp_path / "in"),), tmp_path / "out", Config())

    def stop(done: int, failed: int) -> None:
        if done == 11:
            raise KeyboardInterrupt

    first = batch.run(options, stop)
    assert first.interrupted
    assert not (tmp_path / "out" / "results.jsonl").exists()
    with pytest.raises(ConfigError, match="--resume"):
        batch.run(options)
    second = batch.run(RunOptions(options.inputs, options.out, Config(workers=2), resume=True))
    assert (second.notes, second.failed) == (30, 1)
    for name in ("results.jsonl", "failed.jsonl", "suggestions.csv", "report.html"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


def test_a_finished_run_that_is_taken_up_is_done(tmp_path: Path) -> None:
    make_notes(tmp_path / "in", {"a": "one", "b": "BUG"})
    first = go(tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    again = go(tmp_path, resume=True)
    assert (again.notes, again.failed, again.phi, again.earlier) == (2, first.failed, first.phi, True)
    assert before == {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    with pytest.raises(ConfigError, match="other settings"):
        go(tmp_path, resume=True, time_limit=60)
    make_notes(tmp_path / "in", {"c": "new"})
    with pytest.raises(ConfigError, match="or inputs"):
        go(tmp_path, resume=True)


def test_a_run_that_cannot_start_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_notes(tmp_path / "in", {"a": "one"})
    go(tmp_path)

    def missing(config: Config) -> None:
        raise ModelError("the tagger is missing")

    monkeypatch.setattr(batch, "NoteProcessor", missing)
    with pytest.raises(ModelError):
        go(tmp_path, force=True)
    assert (tmp_path / "out" / "results.jsonl").exists()
    with pytest.raises(ModelError):
        go(tmp_path, out="new")
    assert not (tmp_path / "new").exists()


def test_the_output_is_never_an_input_nor_something_else(tmp_path: Path) -> None:
    make_notes(tmp_path / "in", {"a": "one"})
    with pytest.raises(ConfigError, match="outside the inputs"):
        batch.run(RunOptions((str(tmp_path / "in"),), tmp_path / "in" / "out", Config()))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigError, match="something else"):
        go(tmp_path, out="other", force=True)
    go(tmp_path)
    with pytest.raises(ConfigError, match="--force"):
        go(tmp_path)
    assert go(tmp_path, force=True).notes == 1


def test_what_was_left_out_and_ids_that_came_again_are_counted(tmp_path: Path) -> None:
    make_notes(tmp_path / "in", {"a": "one"})
    (tmp_path / "in" / "notes.csv").write_text("id,text\n7,first half\n7,second half\n", encoding="utf-8")
    (tmp_path / "in" / "export.log").write_text("words", encoding="utf-8")
    (tmp_path / "in" / "Observation.ndjson").write_text('{"resourceType": "Observation"}\n', encoding="utf-8")
    summary = go(tmp_path)
    assert (summary.notes, summary.failed, summary.skipped, summary.noteless, summary.repeated) == (3, 0, 1, 1, 1)
    counts = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["counts"]
    told = ("files_of_unknown_kind", "files_without_notes", "repeated_ids")
    assert [counts[name] for name in told] == [1, 1, 1]


def test_limit_and_count(tmp_path: Path) -> None:
    make_notes(tmp_path / "in", {f"n{i}": "x" for i in range(5)})
    (tmp_path / "in" / "scan.png").write_bytes(b"\x89PNG")
    options = RunOptions((str(tmp_path / "in"),), tmp_path / "out", Config(), limit=2)
    assert batch.count_inputs(options) == (2, 1)
    assert batch.run(options).notes == 2


def test_no_notes_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(ConfigError, match="no notes"):
        go(tmp_path)


def test_an_output_that_cannot_be_written_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_notes(tmp_path / "in", {"a": "one"})

    def full(*told: object) -> RunSummary:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ConfigError, match="needs --write copies"):
        notes.run([str(tmp_path / "in")], tmp_path / "out", keep_columns=["ward"])
    monkeypatch.setattr(batch, "run", full)
    with pytest.raises(NoteprocError, match=r"cannot be written: No space left.* --resume"):
        notes.run([str(tmp_path / "in")], tmp_path / "out")
