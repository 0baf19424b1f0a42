"""Numbers with their units in a note: sizes, counts, minutes, doses, weeks, ages."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from noteproc.coding import nerves, stations
from noteproc.coding.reading import Reading
from noteproc.coding.views import named_views
from noteproc.text.fold import lowered

# What a number begins with comes first in the patterns, so that the engine passes over everything else.
_NUMBER = r"([\d.](?<![\w.,/].)(?:(?<=\d)\d*(?:,\d{3})*(?:\.\d+)?|(?<=\.)\d+))"
# In small letters.
_UNITS: Mapping[str, str] = {
    "cm": r"cm\b(?!\s?2|²)|centimet(?:er|re)s?",
    "mm": r"mm\b(?!hg)|millimet(?:er|re)s?",
    "sqcm": r"(?:sq\.?|square)\s?(?:cm|centimet(?:er|re)s?)|cm\s?2\b|cm²|cm\^2",
    # A therapist's stroke: "gait 15'", but not the feet and inches of a height.
    "minutes": r"min(?:ute)?s?\b|(?<=\d)['′](?![\w'′])",
    "hours": r"h(?:ou)?rs?\b|h\b",
    "grams": r"g(?:ra)?ms?\b|gr?\b",
    "kg": r"kgs?\b|kilos?",
    "mg": r"mgs?\b|milligrams?",
    "mcg": r"mcg\b|ug\b|[µμ]g|micrograms?",
    "ml": r"ml\b|cc\b|millilit(?:er|re)s?",
    "weeks": r"w(?:ee)?ks?\b|w\b|\+?\d/7",
    "days": r"days?\b",
    "months": r"mo(?:nth)?s?\b",
    "years": r"y(?:ea)?rs?\b|yo\b|y/o",
    "percent": r"%|percent\b",
    # "C6-7 level" is one of them.
    "levels": r"(?<![-–]\d)(?<![-–]\d\s)levels?\b",
    "miles": r"(?:loaded\s|statute\s|ground\s)?mi(?:les?)?\b",
    "views": r"(?:views?|vws?|v)\b",
    "count": r"(?:(?:actinic|seborrheic|irritated|inflamed|plantar|common|flat|small|thick|dystrophic|mycotic"
    r"|separate|discrete|different|skin|dental|more)\s){0,2}(?:acrochordons?|condylomas?|condylomata|papillomas?|mollusc(?:um|a)"
    r"|calluses|corns|toenails?"
    r"|implants?|cysts?|lesions?|polyps?|nevi|tags?|warts?|keratos[ei]s|injections?|sites?|muscles?|points?|biops(?:y|ies)"
    r"|specimens?|nails?|teeth|lymph nodes?|nodes?|levels?|units?|blocks?|stents?|vessels?|grafts?"
    r"|stud(?:y|ies)|nerves|aks?|sks?|of (?:them|these)|in all)\b",
    "units": r"(?:u\b|units?\b|iu\b)",
    "tests": r"(?:[a-z]+\s){0,2}?(?:(?:aero)?allergens?|inhalants?|foods?|molds?|pollens?|antigens?|tests?|pricks?"
    r"|scratch(?:es)?|intradermals?|patch(?:es)?|doses?|venoms?)\b",
}
# What stands behind a number. The unit of "12 3/7 weeks" begins with a digit: it is looked for with its number.
_UNIT_AFTER = {name: re.compile(rf"\s?-?\s?(?:{unit})") for name, unit in _UNITS.items()}
_ANY_NUMBER = re.compile(_NUMBER)
_WEEKS = re.compile(rf"{_NUMBER}\s?-?\s?(?:{_UNITS['weeks']})")
# The index of body mass stands behind its name: "BMI of 43.6", "BMI: 31", "body mass index is 28.4 kg/m2".
_BODY_MASS = re.compile(
    r"\b(?:bmi|body mass index)\b(?:\s*(?:[:=~(]|is|was|of|today|now|currently|kg/m\S*)\s*){0,3}\s*"
    r"(\d{1,3}(?:\.\d+)?)(?![\d.]*\s?(?:%|th\b|st\b|nd\b|rd\b|percentile))",
    re.I,
)
# As dictated: "body mass index thirty six point two".
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_BODY_MASS_SPELLED = re.compile(
    rf"\b(?:bmi|body mass index)\b(?:\s(?:is|was|of))?\s({'|'.join(_TENS)})(?:[\s-]({'|'.join(_DIGITS[1:])}))?"
    rf"(?:\spoint\s({'|'.join(_DIGITS)}))?\b",
    re.I,
)
_DIMENSIONS = re.compile(
    rf"{_NUMBER}\s?(?:cm|mm)?\s?[x×]\s?(\d+(?:\.\d+)?)(?:\s?(?:cm|mm)?\s?[x×]\s?(\d+(?:\.\d+)?))?\s?(cm|mm)", re.I
)
# What was cut out, its rim counted in: "excised diameter 1.9 cm", "2.1 cm including margins"; or the rim alone.
_EXCISED = re.compile(
    r"\b(?:excised|excision|total|defect|surgical)\s(?:lesion\s|lesional\s|excised\s)?(?:diameter|dimension|size|defect)s?\b"
    rf"[^.\n\d]{{0,24}}{_NUMBER}\s?(cm|mm)"
    rf"|{_NUMBER}\s?(cm|mm)\s(?:\w+\s){{0,3}}?(?:including|incl\.?|inclusive of|with|w/)\s?(?:the\s)?margins?\b"
    rf"|{_NUMBER}\s?(cm|mm)\s(?:total\s)?(?:excised|excision)\s(?:diameter|dimension)"
    # "Lesion plus margins 1.6 cm", "1.2 cm + 0.3 cm margins each side = 1.8 cm".
    rf"|\b(?:plus|including|incl\.?)\s(?:the\s)?margins?\b[^.\n\d]{{0,16}}{_NUMBER}\s?(cm|mm)"
    rf"|\bmargins?\b[^.\n\d=]{{0,24}}=\s?{_NUMBER}\s?(cm|mm)"
    rf"|\b(?:total|excised)(?:\s(?:excised|size))?\s{_NUMBER}\s?(cm|mm)\b",
    re.I,
)
_MARGIN = re.compile(
    rf"{_NUMBER}\s?-?(cm|mm)\s(?:(?!\d)\w+\s){{0,2}}?margins?\b"
    rf"|\bmargins?\b(?:\s(?:of|were|was))?:?\s{_NUMBER}\s?(cm|mm)",
    re.I,
)
# How long a wound is, however far from where its closing is told.
_LENGTH = re.compile(
    rf"{_NUMBER}\s?-?(cm|mm)\b(?!\s?(?:deep|depth|margin))[^.;\n\d]{{0,36}}?"
    r"\b(?:lac|lacs|lacerations?|wound|cut|gash|repair|closure)\b"
    r"|\b(?:lac|laceration|length|wound|repaired|closure|closed)\b[^.;\n\d]{0,30}"
    rf"{_NUMBER}\s?-?(cm|mm)\b(?!\s?(?:deep|depth|margin|from))",
    re.I,
)
# How large a growth is: "papillary tumor, 4 cm", "3.5 cm mass", "4 cm across".
_TUMOR = re.compile(
    r"\b(?:tumou?rs?|mass|lesion|growth|polyp|neoplasm)\b[^.;\n\d]{0,40}?"
    + rf"{_NUMBER}\s?-?(cm|mm)\b(?!\s(?:off|from|away|above|below))"
    rf"|{_NUMBER}\s?-?(cm|mm)\b[^.;\n\d]{{0,30}}?\b(?:tumou?rs?|mass|lesion|growth|neoplasm)\b"
    rf"|{_NUMBER}\s?-?(cm|mm)\s(?:across|in\s(?:greatest\s)?(?:diameter|dimension|size))\b",
    re.I,
)
_CLOSED = re.compile(
    r"\b(?:clos\w+|repair\w*|length|incision|ellipse|flap|punch|suture\w*|layer\w*)\b[^.;\n]{0,40}\Z", re.I
)
# How wide the gap of a hernia is.
_GAP = re.compile(
    rf"\b(?:defects?|gap|fascial\s(?:defect|opening)|neck)\b[^.;\n\d]{{0,30}}?{_NUMBER}\s?-?(cm|mm)\b"
    rf"|{_NUMBER}\s?-?(cm|mm)\b\s(?:\w+\s){{0,2}}?(?:defect|gap|fascial|hernia)\b",
    re.I,
)
# Sizes that are told far from what was done.
_TOLD_ANYWHERE = {"length": _LENGTH, "tumor": _TUMOR, "gap": _GAP}
_EXCISION_REACH, _NEXT = 600, 300
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "twenty": 20,
    "single": 1, "both": 2, "couple": 2,
}  # fmt: skip
_WORD_COUNT = re.compile(
    rf"\b({'|'.join(_WORDS)})\s+(?:\w+\s+){{0,2}}?{_UNITS['count']}|\b(?:each|all) of (?:the )?({'|'.join(_WORDS)})\b"
)
_WORD_VIEWS = re.compile(rf"\b({'|'.join(_WORDS)})[\s-](?:views?|films?|images?|shots?|projections?)\b")
_REACH = 260
# "AK x 9", but not "x 7 days" or "2 x 3 cm".
_TIMES = re.compile(
    r"\s[x×](?<![\d.]..)(?<!cm..)(?<!mm..)\s?(\d{1,2})\b(?!\s?(?:[x×]|\.\d|cm|mm|d\b|days?|wks?|weeks?|mo|hr?s?\b|min|yr|s\b|sec|cycles?|freeze))",
    re.I,
)
# "Intradermals 12": how many tests of the skin stands behind their name too.
_TESTS = re.compile(
    r"\b(?:intradermals?|pricks?|scratches|patch tests?)\s?(?:x|:|#|-)?\s?(\d{1,3})\b(?!\s?(?:mm|min|/|%))", re.I
)
# "4-0 nylon x2" counts stitches.
_STITCH = re.compile(
    r"(?:nylon|vicryl|prolene|ethilon|monocryl|silk|gut|pds|sutures?|stitch(?:es)?|staples?|attempts?|passes)\s?\Z",
    re.I,
)
_THREAD = 12
# What each of them begins with comes first, so that the engine passes over everything else: "54 y/o", "age 54", "F 54".
_AGES = (
    re.compile(r"(\d(?<![\d/.-].)\d{0,2})(?:\s?-?\s?(?:y/?o\b|yo[mf]?\b|yrs?\b|y\b|years?\b)|\s?(?:M|F)\b(?![-/]))"),
    re.compile(r"[aA](?<!\w.)(?i:ged?)\s?:?\s?(\d{1,3})\b"),
    re.compile(r"[MF](?<!\w.)\s?/?\s?(\d{2})\b(?![/.-])"),
)
_MONTHS_OLD = re.compile(
    r"(\d(?<![\d/.-].)\d?)\s?-?\s?(mo|months?|weeks?|wks?|days?|d)\s?-?\s?(?:old|o\b|well|check|visit|WC[CV]\b|[mf]\b)",
    re.I,
)
# "Well child visit, 15 months".
_VISIT_AT = re.compile(r"(?:visit|check|checkup|exam)\W{0,3}(\d{1,2})\s?-?\s?(mo|months?)\b", re.I)
_HEADER = 700
# A visit of this name is a child's, whose age the note need not tell: an infant's, or one of school age.
_CHILD = re.compile(r"\b(?:(well[- ]baby|newborn (?:visit|check))|well[- ]child|WCC|WCV|pediatrics|peds)\b", re.I)
_SCHOOL = 5
# From one time of day to another: "0851-0907", "2:02 pm to 3:00 pm", "start 0900 stop 0935".
CLOCK = re.compile(
    r"\b([01]?\d|2[0-3]):?([0-5]\d)\s?(?:[ap]\.?m\.?)?"
    r"(?:\s?(?:-|–|to|until)\s?|[\s,;/]{1,3}(?:stop|stopped|end|ended|finish|finished)\b[\s:@]{1,3}(?:time:?\s|at\s)?)"
    r"([01]?\d|2[0-3]):?([0-5]\d)\b",
    re.I,
)


class Quantities:
    """The numbers of a note, asked for by name and place.

    Args:
        reading: the note.
        age: of the person in years, or None.
    """

    def __init__(self, reading: Reading, age: int | Literal["90+"] | None) -> None:
        self._reading = reading
        self._given_age = age
        self._found: dict[str, list[tuple[int, float]]] = {}
        # Asked for once for each of the codes that the same words may mean.
        self._values: dict[tuple[str, int, int], float | None] = {}

    def value(self, name: str, first: int, last: int) -> float | None:
        """The value of a quantity nearest to words ``first`` to ``last``: same sentence first, then within the section.

        Args:
            name: see ``codesets.conditions.QUANTITIES``; ``age`` in years, ``sqcm`` in square centimetres.
        """
        if name == "age":
            return self._age
        key = (name, first, last)
        if key not in self._values:
            self._values[key] = self._value(*key)
        return self._values[key]

    def _value(self, name: str, first: int, last: int) -> float | None:
        if name == "stations":
            named = stations.named(self._reading.text)
            return float(named) if named else None
        if name == "studies":
            counted = nerves.studies(self._reading.text)
            if counted is not None:
                return float(counted)
            name = "count"
        if name == "excised":
            return self._excised(first, last)
        if name in _TOLD_ANYWHERE:
            told = self._near(_TOLD_ANYWHERE[name], first, last)
            if told is not None:
                return told[2]
            name = "cm"
        found = self.nearest(name, first, last)
        return None if found is None else found[1]

    @cached_property
    def _age(self) -> float | None:
        age = self._given_age if self._given_age is not None else _told_age(self._reading.text)
        return None if age is None else 90.0 if age == "90+" else float(age)

    def _near(self, pattern: re.Pattern[str], first: int, last: int) -> tuple[int, int, float] | None:
        """Where a pattern of a number and its unit, nearest to some words, begins and ends, and its centimetres."""
        start, end = self._reading.words[first].start, self._reading.words[last].end
        sentence = self._reading.sentences[self._reading.sentence_of[first]]
        best: tuple[int, int, int, float] | None = None
        for m in pattern.finditer(self._reading.text, max(0, start - _EXCISION_REACH), end + _EXCISION_REACH):
            number, unit = (g for g in m.groups() if g is not None)
            # What follows in a later sentence tells of the next one.
            later = _NEXT if m.start() >= sentence.end else 0
            away = later + (start - m.end() if m.end() <= start else max(0, m.start() - end))
            if best is None or away < best[0]:
                best = (away, m.start(), m.end(), float(number.replace(",", "")) / (10 if unit.lower() == "mm" else 1))
        return None if best is None else best[1:]

    def _excised(self, first: int, last: int) -> float | None:
        """The diameter cut out, in centimetres: as told, or that of the growth with its rim on both sides.

        Source: CMS NCCI Policy Manual, chapter 3 (excision: the greatest diameter plus the margins).
        """
        text = self._reading.text
        start, end = self._reading.words[first].start, self._reading.words[last].end

        told = self._near(_EXCISED, first, last)
        if told is not None:
            return told[2]
        margin = self._near(_MARGIN, first, last)
        best: tuple[int, float] | None = None
        for offset, value in self._all("cm"):
            if not start - _EXCISION_REACH <= offset <= end + _EXCISION_REACH:
                continue
            if margin is not None and margin[0] <= offset < margin[1]:
                continue
            if _CLOSED.search(text, max(0, offset - 60), offset):
                continue
            away = start - offset if offset < start else max(0, offset - end)
            if best is None or away < best[0]:
                best = (away, value)
        if best is None:
            return None
        return round(best[1] + (2 * margin[2] if margin is not None else 0.0), 2)

    def nearest(self, name: str, first: int, last: int) -> tuple[int, float] | None:
        """Where the nearest number of a quantity other than age begins, and its value; see `value`."""
        reading = self._reading
        start, end = reading.words[first].start, reading.words[last].end
        sentence = reading.sentences[reading.sentence_of[first]]
        best: tuple[int, int, float] | None = None
        found = self._all(name)
        # Sorted by offset: only those within reach are looked at.
        near = found[bisect_left(found, (start - _REACH,)) : bisect_right(found, (end + _REACH, math.inf))]
        for offset, value in near:
            distance = start - offset if offset < start else max(0, offset - end)
            if not sentence.start <= offset < sentence.end:
                distance += 80
            if distance <= _REACH and (best is None or distance < best[0]):
                best = (distance, offset, value)
        return None if best is None else best[1:]

    def counted(self, first: int, last: int) -> tuple[float, tuple[int, ...]] | None:
        """How many the sentence of some words counts, and where; several numbers are added ("scalp x4, hand x2")."""
        sentence = self._reading.sentences[self._reading.sentence_of[first]]
        times = [t for t in self.times() if sentence.start <= t[0] < sentence.end]
        if len(times) > 1:
            return sum(value for _, value in times), tuple(offset for offset, _ in times)
        told = self.nearest("count", first, last)
        if told is None or not sentence.start <= told[0] < sentence.end:
            return None
        return told[1], (told[0],)

    def times(self) -> list[tuple[int, float]]:
        """The counts told by a cross ("AK x 9"), in text order: offset and value."""
        known = self._found.get("times")
        if known is None:
            text = self._reading.text
            known = [
                (m.start(), float(m.group(1)))
                for m in _TIMES.finditer(text)
                if _STITCH.search(text, max(0, m.start() - _THREAD), m.start()) is None
            ]
            self._found["times"] = known
        return known

    @cached_property
    def _small(self) -> str:
        """The text in small letters."""
        return lowered(self._reading.text)

    @cached_property
    def _numbers(self) -> list[tuple[int, int, str]]:
        """Where each number begins and ends, and how it is written."""
        return [(m.start(), m.end(), m.group()) for m in _ANY_NUMBER.finditer(self._reading.text)]

    @cached_property
    def _counts_in_words(self) -> bool:
        """Whether a number may be written as a word."""
        return "[" in self._reading.text or not _WORDS.keys().isdisjoint(self._reading.forms)

    def _measured(self, unit: re.Pattern[str]) -> list[tuple[int, float]]:
        """The numbers that a unit follows."""
        found: list[tuple[int, float]] = []
        done = 0
        for start, end, number in self._numbers:
            after = unit.match(self._small, end) if start >= done else None
            if after is not None:
                found.append((start, _value(number)))
                done = after.end()
        return found

    def _all(self, name: str) -> list[tuple[int, float]]:
        known = self._found.get(name)
        if known is not None:
            return known
        text = self._reading.text
        found: list[tuple[int, float]] = []
        if name == "weeks":
            found = [(m.start(), _value(m.group(1))) for m in _WEEKS.finditer(self._small)]
        elif name in _UNIT_AFTER:
            found = self._measured(_UNIT_AFTER[name])
        if name == "bmi":
            found = [(m.start(), float(m.group(1))) for m in _BODY_MASS.finditer(text)]
            found += [(m.start(), _spelled(m)) for m in _BODY_MASS_SPELLED.finditer(text)]
        if name in ("count", "levels") and self._counts_in_words:
            found += [(m.start(), float(_WORDS[m.group(1) or m.group(2)])) for m in _WORD_COUNT.finditer(self._small)]
        if name == "views":
            if self._counts_in_words:
                found += [(m.start(), float(_WORDS[m.group(1)])) for m in _WORD_VIEWS.finditer(self._small)]
            found += named_views(self._small)
        if name in ("count", "tests"):
            found += self.times()
        if name == "tests":
            found += [(m.start(), float(m.group(1))) for m in _TESTS.finditer(text)]
        if name in ("cm", "mm", "sqcm"):
            for m in _DIMENSIONS.finditer(text):
                sides = [float(g) for g in m.groups()[:3] if g]
                centimetres = [s / 10 if m.group(4).lower() == "mm" else s for s in sides]
                if name == "sqcm":
                    found.append((m.start(), centimetres[0] * centimetres[1]))
                else:
                    largest = max(centimetres)
                    found.append((m.start(), largest if name == "cm" else largest * 10))
        if name == "cm":
            found += [(offset, value / 10) for offset, value in self._all("mm")]
        if name == "minutes":
            found += [(m.start(), float(elapsed(m))) for m in CLOCK.finditer(text)]
            found += [(offset, value * 60) for offset, value in self._all("hours")]
        found.sort()
        self._found[name] = found
        return found


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def _spelled(told: re.Match[str]) -> float:
    """The number that is written in words."""
    tens, one, tenth = (word.lower() if word else "zero" for word in told.groups())
    return _TENS[tens] + _DIGITS.index(one) + _DIGITS.index(tenth) / 10


def elapsed(clock: re.Match[str]) -> int:
    """The minutes between the two times that `CLOCK` found."""
    start, end = (int(clock.group(i)) * 60 + int(clock.group(i + 1)) for i in (1, 3))
    return (end - start) % (24 * 60)


def _told_age(text: str) -> int | None:
    """The age that the beginning of a note tells, in years; of an infant 0."""
    infant = _MONTHS_OLD.search(text, 0, _HEADER) or _VISIT_AT.search(text, 0, _HEADER)
    ages = [found for pattern in _AGES if (found := pattern.search(text, 0, _HEADER)) is not None]
    told = min(ages, key=lambda found: found.start(), default=None)
    if infant is not None and (told is None or infant.start() < told.start()):
        return int(infant.group(1)) // 12 if infant.group(2).lower().startswith("mo") else 0
    if told is None:
        visit = _CHILD.search(text, 0, _HEADER)
        return None if visit is None else 0 if visit.group(1) else _SCHOOL
    age = int(told.group(1))
    return age if age < 120 else None
