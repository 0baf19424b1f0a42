"""How much of a procedure was done: levels of the spine, stages, minutes from clock times; what add-on codes count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from noteproc.coding.mentions import Mention
from noteproc.coding.quantities import Quantities
from noteproc.coding.reading import Reading

_SPACE = re.compile(r"\b([CTLS])(\d{1,2})\s?[-/–]\s?([CTLS]?)(\d{1,2})\b")
_VERTEBRA = re.compile(r"\b([CTL])(\d{1,2})\b(?!\s?[-/–]\s?[CTLS]?\d)")
_STAGE = re.compile(r"\bstages?\s?#?\s?(\d|i{1,3}v?|iv|v)\b", re.I)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_STAGE_COUNT = re.compile(r"\b(one|two|three|four|five|\d)\s+stages?\b", re.I)
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_CLOCK = re.compile(r"\b([01]?\d|2[0-3]):?([0-5]\d)\s?(?:-|–|to|until)\s?([01]?\d|2[0-3]):?([0-5]\d)\b")
_HOURS = re.compile(
    r"\b(?:over\s)?(\d+(?:\.\d+)?)\s?(?:h|hrs?|hours?)\b(?:\s?(\d{1,2})\s?m(?:in)?\b)?|\b(\d{1,3})\s?min(?:ute)?s?\b",
    re.I,
)
# "1119 end = 129 min", "infusion complete (2h 05m)".
_TOTAL = re.compile(
    r"\b(?:end|ended|complete|completed|total|stop|stopped|over|infusion)\b[^.\n]{0,24}?(?:(\d)\s?h(?:rs?|ours?)?\s?(\d{1,2})?\s?m?|(\d{2,3})\s?min)",
    re.I,
)
# A sentence that goes on with the next level.
_AGAIN = re.compile(
    r"\b(?:same|second|next|likewise|repeat|repeated|identical|identically|similarly|other|also)\b", re.I
)
_SPINE = {"C": 0, "T": 7, "L": 19, "S": 24}


class Extents:
    """The extents of one note's procedures.

    Args:
        reading: the note.
        quantities: its plain numbers.
    """

    def __init__(self, reading: Reading, quantities: Quantities) -> None:
        self._reading = reading
        self._quantities = quantities

    def value(self, quantity: str, mentions: Sequence[Mention]) -> float | None:
        """The extent of a procedure, or None where the note gives none.

        Args:
            quantity: "levels" (spaces or vertebrae), "spaces", "stages", "minutes", "infusion", or a plain quantity.
            mentions: where the procedure is told.
        """
        if quantity in ("levels", "spaces"):
            return self._levels(mentions, quantity)
        if quantity == "stages":
            return self._stages()
        if quantity in ("minutes", "infusion"):
            found = [self._minutes(m, quantity) for m in mentions]
            return max((f for f in found if f is not None), default=None)
        match = mentions[0].match
        return self._quantities.value(quantity, match.first, match.last)

    def _levels(self, mentions: Sequence[Mention], quantity: str) -> float | None:
        spaces: set[int] = set()
        vertebrae: set[int] = set()
        for text in self._told(mentions):
            for m in _SPACE.finditer(text):
                first = _SPINE[m.group(1)] + int(m.group(2))
                last = _SPINE[m.group(3) or m.group(1)] + int(m.group(4))
                if first < last <= first + 6:
                    spaces.update(range(first, last))
            vertebrae.update(_SPINE[m.group(1)] + int(m.group(2)) for m in _VERTEBRA.finditer(text))
        told = [self._quantities.value("levels", m.match.first, m.match.last) for m in mentions]
        counted = len(spaces) or (len(vertebrae) if quantity == "levels" else 0)
        return max([counted, *(int(t) for t in told if t is not None and t < 10)]) or None

    def _told(self, mentions: Sequence[Mention]) -> list[str]:
        """The sentences of the mentions, and those of the same section that go on with another level."""
        reading = self._reading
        numbers = {reading.sentence_of[m.match.first] for m in mentions}
        for m in mentions:
            section = reading.section(reading.words[m.match.first].start)
            for n, sentence in enumerate(reading.sentences):
                if section.start <= sentence.start < section.end and _AGAIN.search(
                    reading.text, sentence.start, sentence.end
                ):
                    numbers.add(n)
        return [reading.text[reading.sentences[n].start : reading.sentences[n].end] for n in sorted(numbers)]

    def _stages(self) -> float | None:
        text = self._reading.text
        found = [_ROMAN[m.group(1).lower()] if m.group(1).lower() in _ROMAN else int(m.group(1)) if m.group(1).isdigit()
                 else 0 for m in _STAGE.finditer(text)]  # fmt: skip
        found += [_NUMBER_WORDS.get(m.group(1).lower(), 0) or int(m.group(1)) for m in _STAGE_COUNT.finditer(text)
                  if m.group(1).isdigit() or m.group(1).lower() in _NUMBER_WORDS]  # fmt: skip
        return max(found, default=None)

    def _minutes(self, mention: Mention, quantity: str) -> float | None:
        """The time told in the mention's sentence or line; of an infusion also behind its end."""
        reading = self._reading
        sentence = reading.sentences[reading.sentence_of[mention.match.first]]
        text = reading.text[sentence.start : sentence.end]
        if quantity == "infusion" and not (_CLOCK.search(text) or _HOURS.search(text)):
            text = reading.text[sentence.start : reading.section(sentence.start).end]
            told = _TOTAL.search(text)
            return None if told is None else float(told.group(1) or 0) * 60 + float(told.group(2) or told.group(3) or 0)
        clock = _CLOCK.search(text)
        if clock is not None:
            start, end = (int(clock.group(i)) * 60 + int(clock.group(i + 1)) for i in (1, 3))
            return float((end - start) % (24 * 60))
        found = _HOURS.search(text)
        if found is None:
            return None
        if found.group(3):
            return float(found.group(3))
        return float(found.group(1)) * 60 + float(found.group(2) or 0)
