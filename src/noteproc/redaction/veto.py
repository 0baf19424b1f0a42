"""The veto: what can be no PHI of the kind that the tagger noticed, however sure it is, and what is much unlike it."""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.lookalikes import in_bed, is_hold, is_model
from noteproc.redaction.neighbours import called, has_result, owns_nothing
from noteproc.redaction.notplaces import of_no_house
from noteproc.redaction.printedcodes import printed_code
from noteproc.redaction.professions import is_profession
from noteproc.redaction.recognizers.ages import TURNED
from noteproc.redaction.shapes import BETWEEN, ROMAN, YEAR, measured
from noteproc.redaction.spans import Span, family
from noteproc.redaction.undated import counted, datable, no_date
from noteproc.redaction.words import Words

_NOT_NAMES = frozenset(lx.read_words("not_names.txt"))
_WORD_NAMES = frozenset(lx.read_words("word_names.txt"))
_EPONYMS = frozenset(lx.read_words("eponyms.txt"))
_PRONOUNS = frozenset(lx.read_words("pronouns.txt"))
_GENERIC = frozenset(lx.read_words("generic_places.txt"))
# What kinds of place there are says nothing; with one of these before it, it may be the name of one: "South High".
_TELLING = frozenset({"north", "south", "east", "west", "county", "state"})
_JOINERS = frozenset({"of", "and", "for", "the"})
_GENERIC_OR_JOINER = _GENERIC | _JOINERS
_ARTICLES = frozenset({"a", "an", "the"})
_ZIP = re.compile(r"\d{5}(?:-\d{4})?")
# "N2N": nurse to nurse.
_LETTER_FOR_LETTER = re.compile(r"[A-Za-z][24][A-Za-z]")
_OLD = re.compile(r"9\d|1[01]\d")
_OBSTETRIC = re.compile(r"[ \t(]?G\d{1,2}\s?P\d{1,4}\b", re.IGNORECASE)
_LANGUAGES = frozenset(lx.read_words("languages.txt"))
_SPOKEN = frozenset(lx.read_words("words_of_speaking.txt"))
# "Sugars 140s to 180s".
_TENS = re.compile(r"\d{1,4}'?s(?:-\d{1,4}'?s)?")
_NO_AGE = re.compile(r"[ ]?(?:degrees?|miles|minutes|percent|%|°|bpm|beats|mm|mg|ml|cc)", re.IGNORECASE)
_LEVELS = re.compile(r"(?:C[1-8]|T\d\d?|L[1-5]|S[1-5])(?:[-/](?:[CTLS]?\d\d?))+")
# What is measured in the nineties: "fasting glucose is 91", "saturation of 96".
_MEASURED = re.compile(
    r"\b(?:glucose|sugars?|fsbs|bgl?|ldl|hdl|triglycerides|cholesterol|sats?|saturation|spo2|o2|oxygen|pulse|hr|rate"
    r"|weigh(?:s|ed|t)|wt|pressure|systolic|diastolic|map|score|percentile|sodium|chloride|e?gfr|hgb|hemoglobin"
    r"|platelets?|mcv|temp(?:erature)?)(?:\W{1,3}(?:is|was|of|at|around|about|levels?|now|today|reading|value|up|down|to|in"
    r"|the|still|ox|random|fasting|this|morning|am|pm|stays?|goes|falls|drops|under|below|above|over|than|less))*\W{1,3}$",
    re.IGNORECASE,
)
_EXTENSIONS = frozenset(lx.read_words("phone_labels.txt")) | {"x", "ext", "#", "-", ".", ")"}
_WITHIN_HEADING = 2  # blanks between its words: more of them part columns
_LANGUAGE = lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION | lx.MARK
_DOTTED_WORDS = frozenset(lx.read_words("dotted_words.txt"))
_HEADS = lx.FACILITY | lx.ORG
_KNOWN = lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION | lx.IDLABEL | lx.ROLE | lx.CREDENTIAL


