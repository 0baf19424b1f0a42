"""What coding may know of the person and the visit, read inside redaction: setting, age, sex and code-set releases."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal

from noteproc.records import CodingContext, Note, Setting, Sex
from noteproc.redaction.lexicon import read_pairs
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Cues, Words, matches

ReleaseChooser = Callable[[date | None], Mapping[str, str]]

_AGE = re.compile(
    r"\b(\d{1,3})\s?-?\s?(?:year|yr|y)s?\.?[\s-]*(?:old|o\b|/o)|\b(\d{1,3})\s?(?:y/o|yo|y\.o\.)"
    r"|\b(\d{1,3})\s?(?:y\s)?[MF]\b(?![\w.])|\bage[:\s]{1,3}(\d{1,3})\b|\((\d{1,3})\s?y",
    re.IGNORECASE,
)
_MONTHS_OLD = re.compile(
    r"\b\d{1,2}\s?-?\s?(?:month|week|day|mo|wk)s?[\s-]*old\b|\bnewborn\b|\bneonate\b", re.IGNORECASE
)
_FEMALE = Cues(["female", "woman", "lady", "girl", "she", "her", "mrs", "ms", "miss", "gravid", "pregnant"])
_MALE = Cues(["male", "man", "gentleman", "boy", "he", "his", "him", "mr"])
# A title that names a discharge is a ward's, but for these.
_DISCHARGE = re.compile(r"\bdischarge\b(?!\s+instructions)")
_SHORT_STAY = re.compile(
    r"\b(?:ed|er|emergency|pacu|same[- ]day|outpatient|clinic|ambulatory|asc|pt|ot|therapy|home health)\b"
)
_TITLE = 160
# Who is with child is a woman, whatever is said of the baby.
_WITH_CHILD = re.compile(r"\b[Gg]\d{1,2}\s?,?[Pp]\d|\b(?:IUP|gravida|G\d)\b|\b(?:cesarean|caesarean)\b", re.IGNORECASE)
_SEX_LABEL = re.compile(r"\b(?:sex|gender)\s{0,9}[:=]?\s{0,9}(female|male|f|m)\b", re.IGNORECASE)
_SERVED = re.compile(
    r"(?:service|visit|dos|procedure|surgery|exam|admi|encounter|operation|date|seen|signed)\W*(?:of|on|date)?\W*$",
    re.IGNORECASE,
)
_BORN = re.compile(r"(?:dob|birth|born)\W*(?:date|of)?\W*$", re.IGNORECASE)
# The words with which the patterns above begin, where they begin with no figure.
_AGES = Cues({"age", "("})
_UNITS_OF_AGE = frozenset("ymfwd")
_NEWBORN = Cues({"newborn", "neonate"})
_SEXES = Cues({"sex", "gender"})
_BEARING = Cues({"g", "iup", "gravida", "cesarean", "caesarean"})
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")


def context_of(
    note: Note, text: str, words: Words, spans: Sequence[Span], releases: ReleaseChooser | None
) -> CodingContext:
    """The context of a note.

    Args:
        note: its metadata overrules what the text says.
        text: the note in plain view.
        words: its words, or those of its beginning.
        spans: what will be redacted; the dates among them choose the releases and go no further.
        releases: gives the code-set releases for a date of service.
    """
    age = _age(note, words, spans)
    return CodingContext(
        setting=_setting(note, text),
        age=age,
        sex=_sex(note, text, words, age),
        releases=dict(releases(_service_date(note, text, spans))) if releases else {},
    )


def context_of_redacted(text: str, entity_types: Iterable[str], setting: Setting) -> CodingContext:
    """The context of a note that was redacted before: its age and sex stand in the redacted text as well.

    Args:
        text: the redacted text.
        entity_types: what was redacted; an age over 89 is known by its tag alone.
        setting: as it was found then.
    """
    words = Words(text)
    old = {"age": "90+"} if "AGE_OVER_89" in entity_types else {}
    note = Note("", text, metadata=old)
    age = _age(note, words, ())
    return CodingContext(setting, age, _sex(note, text, words, age))


@lru_cache(maxsize=1)
def _cues() -> dict[str, tuple[str, ...]]:
    """The phrases that tell the setting, by what they tell."""
    cues: dict[str, list[str]] = {}
    for phrase, kind in read_pairs("setting_cues.tsv"):
        cues.setdefault(kind, []).append(phrase)
    return {kind: tuple(phrases) for kind, phrases in cues.items()}


def _setting(note: Note, text: str) -> Setting:
    given = note.metadata.get("setting", "").lower()
    if given == "inpatient":
        return "inpatient"
    if given == "outpatient":
        return "outpatient"
    head = text[:3000].lower()
    titled = _DISCHARGE.search(head, 0, _TITLE)
    if titled and not _SHORT_STAY.search(head, 0, _TITLE):
        return "inpatient"
    cues = _cues()
    inside = len([phrase for phrase in cues["strong_inpatient"] if phrase in head])
    if inside and "outpatient" not in head[:600]:
        return "inpatient"
    inside += len([phrase for phrase in cues["inpatient"] if phrase in head])
    if inside < 2:
        return "outpatient"
    outside = len([phrase for phrase in cues["outpatient"] if phrase in head])
    return "inpatient" if inside > 2 * outside else "outpatient"


def _age(note: Note, words: Words, spans: Sequence[Span]) -> int | Literal["90+"] | None:
    given = note.metadata.get("age", "").strip()
    if given.isdigit():
        return int(given) if int(given) < 90 else "90+"
    if given == "90+" or any(s.entity_type == "AGE_OVER_89" for s in spans):
        return "90+"
    text, starts, ends, lower = words.text, words.starts, words.ends, words.lower
    # What tells an age, or sex and age, stands right behind the figures or behind a dash.
    figures: list[int] = []
    last = len(words) - 1
    for i in words.numbers:
        k = i + 2 if i < last and lower[i + 1] == "-" else i + 1
        if k <= last and lower[k][0] in _UNITS_OF_AGE and ends[i] - starts[i] <= 3:
            figures.append(starts[i])
    found = next(matches(_AGE, text[:4000], sorted([*figures, *words.opening(_AGES)])), None)
    if found:
        years = int(next(g for g in found.groups() if g))
        return years if years < 90 else "90+" if years <= 125 else None
    young = sorted([*figures, *words.opening(_NEWBORN)])
    return 0 if next(matches(_MONTHS_OLD, text[:3000], young), None) else None


def _sex(note: Note, text: str, words: Words, age: int | Literal["90+"] | None) -> Sex | None:
    given = note.metadata.get("sex", "").strip().lower()[:1]
    if given in ("f", "m"):
        return "female" if given == "f" else "male"
    label = next(matches(_SEX_LABEL, text[:3000], words.opening(_SEXES)), None)
    if label:
        return "female" if label[1].lower().startswith("f") else "male"
    if age != 0 and next(matches(_WITH_CHILD, text[:3000], words.opening(_BEARING)), None):
        return "female"
    women, men = (bisect_left(words.among(spoken), 1000) for spoken in (_FEMALE, _MALE))
    if women == men:
        return None
    return "female" if women > men else "male"


def _service_date(note: Note, text: str, spans: Sequence[Span]) -> date | None:
    given = note.metadata.get("date_of_service", "").strip()
    candidates = [given] if given else []
    dated = [s for s in spans if s.entity_type == "DATE"]
    first = [
        s
        for s in dated
        if _SERVED.search(text[max(0, s.start - 24) : s.start])
        and not _BORN.search(text[max(0, s.start - 24) : s.start])
    ]
    rest = [s for s in dated if not _BORN.search(text[max(0, s.start - 24) : s.start])]
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
