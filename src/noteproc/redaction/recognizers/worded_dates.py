"""Dates in words, dates whose figures a scanner read as letters, and time stamps.

"The ninth of October", "March the 3rd", "25th day of March, 2025"; "Friday, the thirteenth"; "date of birth ten nine
fifty one"; "1O/2l/2O24"; "2025-06-05T10:42".

Source: 45 CFR 164.514(b)(2)(i)(C): all elements of dates except the year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, SURE, Hit, NoteRecognizer
from noteproc.redaction.recognizers.dates import MONTH_WORDS
from noteproc.redaction.recognizers.ordinals import ORDINAL_NOUN
from noteproc.redaction.recognizers.weekdays import WEEKDAYS, with_weekday
from noteproc.redaction.words import Cues, Words, matches, shortly_before

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_ORDINALS = frozenset(lx.read_words("ordinals.txt"))
_WORD = "(?:" + "|".join(sorted((w.replace("-", "[- ]") for w in _ORDINALS), key=lambda w: (-len(w), w))) + ")"
_DAY = rf"(?:{_WORD}|(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th))"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_SAID_YEAR = (
    rf"(?:(?:nineteen|twenty)[\s-](?:(?:{_TENS})(?:[\s-](?:{_UNITS}))?|{_TEENS}|oh[\s-](?:{_UNITS}))"
    rf"|two\sthousand(?:\s(?:and\s)?(?:(?:{_TENS})(?:[\s-](?:{_UNITS}))?|{_TEENS}|{_UNITS}))?)\b"
)
_YEAR = rf"(?:,?\s{{1,2}}(?:of\s{{1,2}})?(?:(?:19|20)\d\d(?!\d)|{_SAID_YEAR}))"
_OF_MONTH = re.compile(
    rf"\b(?:the\s{{1,2}})?{_DAY}(?:\s{{1,2}}day)?\s{{1,2}}of\s{{1,2}}{_MONTH}\b\.?{_YEAR}?", re.IGNORECASE
)
_MONTH_THE = re.compile(rf"\b{_MONTH}\.?\s{{1,2}}(?:the\s{{1,2}})?{_DAY}\b{_YEAR}?", re.IGNORECASE)
# "March nine, nineteen sixty-four": a figure in words is a day where its year is told.
_MONTH_SAID = re.compile(
    rf"\b{_MONTH}\s(?:(?:twenty|thirty)(?:[\s-](?:{_UNITS}))?|{_TEENS}|{_UNITS}),?\s{_SAID_YEAR}", re.IGNORECASE
)
# "Friday, the thirteenth", "since the tenth,".
_WEEKDAY_THE = re.compile(
    rf"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s{{1,2}}the\s{{1,2}}{_WORD}\b(?![\s-]{{1,2}}(?:of\b|{_WORD}))",
    re.IGNORECASE,
)
_ON_THE = re.compile(
    rf"\b(?:on|since|until|till|by|before|after|through|discharged|admitted|died|born)\s(the\s{_WORD})\b(?=[.;,)]|\s?$|\n)"
    rf"(?!,?\s(?:and\s|or\s)?(?:the\s)?{_WORD})",
    re.IGNORECASE,
)
# The first few count things as often as days.
_LOW = frozenset({"first", "second", "third", "fourth", "fifth"})
# "Date of birth four twelve fifty six".
_SAID = rf"(?:{_TENS}|{_TEENS}|{_UNITS}|oh|zero)"
_BORN = re.compile(
    rf"\b(?:date\sof\sbirth|d\so\sb|dob|birth\s?date|birthday)[:,]?\s(?:is\s)?({_SAID}(?:[\s-]{_SAID}){{2,6}})\b",
    re.IGNORECASE,
)
_THE_NTH = re.compile(r"\bthe\s{1,2}(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)\b", re.IGNORECASE)
_SCANNED = re.compile(r"(?<![\w/.-])([\dOoIl]{1,2})([/-])([\dOoIl]{1,2})\2([\dOoIl]{4}|[\dOoIl]{2})(?![\w/]|[.-]\d)")
_STAMP = re.compile(
    r"(?<![\w./-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T[0-2]\d:?[0-5]\d(?::?[0-5]\d(?:\.\d{1,6})?)?"
    r"(?:Z|[+-][01]\d:?\d\d)?(?!\w)"
)
_SPACED = re.compile(r"(?<![\w./-])(0[1-9]|1[0-2]) (0[1-9]|[12]\d|3[01]) (\d\d|(?:19|20)\d\d)(?![\w/]|[ .-]\d)")
# "Spring of 2009", "the summer of '09", "2/'23", "10/19ish", "5.IX.25", "Karen New Year".
_SEASON = re.compile(
    r"\b(?:spring|summer|fall|autumn|winter)\s{1,2}(?:of\s{1,2})?(?:(?:19|20)\d\d|'\d\d)(?![\d/-])", re.IGNORECASE
)
_SHORT_YEAR = re.compile(r"(?<![\w./-])(?:0?[1-9]|1[0-2])/'\d\d(?!\d)")
_ABOUT = re.compile(r"(?<![\w./-])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?=ish\b)")
_ROMAN = re.compile(
    r"(?<![\w./-])(?:0?[1-9]|[12]\d|3[01])\.(?:I{1,3}|IV|VI{0,3}|I?X|XI{1,2})\.(?:(?:19|20)\d\d|\d\d)(?!\w)"
)
# "Norwegian Constitution Day", "St. Joseph's Day".
_NATIONAL = re.compile(
    r"\b[A-Z][a-z]{2,15}\s(?:Independence|Constitution|National|Republic|Liberation|Unity|Victory|Revolution|Flag)\sDay\b"
)
_SAINT = re.compile(r"\b(?:St\.?|Saint|San|Santa)\s[A-Z]\w{2,12}(?:'s?|s'?)?\s(?:[Dd]ay|Eve)\b")
_SAINTS = Cues({"st", "saint", "san", "santa"})
_NEW_YEAR = re.compile(r"\b[A-Z][a-z]{2,15}\s{1,2}New\s{1,2}Year\b")
# "3 - 11 - 25", "3 / 11 / 2025".
_WIDE = re.compile(r"(?<![\w./-])(\d{1,2}) ([-/]) (\d{1,2}) \2 (\d\d|(?:19|20)\d\d)(?![\w/]|[ .-]{1,2}\d)")
_BIRTH = re.compile(r"(?:dob|d\.o\.b\.?|born|birth|refill|seen|date)\W{0,4}$", re.IGNORECASE)
# The words with which the patterns above begin, where they begin with no figure.
_DAY_OPENINGS = Cues({"the", *(w.split("-")[0] for w in _ORDINALS)})
_ON = frozenset(
    {"on", "since", "until", "till", "by", "before", "after", "through", "discharged", "admitted", "died", "born"}
)
_ORDINAL_OPENINGS = frozenset(w.split("-")[0] for w in _ORDINALS)
_BIRTHS = Cues({"date", "d", "dob", "birth", "birthdate", "birthday"})
_SEASONS = Cues({"spring", "summer", "fall", "autumn", "winter"})
_LIKE_FIGURES = Cues(a + b for a in "oil" for b in ("", *"oil"))
# So many characters behind the day its month may begin ("the twenty-first day of").
_DAY_TO_MONTH = 40
_DAYS = Cues({"day", "eve"})
_FEAST, _NEW = Cues({"day"}), Cues({"new"})
_READ = str.maketrans("OoIl", "0011")


class WordedDateRecognizer(NoteRecognizer):
    """Dates that are not written in figures alone."""

    kinds = ("DATE",)

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every such date."""
        text = words.text
        slashed = words.figures(1, 2, before="/")
        months, weekdays = words.opening(MONTH_WORDS), words.opening(WEEKDAYS)
        if months:
            days = sorted([*words.figures(1, 2, before="snrtSNRT"), *words.opening(_DAY_OPENINGS)])
            for pattern, starts in (
                (_OF_MONTH, shortly_before(days, months, _DAY_TO_MONTH)),
                (_MONTH_THE, months),
                (_MONTH_SAID, months),
            ):
                for m in matches(pattern, text, starts):
                    yield with_weekday(text, weekdays, m.start(), m.end(), SURE)
        if not words.vocabulary.keys().isdisjoint(_ORDINALS):
            for m in matches(_WEEKDAY_THE, text, weekdays):
                if not ORDINAL_NOUN.match(text, m.end()):
                    yield Hit(m.start(), m.end(), "DATE", 0.9)
            for m in matches(_ON_THE, text, self._before_days(words)):
                yield Hit(m.start(1), m.end(1), "DATE", MAYBE if m[1].split()[-1].lower() in _LOW else 0.65)
        for m in matches(_BORN, text, words.opening(_BIRTHS)):
            yield Hit(m.start(1), m.end(1), "DATE", 0.95)
        if "T" in text:
            for m in matches(_STAMP, text, words.figures(4, before="-")):
                yield Hit(m.start(), m.end(), "DATE", 0.97)
        like_figures = words.opening(_LIKE_FIGURES)
        for m in matches(_SCANNED, text, sorted([*words.figures(1, 2, before="/-OoIl"), *like_figures])):
            if not any(map(str.isalpha, m.group())):
                continue
            month, day = (int(g.translate(_READ)) for g in (m[1], m[3]))
            if 1 <= month <= 12 and 1 <= day <= 31 and sum(map(str.isdigit, m.group())) >= 2:
                yield Hit(m.start(), m.end(), "DATE", 0.9)
        for pattern, starts, score in (
            (_SEASON, words.opening(_SEASONS), 0.8),
            (_SHORT_YEAR, slashed, 0.9),
            (_ABOUT, slashed, 0.85),
            (_ROMAN, words.figures(1, 2, before="."), 0.85),
            (_SAINT, words.opening(_SAINTS) if words.opening(_DAYS) else [], 0.85),
            (_NEW_YEAR, self._before(words, _NEW, 1), 0.9),
        ):
            for m in matches(pattern, text, starts):
                yield Hit(m.start(), m.end(), "DATE", score)
        for m in matches(_NATIONAL, text, self._before(words, _FEAST, 2)):
            if not words.bits[words.at(m.start())] & lx.ORDINARY:
                yield Hit(m.start(), m.end(), "DATE", 0.9)
        wide = " - " in text or " / " in text
        for m in matches(_WIDE, text, words.figures(1, 2, before=" ")) if wide else ():
            if 1 <= int(m[1]) <= 12 and 1 <= int(m[3]) <= 31:
                yield Hit(m.start(), m.end(), "DATE", 0.85)
        for m in matches(_SPACED, text, [at for at in words.figures(2, before=" ") if text[at + 3 : at + 4].isdigit()]):
            cued = _BIRTH.search(text[max(0, m.start() - 12) : m.start()])
            yield Hit(m.start(), m.end(), "DATE", 0.85 if cued else MAYBE)

    @staticmethod
    def _before(words: Words, forms: Cues, count: int) -> list[int]:
        """Where the last part of the word so many before one of ``forms`` begins."""
        stood = [words.at(at) - count for at in words.opening(forms)]
        return [words.starts[i] + words.words[i].rfind("'") + 1 for i in stood if i >= 0]

    @staticmethod
    def _before_days(words: Words) -> list[int]:
        """Where a word of time stands before "the" and an ordinal."""
        lower, last = words.lower, len(words) - 1
        return [
            words.starts[i - 1] + lower[i - 1].rfind("'") + 1
            for i in words.vocabulary.get("the", ())
            if 0 < i < last and lower[i - 1].rpartition("'")[2] in _ON and lower[i + 1] in _ORDINAL_OPENINGS
        ]
