"""The commands show, check and ask, as a stranger runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.officials import OFFICIALS
from tests.test_cli import noteproc


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A data folder with some files imported."""
    folder = tmp_path_factory.mktemp("files")
    names = ("PPRRVU2026_Jul.csv", "ccipra-v322r0-f1.txt", "article_x_hcpc_code.csv", "article_x_icd10_covered.csv")
    for name in names:
        (folder / name).write_bytes(OFFICIALS[name].data)
    home = tmp_path_factory.mktemp("home")
    done = noteproc("codesets", "import", str(folder), NOTEPROC_DATA=str(home))
    assert done.returncode == 0, done.stderr
    return str(home)


def test_show_prints_statements_sources_and_what_is_missing() -> None:
    done = noteproc("show", "0201T")
    assert done.returncode == 0, done.stderr
    assert "both sides 2: Already a two-sided service" in done.stdout
    assert "starter facts/procedures.tsv line" in done.stdout
    assert "not loaded; import PPRRVU" in done.stdout


def test_show_reads_the_imported_file(data: str) -> None:
    done = noteproc("show", "0201T", "--json", NOTEPROC_DATA=data)
    page = json.loads(done.stdout)
    indicators = next(s for s in page["sections"] if s["name"] == "indicators")
    assert all("PPRRVU2026_Jul.csv line" in s["source"] for s in indicators["statements"])


def test_show_writes_a_page(tmp_path: Path) -> None:
    done = noteproc("show", "M80.08XA", "--html", "page.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "M80.08XA" in html
    assert "<script" not in html


def test_check_exits_1_on_an_error_and_0_without(data: str) -> None:
    wrong = noteproc("check", "0201T", "22511", "--json", NOTEPROC_DATA=data)
    assert wrong.returncode == 1
    found = json.loads(wrong.stdout)
    assert {(f["code"], f["rule"]) for f in found["findings"]} == {("22511", "Edit"), ("22511", "Included")}
    assert {f["level"] for f in found["findings"]} == {"error"}
    assert "unit limits (only those of the starter)" in " ".join(found["not_checked"])
    right = noteproc("check", "0201T", "M80.08XA", "--dos", "2026-05-04", "--setting", "outpatient", NOTEPROC_DATA=data)
    assert right.returncode == 0, right.stdout
    assert "error" not in right.stdout
    opened = noteproc("check", "43239", "45385-59", "--units", "45385=1", NOTEPROC_DATA=data)
    assert opened.returncode == 0, opened.stdout


def test_check_says_what_the_date_changes() -> None:
    done = noteproc("check", "0201T", "--dos", "2009-01-01", "--json")
    assert done.returncode == 1
    assert "EffectiveDates" in [f["rule"] for f in json.loads(done.stdout)["findings"]]


def test_ask_answers_with_sources_and_exits_1_without_an_answer(data: str) -> None:
    done = noteproc("ask", "is M80.08XA covered for 0201T?", NOTEPROC_DATA=data)
    assert done.returncode == 0, done.stderr
    assert "Yes: M80.08XA" in done.stdout
    assert "article_x_icd10_covered.csv line" in done.stdout
    done = noteproc("ask", "is M80.08XA covered for 0201T?")
    assert done.returncode == 1
    assert done.stdout.startswith("not in the loaded data\n")
    assert "article_x_icd10_covered" in done.stdout


def test_ask_without_a_question_is_a_conversation() -> None:
    talk = "What is the global period of 22511?\nand 27447?\nnew\nand 27447?\nquit\nnever read\n"
    done = noteproc("ask", "--json", stdin=talk)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["kind"] for a in answers] == ["field", "field", "describe"]
    assert "090" in answers[1]["sentences"][0]["text"]


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (["show", "0201T", "--system", "SNOMED"], "--system must be one of", 2),
        (["show", "0201T", "--dos", "2026-13-01"], "--dos must be a date", 2),
        (["show", "ZZZ99"], "not in the loaded data", 1),
        (["check", "0201T", "--sex", "f"], "female or male", 2),
        (["check", "0201T", "--setting", "ward"], "outpatient or inpatient", 2),
        (["check", "0201T", "--units", "0201T"], "CODE=NUMBER", 2),
        (["check"], "Missing argument", 2),
        (["ask", "what is 0201T", "--dos", "today"], "--dos must be a date", 2),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], words: str, code: int) -> None:
    done = noteproc(*arguments)
    assert done.returncode == code
    assert words in " ".join((done.stdout + done.stderr).replace("│", " ").split())