def forbidden(words: Words, span: Span, inside: range) -> bool:
    """Whether a span can be no PHI of its kind.

    Args:
        words: the words of the text.
        span: what the tagger noticed.
        inside: the indexes of the words that it touches.
    """
    if not inside:
        return True
    if len(words) == 1 and words.bits[0] & lx.CLINICAL and not words.bits[0] & lx.NAME:
        # "HTN", and nothing else.
        return True
    text, start = words.text, span.start
    shown = text[start : span.end]
    # Neither begins without a figure but for one letter.
    figured = text[start].isdigit() or text[start + 1 : start + 2].isdigit()
    if figured and (printed_code(words, start, span.end) or _TENS.fullmatch(shown)):
        return True
    if text[start - 1 : start] == "°":
        return True
    kind = family(span.entity_type)
    if kind in ("name", "place") and (_heading(words, inside) or _LETTER_FOR_LETTER.fullmatch(shown)):
        return True
    if kind == "name":
        return _no_name(words, inside, shown)
    if kind == "place":
        return _no_place(words, span, inside, shown)
    if kind == "DATE":
        return no_date(words, span, inside, shown) or counted(words, span, shown)
    if span.entity_type == "EMAIL_ADDRESS":
        # An address is more than a plain word.
        return shown.isalpha() and bool(words.bits[inside[0]] & (lx.ORDINARY | lx.CLINICAL))
    if span.entity_type == "PHONE_NUMBER" and sum(map(str.isdigit, shown)) == 1:
        # "J3301 x4": a count is no extension.
        return True
    if kind == "id" and (_LEVELS.fullmatch(shown) or _OBSTETRIC.match(words.text, max(0, span.start - 1))):
        return True
    if kind == "id":
        last = shown.rsplit(None, 1)[-1]
        if (
            in_bed(words, start, shown)
            or is_model(words.text, start, span.end)
            or is_hold(words, span.end - len(last), last)
        ):
            return True
    if span.entity_type == "AGE_OVER_89":
        return (
            not _OLD.fullmatch(shown)
            or _NO_AGE.match(words.text, span.end) is not None
            or _MEASURED.search(words.text[max(0, span.start - 60) : span.start]) is not None
            or TURNED.search(words.text, max(0, span.start - 22), span.start) is not None
        )
    return False


def doubt(words: Words, span: Span, inside: range) -> str:
    """What makes a span unlike PHI of its kind, in a word or two; "" for nothing.

    Only a tagger that is very sure overrules it: how sure is fitted with the other signs.

    Args:
        words: the words of the text.
        span: what the tagger noticed, not forbidden.
        inside: the indexes of the words that it touches.
    """
    shown = words.text[span.start : span.end]
    kind = family(span.entity_type)
    if kind == "name":
        return _unlike_a_name(words, inside, shown)
    if kind == "place":
        return _unlike_a_place(words, span, inside)
    if kind == "DATE":
        return "" if datable(words, inside, shown) else "DATE of no known form"
    if kind == "id":
        if _tabulated(words, span, inside, shown):
            return "id tabulated"
        if BETWEEN.fullmatch(shown):
            return "id between numbers"
        if not any(map(str.isdigit, shown)):
            known = span.entity_type != "USERNAME" or all(words.bits[k] & _KNOWN for k in inside)
            return "id of words" if known else ""
    return ""


