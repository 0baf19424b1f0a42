"""Runs with policies, vaults, known identifiers and the leak gate, end to end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from noteproc.audit import audit
from noteproc.batch import RunOptions, RunSummary, run
from noteproc.config import Config
from noteproc.errors import ConfigError, ReadError
from noteproc.files.manifest import write_manifest
from noteproc.redaction.keys import write_key
from noteproc.redaction.restoration import restored
from noteproc.redaction.vault import Vault

KEY = bytes(range(32))
NOTES = {
    "a": "Patient: Zebediah Quartermain\nMRN: 00448812\nSeen 3/4/2025 by Dr. Priya Patel. HTN.\n",
    "b": "Patient: Zebediah Quartermain\nReturns 3/18/2025. Essential hypertension.\n",
    "c": "Patient: Ann Tanaka\nSeen 4/1/2025. No chest pain.\n",
}
KNOWN = "note_id,patient_id\na,P1\nb,P1\nc,P2\nd,P1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for name, text in NOTES.items():
        (tmp_path / "in" / f"{name}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "known.csv").write_text(KNOWN, encoding="utf-8")
    write_key(tmp_path / "key", KEY)
    vault = Vault.create(tmp_path / "vault", KEY)
    vault.close()
    return tmp_path


def go(folder: Path, out: str = "out", vault: str = "vault", **settings: object) -> RunSummary:
    told = {"vault": str(folder / vault), "key_file": str(folder / "key")} if vault else {}
    config = Config(**{**told, **settings})  # type: ignore[arg-type]
    return run(RunOptions((str(folder / "in"),), folder / out, config, known_identifiers=folder / "known.csv"))


def test_surrogates_give_the_same_bytes_for_any_number_of_workers_and_come_back(folder: Path) -> None:
    shutil.copy(folder / "vault", folder / "twin")
    for out, file, workers in (("one", "vault", 1), ("two", "twin", 2)):
        assert go(folder, out, file, workers=workers, policy="expert").notes == 3
    for name in ("results.jsonl", "suggestions.csv", "report.html"):
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes()
    vault = Vault.open(folder / "twin", KEY)
    for line in (folder / "two" / "results.jsonl").read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        assert restored(result["text"], vault).text == NOTES[result["note_id"]]
        for s in result["suggestions"]:
            words = [result["text"][e["start"] : e["end"]].lower() for e in s["evidence"]]
            assert s["code"] != "I10" or words[0] in ("htn", "essential hypertension")
    for path in (folder / "one").rglob("*"):
        assert path.is_dir() or b"quartermain" not in path.read_bytes().lower()


def test_a_run_cut_off_goes_on_to_the_same_bytes(folder: Path) -> None:
    shutil.copy(folder / "vault", folder / "twin")
    go(folder, "whole", "twin", policy="expert")
    config = Config(policy="expert", vault=str(folder / "vault"), key_file=str(folder / "key"))
    options = RunOptions((str(folder / "in"),), folder / "out", config, known_identifiers=folder / "known.csv")

    def stop(done: int, failed: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    assert run(options, stop).interrupted
    again = RunOptions(options.inputs, options.out, config, resume=True, known_identifiers=options.known_identifiers)
    assert run(again).notes == 3
    assert (folder / "out" / "results.jsonl").read_bytes() == (folder / "whole" / "results.jsonl").read_bytes()


def test_a_reversible_policy_wants_a_vault_and_its_key(folder: Path) -> None:
    with pytest.raises(ConfigError, match="llm_boundary needs a vault"):
        go(folder, vault="", policy="llm_boundary")
    (folder / "key").unlink()
    write_key(folder / "key", bytes(32))
    with pytest.raises(ConfigError, match="the key does not open this vault"):
        go(folder, policy="llm_boundary")
    assert not (folder / "out").exists()


def test_what_leaks_is_held_back(folder: Path) -> None:
    (folder / "in" / "d.txt").write_text("Level 0044 8812 mg. HTN.\n", encoding="utf-8")
    (folder / "in" / "e.txt").write_text("He hummed about a blue heron today.\n", encoding="utf-8")
    summary = go(folder, vault="", canaries=("Blue-Heron",))
    out = folder / "out"
    assert (summary.notes, summary.failed) == (5, 0)
    failures = {
        f["note_id"]: f for f in map(json.loads, (out / "failed.jsonl").read_text(encoding="utf-8").splitlines())
    }
    assert {f["status"] for f in failures.values()} == {"quarantined"}
    assert failures["note-000005"]["reason"] == "the leak gate found 1 x canary"
    assert "this patient's other note (MEDICAL_RECORD_NUMBER)" in failures["d"]["reason"]
    assert summary.quarantined == 2
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["quarantined"] == 2
    assert [n["status"] for n in manifest["notes"]] == ["done", "done", "done", "quarantined", "quarantined"]
    assert [p.stem for p in sorted((out / "redacted").glob("*.txt"))] == ["a", "b", "c"]
    for path in out.rglob("*"):
        assert path.is_dir() or not [w for w in (b"0044", b"eron") if w in path.read_bytes()]


def test_the_audit_tells_every_identifier_and_no_phi(folder: Path) -> None:
    go(folder, vault="")
    report = audit(folder / "out")
    assert [line.letter for line in report.lines] == list("ABCDEFGHIJKLMNOPQR")
    assert (report.policy, report.safe_harbor, report.zip_vintage, report.providers) == (
        "safe_harbor",
        True,
        "2020",
        "redact",
    )
    by_letter = {line.letter: line for line in report.lines}
    assert by_letter["A"].counts["PATIENT_NAME"] == 3
    assert by_letter["A"].counts["CLINICIAN_NAME"] == 1
    assert by_letter["C"].actions == {"DATE": "generalise", "AGE_OVER_89": "generalise"}
    assert by_letter["H"].counts == {"MEDICAL_RECORD_NUMBER": 1}
    assert by_letter["Q"].automated == "no"
    assert "(b)(2)(ii)" in report.by_hand[0]
    text = json.dumps(report.to_dict())
    assert not [words for words in ("Quartermain", "00448812", "Patel") if words in text]


def test_there_is_no_audit_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no finished run"):
        audit(tmp_path)
    write_manifest(tmp_path / "manifest.json", {"counts": {}}, [])
    with pytest.raises(ReadError, match="not a manifest of this version"):
        audit(tmp_path)
    write_manifest(tmp_path / "manifest.json", {"counts": {}, "policy": {}}, [])
    with pytest.raises(ReadError, match="damaged or missing"):
        audit(tmp_path)
