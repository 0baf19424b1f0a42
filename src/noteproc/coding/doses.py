"""Doses of drugs: the amount that belongs to a drug's name, in the unit asked for."""

from __future__ import annotations

import re

from noteproc.coding.reading import Reading

# What a number begins with comes first, so that the engine passes over everything else.
_NUMBER = r"([\d.](?<![\w.,/].)(?:(?<=\d)\d*(?:,\d{3})*(?:\.\d+)?|(?<=\.)\d+))"
_DOSE = re.compile(
    rf"{_NUMBER}\s?-?\s?(million units|mil units|mil u|mu|milligrams?|micrograms?|mg|mcg|ug|µg|grams?|gm|g|ml|cc"
    r"|units?|u|iu|meq|mci)\b"
    r"(?P<rate>\s?/\s?(?:ml|cc|kg|m2|m²|hr|h|min|day|d)\b)?",
    re.I,
)
# "toradol 30 IV", "toradol 60 and phenergan 25": a bare number right behind a drug is of its usual unit.
_BARE = re.compile(
    r"[\s,(]{1,3}(\d{1,4}(?:\.\d+)?)(?=\s?(?:IV|IM|SC|SQ|subq|IVP|IA|inj)|\s(?:and|given|was|in|into|to|via|slow|push|L|R|left|right"
    r"|deltoid|glut\w*|today|here|once|x\s?1)\b|\s?[,;+&)](?!\d)|\s?\.(?!\d)|\s*(?:\n|\Z))",
    re.I,
)
# What is given by hand, and not run by a pump at a rate ("dobutamine 5").
_BY_HAND = re.compile(r"\b(?:IM|SC|SQ|subq|IVP|given|gave|inj(?:ect\w*)?|IV push)\b|(?<=\d)\s?IV\b", re.I)
# "Kenalog-40": the strength of a milliliter, as part of the name; the volume stands just ahead of it or behind it.
_STRENGTH = re.compile(r"[-\s]?(10|40|80)\b(?![./,]\d|\s?(?:milligram|mg|mcg|g\b|ml|cc|units?|u\b|%|x\b))", re.I)
_AHEAD = re.compile(rf"{_NUMBER}\s?(?:ml|cc)s?\s(?:of\s)?\Z", re.I)
_BEHIND = re.compile(
    rf"[\s,(x-]{{1,3}}{_NUMBER}\s?(?:ml|cc)\b(?!\s?(?:of\s)?(?:\d|lido|marc|bupi|ropi|xylo|saline|NS\b|plain))", re.I
)
# "1L NS bolus": fluids are told by the liter.
_LITERS = re.compile(r"\b\d(?:\.\d)?\s?L\s(?:of\s)?(?:NS|LR|D5|normal|lactated|saline|bolus|IV)|\b\d\s?liters?\b", re.I)
_TO_MG = {
    "milligram": 1.0,
    "milligrams": 1.0,
    "microgram": 0.001,
    "micrograms": 0.001,
    "mg": 1.0,
    "mcg": 0.001,
    "ug": 0.001,
    "µg": 0.001,
    "g": 1000.0,
    "gm": 1000.0,
    "gram": 1000.0,
    "grams": 1000.0,
}
_MICROGRAMS = frozenset({"mcg", "ug", "µg", "microgram", "micrograms"})
_UNITS = {
    "units": 1.0,
    "unit": 1.0,
    "u": 1.0,
    "iu": 1.0,
    "mu": 1e6,
    "mil u": 1e6,
    "mil units": 1e6,
    "million units": 1e6,
}
_VOLUME = frozenset({"ml", "cc"})
_BEFORE = 28


