"""Organisations and houses that are known by name; where the name means more, by what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import Hit
from noteproc.redaction.words import Cues, Words, matches

_HOUSES = dict(lx.read_pairs("known_houses.tsv"))
_KNOWN = {**_HOUSES, **dict(lx.read_pairs("known_organizations.tsv"))}
_OPENING = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+")


class _Listed(NamedTuple):
    """The names that begin with a word, the longest first, whether one may be written small, and the longest length."""

    names: tuple[str, ...]
    small: bool
    longest: int


def _by_opening(known: Mapping[str, str]) -> dict[str, _Listed]:
    found: dict[str, list[str]] = {}
    for name in sorted(known, key=lambda n: (-len(n), n)):
        opening = _OPENING.match(name)
        if opening:
            found.setdefault(opening.group(), []).append(name)
    return {
        word: _Listed(tuple(names), any(known[n] == "ANY" for n in names), len(names[0]))
        for word, names in found.items()
    }


_LISTED = _by_opening(_KNOWN)
_OPENINGS = Cues(_LISTED)
# "Local 1% lidocaine" is no union.
_LOCAL = re.compile(r"(?<![\w@./])local (?:no\. ?)?\d{1,4}\b(?!\s?%|\.\d)", re.IGNORECASE)
_LOCALS = Cues({"local"})
_SIGNS = lx.read_pairs("org_signs.tsv")
# What tells an employer or a school alone, and what tells any body.
_BEFORE = {
    "WORK": frozenset(w for w, how in _SIGNS if how == "WORK BEFORE"),
    "TOLD": frozenset(w for w, how in _SIGNS if how.endswith("BEFORE")),
}
_AFTER = {
    "WORK": frozenset(w for w, how in _SIGNS if how == "WORK AFTER"),
    "TOLD": frozenset(w for w, how in _SIGNS if how.endswith("AFTER")),
}
_GLUED_BEFORE = frozenset("@./_")
_GLUED = frozenset("@_")
_LINKS = frozenset({"at", "for", "by", "from", "in", "with", "w", "through", "thru", "via", "of", "is", "as"})
# A mark binds what stands right beside it: "(assembler, Polaris)", "stocker - Big Lots".
_MARKS = frozenset(",-/:(@")
_REACH, _REACH_OF_MARKS = 6, 2
_ARTICLES = frozenset({"the", "a", "an", "his", "her", "their", "my"})


def known_bodies(words: Words) -> Iterator[Hit]:
    """Every such name, with FACILITY for a house and ORGANIZATION for any other."""
    done = 0
    for i in words.among(_OPENINGS):
        start, listed = words.starts[i], _LISTED[words.lower[i]]
        if start < done or not (listed.small or words.words[i][0].isupper()):
            continue
        name = _named(words.text, start, listed)
        if name:
            done = end = start + len(name)
            shown = words.text[start:end]
            if _stands(words, start, end, shown, _KNOWN[name]):
                yield Hit(
                    start, end, "FACILITY" if name in _HOUSES else "ORGANIZATION", 0.75 if shown[0].isupper() else 0.6
                )
    for m in matches(_LOCAL, words.text, words.opening(_LOCALS)):
        if m.group()[0].isupper() and not words.upper:
            yield Hit(m.start(), m.end(), "ORGANIZATION", 0.75)


def _named(text: str, start: int, listed: _Listed) -> str:
    """The longest listed name that begins at ``start``, in lower case, no letter or address around it; "" for none."""
    if text[start - 1 : start] in _GLUED_BEFORE:
        return ""
    ahead = text[start : start + listed.longest].lower()
    for name in listed.names:
        if ahead.startswith(name):
            behind = text[start + len(name) : start + len(name) + 2]
            if not (behind[:1].isalnum() or behind[:1] in _GLUED or (behind[:1] == "." and behind[1:].islower())):
                return name
    return ""


def _stands(words: Words, start: int, end: int, shown: str, how: str) -> bool:
    """Whether a listed name is written, and has beside it, what its strength asks for."""
    if how == "ANY":
        return True
    if how == "UPPER":
        return shown.isupper() and not words.upper
    if not shown[0].isupper() or shown[shown.rfind(" ") + 1].islower():
        return False
    if how == "CAPITAL":
        return " " in shown or not words.upper
    return _told(words, start, end, how)


def _told(words: Words, start: int, end: int, how: str) -> bool:
    """Whether a sign of work, insurance or supply stands before or right after a name."""
    first, last = words.at(start), words.at(end - 1)
    line, n = words.line_of[first], len(words)
    after = _AFTER[how]
    for k in range(last + 1, min(n, last + 3)):
        if words.line_of[k] != line or not words.words[k][0].isalpha():
            break
        if words.lower[k] in after:
            return words.lower[first - 1 : first] not in (["a"], ["an"])
    before, k = _BEFORE[how], first - 1
    if k < 0 or words.line_of[k] != line:
        return False
    if words.lower[k] in _ARTICLES - {"a", "an"} and k:
        k -= 1
    if words.lower[k] in before:
        return k == first - 1
    if words.words[k] == "/" and words.lower[k - 1 : k] == ["w"]:
        reach = _REACH
    elif words.words[k] in _MARKS:
        reach = _REACH_OF_MARKS
    elif words.lower[k] in _LINKS:
        reach = _REACH
    else:
        return False
    for t in range(k - 1, max(-1, k - 1 - reach), -1):
        if words.line_of[t] != line or words.words[t] in ".;":
            return False
        if words.lower[t] in before:
            return True
    return False
