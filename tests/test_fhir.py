"""FHIR: which resources are notes, what their text is, and whom they name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.errors import ReadError
from noteproc.files.fhir import fhir_notes
from noteproc.files.inputs import Unreadable, read, sources
from noteproc.records import Note
from tests.filemakers import PATIENT, bundle, document_reference, make_pdf, packed

SUBJECT = {"reference": "Patient/p1"}


def notes(data: object) -> list[Note | Unreadable]:
    return list(fhir_notes(data if isinstance(data, bytes) else json.dumps(data).encode(), "f"))


def texts(data: object) -> list[str]:
    return [n.text if isinstance(n, Note) else n.message for n in notes(data)]


def test_a_document_reference_in_a_bundle_knows_its_people() -> None:
    relative = {
        "resourceType": "RelatedPerson",
        "id": "r1",
        "patient": {"reference": "Patient/p1"},
        "name": [{"text": "Ada Quartermain"}],
    }
    doctor = {
        "resourceType": "Practitioner",
        "id": "x1",
        "name": [{"family": "Patel", "given": ["Priya"]}],
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567890"}],
    }
    visit = {"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "IMP"}}
    reference = document_reference(
        "Seen for HTN.",
        subject=SUBJECT,
        author=[{"reference": "Practitioner/x1"}, {"display": "Dr. Ravi Rao", "reference": "Practitioner/zz"}],
        context={"encounter": [{"reference": "Encounter/e1"}], "period": {"start": "2025-03-14T09:00:00Z"}},
    )
    (note,) = notes(bundle(PATIENT, relative, doctor, visit, reference))
    assert isinstance(note, Note)
    assert (note.note_id, note.text) == ("f/d1", "Seen for HTN.")
    told = note.metadata
    assert told["known:PATIENT_NAME"] == "Zebediah Alva Quartermain"
    assert told["known:OTHER_NAME"] == "Ada Quartermain"
    assert told["known:CLINICIAN_NAME"] == "Dr. Ravi Rao\nPriya Patel"
    assert told["known:LICENSE_NUMBER"] == "1234567890"
    assert told["known:PHONE_NUMBER"] == "603-555-0172"
    assert (told["patient_id"], told["sex"], told["age"]) == ("00448812", "M", "78")
    assert (told["setting"], told["date_of_service"]) == ("inpatient", "2025-03-14")


def test_another_patient_of_the_bundle_is_not_this_ones() -> None:
    other = {**PATIENT, "id": "p2", "name": [{"family": "Tanaka"}], "identifier": []}
    (note,) = notes(bundle(PATIENT, other, document_reference("x y z", subject=SUBJECT)))
    assert isinstance(note, Note)
    assert "Tanaka" not in note.metadata["known:PATIENT_NAME"]


@pytest.mark.parametrize(
    "resource, text",
    [
        (document_reference("<p>A &amp; B<br/>C</p>", "text/html"), "A & B\nC"),
        (document_reference(make_pdf(["From a PDF"]), "application/pdf"), "From a PDF"),
        (document_reference(b"caf\xe9", "text/plain"), "café"),
        ({"resourceType": "DiagnosticReport", "text": {"div": "<div><b>Lungs</b> clear</div>"}}, "Lungs clear"),
        (
            {
                "resourceType": "DiagnosticReport",
                "presentedForm": [
                    {"contentType": "application/pdf", "data": packed(make_pdf(["as PDF"]))},
                    {"contentType": "text/plain", "data": packed("as text")},
                ],
                "text": {"div": "<div>generated</div>"},
                "conclusion": "Pneumonia",
            },
            "as text\n\nPneumonia",
        ),
        (
            {
                "resourceType": "Composition",
                "section": [{"title": "Plan", "text": {"div": "<div>Rest</div>"}, "section": [{"title": "More"}]}],
            },
            "Plan\nRest\n\nMore",
        ),
        (
            {"resourceType": "Composition", "title": "Note", "section": [{"text": {"div": "<div>Rest</div>"}}]},
            "Note\nRest",
        ),
        ({"resourceType": "Composition", "title": "Note", "section": [{"entry": []}]}, "holds no text"),
    ],
)
def test_where_the_text_stands(resource: object, text: str) -> None:
    assert texts(resource) == [text]


def test_a_binary_in_the_same_bundle_is_followed_and_one_elsewhere_is_not() -> None:
    binary = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": packed("in the binary")}
    near = {**document_reference(""), "content": [{"attachment": {"contentType": "text/plain", "url": "Binary/b1"}}]}
    far = {**near, "id": "d2", "content": [{"attachment": {"url": "https://elsewhere.example/x"}}]}
    assert texts(bundle(binary, near, far)) == ["in the binary", "has its text outside the file (attachment.url)"]


def test_one_resource_a_line_with_people_and_binaries_behind(tmp_path: Path) -> None:
    near = {**document_reference(""), "content": [{"attachment": {"url": "Binary/b1"}}], "subject": SUBJECT}
    binary = {"resourceType": "Binary", "id": "b1", "data": packed("in the binary")}
    lines = [near, document_reference("second", id="d2"), PATIENT, binary]
    path = tmp_path / "all.ndjson"
    path.write_text("\n".join(map(json.dumps, lines)) + '\n{"broken Quartermain\n', encoding="utf-8")
    first, second, broken = fhir_notes(path, "f")
    assert isinstance(first, Note)
    assert (first.note_id, first.text) == ("f/d1", "in the binary")
    assert first.metadata["known:PATIENT_NAME"] == "Zebediah Alva Quartermain"
    assert isinstance(second, Note)
    assert second.note_id == "f/d2"
    assert isinstance(broken, Unreadable)
    assert broken.message.startswith("line 5: is not valid JSON")
    assert "Quartermain" not in broken.message


def test_a_bulk_export_has_its_people_in_files_of_their_own(tmp_path: Path) -> None:
    relative = {
        "resourceType": "RelatedPerson",
        "id": "r1",
        "patient": {"reference": "Patient/p1"},
        "name": [{"text": "Ada Quartermain"}],
    }
    other = {"resourceType": "Patient", "id": "p2", "name": [{"text": "Ludwig Other"}]}
    lines: dict[str, list[object]] = {
        "DocumentReference": [document_reference("Seen for HTN.", subject={"reference": "Patient/p1/_history/2"})],
        "Observation": [{"resourceType": "Observation", "id": "o1"}],
        "Patient": [other, PATIENT],
        "RelatedPerson": [relative],
    }
    for name, resources in lines.items():
        text = "".join(json.dumps(resource) + "\n" for resource in resources)
        (tmp_path / f"{name}.ndjson").write_text(text, encoding="utf-8")
    found, _ = sources([str(tmp_path)])
    (note,) = (item for source in found for item in read(source))
    assert isinstance(note, Note)
    assert note.metadata["known:PATIENT_NAME"] == "Zebediah Alva Quartermain"
    assert note.metadata["known:OTHER_NAME"] == "Ada Quartermain"
    assert note.metadata["patient_id"] == "00448812"
    (alone,) = read(sources([str(tmp_path / "Observation.ndjson")])[0][0])
    assert isinstance(alone, Unreadable)


@pytest.mark.parametrize(
    "resource, words",
    [
        (document_reference("", "text/plain"), "empty attachment"),
        ({**document_reference("x"), "content": []}, "has no attachment"),
        ({**document_reference("x"), "content": [{"attachment": {"data": "%%%"}}]}, "not valid base 64"),
        (document_reference(b"\x89PNG123", "image/png"), "only an image"),
        (document_reference(b"%PDF-1.4 cut", "application/pdf"), "damaged or not a PDF"),
        ({"resourceType": "DiagnosticReport"}, "holds no text"),
    ],
)
def test_a_note_that_cannot_be_read_says_why(resource: object, words: str) -> None:
    (lost,) = notes(resource)
    assert isinstance(lost, Unreadable)
    assert words in lost.message


@pytest.mark.parametrize(
    "data, words",
    [
        (b'{"resourceType": "Patient"}', "holds no DocumentReference"),
        (b'{"resourceType": "DocumentReference", "content": [', "not valid JSON"),
        (b'{"a": 1}', "no FHIR resource"),
        (b'{"resourceType": "Bundle", "entry": ' + b"[" * 100_000, "nested too deeply|not valid JSON"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_no_fhir(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        notes(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["content", "attachment", "data", "subject", "reference", "text", "div", "section", "name"]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(["DocumentReference", "DiagnosticReport", "Composition"]),
)
def test_no_shape_of_a_resource_stops_the_reader(value: object, kind: str) -> None:
    body = value if isinstance(value, dict) else {"content": value, "section": value, "subject": value}
    assert len(notes({**body, "resourceType": kind})) == 1
