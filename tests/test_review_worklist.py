"""The index over a run, and the worklist."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from noteproc.errors import ConfigError, ReadError
from noteproc.review.decisions import DecisionLog
from noteproc.review.results import Results, doubt_of
from noteproc.review.serving import open_log
from noteproc.review.worklist import Wish, Worklist
from tests.runs import result, usual_results, write_run
from tests.test_review_decisions import I10, SPRAIN, open_desk


def ids(worklist: Worklist, wish: Wish, first: int = 0, most: int = 50) -> list[str]:
    return [row["note_id"] for row in worklist.rows(wish, first, most)[1]]


def open_worklist(out: Path) -> tuple[Worklist, DecisionLog]:
    log = open_log(out)
    return Worklist(Results.open(out), log), log


def test_notes_are_read_from_their_place_whatever_bytes_lie_before(tmp_path: Path) -> None:
    lines = [result(f"n{k}", "é🩹" * k + "x") for k in range(5)]
    results = Results.open(write_run(tmp_path / "out", lines))
    assert [results.read(k).result["text"] for k in (4, 0, 2)] == [lines[k]["text"] for k in (4, 0, 2)]
    assert len(results) == 5
    assert results.place_of("n3") == 3
    assert results.place_of("n9") is None
    with pytest.raises(ReadError):
        results.read(5)


def test_the_index_is_private_holds_no_text_and_is_made_anew_for_a_new_run(tmp_path: Path) -> None:
    out = write_run(tmp_path / "out", usual_results())
    index = Results.open(out).index
    assert stat.S_IMODE(os.stat(index).st_mode) == 0o600
    assert b"Quillon" not in index.read_bytes()
    assert [p.name for p in index.parent.iterdir()] == ["index.sqlite"]
    made = index.stat().st_ino
    assert Results.open(out).index.stat().st_ino == made
    write_run(out, usual_results()[:1])
    assert len(Results.open(out)) == 1


def test_a_run_that_was_moved_or_copied_keeps_its_index(tmp_path: Path) -> None:
    Results.open(write_run(tmp_path / "out", usual_results()))
    moved = shutil.copytree(tmp_path / "out", tmp_path / "moved", copy_function=shutil.copyfile)
    copied = (moved / "review" / "index.sqlite").stat().st_ino
    assert Results.open(moved).index.stat().st_ino == copied


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    out = write_run(tmp_path / "out", usual_results())
    index = Results.open(out).index
    index.write_bytes(b"x" * 4096)
    assert len(Results.open(out)) == 3


def test_a_run_that_changes_under_review_is_noticed(tmp_path: Path) -> None:
    out = write_run(tmp_path / "out", usual_results())
    results = Results.open(out)
    write_run(out, list(reversed(usual_results())))
    with pytest.raises(ReadError, match="not those that were indexed"):
        results.read(0)


@pytest.mark.parametrize("line", ["{", "[]", '{"note_id": "n"}', "\n"])
def test_a_line_that_is_no_result_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    out = write_run(tmp_path / "out", usual_results())
    with (out / "results.jsonl").open("a", encoding="utf-8") as file:
        file.write(line)
    with pytest.raises(ReadError, match="line 4"):
        Results.open(out)
    assert list((out / "review").iterdir()) == []


def test_a_folder_without_a_run_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="noteproc run"):
        Results.open(tmp_path)


def test_doubt_is_the_number_of_wrong_calls_to_expect() -> None:
    assert doubt_of([{"score": 0.9}, {"score": 0.5}, {"score": 0.2}]) == 0.8
    assert doubt_of([]) == 0


def test_the_worklist_filters_searches_sorts_and_pages(tmp_path: Path) -> None:
    out = write_run(tmp_path / "out", usual_results())
    desk = open_desk(out)
    desk.decide(0, 0, "accept", I10)
    desk.decide(0, 1, "accept", SPRAIN)
    worklist = desk.worklist
    assert ids(worklist, Wish()) == ["heart", "ankle", "plain"]
    assert ids(worklist, Wish(order="place")) == ["ankle", "heart", "plain"]
    assert ids(worklist, Wish(order="recent"))[0] == "ankle"
    assert ids(worklist, Wish(status="done")) == ["ankle"]
    assert ids(worklist, Wish(status="todo")) == ["heart", "plain"]
    assert ids(worklist, Wish(search="ATRIAL i48")) == ["heart"]
    assert ids(worklist, Wish(search="100%_")) == []
    assert ids(worklist, Wish(), 1, 1) == ["ankle"]
    assert worklist.progress() == {"open": 2, "started": 0, "query": 0, "done": 1, "total": 3}
    with pytest.raises(ConfigError):
        Wish(order="note_id; DROP TABLE notes")
    desk.close()


def test_the_next_note_is_the_next_open_one_of_the_order(tmp_path: Path) -> None:
    out = write_run(tmp_path / "out", usual_results())
    desk = open_desk(out)
    assert desk.worklist.next_open(Wish(), None) == 1
    assert desk.worklist.next_open(Wish(), 1) == 0
    desk.decide(0, 0, "finish", {})
    assert desk.worklist.next_open(Wish(), 1) == 2
    assert desk.worklist.next_open(Wish(), 2) == 1
    desk.decide(2, 0, "finish", {})
    assert desk.worklist.next_open(Wish(), 1) is None
    desk.close()


def test_a_worklist_of_fifty_thousand_notes_reads_a_page_and_not_the_run(tmp_path: Path) -> None:
    lines = [result(f"note-{k:06d}", "x") for k in range(50_000)]
    out = write_run(tmp_path / "out", lines)
    worklist, log = open_worklist(out)
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    # SQLite's own count of work, in thousands of instructions: a bound that no slow machine moves.
    worklist._db.set_progress_handler(step, 1000)
    count, rows = worklist.rows(Wish(), 49_950, 100)
    assert (count, len(rows), rows[-1]["note_id"]) == (50_000, 50, "note-049999")
    assert worklist.progress()["total"] == 50_000
    assert 0 < steps < 6_000
    worklist.close()
    log.close()


def test_the_index_can_be_read_while_a_decision_is_written(tmp_path: Path) -> None:
    out = write_run(tmp_path / "out", usual_results())
    worklist, log = open_worklist(out)
    other = sqlite3.connect(log.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert ids(worklist, Wish()) == ["heart", "ankle", "plain"]
    other.execute("ROLLBACK")
    other.close()
    worklist.close()
    log.close()
