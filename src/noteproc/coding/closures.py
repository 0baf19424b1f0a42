"""Wounds that were stitched: those of one kind and one group of sites are a single service of their lengths together.

Source: CMS NCCI Policy Manual, chapter 3 (repair of lacerations).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.candidates import Candidate
from noteproc.coding.mentions import Mention
from noteproc.coding.quantities import Quantities
from noteproc.coding.reading import Reading
from noteproc.text.tables import rows


@lru_cache(maxsize=1)
def _groups() -> dict[str, tuple[tuple[str, float], ...]]:
    found: dict[str, list[tuple[str, float]]] = {}
    for row in rows(dictionaries_dir() / "rules" / "closures.tsv", ("group", "code", "upto")):
        found.setdefault(row["group"], []).append((row["code"], float(row["upto"] or "inf")))
    return {group: tuple(codes) for group, codes in found.items()}


@lru_cache(maxsize=1)
def _group_of() -> dict[str, str]:
    return {code: group for group, codes in _groups().items() for code, _ in codes}


def is_apart(reading: Reading, candidate: Candidate, other: Candidate) -> bool:
    """Whether two closures are told of different wounds: each in sentences of its own."""
    if candidate.code not in _group_of() or other.code not in _group_of():
        return False
    sentences = [{reading.sentence_of[m.match.first] for m in c.mentions} for c in (candidate, other)]
    return sentences[0].isdisjoint(sentences[1])


def summed(reading: Reading, quantities: Quantities, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, closures of one group as one code of the sum of their lengths.

    A length that is told twice is that of one wound.
    """
    found = list(candidates)
    for codes in _groups().values():
        numbers = {code for code, _ in codes}
        places = [n for n, c in enumerate(found) if c.reason is None and c.code in numbers]
        if not places:
            continue
        mentions = [m for n in places for m in found[n].mentions]
        lengths = {length for m in mentions if (length := _length(reading, quantities, m)) is not None}
        if len(lengths) < 2:
            continue
        code = next(code for code, upto in codes if sum(lengths) <= upto)
        first = found[places[0]]
        found[places[0]] = first._replace(code=code, base=code, mentions=tuple(dict.fromkeys(mentions)))
        for n in places[1:]:
            found[n] = found[n].without("included")
    return found


def _length(reading: Reading, quantities: Quantities, mention: Mention) -> float | None:
    """The length told in a mention's own sentence."""
    sentence = reading.sentences[reading.sentence_of[mention.match.first]]
    told = quantities.nearest("cm", mention.match.first, mention.match.last)
    return told[1] if told is not None and sentence.start <= told[0] < sentence.end else None
