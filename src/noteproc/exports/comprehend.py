"""Answers in the shape of Amazon Comprehend Medical, so that its clients can be pointed here.

Source: Amazon Comprehend Medical API reference (2018-10-30), operations DetectPHI and InferICD10CM.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from noteproc.codesets import ICD10CM
from noteproc.exports.results import Result, items, main_evidence, score, whole
from noteproc.files.atomic import atomic_text
from noteproc.records import Assertion, Coding, Evidence, NotCoded, NoteResult, PhiSpan, Reason, Suggestion
from noteproc.version import VERSION

OPERATIONS = ("DetectPHI", "InferICD10CM")
_TYPES: Mapping[str, str] = {
    "PATIENT_NAME": "NAME",
    "CLINICIAN_NAME": "NAME",
    "OTHER_NAME": "NAME",
    "FACILITY": "ADDRESS",
    "ORGANIZATION": "ADDRESS",
    "STREET_ADDRESS": "ADDRESS",
    "CITY": "ADDRESS",
    "COUNTY": "ADDRESS",
    "STATE": "ADDRESS",
    "ZIP_CODE": "ADDRESS",
    "DATE": "DATE",
    "AGE_OVER_89": "AGE",
    "PHONE_NUMBER": "PHONE_OR_FAX",
    "FAX_NUMBER": "PHONE_OR_FAX",
    "EMAIL_ADDRESS": "EMAIL",
    "URL": "URL",
}
_TRAITS: Mapping[Reason, str] = {
    "absent": "NEGATION",
    "family": "PERTAINS_TO_FAMILY",
    "other_person": "PERTAINS_TO_FAMILY",
    "hypothetical": "HYPOTHETICAL",
    "possible": "LOW_CONFIDENCE",
    "uncertain_outpatient": "LOW_CONFIDENCE",
}


def detect_phi(phi: Sequence[PhiSpan], text: str) -> dict[str, object]:
    """The PHI of a text.

    Args:
        phi: what redaction found, in order.
        text: the caller's own words; offsets are code points in it.
    """
    entities = [
        {
            "Id": number,
            "BeginOffset": span.start,
            "EndOffset": span.end,
            "Score": span.score,
            "Text": text[span.start : span.end],
            "Category": "PROTECTED_HEALTH_INFORMATION",
            "Type": _TYPES.get(span.entity_type, "ID"),
            "Traits": [],
        }
        for number, span in enumerate(phi)
    ]
    return {"Entities": entities, "ModelVersion": f"noteproc-{VERSION}"}


def infer_icd10cm(result: NoteResult, text: str) -> dict[str, object]:
    """The conditions of a text with their ICD-10-CM codes; what was left out because of its context has a trait.

    Args:
        result: the text redacted and coded.
        text: the caller's own words; offsets are code points in it.
    """
    found: dict[tuple[int, int], tuple[float, list[dict[str, object]], list[dict[str, object]]]] = {}

    def place(evidence: Evidence, score: float, concept: dict[str, object], trait: str = "") -> None:
        at = (evidence.source_start, evidence.source_end)
        best, concepts, traits = found.get(at, (0.0, [], []))
        if trait and not traits:
            traits.append({"Name": trait, "Score": evidence.score})
        found[at] = (max(best, score), [*concepts, concept], traits)

    for suggestion in result.suggestions:
        if suggestion.coding.system != ICD10CM:
            continue
        main = next((e for e in suggestion.evidence if e.role == "main"), None)
        if main is not None:
            coding = suggestion.coding
            concept = {"Description": coding.display, "Code": coding.code, "Score": suggestion.score}
            place(main, suggestion.score, concept)
    for left in result.not_coded:
        if left.coding.system == ICD10CM and left.reason in _TRAITS:
            concept = {"Description": left.coding.display, "Code": left.coding.code, "Score": left.evidence.score}
            place(left.evidence, left.evidence.score, concept, _TRAITS[left.reason])
    entities = [
        {
            "Id": number,
            "Text": text[start:end],
            "Category": "MEDICAL_CONDITION",
            "Type": "DX_NAME",
            "Score": score,
            "BeginOffset": start,
            "EndOffset": end,
            "Attributes": [],
            "Traits": traits,
            "ICD10CMConcepts": concepts,
        }
        for number, ((start, end), (score, concepts, traits)) in enumerate(sorted(found.items()))
    ]
    return {"Entities": entities, "ModelVersion": f"noteproc-{VERSION}"}


def write(path: Path, results: Iterator[Result]) -> tuple[Path, ...]:
    """Write one line a note: both answers about its redacted text, offsets in it."""
    with atomic_text(path) as file:
        for result in results:
            text = str(result["text"])
            told = _as_shown(result)
            line = {
                "note_id": told.note_id,
                "DetectPHI": detect_phi(told.phi, text),
                "InferICD10CM": infer_icd10cm(told, text),
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return (path,)


def _as_shown(result: Result) -> NoteResult:
    """A result of which the redacted text is the caller's own words."""
    phi = [
        PhiSpan(a, b, str(p["entity_type"]), score(p), str(p["recognizer"]), str(p["replacement"]), a, b)
        for p in items(result, "phi")
        for a, b in ((whole(p, "redacted_start"), whole(p, "redacted_end")),)
    ]
    suggestions = []
    for s in items(result, "suggestions"):
        main = main_evidence(s)
        evidence = () if main is None else (_evidence(main),)
        suggestions.append(Suggestion(_coding(s), "diagnosis", score(s), whole(s, "rank"), evidence=evidence))
    left = [NotCoded(_coding(n), _evidence(n), cast(Reason, n["reason"])) for n in items(result, "not_coded")]
    return NoteResult(
        str(result["note_id"]), "outpatient", str(result["text"]), tuple(phi), tuple(suggestions), tuple(left)
    )


def _coding(found: Mapping[str, object]) -> Coding:
    return Coding(str(found["system"]), str(found.get("version", "")), str(found["code"]), str(found["display"]))


def _evidence(found: Mapping[str, object]) -> Evidence:
    start, end = whole(found, "start"), whole(found, "end")
    said = cast(Assertion, found.get("assertion", "present"))
    return Evidence(start, end, start, end, str(found["term"]), "exact", score(found), "", said, "main")
