"""What stands beside a span: a title or a word of speaking, the beginning of a sentence, a clinical phrase."""

from __future__ import annotations

import re
from functools import lru_cache

from noteproc.redaction import lexicon as lx
from noteproc.redaction.lexicon import Lexicon
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words

_SPEAKING = frozenset(lx.read_words("speaking_words.txt"))
_PHRASE_REACH = 24
# What behind a name makes it a finding, a test or a scale: "Murphy neg", "Wells 6,", "Barrett's, C0M1".
_RESULT = re.compile(
    r"(?:'s?)?(?:(?:[ ]?(?::|=|-)?[ ]"
    r"(?:(?:and|or)[ ][A-Z][a-z]+(?:'s)?[ ])?"
    r"(?:(?:was|is|were|are|and|or|sign|signs|test|tests|both|bilat|bilaterally|[LR])[ ]){0,2}"
    r"(?:neg(?:ative)?|pos(?:itive)?|normal|nl|absent|equivocal|intact|debunked)\b"
    r"|[ ](?:\+|-)(?:/?[+-])?(?=[ ]?[,;.)\n]|[ ]*$)"
    r"|[ ](?:[IV]{1,3}|\d{1,3}(?:/\d{1,2})?[ABab]?)(?=[,;)]|\.?[ ]*$|\.[ \n])))",
    re.IGNORECASE | re.MULTILINE,
)
# "Barrett's, C0M1", "Spurling's is negative": nothing that somebody has.
_OWN = re.compile(r"'s(?=[,;:)]|\.[ \n]| (?:(?:is|was|were) )?(?:no|yes|neg|pos|negative|positive|equivocal|absent)\b)")


def called(words: Words, first: int, last: int) -> bool:
    """Whether a title, a word of signing or speaking, or letters of a profession stand beside a name."""
    forms, before = words.words, first - 1
    while before > 0 and forms[before] in ".:,(" and first - before < 3:
        before -= 1
    if (
        before >= 0
        and words.line_of[before] == words.line_of[first]
        and (words.bits[before] & (lx.TITLE | lx.ROLE | lx.KIN | lx.FIRST) or words.lower[before] in _SPEAKING)
    ):
        return True
    after = last + 1
    while after < len(forms) and forms[after] == "," and after - last < 2:
        after += 1
    return after < len(forms) and bool(words.bits[after] & lx.CREDENTIAL) and forms[after].isupper()


def opens_sentence(words: Words, k: int) -> bool:
    """Whether a word opens a sentence or a line, where a capital says nothing."""
    return k == 0 or words.words[k - 1] in ".:;!?*-" or words.line_of[k] != words.line_of[k - 1]


@lru_cache(maxsize=1)
def _openings(lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    made: dict[str, tuple[str, ...]] = {}
    for phrase in sorted(lexicon.phrases):
        key = phrase.split()[0].split("'")[0]
        made[key] = (*made.get(key, ()), phrase)
    return made


def phrases(lexicon: Lexicon, first: str) -> tuple[str, ...]:
    """The clinical phrases that begin with a word."""
    return _openings(lexicon).get(first.split("'")[0], ())


def opens_phrase(lexicon: Lexicon, words: Words, span: Span, first: int, *, single: bool) -> bool:
    """Whether a clinical phrase begins where a span does; for a span of one word, a phrase of one word too."""
    begun = phrases(lexicon, words.lower[first])
    if not begun:
        return False
    low = words.text[span.start : span.end + _PHRASE_REACH].lower()
    return any(low.startswith(p) and (single or " " in p) for p in begun)


def follower(words: Words, last: int) -> tuple[str, bool]:
    """The word behind a span, a possessive between them passed over, and whether it stands close."""
    lower, behind = words.lower, last + 1
    if behind >= len(lower):
        return "", False
    close = words.starts[behind] - words.ends[last] <= 1
    if lower[behind] in ("'", "s"):
        behind += 1
    return lower[behind] if behind < len(lower) else "", close


def has_result(text: str, end: int) -> bool:
    """Whether what follows a name tells how a test of that name came out: "Phalen's was positive", "Karnofsky 70,"."""
    return owns_nothing(text, end) or _RESULT.match(text, end) is not None


def owns_nothing(text: str, end: int) -> bool:
    """Whether a name is in the possessive and nothing follows that it has: "Barrett's, C0M1"."""
    return _OWN.match(text, end) is not None
