"""Evidence: the words that support a code, in the redacted text and in the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from noteproc.coding.candidates import Candidate
from noteproc.coding.index import PhraseIndex
from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading
from noteproc.records import Assertion, Evidence, RedactedNote, Role

MAX_LENGTH = 200
# How each class of an assertion is shown; any other one as hypothetical.
_SHOWN: Mapping[str, Assertion] = {
    **{kind: kind for kind in get_args(Assertion)},
    "declined": "absent",
}
_MAX_PIECES = 12
_MOST_MENTIONS = 6
_MOST_ECHOES = 3
# Pieces of one phrase nearer than this are one stretch.
_JOIN = 40


class EvidenceWriter:
    """Writes the evidence of candidates.

    Args:
        note: the redacted note.
        reading: its reading.
        index: for the dictionary's own wording.
    """

    def __init__(self, note: RedactedNote, reading: Reading, index: PhraseIndex) -> None:
        self._note = note
        self._reading = reading
        self._index = index

    def of(self, candidate: Candidate) -> tuple[Evidence, ...]:
        """Main pieces first, then supporting ones, each in text order within its mention."""
        found: dict[tuple[int, int], Evidence] = {}
        # At most six, and the best of what says the same less well.
        told = (*candidate.mentions[:_MOST_MENTIONS], *candidate.echoes[:_MOST_ECHOES])
        for n, mention in enumerate(told):
            for start, end in self._stretches(mention.match.at):
                found.setdefault(
                    (start, end), self._piece(mention, start, end, "main" if n == 0 else "supporting", candidate)
                )
        for start, end in self._stretches(candidate.support):
            if not any(s <= start and end <= e for s, e in found):
                found[start, end] = self._piece(candidate.mentions[0], start, end, "supporting", candidate)
        return tuple(found.values())[:_MAX_PIECES]

    def main(self, candidate: Candidate) -> Evidence:
        """The first main piece."""
        mention = candidate.mentions[0]
        return self._piece(mention, *self._stretches(mention.match.at)[0], "main", candidate)

    def _piece(self, mention: Mention, start: int, end: int, role: Role, candidate: Candidate) -> Evidence:
        match, to_source = mention.match, self._note.offsets.to_source
        return Evidence(
            start,
            end,
            to_source(start),
            to_source(end, end=True),
            self._index.phrase(match.phrase),
            "composed" if candidate.composed and match.kind == "exact" else match.kind,
            round(min(1.0, match.score), 4),
            mention.section,
            _SHOWN.get(mention.verdict.kind, "hypothetical"),
            role,
        )

    def _stretches(self, at: Sequence[int]) -> list[tuple[int, int]]:
        words = self._reading.words
        found: list[tuple[int, int]] = []
        low, high = 0, -MAX_LENGTH
        for i in at:
            start, end, _ = words[i]
            end = min(end, start + MAX_LENGTH)
            if start - high <= _JOIN and end - low <= MAX_LENGTH and start >= low:
                high = max(high, end)
                found[-1] = low, high
            else:
                low, high = start, end
                found.append((start, end))
        return found
