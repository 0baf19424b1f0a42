"""PHI figures: a span leaks when one letter or digit of it is not covered by a predicted span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from noteproc.evaluation.gold import GoldNote, GoldSpan

_WEAK = frozenset({"STATE", "DATE_WEAK", "ORGANIZATION"})
_QUASI = frozenset({"DATE", "AGE_90PLUS", "AGE", "CITY", "COUNTY", "ZIP", "STREET", "FACILITY", "LOCATION"})

# Gold type -> the entity types that are right for it.
_RIGHT_TYPES: Mapping[str, frozenset[str]] = {
    "NAME_PATIENT": frozenset({"PATIENT_NAME"}),
    "NAME_CLINICIAN": frozenset({"CLINICIAN_NAME"}),
    "NAME_OTHER": frozenset({"OTHER_NAME"}),
    "DATE": frozenset({"DATE"}),
    "AGE_90PLUS": frozenset({"AGE_OVER_89"}),
    "STREET": frozenset({"STREET_ADDRESS"}),
    "CITY": frozenset({"CITY", "STREET_ADDRESS"}),
    "COUNTY": frozenset({"COUNTY"}),
    "ZIP": frozenset({"ZIP_CODE", "STREET_ADDRESS"}),
    "FACILITY": frozenset({"FACILITY", "ORGANIZATION"}),
    "PHONE": frozenset({"PHONE_NUMBER", "FAX_NUMBER"}),
    "FAX": frozenset({"FAX_NUMBER", "PHONE_NUMBER"}),
    "EMAIL": frozenset({"EMAIL_ADDRESS"}),
    "URL": frozenset({"URL"}),
    "IP": frozenset({"IP_ADDRESS"}),
    "SSN": frozenset({"US_SSN"}),
    "MRN": frozenset({"MEDICAL_RECORD_NUMBER"}),
    "HEALTH_PLAN_ID": frozenset({"HEALTH_PLAN_ID"}),
    "ACCOUNT": frozenset({"ACCOUNT_NUMBER"}),
    "LICENSE": frozenset({"LICENSE_NUMBER"}),
    "VEHICLE": frozenset({"VEHICLE_ID"}),
    "DEVICE_ID": frozenset({"DEVICE_ID"}),
    "OTHER_ID": frozenset({"OTHER_ID", "MEDICAL_RECORD_NUMBER", "ACCOUNT_NUMBER", "DEVICE_ID"}),
    "USERNAME": frozenset({"USERNAME"}),
}


@dataclass(frozen=True, slots=True)
class PhiFigures:
    """What a run left and took. Rates are in [0, 1], None where there is nothing to count."""

    notes: int
    spans: int
    leak_rate: float | None
    leak_rate_direct: float | None
    leak_rate_quasi: float | None
    leak_rate_weak: float | None
    notes_with_a_leak: float | None
    char_recall: float | None
    char_precision: float | None
    span_precision: float | None
    over_redaction: float | None
    evidence_eaten: str
    type_right: float | None
    patient_clinician_confused: float | None
    text_mismatch: int
    leaked_by_type: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """The figures as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Predicted:
    start: int
    end: int
    entity_type: str
    replacement: str


def evaluate_phi(gold: Mapping[str, GoldNote], results: Mapping[str, Mapping[str, object]]) -> PhiFigures:
    """PHI figures of a run over gold notes; a note without a result leaks everything.

    A result whose text is not the source with exactly its spans replaced counts as if it had redacted nothing.
    """
    n: Counter[str] = Counter()
    by_type: dict[str, list[int]] = {}
    for note_id, note in gold.items():
        result = results.get(note_id, {})
        _count_note(note, _spans(result), result.get("text"), n, by_type)
    strict = n["direct"] + n["quasi"]
    characters = n["direct_chars"] + n["quasi_chars"]
    missed = n["direct_missed"] + n["quasi_missed"]
    return PhiFigures(
        notes=len(gold),
        spans=strict,
        leak_rate=ratio(n["direct_leaked"] + n["quasi_leaked"], strict),
        leak_rate_direct=ratio(n["direct_leaked"], n["direct"]),
        leak_rate_quasi=ratio(n["quasi_leaked"], n["quasi"]),
        leak_rate_weak=ratio(n["weak_leaked"], n["weak"]),
        notes_with_a_leak=ratio(n["leaky_notes"], len(gold)),
        char_recall=ratio(characters - missed, characters),
        char_precision=ratio(n["true_chars"], n["true_chars"] + n["over_chars"]),
        span_precision=ratio(n["predicted"] - n["false"], n["predicted"]),
        over_redaction=ratio(n["over_chars"], n["other_chars"]),
        evidence_eaten=f"{n['evidence_eaten']}/{n['evidence']}",
        type_right=ratio(n["typed_right"], n["typed"]),
        patient_clinician_confused=ratio(n["confused"], n["people"]),
        text_mismatch=n["text_mismatch"],
        leaked_by_type={name: f"{leaked}/{total}" for name, (total, leaked) in sorted(by_type.items())},
    )


