"""The commands on vaults and proof, as a stranger runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.test_cli import noteproc

NOTE = "Patient: Zebediah Quartermain\nMRN: 00448812\nSeen 3/4/2025. Assessment: essential hypertension.\n"
SEAL = ("--vault", "v", "--key-file", "k")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "note.txt").write_text(NOTE, encoding="utf-8")
    done = noteproc("vault", "init", "v", "--key-file", "k", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("v", "k")} == {0o600}
    return tmp_path


def test_there_and_back_by_folder_file_and_answer(folder: Path) -> None:
    done = noteproc("run", "note.txt", "-o", "out", "--policy", "llm_boundary", *SEAL, cwd=folder)
    assert done.returncode == 0, done.stderr
    done = noteproc("restore", "out", *SEAL, "-o", "back", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "back" / "note.txt").read_text(encoding="utf-8") == NOTE
    assert (folder / "back" / "note.txt").stat().st_mode & 0o777 == 0o600
    assert noteproc("restore", "out/redacted/note.txt", *SEAL, cwd=folder).stdout == NOTE
    answer = noteproc("restore", "-", *SEAL, "--note", "note", stdin="[PATIENT_NAME_1] is well.", cwd=folder)
    assert answer.stdout == "Zebediah Quartermain is well."
    again = noteproc("restore", "out", *SEAL, "-o", "back", cwd=folder)
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_no_key_no_restore(folder: Path) -> None:
    redacted = noteproc("redact", "note.txt", "--policy", "llm_boundary", *SEAL, cwd=folder).stdout
    assert "Quartermain" not in redacted
    before = (folder / "v").read_bytes()
    none = noteproc("restore", "-", "--vault", "v", stdin=redacted, cwd=folder, NOTEPROC_KEY="")
    assert none.returncode == 2
    noteproc("vault", "init", "w", "--key-file", "wrong", cwd=folder)
    wrong = noteproc("restore", "-", "--vault", "v", "--key-file", "wrong", stdin=redacted, cwd=folder)
    assert wrong.returncode == 2
    assert "the key does not open this vault; nothing was changed" in wrong.stderr
    assert "Quartermain" not in none.stdout + none.stderr + wrong.stdout + wrong.stderr
    assert (folder / "v").read_bytes() == before
    assert noteproc("restore", "-", *SEAL, stdin=redacted, cwd=folder).stdout == NOTE
    key = (folder / "k").read_text(encoding="ascii").strip()
    from_environment = noteproc("restore", "-", "--vault", "v", stdin=redacted, cwd=folder, NOTEPROC_KEY=key)
    assert from_environment.stdout == NOTE


def test_rotate_export_destroy(folder: Path) -> None:
    noteproc("redact", "note.txt", "--policy", "llm_boundary", *SEAL, cwd=folder)
    rotated = noteproc("vault", "rotate", "v", "--key-file", "k", "--new-key-file", "k2", cwd=folder)
    assert rotated.returncode == 0, rotated.stderr
    assert noteproc("vault", "export", "v", "--key-file", "k", "-o", "words", cwd=folder).returncode == 2
    assert not (folder / "words").exists()
    assert noteproc("vault", "export", "v", "--key-file", "k2", "-o", "words", cwd=folder).returncode == 0
    (row,) = map(json.loads, (folder / "words").read_text(encoding="utf-8").splitlines())
    assert [s["original"] for s in row["spans"]] == ["Zebediah Quartermain", "00448812", "3/4/2025"]
    assert (folder / "words").stat().st_mode & 0o777 == 0o600
    assert noteproc("vault", "destroy", "v", stdin="n\n", cwd=folder).returncode == 1
    assert (folder / "v").exists()
    assert noteproc("vault", "destroy", "v", "--yes", cwd=folder).returncode == 0
    assert not (folder / "v").exists()
    assert noteproc("vault", "destroy", "note.txt", "--yes", cwd=folder).returncode == 2
    assert (folder / "note.txt").read_text(encoding="utf-8") == NOTE


def test_audit_and_explain(folder: Path) -> None:
    assert noteproc("run", "note.txt", "-o", "out", cwd=folder).returncode == 0
    report = json.loads(noteproc("audit", "out", "--json", cwd=folder).stdout)
    assert len(report["identifiers"]) == 18
    shown = noteproc("audit", "out", cwd=folder).stdout
    assert "Social security numbers" in shown
    assert "(b)(2)(ii)" in shown
    assert noteproc("audit", ".", cwd=folder).returncode == 1
    quiet = noteproc("explain", "note.txt", "--offset", "12", cwd=folder)
    assert "PATIENT_NAME, tag" in quiet.stdout
    assert "Quartermain" not in quiet.stdout
    assert "Quartermain" in noteproc("explain", "note.txt", "--offset", "12", "--show-text", cwd=folder).stdout
    rows = json.loads(noteproc("explain", "-", "--json", stdin=NOTE, cwd=folder).stdout)
    assert [r["entity_type"] for r in rows] == ["PATIENT_NAME", "MEDICAL_RECORD_NUMBER", "DATE"]
    outside = noteproc("explain", "note.txt", "--offset", "9999", cwd=folder)
    assert outside.returncode == 2
    assert "outside the note" in outside.stderr


def test_a_leak_is_held_back_with_exit_code_1(folder: Path) -> None:
    (folder / "settings.toml").write_text('canaries = ["essential hypertension"]\n', encoding="utf-8")
    done = noteproc("run", "note.txt", "-o", "out", "--config", "settings.toml", cwd=folder)
    assert done.returncode == 1
    assert "1 held back by the leak gate" in done.stdout
    assert (folder / "out" / "results.jsonl").read_text(encoding="utf-8") == ""
    assert "hypertension" not in "".join(p.read_text(encoding="utf-8") for p in (folder / "out").glob("*.json*"))
    shown = noteproc("redact", "note.txt", "--config", "settings.toml", cwd=folder)
    assert (shown.returncode, shown.stdout) == (1, "")
    assert "the leak gate found 1 x canary" in shown.stderr
    (folder / "known.csv").write_text("note_id,shoe\n", encoding="utf-8")
    bad = noteproc("run", "note.txt", "-o", "out2", "--known-identifiers", "known.csv", cwd=folder)
    assert bad.returncode == 2
    assert "unknown column 'shoe'" in bad.stderr
