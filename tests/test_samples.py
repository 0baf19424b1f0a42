"""The sample notes give what samples/README.md says, through the whole pipeline."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

# Every identifier of the reference note, as words that may stand nowhere in the output.
REFERENCE_PHI = (
    "Marguerite",
    "Delacroix",
    "40-221877",
    "02/11/1947",
    "LR5520091743",
    "Juniper Hollow",
    "Harlan Springs",
    "44147",
    "555-0172",
    "1EG4",
    "05/14/2025",
    "Subramanian",
    "Ravi",
    "Whitfield",
    "Joan",
    "LAKESHORE RIDGE",
    "Claire",
    "555-0139",
    "May 28",
    "RS/tl",
)


def run(samples: Path, out: Path, *, workers: int, seed: str) -> None:
    command = [sys.executable, "-c", "from noteproc.cli import main; main()", "run", str(samples), "-o", str(out)]
    env = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run([*command, "--workers", str(workers)], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    folder = tmp_path_factory.mktemp("samples") / "out"
    run(samples, folder, workers=1, seed="1")
    return folder


@pytest.fixture(scope="module")
def results(out: Path) -> dict[str, dict[str, list[dict[str, object]]]]:
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["note_id"]: row for row in map(json.loads, lines)}


def test_two_workers_and_another_hash_seed_give_the_same_bytes(out: Path, samples: Path, tmp_path: Path) -> None:
    run(samples, tmp_path / "two", workers=2, seed="7")
    assert (tmp_path / "two" / "results.jsonl").read_bytes() == (out / "results.jsonl").read_bytes()


def test_the_reference_case(results: dict[str, dict[str, list[dict[str, object]]]]) -> None:
    suggestions = results["sacroplasty-01"]["suggestions"]
    procedures = [s for s in suggestions if s["kind"] == "procedure"]
    assert [s["code"] for s in procedures] == ["0201T"]
    near = {a["code"]: a["why"] for a in procedures[0]["alternatives"]}  # type: ignore[attr-defined]
    assert near["0200T"]
    diagnoses = {str(s["code"]): s for s in suggestions if s["kind"] == "diagnosis"}
    assert "M80.08XA" in diagnoses
    assert any(str(a["code"]).startswith("M80.0B") for a in diagnoses["M80.08XA"]["alternatives"])  # type: ignore[attr-defined]
    assert not [code for code in diagnoses if code.startswith(("M81", "C50", "S32"))]
    text = str(results["sacroplasty-01"]["text"])
    words = [text[e["start"] : e["end"]] for e in procedures[0]["evidence"]]  # type: ignore[attr-defined]
    assert any(re.search("both sides|right|left", w) for w in words)
    assert any("Polymethylmethacrylate" in w for w in words), "the cement itself is told in another sentence"


def test_no_identifier_of_the_reference_case_is_in_any_output(out: Path) -> None:
    for path in out.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert [phi for phi in REFERENCE_PHI if phi in text] == [], path.name


@pytest.mark.parametrize(
    "note, codes",
    [
        ("clinic-diabetes-02", {"E11.42", "N18.31", "E78.5"}),
        ("colonoscopy-04", {"45385", "D12.5"}),
        ("discharge-06", {"J13", "J96.01", "J44.1", "I48.0"}),
        ("ortho-letter-07", {"M17.12", "20610"}),
        ("psych-09", {"F33.1", "F10.20"}),
        ("op-lapchole-11", {"47562", "K80.10", "I10", "E11.9"}),
        ("wound-12", {"E11.621", "L97.412", "11042"}),
        ("prenatal-13", {"O24.410", "J2790"}),
        ("radiology-14", {"K57.32", "N20.0"}),
    ],
)
def test_codes_of_the_other_samples(
    results: dict[str, dict[str, list[dict[str, object]]]], note: str, codes: set[str]
) -> None:
    suggested = {s["code"] for s in results[note]["suggestions"]}
    assert codes <= suggested


@pytest.mark.parametrize(
    "note, prefixes",
    [
        ("clinic-diabetes-02", ("G47", "I21", "R07")),
        ("ed-ankle-03", ("S82", "S06", "M25.56")),
        ("discharge-06", ("I26",)),
        ("ortho-letter-07", ("27447", "E05")),
        ("portal-08", ("I63", "O", "R50")),
        ("psych-09", ("F31", "R45.851")),
        ("peds-10", ("J45", "R50")),
        ("op-lapchole-11", ("47563", "44950")),
        ("wound-12", ("M86", "L03")),
        ("radiology-14", ("I71", "K57.20")),
    ],
)
def test_what_the_other_samples_must_not_give(
    results: dict[str, dict[str, list[dict[str, object]]]], note: str, prefixes: tuple[str, ...]
) -> None:
    suggested = [str(s["code"]) for s in results[note]["suggestions"]]
    assert [code for code in suggested if code.startswith(prefixes)] == []


def test_eponyms_stay_and_people_go(results: dict[str, dict[str, list[dict[str, object]]]]) -> None:
    wound, letter = str(results["wound-12"]["text"]), str(results["ortho-letter-07"]["text"])
    assert "Foley catheter not in use" in wound
    assert "Mr. Foley" not in wound
    assert "Graves disease" in letter
    assert "Dr. Graves" not in letter
    assert "McMurray's and Lachman's" in letter
