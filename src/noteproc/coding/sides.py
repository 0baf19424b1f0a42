"""Which side a concept is on: told beside it, by the heading of its list, or by a note that knows one side alone."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.phrases import Phrases
from noteproc.coding.reading import SIDES, Reading
from noteproc.text import lexicon
from noteproc.text.fold import fold
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
# A side so many words away is none beside a mention; a comma and a semicolon put it farther.
_BESIDE, _COMMA, _SEMICOLON = 10, 4, 12


@lru_cache(maxsize=1)
def _well() -> frozenset[str]:
    return _words("well")


@lru_cache(maxsize=1)
def _words_readied() -> frozenset[str]:
    return _words("readied")


@lru_cache(maxsize=1)
def _leaving() -> frozenset[str]:
    """Who "left" went away."""
    return _words("leaving")


@lru_cache(maxsize=1)
def _light() -> frozenset[str]:
    """Keys that name no part."""
    words = lexicon.shipped()
    return words.stop | words.filler | words.manner


def _words(kind: str) -> frozenset[str]:
    table = rows(dictionaries_dir() / "context" / "well.tsv", ("kind", "words"))
    return frozenset(fold(word.strip()) for row in table for word in row["words"].split("|") if row["kind"] == kind)


@lru_cache(maxsize=1)
def _other_sides() -> Mapping[str, Phrases]:
    """The words that take a side word its meaning, by kind."""
    table = rows(dictionaries_dir() / "context" / "other_sides.tsv", ("kind", "words"))
    return {row["kind"]: Phrases.of(row["words"]) for row in table}


def _alone(sides: Set[str]) -> list[str]:
    """The side, where there is one alone."""
    return list(sides) if len(sides) == 1 else []


class Sides:
    """What the side words of one note tell; each is read once, whoever asks.

    Args:
        reading: the note.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._affected_in: dict[int, list[int]] = {}
        self._tells: dict[int, bool] = {}
        self._elsewhere: list[int] | None = None
        self._of_note: frozenset[str] | None = None
        self._of_places: Mapping[str, frozenset[str]] | None = None
        self._readied: frozenset[str] | None = None

    def of(self, mentions: list[tuple[int, ...]], base: str, further: Sequence[int] = ()) -> list[str]:
        """The side of a concept: "left", "right" or "bilateral"; none where the note does not tell it.

        Args:
            mentions: the words of each of the concept's mentions, the strongest first.
            base: its code.
            further: the sentences that go on about it.
        """
        if not self._named():
            return []
        return (
            self._beside(mentions)
            or self._continued(further)
            or self._headed(mentions, base)
            or self._at_place(mentions, base)
            or self._only(base)
            or self._prepared(base)
        )

    def _named(self) -> list[int]:
        """The words of the note that name a side."""
        return self._reading.sides_in(range(len(self._reading.words)))

    def _beside(self, mentions: list[tuple[int, ...]]) -> list[str]:
        """The side word nearest to a mention, strongest mention first; two where both are named."""
        reading = self._reading
        for at in mentions:
            sentence = reading.sentence_of[at[0]]
            said = self._affected(sentence)
            inside = [reading.keys[i] for i in said if at[0] <= i <= at[-1]]
            if inside:
                return ["bilateral"] if "bilateral" in inside or len(set(inside)) == 2 else inside[:1]
            best: tuple[int, int] | None = None
            for i in said:
                distance = at[0] - i if i < at[0] else i - at[-1]
                if distance > _BESIDE:
                    continue
                for gap in reading.gaps[i : at[0]] if i < at[0] else reading.gaps[at[-1] : i]:
                    distance += _COMMA * gap.count(",") + _SEMICOLON * gap.count(";")
                if distance <= _BESIDE and (best is None or distance < best[0]):
                    best = (distance, i)
            if best is not None:
                key = reading.keys[best[1]]
                joined = reading.keys[best[1] + 2] if best[1] + 2 < reading.words_of(sentence).stop else ""
                if joined in SIDES and joined != key and reading.forms[best[1] + 1] == "and":
                    return ["bilateral"]
                return [key]
        return []

    def _continued(self, further: Sequence[int]) -> list[str]:
        """The side that the nearest sentence which goes on about the concept tells, where it tells one alone."""
        for sentence in further:
            said = self._told(self._affected(sentence))
            if said:
                return ["bilateral"] if "bilateral" in said else _alone(said)
        return []

    def _headed(self, mentions: list[tuple[int, ...]], base: str) -> list[str]:
        """The one side that the heading of a list names ("Diagnoses, left shoulder:"), for what its items tell."""
        if not base.startswith(_SIDED):
            return []
        reading = self._reading
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
                if len(line) <= _HEADING_WIDTH and (line.endswith(":") or self._opens(start)):
                    first, last = reading.word_after(start), reading.word_before(end)
                    said = {reading.keys[i] for i in reading.sides_in(range(max(0, first), last + 1))}
                    if len(said) == 1:
                        return [said.pop()]
                    break
        return []

    def _opens(self, start: int) -> bool:
        """Whether a line begins with a side ("Left hand, two problems")."""
        word = self._reading.word_after(start)
        return word >= 0 and self._reading.keys[word] in SIDES

    def _at_place(self, mentions: list[tuple[int, ...]], base: str) -> list[str]:
        """The one side that stands beside the same part elsewhere ("axillary abscess" below "L axilla: tender")."""
        if not base.startswith(_ONE_SIDED):
            return []
        if self._of_places is None:
            self._of_places = self._read_places()
        keys, places = self._reading.keys, self._of_places
        own = {keys[i] for at in mentions for i in at} - _light() if places else ()
        return _alone({side for key in own for side in places.get(key, ())})

    def _read_places(self) -> Mapping[str, frozenset[str]]:
        """The sides that stand right before each word of the note, and may tell the side of what it is about."""
        reading = self._reading
        found: dict[str, frozenset[str]] = {}
        for i in self._named():
            if self._may_tell(i) and not self._is_well(i, reading.words_of(reading.sentence_of[i])):
                for k in range(i + 1, min(i + _PLACE_AWAY + 1, len(reading.words))):
                    if not _PLACE_ENDS.isdisjoint(reading.gaps[k - 1]):
                        break
                    found[reading.keys[k]] = found.get(reading.keys[k], frozenset()) | {reading.keys[i]}
        return found

    def _only(self, base: str) -> list[str]:
        """The side of a concept beside which none stands: that of the whole note, where it speaks of one alone."""
        if not base.startswith(_ONE_SIDED):
            return []
        if self._of_note is None:
            self._of_note = self._read_note()
        return _alone(self._of_note)

    def _read_note(self) -> frozenset[str]:
        """The sides that the note names; where it is more than one, those of what it is about."""
        reading = self._reading
        said = frozenset([reading.keys[i] for i in self._named()])
        if len(said) > 1:
            sentences = dict.fromkeys([reading.sentence_of[i] for i in self._named()])
            said = self._told(i for sentence in sentences for i in self._affected(sentence))
        return said

    def _prepared(self, base: str) -> list[str]:
        """The side that was marked or prepped: an operation is about that one, whatever is told of the other."""
        if not base.startswith(_SIDED):
            return []
        if self._readied is None:
            self._readied = self._read_readied()
        return _alone(self._readied)

    def _read_readied(self) -> frozenset[str]:
        reading = self._reading
        found: set[str] = set()
        for i in self._named():
            span = reading.words_of(reading.sentence_of[i])
            near = reading.forms[max(span.start, i - _CLAUSE) : min(span.stop, i + _CLAUSE)]
            if not _words_readied().isdisjoint(near):
                found.add(reading.keys[i])
        return frozenset(found)

    def _affected(self, sentence: int) -> list[int]:
        """The words of a sentence that name a side, less those of which the clause says that all is well there."""
        known = self._affected_in.get(sentence)
        if known is None:
            reading = self._reading
            span = reading.words_of(sentence)
            known = self._affected_in[sentence] = [
                i for i in reading.sides_in(span) if not self._is_well(i, span) and not self._counts_two(i)
            ]
        return known

    def _told(self, sides: Iterable[int]) -> frozenset[str]:
        """The sides of those words that may tell one."""
        return frozenset([self._reading.keys[i] for i in sides if self._may_tell(i)])

    def _counts_two(self, i: int) -> bool:
        """Whether "both" speaks of two things on one side ("both R hand")."""
        keys = self._reading.keys
        return self._reading.forms[i] == "both" and i + 1 < len(keys) and keys[i + 1] in ("left", "right")

    def _is_well(self, side: int, span: range) -> bool:
        """Whether the clause of a side says that it is sound ("left hip is normal", "the right spared")."""
        reading, well = self._reading, _well()
        if span.start < side and reading.forms[side - 1] in well:
            return True
        for i in range(side, span.stop):
            if i > side and (reading.forms[i] in well or reading.keys[i] in SIDES):
                return reading.forms[i] in well
            if i + 1 < span.stop and (gap := reading.gaps[i]) != " " and not _WITHIN.fullmatch(gap):
                return False
            if i - side > _CLAUSE:
                return False
        return False

    def _may_tell(self, i: int) -> bool:
        """Whether a side word may tell the side of what the note is about, and not of a part, a position or a well
        limb."""
        known = self._tells.get(i)
        if known is None:
            known = self._tells[i] = self._reads_as_side(i)
        return known

    def _reads_as_side(self, i: int) -> bool:
        forms = self._reading.forms
        if forms[i] == "both":
            # "Both tendons pulled up".
            return False
        if forms[i] == "left" and i and forms[i - 1] in _leaving():
            return False
        if i + 1 < len(forms) and _other_sides()["part"].at(forms, i + 1):
            return False
        return not self._is_of_other_clause(i)

    def _is_of_other_clause(self, i: int) -> bool:
        """Whether the clause of a side word says that this side was left alone, or speaks of another time."""
        if self._elsewhere is None:
            forms, phrases = self._reading.forms, _other_sides()["well"]
            self._elsewhere = [k for k in phrases.starts(forms) if phrases.at(forms, k)]
        gaps, told = self._reading.gaps, self._elsewhere
        for n in range(bisect_left(told, i - _LONGEST_CLAUSE), len(told)):
            if told[n] > i + _LONGEST_CLAUSE:
                break
            between = gaps[told[n] : i] if told[n] < i else gaps[i : told[n]]
            if all(map(_CLAUSE_ENDS.isdisjoint, between)):
                return True
        return False
