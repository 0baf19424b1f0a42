"""What speaks for and against a span that the PHI tagger noticed, and how probable that leaves it.

Each sign has a weight, fitted by ``models/weigh.py`` on notes that the tagger had not learned from.
"""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache

from noteproc.artifacts import models_dir
from noteproc.errors import ModelError
from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.initials import LONGEST_INITIALS, Initials
from noteproc.redaction.lexicon import Lexicon
from noteproc.redaction.recognizers.dates import SCALES, dated, scaled
from noteproc.redaction.spans import Span, family
from noteproc.redaction.words import Words

_SIGNING = frozenset(lx.read_words("signing_words.txt"))
_SPEAKING = frozenset(lx.read_words("speaking_words.txt"))
_NOT_NAMES = frozenset(lx.read_words("not_names.txt"))
_WORD_NAMES = frozenset(lx.read_words("word_names.txt"))
_DESCENTS = frozenset(lx.read_words("descents.txt"))
_GENERIC = frozenset(lx.read_words("generic_places.txt"))
_SERVICES = frozenset(lx.read_words("services.txt"))
_FESTIVE = frozenset(lx.read_words("festive_words.txt"))
_MEASURE = re.compile(
    r"^\s?(?:mg|mcg|ug|ml|cc|mm|cm|kg|g\b|mmhg|units?\b|iu|meq|mmol|%|/hpf|bpm|fr\b|french|gauge|ga\b|hours?|hrs?"
    r"|days?|weeks?|wks?|months?|mos?\b|years?|yrs?|minutes?|mins?|"
    r"tabs?|caps?|puffs?|times|x\b|degrees|°|lpm|l/min|inch|in\b|feet|ft\b|lbs?|pounds|oz\b)",
    re.IGNORECASE,
)
# Endings of drugs, findings, procedures and adverbs: no name of a person in a note ends so.
_MORPHOLOGY = re.compile(
    r"(?:ly|itis|osis|oses|ectomy|otomy|ostomy|oscopy|plasty|pathy|ology|algia|emia|uria|penia|cytosis|trophy"
    r"|plegia|paresis|phagia|dynia|megaly|rrhea|rrhagia|scopic|ation|ations|ness|ment|ing|"
    r"statin|pril|sartan|olol|azole|mycin|cillin|cycline|floxacin|prazole|tidine|setron|mab|nib|vir|parin|gliptin"
    r"|gliflozin|glutide|caine|barbital|zepam|zolam|oxetine|triptan|dipine|thiazide|semide|"
    r"sone|solone|profen|codone|phone|quine|toin|gabalin|gabapentin|amine|idine|iline|azine|pine|done|tide|ase"
    r"|ide|ate|ium|cephalic|lucency|genic|ous|ual|ical|able|ible|itis|oid|oidal|ectasia|ectasis|tomy|gram|graphy"
    r"|metry|therapy|tropic|static|lytic)s?$"
)
_ROMAN = re.compile(r"[IVX]+(?:[\s,]+(?:and\s)?[IVX]+)*")
_BETWEEN = re.compile(
    r"-?\d{1,3}[-/](?:\d{1,3})?|(?:19|20)\d\d-(?:19|20)?\d\d|(?:[01]\d|2[0-3])[0-5]\d-(?:[01]\d|2[0-3])[0-5]\d"
)
_LEVEL = re.compile(r"(?:[CTLS]\d{1,2})(?:\s?[-/]\s?[CTLS]?\d{1,2})*", re.IGNORECASE)
_CODE = re.compile(r"(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|\d{4}[0-9FMTU]|[A-V]\d{4}|\d{1,3}(?:[./]\d{1,3})?)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):?[0-5]\d")
_ORDINALS = frozenset(lx.read_words("ordinals.txt"))
_NTH = re.compile(r"\d(?:st|nd|rd|th)\b", re.IGNORECASE)
_ZIP = re.compile(r"\d{5}(?:-\d{4})?")
_PLAIN_DIGITS = re.compile(r"\d+")
_PAIR = re.compile(r"(\d{1,2})[/.-](\d{1,4})")
_DATE_SHAPE = re.compile(
    r"(?<![\d/-])[\dOoIl]{1,2}([/. -])[\dOoIl]{1,2}(?:\1(?:\d{2}|\d{4}|[\dOoIl]{4}))?(?![\d/])"
    r"|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}"
)
_PROPER = lx.NAME | lx.CITY


