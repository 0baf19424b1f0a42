"""Dates in every shape that notes write them, and holidays. A bare year, a duration and a time of day are no dates.

Source: 45 CFR 164.514(b)(2)(i)(C): all elements of dates except the year.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.words import Cues, ListedPhrases, Words, matches

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:(?:18|19|20)\d\d|'\d\d)"
_NUMERIC = re.compile(r"(?<![\w/-])(?<![^.]\.)(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/]|[.-]\d)")
_SPACED = re.compile(r"(?<![\w/-])(?<![^.]\.)(\d{1,2}) ?/ ?(\d{1,2}) ?/ ?(\d{4}|\d{2})(?![\d/]|[.-]\d)")
_ISO = re.compile(r"(?<![\w/-])(?<![^.]\.)((?:18|19|20)\d\d)([/.-])(\d{1,2})\2(\d{1,2})(?![\d/]|[.-]\d)")
_COMPACT = re.compile(
    r"(?<![\w.])((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([T_ ]?[0-2]\d[0-5]\d(?:[0-5]\d)?)?(?![\w]|[.-]\d)"
)
_MONTH_YEAR = re.compile(r"(?<![\w/-])(?<![^.]\.)(0?[1-9]|1[0-2])[/-]((?:19|20)\d\d)(?![\w/]|[.-]\d)")
_SHORT = re.compile(r"(?<![\w/+-])(?<![^.]\.)(\d{1,2})([/-])(\d{1,2})(?![\w/%]|[.-]\d)")
_YEAR_MONTH = re.compile(r"(?<![\w/-])(?<![^.]\.)(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?![\w/]|[.-]\d)")
_FULL_RANGE = re.compile(
    r"(?<![\w/-])(?<![^.]\.)\d{1,2}([/.])\d{1,2}(?:\1\d{2,4})?\s?-\s?\d{1,2}\1\d{1,2}\1(?:\d{4}|\d{2})(?![\d/]|[.-]\d)"
    r"|(?<![\w/-])(?<![^.]\.)\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})\s?-\s?\d{1,2}/\d{1,2}(?![\d/]|[.-]\d)"
)
# A part of a whole: "1/2 of the meal", "4/19 nodes", "5/12 cores", "1/4 mile".
_PART_OF = re.compile(
    r"\s(?:of (?!last|this|next|the (?:month|year)|(?:19|20)\d\d)|(?:lymph )?nodes?\b|cores?\b|bags?\b|miles?\b|inch"
    r"|cup\b|cm\b|mm\b|meals?\b|insp|tab(?:let)?s?\b|samples?\b|bottles?\b|lobes?\b|quadrants?\b|tested\b"
    r"|split\b|correct\b|objects?\b|items?\b|words?\b|criteria\b|sessions?\b|ROM\b|bcx\b|cultures?\b|attempts?\b)"
)
# What is told by a part of its best: "insight 3/4", "SHIM 5/25", "TOF 4/4".
_GRADED = re.compile(
    r"\b(?:insight|judgment|appetite|sleep|mood|energy|strength|tone|pulses?|reflex(?:es)?|dtrs?|prep|latch|recall"
    r"|smoke|murmur|phq-?[29]?|gad-?[27]?|audit(?:-?c)?|shim|ipss|ess|bims|moca|mmse|slums|tof|epworth|braden|gcs"
    r"|apgars?|elev(?:ation)?|labial|lingual|cycle|effort|motivation|distress|fatigue|nausea|itch)[ ]{1,2}$",
    re.IGNORECASE,
)
_LONGEST_SCALE = 14
_FRACTIONS = re.compile(r"(?<!\d)(\d+)/(?=(\d+))")
_VERB_OR_MONTH = re.compile(r"(?:may|mar)\W+\d{1,2}$")
_RANGE_FIRSTS = re.compile(r"(?:^|-\s?)(\d{1,2})")
_EARLY = re.compile(r"\b(?:early|mid|late|middle of|end of|beginning of)[ -]$", re.IGNORECASE)
_RANGE = re.compile(r"(?<![\w/-])(?<![^.]\.)(\d{1,2}/\d{1,2})(?:\s?-\s?|\sto\s)(\d{1,2}(?:/\d{1,2})?)(?![\w/%]|[.-]\d)")
_NAMED = re.compile(
    rf"(?<![^\W_])(?:(?:the\s{{1,3}})?{_DAY}(?:st|nd|rd|th)?(?:\s?-\s?{_DAY}(?:st|nd|rd|th)?)?(?:[ \t]?-[ \t]?"
    rf"|[ \t]{{1,2}}|\.|)(?:of\s{{1,3}})?{_MONTH}\b\.?(?:[\s,.-]{{0,3}}(?:of\s{{1,3}})?{_YEAR}(?!\d))?"
    rf"|{_MONTH}\b\.?[\s-]{{0,2}}(?:the\s{{1,3}})?{_DAY}(?:st|nd|rd|th)?(?![\d/:]|\.\d|\s?(?:mg|mcg|units?|ml|weeks?"
    rf"|days?|years?|months?|hours?|percent|%)\b)"
    rf"(?:\s?(?:-|and|&|to|through)\s?{_DAY}(?:st|nd|rd|th)?(?![\d/:]))?(?:[\s,.-]{{1,3}}{_YEAR}(?!\d)"
    rf"|,\s?\d\d(?!\d|/|:))?"
    rf"|{_MONTH}\b\.?[\s,/-]{{0,3}}(?:of\s{{1,3}})?{_YEAR}(?!\d)"
    rf"|{_DAY}-{_MONTH}-\d\d(?!\d)|{_MONTH}-\d\d(?!\d))",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\b(?:the|on)\s{1,3}(\d{1,2}(?:st|nd|rd|th))\b", re.IGNORECASE)
_ORDINAL_NOUN = re.compile(
    r"\s?(?:[,&-]?\s?(?:(?:and|or|through|to)\s)?(?:the\s)?\d{1,2}(?:st|nd|rd|th)\s?){0,4}\s?(?:percentile|rib|ribs|toe"
    r"|toes|finger|fingers|digit|digits|ray|nerve|cranial|metatarsal|metacarpal|mtp|mcp|pip|dip|proximal|distal|"
    r"intercostal|grade|floor|degree|time|trimester|week|day|month|year|hour|century|ventricle|molar|pregnancy"
    r"|child|dose|cycle|line|generation|visit|branch|portion|part|street|st\b|ave|edition|session|attempt"
    r"|compartment|interspace|web|space|"
    r"extensor|dorsal|vertebra|lumbar|thoracic|cervical|sacral|of\s{1,3}(?:four|five|six|three|\d)|heart|diagonal"
    r"|marginal|stage|place|birthday|grader)",
    re.IGNORECASE,
)
_NTH = re.compile(r"(?:the\s{1,3})?\d{1,2}(?:st|nd|rd|th)", re.IGNORECASE)
_ORDINAL_END = re.compile(r"\s{0,3}(?:[.,;)]|at\b|for\b|with\b|$|through the\b|and the\b)")
_WEEKDAY = re.compile(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b\.?,?\s{0,3}(?:the\s{1,3})?$", re.IGNORECASE
)
_WEEKDAY_AFTER = re.compile(
    r"\s{0,3}[,(]?\s{0,3}\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\)?", re.IGNORECASE
)
# This and what follows as far as ``_SCALE_NEAR`` read small letters alone, which is far faster than any.
_MEASURE_BEFORE = re.compile(
    r"(?<![a-z])(?:pain|throbb?ing|aching|ache|sharp|sore(?:ness)?|burning|cramps?|cramping|stabbing|headache|vas|nrs"
    r"|strength|motor|power|murmur|grade|reflex(?:es)?|dtrs?|pulses?|score[ds]?|scale|rated?"
    r"|rating|bp|pressure|apgars?|vision|acuity|"
    r"va|od|os|ou|ratio|mallampati|gcs|nihss|nih stroke scale|qsofa|curb-?65|chads|meld|rass|ipss"
    r"|aua|oswestry|ecog|cam-icu|ciwa|cows|ymrs|epds|odi"
    r"|intensity|severity|level|image|img|series|slice|frame|muscle|phalen|edema|spurling|grip|flexion"
    r"|extension|abduction|"
    r"dorsiflexion|plantarflexion|quad(?:riceps)?|biceps|triceps|deltoids?|ehl|hip|ankle|nodes?|stations?|visit"
    r"|size|gauge|"
    r"dilated|effaced|cores?|sets?|ekg|lead|moca|mmse|minicog|phq|gad|morse|braden|wells|sips?|fev1|t[12]|q\d*"
    r"|every|of|about|approx|approximately|or|to)"
    r"\W{0,3}(?:is|was|at|of|in|are|were|score|now|today|right|left|bilaterally|r|l|a|by)?\W{0,3}$",
)
_MEASURE_AFTER = re.compile(
    r"\s{0,3}(?:-?\s?(?:tub(?:ular)?\b|strength|pain|murmur|systolic|diastolic"
    r"|sem|in severity|on (?:the )?(?:pain|scale)"
    r"|scale|inch|inches|\"|cup|tab|tablet|pill|dose|"
    r"mg|ml|cc|tsp|tbsp|d\b|wks?\b|mos?\b|bilat|throughout|power|motor|nodes?|of (?:the|a)\b|ns\b|saline|ppd|pack"
    r"|pint|full|positive|negative|correct|recall|words|objects|"
    r"sessions?|visits?|thickness|sec|hr|hours?|min|day|wk|weeks?|months?|mo\b|years?|yrs?|y/?o|x\b|lpm"
    r"|blood cultures|bottles|beats|lead|ehl\b|quads?\b|deltoids?\b|biceps\b|triceps\b|iliopsoas\b|hamstrings?\b"
    r"|grip\b|interossei\b|gastroc))",
)
_DATE_BEFORE = re.compile(
    r"(?<![a-z])(?:\bon|since|from|until|till?|thru|through|dated?|dob|dos|doa|dod|seen|visit|admit(?:ted)?|adm"
    r"|discharged?|d/c|dc|dx'?d?|scheduled|appt|appointment|"
    r"last|next|due|start(?:ed|ing)?|began|began on|effective|signed|by|after|before|of|lmp|edd|edc|born"
    r"|birth(?:day|date)?|surgery|"
    r"clinic|f/?u|follow-?up|recheck|return|rtc|week of|labs?|cbc|cmp|bmp|mri|ct|cxr|x-?ray|xr|echo|ekg|ecg"
    r"|culture|note|entered|updated|reviewed|completed|given|"
    r"addendum|collected|received|reported|d|t|dd|dt|rev|ed|er|icu|dated:|as of|hospitalized|placed|removed"
    r"|inserted|refill(?:ed)?|filled|exp|expires|"
    r"resolved|healed|called|call|spoke|message|copied from|colonoscopy|mammogram|pap|vaccine|dose [123]"
    r"|shot|biopsy|path|op|admission|transfer(?:red)?|arrived|and|between)"
    r"\W{1,3}$",
)
_WORD_BEFORE = re.compile(r"[A-Za-z]{2}\)? $")
# No verb, no finding and no link: "INR 2/2 was 2.1" gives a date.
_CAUSE = re.compile(
    r" (?:to )?(?!(?:was|is|were|at|with|w|and|or|showed|shows|show|normal|nl|neg|negative|pos|positive|stable|clear|by"
    r"|per|am|pm|for|on|in|the|his|her|a|an|then|reviewed|pending|done|visit|note|labs?|level|unremarkable"
    r"|improved)\b)[A-Za-z]"
)
_VISIT_BEFORE = re.compile(
    r"(?<![a-z])(?:(?:next|last) (?:visit|appointment|appt|dose|seen)|clinic|appt"
    r"|appointment|admitted|seen|since|until|dated?|rtc|recheck)\W{1,3}$",
)
_SCALE_NEAR = re.compile(
    r"\b(?:moca|mmse|slums|mini-?cog|bims|score[ds]?|scale|points?|quiz|test|recall|correct|phq|gad|memory|mem|hints?)\b",
)
# A result, then when it was taken: "TSH 1.8 (1/8)".
_VALUE_BEFORE = re.compile(r"\d\s?\($")
_ENTRY_AFTER = re.compile(r"[ \t]{1,4}(?:[A-Za-z]{2}|\d{4}\b)")
# Strength, coma and pain are told by these, and may well stay the same all day.
GRADES = frozenset({5, 6, 10})
SCALES = frozenset({2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30})
_TIME_AFTER = re.compile(
    r"[\s,@]{0,3}(?:at\s{1,3}|@\s?)?(?:[01]?\d|2[0-3]):?[0-5]\d(?!\d|/)(?:\s?(?:hrs?|h|am|pm|a\.m|p\.m)\b)?",
)
# Feasts whose names are words too.
_PLAIN_FEASTS = frozenset(
    {"lent", "tet", "holi", "eid", "purim", "obon", "easter", "epiphany", "pride weekend", "onam"}
)
_OF_YEAR = re.compile(r",?[ ](?:of[ ])?(?:(?:19|20)\d\d|'\d\d)(?!\d)")
# So many words may stand between the day and its month ("the 3rd - 5th of May").
_DAY_TO_MONTH = 9
_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november")
MONTH_WORDS = Cues([*_NAMES, *(n[:3] for n in _NAMES), "sept", "december", "dec"])
_SHORT_WEEKDAYS = ("mon", "tue", "tues", "wed", "wednes", "thu", "thurs", "fri", "sat", "satur", "sun")
_WEEKDAYS = Cues(day + end for day in _SHORT_WEEKDAYS for end in ("", "s", "day", "days"))
# How far before or behind a date its weekday may begin.
_WEEKDAY_REACH = 16
_ORDINAL_WORDS = Cues({"the", "on"})


def scaled(text: str, start: int, end: int) -> bool:
    """Whether the words around a pair of figures speak of a scale, a strength or a measure."""
    before = text[max(0, start - 30) : start].lower()
    return bool(
        _MEASURE_AFTER.match(text[end : end + 24].lower())
        or _MEASURE_BEFORE.search(before)
        or _SCALE_NEAR.search(before)
    )


def is_part(text: str, start: int, end: int) -> bool:
    """Whether a fraction is a part of a whole or of the best that there is: "4/19 nodes", "insight 3/4"."""
    return bool(_PART_OF.match(text, end) or _GRADED.search(text[max(0, start - _LONGEST_SCALE) : start]))


def caused(text: str, start: int, end: int) -> bool:
    """Whether "2/2" says "secondary to": a condition before it, its cause behind it, no announced date."""
    if text[start:end] != "2/2" or dated(text, start):
        return False
    return _WORD_BEFORE.search(text[max(0, start - 30) : start]) is not None and bool(_CAUSE.match(text, end))


def dated(text: str, start: int) -> bool:
    """Whether the words before a pair of figures announce a date."""
    return _DATE_BEFORE.search(text[max(0, start - 30) : start].lower()) is not None


def before_a_noun(text: str, start: int, end: int) -> bool:
    """Whether an ordinal in figures counts the thing behind it: "4th dose", "7th floor"."""
    return _NTH.fullmatch(text, start, end) is not None and _ORDINAL_NOUN.match(text, end) is not None


def _valid(month: int, day: int) -> bool:
    return (1 <= month <= 12 and 1 <= day <= 31) or (1 <= day <= 12 and 1 <= month <= 31)


def _beside_months(words: Words, months: list[int]) -> list[int]:
    """Where a date with the name of a month may begin: at the month, or at a day or an article somewhat before it."""
    near: set[int] = set()
    for days in (words.numbers, words.vocabulary.get("the", ())):
        for month in months:
            near.update(days[bisect_left(days, month - _DAY_TO_MONTH) : bisect_left(days, month)])
    return sorted([*(words.starts[i] for i in near), *words.opening(MONTH_WORDS)])


def _is_scale(text: str, of: int) -> bool:
    """Whether fractions of one denominator are marks of a scale: one day told again and again is a day."""
    if text.count(f"/{of}") < 3 or f"/{of}/" in text:
        return False
    return of in GRADES or len({part for part, whole in _FRACTIONS.findall(text) if whole == str(of)}) > 1


class NoteDateRecognizer(NoteRecognizer):
    """Dates finer than a year, and holidays."""

    kinds = ("DATE",)

    def __init__(self) -> None:
        super().__init__()
        names = sorted(lx.read_phrases("holidays.txt"), key=lambda p: (-len(p), p))
        self._holidays = ListedPhrases(names, r"(?<!\w)", r"(?!\w)")
        self._holiday_words = frozenset(n.lower().split()[0] for n in names)

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every date of the text, weekday beside it included."""
        text = words.text
        weekdays = words.opening(_WEEKDAYS)
        for start, end, score in self._numbers(words):
            yield self._with_weekday(text, weekdays, start, end, score)
        months = words.of_class(lx.MONTH)
        if months:
            for m in matches(_NAMED, text, _beside_months(words, months)):
                if m.end() - m.start() >= 4:
                    if not any(c.isdigit() for c in m.group()):
                        continue
                    score = 0.97
                    low = m.group().lower()
                    if (
                        ("may" in low or "mar" in low)
                        and not any(c in low for c in "',")
                        and _VERB_OR_MONTH.search(low)
                    ):
                        score = 0.97 if "M" in m.group() else MAYBE
                    end = len(m.group().rstrip(" .,-")) + m.start()
                    yield self._with_weekday(text, weekdays, m.start(), end, score)
            yield from self._bare_months(words, months)
        for m in matches(_ORDINAL, text, words.opening(_ORDINAL_WORDS)):
            if not _ORDINAL_NOUN.match(text, m.end()):
                weekday = _WEEKDAY.search(text[max(0, m.start() - 16) : m.start()])
                clear = weekday or m.group().lower().startswith("on ") or _ORDINAL_END.match(text, m.end())
                if weekday:
                    yield self._with_weekday(text, weekdays, m.start(), m.end(), 0.8)
                else:
                    start = m.start() if m.group().lower().startswith("the ") else m.start(1)
                    yield Hit(start, m.end(1), "DATE", 0.6 if clear else MAYBE)
        feasts = list(self._holidays.standing(words))
        if feasts and not words.vocabulary.keys().isdisjoint(self._holiday_words):
            for m in feasts:
                shown = m.group()
                plain = shown.lower() in _PLAIN_FEASTS
                small = shown[0].islower() and any(c.isupper() for c in text[max(0, m.start() - 40) : m.end() + 40])
                if not (small and plain):
                    year = _OF_YEAR.match(text, m.end())
                    sure = not plain or shown.lower() in ("easter", "eid") or year
                    yield Hit(m.start(), year.end() if year else m.end(), "DATE", 0.9 if sure else MAYBE)

    def _numbers(self, words: Words) -> Iterator[tuple[int, int, float]]:
        text = words.text
        slashed, dashed = words.figures(1, 2, before="/"), words.figures(1, 2, before="-")
        dotted, years = words.figures(1, 2, before="."), words.figures(4, before="/.-")
        joined = sorted([*slashed, *dashed])
        numeric = sorted([*joined, *dotted])
        spaced = [at for at in words.figures(1, 2, before=" ") if "/" in text[at + 2 : at + 4]]
        months: set[int] = set()
        for pattern, figures in ((_NUMERIC, numeric), (_SPACED, sorted([*slashed, *spaced]))):
            for m in matches(pattern, text, figures):
                separator = m[2] if pattern is _NUMERIC else "/"
                a, b, c = int(m[1]), int(m[3] if pattern is _NUMERIC else m[2]), m[4] if pattern is _NUMERIC else m[3]
                if pattern is _NUMERIC:
                    months.add(a)
                if not _valid(a, b) or (len(c) == 4 and not 1850 <= int(c) <= 2100):
                    continue
                if separator == "." and len(c) == 2 and (len(m[1]) < 2 or len(m[3]) < 2):
                    # Also how sections and versions are numbered; the years that notes speak of tell them apart.
                    if 10 <= int(c) <= 45:
                        yield m.start(), m.end(), 0.6
                    continue
                yield m.start(), m.end(), 0.97
        for m in matches(_FULL_RANGE, text, sorted([*slashed, *dotted])) if "-" in words.vocabulary else ():
            firsts = [int(part) for part in _RANGE_FIRSTS.findall(m.group())]
            if all(1 <= first <= 31 for first in firsts):
                yield m.start(), m.end(), 0.97
        for m in matches(_ISO, text, years):
            if _valid(int(m[3]), int(m[4])):
                end = m.end()
                yield m.start(), end, 0.97
        for m in matches(_COMPACT, text, words.figures(8, 12, 14)):
            yield m.start(), m.end(), 0.9
        for m in matches(_MONTH_YEAR, text, joined):
            yield m.start(), m.end(), 0.96
        for m in matches(_YEAR_MONTH, text, years):
            yield m.start(), m.end(), 0.8
        for m in matches(_RANGE, text, slashed):
            a, b = (int(x) for x in m[1].split("/"))
            if 1 <= a <= 12 and 1 <= b <= 31 and ("/" in m[2] or b < int(m[2]) <= 31):
                score = (
                    MAYBE if _MEASURE_BEFORE.search(text[max(0, m.start() - 30) : m.start()].lower()) or a == b else 0.9
                )
                if "/" in m[2]:
                    c, d = (int(x) for x in m[2].split("/"))
                    if not (1 <= c <= 12 and 1 <= d <= 31) or (b == d and b in (5, 6, 10)):
                        continue
                yield m.start(), m.end(), score
        scales: dict[int, bool] = {}
        for m in matches(_SHORT, text, joined):
            a, b = int(m[1]), int(m[3])
            day = 1 <= a <= 12 and 1 <= b <= 31
            year = m[2] == "/" and 1 <= a <= 12 and len(m[3]) == 2 and b > 31
            if not day and not year:
                continue
            score = self._short_score(text, m.start(), m.end(), a, b, m[2])
            if 0.25 < score < 0.6 and m[2] == "/" and a in months and not (a <= b and b in SCALES):
                # The month of a date that the note writes in full.
                score = 0.6
            if score < 0.8 and a <= b and b in (5, 6, 8, 9, 10, 12, 28, 30):
                if b not in scales:
                    # One denominator over and over is a scale, not a day of the month.
                    scales[b] = _is_scale(text, b)
                if scales[b]:
                    score = min(score, 0.15)
            yield m.start(), m.end(), score

    def _short_score(self, text: str, start: int, end: int, a: int, b: int, separator: str) -> float:
        before, after = text[max(0, start - 30) : start].lower(), text[end : end + 24].lower()
        if separator == "-":
            return 0.1 if _MEASURE_AFTER.match(after) else 0.25 if a < b <= 15 else MAYBE
        if _MEASURE_AFTER.match(after) or caused(text, start, end):
            return 0.2
        if a <= b and is_part(text, start, end) and not dated(text, start):
            return 0.2
        measured = _MEASURE_BEFORE.search(before)
        if measured and a <= b and b in (5, 6, 10):
            return 0.2
        if _TIME_AFTER.match(after):
            return 0.9
        if measured:
            return 0.25
        if _DATE_BEFORE.search(before):
            strong = _VISIT_BEFORE.search(before)
            return 0.45 if a <= b and b in (2, 3, 4, 5, 6, 10) and not strong else 0.85
        if after[:1] == ":" and b != 10:
            return 0.6
        if b > 12 and a != b:
            scale = b in (15, 20, 30) and a <= b and _SCALE_NEAR.search(text[max(0, start - 40) : start].lower())
            return 0.3 if scale else 0.65 if b in (15, 20, 30) else 0.7
        if before[-1:] == "(" and after[:1] == ")" and _VALUE_BEFORE.search(before) and b not in (5, 10):
            return 0.65
        opens = not before.strip(" \t") or before.rstrip(" \t")[-1:] == "\n"
        if opens and _ENTRY_AFTER.match(after):
            return 0.65 if b not in (5, 10) or a > b else MAYBE
        return 0.3 if a <= b and b in (5, 6, 8, 9, 10, 12) else MAYBE

    @staticmethod
    def _with_weekday(text: str, weekdays: list[int], start: int, end: int, score: float) -> Hit:
        near = bisect_left(weekdays, start - _WEEKDAY_REACH)
        if near == len(weekdays) or weekdays[near] > end + _WEEKDAY_REACH:
            return Hit(start, end, "DATE", score)
        before = _WEEKDAY.search(text[max(0, start - 16) : start])
        if before:
            start -= len(text[max(0, start - 16) : start]) - before.start()
        else:
            after = _WEEKDAY_AFTER.match(text, end)
            if after and (text[end : end + 2].lstrip(" ,(") != text[end : end + 2]):
                tail = after.group()
                if "(" in tail or "," in tail or tail.strip().lower().endswith("day"):
                    end = after.end() - (0 if "(" in tail and tail.endswith(")") else tail.endswith(")"))
        return Hit(start, end, "DATE", score)

    @staticmethod
    def _bare_months(words: Words, months: list[int]) -> Iterator[Hit]:
        for i in months:
            low = words.lower[i]
            if len(low) < 3:
                continue
            form = words.words[i]
            previous = words.lower[i - 1] if i else ""
            capital = form[0].isupper()
            cue = previous in _MONTH_CUES
            if low in ("may", "march", "mar", "dec", "jan", "sun", "sat", "august", "april", "june", "jun", "oct"):
                score = 0.85 if cue and capital and (not form.isupper() or len(low) > 3) else MAYBE if capital else 0.2
                if low in ("may", "march") and cue and not capital:
                    score = MAYBE
            elif len(low) >= 4:
                score = 0.9 if capital or cue else 0.7
            else:
                score = 0.85 if cue else MAYBE
            if low in ("april", "june", "august", "may") and not cue and words.bits[i] & lx.FIRST:
                score = min(score, MAYBE)
            if form.isupper() and len(low) == 3 and not cue:
                score = min(score, 0.15)
            if score > 0.2:
                early = _EARLY.search(words.text[max(0, words.starts[i] - 14) : words.starts[i]])
                start = words.starts[i] - (len(early.group()) if early else 0)
                yield Hit(start, words.ends[i], "DATE", max(score, 0.85) if early else score)


_MONTH_CUES = frozenset(
    [
        "in",
        "since",
        "until",
        "till",
        "by",
        "last",
        "next",
        "this",
        "of",
        "early",
        "late",
        "mid",
        "from",
        "through",
        "during",
        "before",
        "after",
        "around",
        "and",
        "to",
        "past",
        "every",
        "each",
        "or",
        "end",
        "for",
    ]
)
