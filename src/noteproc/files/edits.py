"""Edits of a text: stretches put in another's place, everything else left as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from noteproc.files.document import Stretch


@dataclass(frozen=True, slots=True)
class Edit:
    """One stretch and what stands in its place.

    Args:
        start, end: code points in the text.
        new: the new words.
    """

    start: int
    end: int
    new: str = field(repr=False)


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text with its edits; of two that overlap, the one that starts first, then the longer."""
    out: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: (e.start, -e.end)):
        if edit.start < at:
            continue
        out += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join(out) + text[at:]


def redaction_edits(
    stretches: Sequence[Stretch], phi: Sequence[Mapping[str, object]]
) -> Iterator[tuple[Stretch, Edit]]:
    """Where the source's values must change for what was redacted in a note's text.

    A span that runs over several stretches is replaced in the first; of the others its words go.

    Args:
        stretches: of the note, in order.
        phi: of its result, in order.
    """
    for span in phi:
        start, end, new = span["start"], span["end"], str(span["replacement"])
        assert isinstance(start, int)
        assert isinstance(end, int)
        for stretch in stretches:
            left, right = max(start, stretch.start), min(end, stretch.end)
            if left < right:
                a, b = stretch.trace.to_source(left - stretch.start, right - stretch.start)
                yield stretch, Edit(a, b, new)
                new = ""


def applied(text: str, phi: Sequence[Mapping[str, object]]) -> str:
    """A note's text with its spans replaced: what its result must show."""
    return edited(text, [Edit(int(str(p["start"])), int(str(p["end"])), str(p["replacement"])) for p in phi])
