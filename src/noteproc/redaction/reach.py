"""How far a found span reaches: over the whole name, place or number of which something was noticed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import ID_TYPES, NAME_TYPES
from noteproc.redaction.groups import grouped, unbroken
from noteproc.redaction.shapes import UNIT
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_LEADING = lx.read_pairs("leading_particles.tsv")
_PARTICLES = frozenset(word for word, place in _LEADING if place == "FIRST")
_SECOND_PARTICLES = frozenset(word for word, place in _LEADING if place == "SECOND")
_SHORT_GIVEN = frozenset({"Wm", "Chas", "Jos", "Thos", "Geo"})
_PLAIN = lx.ORDINARY | lx.CLINICAL | lx.CREDENTIAL | lx.TITLE | lx.MONTH | lx.ROLE | lx.KIN
_HEADS = lx.FACILITY | lx.ORG
_ENDS_PLACE = lx.TITLE | lx.MONTH | lx.WEEKDAY | lx.ROLE | lx.KIN | lx.CREDENTIAL
_JOINERS = frozenset({"of", "and", "&", "the", "-", "'"})
_AT_WHICH = frozenset({"at", "on", "of"})
_KINDS = frozenset(lx.read_words("generic_places.txt"))
_LONGEST_PLACE = 9
_QUOTES = ('"', "“")
# What a firm, a branch or a floor puts behind a name or a street.
_FIRM = re.compile(
    r"(?: the (?:Great|Baptist|Evangelist|Apostle|Divine|Worker)\b"
    r"|,? (?:[A-Z][a-z]+ ){1,2}(?:office|campus|location|branch)\b| (?:office|campus|draw station)\b"
    r"|,? (?:PC|PSC)\b|, P\.A\b\.?|(?<=, P)\.[AC]\b\.?| (?:urgent care|rehab|hospital|parish|transit)\b"
    r"|(?<=Associates), PA\b|(?<=Group), PA\b"
    r"|(?<=[a-z]) PT\b(?=[ \t]?(?:\n|$|[.,;:()/]|\d))"
    r"|(?:(?<=ology)|(?<=edics)|(?<=iatrics)|(?<=urgery)|(?<=edicine)|(?<=icians)|(?<=ialists)|(?<=Group)) PA\b"
    r"|,? (?:Inc|LLC|L\.L\.C|P\.C|P\.A|PLLC|Ltd|LLP|P\.?S\.?C|Corp)\b\.?| ?#\d{1,4}\b|-op\b)"
)
_FLOOR = re.compile(UNIT, re.IGNORECASE)
# What joins the two halves of one place, and of one person.
_JOINS_PLACE = re.compile(
    r"[ -](?:(?:of|for|on|by|at)[ -]the|of|for|on|de la|del|des|du)[ -]|, a (?:member|part|division) of |/| & | @ the ",
    re.IGNORECASE,
)
_JOINS_NAME = re.compile(
    rf"\.? (?:{'|'.join(sorted(_PARTICLES))})(?: (?:{'|'.join(sorted(_SECOND_PARTICLES))}))? "
    r"|\.? ?[\"(][^\W\d]{2,12}[\")] ?"
)
_PLACES = frozenset({"FACILITY", "ORGANIZATION"})
_WITHIN_PLACE = _PLACES | {"CITY", "COUNTY", "STATE", "STREET_ADDRESS"}
_LONGEST_JOIN = 20


def whole(words: Words, span: Span) -> Span:
    """The span over all of the name, place or number of which it covers a part."""
    first, last = bisect_right(words.ends, span.start), bisect_left(words.starts, span.end) - 1
    if last < first:
        return span
    kind = span.entity_type
    if kind in NAME_TYPES:
        if not words.words[last][0].isalpha() and words.words[last] != ".":
            return span
        first, last = _name_start(words, first), _name_end(words, first, last)
    elif kind in _PLACES:
        first, last = _place_start(words, first), _place_end(words, first, last)
    elif kind in ID_TYPES or kind in ("PHONE_NUMBER", "DATE"):
        first, last = unbroken(words, first, last)
        if kind in ID_TYPES:
            first, last = grouped(words, first, last)
    start, end = min(span.start, words.starts[first]), max(span.end, words.ends[last])
    tail = _FIRM if kind in _PLACES else _FLOOR if kind == "STREET_ADDRESS" else None
    further = tail.match(words.text, end) if tail else None
    if further:
        end = further.end()
    return span.over(start, end) if start != span.start or end != span.end else span


def joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, two halves of one place or person as one: "Center" for "Kidney Wellness", "Bram" de "Wit".

    Args:
        text: what the spans are of.
        spans: disjoint, in order.
    """
    out: list[Span] = []
    for span in spans:
        before = out[-1] if out else None
        if before is not None and 0 < span.start - before.end <= _LONGEST_JOIN:
            between = text[before.end : span.start]
            one_place = before.entity_type in _PLACES and span.entity_type in _WITHIN_PLACE
            one_name = before.entity_type in NAME_TYPES and span.entity_type in NAME_TYPES
            led = between == " " and text[span.start : span.end].split(" ")[0] in _PARTICLES
            if (one_place and _JOINS_PLACE.fullmatch(between)) or (
                one_name and (led or _JOINS_NAME.fullmatch(between))
            ):
                out[-1] = before.over(before.start, span.end)
                continue
        out.append(span)
    return out


