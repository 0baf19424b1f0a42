"""Traces: words of a note that show how something was done or how much was given. They are shown, never weighed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM, CodeSets
from noteproc.coding.candidates import Candidate
from noteproc.coding.doses import Doses
from noteproc.coding.ranges import CodeRanges, CodeTable
from noteproc.coding.reading import Reading, phrase_keys
from noteproc.text import lexicon
from noteproc.text.tables import rows

Keys = tuple[str, ...]
# Of what shows the same the first few are enough; so many doses of one drug.
_MOST, _MOST_DOSES = 4, 3


@lru_cache(maxsize=1)
def _rows() -> CodeTable[tuple[Keys, ...]]:
    table = rows(dictionaries_dir() / "rules" / "traces.tsv", ("codes", "words"))
    return CodeTable(
        (CodeRanges.parse(r["codes"]), tuple(phrase_keys(w.strip()) for w in r["words"].split("|"))) for r in table
    )


@lru_cache(maxsize=20_000)
def _of(code: str) -> tuple[Keys, ...]:
    """What shows that a procedure was done, or why the person came."""
    return tuple(dict.fromkeys(keys for words in _rows().of(code) for keys in words if keys))


class Traces:
    """Finds the traces of what is coded in one note.

    Args:
        reading: the note.
        codesets: tell which codes are drugs.
    """

    def __init__(self, reading: Reading, codesets: CodeSets) -> None:
        self._reading = reading
        self._codesets = codesets
        self._doses = Doses(reading)

    def add(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates; coded procedures are supported by what shows how they were done, drugs by their doses."""
        return [c if c.reason is not None else self._with_traces(c) for c in candidates]

    def _with_traces(self, candidate: Candidate) -> Candidate:
        entry = None if candidate.system == ICD10CM else self._codesets.entry(candidate.system, candidate.code)
        drug = entry is not None and entry.kind == "drug"
        found = self._dose(candidate) if drug else self._acts(candidate)
        more = {*candidate.support, *found}
        return candidate if len(more) == len(candidate.support) else candidate._replace(support=tuple(sorted(more)))

    def _dose(self, candidate: Candidate) -> list[int]:
        """The words of the amounts beside a drug's names."""
        found: list[int] = []
        for mention in candidate.mentions[:_MOST_DOSES]:
            told = self._doses.told(mention.match.first, mention.match.last)
            if told is not None:
                first, last = self._reading.word_after(told[0]), self._reading.word_before(told[1])
                found.extend(range(first, last + 1) if first >= 0 else ())
        return found

    def _acts(self, candidate: Candidate) -> list[int]:
        reading = self._reading
        first = candidate.mentions[0].match.first
        inside = reading.operative_keys()
        # What is told below a plan is shown there.
        near = range(len(inside)) if inside[first] else reading.span_near(first, first)
        inside = inside if inside[first] else reading.keys
        found: list[int] = []
        sentences: set[int] = set()
        for keys in _of(candidate.code):
            for place in reading.places(keys[0]):
                span = _follow(inside, place, keys) if place in near else range(0)
                if not span or reading.sentence_of[place] in sentences:
                    continue
                sentences.add(reading.sentence_of[place])
                found.extend(span)
                if len(sentences) == _MOST:
                    return found
        return found


def _follow(inside: Sequence[str], place: int, keys: Keys) -> range:
    """The words from a place on that are these keys, small words between them passed over; none where not."""
    stop = lexicon.shipped().stop
    if inside[place] != keys[0]:
        return range(0)
    i = place
    for key in keys[1:]:
        i += 1
        while i < len(inside) and inside[i] in stop and inside[i] != key:
            i += 1
        if i >= len(inside) or inside[i] != key:
            return range(0)
    return range(place, i + 1)
