"""Code figures: precision, recall and F1 on (system, code) a note, traps fired, evidence hit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TypeAlias

from noteproc.evaluation.gold import GoldCode, GoldNote
from noteproc.evaluation.phi import ratio

_LONGEST_EVIDENCE = 200
# Evaluation and management: not suggested from notes, so neither asked nor counted against.
_VISIT_CODES = re.compile(r"99(0[5-9]|2\d|3\d|4\d)\d|99(2|3|4)\d\d|G2211|G0463|G0402|G043[89]|S0\d{3}")
# Status, history, drug-use and external-cause codes that are optional where the gold is silent.
_OPTIONAL_DIAGNOSES = re.compile(r"Z(79|8\d|9\d|3A|66|7[0-8]|5[5-9]|6[0-5])|[V-Y]\d")

_Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """Right, extra and missed codes; precision, recall and F1 in [0, 1]."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of the suggested codes that are right."""
        return self.right / (self.right + self.extra) if self.right + self.extra else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold codes that were suggested."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def plus(self, wanted: set[_Key], got: set[_Key]) -> Tally:
        """The tally with one more note counted in."""
        both = len(wanted & got)
        return Tally(self.right + both, self.extra + len(got) - both, self.missed + len(wanted) - both)

    def to_dict(self) -> dict[str, float]:
        """Precision, recall, F1 (four places) and the counts."""
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "tp": self.right,
            "fp": self.extra,
            "fn": self.missed,
        }


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """Figures of a run over gold codes: by system and in all, by ICD-10-CM category, traps, evidence."""

    notes: int
    codes: Mapping[str, Tally] = field(default_factory=dict)
    category_icd10cm: Tally = field(default_factory=Tally)
    trap_rate: float | None = None
    traps: int = 0
    evidence_hit: float | None = None

    def to_dict(self) -> dict[str, object]:
        """The figures as JSON-ready values."""
        plain = {k: v for k, v in asdict(self).items() if k not in ("codes", "category_icd10cm")}
        tallies = {name: tally.to_dict() for name, tally in self.codes.items()}
        return {**plain, "codes": tallies, "category_icd10cm": self.category_icd10cm.to_dict()}


def evaluate_codes(gold: Mapping[str, GoldNote], results: Mapping[str, Mapping[str, object]]) -> CodeFigures:
    """Code figures of a run over the gold notes that have code gold.

    Gold codes of role mention are neutral. A trap fires when a code of its category was suggested that the gold of the
    note does not have.
    """
    tallies: dict[str, Tally] = {}
    category = Tally()
    notes = traps = fired = judged = hit = 0
    for note_id, note in gold.items():
        if note.codes is None:
            continue
        notes += 1
        wanted = {_key(c) for c in note.codes if c.role == "reportable"}
        neutral = {_key(c) for c in note.codes if c.role == "mention"}
        got = _suggested(note, results.get(note_id, {}), wanted, neutral)
        for system in sorted({k[0] for k in wanted} | {k[0] for k in got}):
            of_wanted, of_got = ({k for k in keys if k[0] == system} for keys in (wanted, set(got)))
            for name in (system, "all"):
                tallies[name] = tallies.get(name, Tally()).plus(of_wanted, of_got)
        wanted_categories = {_category(k) for k in wanted if k[0] == "ICD-10-CM"}
        got_categories = {_category(k) for k in got if k[0] == "ICD-10-CM"}
        got_categories -= {_category(k) for k in neutral} - wanted_categories
        category = category.plus(wanted_categories, got_categories)
        allowed = {_category(k) for k in wanted | neutral}
        for trap in note.traps:
            if trap.code and (trapped := _category(_key(trap))) not in allowed:
                traps += 1
                fired += any(_category(k) == trapped for k in got)
        for code in note.codes:
            if code.role == "reportable" and code.spans and _key(code) in got:
                judged += 1
                hit += _touches(got[_key(code)], code)
    return CodeFigures(notes, dict(sorted(tallies.items())), category, ratio(fired, traps), traps, ratio(hit, judged))


def _suggested(
    note: GoldNote, result: Mapping[str, object], wanted: set[_Key], neutral: set[_Key]
) -> dict[_Key, list[Mapping[str, object]]]:
    trapped = {_key(t) for t in note.traps if t.code}
    has_pcs = any(c.system == "ICD-10-PCS" for c in note.codes or ())
    suggestions = result.get("suggestions")
    rows = [s for s in suggestions if isinstance(s, dict)] if isinstance(suggestions, list) else []
    got: dict[_Key, list[Mapping[str, object]]] = {}
    for row in sorted(rows, key=lambda s: int(s.get("rank", 0))):
        key = (str(row["system"]), str(row["code"]))
        optional = key[0] == "ICD-10-CM" and _OPTIONAL_DIAGNOSES.match(key[1]) and key not in trapped
        unasked = key in neutral or _VISIT_CODES.fullmatch(key[1]) or (key[0] == "ICD-10-PCS" and not has_pcs)
        if key in wanted or not (optional or unasked):
            got.setdefault(key, [e for e in row.get("evidence", []) if isinstance(e, dict)])
    return got


def _touches(evidence: list[Mapping[str, object]], code: GoldCode) -> bool:
    pieces = [(int(str(e.get("source_start", -1))), int(str(e.get("source_end", -1)))) for e in evidence]
    return any(
        start < gold_end and gold_start < end <= start + _LONGEST_EVIDENCE
        for start, end in pieces
        for gold_start, gold_end in code.spans
    )


def _key(code: GoldCode) -> _Key:
    return code.system, code.code


def _category(key: _Key) -> _Key:
    system, code = key
    return system, code[:3] if system.startswith("ICD") else code
