"""The decisions log and the state that follows from it."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from noteproc.errors import ConfigError
from noteproc.review.decisions import DecisionLog, StaleDecision
from noteproc.review.desk import Desk, Reviewer
from noteproc.review.results import Results
from noteproc.review.serving import open_log
from tests.runs import ANKLE, result, suggestion, usual_results, write_run

I10 = {"system": "ICD-10-CM", "code": "I10"}
SPRAIN = {"system": "ICD-10-CM", "code": "S93.401A"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write_run(tmp_path / "out", usual_results())


def open_desk(out: Path, name: str = "Ada", reading: str = "") -> Desk:
    return Desk(Results.open(out), open_log(out), Reviewer(name, reading))


@pytest.fixture
def desk(out: Path) -> Iterator[Desk]:
    made = open_desk(out)
    yield made
    made.close()


def verdicts(view: dict[str, object]) -> dict[str, str]:
    codes = view["codes"]
    assert isinstance(codes, list)
    return {c["code"]: c["verdict"] for c in codes}


def test_each_decision_changes_the_note_and_its_status(desk: Desk) -> None:
    view = desk.decide(0, 0, "accept", I10)
    assert (view["status"], verdicts(view)) == ("started", {"S93.401A": "undecided", "I10": "accepted"})
    view = desk.decide(0, 1, "reject", {**SPRAIN, "reason": "negated"})
    assert (view["status"], view["revision"]) == ("done", 2)
    assert next(c for c in view["codes"] if c["code"] == "S93.401A")["reason_words"] == "Negated, or ruled out"


def test_a_replacement_takes_the_place_and_the_words_of_the_old_code(desk: Desk) -> None:
    view = desk.decide(0, 0, "replace", {**SPRAIN, "by": {"system": "ICD-10-CM", "code": "s93.402a"}})
    codes = [(c["code"], c["verdict"], c["origin"]) for c in view["codes"]]
    assert codes == [
        ("S93.402A", "accepted", "person"),
        ("S93.401A", "rejected", "engine"),
        ("I10", "undecided", "engine"),
    ]
    new, old = view["codes"][:2]
    assert old["replaced_by"] == "S93.402A"
    assert [(e["start"], e["end"]) for e in new["evidence"]] == [(e["start"], e["end"]) for e in old["evidence"]]


def test_added_codes_units_modifiers_sequence_comments_and_queries_stand(desk: Desk) -> None:
    at = ANKLE.index("swelling")
    desk.decide(0, 0, "add", {"system": "ICD-10-CM", "code": "M79.89", "evidence": [[at, at + 8]]})
    desk.decide(0, 1, "accept", I10)
    desk.decide(0, 2, "units", {**I10, "units": 2})
    desk.decide(0, 3, "modifiers", {**I10, "modifiers": ["lt", "59"]})
    desk.decide(0, 4, "sequence", {"order": [["ICD-10-CM", "M79.89"], ["ICD-10-CM", "I10"]]})
    desk.decide(0, 5, "comment", {**I10, "text": " see line two "})
    view = desk.decide(0, 6, "query", {**SPRAIN, "text": "Please document the site."})
    assert view["status"] == "query"
    assert [c["code"] for c in view["codes"]] == ["M79.89", "I10", "S93.401A"]
    i10 = view["codes"][1]
    assert (i10["units"], i10["modifiers"], i10["comments"][0]["text"]) == (2, ["LT", "59"], "see line two")
    assert view["queries"][0]["code"] == "S93.401A"
    assert desk.decide(0, 7, "answered", {})["status"] == "started"


def test_missed_identifiers_are_hidden_everywhere_and_in_what_was_said_before(tmp_path: Path) -> None:
    text = "Seen by Quillon. 🩹 dr  QUILLON agreed; Quillonette did not. Hypertension."
    line = {**usual_results()[2], "text": text}
    desk = open_desk(write_run(tmp_path / "out", [line]))
    desk.decide(0, 0, "comment", {"text": "quillon says so"})
    start = text.index("Quillon")
    view = desk.decide(0, 1, "mask", {"start": start, "end": start + 7, "entity_type": "CLINICIAN_NAME"})
    assert view["text"] == "Seen by ███████. 🩹 dr  ███████ agreed; Quillonette did not. Hypertension."
    assert view["comments"][0]["text"] == "███████ says so"
    assert "uillon" not in json.dumps([d.data for d in desk.log.all()][1:])
    assert desk.undo() is not None
    assert desk.view(0)["text"] == text
    desk.close()


def test_what_was_redacted_wrongly_is_marked(desk: Desk) -> None:
    view = desk.decide(0, 0, "expose", {"phi": 0})
    assert view["phi"][0]["exposed"] == "Ada"


def test_undo_and_redo_go_all_the_way_across_notes(desk: Desk) -> None:
    desk.decide(0, 0, "accept", I10)
    desk.decide(1, 0, "accept", {"system": "ICD-10-CM", "code": "I48.91"})
    desk.decide(0, 1, "units", {**I10, "units": 3})
    undone = [desk.undo() for _ in range(4)]
    assert [(v["place"], v["told"]) for v in undone if v] == [
        (0, "units I10: 3"),
        (1, "accept I48.91"),
        (0, "accept I10"),
    ]
    assert undone[3] is None
    assert verdicts(desk.view(0))["I10"] == verdicts(desk.view(1))["I48.91"] == "undecided"
    again = [desk.redo() for _ in range(4)]
    assert [(v["place"], v["told"]) for v in again if v] == [
        (0, "accept I10"),
        (1, "accept I48.91"),
        (0, "units I10: 3"),
    ]
    assert again[3] is None
    assert desk.view(0)["codes"][1]["units"] == 3
    assert desk.undo() is not None
    desk.decide(0, desk.view(0)["revision"], "comment", {"text": "anew"})
    assert desk.redo() is None


def test_a_reviewer_undoes_his_own_decisions_only(out: Path, desk: Desk) -> None:
    desk.decide(0, 0, "accept", I10)
    other = open_desk(out, "Grace")
    assert other.undo() is None
    other.close()


def test_a_stale_decision_is_refused_and_changes_nothing(out: Path, desk: Desk) -> None:
    other = open_desk(out, "Grace")
    seen = other.view(0)["revision"]
    desk.decide(0, 0, "accept", I10)
    with pytest.raises(StaleDecision):
        other.decide(0, seen, "reject", {**I10, "reason": "negated"})
    view = other.view(0)
    assert (verdicts(view)["I10"], view["codes"][1]["who"]) == ("accepted", "Ada")
    other.close()


def test_independent_readings_do_not_see_each_other(out: Path, desk: Desk) -> None:
    desk.decide(0, 0, "accept", I10)
    alone = open_desk(out, "Grace", "Grace")
    assert verdicts(alone.view(0))["I10"] == "undecided"
    alone.decide(0, 0, "reject", {**I10, "reason": "history"})
    assert verdicts(desk.view(0))["I10"] == "accepted"
    alone.close()


def test_decisions_on_an_earlier_result_are_kept_and_do_not_count(out: Path, desk: Desk) -> None:
    desk.decide(0, 0, "accept", I10)
    desk.close()
    changed = usual_results()
    changed[0]["suggestions"][1]["score"] = 0.8
    write_run(out, changed)
    again = open_desk(out)
    view = again.view(0)
    assert (verdicts(view)["I10"], view["earlier"], view["status"]) == ("undecided", 1, "open")
    assert [h["earlier"] for h in again.history(0)] == [True]
    again.close()


def test_the_log_is_append_only_private_and_says_on_what_was_decided(out: Path, desk: Desk) -> None:
    desk.decide(0, 0, "accept", I10, seconds=12.5)
    path = desk.log.path
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    (decision,) = desk.log.all()
    assert (decision.who, decision.action, decision.seconds) == ("Ada", "accept", 12.5)
    assert decision.versions["result"]["codesets"]["ICD-10-CM"] == "2026-04-01"
    assert decision.versions["review"]["noteproc"]
    with sqlite3.connect(path) as db:
        for sql in ("UPDATE decisions SET who = 'x'", "DELETE FROM decisions", "UPDATE origins SET versions = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(sql)


KILLED = """
import os, sys
from pathlib import Path
from tests.test_review_decisions import I10, SPRAIN, open_desk
desk = open_desk(Path(sys.argv[1]))
desk.decide(0, 0, "accept", I10)
desk.log._db.execute("BEGIN IMMEDIATE")
desk.log._db.execute("PRAGMA cache_size = 1")
desk.log._db.execute("DROP TABLE standings")
print("half way", flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_server_killed_in_the_middle_of_writing_loses_nothing(out: Path) -> None:
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", KILLED, str(out)], capture_output=True, text=True, cwd=root)
    assert (done.returncode, done.stdout) == (-9, "half way\n"), done.stderr
    desk = open_desk(out)
    assert verdicts(desk.view(0))["I10"] == "accepted"
    assert desk.worklist.progress()["started"] == 1
    desk.decide(0, 1, "accept", SPRAIN)
    desk.close()


@pytest.mark.parametrize(
    "action, data",
    [
        ("approve", I10),
        ("accept", {"system": "ICD-10-CM", "code": "Z99.9"}),
        ("reject", I10),
        ("reject", {**I10, "reason": "because"}),
        ("replace", {**I10, "by": {"system": "ICD-10-CM", "code": "I10"}}),
        ("replace", {**I10, "by": {"system": "ICD-10-CM", "code": "S93.4"}}),
        ("replace", {**I10, "by": {"system": "ICD-10-CM", "code": "NOPE"}}),
        ("add", {"system": "ICD-10-CM", "code": "R52", "evidence": [[5, 5]]}),
        ("add", {"system": "ICD-10-CM", "code": "R52", "evidence": [[0, 5000]]}),
        ("units", {**I10, "units": 0}),
        ("units", {**I10, "units": True}),
        ("modifiers", {**I10, "modifiers": ["L"]}),
        ("modifiers", {**I10, "modifiers": ["LT", "LT"]}),
        ("sequence", {"order": [["ICD-10-CM", "R52"]]}),
        ("comment", {"text": "  "}),
        ("query", {"text": "This would raise the DRG payment."}),
        ("mask", {"start": 0, "end": 5, "entity_type": "THING"}),
        ("expose", {"phi": 1}),
    ],
)
def test_what_makes_no_sense_is_refused_and_not_written(desk: Desk, action: str, data: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        desk.decide(0, 0, action, data)
    assert list(desk.log.all()) == []


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "decisions.sqlite"
    path.write_bytes(b"something else" * 100)
    with pytest.raises(ConfigError, match="no decisions log"):
        DecisionLog(path)


def test_findings_follow_the_decisions(tmp_path: Path) -> None:
    text = "Type 1 diabetes. Type 2 diabetes."
    line = result(
        "n",
        text,
        suggestion(text, "E10.9", "Type 1 diabetes mellitus without complications", 0.9, ["Type 1 diabetes"]),
        suggestion(text, "E11.9", "Type 2 diabetes mellitus without complications", 0.9, ["Type 2 diabetes"]),
    )
    desk = open_desk(write_run(tmp_path / "out", [line]))
    assert any(f["rule"] == "Excludes1" and f["level"] == "error" for f in desk.view(0)["findings"])
    after = desk.decide(0, 0, "reject", {"system": "ICD-10-CM", "code": "E10.9", "reason": "history"})["findings"]
    assert not any(f["rule"] == "Excludes1" for f in after)
    desk.close()


@pytest.mark.parametrize(
    "text, levels",
    [
        ("A 34-year-old man. Pregnancy.", ["warning"]),
        ("A 34-year-old woman. Pregnancy.", []),
        ("Pregnancy.", []),
    ],
)
def test_findings_know_the_sex_that_the_redacted_text_tells(tmp_path: Path, text: str, levels: list[str]) -> None:
    line = result("n", text, suggestion(text, "Z33.1", "Pregnant state, incidental", 0.9, ["Pregnancy"]))
    desk = open_desk(write_run(tmp_path / "out", [line]))
    assert [f["level"] for f in desk.view(0)["findings"] if f["rule"] == "Sex"] == levels
    desk.close()
