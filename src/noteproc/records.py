"""The frozen records that cross borders between rooms.

Offsets are 0-based code points, end exclusive, over the text exactly as read. Scores are in [0, 1].
No ``repr`` shows note text: ids, offsets and counts only.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal, NamedTuple, TypeAlias

Setting: TypeAlias = Literal["outpatient", "inpatient"]
Sex: TypeAlias = Literal["female", "male"]
Kind: TypeAlias = Literal["diagnosis", "procedure", "supply", "drug"]
MatchKind: TypeAlias = Literal["exact", "repaired", "reordered", "composed"]
Role: TypeAlias = Literal["main", "supporting"]
Level: TypeAlias = Literal["error", "warning", "info"]
Assertion: TypeAlias = Literal[
    "present", "absent", "possible", "hypothetical", "historical", "family", "other_person", "planned"
]
Reason: TypeAlias = Literal[
    "absent",
    "possible",
    "hypothetical",
    "historical",
    "family",
    "other_person",
    "planned",
    "declined",
    "template",
    "uncertain_outpatient",
    "integral",
    "included",
    "excluded",
    "outranked",
]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a note that came from one place of its source (an OBX segment, a column, a page).

    Args:
        name: the place, in the format's own words ("OBX-5", "footer", "page 2").
        start: first code point in the note's text.
        end: one past the last code point.
    """

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read, PHI and all. Only ``redaction`` reads its text.

    Args:
        note_id: unique in a run.
        text: the text exactly as read.
        parts: where stretches of the text came from, in order.
        metadata: what the source says about the note outside its text. Keys that redaction knows:
            ``patient_id``, ``patient_name``, ``patient_dob``, ``patient_mrn`` and any
            ``known:<ENTITY_TYPE>`` (known identifiers to sweep for); ``setting``, ``age``, ``sex``,
            ``date_of_service`` (ISO date). Several values are separated by newlines.
    """

    note_id: str
    text: str = field(repr=False)
    parts: tuple[Part, ...] = field(default=(), repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class PhiSpan:
    """One redacted stretch; never its surface text.

    Args:
        start, end: code points in the source text.
        entity_type: see ``noteproc.redaction.entities``.
        score: in [0, 1].
        recognizer: the name of the recognizer that decided.
        replacement: the words that stand in its place.
        redacted_start, redacted_end: code points in the redacted text.
    """

    start: int
    end: int
    entity_type: str
    score: float
    recognizer: str
    replacement: str
    redacted_start: int
    redacted_end: int


class OffsetMap:
    """Two-way map between source and redacted offsets, exact outside replacements.

    An offset inside a replacement maps to the start (or, with ``end=True``, the end) of the span it replaced.
    """

    __slots__ = ("_red_end", "_red_start", "_src_end", "_src_start")

    def __init__(self, phi: Iterable[PhiSpan] = ()) -> None:
        spans = sorted(phi, key=lambda p: p.start)
        self._src_start = [p.start for p in spans]
        self._src_end = [p.end for p in spans]
        self._red_start = [p.redacted_start for p in spans]
        self._red_end = [p.redacted_end for p in spans]

    def to_source(self, offset: int, *, end: bool = False) -> int:
        """The source offset of a redacted offset. ``end=True`` treats it as an exclusive end."""
        if not self._red_start:
            return offset
        return _map(offset, self._red_start, self._red_end, self._src_start, self._src_end, end)

    def to_redacted(self, offset: int, *, end: bool = False) -> int:
        """The redacted offset of a source offset. ``end=True`` treats it as an exclusive end."""
        return _map(offset, self._src_start, self._src_end, self._red_start, self._red_end, end)


def _map(
    offset: int, from_start: list[int], from_end: list[int], to_start: list[int], to_end: list[int], end: bool
) -> int:
    probe = offset - 1 if end else offset
    i = bisect_right(from_start, probe) - 1
    if i < 0:
        return offset
    if probe < from_end[i]:
        return to_end[i] if end else to_start[i]
    return to_end[i] + (offset - from_end[i])


@dataclass(frozen=True, slots=True)
class CodingContext:
    """What coding may know of the person and the visit.

    Args:
        setting: decides whether an uncertain diagnosis is coded (ICD-10-CM guidelines II.H, IV.H).
        age: years, or ``"90+"``.
        sex: as documented.
        releases: the code-set release to use for each code system, chosen inside redaction by the date of service.
    """

    setting: Setting = "outpatient"
    age: int | Literal["90+"] | None = None
    sex: Sex | None = None
    releases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RedactedNote:
    """A note without PHI: the only thing that stages after redaction accept."""

    note_id: str
    text: str = field(repr=False)
    phi: tuple[PhiSpan, ...] = field(default=(), repr=False)
    offsets: OffsetMap = field(default_factory=OffsetMap, repr=False, compare=False)
    context: CodingContext = field(default_factory=CodingContext)

    @classmethod
    def already_redacted(cls, note_id: str, text: str, context: CodingContext | None = None) -> RedactedNote:
        """The one door for text that somebody else has redacted: the caller vouches that it holds no PHI."""
        return cls(note_id, text, (), OffsetMap(), context or CodingContext())


class Coding(NamedTuple):
    """A code, as in FHIR: ``system`` is ICD-10-CM, ICD-10-PCS, HCPCS or CPT."""

    system: str
    version: str
    code: str
    display: str


class Evidence(NamedTuple):
    """The words that support a code.

    Args:
        start, end: code points in the *redacted* text; at most 200 characters.
        source_start, source_end: the same words in the source text.
        term: the dictionary's phrase that matched (never the note's own words).
        match_kind: how it matched.
        score: in [0, 1].
        section: canonical section name, or "".
        assertion: as found around the words.
        role: main or supporting.
    """

    start: int
    end: int
    source_start: int
    source_end: int
    term: str
    match_kind: MatchKind
    score: float
    section: str
    assertion: Assertion
    role: Role


class Alternative(NamedTuple):
    """A near code, and what tells it apart."""

    system: str
    code: str
    why: str


class Finding(NamedTuple):
    """What a rule has to say about a code or a pair of codes. ``source`` names the rule's origin."""

    level: Level
    rule: str
    message: str
    source: str


