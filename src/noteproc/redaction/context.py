"""What coding may know of the person and the visit, read inside redaction: setting, age, sex and code-set releases."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal

from noteproc.records import CodingContext, Note, Setting, Sex
from noteproc.redaction.spans import Span

ReleaseChooser = Callable[[date | None], Mapping[str, str]]

_INPATIENT = re.compile(
    r"discharge summary|hospital course|inpatient|admission (?:note|h&p|history|date)|admitted (?:to|on|from|for)|date of admission|date of discharge|progress note[^\n]{0,20}(?:hd|hospital day)|"
    r"\b(?:icu|micu|sicu|ccu|nicu|picu)\b|hospital day|\bpod\s?#?\d|post-?op(?:erative)? day|attending of record|transfer summary|death summary|code status",
    re.IGNORECASE,
)
_OUTPATIENT = re.compile(
    r"outpatient|office visit|clinic (?:note|visit)|chief complaint|follow-?up visit|telehealth|televisit|ambulatory|emergency department|\bed (?:note|visit|course)|urgent care|"
    r"same-?day discharge|discharge(?:d)? home|return to clinic|\brtc\b|pacu|day surgery|annual exam|well[ -](?:child|woman)|portal message|telephone encounter|consult(?:ation)? (?:letter|note)|procedure note",
    re.IGNORECASE,
)
_STRONG_INPATIENT = re.compile(r"discharge summary|hospital course|hospital day|date of discharge|inpatient (?:admission|stay|progress|note)|transfer summary", re.IGNORECASE)
_AGE = re.compile(
    r"\b(\d{1,3})\s?-?\s?(?:year|yr|y)s?\.?[\s-]*(?:old|o\b|/o)|\b(\d{1,3})\s?(?:y/o|yo|y\.o\.)|\b(\d{1,3})\s?(?:y\s)?[MF]\b(?![\w.])|\bage[:\s]{1,3}(\d{1,3})\b|\((\d{1,3})\s?y",
    re.IGNORECASE,
)
_MONTHS_OLD = re.compile(r"\b\d{1,2}\s?-?\s?(?:month|week|day|mo|wk)s?[\s-]*old\b|\bnewborn\b|\bneonate\b", re.IGNORECASE)
_FEMALE = re.compile(r"\b(?:female|woman|lady|girl|she|her|mrs|ms|miss|gravid|pregnant|g\dp\d)\b|(?<=\d)\s?y?o?\s?/?F\b", re.IGNORECASE)
_MALE = re.compile(r"\b(?:male|man|gentleman|boy|he|his|him|mr)\b|(?<=\d)\s?y?o?\s?/?M\b", re.IGNORECASE)
_SEX_LABEL = re.compile(r"\b(?:sex|gender)\s*[:=]?\s*(female|male|f|m)\b", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")


def context_of(note: Note, text: str, spans: Sequence[Span], releases: ReleaseChooser | None) -> CodingContext:
    """The context of a note.

    Args:
        note: its metadata overrules what the text says.
        text: the plain text.
        spans: what will be redacted; the dates among them choose the releases and go no further.
        releases: gives the code-set releases for a date of service.
    """
    return CodingContext(
        setting=_setting(note, text),
        age=_age(note, text, spans),
        sex=_sex(note, text),
        releases=dict(releases(_service_date(note, text, spans))) if releases else {},
    )


def _setting(note: Note, text: str) -> Setting:
    given = note.metadata.get("setting", "").lower()
    if given == "inpatient":
        return "inpatient"
    if given == "outpatient":
        return "outpatient"
    head = text[:3000]
    if _STRONG_INPATIENT.search(head) and not re.search(r"\boutpatient\b", head[:600], re.IGNORECASE):
        return "inpatient"
    inside, outside = len(_INPATIENT.findall(head)), len(_OUTPATIENT.findall(head))
    return "inpatient" if inside >= 2 and inside > 2 * outside else "outpatient"


def _age(note: Note, text: str, spans: Sequence[Span]) -> int | Literal["90+"] | None:
    given = note.metadata.get("age", "").strip()
    if given.isdigit():
        return int(given) if int(given) < 90 else "90+"
    if given == "90+" or any(s.entity_type == "AGE_OVER_89" for s in spans):
        return "90+"
    found = _AGE.search(text[:6000])
    if found:
        years = int(next(g for g in found.groups() if g))
        return years if years < 90 else "90+" if years <= 125 else None
    return 0 if _MONTHS_OLD.search(text[:3000]) else None


def _sex(note: Note, text: str) -> Sex | None:
    given = note.metadata.get("sex", "").strip().lower()[:1]
    if given in ("f", "m"):
        return "female" if given == "f" else "male"
    label = _SEX_LABEL.search(text[:3000])
    if label:
        return "female" if label[1].lower().startswith("f") else "male"
    text = text[:6000]
    women, men = len(_FEMALE.findall(text)), len(_MALE.findall(text))
    if women == men:
        return None
    return "female" if women > men else "male"


def _service_date(note: Note, text: str, spans: Sequence[Span]) -> date | None:
    given = note.metadata.get("date_of_service", "").strip()
    candidates = [given] if given else []
    cue = re.compile(r"(?:service|visit|dos|procedure|surgery|exam|admi|encounter|operation|date|seen|signed)\W*(?:of|on|date)?\W*$", re.IGNORECASE)
    dated = [s for s in spans if s.entity_type == "DATE"]
    birth = re.compile(r"(?:dob|birth|born)\W*(?:date|of)?\W*$", re.IGNORECASE)
    first = [s for s in dated if cue.search(text[max(0, s.start - 24) : s.start]) and not birth.search(text[max(0, s.start - 24) : s.start])]
    rest = [s for s in dated if not birth.search(text[max(0, s.start - 24) : s.start])]
    candidates += [text[s.start : s.end] for s in (*first, *rest)]
    for shown in candidates:
        found = _DATE.search(shown)
        if not found:
            continue
        try:
            if found[1]:
                return date(int(found[1]), int(found[2]), int(found[3]))
            year = int(found[6]) + (0 if len(found[6]) == 4 else 2000 if int(found[6]) < 70 else 1900)
            return date(year, int(found[4]), int(found[5]))
        except ValueError:
            continue
    return None
