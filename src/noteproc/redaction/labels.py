"""Whether a file name or record id holds PHI.

A label gives no context, so the test leans to the safe side for names: a word of the note's own people, a known name
that is no ordinary word, or two words in a row that both can be names. Numbers are private where the note itself has
them as an identifier, or where they read as a date, a social security or a telephone number.
"""

from __future__ import annotations

import re
from collections.abc import Set

from noteproc.redaction.lexicon import CLINICAL, FIRST, LAST, ORDINARY, Lexicon

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_DIGITS = re.compile(r"\d+")
_YEAR = r"(?:19|20)\d\d"
_NUMBERS = re.compile(
    rf"(?<!\d)(?:{_YEAR}[-_. ]?(?:0[1-9]|1[0-2])[-_. ]?(?:0[1-9]|[12]\d|3[01])"  # 2025-03-14, 20250314
    rf"|(?:0?[1-9]|[12]\d|3[01])[-_. ](?:0?[1-9]|[12]\d|3[01])[-_. ](?:{_YEAR}|\d\d)"  # 3-14-25
    rf"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_YEAR}"  # 03142025
    r"|\d{3}[-_ ]\d{2}[-_ ]\d{4}"  # social security number
    r"|\(?\d{3}\)?[-_. ]\d{3}[-_. ]\d{4})(?!\d)"  # telephone
)
_LABELLED = re.compile(r"(?i)(?:mrn|ssn|dob|acct|account|patient|pt|chart|member)[-_# .]?\d{3,}")
_SHORTEST_NUMBER = 4
_SHORTEST_NAME = 3


def label_is_private(label: str, surfaces: Set[str] | None, lexicon: Lexicon) -> bool:
    """Whether a label must not be shown.

    Args:
        label: a relative path or record id.
        surfaces: what was redacted in the note, as it stood there; None where the note could not be read, so that a
            word which is in no list counts as a name.
        lexicon: what words may be.
    """
    if "@" in label or _NUMBERS.search(label) or _LABELLED.search(label):
        return True
    unread = surfaces is None
    surfaces = surfaces or frozenset()
    own_words = {w.casefold() for s in surfaces for w in _WORD.findall(s) if len(w) > 1}
    own_numbers = {n for s in surfaces for n in _DIGITS.findall(s) if len(n) >= _SHORTEST_NUMBER}
    own_numbers |= {"".join(_DIGITS.findall(s)) for s in surfaces}
    if any(n in own_numbers for n in _DIGITS.findall(label) if len(n) >= _SHORTEST_NUMBER):
        return True
    for part in label.split("/"):
        before_could_be_name = False
        for word in _WORD.findall(_CAMEL.sub(" ", part).replace("_", " ")):
            lower = word.casefold()
            bits = lexicon.bits(lower)
            could_be_name = len(lower) > 1 and bool(bits & (FIRST | LAST))
            if len(lower) > 1 and lower in own_words and not bits & (ORDINARY | CLINICAL):
                return True
            if unread and not bits and len(lower) > _SHORTEST_NAME:
                return True
            if could_be_name and (before_could_be_name or not bits & (ORDINARY | CLINICAL)):
                return True
            before_could_be_name = could_be_name
    return False
