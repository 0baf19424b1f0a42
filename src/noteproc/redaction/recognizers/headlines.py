"""Numbers without a label that stand beside a person: in a head line, or in brackets behind the name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from noteproc.redaction import lexicon as lx
from noteproc.redaction.lexicon import IDLABEL, lexicon
from noteproc.redaction.lookalikes import CODE, FEWEST_FIGURES, NEVER, UNITS_AFTER
from noteproc.redaction.printedcodes import printed_code
from noteproc.redaction.recognizers.base import Hit
from noteproc.redaction.words import Cues, Words

_HEAD_LINES = 8
_AGE_UNITS = ("y", "o", "yo", "yr", "yrs", "old", "mo")
_PERSON = re.compile(
    r"(?<![\w./-])(?:\d{1,3}[ -]?(?:y/?o|yo|yrs?|years?[ -]old|y|mo)?[ ,/]{0,2}(?:[MF]\b|male\b|female\b|y/?o\b)"
    r"|[MF][ /-]?\d{2}\b|(?:dob|d\.o\.b\.|born)\b)",
    re.IGNORECASE,
)
# The runs of letters that end what the pattern finds, or begin it.
_PERSONAL = Cues(
    [
        *("dob", "d", "born"),
        *(unit + end for unit in ("", *_AGE_UNITS) for end in ("m", "f", "male", "female", "y", "yo")),
    ]
)
_NAME_FIRST = re.compile(
    r"[\s*>-]{0,8}(?:(?:pt|patient|name|re)\b[: ]{0,3})?[^\W\d_][\w'’-]{1,20},? [^\W\d_]", re.IGNORECASE
)
_BARE_ID = re.compile(
    r"(?<![\w./#-])(?:[A-Z]{1,4}[ -]?\d{1,4}[ -]\d{2,6}(?:-\w{1,4})?|[A-Z]{1,4}-?\d{4,10}|\d{2,4}(?:[ -]\d{2,4}){2,3}"
    r"|\d{6,10})(?![\w/:]|[.-]\d)"
)
_LETTERS = re.compile(r"(?<!\w)[A-Z]{1,6}(?=[ -])")
_MONTH_IN = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_DATE_LIKE = re.compile(r"^(?:IN|OR|PACU|RM|BED|AT|POD|DOS|TO|G|P)\b")


def beside_the_person(words: Words) -> Iterator[Hit]:
    """Numbers without a label in a head line: beside an age with the sex, or a date of birth."""
    text, numbers = words.text, words.numbers
    told: dict[int, list[int]] = {}
    for at in words.opening(_PERSONAL):
        told.setdefault(words.line_of[words.at(at)], []).append(at)
    for line, personal in told.items():
        start, whole = words.line_start(line), words.line_end(line)
        end = min(whole, start + 400)
        figures = numbers[bisect_left(numbers, words.at(start)) : bisect_left(numbers, words.at(whole))]
        if sum(words.ends[i] - words.starts[i] for i in figures) < FEWEST_FIGURES or end - start < 12:
            continue
        if line >= _HEAD_LINES and not _NAME_FIRST.match(text, start, end):
            continue
        ages = (words.starts[i] for i in figures if words.ends[i] - words.starts[i] < 4)
        anchors = (_PERSON.match(text, at, end) for at in sorted([*ages, *personal]))
        anchor = next(filter(None, anchors), None)
        if anchor is None:
            continue
        for m in _BARE_ID.finditer(text, start, end):
            value = m.group()
            digits = sum(map(str.isdigit, value))
            lead = _LETTERS.match(value)
            if lead and lexicon().bits(lead.group().lower()) & (IDLABEL | lx.DATECUE | lx.UNITWORD):
                continue
            if digits < FEWEST_FIGURES or (m.start() < anchor.end() and anchor.start() < m.end()):
                continue
            if UNITS_AFTER.match(text, m.end(), m.end() + 12) or NEVER.fullmatch(value):
                continue
            if printed_code(words, m.start(), m.end()):
                continue
            if any(map(str.isalpha, value)) and (
                CODE.fullmatch(value) or (_DATE_LIKE.search(value) and digits < 5) or _MONTH_IN.search(value)
            ):
                continue
            yield Hit(m.start(), m.end(), "MEDICAL_RECORD_NUMBER", 0.7)


def behind_somebody(words: Words, start: int, end: int) -> bool:
    """Whether a number stands alone in brackets behind a name: "Dr. Okafor (44718)"."""
    if words.text[start - 1 : start] != "(" or words.text[end : end + 1] != ")":
        return False
    k = words.at(start - 1) - 1
    if k < 0 or not words.words[k][0].isupper() or not words.words[k][1:].islower():
        return False
    return bool(words.bits[k] & lx.NAME) and not words.bits[k] & (lx.ORDINARY | lx.CLINICAL | lx.CITY)
