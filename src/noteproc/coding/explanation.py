"""Why a code was suggested, or was not: phrase, context, what outranked it, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from noteproc.coding.candidates import Candidate
from noteproc.coding.index import PhraseIndex
from noteproc.coding.reading import Reading
from noteproc.records import Alternative, MatchKind, Reason

Outcome = Literal["suggested", "not coded", "too weak", "not seen"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place of the note that speaks for a code.

    Args:
        start, end: code points in the redacted text.
        phrase: the dictionary's words that matched.
        match_kind: how they matched.
        section: canonical section name, or "".
        assertion: the class that decided.
        cues: the cue words of the dictionary that reach it, in text order.
    """

    start: int
    end: int
    phrase: str
    match_kind: MatchKind
    section: str
    assertion: str
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a code stands in a result, or does not.

    Args:
        system, code: which code.
        outcome: what became of it.
        reason: why it was not coded, where it was not.
        score: in [0, 1]; 0 where it was never scored.
        threshold: the least score of a suggestion.
        sightings: the places that speak for it.
        instead: codes of the same family that were suggested, best first.
        alternatives: near codes, and what tells them apart.
        missing: what would have to be documented for a more specific code.
    """

    system: str
    code: str
    outcome: Outcome
    reason: Reason | None = None
    score: float = 0.0
    threshold: float = 0.0
    sightings: tuple[Sighting, ...] = ()
    instead: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    missing: tuple[str, ...] = ()


def explain(
    system: str,
    code: str,
    candidates: Sequence[Candidate],
    reading: Reading,
    index: PhraseIndex,
    threshold: float,
) -> Explanation:
    """The explanation of one code, from the candidates that coding weighed.

    Args:
        system, code: the code asked for, with its dot; a header asks for anything below it.
        candidates: as ``Coder.candidates`` gives them.
        reading: the note.
        index: the compiled phrases.
        threshold: the least score of a suggestion.
    """
    coded = sorted(
        (c for c in candidates if c.reason is None and c.score >= threshold), key=lambda c: (-c.score, c.code)
    )
    instead = tuple(c.code for c in coded if c.system == system and c.code[:3] == code[:3] and c.code != code)
    found = next((c for c in candidates if (c.system, c.code) == (system, code)), None)
    if found is None:
        found = next((c for c in candidates if c.system == system and c.code.startswith(code)), None)
    if found is None:
        return Explanation(system, code, "not seen", threshold=threshold, instead=instead)
    outcome: Outcome = "suggested"
    if found.reason is not None:
        outcome = "not coded"
    elif found.score < threshold:
        outcome = "too weak"
    return Explanation(
        system,
        found.code,
        outcome,
        found.reason,
        found.score,
        threshold,
        tuple(_sighting(m.match.at, n, found, reading, index) for n, m in enumerate(found.mentions)),
        tuple(c for c in instead if c != found.code),
        found.alternatives,
        found.missing,
    )


def _sighting(at: tuple[int, ...], number: int, candidate: Candidate, reading: Reading, index: PhraseIndex) -> Sighting:
    mention = candidate.mentions[number]
    words = reading.words
    return Sighting(
        words[at[0]].start,
        words[at[-1]].end,
        index.phrase(mention.match.phrase),
        mention.match.kind,
        mention.section,
        mention.verdict.kind,
        tuple(" ".join(words[i].form for i in range(c.start, c.end)) for c in mention.verdict.cues),
    )
