"""The score of a candidate: how likely a careful coder would report it. A logistic function over a few features."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM
from noteproc.coding.candidates import Candidate
from noteproc.coding.history import becomes
from noteproc.coding.mentions import Mention
from noteproc.text.sections import Headings

_HISTORIES = frozenset(
    {"", "pmh", "problem_list", "medications", "indication", "hospital_course", "chief_complaint", "reason"}
)
_OPENING = frozenset(
    {"chief_complaint", "reason", "assessment", "assessment_plan", "indication", "discharge_dx", "preop_dx"}
)
# Injuries of which nothing is known but the place, and the like.
_VAGUE = re.compile(r"S\d9\.[89]|T14|Z7[24]|F1\d\.9|Z9[179]|Z8|R6[89]|T78\.40")
_DECIDING = frozenset({"assessment", "assessment_plan", "discharge_dx", "postop_dx", "preop_dx"})


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    path = dictionaries_dir() / "rules" / "ranking.json"
    loaded: Mapping[str, float] = json.loads(path.read_text(encoding="utf-8"))["weights"]
    return loaded


def features(candidate: Candidate, headings: Headings, has_assessment: bool) -> dict[str, float]:
    """The features of a diagnosis candidate, by name."""
    mentions = candidate.mentions
    best = max(_section_weight(m, headings) for m in mentions)
    top = max(m.match.score for m in mentions)
    symptom = candidate.code[0] == "R" or candidate.code.startswith(
        ("M25.5", "M79.6", "M54.2", "M54.5", "M54.9", "H57.1")
    )
    deciding = any(m.section in _DECIDING for m in mentions)
    return {
        "bias": 1.0,
        "section": best,
        "match": top,
        "repeated": min(len({m.match.at[0] for m in mentions}) - 1, 3) / 3.0,
        "words": min(max(len(m.match.at) for m in mentions) - 1, 3) / 3.0,
        "rarity": min(max(m.match.rarity for m in mentions), 24.0) / 24.0,
        "composed": float(candidate.composed),
        "symptom": float(symptom),
        "symptom_elsewhere": float(symptom and has_assessment and not deciding),
        "elsewhere": _elsewhere(candidate, becomes(candidate.code) == "=") if has_assessment and not deciding else 0.0,
        "external": float(candidate.code[0] in "VWXY"),
        "abbreviation": float(all(m.short for m in mentions)),
        "vague": float(_VAGUE.match(candidate.code) is not None and not deciding),
        "encounter": float(_encounter(candidate.code) and not any(m.section in _OPENING for m in mentions)),
        "status": float(candidate.code[0] == "Z"),
        "derived": float(candidate.derived),
        "rivals": float(bool(mentions[0].rivals)),
        "repaired": float(all(m.match.kind == "repaired" for m in mentions)),
        "apart": float(all(m.match.kind == "reordered" for m in mentions)),
    }


def score(candidates: Sequence[Candidate], headings: Headings, has_assessment: bool) -> list[Candidate]:
    """The candidates with their scores; procedures keep the score of their match."""
    weights = _weights()
    found = []
    for candidate in candidates:
        if candidate.system != ICD10CM:
            found.append(candidate)
            continue
        total = sum(
            weights.get(name, 0.0) * value for name, value in features(candidate, headings, has_assessment).items()
        )
        found.append(replace(candidate, score=round(1.0 / (1.0 + math.exp(-total)), 4)))
    return found


def _elsewhere(candidate: Candidate, lasting: bool) -> float:
    """How far a diagnosis outside the assessment is likely to be mere story: a chronic one is not, in a history."""
    if candidate.code[0] == "R" or not lasting:
        return 1.0
    sections = {m.section for m in candidate.mentions}
    return 0.0 if sections & _HISTORIES else 0.6


def _encounter(code: str) -> bool:
    """Whether a code gives the reason of a visit rather than a condition (Z00-Z13, Z30-Z53)."""
    return "Z00" <= code[:3] <= "Z13" or "Z30" <= code[:3] <= "Z36" or "Z39" <= code[:3] <= "Z53"


def _section_weight(mention: Mention, headings: Headings) -> float:
    return headings.defaults[mention.section].weight if mention.section else 0.5


@lru_cache(maxsize=1)
def default_threshold() -> float:
    """The least score of a suggestion, as fitted."""
    path = dictionaries_dir() / "rules" / "ranking.json"
    return float(json.loads(path.read_text(encoding="utf-8"))["threshold"])
