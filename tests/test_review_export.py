"""What leaves the workbench: exports, figures, queries, originals."""

from __future__ import annotations

import base64
import csv
import io
import json
import stat
import sys
from pathlib import Path

import pytest

from noteproc.cli import main
from noteproc.codesets.housewords import propose
from noteproc.errors import ConfigError, ReadError
from noteproc.redaction.keys import new_key, write_key
from noteproc.redaction.vault import Vault
from noteproc.review.desk import Desk
from noteproc.review.export import exported
from noteproc.review.originals import Originals
from noteproc.review.queries import words_of_money
from noteproc.review.results import Results
from noteproc.review.statistics import statistics
from tests.runs import ANKLE, HEART, result, suggestion, usual_results, write_run
from tests.test_review_decisions import I10, SPRAIN, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = open_desk(write_run(tmp_path / "out", usual_results()))
    desk.decide(0, 0, "accept", I10, 20)
    desk.decide(0, 1, "replace", {**SPRAIN, "by": {"system": "ICD-10-CM", "code": "S93.402A"}}, 10)
    start = ANKLE.index("Quillon")
    desk.decide(0, 2, "mask", {"start": start, "end": start + 7, "entity_type": "CLINICIAN_NAME"})
    desk.decide(0, 3, "expose", {"phi": 0})
    desk.decide(0, 4, "comment", {**I10, "text": "=2+2 said quillon"})
    at = HEART.index("=SUM")
    desk.decide(1, 0, "add", {"system": "ICD-10-CM", "code": "R52", "evidence": [[at, at + 8]]})
    desk.decide(1, 1, "accept", {"system": "CPT", "code": "93000"})
    desk.decide(1, 2, "modifiers", {"system": "CPT", "code": "93000", "modifiers": ["26"]})
    return desk


def text_of(desk: Desk, form: str, reading: str = "") -> str:
    return "".join(exported(desk.results, desk.log, form, reading=reading))


def test_the_table_has_every_code_with_its_verdict_and_no_formula(desk: Desk) -> None:
    rows = list(csv.DictReader(io.StringIO(text_of(desk, "csv"))))
    told = [(r["note_id"], r["code"], r["verdict"], r["origin"], r["replaced_by"]) for r in rows]
    assert told[:3] == [
        ("ankle", "S93.402A", "accepted", "person", ""),
        ("ankle", "I10", "accepted", "engine", ""),
        ("ankle", "S93.401A", "rejected", "engine", "S93.402A"),
    ]
    assert rows[1]["comments"] == "'=2+2 said ███████"
    assert next(r for r in rows if r["code"] == "R52")["evidence"].startswith("'=SUM")
    assert {r["note_id"] for r in rows} == {"ankle", "heart"}


def test_json_lines_hold_everything_and_no_missed_identifier(desk: Desk) -> None:
    text = text_of(desk, "jsonl")
    ankle, heart = map(json.loads, text.splitlines())
    assert "uillon" not in text
    assert (ankle["status"], heart["status"]) == ("done", "started")
    assert [c["correction"] for c in ankle["phi_corrections"]] == ["missed", "not_phi"]
    assert heart["codes"][0]["modifiers"] or heart["codes"][1]["modifiers"] == ["26"]


def test_corrections_of_redaction_are_offsets_in_both_texts_and_no_words(desk: Desk) -> None:
    missed, wrong = map(json.loads, text_of(desk, "phi").splitlines())
    assert (missed["redacted_start"], missed["redacted_end"]) == (ANKLE.index("Quillon"), ANKLE.index("Quillon") + 7)
    assert missed["start"] == missed["redacted_start"] - 4
    assert (wrong["start"], wrong["end"], wrong["entity_type"]) == (0, 10, "DATE")
    assert "Quillon" not in text_of(desk, "phi")


