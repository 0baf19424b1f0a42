"""Codes of diagnoses and procedures printed in a note: numbers that are nobody's."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.words import Words

# Whoever or whatever has a number of its own: what stands in brackets behind it may be that.
_NUMBERED = lx.CREDENTIAL | lx.TITLE | lx.ROLE | lx.NAME | lx.CITY | lx.STATE | lx.FACILITY | lx.ORG
_HOLDERS = frozenset(lx.read_words("number_holders.txt"))
_ONE_CODE = r"(?:\d{5}|\d{4}[FTU]|[A-V]\d{4}|[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)"
_ANNOUNCED = re.compile(
    r"\b(?:codes:|(?:cpt|hcpcs|icd(?:-?10)?(?:-cm)?)(?: codes?)?\b)[ :#(]{0,3}"
    rf"(?:{_ONE_CODE}(?: ?x ?\d)?[ ,/;&]{{1,3}}){{0,12}}$",
    re.IGNORECASE,
)
_CODES = re.compile(rf"{_ONE_CODE}(?:[ /,]+{_ONE_CODE})*")
# How codes of procedures are written; "(90460/90461)".
_PROCEDURE = r"(?:\d{4}[0-9TFU]|[A-V]\d{4})"
_PROCEDURES = re.compile(rf"{_PROCEDURE}(?: ?x ?\d)?(?: ?[/,+&;] ?{_PROCEDURE}(?: ?x ?\d)?){{0,5}}")
_HEALTHCARE = re.compile(r"[A-V]\d{4}")
_OPENED = re.compile(rf"\((?:{_PROCEDURE}(?: ?[/,;+&x] ?| (?:w/|w|with|and) )){{0,5}}$")


def printed_code(words: Words, start: int, end: int) -> bool:
    """Whether a stretch holds codes and no identifier.

    They stand right behind a word that announces them ("codes: 11642 12052"), or in brackets behind what was done
    ("spirometry (94060)", "(90833 w/ 99214)"); behind a person it may be anybody's pager, behind a label an account.
    """
    text = words.text
    if _CODES.fullmatch(text, start, end) and _ANNOUNCED.search(text, max(0, start - 90), start):
        return True
    if not _PROCEDURES.fullmatch(text, start, end):
        return False
    opened = _OPENED.search(text, max(0, start - 50), start)
    if opened is None:
        return False
    before = words.at(opened.start()) - 1
    if before < 0:
        return False
    if not words.words[before][0].isalpha():
        return words.words[before] in ".%" or words.words[before].isdigit()
    bits = words.bits[before]
    if words.words[before].islower():
        # "By me" is not Maine.
        bits &= ~lx.STATE
    labelled = bits & lx.IDLABEL and not _HEALTHCARE.match(text, start, end)
    plain = bits & (lx.ORDINARY | lx.CLINICAL) and not bits & _NUMBERED and words.lower[before] not in _HOLDERS
    return bool(plain and not labelled)
