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
from noteproc.redaction.recognizers.company import Days, in_company, neighbouring
from noteproc.redaction.recognizers.ordinals import ORDINAL_NOUN, ranked
from noteproc.redaction.recognizers.pairs import MEASURE_BEFORE, SCALES, is_scale, short_score
from noteproc.redaction.recognizers.weekdays import WEEKDAY, WEEKDAYS, with_weekday
from noteproc.redaction.words import Cues, ListedPhrases, Words, matches

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
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
# Where dates are written with dots: "03.08".
_DOTTED = re.compile(r"(?<![\w./:-])(0[1-9])\.(?:0[1-9]|[12]\d|3[01])(?![\w/%:.-]|\s?(?:mg|mcg|ml|cm|mm|%)\b)")
_MONTHS_AFTER = re.compile(r"\s?(?:mos?|months?|wks?|weeks?|hrs?|hours?)\b(?! ?[#\d])")
_YEAR_MONTH = re.compile(r"(?<![\w/-])(?<![^.]\.)(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?![\w/]|[.-]\d)")
_FULL_RANGE = re.compile(
    r"(?<![\w/-])(?<![^.]\.)\d{1,2}([/.])\d{1,2}(?:\1\d{2,4})?\s?-\s?\d{1,2}\1\d{1,2}\1(?:\d{4}|\d{2})(?![\d/]|[.-]\d)"
    r"|(?<![\w/-])(?<![^.]\.)\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})\s?-\s?\d{1,2}/\d{1,2}(?![\d/]|[.-]\d)"
)
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
_ORDINAL = re.compile(r"\b(?:the|on)\s{1,3}((?:[12]?\d|3[01])(?:st|nd|rd|th))\b", re.IGNORECASE)
_ORDINAL_END = re.compile(r"\s{0,3}(?:[.,;)]|at\b|for\b|with\b|$|through the\b|and the\b)")
# Feasts whose names are words too.
_PLAIN_FEASTS = frozenset(
    {"lent", "tet", "holi", "eid", "purim", "obon", "easter", "epiphany", "pride weekend", "onam"}
)
_OF_YEAR = re.compile(r",?[ ](?:of[ ])?(?:(?:19|20)\d\d|'\d\d)(?!\d)")
# So many words may stand between the day and its month ("the 3rd - 5th of May").
_DAY_TO_MONTH = 9
_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november")
MONTH_WORDS = Cues([*_NAMES, *(n[:3] for n in _NAMES), "sept", "december", "dec"])
_ORDINAL_WORDS = Cues({"the", "on"})


def _valid(month: int, day: int) -> bool:
    return (1 <= month <= 12 and 1 <= day <= 31) or (1 <= day <= 12 and 1 <= month <= 31)


def _beside_months(words: Words, months: list[int]) -> list[int]:
    """Where a date with the name of a month may begin: at the month, or at a day or an article somewhat before it."""
    near: set[int] = set()
    for days in (words.numbers, words.vocabulary.get("the", ())):
        for month in months:
            near.update(days[bisect_left(days, month - _DAY_TO_MONTH) : bisect_left(days, month)])
    return sorted([*(words.starts[i] for i in near), *words.opening(MONTH_WORDS)])


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
        weekdays = words.opening(WEEKDAYS)
        for start, end, score in self._numbers(words):
            yield with_weekday(text, weekdays, start, end, score)
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
                    yield with_weekday(text, weekdays, m.start(), end, score)
            yield from self._bare_months(words, months)
        for m in matches(_ORDINAL, text, words.opening(_ORDINAL_WORDS)):
            if not ORDINAL_NOUN.match(text, m.end()) and not ranked(text, m.start(1), m.end()):
                weekday = WEEKDAY.search(text[max(0, m.start() - 16) : m.start()])
                clear = weekday or m.group().lower().startswith("on ") or _ORDINAL_END.match(text, m.end())
                if weekday:
                    yield with_weekday(text, weekdays, m.start(), m.end(), 0.8)
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
        days: Days = {}
        dotted_months: set[int] = set()
        for pattern, figures in ((_NUMERIC, numeric), (_SPACED, sorted([*slashed, *spaced]))):
            for m in matches(pattern, text, figures):
                separator = m[2] if pattern is _NUMERIC else "/"
                a, b, c = int(m[1]), int(m[3] if pattern is _NUMERIC else m[2]), m[4] if pattern is _NUMERIC else m[3]
                if pattern is _NUMERIC:
                    days.setdefault(a, set()).add(b)
                if not _valid(a, b) or (len(c) == 4 and not 1850 <= int(c) <= 2100):
                    continue
                if separator == "/" and a < b < int(c) < 73 and _MONTHS_AFTER.match(text, m.end()):
                    # "RPR at 6/12/24 mo".
                    continue
                if separator == "." and a <= 12:
                    dotted_months.add(a)
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
                    MAYBE if MEASURE_BEFORE.search(text[max(0, m.start() - 30) : m.start()].lower()) or a == b else 0.9
                )
                if "/" in m[2]:
                    c, d = (int(x) for x in m[2].split("/"))
                    if not (1 <= c <= 12 and 1 <= d <= 31) or (b == d and b in (5, 6, 10)):
                        continue
                yield m.start(), m.end(), score
        for m in matches(_DOTTED, text, words.figures(2, before=".")) if dotted_months else ():
            if int(m[1]) in dotted_months:
                yield m.start(), m.end(), 0.65
        yield from self._pairs(text, list(matches(_SHORT, text, joined)), days)

    @staticmethod
    def _pairs(text: str, found: list[re.Match[str]], days: Days) -> Iterator[tuple[int, int, float]]:
        """Month and day alone, some of them told by the days of the same month that the note has besides."""
        scales: dict[int, bool] = {}
        dated = set(days)
        scored: list[tuple[re.Match[str], float]] = []
        for m in found:
            a, b = int(m[1]), int(m[3])
            day = 1 <= a <= 12 and 1 <= b <= 31
            year = m[2] == "/" and 1 <= a <= 12 and len(m[3]) == 2 and b > 31
            if not day and not year:
                continue
            score = short_score(text, m.start(), m.end(), a, b, m[2])
            if 0.25 < score < 0.6 and m[2] == "/" and a in dated and not (a <= b and b in SCALES):
                # The month of a date that the note writes in full.
                score = 0.6
            if score < 0.8 and a <= b and b in (5, 6, 8, 9, 10, 12, 28, 30):
                if b not in scales:
                    # One denominator over and over is a scale, not a day of the month.
                    scales[b] = is_scale(text, b)
                if scales[b]:
                    score = min(score, 0.15)
            if day and m[2] == "/" and (score >= 0.6 or (score > 0.25 and b not in SCALES)):
                days.setdefault(a, set()).add(b)
            scored.append((m, score))
        beside = neighbouring(text, found)
        for m, score in scored:
            if 0.25 < score < 0.6 and m[2] == "/" and (m.start() in beside or in_company(text, m, days)):
                score = 0.6
            yield m.start(), m.end(), score

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
