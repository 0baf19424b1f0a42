"""What speaks for and against a span that the PHI tagger noticed: its words, its figures, what stands around it.

How much each sign counts is told in ``noteproc.redaction.weights``.
"""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.initials import initials_of
from noteproc.redaction.lexicon import Lexicon
from noteproc.redaction.neighbours import called, follower, opens_phrase, opens_sentence
from noteproc.redaction.recognizers.pairs import SCALES, dated, scaled
from noteproc.redaction.shapes import BETWEEN, PAIR, ROMAN, YEAR
from noteproc.redaction.spans import Span, family
from noteproc.redaction.veto import doubt
from noteproc.redaction.words import Words

_SIGNING = frozenset(w for w in lx.read_words("signing_words.txt") if w.isalpha())
_NOT_NAMES = frozenset(lx.read_words("not_names.txt"))
_DESCENTS = frozenset(lx.read_words("descents.txt"))
_SERVICES = frozenset(lx.read_words("services.txt"))
_FESTIVE = frozenset(lx.read_words("festive_words.txt"))
_MEASURE = re.compile(
    r"\s?(?:" + "|".join(re.escape(w) + r"\b" * (how == "WHOLE") for w, how in lx.read_pairs("measures.tsv")) + ")",
    re.IGNORECASE,
)
_MEASURE_REACH = 10
_ENDINGS = tuple(end + s for end in lx.read_words("clinical_endings.txt") for s in ("", "s"))
_LEVEL = re.compile(r"(?:[CTLS]\d{1,2})(?:\s?[-/]\s?[CTLS]?\d{1,2})*", re.IGNORECASE)
_CODE = re.compile(r"(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|\d{4}[0-9FMTU]|[A-V]\d{4}|\d{1,3}(?:[./]\d{1,3})?)")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):?[0-5]\d")
_PARTED = re.compile(r"\d\W\d")
_PROPER = lx.NAME | lx.CITY
_COMMON = lx.ORDINARY | lx.CLINICAL
_HEADS = lx.FACILITY | lx.ORG
_NO_CREDENTIALS = frozenset({"in", "as"})
# What a word before a span says of it.
_BEFORE = (
    dict.fromkeys((":", "="), "after colon")
    | dict.fromkeys(("the", "a", "an", "this", "these", "each", "any", "no"), "after article")
    | dict.fromkeys(("at", "@", "from", "to"), "after preposition")
    | dict.fromkeys(_SIGNING, "after signing")
)


