"""What is capitalised like the name of a house and is none: creeds, roles, what somebody is treated for."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words

_CREEDS = dict(lx.read_pairs("creeds.tsv"))
_NO_HOUSES = frozenset(lx.read_words("no_houses.txt"))
_SAID = frozenset({"is", "was", "devout", "practicing", "raised", "religion", "faith", "non"})
_FOR = frozenset({"for", "to", "of", "with", "by"})
_TREATED = frozenset(
    {"treated", "positive", "negative", "pos", "neg", "tested", "test", "titers", "serology", "secondary"}
)
_HOUSE = frozenset({"FACILITY", "ORGANIZATION"})
_LEVEL = re.compile(r"[CTLS]\d{1,2}")
_TITLES = frozenset({"summary", "record", "report", "note", "notes", "evaluation", "log", "form", "checklist"})
_LANGUAGE = lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION | lx.IDLABEL


def of_no_house(words: Words, span: Span, alphabetic: list[int]) -> bool:
    """Whether a span of a house is the creed of somebody, a role alone, or what somebody is treated for.

    Args:
        words: the words of the text.
        span: what the tagger noticed, a place.
        alphabetic: the indexes of the words in it that begin with a letter.
    """
    first = alphabetic[0]
    if span.entity_type not in _HOUSE:
        return False
    if words.lower[alphabetic[-1] + 1 : alphabetic[-1] + 2] == ["wort"]:
        # "St. John's wort"
        return True
    if _LEVEL.fullmatch(words.text, span.start, span.end):
        return True
    if len(alphabetic) > 1:
        # "Start of Care Visit Summary"
        return words.lower[alphabetic[-1]] in _TITLES and all(words.bits[k] & _LANGUAGE for k in alphabetic)
    if words.lower[first] in _NO_HOUSES:
        named = words.bits[first] & lx.ORDINARY and not _alone(words, span, first)
        return not (named or _goes_on(words, first))
    if _CREEDS.get(words.lower[first]) == "CREED":
        return _creed(words, first)
    if words.bits[first] & lx.ROLE:
        return not _goes_on(words, first) and _alone(words, span, first)
    plain = words.bits[first] & lx.CLINICAL and not words.bits[first] & (lx.NAME | lx.CITY | lx.ORG | lx.FACILITY)
    return bool(plain and first > 1 and words.lower[first - 1] in _FOR and words.lower[first - 2] in _TREATED)


def _goes_on(words: Words, k: int) -> bool:
    """Whether a capitalised word follows, with which the one before it may make a name."""
    return (
        k + 1 < len(words)
        and words.line_of[k + 1] == words.line_of[k]
        and words.starts[k + 1] - words.ends[k] == 1
        and words.words[k + 1][0].isupper()
    )


def _alone(words: Words, span: Span, k: int) -> bool:
    """Whether a span is one word that no other capital stands before, and no figure behind."""
    if span.end > words.ends[k] or (words.words[k + 1 : k + 2] and words.words[k + 1][0].isdigit()):
        return False
    return k == 0 or words.line_of[k - 1] != words.line_of[k] or not words.words[k - 1][0].isupper()


def _creed(words: Words, k: int) -> bool:
    """Whether a creed is said of somebody ("is Lutheran") or belongs to one who serves it ("Methodist bishop")."""
    behind = words.lower[k + 1] if k + 1 < len(words) and words.line_of[k + 1] == words.line_of[k] else ""
    if _CREEDS.get(behind) == "OF_ONE":
        return True
    return bool(k) and words.lower[k - 1] in _SAID and not _goes_on(words, k)
