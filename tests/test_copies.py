"""Redacted copies in the format of the input: no identifier stays, and what is no identifier stays as it was."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st

from noteproc.batch import RunOptions, run
from noteproc.config import Config
from noteproc.exports import EXPORT_KINDS, copies
from noteproc.files.jsontext import JsonPath, parse_json, rewritten
from noteproc.files.kinds import Kind
from noteproc.redaction.keys import write_key
from noteproc.redaction.vault import Vault
from noteproc.verification import verify
from tests.filemakers import HL7, PATIENT, bundle, document_reference

WORDS = "Patient: Zebediah Quartermain. Seen 3/14/2025 by Dr. Priya Patel. Essential hypertension."
NAMES = re.compile(r"quartermain|zebediah|patel|priya|00448812|0172|oak street|19470211|1947-02-11|03820", re.I)


def copy(tmp_path: Path, name: str, data: bytes, *keep: str, **settings: object) -> tuple[bytes, Path]:
    """The redacted copy of one file, and the output folder."""
    (tmp_path / "in").mkdir(exist_ok=True, parents=True)
    (tmp_path / "in" / name).write_bytes(data)
    out = tmp_path / "out"
    run(RunOptions((str(tmp_path / "in"),), out, Config(**settings), exports=("copies",), keep_columns=keep))  # type: ignore[arg-type]
    assert verify(out, (str(tmp_path / "in"),)) == ()
    path = out / "copies" / name
    return path.read_bytes() if path.exists() else b"", out


def test_text_keeps_its_encoding(tmp_path: Path) -> None:
    for name, codec in (("a.txt", "utf-16"), ("b.txt", "cp1252"), ("c.txt", "utf-8-sig")):
        data, _ = copy(tmp_path / name, name, f"{WORDS} T 37 °C\r\nover".encode(codec))
        assert data.decode(codec).endswith("Essential hypertension. T 37 °C\r\nover")
        assert not NAMES.search(data.decode(codec))
        assert (data[:2] == b"\xff\xfe") == (codec == "utf-16")


CSV = (
    "note_id;Note Text;MRN;Name;visit;ward;kept;age\r\n"
    f'1;"{WORDS}\n""No pain""";00448812;Zebediah Quartermain;;4W;"x;y";94\r\n'
    "\r\n2;;00448812;;;;;\r\n"
    f"3;{WORDS};00448812;Zebediah Quartermain;;4W;z;61"
)


def test_a_table_keeps_its_shape(tmp_path: Path) -> None:
    data, out = copy(tmp_path, "t.csv", CSV.encode("cp1252"), "kept")
    text = data.decode()
    assert not NAMES.search(text)
    header, first, third = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert header == CSV.split("\r\n")[0].split(";")
    assert first[0] == "1"
    assert first[1].endswith('Essential hypertension.\n"No pain"')
    assert first[2:] == ["[MEDICAL_RECORD_NUMBER_1]", "[PATIENT_NAME_1]", "", "", "x;y", "90+"]
    assert third[2:] == ["[MEDICAL_RECORD_NUMBER_1]", "[PATIENT_NAME_1]", "", "", "z", "61"]
    for number, redacted in ((1, first[1]), (3, third[1])):
        assert (out / "redacted" / "t" / f"{number}.txt").read_bytes().decode() == redacted
    # Put back, the replaced cells give the file again: everything else stayed as it was.
    for new, old in (
        (first[1].replace('"', '""'), f'{WORDS}\n""No pain""'),
        (third[1], WORDS),
        ("[MEDICAL_RECORD_NUMBER_1]", "00448812"),
        ("[PATIENT_NAME_1]", "Zebediah Quartermain"),
        (';;"x;y";90+', ';4W;"x;y";94'),
        (";;z;61", ";4W;z;61"),
    ):
        assert new in text
        text = text.replace(new, old)
    assert text == CSV.replace("\r\n2;;00448812;;;;;\r\n", "")


