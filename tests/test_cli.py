"""The command line, as a stranger runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from noteproc.cli.app import app
from noteproc.review.results import Results

NOTE = "Patient: Zebediah Quartermain\nMRN: 00448812\n\nAssessment: essential hypertension. No chest pain.\n"


def noteproc(*arguments: str, stdin: str = "", cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from noteproc.cli import main; main()", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, cwd=cwd, env={**os.environ, "COLUMNS": "160", **env}
    )


def commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    below: dict[str, object] | None = getattr(command, "commands", None)
    if below is None:
        yield path, command
        return
    for name in sorted(below):
        yield from commands(below[name], (*path, name))


COMMANDS = list(commands(typer.main.get_command(app)))


def test_the_commands_are_found() -> None:
    assert ("run",) in [path for path, _ in COMMANDS]
    assert ("codesets", "list") in [path for path, _ in COMMANDS]


@pytest.mark.parametrize("path, command", [pytest.param(p, c, id=" ".join(p)) for p, c in COMMANDS])
def test_every_command_has_help_with_an_example_and_helped_options(path: tuple[str, ...], command: object) -> None:
    assert f"Example: `noteproc {' '.join(path)}" in str(getattr(command, "help", ""))
    for parameter in getattr(command, "params", ()):
        assert getattr(parameter, "help", None), parameter.name


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["run", "nowhere.txt", "-o", "out"], "does not exist"),
        (["run", "note.txt"], "Missing option"),
        (["run", "note.txt", "-o", "out", "--setting", "ward"], "auto, outpatient, inpatient"),
        (["run", "note.txt", "-o", "out", "--workers", "0"], "1 or more"),
        (["run", "note.txt", "-o", "out", "--write", "xml"], "knows no xml; allowed: brat"),
        (["run", "note.txt", "-o", "out", "--config", "bad.toml"], "unknown key 'wokers'; allowed: canaries"),
        (["run", "note.txt", "-o", "."], "inside the output folder"),
        (["lookup"], "give words, or --queries"),
        (["lookup", "x", "--system", "SNOMED"], "ICD-10-CM"),
        (["nonsense"], "No such command"),
    ],
)
def test_a_usage_error_exits_2_and_says_what_is_allowed(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "note.txt").write_text(NOTE, encoding="utf-8")
    (tmp_path / "bad.toml").write_text("wokers = 2\n", encoding="utf-8")
    done = noteproc(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.replace("│", " ").split()), done.stderr
    assert not (tmp_path / "out").exists()


def test_a_run_leaves_no_phi_anywhere(tmp_path: Path) -> None:
    notes = tmp_path / "in"
    notes.mkdir()
    (notes / "quartermain_zebediah.txt").write_text(NOTE, encoding="utf-8")
    (notes / "Quartermain empty.txt").write_text("", encoding="utf-8")
    done = noteproc("run", "in", "-o", "out", cwd=tmp_path)
    assert done.returncode == 1
    seen = done.stdout + done.stderr
    for path in (tmp_path / "out").rglob("*"):
        seen += path.name + (path.read_text(encoding="utf-8", errors="replace") if path.is_file() else "")
    assert not [word for word in ("quartermain", "zebediah", "00448812") if word in seen.lower()]
    assert "I10" in (tmp_path / "out" / "suggestions.csv").read_text(encoding="utf-8")
    assert "quartermain" in (tmp_path / "out.crosswalk.csv").read_text(encoding="utf-8")


def test_a_run_is_ready_for_review_when_it_ends(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(NOTE, encoding="utf-8")
    assert noteproc("run", "note.txt", "-o", "out", cwd=tmp_path).returncode == 0
    index = tmp_path / "out" / "review" / "index.sqlite"
    made = index.stat().st_ino
    assert len(Results.open(tmp_path / "out")) == 1
    assert index.stat().st_ino == made
    assert noteproc("verify", "out", cwd=tmp_path).returncode == 0


def test_redact_reads_standard_input() -> None:
    done = noteproc("redact", "-", stdin=NOTE)
    assert done.returncode == 0
    assert "Quartermain" not in done.stdout
    assert "[PATIENT_NAME_1]" in done.stdout
    masked = noteproc("redact", "-", "--replacement", "mask", "--json", stdin=NOTE)
    assert len(json.loads(masked.stdout)["text"]) == len(NOTE)


def test_code_gives_the_contract() -> None:
    done = noteproc("code", "-", "--json", stdin=NOTE)
    result = json.loads(done.stdout)
    assert [s["code"] for s in result["suggestions"]] == ["I10"]
    assert "R07.9" in [n["code"] for n in result["not_coded"]]


def test_why_knows_the_system_by_how_the_code_is_written() -> None:
    note = "PROCEDURE: Bilateral sacroplasty was performed, PMMA into both alae."
    for code, system in (("0201T", "CPT"), ("m54.50", "ICD-10-CM"), ("J1885", "HCPCS")):
        told = json.loads(noteproc("why", "-", code, "--json", stdin=note).stdout)
        assert (told["system"], told["outcome"]) == (system, "suggested" if system == "CPT" else "not seen")


def test_lookup_of_many(tmp_path: Path) -> None:
    (tmp_path / "q").write_text('{"id": "1", "text": "HTN"}\n\n{"id": "2", "text": "zzzz qqqq"}\n', encoding="utf-8")
    done = noteproc("lookup", "--queries", "q", "--answers", "a", "--system", "ICD-10-CM", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in (tmp_path / "a").read_text(encoding="utf-8").splitlines())
    assert first["codes"][0] == "I10"
    assert second == {"id": "2", "codes": []}
    (tmp_path / "q").write_text('{"id": "1"}\n', encoding="utf-8")
    broken = noteproc("lookup", "--queries", "q", "--answers", "b", cwd=tmp_path)
    assert broken.returncode == 1
    assert "line 1" in broken.stderr
    assert not (tmp_path / "b").exists()


def test_doctor_is_well() -> None:
    done = noteproc("doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {row["state"] for row in json.loads(done.stdout)} == {"ok"}


def test_evaluate_prints_figures(tmp_path: Path) -> None:
    gold = {"id": "a", "marked": "⟦NAME_PATIENT|Ann⟧ has HTN.", "codes": [], "traps": []}
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold) + "\n", encoding="utf-8")
    (tmp_path / "r.jsonl").write_text('{"note_id": "a", "phi": [], "suggestions": []}\n', encoding="utf-8")
    done = noteproc("evaluate", "phi", "gold.jsonl", "--results", "r.jsonl", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["leak_rate"] == 1.0
    missing = noteproc("evaluate", "codes", "gold.jsonl", "--results", "none.jsonl", cwd=tmp_path)
    assert missing.returncode == 1
    assert "none.jsonl" in missing.stderr


def test_an_internal_error_shows_no_traceback(tmp_path: Path) -> None:
    code = (
        "import noteproc.codesets as c\n"
        "def broken(*a, **k): raise ValueError('Zebediah')\n"
        "c.CodeSets.open = broken\n"
        "import sys; sys.argv = ['noteproc', 'codesets', 'list']\n"
        "from noteproc.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert "Zebediah" not in done.stderr
    assert "Traceback" not in done.stderr