def ratio(part: float, whole: float) -> float | None:
    """``part / whole`` to five places, None where there is no whole."""
    return round(part / whole, 5) if whole else None


def _count_note(
    note: GoldNote, phi: Sequence[_Predicted], text: object, n: Counter[str], by_type: dict[str, list[int]]
) -> None:
    honest = text is None or _rebuilt(note.text, phi) == text
    n["text_mismatch"] += not honest
    covered = _mask(len(note.text), [(p.start, p.end) for p in phi] if honest else [])
    marked = _mask(len(note.text), [(s.start, s.end) for s in note.spans])
    leaky = False
    for span in note.spans:
        leaky |= _count_span(span, note.text, covered, phi, n, by_type)
    n["leaky_notes"] += leaky
    for i, character in enumerate(note.text):
        if character.isalnum():
            if marked[i]:
                n["true_chars"] += covered[i]
            else:
                n["other_chars"] += 1
                n["over_chars"] += covered[i]
    n["predicted"] += len(phi)
    n["false"] += sum(not any(marked[p.start : p.end]) for p in phi)
    for code in note.codes or ():
        for start, end in code.spans:
            n["evidence"] += 1
            n["evidence_eaten"] += any(covered[i] and not marked[i] for i in range(start, end))


def _count_span(
    span: GoldSpan,
    text: str,
    covered: bytearray,
    phi: Sequence[_Predicted],
    n: Counter[str],
    by_type: dict[str, list[int]],
) -> bool:
    weak = span.gold_type in _WEAK or span.optional
    tier = "weak" if weak else "quasi" if span.gold_type in _QUASI else "direct"
    letters = [i for i in range(span.start, span.end) if text[i].isalnum()]
    missed = sum(not covered[i] for i in letters)
    n[tier] += 1
    n[f"{tier}_chars"] += len(letters)
    n[f"{tier}_missed"] += missed
    n[f"{tier}_leaked"] += missed > 0
    counts = by_type.setdefault(span.gold_type, [0, 0])
    counts[0] += 1
    counts[1] += missed > 0
    said = {p.entity_type for p in phi if p.start < span.end and span.start < p.end}
    right = _RIGHT_TYPES.get(span.gold_type)
    if said and right is not None:
        n["typed"] += 1
        n["typed_right"] += bool(said & right)
        if span.gold_type in ("NAME_PATIENT", "NAME_CLINICIAN"):
            other = "CLINICIAN_NAME" if span.gold_type == "NAME_PATIENT" else "PATIENT_NAME"
            n["people"] += 1
            n["confused"] += other in said and not said & right
    return missed > 0 and not weak


def _mask(length: int, spans: Sequence[tuple[int, int]]) -> bytearray:
    mask = bytearray(length)
    for start, end in spans:
        start, end = max(0, start), min(length, end)
        mask[start:end] = b"\1" * max(0, end - start)
    return mask


def _rebuilt(source: str, phi: Sequence[_Predicted]) -> str | None:
    pieces, position = [], 0
    for p in sorted(phi, key=lambda p: p.start):
        if p.start < position:
            return None
        pieces += [source[position : p.start], p.replacement]
        position = p.end
    return "".join(pieces) + source[position:]


def _spans(result: Mapping[str, object]) -> list[_Predicted]:
    phi = result.get("phi")
    return [
        _Predicted(int(p["start"]), int(p["end"]), str(p.get("entity_type")), str(p.get("replacement", "")))
        for p in (phi if isinstance(phi, list) else ())
    ]
