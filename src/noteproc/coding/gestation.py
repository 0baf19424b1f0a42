"""How far a pregnancy is, and what that says about codes of chapter 15.

Source: ICD-10-CM Official Guidelines FY 2026, I.C.15.a.3 (trimesters: under 14 weeks 0 days; 14 weeks 0 days to
under 28 weeks 0 days; 28 weeks 0 days to delivery) and I.C.21.c.11 (Z3A, completed weeks).
"""

from __future__ import annotations

import re
from functools import cached_property

from noteproc.coding.reading import Reading
from noteproc.text import lexicon

_WEEKS = re.compile(
    # A number of weeks begins with a digit: the engine passes over everything else.
    r"(?P<weeks>[1-9](?<![\d./].)(?:(?<=[4-9])|(?<=[1-3])\d|(?<=4)[0-2]))\s?(?:\+|w(?:ee)?ks?\b|w\b|w(?=\d)|(?=\s?\d/7))"
    r"\s?(?:and\s)?(?P<days>[0-6])?\s?(?:/7|d\b|days?\b)?",
    re.I,
)
_TODAY = re.compile(
    r"(?:\biup|\btoday|\bnow|\bcurrently|\bpregnan\w+|\bat|@|=)\W{0,4}(?:at\s|is\s|\d{1,2}/\d{1,2}\s)?\Z", re.I
)
_ABOUT = re.compile(
    r"gestation|pregnan|\biup\b|\bga\b|\bega\b|prenatal|gravida|\bg\d+\s?p\d|trimester|\bedd\b|antepartum|fetal|\bob\b|intrauterine"
    r"|deliver|\blabor\b",
    re.I,
)


_ANOTHER_TIME = re.compile(r"\s*(?:ago|old|post|later|out|s/p|x\b|until|from|visit|f/?u|follow)", re.I)
# What every mention of a pregnancy holds: looked for first, since most notes hold none of it.
_STEMS = ("gestation", "pregnan", "natal", "gravid", "trimester", "partum", "fetal", "uterine", "deliver")
_SHORT = frozenset({"iup", "ga", "ega", "edd", "ob", "labor"})
_NUMBERED = re.compile(r"g\d")


def _may_be_about(reading: Reading) -> bool:
    low = reading.text.lower()
    return (
        any(stem in low for stem in _STEMS) or not _SHORT.isdisjoint(reading.forms) or _NUMBERED.search(low) is not None
    )


class Gestation:
    """The weeks of a pregnancy as the note gives them.

    Args:
        reading: the note.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @property
    def weeks(self) -> int | None:
        """The completed weeks, or None."""
        return self._told[0]

    @property
    def word(self) -> int:
        """The word that tells them, or -1."""
        return self._told[1]

    @cached_property
    def _told(self) -> tuple[int | None, int]:
        reading = self._reading
        if not (_WEEKS.search(reading.text) and _may_be_about(reading) and _ABOUT.search(reading.text)):
            return None, -1
        weeks, where = None, -1
        best = (False, False)
        for m in _WEEKS.finditer(reading.text):
            around = reading.text[max(0, m.start() - 80) : m.end() + 60]
            compact = m["days"] is not None
            if not compact and not _ABOUT.search(around):
                continue
            if not compact and _ANOTHER_TIME.match(reading.text, m.end()):
                continue
            word = reading.word_after(m.start())
            if word < 0:
                continue
            # "IUP 31w2d" is today's; so are weeks and days by themselves, unless a table of visits lists many;
            # of bare weeks, which may be any visit's, the latest counts.
            told = _TODAY.search(reading.text, max(0, m.start() - 24), m.start()) is not None
            rank = (compact and told, compact)
            if weeks is None or rank > best or (rank == best and not rank[1] and int(m["weeks"]) > weeks):
                best = rank
                weeks, where = int(m["weeks"]), word
        return weeks, where

    def known(self) -> dict[str, int]:
        """The keys of the trimester, for choosing codes, each with the word that tells it; none without the weeks."""
        if self.weeks is None:
            return {}
        name = "first" if self.weeks < 14 else "second" if self.weeks < 28 else "third"
        return dict.fromkeys(lexicon.shipped().keys(f"{name} trimester"), self.word)

    def code(self) -> str:
        """The Z3A code of the completed weeks, or ""."""
        if self.weeks is None:
            return ""
        return "Z3A.01" if self.weeks < 8 else f"Z3A.{min(self.weeks, 42):02d}"