class Doses:
    """The doses of one note.

    Args:
        reading: the note.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def tells(self, first: int, last: int) -> bool:
        """Whether the sentence of words ``first`` to ``last`` gives an amount of anything."""
        reading = self._reading
        sentence = reading.sentences[reading.sentence_of[first]]
        bare = self._bare(first, last)
        if bare is not None and _BY_HAND.search(reading.text, sentence.start, sentence.end):
            return True
        return any(told.search(reading.text, sentence.start, sentence.end) for told in (_DOSE, _LITERS))

    def _bare(self, first: int, last: int) -> re.Match[str] | None:
        """The number that stands without a unit behind the first or the last of a name's words."""
        reading = self._reading
        ends = dict.fromkeys((reading.words[first].end, reading.words[last].end))
        return next((m for m in (_BARE.match(reading.text, end) for end in ends) if m is not None), None)

    def beside(self, last: int, reach: int = 30) -> bool:
        """Whether an amount follows word ``last`` at once, or within ``reach`` code points."""
        end = self._reading.words[last].end
        if self.tells(last, last) and _BARE.match(self._reading.text, end):
            return True
        found = _DOSE.search(self._reading.text, end, end + reach + 16)
        return found is not None and found.start() - end <= reach

    def told(self, first: int, last: int, reach: int = 60) -> tuple[int, int] | None:
        """Where the amount of words ``first`` to ``last`` stands: among them or next behind them, else just ahead."""
        reading = self._reading
        sentence = reading.sentences[reading.sentence_of[first]]
        start, named, end = reading.words[first].start, reading.words[first].end, reading.words[last].end
        behind = _DOSE.search(reading.text, named, min(sentence.end, end + reach)) or _BARE.match(reading.text, named)
        if behind is not None:
            return behind.start(1), behind.end()
        ahead = list(_DOSE.finditer(reading.text, max(sentence.start, start - _BEFORE), start))
        return (ahead[-1].start(), ahead[-1].end()) if ahead else None

    def amount(self, first: int, last: int, unit: str, others: tuple[int, ...] = ()) -> float | None:
        """The dose that belongs to words ``first`` to ``last``, or None.

        The amounts after a name come before those ahead of it, and none is taken from beyond the next drug.

        Args:
            unit: in which the answer is wanted, as a code's unit names it ("mg", "units", "ml").
            others: the first words of the other drugs of the note.
        """
        reading = self._reading
        sentence = reading.sentences[reading.sentence_of[first]]
        start, end = reading.words[first].start, reading.words[last].end
        in_volume = self._of_strength(start, end, unit, told=True) if unit.lower() in _TO_MG else None
        if in_volume is not None:
            return in_volume
        bare = self._bare(first, last)
        if bare is not None and unit.lower() in _TO_MG:
            # Of what is counted in micrograms or units the number is one of these.
            return float(bare.group(1)) / (1.0 if unit.lower() in _MICROGRAMS else _TO_MG[unit.lower()])
        places = [reading.words[i].start for i in others]
        stop = min((p for p in places if p >= end), default=sentence.end)
        stop = min(stop, sentence.end)
        found = self._first(end, stop, unit)
        if found is None:
            floor = max((p for p in places if p < start), default=sentence.start)
            found = self._first(max(floor, sentence.start, start - _BEFORE), start, unit)
        if found is None and unit.lower() in _TO_MG:
            found = self._of_strength(start, end, unit)
        return found if found is not None else self._first(sentence.start, sentence.end, unit)

    def _of_strength(self, start: int, end: int, unit: str, *, told: bool = False) -> float | None:
        """The dose of a drug named with its strength: by the volume beside it, else what one milliliter holds.

        Args:
            told: whether only a volume that is told counts.
        """
        text = self._reading.text
        strength = _STRENGTH.search(text, start, end) or _STRENGTH.match(text, end)
        if strength is None:
            return None
        volume = _AHEAD.search(text[max(0, start - _BEFORE) : start]) or _BEHIND.match(text, strength.end())
        if told and volume is None:
            return None
        return float(strength.group(1)) * (float(volume.group(1)) if volume else 1.0) / _TO_MG[unit.lower()]

    def _first(self, start: int, end: int, unit: str) -> float | None:
        """The first amount in a stretch of text; a strength is multiplied by the volume beside it."""
        strength: float | None = None
        volume: float | None = None
        for m in _DOSE.finditer(self._reading.text, start, end):
            value, given = float(m.group(1).replace(",", "")), m.group(2).lower()
            rate = (m["rate"] or "").lower().replace(" ", "")
            if rate in ("/ml", "/cc"):
                strength = _convert(value, given, unit) if strength is None else strength
                continue
            if rate:
                continue
            amount = _convert(value, given, unit)
            if amount is not None and strength is None:
                return amount
            if given in _VOLUME and volume is None:
                volume = value
        return strength * volume if strength is not None and volume is not None else strength


def _convert(value: float, given: str, wanted: str) -> float | None:
    """An amount in another unit of the same kind, or None."""
    wanted = wanted.lower()
    if given in _TO_MG and wanted in _TO_MG:
        return value * _TO_MG[given] / _TO_MG[wanted]
    if given in _UNITS and wanted in _UNITS:
        return value * _UNITS[given] / _UNITS[wanted]
    if given in _VOLUME and wanted in _VOLUME:
        return value
    return value if given == wanted else None