def test_what_is_learned_is_read_by_the_dictionaries(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "learn.jsonl"
    path.write_text(text_of(desk, "learn"), encoding="utf-8")
    assert ("I10", "essential hypertension") in propose(path, 1).phrases


def test_the_bundle_holds_what_was_accepted_with_its_words_and_who_decided(desk: Desk) -> None:
    bundle = json.loads(text_of(desk, "fhir"))
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    resources = [entry["resource"] for entry in bundle["entry"]]
    known = {f"{r['resourceType']}/{r['id']}" for r in resources}
    assert len(known) == len(resources)
    conditions = {r["code"]["coding"][0]["code"]: r for r in resources if r["resourceType"] == "Condition"}
    assert conditions.keys() == {"S93.402A", "I10", "R52"}
    i10 = conditions["I10"]
    assert i10["code"]["coding"][0]["system"] == "http://hl7.org/fhir/sid/icd-10-cm"
    assert i10["verificationStatus"]["coding"][0]["code"] == "confirmed"
    parts = {e["url"]: e for e in i10["extension"][0]["extension"]}
    document = next(
        r for r in resources if f"{r['resourceType']}/{r['id']}" == parts["reference"]["valueReference"]["reference"]
    )
    text = base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
    start = parts["offset"]["valueInteger"]
    assert text[start : start + parts["length"]["valueInteger"]] == "Essential hypertension"
    assert "uillon" not in text
    for provenance in (r for r in resources if r["resourceType"] == "Provenance"):
        assert {t["reference"] for t in provenance["target"]} <= known
        assert provenance["agent"][0]["who"] == {"display": "Ada"}
    charge = next(r for r in resources if r["resourceType"] == "ChargeItem")
    assert (charge["quantity"], charge["note"]) == ({"value": 1}, [{"text": "modifiers 26"}])


def test_figures_count_acceptance_time_agreement_and_calibration(desk: Desk, tmp_path: Path) -> None:
    other = open_desk(tmp_path / "out", "Grace", "Grace")
    other.decide(0, 0, "accept", I10)
    other.decide(0, 1, "accept", SPRAIN)
    told = statistics(desk.results, desk.log)
    assert told["suggestions"] == {"decided": 5, "accepted": 4, "added": 2, "acceptance": 0.8, "found": 0.667}
    systems = {row["name"]: row["acceptance"] for row in told["by_system"]}
    assert systems == {"ICD-10-CM": 0.75, "CPT": 1.0}
    assert told["seconds_a_note"] == {"notes": 2, "median": 15.0, "mean": 15.0}
    (pair,) = told["agreement"]
    assert (pair["reviewers"], pair["codes"], pair["agreement"]) == (["Ada", "Grace"], 2, 0.5)
    bins = {row["from"]: (row["decided"], row["accepted_share"]) for row in told["calibration"]["bins"]}
    assert bins == {0.5: (1, 1.0), 0.9: (4, 0.75)}
    assert told["calibration"]["brier"] == round((0.45**2 + 2 * 0.1**2 + 0.05**2 + 0.95**2) / 5, 3)
    other.close()


def test_an_independent_reading_is_exported_by_its_name(desk: Desk, tmp_path: Path) -> None:
    other = open_desk(tmp_path / "out", "Grace", "Grace")
    other.decide(0, 0, "reject", {**I10, "reason": "history"})
    assert "rejected" in text_of(desk, "csv", "Grace")
    assert text_of(desk, "csv", "Grace").count("\n") == 3
    other.close()


def test_the_command_line_exports_and_counts(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["noteproc", "review", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    desk.close()
    out = str(tmp_path / "out")
    assert said("export", out)[1].startswith("note_id,")
    written = tmp_path / "d.json"
    assert said("export", out, "--to", "fhir", "-o", str(written))[0] == 0
    assert json.loads(written.read_text(encoding="utf-8"))["resourceType"] == "Bundle"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert json.loads(said("stats", out, "--json")[1])["suggestions"]["decided"] == 3
    assert "3 decided, 2 accepted (67%); 2 added" in said("stats", out)[1]
    for arguments in (["export", out, "--to", "xml"], ["stats", str(tmp_path)], [str(tmp_path), "--no-open"]):
        code, _, wrong = said(*arguments)
        assert (code, wrong.count("\n")) == (2, 1)


def test_a_query_quotes_the_note_leads_nowhere_and_offers_other_and_unable(desk: Desk) -> None:
    draft = desk.draft(0, ("ICD-10-CM", "S93.401A"))
    assert '"Sprain of the right ankle' in draft
    assert "other:" in draft
    assert "unable to determine" in draft
    assert "S93" not in draft
    assert "Quillon" not in draft
    assert words_of_money(draft) == ()


@pytest.mark.parametrize(
    "text, found",
    [
        ("This raises the DRG.", ("drg",)),
        ("for reimbursement or billing", ("reimbursement", "billing")),
        ('The note says "5 cc of lidocaine, unpaid bill"', ()),
        ("Please document the stage. Mr. Billings agrees.", ()),
    ],
)
def test_words_of_payment_are_found_outside_quotes(text: str, found: tuple[str, ...]) -> None:
    assert words_of_money(text) == found


def originals_run(tmp_path: Path) -> tuple[Path, Path, str]:
    source = "03/04/2026 Seen 🩹. Hypertension."
    text = "[DATE_1: 2026] Seen 🩹. Hypertension."
    span = {**usual_results()[0]["phi"][0]}
    line = result(
        "clinic/a", text, suggestion(text, "I10", "Essential (primary) hypertension", 0.9, ["Hypertension"]), phi=[span]
    )
    notes = tmp_path / "notes" / "clinic"
    notes.mkdir(parents=True)
    (notes / "a.txt").write_text(source, encoding="utf-8")
    return write_run(tmp_path / "out", [line]), tmp_path / "notes", source


def test_the_original_is_shown_with_its_words_in_place_and_recorded(tmp_path: Path) -> None:
    out, notes, source = originals_run(tmp_path)
    desk = open_desk(out)
    desk.originals = Originals(notes, None, None, tmp_path / "out.crosswalk.csv")
    view = desk.original(0)
    evidence = view["codes"][0]["evidence"][0]
    assert (view["text"], view["original"]) == (source, True)
    assert source[evidence["start"] : evidence["end"]] == "Hypertension"
    assert source[view["phi"][0]["start"] : view["phi"][0]["end"]] == "03/04/2026"
    assert [(h["action"], h["who"]) for h in desk.history(0)] == [("original", "Ada")]
    assert desk.view(0)["revision"] == 0
    assert source.encode() not in desk.log.path.read_bytes()
    desk.close()


def test_originals_are_found_in_tables_under_ids_that_came_twice_and_by_the_crosswalk(tmp_path: Path) -> None:
    table = tmp_path / "notes.csv"
    table.write_text("note_id,text\n7,One.\n7,Two.\nJohn Doe,Three.\n", encoding="utf-8")
    lines = [result("notes/7", "One."), result("notes/7~2", "Two."), result("note-000003", "Three.")]
    (tmp_path / "out.crosswalk.csv").write_text('note-000003,"notes/John Doe"\n', encoding="utf-8")
    desk = open_desk(write_run(tmp_path / "out", lines))
    desk.originals = Originals(table, None, None, tmp_path / "out.crosswalk.csv")
    assert [desk.original(place)["text"] for place in range(3)] == ["One.", "Two.", "Three."]
    desk.close()


def test_an_original_that_was_changed_is_not_shown(tmp_path: Path) -> None:
    out, notes, _ = originals_run(tmp_path)
    (notes / "clinic" / "a.txt").write_text("03/04/2026 Seen by another. Hypertension.", encoding="utf-8")
    desk = open_desk(out)
    desk.originals = Originals(notes, None, None, tmp_path / "none.csv")
    with pytest.raises(ReadError, match="changed"):
        desk.original(0)
    assert desk.history(0) == []
    desk.close()


def test_the_key_of_the_vault_shows_originals_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    out, _, source = originals_run(tmp_path)
    vault, key = tmp_path / "v", tmp_path / "k"
    secret = new_key()
    write_key(key, secret)
    kept = Vault.create(vault, secret)
    kept.keep_note("clinic/a", Results.open(out).read(0).result["text"], [(0, 14, "03/04/2026")])
    kept.commit()
    kept.close()
    desk = open_desk(out)
    desk.originals = Originals(None, vault, key, tmp_path / "none.csv")
    assert desk.original(0)["text"] == source
    desk.close()
    write_key(tmp_path / "k2", new_key())
    with pytest.raises(ConfigError):
        Originals(None, vault, tmp_path / "k2", tmp_path / "none.csv")
