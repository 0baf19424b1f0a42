"""Whose name it is: what the words right around one say of it."""

from __future__ import annotations

import re
from functools import lru_cache

from noteproc.redaction import lexicon as lx
from noteproc.redaction.lexicon import Lexicon

_BEFORE = re.compile(
    r"(?<![^\W\d_])((?:[^\W\d_]{2,12}[ \t]{1,3})?)([^\W\d_]{1,40}(?:/[^\W\d_]{1,40})?)(?:['’]s)?"
    r"[ \t]{0,3}([:.,(\"'-]?)[ \t]{0,3}$"
)
_REACH = 40
# Two words and a mark, each between blanks, are the most that it finds.
_MOST_PIECES = 3
# ", 77, retired", " is a 23 y.o. M", "    26 F", " /// 92 F".
_AGE = re.compile(
    r"[\s,/|(\[-]{1,8}(?:(?:is|was)[ ](?:an?|now)[ ](?:\w{3,12}[ ])?)?(?:age[ds]?:?[ ])?\d{1,3}"
    r"(?:[ -]?(?:y/?o\b|y\.o\.|yrs?\b|years?[- ]old\b|[MF]\b)|[ /,]{1,3}[MF]\b|,(?![ ]?\d))"
)
# "Hollis, Jean   771203   58F", "Ortega [91]": the number of a chart.
_CHART = re.compile(r"[ \t,]{1,8}(?:#|MRN|DOB|\[\d{2,3}\]|\d{5,9}\b)")
# "Chair 3 Guzman E", "bed 4, Liam O".
_PLACED = re.compile(r"\b(?:bed|chair|bay|crib|room|rm)[ ]?[\w-]{1,5}[ ]?[:,-]?[ ]{0,3}$", re.IGNORECASE)
# "Dear Gordon,", "Hi Lakshmi!"
_GREETING = frozenset({"dear", "hi", "hello", "morning", "afternoon", "evening"})
# The letters of a profession behind a name, in capitals.
_LETTERS = re.compile(
    r"[ \t]{0,3}[,(]?[ \t]{0,4}([A-Z][A-Za-z]{1,4}(?:-[A-Z]{1,4})?\b|(?:M\.D|D\.O|R\.N|Ph\.D|N\.P)\.)"
)
_AMBIGUOUS = frozenset({"pt", "ms", "ma", "do", "ba", "iv", "ed", "ot", "rd", "rt", "bs", "dc", "od", "med"})
# Whoever sends a message may be anybody.
_SENDERS = frozenset({"from"})
_SURE = 3.5
_STRONG = 3.0
_FAIR = 2.0
_SLIGHT = 0.8


@lru_cache(maxsize=1)
def _cues() -> dict[str, str]:
    return dict(lx.read_pairs("role_cues.tsv"))


def told(lexicon: Lexicon, text: str, start: int, end: int) -> tuple[str, float] | None:
    """Whose name stands at a place of a text, and how much its surroundings weigh; None where they say nothing.

    The role is "-" where a label is no label of anybody's ("From:" of a message).

    Args:
        lexicon: knows kin and the letters of professions.
        text: the text of the note.
        start, end: of the name.
    """
    behind = _LETTERS.match(text, end)
    if behind:
        letters = behind[1].lower().replace(".", "")
        known = lexicon.bits(letters) & lx.CREDENTIAL and letters not in _AMBIGUOUS
        if known and (behind[1].isupper() or not behind[1].islower()):
            return "CLINICIAN_NAME", _SURE
    reach = max(0, start - _REACH)
    pieces = text[reach:start].rsplit(maxsplit=_MOST_PIECES)
    if len(pieces) > _MOST_PIECES:
        reach += len(pieces[0])
    ahead = _BEFORE.search(text, reach, start)
    word = ahead[2].lower() if ahead else ""
    if word and lexicon.bits(word) & lx.KIN:
        return None
    if word in _SENDERS and ahead and ahead[3] == ":":
        return "-", 0.0
    cue = (_cues().get(f"{ahead[1].strip().lower()} {word}") or _cues().get(word)) if ahead else None
    if ahead and ahead[2] == "PT" and not text[start:end].isupper():
        # Among small letters it may be the physical therapist.
        cue = None
    if cue == "CLINICIAN_NAME":
        return cue, _FAIR
    if _AGE.match(text, end):
        return "PATIENT_NAME", _STRONG
    if cue:
        return cue, _FAIR
    if _CHART.match(text, end) or _PLACED.search(text, max(0, start - 16), start):
        return "PATIENT_NAME", _FAIR
    return ("PATIENT_NAME", _SLIGHT) if word in _GREETING else None
