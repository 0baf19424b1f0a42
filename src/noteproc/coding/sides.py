"""Which side a concept is on: told beside it, by the heading of its list, or by a note that knows one side alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.reading import SIDES, Reading
from noteproc.text import lexicon
from noteproc.text.fold import fold, tokens
from noteproc.text.tables import rows

# What a note that speaks of one side alone tells of this side.
_ONE_SIDED = (
    *("M", "S", "H", "G56", "G57", "I65", "I70", "I80", "I82", "I83", "L02", "L03", "L97"),
    *("C34", "C50", "C56", "C62", "C64", "C65", "C66", "D05", "D24", "N60", "N61", "N63"),
)
# What ends a clause in which a side is told to be well.
_CLAUSE_ENDS = frozenset(".;\n(")
# What stands under the heading of a side, or on the side that was readied.
_SIDED = (*_ONE_SIDED, "G90.5")
# The items of a list: so many lines under a heading at most, each opened by a number or a mark.
_ITEM = re.compile(r"\s*(?:\(?\d{1,2}[.)]|[-*•–#])\s")
_MOST_ITEMS, _HEADING_WIDTH = 12, 90
# What a clause says of a side stands so many words behind it, with no mark between.
_CLAUSE = 6
_WITHIN = re.compile(r"[\s\w()/'’-]*:?\s*")
# A part is named so many words behind its side ("left long finger").
_PLACE_AWAY = 2
_PLACE_ENDS = frozenset(",.;:(\n")
# A clause is looked through so far to either side.
_LONGEST_CLAUSE = 60


@lru_cache(maxsize=1)
def _well() -> frozenset[str]:
    return _words("well")


@lru_cache(maxsize=1)
def _readied() -> frozenset[str]:
    return _words("readied")


@lru_cache(maxsize=1)
def _leaving() -> frozenset[str]:
    """Who "left" went away."""
    return _words("leaving")


def _words(kind: str) -> frozenset[str]:
    table = rows(dictionaries_dir() / "context" / "well.tsv", ("kind", "words"))
    return frozenset(fold(word.strip()) for row in table for word in row["words"].split("|") if row["kind"] == kind)


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
        or _at_place(reading, mentions, base)
        or _only(reading, base)
        or _prepared(reading, base)
    )


def _prepared(reading: Reading, base: str) -> list[str]:
    """The side that was marked or prepped: an operation is about that one, whatever is told of the other."""
    return _alone(_sides_readied(reading)) if base.startswith(_SIDED) else []


@lru_cache(maxsize=1)
def _sides_readied(reading: Reading) -> frozenset[str]:
    found: set[str] = set()
    for i in reading.sides_in(range(len(reading.words))):
        span = reading.words_of(reading.sentence_of[i])
        near = reading.forms[max(span.start, i - _CLAUSE) : min(span.stop, i + _CLAUSE)]
        if not _readied().isdisjoint(near):
            found.add(reading.keys[i])
    return frozenset(found)


def _alone(sides: Set[str]) -> list[str]:
    """The side, where there is one alone."""
    return list(sides) if len(sides) == 1 else []


def _continued(reading: Reading, further: Sequence[int]) -> list[str]:
    """The side that the nearest sentence which goes on about the concept tells, where it tells one alone."""
    for sentence in further:
        said = {reading.keys[i] for i in _affected(reading, reading.words_of(sentence)) if _tells(reading, i)}
        if said:
            return ["bilateral"] if "bilateral" in said else [said.pop()] if len(said) == 1 else []
    return []


def _affected(reading: Reading, span: range) -> list[int]:
    """The words of a stretch that name a side, less those of which the clause says that all is well there."""
    return [i for i in reading.sides_in(span) if not _is_well(reading, i, span) and not _counts_two(reading, i)]


def _counts_two(reading: Reading, i: int) -> bool:
    """Whether "both" speaks of two things on one side ("both R hand")."""
    return reading.forms[i] == "both" and i + 1 < len(reading.keys) and reading.keys[i + 1] in ("left", "right")


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
    if not base.startswith(_SIDED):
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
            if not line and start:
                # A blank line may stand between a heading and its list.
                end = start - 1
                start = text.rfind("\n", 0, max(0, end)) + 1
                line = text[start : max(start, end)].rstrip()
            if len(line) <= _HEADING_WIDTH and (line.endswith(":") or _opens_with_side(reading, start)):
                first, last = reading.word_after(start), reading.word_before(end)
                said = {reading.keys[i] for i in reading.sides_in(range(max(0, first), last + 1))}
                if len(said) == 1:
                    return [said.pop()]
                break
    return []


def _opens_with_side(reading: Reading, start: int) -> bool:
    """Whether a line begins with a side ("Left hand, two problems")."""
    word = reading.word_after(start)
    return word >= 0 and reading.keys[word] in SIDES


def _only(reading: Reading, base: str) -> list[str]:
    """The side of a concept beside which none stands: that of the whole note, where it speaks of one alone."""
    return _alone(_sides_of_note(reading)) if base.startswith(_ONE_SIDED) else []


@lru_cache(maxsize=1)
def _sides_of_note(reading: Reading) -> frozenset[str]:
    """The sides that a note names; where it is more than one, those of what it is about."""
    everywhere = reading.sides_in(range(len(reading.words)))
    said = {reading.keys[i] for i in everywhere}
    if len(said) > 1:
        sentences = {reading.sentence_of[i] for i in everywhere}
        affected = [i for s in sentences for i in _affected(reading, reading.words_of(s))]
        said = {reading.keys[i] for i in affected if _tells(reading, i)}
    return frozenset(said)


def _at_place(reading: Reading, mentions: list[tuple[int, ...]], base: str) -> list[str]:
    """The one side that stands beside the same part elsewhere ("axillary abscess" below "L axilla: tender mass")."""
    if not base.startswith(_ONE_SIDED):
        return []
    light = lexicon.shipped().stop | lexicon.shipped().filler | lexicon.shipped().manner
    own = {reading.keys[i] for at in mentions for i in at if reading.keys[i] not in light}
    places = _sides_of_places(reading)
    return _alone({side for key in own for side in places.get(key, ())})


@lru_cache(maxsize=1)
def _sides_of_places(reading: Reading) -> Mapping[str, frozenset[str]]:
    """The sides that stand right before each word of a note, and may tell the side of what it is about."""
    found: dict[str, frozenset[str]] = {}
    for i in reading.sides_in(range(len(reading.words))):
        if _tells(reading, i) and not _is_well(reading, i, reading.words_of(reading.sentence_of[i])):
            for k in range(i + 1, min(i + _PLACE_AWAY + 1, len(reading.words))):
                if not _PLACE_ENDS.isdisjoint(reading.gaps[k - 1]):
                    break
                found[reading.keys[k]] = found.get(reading.keys[k], frozenset()) | {reading.keys[i]}
    return found


def _tells(reading: Reading, i: int) -> bool:
    """Whether a side word may tell the side of what the note is about, and not of a part, a position or a well limb."""
    forms = reading.forms
    if forms[i] == "both":
        # "Both tendons pulled up".
        return False
    if forms[i] == "left" and i and forms[i - 1] in _leaving():
        return False
    if _says(forms, i + 1, i + 1, _other_sides()["part"]):
        return False
    first, last = i, i
    while first and i - first < _LONGEST_CLAUSE and _CLAUSE_ENDS.isdisjoint(reading.gaps[first - 1]):
        first -= 1
    end = min(len(reading.gaps), i + _LONGEST_CLAUSE)
    while last < end and _CLAUSE_ENDS.isdisjoint(reading.gaps[last]):
        last += 1
    return not _says(forms, first, last, _other_sides()["well"])


def _says(forms: Sequence[str], first: int, last: int, phrases: Sequence[tuple[str, ...]]) -> bool:
    """Whether one of some phrases begins between two words, both inclusive."""
    return any(tuple(forms[k : k + len(said)]) == said for k in range(first, last + 1) for said in phrases)


@lru_cache(maxsize=1)
def _other_sides() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The words that take a side word its meaning, by kind."""
    table = rows(dictionaries_dir() / "context" / "other_sides.tsv", ("kind", "words"))
    return {row["kind"]: tuple(tuple(t.form for t in tokens(w)) for w in row["words"].split("|")) for row in table}


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
