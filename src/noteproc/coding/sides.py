"""Which side a concept is on: told beside it, by the heading of its list, or by a note that knows one side alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.reading import SIDES, Reading
from noteproc.text.fold import fold
from noteproc.text.tables import rows

# What a note that speaks of one side alone tells of this side.
_ONE_SIDED = ("M", "S", "H", "I82", "I83", "L97", "C50", "C64")
# The items of a list: so many lines under a heading at most, each opened by a number or a mark.
_ITEM = re.compile(r"\s*(?:\(?\d{1,2}[.)]|[-*•–#])\s")
_MOST_ITEMS, _HEADING_WIDTH = 12, 90
# What a clause says of a side stands so many words behind it, with no mark between.
_CLAUSE = 6
_WITHIN = re.compile(r"[\s\w()/'’-]*:?\s*")


@lru_cache(maxsize=1)
def _well() -> frozenset[str]:
    table = rows(dictionaries_dir() / "context" / "well.tsv", ("words",))
    return frozenset(fold(word.strip()) for row in table for word in row["words"].split("|"))


def side_of(reading: Reading, mentions: list[tuple[int, ...]], base: str, further: Sequence[int] = ()) -> list[str]:
    """The side of a concept: "left", "right" or "bilateral"; none where the note does not tell it.

    Args:
        reading: the note.
        mentions: the words of each of the concept's mentions, the strongest first.
        base: its code.
        further: the sentences that go on about it.
    """
    return (
        _beside(reading, mentions)
        or _continued(reading, further)
        or _headed(reading, mentions, base)
        or _only(reading, base)
    )


def _continued(reading: Reading, further: Sequence[int]) -> list[str]:
    """The side that the nearest sentence which goes on about the concept tells, where it tells one alone."""
    for sentence in further:
        said = {reading.keys[i] for i in _affected(reading, reading.words_of(sentence))}
        if said:
            return ["bilateral"] if "bilateral" in said else [said.pop()] if len(said) == 1 else []
    return []


def _affected(reading: Reading, span: range) -> list[int]:
    """The words of a stretch that name a side, less those of which the clause says that all is well there."""
    return [i for i in reading.sides_in(span) if not _is_well(reading, i, span)]


def _is_well(reading: Reading, side: int, span: range) -> bool:
    """Whether the clause of a side says that it is sound ("left hip is normal", "the right spared")."""
    well = _well()
    if span.start < side and reading.forms[side - 1] in well:
        return True
    for i in range(side, span.stop):
        if i > side and (reading.forms[i] in well or reading.keys[i] in SIDES):
            return reading.forms[i] in well
        if i + 1 < span.stop and not _WITHIN.fullmatch(reading.between(i, i + 1)):
            return False
        if i - side > _CLAUSE:
            return False
    return False


def _headed(reading: Reading, mentions: list[tuple[int, ...]], base: str) -> list[str]:
    """The one side that the heading of a list names ("Diagnoses, left shoulder:"), for what its items tell."""
    if not base.startswith(_ONE_SIDED):
        return []
    text = reading.text
    for at in mentions:
        start = text.rfind("\n", 0, reading.words[at[0]].start) + 1
        for _ in range(_MOST_ITEMS):
            if not _ITEM.match(text, start):
                break
            end = start - 1
            start = text.rfind("\n", 0, max(0, end)) + 1
            line = text[start : max(start, end)].rstrip()
            if line.endswith(":") and len(line) <= _HEADING_WIDTH:
                first, last = reading.word_after(start), reading.word_before(end)
                said = {reading.keys[i] for i in reading.sides_in(range(max(0, first), last + 1))}
                if len(said) == 1:
                    return [said.pop()]
                break
    return []


def _only(reading: Reading, base: str) -> list[str]:
    """The side of a concept beside which none stands: that of the whole note, where it speaks of one alone."""
    if not base.startswith(_ONE_SIDED):
        return []
    said = {reading.keys[i] for i in reading.sides_in(range(len(reading.words)))}
    if len(said) > 1:
        sentences = {reading.sentence_of[i] for i in reading.sides_in(range(len(reading.words)))}
        said = {reading.keys[i] for s in sentences for i in _affected(reading, reading.words_of(s))}
    return [said.pop()] if len(said) == 1 else []


def _beside(reading: Reading, mentions: list[tuple[int, ...]]) -> list[str]:
    """The side of a concept: the word nearest to a mention, strongest mention first; two where both are named."""
    for at in mentions:
        sentence = reading.words_of(reading.sentence_of[at[0]])
        said = _affected(reading, sentence)
        inside = [reading.keys[i] for i in said if at[0] <= i <= at[-1]]
        if inside:
            return ["bilateral"] if "bilateral" in inside or len(set(inside)) == 2 else inside[:1]
        best: tuple[int, str, int] | None = None
        for i in said:
            key = reading.keys[i]
            distance = at[0] - i if i < at[0] else i - at[-1]
            low, high = (i, at[0]) if i < at[0] else (at[-1], i)
            breaks = sum(
                reading.between(k, k + 1).count(",") + 3 * reading.between(k, k + 1).count(";")
                for k in range(low, high)
            )
            distance += 4 * breaks
            if distance <= 10 and (best is None or distance < best[0]):
                best = (distance, key, i)
        if best is not None:
            joined = reading.keys[best[2] + 2] if best[2] + 2 < sentence.stop else ""
            if joined in SIDES and joined != best[1] and reading.words[best[2] + 1].form in ("and",):
                return ["bilateral"]
            return [best[1]]
    return []
