"""What was accepted, as a FHIR R4 Bundle: a document a note, its codes with the words behind them, and who decided.

Source: HL7 FHIR R4 (4.0.1), Condition, Procedure, ChargeItem, DocumentReference, Provenance; the extension
derivation-reference for the place of the words.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from noteproc.exports.fhir import DERIVED, SYSTEMS
from noteproc.review.results import Placed
from noteproc.review.standing import CodeStanding, Standing

_TERMS = "http://terminology.hl7.org/CodeSystem"


def bundle(notes: Iterable[tuple[Placed, Standing, str]]) -> Iterator[str]:
    """The Bundle as JSON text, piece by piece.

    Args:
        notes: each with its state and the text as it may be shown.
    """
    yield '{"resourceType": "Bundle", "type": "collection", "entry": ['
    first = True
    for placed, standing, text in notes:
        for resource in _resources(placed, standing, text):
            entry = {"fullUrl": f"urn:noteproc:{resource['resourceType']}:{resource['id']}", "resource": resource}
            yield ("" if first else ",") + "\n" + json.dumps(entry, ensure_ascii=False)
            first = False
    yield "\n]}\n"


def _resources(placed: Placed, standing: Standing, text: str) -> Iterator[dict[str, Any]]:
    note = f"note-{placed.place + 1:06d}"
    subject = {"reference": f"Patient/{note}"}
    yield {"resourceType": "Patient", "id": note}
    yield {
        "resourceType": "DocumentReference",
        "id": note,
        "status": "current",
        "identifier": [{"system": "urn:noteproc:note", "value": placed.note_id}],
        "subject": subject,
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "data": base64.b64encode(text.encode()).decode(),
                }
            }
        ],
    }
    targets = []
    codes = standing.having("accepted")
    for number, code in enumerate(codes, 1):
        for resource in _of_code(code, f"{note}-{number}", note, subject):
            targets.append({"reference": f"{resource['resourceType']}/{resource['id']}"})
            yield resource
    people = sorted({code.who for code in codes})
    if targets:
        versions = placed.result["versions"]
        yield {
            "resourceType": "Provenance",
            "id": note,
            "target": targets,
            "recorded": max(code.at for code in codes),
            "agent": [
                *({"type": _concept("provenance-participant-type", "verifier"), "who": {"display": p}} for p in people),
                {
                    "type": _concept("provenance-participant-type", "assembler"),
                    "who": {"display": f"noteproc {versions['noteproc']}"},
                },
            ],
            "entity": [{"role": "source", "what": {"reference": f"DocumentReference/{note}"}}],
        }


def _of_code(code: CodeStanding, name: str, note: str, subject: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    coding = {"system": SYSTEMS.get(code.system, f"urn:noteproc:{code.system}"), "code": code.code}
    if code.version not in ("", "starter"):
        coding["version"] = code.version
    if code.display:
        coding["display"] = code.display
    derived = [
        {
            "url": DERIVED,
            "extension": [
                {"url": "reference", "valueReference": {"reference": f"DocumentReference/{note}"}},
                {"url": "offset", "valueInteger": e["start"]},
                {"url": "length", "valueInteger": e["end"] - e["start"]},
            ],
        }
        for e in code.evidence
    ]
    body: dict[str, Any] = {"id": name, **({"extension": derived} if derived else {})}
    concept = {"coding": [coding]}
    if code.kind == "diagnosis":
        yield {
            "resourceType": "Condition",
            **body,
            "verificationStatus": _concept("condition-ver-status", "confirmed"),
            "category": [_concept("condition-category", "encounter-diagnosis")],
            "code": concept,
            "subject": subject,
            "recordedDate": code.at,
        }
        return
    if code.kind == "procedure":
        yield {"resourceType": "Procedure", **body, "status": "completed", "code": concept, "subject": subject}
    charge: dict[str, Any] = {
        "resourceType": "ChargeItem",
        **body,
        "status": "billable",
        "code": concept,
        "subject": subject,
        "quantity": {"value": code.units},
    }
    if code.modifiers:
        charge["note"] = [{"text": f"modifiers {' '.join(code.modifiers)}"}]
    yield charge


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{_TERMS}/{system}", "code": code}]}
