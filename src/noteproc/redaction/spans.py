"""Spans while redaction is still deciding, and how overlaps end: one span, one replacement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from noteproc.redaction.entities import ID_TYPES, NAME_TYPES, PLACE_TYPES


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the plain text under suspicion.

    Args:
        start, end: code points in the plain text.
        entity_type: see ``noteproc.redaction.entities``.
        score: in [0, 1].
        recognizer: who noticed it.
    """

    start: int
    end: int
    entity_type: str
    score: float
    recognizer: str


def family(entity_type: str) -> str:
    """The family in which one kind may stand in for another when evidence is added up."""
    if entity_type in NAME_TYPES:
        return "name"
    if entity_type in PLACE_TYPES:
        return "place"
    if entity_type in ID_TYPES or entity_type in ("PHONE_NUMBER", "FAX_NUMBER"):
        return "id"
    return entity_type


# Where two spans of like score overlap, the kind that says more wins.
_RANK = {
    "EMAIL_ADDRESS": 9,
    "URL": 8,
    "US_SSN": 8,
    "IP_ADDRESS": 8,
    "DATE": 6,
    "STREET_ADDRESS": 7,
    "PHONE_NUMBER": 6,
    "FAX_NUMBER": 7,
    "AGE_OVER_89": 7,
    "ZIP_CODE": 6,
    "OTHER_ID": 2,
    "FACILITY": 4,
    "ORGANIZATION": 3,
}


def _weight(span: Span) -> tuple[float, int, int]:
    tagged = span.recognizer == "TaggedRecognizer"
    return (round(span.score - (0.15 if tagged else 0.0), 1), span.end - span.start, _RANK.get(span.entity_type, 5))


def supported(spans: Iterable[Span], threshold: float) -> list[Span]:
    """The spans that stand by their own score, and weak ones that another recognizer backs."""
    ordered = sorted(spans, key=lambda s: (s.start, s.end, s.entity_type, s.recognizer, -s.score))
    kept: list[Span] = []
    open_spans: list[Span] = []
    backing: dict[Span, float] = {}
    for span in ordered:
        open_spans = [o for o in open_spans if o.end > span.start]
        for other in open_spans:
            if other.recognizer != span.recognizer and family(other.entity_type) == family(span.entity_type):
                backing[span] = max(backing.get(span, 0.0), other.score)
                backing[other] = max(backing.get(other, 0.0), span.score)
        open_spans.append(span)
    for span in ordered:
        joint = 1.0 - (1.0 - span.score) * (1.0 - backing.get(span, 0.0))
        if span.score >= threshold:
            kept.append(span)
        elif joint >= threshold + 0.1 and span.score >= 0.25:
            kept.append(replace(span, score=round(joint, 3)))
    return kept


def resolve(spans: Iterable[Span]) -> list[Span]:
    """Disjoint spans in order that together cover all that the given ones cover.

    The strongest span keeps its kind; what sticks out of a weaker one is joined to it when both are of one family, and
    stands by itself otherwise.
    """
    ordered = sorted(set(spans), key=lambda s: (*(-w for w in _weight(s)), s.start, s.entity_type, s.recognizer))
    out: list[Span] = []
    for span in _components(ordered):
        out.extend(_settle(span))
    return sorted(out, key=lambda s: s.start)


def _components(spans: list[Span]) -> list[list[Span]]:
    groups: list[list[Span]] = []
    end = -1
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if groups and span.start < end:
            groups[-1].append(span)
            end = max(end, span.end)
        else:
            groups.append([span])
            end = span.end
    return groups


def _settle(group: list[Span]) -> list[Span]:
    group = sorted(group, key=lambda s: (*(-w for w in _weight(s)), s.start, s.entity_type, s.recognizer))
    done: list[Span] = []
    for span in group:
        pieces = [(span.start, span.end)]
        touching = None
        for at, winner in enumerate(done):
            if (
                (
                    family(winner.entity_type) == family(span.entity_type) in ("name", "id")
                    or winner.entity_type == span.entity_type
                )
                and span.start < winner.end
                and winner.start < span.end
            ):
                # Two readings of one thing: it is as long as the two together, where nobody else claims the rest.
                a, b = min(span.start, winner.start), max(span.end, winner.end)
                if b - a <= 60 and not any(o is not winner and o.start < b and a < o.end for o in done):
                    done[at] = replace(winner, start=a, end=b)
                    pieces = []
                    break
            rest: list[tuple[int, int]] = []
            for a, b in pieces:
                if b <= winner.start or a >= winner.end:
                    rest.append((a, b))
                    continue
                touching = touching or winner
                if a < winner.start:
                    rest.append((a, winner.start))
                if b > winner.end:
                    rest.append((winner.end, b))
            pieces = rest
        for a, b in pieces:
            # What sticks out of a winner counts only where it is most of the loser: the rest was its ragged edge.
            if (
                touching is None
                or (b - a) * 2 >= span.end - span.start
                or (span.score >= 0.9 and span.recognizer != "TaggedRecognizer")
                or (span.score >= 0.7 and family(span.entity_type) == "place" == family(touching.entity_type))
                or (span.score >= 0.9 and span.entity_type in ("FACILITY", "ORGANIZATION"))
            ):
                done.append(replace(span, start=a, end=b))
    return done