def test_json_lines(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": WORDS, "mrn": 448812, "tags": ["Zebediah"], "n": 1.50},
        {"id": "b", "text": ""},
        {"id": "00448812", "text": WORDS + " MRN 00448812", "ward": None},
    ]
    lines = [json.dumps(row) for row in rows]
    lines[0] = lines[0].replace(": ", " :  ").replace("1.5", "1.50")
    data, _ = copy(tmp_path, "t.jsonl", ("\n".join(lines) + "\n").encode(), "n")
    assert not NAMES.search(data.decode())
    first, third = map(json.loads, data.decode().splitlines())
    assert list(first) == ["id", "text", "mrn", "tags", "n"]
    assert (first["id"], first["mrn"], first["tags"]) == ("a", "[MEDICAL_RECORD_NUMBER_1]", None)
    assert data.decode().splitlines()[0].endswith('"tags" :  null, "n" :  1.50}')
    assert third["id"] == "note-000003"


@pytest.mark.parametrize("kind", ["application/rtf", ""])
def test_a_document_in_an_attachment_becomes_text(tmp_path: Path, kind: str) -> None:
    rtf = base64.b64encode(rf"{{\rtf1 {WORDS}\par}}".encode()).decode()
    attachment = {"contentType": kind, "data": rtf, "size": 9} if kind else {"data": rtf}
    resource = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}]}
    data, out = copy(tmp_path, "d.json", json.dumps(resource).encode())
    (copied,) = [content["attachment"] for content in json.loads(data)["content"]]
    if not kind:  # nothing says what it is, so nothing could say what it has become
        assert copied == {}
        return
    assert copied["contentType"] == "text/plain; charset=utf-8"
    assert base64.b64decode(copied["data"]) == (out / "redacted" / "d.txt").read_bytes()
    assert not NAMES.search(base64.b64decode(copied["data"]).decode())
    assert "size" not in copied


def test_objects_in_json_lines(tmp_path: Path) -> None:
    row = {
        "id": 1,
        "note": {"text": WORDS, "author": "Priya Patel", "n": 2},
        "patient": {"name": "Zebediah Quartermain"},
        "people": {"Zebediah": {"age": 9}},
        "kept": {"a": {"b": 1}},
    }
    data, _ = copy(tmp_path, "t.jsonl", (json.dumps(row) + "\n").encode(), "kept")
    assert not NAMES.search(data.decode())
    new = json.loads(data)
    assert new["note"]["text"].endswith("Essential hypertension.")
    new["note"]["text"] = ""
    assert new == {
        "id": 1,
        "note": {"text": "", "author": None, "n": None},
        "patient": {"name": "[PATIENT_NAME_1]"},
        "people": None,
        "kept": {"a": {"b": 1}},
    }


def test_markup_in_cells_gives_way_to_its_text(tmp_path: Path) -> None:
    rows = f"{{\\rtf1 {WORDS[:40]}", f"{WORDS[40:]}\\par}}"
    table = "id,line,text\n" + "".join(f'1,{n},"{text}"\n' for n, text in enumerate(rows, 1))
    data, out = copy(tmp_path, "t.csv", table.encode())
    _, first, second = csv.reader(io.StringIO(data.decode(), newline=""))
    assert first == ["1", "1", (out / "redacted" / "t" / "1.txt").read_text(encoding="utf-8")]
    assert first[2].endswith("Essential hypertension.")
    assert second == ["1", "2", ""]


def test_parquet(tmp_path: Path) -> None:
    held = io.BytesIO()
    table = pa.table({"id": [1, 2], "text": [WORDS, " "], "mrn": [448812, 7], "ward": ["4W", "5W"], "n": [1.5, 2.5]})
    pq.write_table(table.replace_schema_metadata({"about": "Zebediah"}), held)
    data, out = copy(tmp_path, "t.parquet", held.getvalue(), "n")
    copied = pq.read_table(io.BytesIO(data))
    assert copied.schema.equals(table.schema)
    assert copied.schema.metadata is None
    text = (out / "redacted" / "t" / "1.txt").read_text(encoding="utf-8")
    assert copied.to_pylist() == [{"id": 1, "text": text, "mrn": None, "ward": None, "n": 1.5}]


def fields(message: str) -> dict[tuple[str, int], str]:
    return {(s.split("|")[0], n): f for s in message.split("\r") for n, f in enumerate(s.split("|"))}


def test_messages_without_result_give_no_copy(tmp_path: Path) -> None:
    scanned = HL7.split("OBX")[0].split("OBR")[0] + "OBX|1|ED|P||^IM^PNG^Base64^iVBORw0KGgo=\r"
    data, out = copy(tmp_path, "m.hl7", scanned.encode())
    assert data == b""
    assert not (out / "copies" / "m.hl7").exists()
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["counts"]["copies_withheld"] == 1


