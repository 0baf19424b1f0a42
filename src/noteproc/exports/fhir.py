"""FHIR R4: one Bundle a note, with the redacted text, its diagnoses as unconfirmed Conditions, its other codes as
Procedures, and the Provenance of all of them.

Source: HL7 FHIR R4 (4.0.1); the extension derivation-reference, which points from a value to the words it came from.
The patient is an empty resource: whoever loads the Bundle knows whom the note is about. The moment of the Provenance is
left unknown, since the same notes must give the same bytes.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from noteproc.exports.results import Result, items, score, whole, words
from noteproc.files.atomic import atomic_text

SYSTEMS: Mapping[str, str] = {
    "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "ICD-10-PCS": "http://www.cms.gov/Medicare/Coding/ICD10",
    "HCPCS": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "CPT": "http://www.ama-assn.org/go/cpt",
}
DERIVED = "http://hl7.org/fhir/StructureDefinition/derivation-reference"
_SCORE = "https://noteproc.invalid/fhir/StructureDefinition/suggestion-score"
_UNKNOWN = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_TERMS = "http://terminology.hl7.org/CodeSystem/"
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "https://noteproc.invalid/")


def write(path: Path, results: Iterator[Result]) -> tuple[Path, ...]:
    """Write one Bundle a line."""
    with atomic_text(path) as file:
        for result in results:
            file.write(json.dumps(bundle(result), ensure_ascii=False, separators=(",", ":")) + "\n")
    return (path,)


def bundle(result: Result) -> dict[str, object]:
    """The Bundle of a note (``NoteResult.to_dict``)."""
    note_id = str(result["note_id"])

    def name(what: str) -> str:
        return str(uuid.uuid5(_NAMES, f"{note_id}\n{what}"))

    patient, document = name("Patient"), name("DocumentReference")
    subject = {"reference": f"urn:uuid:{patient}"}
    source = {"reference": f"urn:uuid:{document}"}
    resources: list[dict[str, object]] = [
        {"resourceType": "Patient", "id": patient},
        _document(result, document, subject),
    ]
    coded = [
        _suggested(s, name(f"{s['system']} {s['code']} {number}"), subject, source)
        for number, s in enumerate(items(result, "suggestions"), 1)
    ]
    resources += coded
    if coded:
        resources.append(_provenance(result, name("Provenance"), coded, source))
    entries = [{"fullUrl": f"urn:uuid:{r['id']}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "id": name("Bundle"), "type": "collection", "entry": entries}


def _document(result: Result, identity: str, subject: Mapping[str, str]) -> dict[str, object]:
    data = base64.b64encode(str(result["text"]).encode("utf-8")).decode()
    return {
        "resourceType": "DocumentReference",
        "id": identity,
        "meta": {"security": [{"system": f"{_TERMS}v3-ObservationValue", "code": "REDACTED"}]},
        "identifier": [{"system": "https://noteproc.invalid/note", "value": str(result["note_id"])}],
        "status": "current",
        "subject": dict(subject),
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}],
    }


def _suggested(
    suggestion: Mapping[str, object], identity: str, subject: Mapping[str, str], source: Mapping[str, str]
) -> dict[str, object]:
    system = str(suggestion["system"])
    coding = {
        "system": SYSTEMS.get(system, system),
        "version": str(suggestion["version"]),
        "code": str(suggestion["code"]),
        "display": str(suggestion["display"]),
    }
    extensions: list[dict[str, object]] = [{"url": _SCORE, "valueDecimal": score(suggestion)}]
    extensions += [_derived(e, source) for e in items(suggestion, "evidence")]
    resource: dict[str, object] = {
        "resourceType": "Condition" if suggestion["kind"] == "diagnosis" else "Procedure",
        "id": identity,
        "extension": extensions,
    }
    code = {"coding": [{key: value for key, value in coding.items() if value}]}
    if suggestion["kind"] == "diagnosis":
        unconfirmed = {"system": f"{_TERMS}condition-ver-status", "code": "unconfirmed"}
        category = {"system": f"{_TERMS}condition-category", "code": "encounter-diagnosis"}
        return {
            **resource,
            "verificationStatus": {"coding": [unconfirmed]},
            "category": [{"coding": [category]}],
            "code": code,
            "subject": dict(subject),
        }
    said = [f"{suggestion['kind']}, suggested"]
    if suggestion.get("units", 1) != 1:
        said.append(f"units: {suggestion['units']}")
    if modifiers := words(suggestion, "modifiers"):
        said.append(f"modifiers: {' '.join(modifiers)}")
    return {
        **resource,
        "status": "unknown",
        "code": code,
        "subject": dict(subject),
        "note": [{"text": "; ".join(said)}],
    }


def _derived(evidence: Mapping[str, object], source: Mapping[str, str]) -> dict[str, object]:
    start, end = whole(evidence, "start"), whole(evidence, "end")
    return {
        "url": DERIVED,
        "extension": [
            {"url": "reference", "valueReference": dict(source)},
            {"url": "path", "valueString": "DocumentReference.content[0].attachment"},
            {"url": "offset", "valueInteger": start},
            {"url": "length", "valueInteger": end - start},
        ],
    }


def _provenance(
    result: Result, identity: str, coded: list[dict[str, object]], source: Mapping[str, str]
) -> dict[str, object]:
    versions = result.get("versions")
    program = versions.get("noteproc", "") if isinstance(versions, dict) else ""
    assembler = {"system": f"{_TERMS}provenance-participant-type", "code": "assembler"}
    return {
        "resourceType": "Provenance",
        "id": identity,
        "target": [{"reference": f"urn:uuid:{r['id']}"} for r in coded],
        "_recorded": {"extension": [{"url": _UNKNOWN, "valueCode": "unknown"}]},
        "agent": [{"type": {"coding": [assembler]}, "who": {"display": f"noteproc {program}".strip()}}],
        "entity": [{"role": "source", "what": dict(source)}],
    }
