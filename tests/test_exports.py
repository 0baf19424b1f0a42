"""Other forms of the results: what others read is what the contract says."""

from __future__ import annotations

import base64
import csv
import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from fhir.resources.R4B.bundle import Bundle
from spacy.tokens import DocBin

import noteproc.exports.docbin as docbin
from noteproc.batch import RunOptions, run
from noteproc.config import Config
from noteproc.exports import EXPORT_KINDS, EXPORT_NAMES, write_export
from noteproc.exports.brat import standoff
from noteproc.verification import verify
from tests.runs import result, suggestion

TEXT = "Seen by [CLINICIAN_NAME_1]\nfor =essential\nhypertension; vertebroplasty. No angina.\n"
PHI = {
    "start": 8,
    "end": 15,
    "entity_type": "CLINICIAN_NAME",
    "score": 0.9,
    "recognizer": "NameRecognizer",
    "replacement": "[CLINICIAN_NAME_1]",
    "redacted_start": 8,
    "redacted_end": 26,
}
LEFT = {
    "system": "ICD-10-CM",
    "code": "I20.9",
    "display": "Angina pectoris, unspecified",
    "start": TEXT.index("angina"),
    "end": TEXT.index("angina") + 6,
    "source_start": 0,
    "source_end": 6,
    "term": "angina",
    "section": "hpi",
    "reason": "absent",
}
RESULT: dict[str, Any] = result(
    "ward/n1",
    TEXT,
    suggestion(TEXT, "I10", "Essential (primary) hypertension", 0.9, ["=essential\nhypertension"]),
    suggestion(TEXT, "22511", "spine words", 0.8, ["vertebroplasty"], "CPT", units=2, modifiers=["59"]),
    phi=[PHI],
    not_coded=[LEFT],
)


def test_fhir_is_valid_and_points_at_the_words(tmp_path: Path) -> None:
    (path,) = write_export("fhir", tmp_path, iter([RESULT, result("n2", "Nothing.")]))
    first, second = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    for bundle in (first, second):
        Bundle.model_validate(bundle)
    resources = {r["resourceType"]: r for r in (e["resource"] for e in first["entry"])}
    assert set(resources) == {"Patient", "DocumentReference", "Condition", "Procedure", "Provenance"}
    condition, procedure = resources["Condition"], resources["Procedure"]
    assert condition["verificationStatus"]["coding"][0]["code"] == "unconfirmed"
    assert condition["code"]["coding"][0]["code"] == "I10"
    assert procedure["code"]["coding"][0]["system"] == "http://www.ama-assn.org/go/cpt"
    assert procedure["note"][0]["text"] == "procedure, suggested; units: 2; modifiers: 59"
    text = base64.b64decode(resources["DocumentReference"]["content"][0]["attachment"]["data"]).decode()
    assert text == TEXT
    derived = {part["url"]: part for part in condition["extension"][1]["extension"]}
    start = derived["offset"]["valueInteger"]
    assert text[start : start + derived["length"]["valueInteger"]] == "=essential\nhypertension"
    named = {e["fullUrl"] for e in first["entry"]}
    assert derived["reference"]["valueReference"]["reference"] in named
    assert {t["reference"] for t in resources["Provenance"]["target"]} < named
    assert not named & {e["fullUrl"] for e in second["entry"]}


def test_omop(tmp_path: Path) -> None:
    (path,) = write_export("omop", tmp_path, iter([RESULT]))
    rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    assert [(r["note_nlp_id"], r["term_exists"], r["note_source_value"]) for r in rows] == [
        ("1", "Y", "ward/n1"),
        ("2", "Y", "ward/n1"),
        ("3", "N", "ward/n1"),
    ]
    assert rows[0]["lexical_variant"] == "'=essential hypertension"
    assert int(rows[0]["offset"]) == TEXT.index("=essential")
    assert "code=I10;system=ICD-10-CM" in rows[0]["term_modifiers"]
    assert "reason=absent" in rows[2]["term_modifiers"]


def test_brat_gives_pieces_where_words_cross_a_line() -> None:
    assert standoff(RESULT) == (
        "T1\tCLINICIAN_NAME 8 26\t[CLINICIAN_NAME_1]\n"
        "T2\tDiagnosis 31 41;42 54\t=essential hypertension\n"
        "N1\tReference T2 ICD-10-CM:I10\tEssential (primary) hypertension\n"
        "A1\tAssertion T2 present\n"
        "T3\tProcedure 56 70\tvertebroplasty\n"
        "N2\tReference T3 CPT:22511\tspine words\n"
        "A2\tAssertion T3 present\n"
    )


def test_docbin_is_read_by_spacy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin, "_NOTES_A_FILE", 1)
    first, second = write_export("docbin", tmp_path, iter([RESULT, result("n2", "Nothing.")]))
    nlp = spacy.blank("en")
    (doc,) = DocBin().from_bytes(first.read_bytes()).get_docs(nlp.vocab)
    assert doc.text == TEXT
    assert [(s.text, s.label_) for s in doc.spans["phi"]] == [("[CLINICIAN_NAME_1]", "CLINICIAN_NAME")]
    assert [s.label_ for s in doc.spans["codes"]] == ["I10", "22511"]
    (bare,) = DocBin(store_user_data=True).from_bytes(second.read_bytes()).get_docs(nlp.vocab)
    assert bare.user_data["note_id"] == "n2"


def test_comprehend(tmp_path: Path) -> None:
    (path,) = write_export("comprehend", tmp_path, iter([RESULT]))
    (line,) = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    (phi,) = line["DetectPHI"]["Entities"]
    assert (phi["Text"], phi["Type"]) == ("[CLINICIAN_NAME_1]", "NAME")
    found = line["InferICD10CM"]["Entities"]
    assert [(e["Text"], e["ICD10CMConcepts"][0]["Code"], [t["Name"] for t in e["Traits"]]) for e in found] == [
        ("=essential\nhypertension", "I10", []),
        ("angina", "I20.9", ["NEGATION"]),
    ]


def test_a_run_writes_them_and_proves_them(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Zebediah Quartermain has essential hypertension.", encoding="utf-8")
    inputs = (str(tmp_path / "in"),)
    for out in ("one", "two"):
        summary = run(RunOptions(inputs, tmp_path / out, Config(), exports=EXPORT_KINDS))
        assert set(EXPORT_NAMES.values()) < set(summary.files)
        assert verify(tmp_path / out, inputs) == ()
    for path in (tmp_path / "one").rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            data = path.read_bytes()
            assert data == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
            assert b"uartermain" not in data
    (tmp_path / "one" / "fhir.ndjson").write_text("{}", encoding="utf-8")
    assert verify(tmp_path / "one") == ("fhir.ndjson was changed after the run",)
    run(RunOptions(inputs, tmp_path / "one", Config(), force=True))
    assert not [name for name in EXPORT_NAMES.values() if (tmp_path / "one" / name).exists()]
