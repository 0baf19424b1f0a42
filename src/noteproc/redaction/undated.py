"""What can be no date though the tagger noticed one: measures, marks of a scale, ranks, counts and causes."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.ordinals import ORDINAL_NOUN, before_a_noun, is_rank
from noteproc.redaction.recognizers.pairs import GRADES, WEEKS, caused, dated, is_part, rated
from noteproc.redaction.shapes import PAIR, YEAR
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words

_FESTIVE = frozenset(lx.read_words("festive_words.txt"))
_ORDINALS = frozenset(lx.read_words("ordinals.txt"))
_ROW = _ORDINALS | {"the", ",", "and", "or", "to", "through"}
_NTH = re.compile(r"\d(?:st|nd|rd|th)\b", re.IGNORECASE)
_MUSCLES = frozenset(lx.read_words("muscles.txt"))
_PLAIN_DIGITS = re.compile(r"\d+")
# A day alone, day and month, day, month and year.
_DATE_DIGITS = (1, 2, 6, 8)
_SCORED = re.compile(r"\b(?:pain|pre|post|scored?|worst)\b", re.IGNORECASE)
# "2-1/2 liters", "8 of 10", "C6-7".
_MIXED_NUMBER = re.compile(r"\d{1,2}[- ][1-7]/[2-8]|\d{1,2} of \d{1,2}|\d\.\d\.\d")
# "|g/dL|12-16|": the reference range of a message's line.
_UNIT_CELL = re.compile(r"(?:/[A-Za-z0-9]{1,5}|%|\b(?:[munp]?g|[fp]L|secs?|U|IU|mmHg))[|^]$")
_LEVEL = re.compile(r"[CTLS]\d")
_DECIMAL_UNIT = re.compile(r"\d{1,3}\.\d{1,3} ?[a-z].*")
_DATE_SHAPE = re.compile(
    r"(?<![\d/-])[\dOoIl]{1,2}([/. -])[\dOoIl]{1,2}(?:\1(?:\d{2}|\d{4}|[\dOoIl]{4}))?(?![\w/])"
    r"|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}"
)
# "GRBAS 3-2-2-1-2": no day has so many figures.
_SERIES = re.compile(r"\d{1,2}(?:-\d{1,2}){3,9}|\d{1,2}(?:/\d{1,2}){3,9}")
# "PHQ 22-19-14", "RPR at 6/12/24 mo".
_NO_MONTH = re.compile(r"(?:1[3-9]|[2-9]\d)([-/.])(?:1[3-9]|[2-9]\d)\1\d\d")
_AFTER_EACH = re.compile(r"\s?(?:mos?|months?|wks?|weeks?|hrs?|hours?)\b(?! ?[#\d])", re.IGNORECASE)
_FRACTION = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,4})(?![\d/])")
_LATER = re.compile(r"\s?(?:->|→|=>)\s?(\d{1,2})/(\d{1,4})(?![\d/])")


def no_date(words: Words, span: Span, inside: range, shown: str) -> bool:
    """Whether figures are a measure, a level or a pair that is no month and day, words no day: "20/25", "33 4/7 wk"."""
    if shown == "MAR":
        # The list of drugs given, and no month: a month has its figures.
        beside = words.text[max(0, span.start - 4) : span.start] + words.text[span.end : span.end + 4]
        return not any(map(str.isdigit, beside))
    if _UNIT_CELL.search(words.text, max(0, span.start - 8), span.start):
        return True
    named = any(words.bits[k] & (lx.MONTH | lx.WEEKDAY) for k in inside)
    if not named and (_MIXED_NUMBER.fullmatch(shown) or _LEVEL.match(shown) or _DECIMAL_UNIT.fullmatch(shown)):
        return True
    if _PLAIN_DIGITS.fullmatch(shown) and len(shown) not in _DATE_DIGITS:
        return True
    if not any(map(str.isdigit, shown)):
        return not datable(words, inside, shown)
    found = PAIR.fullmatch(shown)
    if not found:
        return False
    if not datable(words, inside, shown) or (len(found[2]) > 2 and not YEAR.fullmatch(found[2])):
        return True
    return found[2] == "7" and WEEKS.search(words.text, max(0, span.start - 4), span.start) is not None


def _in_a_row(words: Words, span: Span) -> bool:
    """Whether ordinals in words count the thing behind them: "the sixth, seventh and eighth ribs"."""
    inside = words.within(span.start, span.end)
    if words.lower[inside[-1]] not in _ORDINALS or not _ROW.issuperset(words.lower[inside[0] : inside[-1] + 1]):
        return False
    k = inside[-1] + 1
    while k < len(words) and words.lower[k] in _ROW:
        k += 1
    return k < len(words) and ORDINAL_NOUN.match(words.text, words.starts[k]) is not None


def counted(words: Words, span: Span, shown: str) -> bool:
    """Whether an ordinal counts, a pair is "secondary to", or fractions of one denominator fill the line."""
    text = words.text
    start, end = span.start, span.end
    if not shown[-1:].isdigit():
        return before_a_noun(text, start, end) or is_rank(text, start, end) or _in_a_row(words, span)
    found = PAIR.fullmatch(shown)
    if not found:
        months = shown.count("/") > 1 and _AFTER_EACH.match(text, end) is not None
        return months or bool(_SERIES.fullmatch(shown) or _NO_MONTH.fullmatch(shown))
    if caused(text, start, end):
        return True
    if "/" in shown and int(found[1]) <= int(found[2]) and rated(text, start, end):
        return True
    # A measure has one figure before its point; "03.08" is written by days and months.
    opens = not text[words.line_start(words.line_of[words.at(span.start)]) : span.start].strip()
    measure = "." in shown and len(found[1]) == 1 and not opens and not dated(text, span.start)
    if measure or ("." in shown and text[span.start - 1 : span.start] in ("-", "+", "±")):
        return True
    if "/" in shown and int(found[1]) <= int(found[2]) and is_part(text, span.start, span.end):
        return not dated(text, span.start)
    behind = words.at(span.end)
    graded = found[2] == "5" and int(found[1]) <= 5 and not _MUSCLES.isdisjoint(words.lower[behind : behind + 1])
    if graded and not dated(text, span.start):
        # "4/5 EHL b/l": how strong a muscle is.
        return True
    if "/" not in shown:
        return False
    later = _LATER.match(text, span.end, span.end + 12)
    if later and later[2] == found[2] and int(later[1]) < int(found[1]) <= int(found[2]):
        # "7/10 -> 4/10": a scale that falls; the months of a stay rise.
        return True
    line = words.line_of[words.at(span.start)]
    row = text[words.line_start(line) : words.line_end(line)]
    if row.count(f"/{found[2]}") < 2:
        return False
    alike = [m[1] for m in _FRACTION.finditer(row) if m[2] == found[2]]
    if int(found[2]) not in GRADES and len(set(alike)) < 2:
        # One day told again and again.
        return False
    return len(alike) > (1 if found[2] == "10" and _SCORED.search(row) else 2)


def datable(words: Words, inside: range, shown: str) -> bool:
    """Whether a day, a month, a feast or a date in figures is in a span."""
    if YEAR.fullmatch(shown):
        return False
    for k in inside:
        low = words.lower[k]
        if words.bits[k] & (lx.MONTH | lx.WEEKDAY) or low in _ORDINALS or low in _FESTIVE:
            return True
    if _NTH.search(shown):
        return True
    if not any(map(str.isdigit, shown)):
        return shown[:1].isupper() and not any(words.bits[k] & (lx.ORDINARY | lx.CLINICAL) for k in inside)
    if _PLAIN_DIGITS.fullmatch(shown):
        return len(shown) in (6, 8)
    found = PAIR.fullmatch(shown)
    if found:
        a, b = int(found[1]), int(found[2])
        month_day = (1 <= a <= 12 and 1 <= b <= 31) or (1 <= b <= 12 and 1 <= a <= 31)
        return month_day or (1 <= a <= 12 and len(found[2]) == 4)
    return bool(_DATE_SHAPE.search(shown))
