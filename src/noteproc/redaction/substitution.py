"""Surrogates and shifted dates put in the place of the numbered tags that the workers left, offsets and all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from noteproc.records import Note, OffsetMap, PhiSpan, RedactedNote
from noteproc.redaction.dateshift import shifted
from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.policy import Policy
from noteproc.redaction.replacements import year_of
from noteproc.redaction.surrogates import surrogate
from noteproc.redaction.vault import Scope, Vault

# A month and more, so that a date of a month alone moves too; less than a year, so that no age moves by more than one.
_NEAREST_DAYS, _FARTHEST_DAYS = 35, 364
_USUAL_YEAR = 2023


@dataclass(frozen=True, slots=True)
class Taken:
    """One identifier that was taken out. It holds PHI.

    Args:
        entity_type: its kind.
        original: the words that stood there.
        replacement: the tag that stands there now.
    """

    entity_type: str
    original: str = field(repr=False)
    replacement: str

    @classmethod
    def of(cls, phi: Sequence[Mapping[str, object]], originals: Sequence[str]) -> tuple[Taken, ...]:
        """From the ``phi`` of a result and what stood there, in order."""
        pairs = zip(phi, originals, strict=True)
        return tuple(cls(str(p["entity_type"]), original, str(p["replacement"])) for p, original in pairs)


def substitutes(taken: Sequence[Taken], policy: Policy, vault: Vault, scope_name: str) -> list[str]:
    """What stands in for each identifier of a note, in order; draws are kept in the vault (and wait for its commit).

    Args:
        taken: the identifiers, in order.
        policy: which kinds get surrogates and which are shifted; the tag of any other stays.
        vault: where from.
        scope_name: the patient, or the note where the patient is not known.
    """
    scope = vault.scope(scope_name)
    persons: dict[str, list[str]] = {}
    for t in taken:
        if t.entity_type in NAME_TYPES:
            persons.setdefault(t.replacement, []).append(t.original)
    written = [year_of(t.original) for t in taken if t.entity_type == "DATE"]
    usual = max((int(year) for year in written if year), default=_USUAL_YEAR)
    # Full names first, so that an initial that stands before the name is the initial of its surrogate.
    for t in taken:
        if policy.action(t.entity_type) == "surrogate" and t.entity_type in NAME_TYPES and len(t.original) > 3:
            surrogate(t.entity_type, t.original, tuple(persons[t.replacement]), scope)
    new = []
    for t in taken:
        action = policy.action(t.entity_type)
        if action == "surrogate":
            new.append(surrogate(t.entity_type, t.original, tuple(persons.get(t.replacement, ())), scope))
        elif action == "shift":
            new.append(_moved(t, scope, policy.weekdays, usual))
        else:
            new.append(t.replacement)
    vault.keep_scope(scope_name, scope)
    return new


def settled_note(redacted: RedactedNote, note: Note, policy: Policy, vault: Vault) -> RedactedNote:
    """One note as it may be shown: surrogates put in where the policy has them, and what was taken out kept.

    Args:
        redacted: with numbered tags, under the id that it has in the output.
        note: the same note as read.
        policy: which kinds get surrogates and which are shifted.
        vault: where surrogates come from and the words go; it is committed.
    """
    taken = tuple(Taken(p.entity_type, note.text[p.start : p.end], p.replacement) for p in redacted.phi)
    if policy.needs_vault:
        patient = note.metadata.get("patient_id", "")
        scope = f"patient\n{patient}" if patient else f"note\n{redacted.note_id}"
        redacted = substituted_note(redacted, substitutes(taken, policy, vault, scope))
    kept = [(p.redacted_start, p.redacted_end, t.original) for p, t in zip(redacted.phi, taken, strict=True)]
    vault.keep_note(redacted.note_id, redacted.text, kept)
    vault.commit()
    return redacted


def _moved(taken: Taken, scope: Scope, weekdays: bool, year: int) -> str:
    tag = taken.replacement.split(":")[0].rstrip("]") + "]"
    if year_of(taken.original) and ":" not in taken.replacement:
        # Redaction withheld the year, as it shows an age over 89.
        return tag
    return shifted(taken.original, offset_days(scope, weekdays), year=year) or tag


def offset_days(scope: Scope, weekdays: bool) -> int:
    """By how many days the dates of a patient move, drawn when first asked for.

    Args:
        scope: the patient's.
        weekdays: whole weeks only.
    """
    if scope.offset_days is None:
        step = 7 if weekdays else 1
        far = scope.draw((_FARTHEST_DAYS - _NEAREST_DAYS) // step + 1) * step + _NEAREST_DAYS
        scope.offset_days = far if scope.draw(2) else -far
    return scope.offset_days


def substituted_note(redacted: RedactedNote, new: Sequence[str]) -> RedactedNote:
    """A redacted note with other replacements, in the order of its spans."""
    phi: list[PhiSpan] = []
    pieces: list[str] = []
    at = shift = 0
    for span, words in zip(redacted.phi, new, strict=True):
        pieces += [redacted.text[at : span.redacted_start], words]
        start = span.redacted_start + shift
        phi.append(replace(span, replacement=words, redacted_start=start, redacted_end=start + len(words)))
        at = span.redacted_end
        shift += len(words) - (span.redacted_end - span.redacted_start)
    text = "".join(pieces) + redacted.text[at:]
    return replace(redacted, text=text, phi=tuple(phi), offsets=OffsetMap(phi))


def substituted(result: Mapping[str, object], new: Sequence[str]) -> dict[str, object]:
    """A result (``NoteResult.to_dict``) with other replacements; evidence keeps pointing at the same words."""
    spans = [_span(p) for p in _dicts(result["phi"])]
    note = substituted_note(RedactedNote(str(result["note_id"]), str(result["text"]), tuple(spans)), new)
    moves = _Moves(spans, note.phi)
    suggestions = [
        {**s, "evidence": [moves.moved(e) for e in _dicts(s["evidence"])]} for s in _dicts(result["suggestions"])
    ]
    return {
        **result,
        "text": note.text,
        "phi": [{name: getattr(p, name) for name in p.__slots__} for p in note.phi],
        "suggestions": suggestions,
        "not_coded": [moves.moved(n) for n in _dicts(result["not_coded"])],
    }


class _Moves:
    def __init__(self, old: Sequence[PhiSpan], new: Sequence[PhiSpan]) -> None:
        self._starts = [p.redacted_start for p in old]
        self._pairs = list(zip(old, new, strict=True))

    def moved(self, record: Mapping[str, object]) -> dict[str, object]:
        start, end = int(str(record["start"])), int(str(record["end"]))
        return {**record, "start": self._offset(start, end=False), "end": self._offset(end, end=True)}

    def _offset(self, offset: int, *, end: bool) -> int:
        at = bisect_right(self._starts, offset - 1 if end else offset) - 1
        if at < 0:
            return offset
        old, new = self._pairs[at]
        inside = (offset - 1 if end else offset) < old.redacted_end
        if inside and old.replacement != new.replacement:
            return new.redacted_end if end else new.redacted_start
        return offset + (new.redacted_start - old.redacted_start if inside else new.redacted_end - old.redacted_end)


def _dicts(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _span(p: Mapping[str, object]) -> PhiSpan:
    start, end, new_start, new_end = (int(str(p[k])) for k in ("start", "end", "redacted_start", "redacted_end"))
    score = float(str(p["score"]))
    kind, who, words = str(p["entity_type"]), str(p["recognizer"]), str(p["replacement"])
    return PhiSpan(start, end, kind, score, who, words, new_start, new_end)
