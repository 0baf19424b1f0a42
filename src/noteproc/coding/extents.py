"""How much of a procedure was done: levels of the spine, stages, minutes from clock times; what add-on codes count."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from noteproc.coding.mentions import Mention
from noteproc.coding.quantities import CLOCK, Quantities, elapsed
from noteproc.coding.reading import Reading

_SPACE = re.compile(r"\b([CTLS])(\d{1,2})\s?[-/–]\s?([CTLS]?)(\d{1,2})\b")
_VERTEBRA = re.compile(r"\b([CTL])(\d{1,2})\b(?!\s?[-/–]\s?[CTLS]?\d)")
_STAGE = re.compile(r"\bstages?\s?#?\s?(\d|i{1,3}v?|iv|v)\b", re.I)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_STAGE_COUNT = re.compile(r"\b(one|two|three|four|five|\d)\s+stages?\b", re.I)
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_HOURS = re.compile(
    r"\b(?:over\s)?(\d+(?:\.\d+)?)\s?(?:h|hrs?|hours?)\b(?:\s?(\d{1,2})\s?m(?:in)?\b)?|\b(\d{1,3})\s?min(?:ute)?s?\b",
    re.I,
)
# "1119 end = 129 min", "infusion complete (2h 05m)".
_TOTAL = re.compile(
    r"\b(?:end|ended|complete|completed|total|stop|stopped|over|infusion)\b[^.\n]{0,24}?(?:(\d)\s?h(?:rs?|ours?)?\s?(\d{1,2})?\s?m?|(\d{2,3})\s?min)",
    re.I,
)
_TIME = r"([01]?\d|2[0-3]):?([0-5]\d)\b"
_ENDED = r"\b(?:end|ended|finish|finished|stop|stopped|complete|completed|done|off)\b"
# "started 0900, finished 1200".
_BEGUN = re.compile(
    rf"\b(?:start|started|begun|began|hung)\b\D{{0,12}}{_TIME}[^\n.]{{0,60}}?{_ENDED}\D{{0,12}}{_TIME}", re.I
)
# "0940 paclitaxel 300 mg IV 1245": a row with its start and its end.
_ROW = re.compile(rf"\W*{_TIME}[^\n]*?[ \t]{_TIME}\s*\Z")
# A line of a running record, and the one that ends what it began: "0930 taxol started", "1230 taxol complete".
_OPENED = re.compile(rf"\W*{_TIME}")
_CLOSED = re.compile(rf"^\W*{_TIME}[^\n]*{_ENDED}", re.I | re.M)
# A sentence that goes on with the next level.
_AGAIN = re.compile(
    r"\b(?:same|second|next|likewise|repeat|repeated|identical|identically|similarly|other|also|joints?|facets?)\b",
    re.I,
)
# A level that was left alone: "C6-7 is also worn, and was not addressed".
_SPARED = re.compile(r"\b(?:not|no|left alone|deferred|spared)\b", re.I)
_LEFT_ALONE = re.compile(
    r"[^.;\n]*\b(?:not\s\w{0,8}\s?(?:addressed|treated|included|fused|decompressed)|left alone|spared)\b", re.I
)
_REST = 90
_SPINE = {"C": 0, "T": 7, "L": 19, "S": 24}
# The first stages that a note names are its evidence.
_MOST_STAGES = 3


class Extent(NamedTuple):
    """How much, and the words that say so.

    Attributes:
        value: in the unit of what was asked for.
        at: words of the note.
    """

    value: float
    at: tuple[int, ...] = ()


class Extents:
    """The extents of one note's procedures.

    Args:
        reading: the note.
        quantities: its plain numbers.
    """

    def __init__(self, reading: Reading, quantities: Quantities) -> None:
        self._reading = reading
        self._quantities = quantities
        self._further: list[int] | None = None

    def measure(self, quantity: str, mentions: Sequence[Mention]) -> Extent | None:
        """The extent of a procedure, or None where the note gives none.

        Args:
            quantity: "levels" (spaces or vertebrae), "spaces", "stages", "minutes", "infusion", "own count" (told in
                the sentence itself), or a plain quantity.
            mentions: where the procedure is told.
        """
        if quantity in ("levels", "spaces"):
            return self._levels(mentions, quantity)
        if quantity == "stages":
            return self._stages()
        if quantity in ("minutes", "infusion"):
            found = [e for e in (self._minutes(m, quantity) for m in mentions) if e is not None]
            return max(found, key=lambda e: e.value, default=None)
        if quantity in ("count", "own count"):
            return self._count(mentions, above=quantity == "count")
        match = mentions[0].match
        told = self._quantities.nearest(quantity, match.first, match.last)
        return None if told is None else Extent(told[1], (self._reading.word_after(told[0]),))

    def _count(self, mentions: Sequence[Mention], *, above: bool) -> Extent | None:
        """How many were treated, as a mention's own sentence tells; of several ("scalp x4, hand x2") the sum."""
        best: Extent | None = None
        for mention in mentions:
            counted = self._quantities.counted(mention.match.first, mention.match.last)
            if counted is not None and (best is None or counted[0] > best.value):
                best = Extent(counted[0], tuple(self._reading.word_after(offset) for offset in counted[1]))
        return best if best is not None or not above else self._counted_above(mentions[0])

    def _counted_above(self, mention: Mention) -> Extent | None:
        """The number told on the mention's line or paragraph before it ("AKs, 8 of them: ... Liquid nitrogen")."""
        reading = self._reading
        told = self._quantities.nearest("count", mention.match.first, mention.match.last)
        start = reading.words[mention.match.first].start
        if told is None or told[0] > start or "\n" in reading.text[told[0] : start]:
            return None
        return Extent(told[1], (reading.word_after(told[0]),))

    def _levels(self, mentions: Sequence[Mention], quantity: str) -> Extent | None:
        spaces: set[int] = set()
        vertebrae: set[int] = set()
        at: set[int] = set()
        text = self._reading.text
        for begin, end in self._told(mentions):
            for m in _SPACE.finditer(text, begin, end):
                if _LEFT_ALONE.search(text, m.end(), min(end, m.end() + _REST)):
                    continue
                first = _SPINE[m.group(1)] + int(m.group(2))
                last = _SPINE[m.group(3) or m.group(1)] + int(m.group(4))
                if first < last <= first + 6:
                    spaces.update(range(first, last))
                    at.update(self._words(m))
            for m in _VERTEBRA.finditer(text, begin, end):
                vertebrae.add(_SPINE[m.group(1)] + int(m.group(2)))
                if quantity == "levels":
                    at.update(self._words(m))
        told = [self._quantities.value("levels", m.match.first, m.match.last) for m in mentions]
        counted = len(spaces) or (len(vertebrae) if quantity == "levels" else 0)
        most = max([counted, *(int(t) for t in told if t is not None and t < 10)])
        return Extent(float(most), tuple(sorted(at))) if most else None

    def _told(self, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
        """The sentences of the mentions, and those of the same section that go on with another level."""
        reading = self._reading
        if self._further is None:
            self._further = [n for n, s in enumerate(reading.sentences) if self._goes_on(s.start, s.end)]
        starts = [reading.sentences[n].start for n in self._further]
        numbers = {reading.sentence_of[m.match.first] for m in mentions}
        for section in [reading.section(reading.words[m.match.first].start) for m in mentions]:
            numbers.update(self._further[bisect_left(starts, section.start) : bisect_left(starts, section.end)])
        return [(reading.sentences[n].start, reading.sentences[n].end) for n in sorted(numbers)]

    def _goes_on(self, start: int, end: int) -> bool:
        """Whether a sentence tells of another level that was treated too."""
        text = self._reading.text
        return _AGAIN.search(text, start, end) is not None and _SPARED.search(text, start, end) is None

    def _stages(self) -> Extent | None:
        found: list[tuple[int, re.Match[str]]] = []
        for m in (*_STAGE.finditer(self._reading.text), *_STAGE_COUNT.finditer(self._reading.text)):
            number = m.group(1).lower()
            found.append(
                (_ROMAN.get(number) or _NUMBER_WORDS.get(number) or (int(number) if number.isdigit() else 0), m)
            )
        if not found:
            return None
        words = {word for _, m in found[:_MOST_STAGES] for word in self._words(m)}
        return Extent(float(max(number for number, _ in found)), tuple(sorted(words)))

    def _minutes(self, mention: Mention, quantity: str) -> Extent | None:
        """The time told in the mention's sentence or line; of an infusion also behind its end."""
        reading = self._reading
        text = reading.text
        sentence = reading.sentences[reading.sentence_of[mention.match.first]]
        clock = CLOCK.search(text, sentence.start, sentence.end)
        if clock is None and quantity == "infusion":
            clock = _BEGUN.search(text, sentence.start, sentence.end)
            row = _ROW.match(text[sentence.start : sentence.end])
            if clock is None and row is not None:
                return Extent(float(elapsed(row)), self._row(sentence.start, row))
        hours = _HOURS.search(text, sentence.start, sentence.end)
        if quantity == "infusion" and not (clock or hours):
            run = self._run(sentence.start, mention)
            if run is not None:
                return run
            told = _TOTAL.search(text, sentence.start, reading.section(sentence.start).end)
            if told is None:
                return None
            return Extent(
                float(told.group(1) or 0) * 60 + float(told.group(2) or told.group(3) or 0), self._words(told)
            )
        if clock is not None:
            return Extent(float(elapsed(clock)), self._words(clock))
        if hours is None:
            return None
        minutes = hours.group(3) or float(hours.group(1)) * 60 + float(hours.group(2) or 0)
        return Extent(float(minutes), self._words(hours))

    def _run(self, start: int, mention: Mention) -> Extent | None:
        """From the time that opens a line to the time that opens the line which ends the same drug's infusion."""
        reading = self._reading
        text = reading.text
        opened = _OPENED.match(text, start)
        if opened is None:
            return None
        word = reading.words[mention.match.first]
        name = text[word.start : word.end].lower()
        ends = list(_CLOSED.finditer(text, word.end, reading.section(start).end))
        lines = [text[m.start() : text.find("\n", m.end()) if "\n" in text[m.end() :] else None].lower() for m in ends]
        # The line that names the drug, else the first one that ends an infusion.
        closed = next((m for m, line in zip(ends, lines, strict=True) if name in line), None)
        closed = closed or next((m for m, line in zip(ends, lines, strict=True) if "infusion" in line), None)
        if closed is None:
            return None
        begun, ended = (int(m.group(1)) * 60 + int(m.group(2)) for m in (opened, closed))
        return Extent(float((ended - begun) % (24 * 60)), self._words(closed))

    def _row(self, start: int, row: re.Match[str]) -> tuple[int, ...]:
        """The words that give the start and the end of a row which begins at a code point."""
        found = (self._reading.word_after(start + row.start(group)) for group in (1, 3))
        return tuple(i for i in found if i >= 0)

    def _words(self, found: re.Match[str]) -> tuple[int, ...]:
        """The words that a pattern found."""
        first, last = self._reading.word_after(found.start()), self._reading.word_after(found.end() - 1)
        return tuple(range(first, last + 1)) if 0 <= first <= last else ()