def _name_start(words: Words, first: int) -> int:
    while first > 0 and words.line_of[first - 1] == words.line_of[first]:
        form, gap = words.words[first - 1], words.starts[first] - words.ends[first - 1]
        if form == "." and first > 1 and gap <= 1 and words.starts[first - 1] == words.ends[first - 2]:
            letter = words.words[first - 2]
            same = letter.isupper() or (letter.islower() and words.words[first].islower())
            if (len(letter) == 1 and letter.isalpha() and same) or letter in _SHORT_GIVEN:
                first -= 2
                continue
            break
        if form == "-" and gap == 0 and first > 1 and words.starts[first - 1] == words.ends[first - 2]:
            if words.words[first - 2][0].isupper() and not words.bits[first - 2] & lx.ORDINARY:
                first -= 2
                continue
            break
        if form == "," and gap <= 1 and _family_first(words, first):
            first -= 2
            continue
        if gap == 1 and form in ("BB", "BG"):
            # A newborn without a name: baby boy, baby girl.
            first -= 1
            break
        if gap == 1 and _led_by_particles(words, first):
            first -= 1 + (words.lower[first - 1] in _SECOND_PARTICLES)
            break
        if gap != 1 or not form[0].isupper() or not words.words[first][0].isupper():
            break
        if (len(form) == 1 and form not in ("I", "A")) or (
            words.bits[first - 1] & lx.FIRST and not words.bits[first - 1] & _PLAIN
        ):
            first -= 1
            continue
        break
    return first


def _led_by_particles(words: Words, first: int) -> bool:
    """Whether particles of a family name stand before it ("van Aarle", "(de Groot)", "van der Meer")."""
    low = words.lower[first - 1]
    if low in _SECOND_PARTICLES:
        return (
            first > 1 and words.lower[first - 2] in _PARTICLES and words.starts[first - 1] - words.ends[first - 2] == 1
        )
    return low in _PARTICLES and words.words[first][0].isupper()


def _family_first(words: Words, first: int) -> bool:
    """Whether a family name that opens its line or column stands before the comma before a given name."""
    k = first - 2
    if k < 0 or words.line_of[k] != words.line_of[first] or not words.bits[first] & lx.FIRST:
        return False
    form, b = words.words[k], words.bits[k]
    if not form[0].isupper() or len(form) < 2 or form.isupper() != words.words[first].isupper():
        return False
    opens = k == 0 or words.line_of[k - 1] != words.line_of[k] or words.starts[k] - words.ends[k - 1] > 1
    return (opens or words.words[k - 1] == ":") and bool(b & lx.LAST or not b & _PLAIN)


