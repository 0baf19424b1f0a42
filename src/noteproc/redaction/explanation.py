"""Why a stretch of a note went or stayed: who spoke, how loud, what the shield said, and what decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from noteproc.records import Note
from noteproc.redaction.phrases import DENY_LIST, STATE_NAMES
from noteproc.redaction.redactor import Redactor
from noteproc.redaction.spans import Span
from noteproc.redaction.sweep import NAME as SWEEP

_TAGGED = "TaggedRecognizer"


@dataclass(frozen=True, slots=True)
class Voice:
    """What one recognizer noticed.

    Args:
        recognizer: its name.
        entity_type: the kind that it takes the stretch for.
        start, end: code points in the source text.
        score: its own, in [0, 1].
        shielded: the score that the shield of clinical words left.
    """

    recognizer: str
    entity_type: str
    start: int
    end: int
    score: float
    shielded: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one stretch went or stayed. Offsets and kinds, no words.

    Args:
        start, end: code points in the source text.
        entity_type: what it was taken for at the end; "" where nothing was found.
        action: what the policy does with it; ``keep`` where nothing was found.
        score: in [0, 1].
        decided: what decided, in words.
        voices: who spoke, in order of place.
    """

    start: int
    end: int
    entity_type: str
    action: str
    score: float
    decided: str
    voices: tuple[Voice, ...]


def explain(redactor: Redactor, note: Note, offset: int | None = None) -> list[Explanation]:
    """Why each identifier of a note goes, or why what stands at ``offset`` goes or stays.

    Args:
        redactor: whose decisions.
        note: the note.
        offset: a code point in the source text; None explains every span.

    Raises:
        ValueError: the offset lies outside the note.
        RedactionError: detection failed.
    """
    if offset is not None and not 0 <= offset < len(note.text):
        raise ValueError("the offset lies outside the note")
    plain, heard, spans = redactor.trace(note)
    voices = [
        Voice(s.recognizer, s.entity_type, *plain.to_source(s.start, s.end), round(s.score, 3), shielded)
        for s, shielded in heard
    ]
    voices.sort(key=lambda v: (v.start, v.end, v.recognizer, v.entity_type))
    told = [_told(redactor, span, *plain.to_source(span.start, span.end), voices) for span in spans]
    if offset is None:
        return told
    found = [e for e in told if e.start <= offset < e.end]
    return found or [_silent(offset, voices)]


def _told(redactor: Redactor, span: Span, start: int, end: int, voices: Sequence[Voice]) -> Explanation:
    near = tuple(v for v in voices if v.start < end and start < v.end)
    action = redactor.action(span.entity_type)
    decided = _decided(span, near)
    if action == "keep":
        decided += f"; the policy {redactor.policy.name} lets it stay"
    return Explanation(start, end, span.entity_type, action, round(span.score, 3), decided, near)


def _decided(span: Span, near: Sequence[Voice]) -> str:
    if span.recognizer == SWEEP:
        return "the sweep: the same person, number or place is known from elsewhere in the note or from the caller"
    if span.recognizer == DENY_LIST:
        return "the policy's deny list"
    if span.recognizer == STATE_NAMES:
        return "the policy redacts states"
    who = "the tagger" if span.recognizer == _TAGGED else span.recognizer
    own = [v for v in near if v.recognizer == span.recognizer]
    words = who
    if len({v.recognizer for v in near}) > 1:
        words += ", backed or outvoted " + ", ".join(sorted({v.recognizer for v in near} - {span.recognizer}))
    if own and all(v.entity_type != span.entity_type for v in own):
        words += f"; who the person is elsewhere in the note makes it {span.entity_type}"
    return words


def _silent(offset: int, voices: Sequence[Voice]) -> Explanation:
    near = tuple(v for v in voices if v.start <= offset < v.end)
    if not near:
        return Explanation(offset, offset + 1, "", "keep", 0.0, "nobody noticed anything here", ())
    best = max(near, key=lambda v: (v.shielded, -v.start))
    if any(v.score > v.shielded for v in near):
        decided = "the shield of clinical words, an allowed phrase or a tag that stood here already spoke against it"
    else:
        decided = "nobody was sure enough, or an allowed phrase or a tag that stood here already spoke against it"
    return Explanation(best.start, best.end, "", "keep", best.shielded, decided, near)
