"""Corners of streets ("corner of Oak and Elm", "CVS 4th & Spring") and what stands in brackets behind a house."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import Hit
from noteproc.redaction.words import Cues, Words

_CORNERS = Cues({"corner", "corners", "intersection"})
_JOINING = frozenset({"&", "and", "@", "/"})
_PLACING = frozenset({"at", "on", "near", "by", "off", "of", "from", "around", "past"})
_ORDINALS = Cues({"st", "nd", "rd", "th"})
_NO_STREET = lx.MONTH | lx.WEEKDAY | lx.TITLE | lx.ROLE
_DWELLING = frozenset(lx.read_words("dwelling_words.txt"))
_LONGEST = 3
_FURTHEST = 80


def corners(words: Words) -> Iterator[Hit]:
    """Two streets that cross."""
    for i in words.among(_CORNERS):
        if words.lower[i + 1 : i + 2] == ["of"]:
            first = i + 2
            middle = _road_end(words, first)
            if (
                middle > first
                and _is_road(words, first)
                and words.lower[middle : middle + 1]
                and words.lower[middle] in _JOINING
            ):
                end = _road_end(words, middle + 1)
                if end > middle + 1 and _is_road(words, middle + 1) and words.line_of[end - 1] == words.line_of[first]:
                    yield Hit(words.starts[first], words.ends[end - 1], "STREET_ADDRESS", 0.85)
    n = len(words)
    for i in words.among(_ORDINALS):
        figure = i - 1
        if figure < 0 or not words.words[figure].isdigit() or words.ends[figure] != words.starts[i]:
            continue
        if i + 2 < n and _numbered(words, figure, i + 2, i + 1, i + 2):
            last = i + 2
            last += (
                last + 1 < n
                and words.line_of[last + 1] == words.line_of[last]
                and bool(words.bits[last + 1] & lx.STREET)
            )
            yield Hit(words.starts[figure], words.ends[last], "STREET_ADDRESS", 0.75)
        elif figure > 1 and _numbered(words, figure - 2, i, figure - 1, figure - 2):
            yield Hit(words.starts[figure - 2], words.ends[i], "STREET_ADDRESS", 0.75)


def _road_end(words: Words, k: int) -> int:
    """One past the last token of the name of a road that begins at ``k``: words with a capital, a number."""
    start = k
    n = len(words)
    while k < n and k - start < _LONGEST + 1:
        form = words.words[k]
        if k > start and (words.line_of[k] != words.line_of[start] or words.starts[k] - words.ends[k - 1] > 1):
            break
        ordinal = k > start and words.lower[k] in _ORDINALS and words.words[k - 1].isdigit()
        letter = k > start and words.words[k - 1].isdigit() and len(form) == 1 and form.isupper()
        if form == "." and k > start and words.bits[k - 1] & lx.STREET:
            k += 1
            continue
        finding = words.bits[k] & lx.CLINICAL and not words.bits[k] & (lx.NAME | lx.STREET | lx.CITY | lx.ORDINARY)
        proper = form[0].isupper() and not words.bits[k] & _NO_STREET and not finding
        street = k > start and words.bits[k] & lx.STREET
        if not (proper or ordinal or letter or street or (form.isdigit() and len(form) < 5)):
            break
        k += 1
    return k


def _is_road(words: Words, k: int) -> bool:
    """Whether a road may begin with a token: among small letters, capitals alone are an abbreviation."""
    form = words.words[k]
    return words.upper or not form.isupper() or len(form) == 1 or form in ("US", "SR", "CR", "FM", "MLK")


def _numbered(words: Words, first: int, last: int, joint: int, name: int) -> bool:
    """Whether an ordinal and a name stand behind a small word of place or a shop's name: "4th & Spring", "Oak and 5th".

    Args:
        words: the words of the text.
        first: the token with which the two begin.
        last: the one with which they end.
        joint: the one between them.
        name: where the name stands.
    """
    line = words.line_of[first]
    if words.line_of[last] != line or words.lower[joint] not in ("&", "and"):
        return False
    form = words.words[name]
    if not form[0].isupper() or len(form) < 3 or form.isupper() or words.bits[name] & _NO_STREET:
        return False
    if not first or words.line_of[first - 1] != line:
        return False
    shop = words.words[joint] == "&" and words.words[first - 1][0].isupper()
    return shop or words.lower[first - 1] in _PLACING


def bracketed(text: str, end: int) -> int:
    """Where an address ends that may go on in brackets at ``end``: "27 Hill Rd (blue trailer behind main house)"."""
    if text[end : end + 2] != " (":
        return end
    close = text.find(")", end, end + _FURTHEST)
    if close < 0:
        return end
    inside = text[end + 2 : close]
    if "\n" in inside or "(" in inside or _DWELLING.isdisjoint(inside.lower().replace(",", " ").split()):
        return end
    return close + 1
