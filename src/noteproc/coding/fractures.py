"""Fracture care: looking after a broken bone closed, which the diagnosis and the way of treating name together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CPT, ICD10CM, CodeSets
from noteproc.coding.assertion import Assertions
from noteproc.coding.candidates import Candidate
from noteproc.coding.ranges import CodeRanges, CodeTable
from noteproc.coding.reading import Reading
from noteproc.coding.telling import telling
from noteproc.text.tables import rows

# Care of bones and joints, of which one is told already.
_CARE = ("23500", "28675")
_INITIAL = "A"


@lru_cache(maxsize=1)
def _care() -> CodeTable[dict[str, str]]:
    """The code of each kind of care for a broken bone."""
    table = rows(dictionaries_dir() / "rules" / "fracture_care.tsv", ("diagnoses", "still", "moved"))
    return CodeTable((CodeRanges.parse(r["diagnoses"]), {"still": r["still"], "moved": r["moved"]}) for r in table)


def fracture_care(
    reading: Reading, diagnoses: Sequence[Candidate], done: Sequence[Candidate], assertions: Assertions, sets: CodeSets
) -> list[Candidate]:
    """The care of the note's broken bone where the note tells it and no procedure names it yet.

    Args:
        reading: the note.
        diagnoses: its diagnosis candidates.
        done: its procedure candidates.
        assertions: what is planned or denied was not done.
        sets: a code that they do not hold is left out.

    Returns:
        One candidate, or none; of several broken bones nobody can tell which one is meant.
    """
    if any(c.reason is None and c.system == CPT and _CARE[0] <= c.code <= _CARE[1] for c in done):
        return []
    broken = [
        (c, care)
        for c in diagnoses
        if c.code.endswith(_INITIAL) and c.reason is None and c.system == ICD10CM
        for care in _care().of(c.code)
    ]
    for kind in ("moved", "still") if broken else ():
        told = telling()[f"fracture {kind}"].search(reading.text)
        if told is None:
            continue
        first, last = reading.word_after(told.start()), reading.word_before(told.end())
        if not 0 <= first <= last or not assertions.stands(first):
            continue
        named = {care[kind] for _, care in broken if care[kind] and sets.entry(CPT, care[kind]) is not None}
        if len(named) != 1:
            continue
        diagnosis, care = broken[0]
        at = tuple(range(first, last + 1))
        return [Candidate(CPT, care[kind], care[kind], diagnosis.mentions, at, derived=True)]
    return []