def test_hl7_changes_identifiers_and_nothing_else(tmp_path: Path) -> None:
    message = HL7 + "ZZZ|Quartermain\rDG1|1||I10^of Z. QUARTERMAIN^I10|Zebediah's pressure|20250314\r"
    data, _ = copy(tmp_path, "m.hl7", message.encode())
    text = data.decode()
    assert not NAMES.search(text)
    old, new = fields(message), fields(text)
    changed = {place: new[place] for place in new if new[place] != old[place]}
    assert changed == {
        ("MSH", 3): "[FACILITY_1]",
        ("MSH", 5): "[FACILITY_2]",
        ("MSH", 6): "2025",
        ("PID", 3): "[MEDICAL_RECORD_NUMBER_1]^^^^MR",
        ("PID", 5): "[PATIENT_NAME_1]",
        ("PID", 7): "1947",
        ("PID", 11): "[STREET_ADDRESS_1]^[STREET_ADDRESS_2]^[CITY_1]^NH^038",
        ("PID", 13): "[PHONE_NUMBER_1]",
        ("NK1", 2): "[OTHER_NAME_1]",
        ("PV1", 3): "4W^401^A",
        ("PV1", 7): "^[CLINICIAN_NAME_1]",
        ("PV1", 19): "[ACCOUNT_NUMBER_1]",
        ("OBR", 2): "[OTHER_ID_1]",
        ("OBR", 3): "[OTHER_ID_2]",
        ("OBR", 7): "2025",
        ("OBX", 5): new["OBX", 5],
        ("DG1", 3): "I10^[PATIENT_NAME_1]^I10",
        ("DG1", 4): new["DG1", 4],
        ("DG1", 5): "2025",
    }
    observations = [line.split("|")[5] for line in text.split("\r") if line.startswith("OBX")]
    assert observations == [
        "Mr. [PATIENT_NAME_1] has pneumonia\\.br\\of the right \\T\\ left lobe.",
        "Seen by Dr. [CLINICIAN_NAME_1]~on [DATE_1: 2025].",
        "12.3",
        "Call \\X4D\\rs. [PATIENT_NAME_1]",
    ]
    assert "ZZZ\r" in text


def test_a_batch_loses_the_message_that_failed_and_counts_so(tmp_path: Path) -> None:
    empty = HL7.split("OBR")[0]
    batch = f"FHS|^~\\&|A\rBHS|^~\\&|A\r\x0b{HL7}\x1c\r\x0b{empty}\x1c\r\x0b{HL7}\x1c\rBTS|3\rFTS|1\r"
    data, out = copy(tmp_path, "m.txt", batch.encode("utf-16"))
    text = data.decode("utf-16")
    assert text.count("MSH|") == 2
    assert text.startswith("FHS|^~\\&|A\rBHS|^~\\&|A\r\x0bMSH")
    assert text.endswith("\x1c\rBTS|2\rFTS|1\r")
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["counts"]["copies_withheld"] == 0


