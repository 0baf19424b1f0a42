"""Echoes: other words of a note that name a code which is coded anyway. They are shown as evidence, never weighed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from noteproc.codesets import ICD10CM
from noteproc.coding.assertion import Assertions
from noteproc.coding.candidates import Candidate
from noteproc.coding.index import PhraseIndex
from noteproc.coding.matching import Match
from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading
from noteproc.coding.wording import Wording

# Of so many words that say the same, the fullest are enough.
_MOST = 3
_LEAST = 0.6
_OTHERWISE = frozenset({"absent", "family", "other_person", "template", "declined"})


class Echoes:
    """Finds the echoes in one note.

    Args:
        reading: the note.
        matches: every phrase found in it.
        assertions: what it denies is no echo.
        index: the compiled phrases.
    """

    def __init__(self, reading: Reading, matches: Sequence[Match], assertions: Assertions, index: PhraseIndex) -> None:
        self._reading = reading
        self._assertions = assertions
        self._wording = Wording(reading, index)
        self._matches = matches
        self._found: dict[tuple[str, str], list[Match]] = {}

    def add(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, those that are coded with their echoes."""
        named = {(c.system, code) for c in candidates if c.reason is None for code in (c.code, c.base)}
        for match in self._matches:
            if (match.system, match.code) in named and match.score >= _LEAST:
                self._found.setdefault((match.system, match.code), []).append(match)
        return [c if c.reason is not None else self._with_echoes(c) for c in candidates]

    def _with_echoes(self, candidate: Candidate) -> Candidate:
        taken = {i for m in (*candidate.mentions, *candidate.echoes) for i in m.match.at}
        found: list[Mention] = []
        for match in self._named(candidate):
            if len(found) == _MOST:
                break
            if taken.isdisjoint(match.at) and self._wording.fits(match):
                mention = self._mention(match)
                if mention.verdict.kind not in _OTHERWISE:
                    taken.update(match.at)
                    found.append(mention)
        return candidate._replace(echoes=(*candidate.echoes, *found)) if found else candidate

    def _named(self, candidate: Candidate) -> Iterator[Match]:
        """The phrases of a candidate's code, the fullest first; of procedures only where something is done."""
        codes = dict.fromkeys((candidate.code, candidate.base))
        named = [m for code in codes for m in self._found.get((candidate.system, code), ())]
        named.sort(key=lambda m: (-len(m.at), m.at, -m.score, m.phrase))
        done = self._reading.operative_keys() if named and candidate.system != ICD10CM else None
        return (m for m in named if done is None or done[m.first])

    def _mention(self, match: Match) -> Mention:
        section = self._reading.section(self._reading.words[match.first].start).name
        verdict = self._assertions.of(match.first, match.last, own=frozenset(match.at))
        return Mention(match, match.code, match.code, section, verdict)
