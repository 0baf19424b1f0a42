"""Atomic writes, ids, the journal, tables and the report."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.errors import ConfigError, ReadError
from noteproc.files.atomic import atomic_text, write_text
from noteproc.files.journal import Entry, Journal
from noteproc.files.manifest import read_manifest, write_manifest
from noteproc.files.names import UniqueIds, clean_id
from noteproc.files.report import write_report
from noteproc.files.tables import SUGGESTION_COLUMNS, SuggestionTable, defuse

RESULT: dict[str, object] = {
    "schema_version": 1,
    "note_id": "n",
    "setting": "outpatient",
    "text": "has </script><b>x</b> hypertension",
    "phi": [],
    "suggestions": [
        {
            "rank": 1,
            "system": "ICD-10-CM",
            "version": "2026-04",
            "code": "I10",
            "display": "=cmd()",
            "kind": "diagnosis",
            "score": 0.9,
            "units": 1,
            "modifiers": ["LT"],
            "evidence": [{"start": 22, "end": 34, "section": "assessment", "role": "main"}],
            "alternatives": [{"system": "ICD-10-CM", "code": "I15.9", "why": "secondary"}],
            "missing": ["cause"],
            "findings": [{"level": "warning", "rule": "r", "message": "m", "source": "s"}],
        }
    ],
    "not_coded": [],
}


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError), atomic_text(path) as file:
        file.writelines(["half of the new", "\ud800 cannot be written"])
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["f.txt"]


def test_private_files_are_private_from_the_start(tmp_path: Path) -> None:
    write_text(tmp_path / "k", "x", mode=0o600)
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "label, clean",
    [
        ("a/b-1", "a/b-1"),
        ("../../etc/passwd", "etc/passwd"),
        ("a\\..\\b", "a/b"),
        ("x\ny\0z", "x_y_z"),
        ("...", "note"),
        ("", "note"),
        ("q" * 300, "q" * 120),
    ],
)
def test_ids_are_safe_paths(label: str, clean: str) -> None:
    assert clean_id(label) == clean


@given(st.lists(st.text(max_size=8), max_size=12))
def test_ids_are_unique_and_stay_below_the_folder(labels: list[str]) -> None:
    ids = UniqueIds()
    taken = [ids.take(label) for label in labels]
    assert len({t.casefold() for t in taken}) == len(taken)
    assert not any(part in ("", ".", "..") for t in taken for part in t.split("/"))


def test_ids_that_a_file_system_can_hold() -> None:
    assert len(clean_id("\u6f22" * 300).encode()) < 240
    assert len(clean_id("a/" * 5000)) <= 1000
    # "a" is written as a.txt, which can be no folder beside that.
    assert clean_id("a.TXT/b.txt") == "a_txt/b.txt"


def test_a_second_process_may_not_write_to_the_same_run(tmp_path: Path) -> None:
    with journal(tmp_path):
        code = "import pathlib, sys; from noteproc.files.journal import Journal\n"
        code += f"Journal.refuse_second(pathlib.Path({str(tmp_path)!r}))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert "another run is writing" in done.stderr
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0


def journal(out: Path, *, resume: bool = False, terms: str = "t") -> Journal:
    return Journal(out, {"results": out / ".run" / "results.jsonl"}, {"terms": terms}, resume=resume)


def test_a_journal_cuts_back_to_the_last_whole_record(tmp_path: Path) -> None:
    with journal(tmp_path) as first:
        first.append(Entry("a", "done", "1"), {"results": "line a\n"})
        first.append(Entry("b", "done", "2"), {"results": "line b\n"})
    log, results = tmp_path / ".run" / "journal.jsonl", tmp_path / ".run" / "results.jsonl"
    log.write_bytes(log.read_bytes()[:-9])  # the crash came while b's record was being written
    results.write_bytes(results.read_bytes() + b"line c, half")
    assert Journal.unfinished(tmp_path)
    with journal(tmp_path, resume=True) as second:
        assert [e.note_id for e in second.entries()] == ["a"]
        second.append(Entry("b", "done", "2"), {"results": "line b\n"})
        write_manifest(tmp_path / ".run" / "manifest.json", {"schema_version": 1}, map(asdict, second.entries()))
        second.finish({"results": tmp_path / "results.jsonl"}, tmp_path / "manifest.json")
    assert (tmp_path / "results.jsonl").read_text(encoding="utf-8") == "line a\nline b\n"
    assert not Journal.unfinished(tmp_path)
    told, outcomes = read_manifest(tmp_path)
    assert told == {"schema_version": 1}
    assert [outcome["note_id"] for outcome in outcomes] == ["a", "b"]


def test_a_manifest_that_is_cut_off_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no finished run"):
        read_manifest(tmp_path)
    path = tmp_path / "manifest.json"
    write_manifest(path, {"schema_version": 1}, [{"note_id": "a"}, {"note_id": "b"}])
    whole = path.read_text(encoding="utf-8")
    assert json.loads(whole) == {"schema_version": 1, "notes": [{"note_id": "a"}, {"note_id": "b"}]}
    for length in range(len(whole) - 4):
        path.write_text(whole[:length], encoding="utf-8")
        with pytest.raises(ReadError):
            list(read_manifest(tmp_path)[1])


def test_a_run_on_other_terms_is_not_taken_up(tmp_path: Path) -> None:
    with journal(tmp_path) as first:
        first.append(Entry("a", "done", "1"), {"results": "line a\n"})
    with pytest.raises(ConfigError, match="other options"):
        journal(tmp_path, resume=True, terms="others")


@pytest.mark.parametrize(
    "cell, safe", [("=1+1", "'=1+1"), ("@x", "'@x"), ("-x", "'-x"), (-1, "-1"), (None, ""), ("a=b", "a=b")]
)
def test_cells_that_would_run_are_defused(cell: object, safe: str) -> None:
    assert defuse(cell) == safe


def test_the_table_has_one_row_a_suggestion() -> None:
    file = io.StringIO()
    SuggestionTable(file).add(RESULT)
    header, row = csv.reader(io.StringIO(file.getvalue()))
    assert tuple(header) == SUGGESTION_COLUMNS
    named = dict(zip(header, row, strict=True))
    assert named["evidence"] == "hypertension"
    assert named["display"] == "'=cmd()"
    assert named["alternatives"] == "I15.9: secondary"


def test_the_report_is_one_page_that_no_note_can_break_out_of(tmp_path: Path) -> None:
    write_report(tmp_path / "r.html", [RESULT], 7)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "</script><b>" not in page
    assert re.findall(r'(?:src|href)="[^"]*"', page) == []
    data = page.split('id="data">')[1].split("</script>")[0]
    assert json.loads(data)["results"][0]["text"] == RESULT["text"]
    assert json.loads(data)["total"] == 7