def _no_name(words: Words, inside: range, shown: str) -> bool:
    alphabetic = len([k for k in inside if words.words[k][0].isalpha()])
    if not alphabetic or is_profession(words.text, words.starts[inside[0]], words.ends[inside[-1]]):
        return True
    if measured(words, inside[0]) or shown[0].isdigit():
        # With a figure first it is the tail of a code or of a dose: "M80.08XA", "q.4-6h. p.r.n.".
        return True
    if (
        "." in shown
        and not shown.isupper()
        and _prescribed(words.text, words.starts[inside[0]], words.ends[inside[-1]])
    ):
        return True
    first = inside[0]
    if not [k for k in inside if words.words[k][0].isalpha() and words.lower[k].removesuffix("'s") not in _EPONYMS]:
        end = words.ends[inside[-1]]
        end -= 2 * words.lower[inside[-1]].endswith("'s")
        if has_result(words.text, end):
            return owns_nothing(words.text, end) or not called(words, first, inside[-1])
    if alphabetic > 1:
        return False
    if words.lower[first] in _PRONOUNS and (shown.islower() or len(shown) > 3):
        return True
    if shown.islower() and sum(map(str.isalpha, shown)) == 1:
        # "Per 1.73 m²"; a small initial has its dot, and no language behind it.
        if words.words[first + 1 : first + 2] != ["."]:
            return not _stands_for_somebody(words, first)
        behind = first + 2
        same = behind < len(words) and words.line_of[behind] == words.line_of[first]
        return same and bool(words.bits[behind] & (lx.ORDINARY | lx.CLINICAL))
    if _is_language(words, first) or _is_side(words, first):
        return True
    low = words.lower[first]
    after_article = shown.islower() and first and words.lower[first - 1] in _ARTICLES
    plain = low in _NOT_NAMES and words.bits[first] & lx.ORDINARY
    return bool(after_article or (plain and low not in _WORD_NAMES))


def _unlike_a_name(words: Words, inside: range, shown: str) -> str:
    if ROMAN.fullmatch(shown.rstrip(".")):
        return "name roman number"
    if sum(map(str.isalpha, shown)) == 1 and not _stands_for_somebody(words, inside[0]):
        return "name lone letter"
    return ""


def _prescribed(text: str, start: int, end: int) -> bool:
    """Whether a stretch lies in letters with dots that say how often, when or which way: "b.i" in "b.i.d. p.c."."""
    while (
        start > 1 and text[start - 1] == "." and text[start - 2].isalpha() and not text[start - 3 : start - 2].isalpha()
    ):
        start -= 2
    end -= text[end - 1] == "."
    while text[end : end + 1] == "." and text[end + 1 : end + 2].isalpha() and not text[end + 2 : end + 3].isalpha():
        end += 2
    return all(piece.replace(".", "").strip(",").lower() in _DOTTED_WORDS for piece in text[start:end].split())


def _heading(words: Words, inside: range) -> bool:
    """Whether words of language alone open a line up to a colon: "- Range of Motion:", "MAJOR FINDINGS:"."""
    if ":" not in words.words[inside[0] : inside[-1] + 5]:
        return False
    shown = [k for k in inside if words.words[k][0].isalnum()]
    if not shown:
        return False
    first, last = shown[0], shown[-1]
    line, end = words.line_of[first], last + 1
    while end < len(words) and end - last < 4 and words.line_of[end] == line and words.bits[end] & _LANGUAGE:
        if words.words[end] == ":" or words.starts[end] - words.ends[end - 1] > _WITHIN_HEADING:
            break
        end += 1
    if words.words[end : end + 1] != [":"]:
        return False
    alone = end - first == 1
    if not all(words.bits[k] & _LANGUAGE and not (alone and words.bits[k] & (lx.NAME | lx.CITY)) for k in shown):
        return False
    line = words.line_of[first]
    while first and words.line_of[first - 1] == line:
        first -= 1
        if words.words[first][0].isalnum() and not (words.bits[first] & _LANGUAGE and words.words[first].isalpha()):
            return False
    return True


def _is_language(words: Words, k: int) -> bool:
    """Whether a word is a language that is spoken, read or interpreted, and nobody of that name."""
    if words.lower[k] not in _LANGUAGES:
        return False
    beside = words.lower[max(0, k - 2) : k + 2]
    return not _SPOKEN.isdisjoint(beside) or words.lower[max(0, k - 1)] == "in"