def test_fhir_changes_identifiers_and_nothing_else(tmp_path: Path) -> None:
    visit = {
        "resourceType": "Encounter",
        "id": "enc-00448812",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": "Patient/p1", "display": "Zebediah Quartermain"},
        "period": {"start": "2025-03-14T09:00:00Z"},
    }
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/enc-00448812"},
        "code": {"coding": [{"code": "I10", "display": "Pressure"}], "text": "pressure"},
        "severity": {"coding": [{"code": "24484000"}], "text": "Severe, says Zebediah"},
        "onsetString": "when Zebediah fell",
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Quartermain</div>'},
        "note": [{"text": "Zebediah said so"}],
        "extension": [{"url": "http://x.example/1", "valueString": "Quartermain"}],
        "meta": {"lastUpdated": "2025-03-14T09:00:00.000Z"},
    }
    relative = {
        "resourceType": "RelatedPerson",
        "id": "rel",
        "patient": {"reference": "Patient/p1"},
        "name": [{"text": "Zebediah Patel"}],
    }
    cover = {
        "resourceType": "Coverage",
        "id": "cov",
        "status": "active",
        "subscriberId": "00448812",
        "beneficiary": {"display": "Zebediah Quartermain"},
        "payor": [{"display": "Quartermain Insurance"}],
        "class": [{"type": {"coding": [{"code": "group"}]}, "value": "00448812"}],
    }
    html = f'<p class="a" title="Zebediah">{WORDS}</p><!-- Patel -->'
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        "code": {"text": "Report"},
        "subject": {"reference": "Patient/p1"},
        "presentedForm": [{"contentType": "text/html", "data": base64.b64encode(html.encode()).decode()}],
    }
    reference = document_reference(WORDS, subject={"reference": "Patient/p1"})
    content = reference["content"]
    assert isinstance(content, list)
    content.append({"attachment": {"contentType": "image/png", "title": "Zebediah.png", "data": "iVBORw0KGgo="}})
    old = bundle(PATIENT, visit, condition, reference, report, relative, cover)
    data, _ = copy(tmp_path, "b.json", old)
    text = data.decode()
    assert not NAMES.search(text)
    Bundle.model_validate(json.loads(text))
    patient, encounter, condition, document, report, relative, cover = (
        e["resource"] for e in json.loads(text)["entry"]
    )
    assert patient == {
        **PATIENT,
        "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "[MEDICAL_RECORD_NUMBER_1]"}],
        "name": [{"family": "[PATIENT_NAME_1]"}],
        "birthDate": "1947",
        "telecom": [
            {"system": "phone", "value": "[PHONE_NUMBER_1]"},
            {"system": "email", "value": "[EMAIL_ADDRESS_1]"},
        ],
        "address": [{"line": ["[STREET_ADDRESS_1]"], "city": "[CITY_1]", "state": "NH", "postalCode": "038"}],
    }
    assert encounter["period"] == {"start": "2025"}
    assert encounter["subject"] == {"reference": "Patient/p1", "display": "[PATIENT_NAME_1]"}
    assert condition["encounter"] == {"reference": f"Encounter/{encounter['id']}"}
    assert condition["meta"] == {"lastUpdated": "2025-01-01T00:00:00Z"}
    assert relative["name"] == [{"text": "[OTHER_NAME_1]"}]
    assert cover["class"] == [{"type": {"coding": [{"code": "group"}]}, "value": "[HEALTH_PLAN_ID_1]"}]
    assert condition["severity"] == {"coding": [{"code": "24484000"}]}
    assert report["code"] == {"text": "[TEXT WITHHELD]"}
    assert set(condition) == {"resourceType", "id", "subject", "encounter", "code", "severity", "meta"}
    shown = base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
    assert shown.startswith("Patient: [PATIENT_NAME_1]. Seen [DATE_1: 2025] by Dr. [CLINICIAN_NAME_1].")
    assert document["content"][1] == {"attachment": {"contentType": "image/png"}}
    page = base64.b64decode(report["presentedForm"][0]["data"]).decode()
    assert page.startswith('<p class="a">Patient: [PATIENT_NAME_1].')
    assert page.endswith("hypertension.</p>")
    # Every line of the pretty-printed file that holds nothing of a person is there, in order.
    kept = [line for line in text.split("\n") if line in old.decode().split("\n")]
    assert len(kept) > 60


def test_fhir_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps(PATIENT),
        json.dumps(document_reference(WORDS, id="a", subject={"reference": "Patient/p1"})),
        json.dumps({**document_reference("x", id="bad"), "content": []}),
        '{"not": "a resource", "of": "Zebediah"}',
        json.dumps(document_reference(WORDS, id="z")),
    ]
    data, _ = copy(tmp_path, "l.ndjson", ("\n".join(lines) + "\n").encode())
    assert not NAMES.search(data.decode())
    resources = [json.loads(line) for line in data.decode().splitlines()]
    assert [r["id"] for r in resources] == ["p1", "a", "z"]
    assert resources[0]["name"] == [{"family": "[PATIENT_NAME_1]"}]


def test_a_name_that_holds_a_person_is_a_number_and_the_pairing_lies_beside(tmp_path: Path) -> None:
    _, out = copy(tmp_path, "Quartermain_Zebediah.csv", f'id,text\n1,"{WORDS}"\n'.encode())
    assert [p.name for p in (out / "copies").iterdir()] == ["note-000001.csv"]
    crosswalk = (tmp_path / "out.crosswalk.csv").read_text(encoding="utf-8")
    assert 'note-000001.csv,"Quartermain_Zebediah.csv"\n' in crosswalk