class Signs:
    """Reads the signs around spans.

    Args:
        lexicon: tells what words may be.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def of(self, words: Words, span: Span, inside: range) -> list[str]:
        """The signs of a span, each named once.

        Args:
            words: the words of the text.
            span: what the tagger noticed.
            inside: the indexes of the words that it touches.
        """
        if not inside:
            return []
        first, last = inside[0], inside[-1]
        shown = words.text[span.start : span.end]
        kind = family(span.entity_type)
        signs = [f"is {kind}", f"is {span.entity_type}"]
        doubted = doubt(words, span, inside)
        if doubted:
            signs.append(doubted)
        self._around(signs, kind, words, span, first, last)
        if kind in ("name", "place"):
            self._worded(signs, kind, words, span, inside, shown)
        elif kind == "DATE":
            self._dated(signs, words, span, first, last, shown)
        else:
            self._figured(signs, kind, words, span, first, last, shown)
        return signs

    @staticmethod
    def _around(signs: list[str], kind: str, words: Words, span: Span, first: int, last: int) -> None:
        line_of, n = words.line_of, len(words.words)
        opens = first == 0 or line_of[first - 1] != line_of[first]
        ends = last + 1 >= n or line_of[last + 1] != line_of[last]
        if opens and ends:
            signs.append(f"{kind} alone in line")
        elif opens:
            signs.append(f"{kind} opens line")
        elif ends:
            signs.append(f"{kind} ends line")
        if not opens:
            told = _BEFORE.get(words.lower[first - 1])
            if words.bits[first - 1] & lx.PLACECUE and told not in ("after colon", "after signing"):
                told = "after place cue"
            if told:
                signs.append(f"{kind} {told}")
            if words.starts[first] - words.ends[first - 1] > 1:
                signs.append(f"{kind} apart")
        if not ends and words.bits[last + 1] & lx.CREDENTIAL and words.lower[last + 1] not in _NO_CREDENTIALS:
            signs.append(f"{kind} before credential")
        if _MEASURE.match(words.text, span.end, span.end + _MEASURE_REACH):
            signs.append(f"{kind} before measure")

    def _worded(self, signs: list[str], kind: str, words: Words, span: Span, inside: range, shown: str) -> None:
        forms, lower = words.words, words.lower
        first, last = inside[0], inside[-1]
        alphabetic = [k for k in inside if forms[k][0].isalpha()]
        if not alphabetic:
            signs += (f"{kind} without letters", f"{span.entity_type} without letters")
            return
        known = [words.bits[k] for k in alphabetic if len(forms[k]) > 1]
        anything = 0
        for b in known:
            anything |= b
        single = len(alphabetic) == 1
        written = [forms[k] for k in alphabetic]
        small = all(map(str.islower, written))
        caps = not small and all(map(str.isupper, written))
        if not known:
            signs.append(f"{kind} of letters")
        named = bool(anything & _PROPER)
        signs.append(f"{kind} {'one' if single else 'more'} {_listing(known, anything)}")
        if anything & lx.ORDINARY and not named:
            signs.append(f"{kind} ordinary")
        if single:
            if anything & lx.ABBREVIATION:
                signs.append(f"{kind} abbreviation")
            if anything & (lx.CREDENTIAL | lx.ROLE | lx.KIN | lx.TITLE):
                signs.append(f"{kind} role")
        if anything & (lx.MONTH | lx.WEEKDAY):
            signs.append(f"{kind} month")
        if small:
            mixed = not words.small and not words.is_small(words.line_of[first])
            signs.append(f"{kind} small in mixed line" if mixed else f"{kind} small")
        elif caps and len(shown) > 1:
            signs.append(f"{kind} capitals" if words.upper else f"{kind} capitals among small")
        if single and len(written[0]) <= 4:
            signs.append(f"{kind} short")
            if caps and not named:
                signs.append(f"{kind} short capitals")
            if small and not named:
                signs.append(f"{kind} short small")
        after, close = follower(words, last)
        if close and after in self._lexicon.eponym_heads and len(alphabetic) <= 2:
            signs.append(f"{kind} before eponym head")
        if not [k for k in alphabetic if lower[k].removesuffix("'s") not in self._lexicon.eponyms]:
            signs.append(f"{kind} eponym")
            if called(words, first, last):
                signs.append(f"{kind} eponym called")
        elif kind == "name" and called(words, first, last):
            signs.append("name called")
        if opens_phrase(self._lexicon, words, span, first, single=single):
            signs.append(f"{kind} clinical phrase")
        if single and opens_sentence(words, first):
            signs.append(f"{kind} opens sentence")
        if kind == "name":
            if single and len(written[0]) <= lx.LONGEST_INITIALS and len(shown) > 1:
                signs.append(self._initials(words, alphabetic[0]))
            if single:
                self._single(signs, lower[first], named=named)
            if ROMAN.fullmatch(shown):
                signs.append("name roman")
            if single and not named and lower[first].endswith(_ENDINGS):
                signs.append("name ending")
        else:
            if any(words.bits[k] & _HEADS for k in alphabetic):
                signs.append("place headed")
            if any(map(str.isdigit, shown)):
                signs.append(f"{span.entity_type} with figures")
            if len(shown) < 6:
                signs.append(f"{span.entity_type} short")

    @staticmethod
    def _single(signs: list[str], low: str, *, named: bool) -> None:
        if low in _DESCENTS:
            signs.append("name descent")
        if low in _NOT_NAMES:
            signs.append("name no name")
        if low in _SERVICES:
            signs.append("name service")

    @staticmethod
    def _initials(words: Words, i: int) -> str:
        """What the place of a few letters says of their being initials, in steps."""
        odds = initials_of(words).weights().get(i)
        return "initials of nobody" if odds is None else f"initials {max(-5, min(4, round(odds)))}"

    @staticmethod
    def _dated(signs: list[str], words: Words, span: Span, first: int, last: int, shown: str) -> None:
        digits = sum(map(str.isdigit, shown))
        anything = 0
        for k in range(first, last + 1):
            anything |= words.bits[k]
        month = anything & lx.MONTH
        if digits and not month:
            signs.append("DATE figures and letters" if any(map(str.isalpha, shown)) else "DATE figures")
            if digits < 3 or not _PARTED.search(shown):
                signs.append("DATE one figure")
        elif month:
            signs.append("DATE month and day" if digits else "DATE month")
        elif anything & lx.WEEKDAY:
            signs.append("DATE weekday")
        else:
            festive = not _FESTIVE.isdisjoint(words.lower[first : last + 1])
            signs.append("DATE festive" if festive else "DATE wordy")
            if shown[:1].isupper():
                signs.append("DATE capital")
        if _CLOCK.fullmatch(shown):
            signs.append("DATE clock")
        found = PAIR.fullmatch(shown)
        if found:
            a, b = int(found[1]), int(found[2])
            signs.append("DATE pair of a scale" if a <= b and b in SCALES else "DATE pair")
            if scaled(words.text, span.start, span.end):
                signs.append("DATE scaled")
            if dated(words.text, span.start):
                signs.append("DATE dated")

    @staticmethod
    def _figured(signs: list[str], kind: str, words: Words, span: Span, first: int, last: int, shown: str) -> None:
        digits = sum(map(str.isdigit, shown))
        if kind != "id":
            signs.append(f"{kind} figures {min(digits, 8)}")
            return
        mixed = any(map(str.isalpha, shown))
        signs.append(f"id mixed {min(digits, 6)}" if mixed else f"id figures {min(digits, 8)}")
        if not digits:
            signs.append(f"{span.entity_type} without figures")
            if any(words.bits[k] & (_COMMON | lx.ABBREVIATION) for k in range(first, last + 1)):
                signs.append("id known word")
        if _LEVEL.fullmatch(shown):
            signs.append("id level")
        if _CODE.fullmatch(shown):
            signs.append("id code")
        if YEAR.fullmatch(shown):
            signs.append("id year")
        elif _CLOCK.fullmatch(shown):
            signs.append("id clock")
        if BETWEEN.fullmatch(shown):
            signs.append("id between")
        if len(shown) < 4:
            signs.append("id short")
        if " " in shown:
            signs.append("id spaced")


def _listing(known: list[int], anything: int) -> str:
    """What the lists say of the full words of a span, ``anything`` being all their classes."""
    strange = False
    for b in known:
        if not b & _COMMON:
            if b & _PROPER:
                return "listed"
            strange = True
    if strange:
        return "strange"
    if anything & _PROPER:
        return "wordy name"
    return "common" if known else "none"
