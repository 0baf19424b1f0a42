"""What is written like an identifier and is none: codes, measures, spans, beds, holds of the law, times of day."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.shapes import YEAR
from noteproc.redaction.words import Words

CODE = re.compile(
    r"(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|\d{4}[0-9FMTU]|[A-V]\d{4}"
    r"|[A-Z]{1,5}-?\d{1,3}(?:-\d{1,2})?[A-Za-z]?|(?:[CTLS]\d{1,2})(?:[-/][CTLS]?\d{1,2})+|\d{1,4}[A-Za-z]{1,3})"
)
# Blood pressures, spans of hours and of years.
NEVER = re.compile(
    r"G\d{1,2}P\d{1,5}|\d{2,3}s?-\d{2,3}s|\d{2,3}-\d{2,3}/\d{2,3}s?|\d[\d.]{0,6}(?:x\d[\d.]{0,6}){1,3}|\d{2,3}/\d{2,3}|(?:[01]\d|2[0-3])[0-5]\d-(?:[01]\d|2[0-3])[0-5]\d|(?:19|20)\d\d[-/](?:19|20)?\d\d|COVID-?19"
    r"|SARS-CoV-?2",
    re.IGNORECASE,
)
UNITS_AFTER = re.compile(
    r"\s?(?:mg|mcg|ug|ml|cc|mm|cm|kg|g|gm|lb|lbs|iu|units?|meq|mmol|cells|copies|cfu|bpm|hours?|hrs?|days?"
    r"|weeks?|wks?|months?|years?|yrs?|min|sec|fr|french|gauge|ga|%|x\s?\d|/hpf|mmhg|cal|kcal|tabs?|caps?|am\b"
    r"|pm\b|times|percent|feet|ft|inch|degrees)\b",
    re.IGNORECASE,
)
FEWEST_FIGURES = 4
CLOCK = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
# Labels of what happens at a time of day: "visit 1400", "device 0746".
_HAPPENING = frozenset({"admission", "device", "exam", "visit"})
_NUMBERED = re.compile(r"#|\b(?:no|num|number|nbr|id|code)\b", re.IGNORECASE)
# "5N-12", "MI-08", "12A".
_BED = re.compile(r"(?:[A-Z]{1,3}|\d{1,2}[A-Z]{0,2})-?\d{0,3}[A-Z]?", re.IGNORECASE)
_BEDS = frozenset({"bed", "beds"})
_HOLDS = frozenset(lx.read_words("legal_holds.txt"))
_HOLDING = frozenset(lx.read_words("hold_words.txt"))
_MODEL = re.compile(r"\d{4}-\d{2}")
_SERIAL = re.compile(r"[ \t,;]{1,12}(?:s/?n|serial)\b", re.IGNORECASE)
# "Gave up her license in 2019", "a prior claim, 2017".
_WHEN = frozenset({"in", "since", "by", "until", "of", ","})


def in_bed(words: Words, start: int, value: str) -> bool:
    """Whether a value is where somebody lies: "Bed 5N-12"."""
    k = words.at(start) - 1
    if k > 0 and words.words[k] in ":#":
        k -= 1
    return k >= 0 and words.lower[k] in _BEDS and len(value) < 7 and _BED.fullmatch(value) is not None


def is_hold(words: Words, start: int, value: str) -> bool:
    """Whether a number is the section by which somebody is held, as its neighbours tell: "on a 5150"."""
    if value not in _HOLDS:
        return False
    k = words.at(start)
    return not _HOLDING.isdisjoint((words.lower[k - 1] if k else "", *words.lower[k + 1 : k + 2]))


def when(words: Words, start: int, value: str, label: str) -> bool:
    """Whether four figures behind a label tell the hour or the year of something and no number of it."""
    k = words.at(start) - 1
    if YEAR.fullmatch(value) and k >= 0 and words.lower[k] in _WHEN:
        return True
    if label not in _HAPPENING or not CLOCK.fullmatch(value):
        return False
    return _NUMBERED.search(words.text[max(0, start - 10) : start]) is None


def is_model(text: str, start: int, end: int) -> bool:
    """Whether figures name the model of a lead, right before its serial number: "RA 5076-52  s/n PJN..."."""
    return _MODEL.fullmatch(text, start, end) is not None and _SERIAL.match(text, end) is not None
