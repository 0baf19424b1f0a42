"""Spans while redaction is still deciding, and how overlaps end: one span, one replacement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
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

    def over(self, start: int, end: int) -> Span:
        """The same over another stretch; like the next two far cheaper than ``_replace``."""
        return tuple.__new__(Span, (start, end, self[2], self[3], self[4]))

    def scored(self, score: float) -> Span:
        """The same with another score."""
        return tuple.__new__(Span, (self[0], self[1], self[2], score, self[4]))

    def called(self, entity_type: str) -> Span:
        """The same of another entity type."""
        return tuple.__new__(Span, (self[0], self[1], entity_type, self[3], self[4]))


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


def _strength(span: Span) -> tuple[float, int, int, int, str, str, float]:
    """The sort key that puts the strongest span first, the same whatever order the spans came in."""
    start, end, kind, score, recognizer = span
    weight = round(score - 0.15 if recognizer == "TaggedRecognizer" else score, 1)
    return -weight, start - end, -_RANK.get(kind, 5), start, kind, recognizer, -score


def _names_part(span: Span, other: Span) -> bool:
    """Whether a place is part of a longer one, which says all: the town in "Willow Bend Medicine" is none."""
    within = other.start <= span.start and span.end <= other.end and other.end - other.start > span.end - span.start
    return within and family(span.entity_type) == "place"


def supported(spans: Iterable[Span], threshold: float) -> list[Span]:
    """Disjoint spans, as ``resolve`` gives them, of those that stand by their own score or that another backs."""
    out: list[Span] = []
    for group in _components(spans):
        standing = [span for span in group if span[3] >= threshold]
        if len(standing) < len(group) > 1:
            standing = list(_backed(group, threshold))
        out += standing if len(standing) < 2 else _settle(standing)
    return out


def _backed(group: Sequence[Span], threshold: float) -> Iterator[Span]:
    """The spans of a group, in order, that stand by their own score or are backed."""
    backing = [0.0] * len(group)
    near: list[int] = []
    for at, span in enumerate(group):
        near = [k for k in near if group[k][1] > span[0]]
        for k in near:
            other = group[k]
            if other.recognizer != span.recognizer and family(other.entity_type) == family(span.entity_type):
                if not _names_part(span, other):
                    backing[at] = max(backing[at], other.score)
                if not _names_part(other, span):
                    backing[k] = max(backing[k], span.score)
        near.append(at)
    for span, backed in zip(group, backing, strict=True):
        if span.score >= threshold:
            yield span
        elif backed and span.score >= 0.25:
            joint = 1.0 - (1.0 - span.score) * (1.0 - backed)
            if joint >= threshold + 0.1:
                yield span.scored(round(joint, 3))


def resolve(spans: Sequence[Span]) -> list[Span]:
    """Disjoint spans in order that together cover all that the given ones cover.

    The strongest span keeps its kind; what sticks out of a weaker one is joined to it when both are of one family, and
    stands by itself otherwise.
    """
    if all(before[1] <= after[0] for before, after in pairwise(spans)):
        return list(spans)
    out: list[Span] = []
    for group in _components(spans):
        out += group if len(group) == 1 else _settle(group)
    return out


def _components(spans: Iterable[Span]) -> list[list[Span]]:
    """The spans in groups that touch no other group, in order and each once."""
    groups: list[list[Span]] = []
    group: list[Span] = []
    end = -1
    for span in sorted(spans):
        if span[0] >= end:
            group = [span]
            groups.append(group)
            end = span[1]
        elif span != group[-1]:
            group.append(span)
            end = max(end, span[1])
    return groups


_STRETCH = 64


class _Winners:
    """The spans of a group that stand, in the order in which they won, and which of them may touch a stretch.

    They are kept by the stretches of text that they reach into, so that a long chain of spans costs no more than its
    length; among a few, all are looked at.

    Args:
        many: whether the group is a large one.
    """

    def __init__(self, *, many: bool) -> None:
        self.spans: list[Span] = []
        self._near: dict[int, list[int]] | None = {} if many else None

    def set(self, at: int, span: Span) -> None:
        """Put a span in a place, which may be the first free one."""
        if at < len(self.spans):
            self.spans[at] = span
        else:
            self.spans.append(span)
        if self._near is not None:
            for stretch in range(span.start // _STRETCH, (span.end - 1) // _STRETCH + 1):
                written = self._near.setdefault(stretch, [])
                if at not in written:
                    written.append(at)

    def touched(self, start: int, end: int) -> list[int]:
        """The places of the spans that overlap ``[start, end)``, in order."""
        spans = self.spans
        if self._near is None:
            return [at for at, span in enumerate(spans) if span[0] < end and start < span[1]]
        stretches = range(start // _STRETCH, (end - 1) // _STRETCH + 1)
        places = sorted({at for stretch in stretches for at in self._near.get(stretch, ())})
        return [at for at in places if spans[at][0] < end and start < spans[at][1]]


_FEW = 16


def _settle(group: list[Span]) -> list[Span]:
    """Disjoint spans in order for a group."""
    strongest = min(group, key=_strength)
    sticking = [s for s in group if s[0] < strongest[0] or s[1] > strongest[1]]
    if not sticking:
        return [strongest]
    winners = _Winners(many=len(sticking) >= _FEW)
    winners.set(0, strongest)
    for span in sorted(sticking, key=_strength):
        start, end, kind, score, recognizer = span
        touched = winners.touched(start, end)
        if not touched:
            winners.set(len(winners.spans), span)
            continue
        pieces = [(start, end)]
        touching = None
        kin = family(kind)
        for at in touched:
            winner = winners.spans[at]
            if winner.entity_type == kind or (family(winner.entity_type) == kin and kin in ("name", "id")):
                # Two readings of one thing: it is as long as the two together, where nobody else claims the rest.
                a, b = min(start, winner.start), max(end, winner.end)
                if b - a <= 60 and winners.touched(a, b) == [at]:
                    if (a, b) != (winner.start, winner.end):
                        winners.set(at, winner.over(a, b))
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
                or (b - a) * 2 >= end - start
                or (score >= 0.9 and recognizer != "TaggedRecognizer")
                or (score >= 0.7 and kin == "place" == family(touching.entity_type))
                or (score >= 0.9 and kind in ("FACILITY", "ORGANIZATION"))
            ):
                winners.set(len(winners.spans), span.over(a, b))
    return sorted(winners.spans)