class Suggestion(NamedTuple):
    """A code that the note supports as reportable, with its evidence."""

    coding: Coding
    kind: Kind
    score: float
    rank: int
    units: int = 1
    modifiers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    missing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class NotCoded(NamedTuple):
    """A code that was seen and deliberately left out. ``evidence.assertion`` and ``reason`` say why."""

    coding: Coding
    evidence: Evidence
    reason: Reason


@dataclass(frozen=True, slots=True)
class NoteResult:
    """Everything that one note gave. ``to_dict`` is the contract of ``results.jsonl``."""

    note_id: str
    setting: Setting
    text: str = field(repr=False)
    phi: tuple[PhiSpan, ...] = field(default=(), repr=False)
    suggestions: tuple[Suggestion, ...] = ()
    not_coded: tuple[NotCoded, ...] = ()
    versions: Mapping[str, object] = field(default_factory=dict)

    SCHEMA_VERSION = 1

    def to_dict(self) -> dict[str, object]:
        """The result as JSON-ready values, keys in the contract's order."""
        return {
            "schema_version": self.SCHEMA_VERSION,
            "note_id": self.note_id,
            "setting": self.setting,
            "text": self.text,
            "phi": [_plain(p) for p in self.phi],
            "suggestions": [_suggestion(s) for s in self.suggestions],
            "not_coded": [_not_coded(n) for n in self.not_coded],
            "versions": dict(self.versions),
        }


_span = attrgetter(*PhiSpan.__slots__)


def _plain(span: PhiSpan) -> dict[str, object]:
    return dict(zip(PhiSpan.__slots__, _span(span), strict=True))


def _suggestion(s: Suggestion) -> dict[str, object]:
    return {
        "rank": s.rank,
        "system": s.coding.system,
        "version": s.coding.version,
        "code": s.coding.code,
        "display": s.coding.display,
        "kind": s.kind,
        "score": s.score,
        "units": s.units,
        "modifiers": list(s.modifiers),
        "evidence": [e._asdict() for e in s.evidence],
        "alternatives": [a._asdict() for a in s.alternatives],
        "missing": list(s.missing),
        "findings": [f._asdict() for f in s.findings],
    }


def _not_coded(n: NotCoded) -> dict[str, object]:
    e = n.evidence
    return {
        "system": n.coding.system,
        "code": n.coding.code,
        "display": n.coding.display,
        "start": e.start,
        "end": e.end,
        "source_start": e.source_start,
        "source_end": e.source_end,
        "term": e.term,
        "section": e.section,
        "reason": n.reason,
    }
