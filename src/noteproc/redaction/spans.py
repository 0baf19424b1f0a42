"""Spans while redaction is still deciding, and how overlaps end: one span, one replacement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from noteproc.redaction.entities import ENTITY_TYPES, ID_TYPES, NAME_TYPES, PLACE_TYPES


class Span(NamedTuple):
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


def _family_of(entity_type: str) -> str:
    if entity_type in NAME_TYPES:
        return "name"
    if entity_type in PLACE_TYPES:
        return "place"
    if entity_type in ID_TYPES or entity_type in ("PHONE_NUMBER", "FAX_NUMBER"):
        return "id"
    return entity_type


_FAMILY = {kind: _family_of(kind) for kind in ENTITY_TYPES}


def family(entity_type: str) -> str:
    """The family in which one kind may stand in for another when evidence is added up."""
    return _FAMILY.get(entity_type, entity_type)


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


def _strength(span: Span) -> tuple[float, float, int, int, str, str, float]:
    """The sort key that puts the strongest span first, the same whatever order the spans came in."""
    score, length, rank = _weight(span)
    return -score, -length, -rank, span.start, span.entity_type, span.recognizer, -span.score


def supported(spans: Iterable[Span], threshold: float) -> list[Span]:
    """The spans that stand by their own score, and weak ones that another recognizer backs."""
    ordered = sorted(spans, key=lambda s: (s.start, s.end, s.entity_type, s.recognizer, -s.score))
    kept: list[Span] = []
    open_spans: list[int] = []
    backing = [0.0] * len(ordered)
    for at, span in enumerate(ordered):
        open_spans = [k for k in open_spans if ordered[k].end > span.start]
        kin = family(span.entity_type)
        for k in open_spans:
            other = ordered[k]
            if other.recognizer != span.recognizer and family(other.entity_type) == kin:
                backing[at] = max(backing[at], other.score)
                backing[k] = max(backing[k], span.score)
        open_spans.append(at)
    for span, backed in zip(ordered, backing, strict=True):
        joint = 1.0 - (1.0 - span.score) * (1.0 - backed)
        if span.score >= threshold:
            kept.append(span)
        elif joint >= threshold + 0.1 and span.score >= 0.25:
            kept.append(span._replace(score=round(joint, 3)))
    return kept


def resolve(spans: Iterable[Span]) -> list[Span]:
    """Disjoint spans in order that together cover all that the given ones cover.

    The strongest span keeps its kind; what sticks out of a weaker one is joined to it when both are of one family, and
    stands by itself otherwise.
    """
    out: list[Span] = []
    for group in _components(set(spans)):
        out.extend(group if len(group) == 1 else _settle(group))
    return sorted(out, key=lambda s: s.start)


_STRETCH = 64


def _components(spans: Iterable[Span]) -> list[list[Span]]:
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
    done: list[Span] = []
    # Winners by the stretches of text that they reach into: a long chain of spans costs no more than its length.
    near: dict[int, list[int]] = {}
    for span in sorted(group, key=_strength):
        pieces = [(span.start, span.end)]
        touching = None
        for at in _touched(near, span):
            winner = done[at]
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
                rivals = (done[k] for k in _touched(near, winner._replace(start=a, end=b)) if k != at)
                if b - a <= 60 and not any(o.start < b and a < o.end for o in rivals):
                    done[at] = winner._replace(start=a, end=b)
                    _note(near, at, done[at])
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
                done.append(span._replace(start=a, end=b))
                _note(near, len(done) - 1, done[-1])
    return done


def _note(near: dict[int, list[int]], at: int, span: Span) -> None:
    """Write a winner into every stretch that it reaches into."""
    for stretch in range(span.start // _STRETCH, (span.end - 1) // _STRETCH + 1):
        written = near.setdefault(stretch, [])
        if at not in written:
            written.append(at)


def _touched(near: dict[int, list[int]], span: Span) -> list[int]:
    """The winners in the stretches that a span reaches into, in the order in which they won."""
    stretches = range(span.start // _STRETCH, (span.end - 1) // _STRETCH + 1)
    return sorted({at for stretch in stretches for at in near.get(stretch, ())})
