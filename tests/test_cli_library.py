"""The commands on imported files, as a stranger runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.officials import OFFICIALS
from tests.test_cli import noteproc


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("official")
    for name, official in OFFICIALS.items():
        (folder / name).write_bytes(official.data)
    (folder / "later.csv").write_bytes(OFFICIALS["mue.csv"].data.replace(b"0201T,1,", b"0201T,2,"))
    return folder


def test_a_library_from_import_to_removal(files: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = noteproc("codesets", *arguments, cwd=files, NOTEPROC_DATA=str(tmp_path / "data"))
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "nothing is imported" in run("verify")
    reports = json.loads(run("import", "mue.csv", "ccipra-v322r0-f1.txt", "--json"))
    assert [r["releases"][0]["family"] for r in reports] == ["mue", "ptp"]
    assert "present" in run("import", "mue.csv")
    run("import", "later.csv", "--from", "2026-10-01", "--release", "autumn")
    assert "autumn" in run("list")
    rows = [row for row in json.loads(run("list", "--json")) if "family" in row]
    assert [(row["family"], row["effective_from"]) for row in rows] == [
        ("mue", ""),
        ("ptp", "2026-07-01"),
        ("mue", "2026-10-01"),
    ]
    assert "3 mue (practitioner) autumn: ok" in run("verify")
    assert "units: '1' to '2'" in run("diff", "1", "3")
    assert json.loads(run("diff", "mue.csv", "later.csv", "--json"))[0]["changes"][0]["code"] == "0201T"
    loaded = {row["family"] for row in json.loads(run("families", "--json")) if row["loaded"]}
    assert loaded == {"mue", "ptp"}
    assert "removed 3 mue" in run("remove", "mue", "--release", "autumn")
    assert "removed 2 ptp" in run("remove", "2")
    assert run("verify").count("ok") == 1


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["import", "nowhere.csv"], 1, "nowhere.csv: does not exist"),
        (["import", "LONGULT.txt"], 1, "--licence ama-cpt"),
        (["import", "LONGULT.txt", "--licence", "mine"], 2, "known: ama-cpt"),
        (["import", "mue.csv", "--from", "July"], 2, "YYYY-MM-DD"),
        (["remove", "muee"], 2, "mue, ptp"),
        (["remove", "mue"], 2, "no such release"),
        (["diff", "1", "2"], 2, "no release 1"),
        (["diff", "1", "mue.csv"], 2, "two files"),
        (["diff", "mue.csv", "rbcs.csv"], 2, "no family in common"),
    ],
)
def test_a_mistake_is_told(files: Path, tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    done = noteproc("codesets", *arguments, cwd=files, NOTEPROC_DATA=str(tmp_path / "data"))
    assert done.returncode == code
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_cpt_words_stand_under_their_copyright_line(files: Path, tmp_path: Path) -> None:
    place = {"NOTEPROC_DATA": str(tmp_path / "data")}
    done = noteproc("codesets", "import", "LONGULT.txt", "--licence", "ama-cpt", cwd=files, **place)
    assert done.returncode == 0, done.stderr
    assert "Words with copyright 2026 of the American Medical Association" in done.stdout
    found = noteproc("lookup", "one our words", "--system", "CPT", cwd=files, **place)
    assert "00001" in found.stdout
    assert "Words with copyright 2026 of the American Medical Association" in found.stdout