def test_an_input_without_a_result_has_no_copy_and_is_counted(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("", encoding="utf-8")
    (tmp_path / "in" / "b.pdf").write_bytes(b"%PDF")
    data, out = copy(tmp_path, "c.txt", WORDS.encode())
    assert data
    assert [p.name for p in (out / "copies").iterdir()] == ["c.txt"]
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["counts"]["copies_withheld"] == 1


def test_surrogates_of_text_and_fields_agree(tmp_path: Path) -> None:
    key = bytes(range(32))
    write_key(tmp_path / "key", key)
    Vault.create(tmp_path / "vault", key).close()
    settings = {"policy": "expert", "vault": str(tmp_path / "vault"), "key_file": str(tmp_path / "key")}
    data, _ = copy(tmp_path, "m.hl7", HL7.encode(), **settings)
    text = data.decode()
    assert not NAMES.search(text)
    family, given = fields(text)["PID", 5].split("^")
    assert "[" not in family + given
    assert f"Mr. {family.capitalize()}" in text
    moved = re.search(r"on (\d+)/(\d+)/(\d{4})\.", text)
    assert moved
    assert fields(text)["OBR", 7] == f"{moved[3]}{int(moved[1]):02d}{int(moved[2]):02d}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_json_is_written_back_as_it_was(value: object, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert rewritten(text, parse_json(text), {}, set()) == text


@given(st.lists(st.integers(), max_size=6), st.sets(st.integers(0, 5)))
def test_what_is_taken_out_takes_one_comma_with_it(values: list[int], gone: set[int]) -> None:
    for whole in (values, {str(i): v for i, v in enumerate(values)}):
        text = json.dumps(whole, indent=2)
        keys: set[JsonPath] = {(i if isinstance(whole, list) else str(i),) for i in gone}
        left = json.loads(rewritten(text, parse_json(text), {}, keys))
        expected = [v for i, v in enumerate(values) if i not in gone]
        assert (left if isinstance(left, list) else list(left.values())) == expected


def test_a_run_killed_while_it_writes_copies_goes_on_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "m.hl7").write_text(HL7, encoding="utf-8", newline="")
    (tmp_path / "in" / "Quartermain.csv").write_text(f'id,text\n1,"{WORDS}"\n', encoding="utf-8")
    options = [RunOptions((str(tmp_path / "in"),), tmp_path / o, Config(), exports=EXPORT_KINDS) for o in ("a", "b")]
    run(options[0])
    whole = copies._copy

    def stop(kind: Kind, *rest: object) -> None:
        whole(kind, *rest)  # type: ignore[arg-type]
        if kind == "hl7":
            raise KeyboardInterrupt

    monkeypatch.setattr(copies, "_copy", stop)
    with pytest.raises(KeyboardInterrupt):
        run(options[1])
    monkeypatch.setattr(copies, "_copy", whole)
    run(replace(options[1], resume=True))
    for path in sorted((tmp_path / "a").rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes(), path.name
    pairs = [(tmp_path / f"{o}.crosswalk.csv").read_bytes() for o in ("a", "b")]
    assert pairs[0] == pairs[1] != b""


def test_a_title_is_redacted_as_the_note_is(tmp_path: Path) -> None:
    note = {
        "resourceType": "Composition",
        "title": "Discharge summary: Zebediah Quartermain",
        "section": [{"text": {"div": f"<div>{WORDS}</div>"}}],
    }
    data, _ = copy(tmp_path, "c.json", json.dumps(note).encode())
    assert json.loads(data)["title"] == "Discharge summary: [PATIENT_NAME_1]"


def test_a_table_without_rows_costs_the_next_its_copy_no_more(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("id,text\n", encoding="utf-8")
    data, out = copy(tmp_path, "b.csv", f"id,text\n1,{WORDS},\n".encode())
    assert data.startswith(b"id,text\n1,Patient: [PATIENT_NAME_1]")
    assert data.endswith(b",\n")
    assert not (out / "copies" / "a.csv").exists()