class Signs:
    """Reads the signs around spans.

    Args:
        lexicon: tells what words may be.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._read: Initials | None = None

    def of(self, words: Words, span: Span) -> list[str]:
        """The signs of a span, each named once."""
        inside = words.within(span.start, span.end)
        if not len(inside):
            return []
        first, last = inside[0], inside[-1]
        shown = words.text[span.start : span.end]
        kind = family(span.entity_type)
        signs = [f"is {kind}", f"is {span.entity_type}"]
        signs += self._around(words, span, first, last)
        if kind in ("name", "place"):
            signs += self._worded(words, span, first, last, shown)
        else:
            signs += self._figured(words, span, first, last, shown)
        return signs

    def forbid(self, words: Words, span: Span) -> bool:
        """Whether a span can be no PHI of its kind, however sure the tagger is."""
        inside = words.within(span.start, span.end)
        if not len(inside):
            return True
        shown = words.text[span.start : span.end]
        kind = family(span.entity_type)
        bits = [words.bits[k] for k in inside]
        alphabetic = [k for k in inside if words.words[k][0].isalpha()]
        if kind == "name":
            if not alphabetic or _ROMAN.fullmatch(shown) or shown in ("I", "A"):
                return True
            if len(alphabetic) > 1:
                return False
            first = inside[0]
            after_article = shown.islower() and first and words.lower[first - 1] in ("a", "an", "the")
            plain = words.lower[first] in _NOT_NAMES and words.bits[first] & lx.ORDINARY
            return bool(after_article or (plain and words.lower[first] not in _WORD_NAMES))
        if kind == "place":
            if span.entity_type in ("FACILITY", "ORGANIZATION") and alphabetic:
                heads = lx.FACILITY | lx.ORG
                return all(words.lower[k] in _GENERIC or words.bits[k] & heads for k in alphabetic)
            if span.entity_type == "ZIP_CODE":
                return not (_ZIP.fullmatch(shown) and self._behind_a_place(words, inside[0]))
            first = inside[0]
            if len(alphabetic) == 1 and shown.islower() and first and words.lower[first - 1] in ("a", "an"):
                return True
            return not alphabetic and span.entity_type != "STREET_ADDRESS"
        if kind == "DATE":
            return not self._datable(words, inside, shown)
        if kind == "id" and not any(map(str.isdigit, shown)):
            known = lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION | lx.IDLABEL | lx.ROLE | lx.CREDENTIAL
            return span.entity_type != "USERNAME" or all(b & known for b in bits)
        if kind == "id" and _BETWEEN.fullmatch(shown):
            return True
        if span.entity_type == "AGE_OVER_89":
            return not re.fullmatch(r"9\d|1[01]\d", shown)
        return False

    @staticmethod
    def _behind_a_place(words: Words, k: int) -> bool:
        """Whether a capitalised word of letters alone stands right before, a comma or a dot between at most."""
        before = k - 1
        while before >= 0 and words.words[before] in ",.~^-" and k - before < 4:
            before -= 1
        if before < 0 or words.starts[k] - words.ends[before] > 4 or not words.words[before][0].isalpha():
            return False
        glued = before > 0 and words.ends[before - 1] == words.starts[before] and words.words[before - 1].isdigit()
        return not glued and (words.words[before][0].isupper() or words.small)

    def _datable(self, words: Words, inside: range, shown: str) -> bool:
        """Whether a day, a month, a feast or a date in figures is in a span."""
        if _YEAR.fullmatch(shown):
            return False
        if any(words.bits[k] & (lx.MONTH | lx.WEEKDAY) or words.lower[k] in _ORDINALS for k in inside):
            return True
        if not _FESTIVE.isdisjoint(words.lower[k] for k in inside) or _NTH.search(shown):
            return True
        if not any(map(str.isdigit, shown)):
            return shown[:1].isupper() and not any(words.bits[k] & (lx.ORDINARY | lx.CLINICAL) for k in inside)
        if _PLAIN_DIGITS.fullmatch(shown):
            return len(shown) in (6, 8)
        found = _PAIR.fullmatch(shown)
        if found:
            a, b = int(found[1]), int(found[2])
            month_day = (1 <= a <= 12 and 1 <= b <= 31) or (1 <= b <= 12 and 1 <= a <= 31)
            return month_day or (1 <= a <= 12 and len(found[2]) == 4)
        return bool(_DATE_SHAPE.search(shown))

    def _around(self, words: Words, span: Span, first: int, last: int) -> list[str]:
        signs = []
        line = words.line_of[first]
        kind = "name" if span.entity_type in NAME_TYPES else family(span.entity_type)
        opens = first == 0 or words.line_of[first - 1] != line
        ends = last + 1 >= len(words) or words.line_of[last + 1] != words.line_of[last]
        if opens and ends:
            signs.append(f"{kind} alone in line")
        elif opens:
            signs.append(f"{kind} opens line")
        elif ends:
            signs.append(f"{kind} ends line")
        before = "" if opens else words.lower[first - 1]
        if before in (":", "="):
            signs.append(f"{kind} after colon")
        elif before in _SIGNING and before.isalpha():
            signs.append(f"{kind} after signing")
        elif not opens and words.bits[first - 1] & lx.PLACECUE:
            signs.append(f"{kind} after place cue")
        elif before in ("the", "a", "an", "this", "these", "each", "any", "no"):
            signs.append(f"{kind} after article")
        elif before in ("at", "@", "from", "to"):
            signs.append(f"{kind} after preposition")
        if not opens and words.starts[first] - words.ends[first - 1] > 1:
            signs.append(f"{kind} apart")
        after = "" if ends else words.lower[last + 1]
        if not ends and words.bits[last + 1] & lx.CREDENTIAL and after not in ("in", "as"):
            signs.append(f"{kind} before credential")
        if _MEASURE.match(words.text[span.end : span.end + 10]):
            signs.append(f"{kind} before measure")
        return signs

    def _worded(self, words: Words, span: Span, first: int, last: int, shown: str) -> list[str]:
        lexicon, bits = self._lexicon, self._lexicon.bits
        kind = "name" if span.entity_type in NAME_TYPES else "place"
        alphabetic = [k for k in range(first, last + 1) if words.words[k][0].isalpha()]
        if not alphabetic:
            return [f"{kind} without letters", f"{span.entity_type} without letters"]
        signs = []
        full = [k for k in alphabetic if len(words.words[k]) > 1]
        known = [bits(words.lower[k]) for k in full]
        single = len(alphabetic) == 1
        small = all(words.words[k].islower() for k in alphabetic)
        caps = all(words.words[k].isupper() for k in alphabetic)
        if not full:
            signs.append(f"{kind} of letters")
        named = any(b & _PROPER for b in known)
        listed = any(b & _PROPER and not b & (lx.ORDINARY | lx.CLINICAL) for b in known)
        common = bool(known) and all(b & (lx.ORDINARY | lx.CLINICAL) for b in known)
        strange = any(not b & (_PROPER | lx.ORDINARY | lx.CLINICAL) for b in known)
        how = "one" if single else "more"
        signs.append(
            f"{kind} {how} "
            + (
                "listed"
                if listed
                else "strange"
                if strange
                else "wordy name"
                if named
                else "common"
                if common
                else "none"
            )
        )
        if any(b & lx.ORDINARY for b in known) and not named:
            signs.append(f"{kind} ordinary")
        if any(b & lx.ABBREVIATION for b in known) and single:
            signs.append(f"{kind} abbreviation")
        if any(b & (lx.CREDENTIAL | lx.ROLE | lx.KIN | lx.TITLE) for b in known) and single:
            signs.append(f"{kind} role")
        if any(b & (lx.MONTH | lx.WEEKDAY) for b in known):
            signs.append(f"{kind} month")
        if small:
            signs.append(f"{kind} small in mixed line" if _in_mixed_line(words, first) else f"{kind} small")
        elif caps and len(shown) > 1:
            signs.append(f"{kind} capitals" if words.text.isupper() else f"{kind} capitals among small")
        if single and len(words.words[alphabetic[0]]) <= 4:
            signs.append(f"{kind} short")
            if caps and not named:
                signs.append(f"{kind} short capitals")
            if small and not named:
                signs.append(f"{kind} short small")
        after = words.lower[last + 1] if last + 1 < len(words) else ""
        close = last + 1 < len(words) and words.starts[last + 1] - words.ends[last] <= 1
        if after in ("'", "s"):
            after = words.lower[last + 2] if last + 2 < len(words) else ""
        if close and after in lexicon.eponym_heads and len(alphabetic) <= 2:
            signs.append(f"{kind} before eponym head")
        if all(words.lower[k].removesuffix("'s") in lexicon.eponyms for k in alphabetic):
            signs.append(f"{kind} eponym")
            if called(words, first, last):
                signs.append(f"{kind} eponym called")
        elif kind == "name" and called(words, first, last):
            signs.append("name called")
        if any(
            words.text[span.start : span.end + 24].lower().startswith(p) and (single or " " in p)
            for p in phrases(lexicon, words.lower[first])
        ):
            signs.append(f"{kind} clinical phrase")
        if opens_sentence(words, first) and single:
            signs.append(f"{kind} opens sentence")
        if kind == "name":
            if single and len(words.words[alphabetic[0]]) <= LONGEST_INITIALS and len(shown) > 1:
                signs.append(self._initials(words, alphabetic[0]))
            if single and words.lower[first] in _DESCENTS:
                signs.append("name descent")
            if single and words.lower[first] in _NOT_NAMES:
                signs.append("name no name")
            if single and words.lower[first] in _SERVICES:
                signs.append("name service")
            if _ROMAN.fullmatch(shown):
                signs.append("name roman")
            if single and not named and _MORPHOLOGY.search(words.lower[first]):
                signs.append("name ending")
        else:
            heads = lx.FACILITY | lx.ORG
            if all(words.lower[k] in _GENERIC or words.bits[k] & heads for k in alphabetic):
                signs.append("place generic")
            elif any(words.bits[k] & heads for k in alphabetic):
                signs.append("place headed")
            if any(ch.isdigit() for ch in shown):
                signs.append(f"{span.entity_type} with figures")
            if len(shown) < 6:
                signs.append(f"{span.entity_type} short")
        return signs

    def _initials(self, words: Words, i: int) -> str:
        """What the place of a few letters says of their being initials, in steps."""
        if self._read is None or self._read.words is not words:
            self._read = Initials(words, self._lexicon)
        if not self._read.could_be(i):
            return "initials of nobody"
        return f"initials {max(-3, min(4, round(self._read.weight(i))))}"

    def _figured(self, words: Words, span: Span, first: int, last: int, shown: str) -> list[str]:
        kind = family(span.entity_type)
        digits = sum(ch.isdigit() for ch in shown)
        letters = sum(ch.isalpha() for ch in shown)
        signs = []
        if kind == "DATE":
            classes = [self._lexicon.bits(words.lower[k]) for k in range(first, last + 1)]
            month = any(b & lx.MONTH for b in classes)
            if digits and not month:
                signs.append("DATE figures" if letters == 0 else "DATE figures and letters")
                if digits < 3 or not re.search(r"\d\W\d", shown):
                    signs.append("DATE one figure")
            elif month:
                signs.append("DATE month" if not digits else "DATE month and day")
            elif any(b & lx.WEEKDAY for b in classes):
                signs.append("DATE weekday")
            else:
                festive = not _FESTIVE.isdisjoint(words.lower[k] for k in range(first, last + 1))
                signs.append("DATE festive" if festive else "DATE wordy")
                if shown[:1].isupper():
                    signs.append("DATE capital")
            if _CLOCK.fullmatch(shown):
                signs.append("DATE clock")
            found = _PAIR.fullmatch(shown)
            if found:
                a, b = int(found[1]), int(found[2])
                signs.append("DATE pair of a scale" if a <= b and b in SCALES else "DATE pair")
                if scaled(words.text, span.start, span.end):
                    signs.append("DATE scaled")
                if dated(words.text, span.start):
                    signs.append("DATE dated")
            return signs
        if kind not in ("id",):
            signs.append(f"{kind} figures {min(digits, 8)}")
            return signs
        signs.append(f"id figures {min(digits, 8)}" if letters == 0 else f"id mixed {min(digits, 6)}")
        if not digits:
            signs.append(f"{span.entity_type} without figures")
            if any(words.bits[k] & (lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION) for k in range(first, last + 1)):
                signs.append("id known word")
        if _LEVEL.fullmatch(shown):
            signs.append("id level")
        if _CODE.fullmatch(shown):
            signs.append("id code")
        if _YEAR.fullmatch(shown):
            signs.append("id year")
        elif _CLOCK.fullmatch(shown):
            signs.append("id clock")
        if _BETWEEN.fullmatch(shown):
            signs.append("id between")
        if len(shown) < 4:
            signs.append("id short")
        if " " in shown:
            signs.append("id spaced")
        return signs


class Weights:
    """How probable the tagger's probability and the signs together make a span.

    Args:
        bias, slope: of the log odds of the tagger's mean probability.
        signs: the weight of each sign.
    """

    def __init__(self, bias: float, slope: float, signs: dict[str, float]) -> None:
        self._bias, self._slope, self._signs = bias, slope, signs

    def probability(self, score: float, signs: list[str]) -> float:
        """The probability in [0, 1]."""
        total = self._bias + self._slope * log_odds(score) + sum(self._signs.get(s, 0.0) for s in signs)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def log_odds(score: float) -> float:
    """The log odds of a probability, kept within what half floats can tell."""
    bounded = min(0.999, max(0.001, score))
    return math.log(bounded / (1.0 - bounded))


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights of this process, read once.

    Raises:
        ModelError: they are missing or broken.
    """
    try:
        stored = json.loads((models_dir() / "phi_tagger" / "signs.json").read_text(encoding="utf-8"))
        return Weights(float(stored["bias"]), float(stored["slope"]), dict(stored["signs"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError("the weights of the PHI tagger are missing or broken: run `make model`") from None


def called(words: Words, first: int, last: int) -> bool:
    """Whether a title, a word of signing or speaking, or letters of a profession stand beside a name."""
    before = first - 1
    while before > 0 and words.words[before] in ".:,(" and first - before < 3:
        before -= 1
    if (
        before >= 0
        and words.line_of[before] == words.line_of[first]
        and (words.bits[before] & (lx.TITLE | lx.ROLE | lx.KIN | lx.FIRST) or words.lower[before] in _SPEAKING)
    ):
        return True
    after = last + 1
    while after < len(words) and words.words[after] == "," and after - last < 2:
        after += 1
    return after < len(words) and bool(words.bits[after] & lx.CREDENTIAL) and words.words[after].isupper()


def opens_sentence(words: Words, k: int) -> bool:
    """Whether a word opens a sentence or a line, where a capital says nothing."""
    return k == 0 or words.words[k - 1] in ".:;!?*-" or words.line_of[k] != words.line_of[k - 1]


def _in_mixed_line(words: Words, k: int) -> bool:
    """Whether the line of a token holds capitals, so that a lower-case name in it would be odd."""
    line = words.line_of[k]
    start, end = words.line_start(line), words.line_end(line)
    return not words.small and not words.text[start:end].islower()


_PHRASES: dict[int, dict[str, tuple[str, ...]]] = {}


def phrases(lexicon: Lexicon, first: str) -> tuple[str, ...]:
    """The clinical phrases that begin with a word."""
    made = _PHRASES.get(id(lexicon))
    if made is None:
        made = {}
        for phrase in sorted(lexicon.phrases):
            key = phrase.split()[0].split("'")[0]
            made[key] = (*made.get(key, ()), phrase)
        _PHRASES[id(lexicon)] = made
    return made.get(first.split("'")[0], ())