def _name_end(words: Words, first: int, last: int) -> int:
    n = len(words)
    while last + 1 < n and words.line_of[last + 1] == words.line_of[last]:
        form, gap = words.words[last + 1], words.starts[last + 1] - words.ends[last]
        low = words.lower[last + 1]
        if low in _SUFFIXES and gap <= 1 and form[0].isupper():
            last += 1
            continue
        if gap == 1 and form in _QUOTES and _called_so(words, last + 1):
            last += 3
            break
        if form == "," and last + 2 < n and words.lower[last + 2] in _SUFFIXES:
            last += 2
            continue
        if form == "," and first == last and _is_initial_behind(words, last, last + 2):
            # "LEVENSON, A", "tran, b."
            last += 2
            break
        if len(form) == 1 and gap == 1 and form.islower() and _is_initial_behind(words, last, last + 1):
            # "jan f. lpn"
            last += 1
            break
        if form == "-" and gap == 0 and last + 2 < n and words.starts[last + 2] == words.ends[last + 1]:
            if not words.words[last + 2].isalpha() or words.words[last] == ".":
                break
            last += 2
            continue
        if words.bits[last + 1] & lx.PARTICLE:
            ahead = _past_particles(words, last + 1)
            if ahead > last + 1:
                last = ahead
                continue
        initial = words.words[last] == "." and gap <= 1 and len(words.words[last - 1]) == 1
        small = initial and form.islower() and words.words[first].islower() and len(form) > 2
        if small and last - first >= 2 and not words.bits[last + 1] & (lx.ORDINARY | lx.CREDENTIAL | lx.TITLE):
            last += 1
            continue
        after_initial = initial and form[0].isupper()
        plain_step = gap == 1 and form[0].isupper() and form != "." and words.words[last] != "."
        if not plain_step and not after_initial:
            break
        if (
            len(form) == 1
            and form not in ("I", "A")
            and last + 2 < n
            and words.words[last + 2] == "."
            and words.starts[last + 2] == words.ends[last + 1]
        ):
            last += 2
            continue
        if len(form) == 1 and form not in "AILR" and words.line_of[last] == words.line_of[first]:
            # "Kaiden R gr 2", "Guzman E": one letter for the rest of the name; sides are no names.
            last += 1
            break
        known = words.bits[last + 1]
        if known & lx.LAST and not known & _PLAIN and words.bits[last] & lx.FIRST:
            last += 1
            continue
        if after_initial and len(form) > 1 and not form.isupper() and known & lx.LAST:
            last += 1
            continue
        break
    return last


def _called_so(words: Words, k: int) -> bool:
    """Whether a nickname stands behind the quote at ``k``: 'o'dell, franklin r "frank"'."""
    if k + 2 >= len(words) or words.words[k + 2] not in ('"', "”"):
        return False
    return bool(words.bits[k + 1] & lx.FIRST) or words.words[k + 1][0].isupper()


def _is_initial_behind(words: Words, last: int, k: int) -> bool:
    """Whether one letter of the case of the name stands at ``k``, and a dot, a gap or the end of the line behind it."""
    n = len(words)
    if k >= n or words.line_of[k] != words.line_of[last] or words.starts[k] - words.ends[k - 1] > 1:
        return False
    form, name = words.words[k], words.words[last]
    if len(form) != 1 or not form.isalpha() or form.islower() != name.islower() or len(name) < 2:
        return False
    if k + 1 >= n or words.line_of[k + 1] != words.line_of[k]:
        return True
    gap = words.starts[k + 1] - words.ends[k]
    if form.islower():
        # A letter without a dot is a side, a word or a list's item.
        further = words.words[k + 2] if k + 2 < n else " "
        return (
            gap == 0
            and words.words[k + 1] == "."
            and not (len(further) == 1 and further.isalpha() and words.starts[k + 2] == words.ends[k + 1])
        )
    return gap > 1 or words.words[k + 1] in (".", ",", ")", ";", "]", "/")


