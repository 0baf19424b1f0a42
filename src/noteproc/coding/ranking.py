"""The score of a candidate: how likely a careful coder would report it. A logistic function over a few features.

The weights are fitted on the coded notes of ``corpus/codes`` by ``models/calibrate.py``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir, models_dir
from noteproc.codesets import ICD10CM
from noteproc.coding.candidates import Candidate
from noteproc.coding.history import becomes
from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading, opens_item
from noteproc.errors import ModelError
from noteproc.text.fold import fold
from noteproc.text.sections import Headings
from noteproc.text.tables import rows

_DECIDING = frozenset({"assessment", "assessment_plan", "discharge_dx", "postop_dx", "preop_dx"})
_STORY = frozenset({"hpi", "hospital_course", "ed_course", "chief_complaint", "reason"})
_LISTS = frozenset({"pmh", "problem_list", "indication"})
_SEEN = frozenset({"exam", "vitals", "labs", "imaging", "findings", "procedure", "technique", "ros"})
_OPENING = frozenset({*_DECIDING, "chief_complaint", "reason", "indication"})
# Injuries of which nothing is known but the place, and the like.
_VAGUE = re.compile(r"S\d9\.[89]|T14|Z7[24]|F1\d\.9|R6[89]|T78\.40")
# Chapter 18 codes that name a result or a state rather than a complaint.
_FOUND = ("R03.0", "R29.7", "R45.85", "R59", "R65", "R73", "R76", "R78", "R87", "R91", "R92", "R97")
# Drugs of HCPCS: those with a letter of their own, and biosimilars, iron and contrast among the temporary codes.
_DRUG = re.compile(r"J|Q(?:013[89]|2|51|99)")
# External causes, weeks of gestation, outcome of delivery, newborns, stroke scale, body mass.
_BESIDE_ANOTHER = ("V", "W", "X", "Z3A", "Z37", "Z38", "R29.7", "Z68", "O99.82")
# The weeks and the outcome of a pregnancy are reported wherever it is coded.
_ALWAYS_BESIDE = ("Z3A", "Z37")
# Fewer words than these, without a heading, are no note: the scores were fitted on whole ones.
_FRAGMENT = 50
_BRIEF = 0.7
# How many words away a treatment may stand.
_BESIDE = 6
_PAIN = ("M25.5", "M79.6", "M54.2", "M54.5", "M54.9", "H57.1", "G89")
_UNTREATED: frozenset[str] = frozenset()
_DOUBTS = frozenset({"possible", "absent", "hypothetical", "historical"})


_KINDS: Mapping[str, Mapping[str, float]] = {
    kind: {f"kind_{name}": float(kind == name) for name in ("drug", "status", "external", "injury", "finding", "tumor")}
    for kind in ("", "drug", "status", "external", "injury", "finding", "tumor")
}


@dataclass(frozen=True, slots=True)
class Scores:
    """What was fitted.

    Args:
        weights: of the features of a diagnosis, by name.
        threshold: the least score of a diagnosis that is suggested.
        procedure_weights, procedures: the same for the other systems.
    """

    weights: Mapping[str, float]
    threshold: float
    procedure_weights: Mapping[str, float]
    procedures: float


@lru_cache(maxsize=1)
def fitted() -> Scores:
    """The shipped scores.

    Raises:
        ModelError: the file is missing or broken.
    """
    path = models_dir() / "coding_scores.json"
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        return Scores(
            dict(loaded["weights"]),
            float(loaded["threshold"]),
            dict(loaded["procedure_weights"]),
            float(loaded["procedures"]),
        )
    except (OSError, ValueError, KeyError):
        raise ModelError("coding_scores.json is missing or broken: reinstall noteproc, or run `make model`") from None


def features(candidate: Candidate, reading: Reading, headings: Headings, has_assessment: bool) -> dict[str, float]:
    """The features of a diagnosis candidate, by name."""
    code, mentions = candidate.code, candidate.mentions
    symptom, kind, vague, encounter = _nature(code)
    firsts: list[int] = []
    kinds: set[str] = set()
    sections: set[str] = set()
    items: list[str] = []
    treated = _UNTREATED
    score, rarity, longest, weight = 0.0, 0.0, 0, 0.0
    short = True
    for mention in mentions:
        match, section = mention.match, mention.section
        firsts.append(match.at[0])
        kinds.add(match.kind)
        sections.add(section)
        if opens_item(reading, match.at[0]):
            items.append(section)
        treated |= _treated(mention, reading)
        score, rarity = max(score, match.score), max(rarity, match.rarity)
        longest = max(longest, len(match.at))
        weight = max(weight, _section_weight(mention, headings))
        short = short and mention.short
    deciding = not sections.isdisjoint(_DECIDING)
    lasting = becomes(code) == "="
    cues = {c.kind for c in mentions[0].verdict.cues}
    return {
        "bias": 1.0,
        "weight": weight,
        "deciding": deciding,
        "elsewhere": has_assessment and not deciding,
        "elsewhere_lasting": has_assessment and not deciding and lasting,
        "story": sections <= _STORY,
        "list": not sections.isdisjoint(_LISTS),
        "seen": sections <= _SEEN,
        "unheaded": sections == {""},
        "item": bool(items),
        "item_deciding": not _DECIDING.isdisjoint(items),
        "place": min(firsts) / max(1, len(reading.words)),
        "match": score,
        "repeated": min(len(set(firsts)) - 1, 3) / 3.0,
        "words": min(longest - 1, 3) / 3.0,
        "rarity": min(rarity, 24.0) / 24.0,
        "composed": candidate.composed,
        "unspecified": candidate.unspecified and candidate.base != code,
        "bare": candidate.unspecified and candidate.base == code,
        "unspecified_deciding": candidate.unspecified and deciding,
        "lasting": lasting,
        "symptom": symptom,
        "symptom_deciding": symptom and deciding,
        "symptom_elsewhere": symptom and has_assessment and not deciding,
        "abbreviation": short,
        "vague": vague,
        "encounter": encounter,
        "encounter_opening": encounter and not sections.isdisjoint(_OPENING),
        "derived": candidate.derived,
        "wanted": candidate.wanted,
        "rivals": bool(mentions[0].rivals),
        "repaired": kinds == {"repaired"},
        "apart": kinds == {"reordered"},
        "planned": "planned" in cues or "declined" in cues,
        "treated": "drug" in treated,
        "managed": "management" in treated,
        "doubted": not cues.isdisjoint(_DOUBTS),
        **_KINDS[kind],
    }


def score(
    candidates: Sequence[Candidate], reading: Reading, headings: Headings, has_assessment: bool
) -> list[Candidate]:
    """The diagnosis candidates with their scores; what is ruled out has none."""
    return [
        c._replace(score=likelihood(c, reading, headings, has_assessment))
        if c.reason is None and c.system == ICD10CM
        else c
        for c in candidates
    ]


def likelihood(candidate: Candidate, reading: Reading, headings: Headings, has_assessment: bool) -> float:
    """How likely a careful coder would report a diagnosis, in [0, 1]."""
    return _logistic(fitted().weights, features(candidate, reading, headings, has_assessment))


@lru_cache(maxsize=20_000)
def _nature(code: str) -> tuple[bool, str, bool, bool]:
    """What a code says by itself: whether it is a symptom, its kind, whether it is vague, or a reason of a visit."""
    symptom = (code[0] == "R" and not code.startswith(_FOUND)) or code.startswith(_PAIN)
    return symptom, _kind(code), _VAGUE.match(code) is not None, _encounter(code)


def procedure_features(candidate: Candidate, reading: Reading) -> dict[str, float]:
    """The features of a candidate that is no diagnosis, by name."""
    code, mentions = candidate.code, candidate.mentions
    sections = {m.section for m in mentions}
    best = max(m.match.score for m in mentions)
    hcpcs = not code[0].isdigit()
    drug = _DRUG.match(code) is not None
    return {
        "bias": 1.0,
        "match": best,
        "words": min(max(len(m.match.at) for m in mentions) - 1, 3) / 3.0,
        "rarity": min(max(m.match.rarity for m in mentions), 24.0) / 24.0,
        "repeated": min(len({m.match.at[0] for m in mentions}) - 1, 3) / 3.0,
        "told": "procedure" in sections,
        "worked": bool(sections & {"technique", "postop_dx", "implants", "specimens"}),
        "concluded": bool(sections & {"assessment", "assessment_plan", "plan"}),
        "story": sections <= _STORY,
        "seen": sections <= {"exam", "labs", "imaging", "findings"},
        "unheaded": sections == {""},
        "report": any(s.name == "procedure" for s in reading.sections),
        "place": min(m.match.at[0] for m in mentions) / max(1, len(reading.words)),
        "bare": best < 0.505,
        "conditioned": bool(candidate.support),
        "rivals": bool(mentions[0].rivals),
        "derived": candidate.derived,
        "doubted": mentions[0].verdict.kind != "present",
        "apart": all(m.match.kind == "reordered" for m in mentions),
        "drug": drug,
        "supply": code[0] in "ACEKLV",
        "service": hcpcs and not drug and code[0] in "GHMPQST",
        "imaging": code[0] == "7",
        "laboratory": code[0] == "8",
        "medicine": code[0] == "9",
        "vaccine": "90460" <= code <= "90759",
    }


def score_procedures(candidates: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    """The other candidates with their scores; what was not done keeps none."""
    weights = fitted().procedure_weights
    return [
        c if c.reason is not None else c._replace(score=_logistic(weights, procedure_features(c, reading)))
        for c in candidates
    ]


def _logistic(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    total = math.fsum([weights.get(name, 0.0) * value for name, value in values.items() if value])
    return round(1.0 / (1.0 + math.exp(-total)), 4)


def _kind(code: str) -> str:
    if code[0] in "VWXY":
        return "external"
    if code.startswith("Z79"):
        return "drug"
    if code[0] == "Z":
        return "status"
    if code[0] in "ST":
        return "injury"
    if code[0] == "C" or code[:2] in ("D0", "D1", "D2", "D3", "D4"):
        return "tumor"
    return "finding" if code[0] == "H" and code[1:3] in ("02", "53", "57") else ""


@lru_cache(maxsize=1)
def _treatments() -> Mapping[str, frozenset[str]]:
    """Words of treatment, folded, by kind."""
    found: dict[str, set[str]] = {}
    for row in rows(dictionaries_dir() / "context" / "treatments.tsv", ("kind", "words")):
        found.setdefault(row["kind"], set()).update(fold(word) for word in row["words"].split())
    return {kind: frozenset(words) for kind, words in found.items()}


@lru_cache(maxsize=1)
def _words_of_treatment() -> frozenset[str]:
    return frozenset[str]().union(*_treatments().values())


def _treated(mention: Mention, reading: Reading) -> frozenset[str]:
    """The kinds of treatment of which a word stands beside a mention, in its sentence."""
    at = mention.match.at
    span = reading.words_of(reading.sentence_of[at[0]])
    first, last = max(span.start, at[0] - _BESIDE), min(span.stop, at[-1] + _BESIDE + 1)
    forms = reading.forms
    if _words_of_treatment().isdisjoint(forms[first:last]):
        return _UNTREATED
    # A drug that is part of the phrase treats it too ("hypothyroidism on levothyroxine").
    near = [forms[i] for i in range(first, last) if i not in at or len(at) > 1]
    return frozenset(kind for kind, words in _treatments().items() if not words.isdisjoint(near))


def _encounter(code: str) -> bool:
    """Whether a code gives the reason of a visit rather than a condition (Z00-Z13, Z30-Z53)."""
    return "Z00" <= code[:3] <= "Z13" or "Z30" <= code[:3] <= "Z36" or "Z39" <= code[:3] <= "Z53"


def _section_weight(mention: Mention, headings: Headings) -> float:
    return headings.defaults[mention.section].weight if mention.section else 0.5


def _is_fragment(reading: Reading) -> bool:
    return len(reading.words) < _FRAGMENT and not any(section.name for section in reading.sections)


def brevity(reading: Reading) -> float:
    """The share of the threshold that what was done must reach: a few lines are about little else."""
    return _BRIEF if len(reading.words) < _FRAGMENT else 1.0


def leniency(candidate: Candidate, reading: Reading) -> float:
    """The share of the threshold that a diagnosis must reach.

    What the note itself concludes is told before it is likely; so is a lasting condition that stands in a history or
    is told with its treatment, and whatever a line or two without a heading are about.
    """
    code = candidate.code
    if _is_fragment(reading) and code[0] not in "ZY":
        return 0.05 if code[0] == "R" else 0.25
    known = _leniency(code)
    if known is not None:
        return known
    if not _DECIDING.isdisjoint([m.section for m in candidate.mentions]):
        return 0.15
    plain = [m for m in candidate.mentions if m.verdict.kind == "present"]
    if becomes(code) == "=" and any(m.section in _LISTS or _treated(m, reading) for m in plain):
        return 0.35
    return 0.9 if candidate.derived else 1.0


@lru_cache(maxsize=20_000)
def _leniency(code: str) -> float | None:
    """The share that a code settles by itself, or None."""
    if code.startswith(_ALWAYS_BESIDE):
        return 0.1
    if code.startswith(_BESIDE_ANOTHER):
        # Reported wherever the code stands to which they belong (see ``companions.tsv``).
        return 0.3
    if code == "Z66":
        return 0.5
    return 1.0 if code[0] in "RZY" else None