def _is_side(words: Words, k: int) -> bool:
    """Whether a letter behind a dash with blanks is a side: "Oyelowo - R RTC tear"."""
    if words.words[k] not in ("L", "R") or not k or words.words[k - 1] != "-":
        return False
    behind = words.words[k + 1 : k + 2]
    return words.starts[k] > words.ends[k - 1] and bool(behind) and behind[0][0].isalnum()


def _stands_for_somebody(words: Words, k: int) -> bool:
    """Whether a lone letter ends its line, or has a title, a comma or a dash before it ("Dr. A", "-K")."""
    after = k + 1 + (words.words[k + 1 : k + 2] == ["."])
    if after >= len(words) or words.line_of[after] != words.line_of[k]:
        return True
    if k == 0 or words.line_of[k - 1] != words.line_of[k]:
        return False
    before = k - 1
    if words.words[before] == "." and before:
        before -= 1
    return words.words[k - 1] in "-~/," or bool(words.bits[before] & lx.TITLE)


def _tabulated(words: Words, span: Span, inside: range, shown: str) -> bool:
    """Whether plain numbers stand in a row of a table, or one is too short to be anybody's."""
    groups = shown.split()
    if not all(g.isdigit() for g in groups):
        return False
    if len(groups) > 1:
        wide = "  " in shown or "\t" in shown
        return (wide and all(len(g) < 5 for g in groups)) or (len(groups) > 4 and all(1 < len(g) < 4 for g in groups))
    if len(shown) > 3 or span.entity_type not in ("PHONE_NUMBER", "FAX_NUMBER", "MEDICAL_RECORD_NUMBER"):
        return False
    before = words.lower[inside[0] - 1] if inside[0] else ""
    return before not in _EXTENSIONS and not words.bits[max(0, inside[0] - 1)] & lx.IDLABEL


def _no_place(words: Words, span: Span, inside: range, shown: str) -> bool:
    """Whether a place has no letters, or one small word behind "a", or is a country, a creed or a role."""
    alphabetic = [k for k in inside if words.words[k][0].isalpha()]
    if alphabetic and of_no_house(words, span, alphabetic):
        return True
    if span.entity_type in ("FACILITY", "ORGANIZATION") and alphabetic:
        called = {words.lower[k] for k in alphabetic}
        return called <= _GENERIC_OR_JOINER and called.isdisjoint(_TELLING)
    if span.entity_type == "ZIP_CODE":
        return not any(map(str.isdigit, shown))
    first = inside[0]
    if len(alphabetic) == 1 and shown.islower() and first and words.lower[first - 1] in ("a", "an"):
        return True
    return not alphabetic and (span.entity_type != "STREET_ADDRESS" or YEAR.fullmatch(shown) is not None)


def _unlike_a_place(words: Words, span: Span, inside: range) -> str:
    if span.entity_type == "ZIP_CODE":
        known = _ZIP.fullmatch(words.text[span.start : span.end]) and _behind_a_place(words, inside[0])
        return "" if known else "ZIP_CODE of no known form"
    alphabetic = [k for k in inside if words.words[k][0].isalpha()]
    if span.entity_type in ("FACILITY", "ORGANIZATION") and alphabetic:
        named = [k for k in alphabetic if words.lower[k] not in _GENERIC]
        if not named:
            return f"{span.entity_type} generic"
        if all(words.bits[k] & _HEADS for k in named):
            return f"{span.entity_type} of heads"
    return ""


def _behind_a_place(words: Words, k: int) -> bool:
    """Whether a capitalised word of letters alone stands right before, a comma or a dot between at most."""
    before = k - 1
    while before >= 0 and words.words[before] in ",.~^-(" and k - before < 4:
        before -= 1
    if before < 0 or words.starts[k] - words.ends[before] > 4 or not words.words[before][0].isalpha():
        return False
    glued = before > 0 and words.ends[before - 1] == words.starts[before] and words.words[before - 1].isdigit()
    return not glued and (words.words[before][0].isupper() or words.small)