def _past_particles(words: Words, k: int) -> int:
    """The family name behind particles that begin at ``k`` ("van der Meer"); ``k`` where none stands there."""
    start, n = k, len(words)
    while (
        k < n
        and words.bits[k] & lx.PARTICLE
        and words.line_of[k] == words.line_of[start]
        and words.starts[k] - words.ends[k - 1] == 1
        and k - start < 3
    ):
        k += 1
    if k == start or k >= n or words.line_of[k] != words.line_of[start] or words.starts[k] - words.ends[k - 1] > 1:
        return start
    form = words.words[k]
    caps = form[0].isupper() and len(form) > 2
    return k if caps and (words.bits[k] & lx.LAST or not words.bits[k] & lx.ORDINARY) else start


def _further(words: Words, k: int) -> int:
    """The last word of what a place is at, on or of, behind the joiner at ``k``; ``k`` where it is something else."""
    n, line = len(words), words.line_of[k]
    first = k + 1 + (k + 1 < n and words.lower[k + 1] == "the")
    last = first
    while last < n and words.line_of[last] == line and words.starts[last] - words.ends[last - 1] == 1:
        form, bits = words.words[last], words.bits[last]
        nth = form.isdigit() and last + 1 < n and words.lower[last + 1] in ("st", "nd", "rd", "th")
        if nth and words.starts[last + 1] == words.ends[last]:
            return last + 1
        named = bits & (lx.NAME | lx.CITY | lx.STREET | lx.FACILITY) or not bits & _PLAIN
        if not form[0].isupper() or len(form) < 3 or form.isupper() or bits & _ENDS_PLACE or not named:
            break
        last += 1
    return last - 1 if last > first else k


def _place_start(words: Words, first: int) -> int:
    """The first of the capitalised words before a place that are nothing else: "Clinch" + "Valley Recovery"."""
    line, caps = words.line_of[first], words.words[first].isupper()
    k = first
    while k > 0 and first - k < 3 and words.line_of[k - 1] == line and words.starts[k] - words.ends[k - 1] == 1:
        form, bits = words.words[k - 1], words.bits[k - 1]
        if not form[0].isupper() or len(form) < 3 or form.isupper() != caps or not words.words[k][0].isupper():
            break
        if bits & (_ENDS_PLACE | lx.IDLABEL | lx.ABBREVIATION) or (bits & _PLAIN and not bits & lx.CITY):
            break
        k -= 1
    return k


def _is_kind(words: Words, k: int) -> bool:
    """Whether a capitalised word for a kind of place goes on the line."""
    if k >= len(words) or words.line_of[k] != words.line_of[k - 1] or words.starts[k] - words.ends[k - 1] != 1:
        return False
    return words.words[k][0].isupper() and words.lower[k] in _KINDS


def _place_end(words: Words, first: int, last: int) -> int:
    """The last capitalised word of the place: "Garcia Early" + "Learning", "STROKE" + "CENTER"."""
    n, line = len(words), words.line_of[last]
    caps = all(words.words[k].isupper() for k in range(first, last + 1) if words.words[k][0].isalpha())
    k = last + 1
    while k < n and words.line_of[k] == line and k - first < _LONGEST_PLACE:
        gap, form, b = words.starts[k] - words.ends[k - 1], words.words[k], words.bits[k]
        if gap > 1:
            break
        if words.lower[k] in _AT_WHICH:
            further = _further(words, k)
            if further > k:
                last = further
                k = last + 1
                continue
        if words.lower[k] in ("and", "&") and _is_kind(words, k + 1):
            # "Cascade Lung and Sleep"
            last = k + 1
            k = last + 1
            continue
        if words.lower[k] in _JOINERS:
            # A joiner belongs to the place when a capital follows: "Eye & Ear", "Walk-In".
            if k + 1 >= n or words.starts[k + 1] - words.ends[k] > 1 or words.line_of[k + 1] != line:
                break
            if form not in ("-", "&", "of") or not words.words[k + 1][0].isupper():
                break
            k += 1
            continue
        if not form[0].isupper() or len(form) < 2 or (gap == 0 and words.words[k - 1] != "-"):
            break
        if b & _ENDS_PLACE and not b & _HEADS:
            break
        if (form.isupper() or caps) and not b & _HEADS:
            break
        last = k
        k += 1
    return last
