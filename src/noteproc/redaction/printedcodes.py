"""Codes of diagnoses and procedures printed in a note: numbers that are nobody's."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.words import Words

# Whoever or whatever has a number of its own: what stands in brackets behind it may be that.
_NUMBERED = lx.CREDENTIAL | lx.TITLE | lx.ROLE | lx.NAME | lx.CITY | lx.STATE | lx.FACILITY | lx.ORG
_HOLDERS = frozenset(lx.read_words("number_holders.txt"))
_ONE_CODE = r"(?:\d{5}|\d{4}[FTU]|[A-V]\d{4}|[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?)"
# "20610-RT", "45380-59-51", "99213 -25".
_MODIFIERS = r"(?: ?-(?:\d\d|[A-Z][A-Z0-9])){0,4}"
_ANNOUNCED = re.compile(
    r"\b(?:(?:codes?|charges?|procedures?|billed|billing):|(?:cpt|hcpcs|icd(?:-?10)?(?:-cm)?)(?: codes?)?\b)[ :#(]{0,3}"
    rf"(?:{_ONE_CODE}{_MODIFIERS}(?: ?x ?\d+)?[ ,/;&+]{{1,3}}){{0,12}}$",
    re.IGNORECASE,
)
_CODES = re.compile(rf"{_ONE_CODE}{_MODIFIERS}(?:[ /,]+{_ONE_CODE}{_MODIFIERS})*")
# How codes of procedures are written; "(90460/90461)".
_PROCEDURE = rf"(?:(?:\d{{4}}[0-9TFU]|[A-V]\d{{4}}){_MODIFIERS})"
_PROCEDURES = re.compile(rf"{_PROCEDURE}(?: ?x ?\d)?(?: ?[/,+&;] ?{_PROCEDURE}(?: ?x ?\d)?){{0,5}}")
_HEALTHCARE = re.compile(r"[A-V]\d{4}(?!\w)")
_OPENED = re.compile(rf"\((?:{_PROCEDURE}(?: ?[/,;+&x] ?| (?:w/|w|with|and) )){{0,5}}$")
# "(one block, frozen, 88331)": what was done stands in the bracket too.
_CLOSING = re.compile(rf"\([^()\n]{{2,60}}?([,;] )(?:{_PROCEDURE}(?: ?x ?\d+)?(?: ?[/,;+&] ?)){{0,5}}$")


def printed_code(words: Words, start: int, end: int) -> bool:
    """Whether a stretch holds codes and no identifier.

    They stand right behind a word that announces them ("codes: 11642 12052"), or in brackets behind what was done
    ("spirometry (94060)", "(90833 w/ 99214)"); behind a person it may be anybody's pager, behind a label an account.
    """
    text = words.text
    lettered = _HEALTHCARE.match(text, start)
    if lettered:
        # The letter of "J3301" is a part of it.
        end = max(end, lettered.end())
    if _CODES.fullmatch(text, start, end) and _ANNOUNCED.search(text, max(0, start - 90), start):
        return True
    if not _PROCEDURES.fullmatch(text, start, end):
        return False
    before = _told_before(words, start, end)
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


def _told_before(words: Words, start: int, end: int) -> int:
    """The word that says what a code in brackets is for, before the bracket or in it, or -1."""
    opened = _OPENED.search(words.text, max(0, start - 50), start)
    if opened:
        return words.at(opened.start()) - 1
    closing = _CLOSING.search(words.text, max(0, start - 90), start) if words.text[end : end + 1] == ")" else None
    return words.at(closing.start(1)) - 1 if closing else -1
