"""A directory with one of each format, good and broken: each input has its outcome, and nothing of the good is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.filemakers import HL7, PATIENT, bundle, document_reference, make_cda, make_docx, make_pdf, paragraph, section
from tests.test_cli import noteproc

WORDS = "Patient: Zebediah Quartermain. Essential hypertension, stable."


def write(folder: Path) -> dict[str, str]:
    """Write the files; gives note id to status."""
    files: dict[str, bytes] = {
        "cp1252.txt": f"{WORDS} T 37 °C".encode("cp1252"),
        "utf16.txt": WORDS.encode("utf-16"),
        "page.html": f"<p>{WORDS}</p>".encode(),
        "word.docx": make_docx(paragraph(WORDS)),
        "rich.rtf": b"{\\rtf1\\ansi " + WORDS.encode() + b"}",
        "layer.pdf": make_pdf([WORDS.replace(". ", ".\n")]),
        "document.xml": make_cda(section("Assessment", WORDS)),
        "message.hl7": HL7.encode(),
        "bundle.json": bundle(PATIENT, document_reference(WORDS, subject={"reference": "Patient/p1"})),
        "rows.csv": f'id,text,name\n1,"{WORDS}",Zebediah Quartermain\n2,,\n'.encode(),
        "lines.jsonl": (json.dumps({"id": "a", "text": WORDS}) + "\n{\n").encode(),
        "noname": HL7.encode(),
        "bad-empty.txt": b"",
        "bad-binary.txt": b"\0\1\2",
        "bad-word.docx": b"PK\x03\x04",
        "bad-rich.rtf": b"not rich",
        "bad-layer.pdf": make_pdf([""]),
        "bad-document.xml": make_cda("", doctype='<!DOCTYPE a [<!ENTITY b "c">]>'),
        "bad-message.hl7": b"MSH|\r",
        "bad-bundle.json": b'{"resourceType": "Bundle"',
        "bad-old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "bad-rows.parquet": b"PAR1",
        "picture.png": b"\x89PNG",
    }
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    pq.write_table(pa.table({"id": ["x"], "text": [WORDS]}), folder / "table.parquet")
    good = ("bundle/d1", "cp1252", "document", "layer", "lines/a", "message", "noname", "page", "rich", "rows/1")
    bad = ("binary", "bundle", "document", "empty", "layer", "message", "old", "rich", "rows", "word")
    return {
        **dict.fromkeys((*good, "table/x", "utf16", "word"), "done"),
        **dict.fromkeys((*(f"bad-{b}" for b in bad), "lines/000002", "rows/2"), "failed"),
    }


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("formats")
    expected = write(folder / "in")
    done = noteproc("run", "in", "-o", "out", "--json", cwd=folder)
    assert done.returncode == 1
    summary = json.loads(done.stdout)
    assert (summary["notes"], summary["failed"]) == (len(expected), 12)
    manifest = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {n["note_id"]: n["status"] for n in manifest["notes"]} == expected
    assert manifest["counts"]["files_of_unknown_kind"] == 1
    return folder / "out"


def test_every_good_one_is_redacted_and_coded(out: Path) -> None:
    results = [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(results) == 13
    for result in results:
        assert "I10" in [s["code"] for s in result["suggestions"]], result["note_id"]
        assert "uartermain" not in result["text"].lower()


def test_every_broken_one_says_why_in_one_line_and_quotes_nothing(out: Path) -> None:
    failed = [json.loads(line) for line in (out / "failed.jsonl").read_text(encoding="utf-8").splitlines()]
    reasons = {f["note_id"]: f["reason"] for f in failed}
    assert reasons["bad-empty"] == "the file is empty"
    assert reasons["bad-layer"] == "has no text layer: its only page is a picture; run text recognition (OCR) first"
    assert reasons["bad-document"] == "declares a document type, as entity bombs do: it is not read"
    assert reasons["bad-old"].startswith("is a Word file of before 2007")
    assert reasons["rows/2"] == "row 2: the text is empty"
    assert all("\n" not in r and len(r) < 120 for r in reasons.values())
