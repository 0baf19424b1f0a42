"""Output folders of runs, made by hand: small, exact, without the time that coding takes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from noteproc.files.manifest import write_manifest

VERSIONS = {"noteproc": "0.1.0", "models": {}, "codesets": {"ICD-10-CM": "2026-04-01", "CPT": "starter"}}
_KINDS = {"CPT": "procedure", "HCPCS": "supply"}


def words_at(text: str, words: str, role: str = "main") -> dict[str, Any]:
    """The evidence of some words: where they first stand."""
    start = text.index(words)
    end = start + len(words)
    return {
        "start": start,
        "end": end,
        "source_start": start,
        "source_end": end,
        "term": words.lower(),
        "match_kind": "exact",
        "score": 0.9,
        "section": "assessment",
        "assertion": "present",
        "role": role,
    }


def suggestion(
    text: str, code: str, display: str, score: float, words: Sequence[str], system: str = "ICD-10-CM", **more: object
) -> dict[str, Any]:
    """A suggestion; the first words are its main ones."""
    evidence = [words_at(text, w, "supporting" if n else "main") for n, w in enumerate(words)]
    made = {
        "rank": 1,
        "system": system,
        "version": "2026-04-01" if system == "ICD-10-CM" else "starter",
        "code": code,
        "display": display,
        "kind": _KINDS.get(system, "diagnosis"),
        "score": score,
        "units": 1,
        "modifiers": [],
        "evidence": evidence,
        "alternatives": [],
        "missing": [],
        "findings": [],
    }
    return {**made, **more}


def result(note_id: str, text: str, *suggestions: dict[str, Any], **more: object) -> dict[str, Any]:
    """A line of ``results.jsonl``."""
    made = {
        "schema_version": 1,
        "note_id": note_id,
        "setting": "outpatient",
        "text": text,
        "phi": [],
        "suggestions": [{**s, "rank": n} for n, s in enumerate(suggestions, 1)],
        "not_coded": [],
        "versions": VERSIONS,
    }
    return {**made, **more}


def write_run(out: Path, results: Sequence[dict[str, Any]]) -> Path:
    """An output folder that holds these results."""
    out.mkdir(exist_ok=True)
    lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in results)
    (out / "results.jsonl").write_text(lines, encoding="utf-8")
    files = {"results.jsonl": hashlib.sha256(lines.encode()).hexdigest()}
    write_manifest(out / "manifest.json", {"files": files}, [])
    return out


ANKLE = "[DATE_1: 2026] Seen by Quillon. Sprain of the right ankle 🩹, swelling. Essential hypertension. No fracture."
HEART = "Chest pain, atrial fibrillation. ECG done. <script>alert(1)</script> =SUM(A1)"
PLAIN = "Well visit. Nothing to report."


def usual_results() -> list[dict[str, Any]]:
    """Three notes: two with codes, one without; the most doubtful is the second."""
    date = {
        "start": 0,
        "end": 10,
        "entity_type": "DATE",
        "score": 0.9,
        "recognizer": "NoteDateRecognizer",
        "replacement": "[DATE_1: 2026]",
        "redacted_start": 0,
        "redacted_end": 14,
    }
    near = [{"system": "ICD-10-CM", "code": "S93.402A", "why": "left instead of right"}]
    ankle = result(
        "ankle",
        ANKLE,
        suggestion(
            ANKLE,
            "S93.401A",
            "Sprain of unspecified ligament of right ankle, initial encounter",
            0.95,
            ["Sprain of the right ankle", "swelling"],
            alternatives=near,
            missing=["type or site"],
        ),
        suggestion(ANKLE, "I10", "Essential (primary) hypertension", 0.9, ["Essential hypertension"]),
        phi=[date],
        not_coded=[
            {
                "system": "ICD-10-CM",
                "code": "S82.891A",
                "display": "Other fracture of right lower leg",
                "reason": "absent",
                **{k: v for k, v in words_at(ANKLE, "fracture").items() if k in ("start", "end", "term", "section")},
                "source_start": 0,
                "source_end": 8,
            }
        ],
    )
    heart = result(
        "heart",
        HEART,
        suggestion(HEART, "I48.91", "Unspecified atrial fibrillation", 0.6, ["atrial fibrillation"]),
        suggestion(HEART, "R07.9", "Chest pain, unspecified", 0.5, ["Chest pain"]),
        suggestion(HEART, "93000", "Electrocardiogram", 0.55, ["ECG done"], system="CPT"),
    )
    return [ankle, heart, result("plain", PLAIN)]
