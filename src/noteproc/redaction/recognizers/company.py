"""Pairs of figures that the dates beside them, or of the same note, make days of a month: "BMTZ 2/6 + 2/7"."""

from __future__ import annotations

import re
from itertools import pairwise

# The days of each month that a note tells.
Days = dict[int, set[int]]

_NEXT_TO = re.compile(r"\s?(?:\+|&|,|;|and|,\s?and)\s?")
# Parts of a whole that are told of tablets, miles and doses.
_SIMPLE = frozenset({(1, 2), (1, 3), (1, 4), (1, 8), (2, 3), (3, 4), (3, 8), (5, 8), (7, 8)})
# What stands behind a day at the end of what is said, or in brackets of its own.
_CLOSES = re.compile(r"[.;)](?!\d)|[ \t]{0,3}(?:\n|$)")
_OPENS = re.compile(r"[A-Za-z)] \($")
# What somebody will do.
_WILL = re.compile(r"\b(?:will|to|plan(?:s|ned)?)\b[ ](?:be[ ])?[a-z]{3,14}(?:[ ][A-Za-z]{2,14}){0,3}[ ]$")
_FEWEST = 2


def neighbouring(text: str, found: list[re.Match[str]]) -> set[int]:
    """Where pairs begin that stand beside a later day of the same month: fractions seldom go on so."""
    at: set[int] = set()
    for one, other in pairwise(found):
        if (
            one[2] != "/"
            or other[2] != "/"
            or one[1] != other[1]
            or not _NEXT_TO.fullmatch(text, one.end(), other.start())
        ):
            continue
        month, first, last = int(one[1]), int(one[3]), int(other[3])
        if month <= 12 and first < last <= 31 and not {(month, first), (month, last)} & _SIMPLE:
            at |= {one.start(), other.start()}
    return at


def in_company(text: str, pair: re.Match[str], days: Days) -> bool:
    """Whether other days of its month stand in the note, and the pair alone at the end of something said."""
    month, day = int(pair[1]), int(pair[3])
    closes = _CLOSES.match(text, pair.end())
    if not closes:
        return False
    if _OPENS.search(text, max(0, pair.start() - 3), pair.start()):
        return len(days.get(month, set()) - {day}) >= _FEWEST
    soon = days.keys() & {month, (month + 10) % 12 + 1}
    return (
        bool(soon)
        and (month, day) not in _SIMPLE - {(1, 8)}
        and _WILL.search(text, max(0, pair.start() - 60), pair.start()) is not None
    )
