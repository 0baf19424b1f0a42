"""From the words of the tabular list to the phrases that a matcher can use.

Parentheses in a title are words that may be there or not; square brackets hold another name; "NOS" and "NEC" are
remarks to the coder. None of the three is ever written in a note.
Source: ICD-10-CM Official Guidelines FY 2026, I.A.6 and I.A.7.
"""

from __future__ import annotations

import re

from noteproc.codesets.ranges import sole_code

_REMARK = re.compile(r",?\s*\b(?:NOS|NEC|not elsewhere classified|not otherwise specified|so described)\b", re.I)
_PARENTHESIS = re.compile(r"\s*\(([^()]*)\)")
_BRACKET = re.compile(r"\s*\[([^\[\]]*)\]")
_TRAILING_CODES = re.compile(r"\s*\((?:[A-Z]\d[0-9A-Z][^()]*)\)\s*$")
# An excludes note that opens like this continues a heading or speaks of coding, and names no condition.
_FRAGMENT = re.compile(
    r"(?:that|those|such|any|condition|conditions|when|with|without|due|in|following|complicating|other|certain|as|at|"
    r"by|for|from|of|on|to|this|code|codes|causing|resulting|not|see|nos|specified|unspecified|during|affecting)\b",
    re.I,
)
_ADJECTIVE = re.compile(r"[a-z]+(?:al|ar|ic|ous|ary|ed|ive|ent|ant|able|ible|ing|ile|ine|id|ory|ic)$", re.I)
# "vertebra(e)", "abscess(es)": an ending, not a word.
_ENDING = re.compile(r"(?<=\w)\([a-z]{1,3}\)")
_SPACES = re.compile(r"\s+")


def title_phrases(title: str) -> tuple[str, ...]:
    """The phrases that a title or inclusion term stands for, its own wording first, each once."""
    bare = _ENDING.sub("", _REMARK.sub("", title))
    texts: dict[str, None] = {}
    brackets = _BRACKET.findall(bare)
    plain = _BRACKET.sub("", bare)
    for text in (_PARENTHESIS.sub("", plain), _PARENTHESIS.sub(lambda m: " " + m.group(1), plain)):
        texts.setdefault(_clean(text))
    if len(brackets) == 1:
        _, _, rest = bare.partition("]")
        for name in re.split(r";|, (?=[A-Z]{2,}\b)", brackets[0]):
            if len(name.split()) <= 8:
                texts.setdefault(_clean(name + _PARENTHESIS.sub("", rest)))
    return tuple(text for text in texts if len(text) > 1)


def term_phrases(term: str) -> tuple[str, ...]:
    """The phrases of an inclusion or includes term: codes named at its end fall away first."""
    text = _TRAILING_CODES.sub("", term)
    if text.endswith(":") or re.match(r"(?:any )?conditions? (?:in|classifiable|listed)\b", text, re.I):
        return ()
    return title_phrases(text)


def excluded_phrase(note: str) -> tuple[str, str] | None:
    """The words and the code of an Excludes note that names one condition and ends in exactly its code."""
    pair = sole_code(note)
    if pair is None or ":" in pair[0] or "(" in pair[0] or "[" in pair[0]:
        return None
    words = _clean(_REMARK.sub("", pair[0]))
    if not words or _FRAGMENT.match(words) or re.search(r"\b(?:see|code)\b", words):
        return None
    if " " not in words and (len(words) < 6 or _ADJECTIVE.fullmatch(words)):
        return None
    return words, pair[1]


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text).replace(" ,", ",").strip(" ,;:.")
