"""From a concept to the codes that the words support.

The concept names a category or subcategory; the codes below it differ by words of their titles: side, site, kind,
stage, with or without something. What the note says more of the concept chooses among them.
Source: ICD-10-CM Official Guidelines FY 2026, I.B.2 (level of detail), I.B.13 (laterality).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from noteproc.codesets import ICD10CM, CodeSets
from noteproc.coding import dominance
from noteproc.coding.continuations import Continuations
from noteproc.coding.coordination import joined
from noteproc.coding.details import STATED, Details
from noteproc.coding.episodes import Episodes
from noteproc.coding.families import NEC, UNSPECIFIED, WITHOUT, Families, Family
from noteproc.coding.gestation import Gestation
from noteproc.coding.holders import Holders
from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading
from noteproc.coding.sides import Sides
from noteproc.coding.specificity import Composed, most_specific
from noteproc.text import lexicon

# Skin tumours, of which the site is often told in another sentence.
_OF_SKIN = frozenset({"C43", "C44", "C4A", "D03", "D04"})
# What tells the site within an organ, wherever the note names it.
_PARTS = {"C50": "quadrant", "N63": "quadrant", "C34": "lobe"}
# Chapters in which an unspecified event is a kind of its own beside the others: "motor-vehicle accident" is no fall.
_OF_CAUSES = "TVWXY"
_SAME_CHARACTERS = 3
_PLACELESS = frozenset({"site", "part"})
# What the plainest of a family says of itself: its siblings say more.
_NOTHING_MORE = re.compile(rf"{WITHOUT.pattern}|\buncomplicated\b", re.I)
_RESIDUAL = re.compile(r"other and unspecified\b", re.I)


class Account(NamedTuple):
    """What one note tells of its conditions; most of it is read where a condition first asks for it.

    Attributes:
        reading: the note.
        details: what it says more of each.
        sides: on which side each is.
        continuations: which sentences go on about each.
        holders: which longer phrases hold a word: what says how another condition is says nothing of this one.
        episodes: seventh characters.
        gestation: how far a pregnancy is.
    """

    reading: Reading
    details: Details
    sides: Sides
    continuations: Continuations
    holders: Holders
    episodes: Episodes
    gestation: Gestation

    @classmethod
    def of(cls, reading: Reading, mentions: Sequence[Mention]) -> Account:
        """The account of a note of which all mentions are known."""
        return cls(
            reading,
            Details(reading),
            Sides(reading),
            Continuations(reading, mentions),
            Holders(reading, mentions),
            Episodes(reading),
            Gestation(reading),
        )


class Composer:
    """Walks from concepts to codes.

    Args:
        codesets: the loaded code sets.
    """

    def __init__(self, codesets: CodeSets) -> None:
        self._codesets = codesets
        self._lexicon = lexicon.shipped()
        self._families = Families(codesets)
        self._concept = lru_cache(maxsize=8192)(self._read_concept)
        self._called = lru_cache(maxsize=8192)(self._read_called)
        self._unsaid = lru_cache(maxsize=8192)(self._read_unsaid)

    def compose(
        self,
        account: Account,
        base: str,
        default: str,
        mentions: list[tuple[int, ...]],
        stands: Callable[[int], bool],
        further: Sequence[int] = (),
    ) -> list[Composed]:
        """The codes for a concept; two where it is on both sides and no code says so.

        Args:
            account: of the note.
            base: the concept's code.
            default: the billable code that the bare phrase gives, or "".
            mentions: the words of each of its mentions, the strongest first.
            stands: whether a word of the note is asserted, so that it may choose a code.
            further: the sentences that go on about it.
        """
        named = base
        base, family, alone = self._concept(base)
        if alone is not None:
            return alone
        if named != base and base[0] not in "CD":
            default = default or named
        reading, details, sides, _, holders, _, gestation = account
        telling = family.telling
        if base[:3] in _OF_SKIN:
            mentions = details.with_site(mentions, telling, stands)
        part = _PARTS.get(base[:3])
        if part in telling:
            mentions = details.with_part(mentions, part, telling, stands)
        category = named[:_SAME_CHARACTERS]
        foreign = details.foreign(mentions, holders, category, family.known, further)
        evidence = details.evidence(mentions, telling, stands, foreign, further)
        for key, word in gestation.known().items() if named[0] == "O" else ():
            evidence.setdefault(key, (STATED, word))
        told = sides.of(mentions, base, further)
        if dominance.tells(telling) and told and told[0] in ("left", "right"):
            for key in dominance.BOTH:
                evidence.pop(key, None)
            for key in dominance.dominance(reading, mentions, told[0], telling):
                evidence[key] = (STATED, mentions[0][0])
        refused = details.refused(mentions[0], family.denied, stands)

        silent = telling.isdisjoint(evidence) and telling.isdisjoint(refused)
        # What the concept itself is called tells none of its codes from another.
        own = frozenset[str]() if silent else details.said_by(mentions[0]) | self._called(base)

        def best_on(one: str) -> Composed:
            if silent:
                return self._unsaid(base, one, default)
            return most_specific(
                reading.keys, family, evidence, one, default, own, refused, lambda i: holders.are_of_other(i, category)
            )

        if told == ["bilateral"] and "bilateral" not in family.named:
            return [best_on(one) for one in (("right", "left") if "left" in family.named else ("",))]
        best = best_on(told[0] if told else "")
        return [best] if silent else [best, *joined(reading, family, best, evidence)]

    def _read_concept(self, named: str) -> tuple[str, Family, list[Composed] | None]:
        """The concept that a code names, its family, and what comes of it where there is nothing to choose."""
        base = self._widen(named)
        family = self._families.of(base)
        alone = [Composed(leaf, (), 1.0, (), ()) for leaf in family.leaves] if len(family.leaves) < 2 else None
        return base, family, alone

    def _read_called(self, base: str) -> frozenset[str]:
        """The keys of a concept's title."""
        entry = self._codesets.entry(ICD10CM, base)
        return frozenset(self._lexicon.keys(entry.title)) if entry is not None else frozenset()

    def _read_unsaid(self, base: str, side: str, default: str) -> Composed:
        """The code for a concept of which the note says nothing more, but for the side."""
        family, nothing = self._families.of(base), frozenset[str]()
        return most_specific([], family, {}, side, default, nothing, nothing, lambda i: False)

    def _widen(self, base: str) -> str:
        """One level up where the concept is the unspecified code of its family: a sibling may say more."""
        sets = self._codesets
        entry = sets.entry(ICD10CM, base)
        if entry is None or entry.parent is None or len(entry.parent) < _SAME_CHARACTERS:
            return base
        if (
            base[0] in "CD"
            and base < "D50"
            and not base.startswith(("C77", "C79", "C80"))
            and len(base) > _SAME_CHARACTERS
            and UNSPECIFIED.search(entry.title)
        ):
            # A tumour of an unspecified site: the note may name the site elsewhere in the sentence.
            return base[:_SAME_CHARACTERS]
        if not entry.billable:
            return entry.parent if self._says_no_more(entry.title, entry.parent) else base
        if not _is_code(entry.parent) or len(base) == 8:
            return base
        if UNSPECIFIED.search(entry.title):
            above = sets.entry(ICD10CM, entry.parent)
            if above is not None and above.parent and UNSPECIFIED.search(above.title) and _is_code(above.parent):
                further = sets.entry(ICD10CM, above.parent)
                if (
                    further is not None
                    and further.parent
                    and _RESIDUAL.match(further.title)
                    and _is_code(further.parent)
                ):
                    # "Other and unspecified asthma" holds no more than what no kind was told of.
                    return further.parent
                return above.parent
            return entry.parent
        if base[-1] in "09" and len(base) > 4 and _NOTHING_MORE.search(NEC.sub("", entry.title)):
            return entry.parent
        return base

    def _says_no_more(self, title: str, parent: str) -> bool:
        """Whether a heading says "unspecified" alone beyond the one above it ("deep veins": some are named)."""
        above = self._codesets.entry(ICD10CM, parent)
        if above is None or not UNSPECIFIED.search(title) or not _is_code(parent) or parent[0] in _OF_CAUSES:
            return False
        return frozenset(self._lexicon.keys(above.title)).issuperset(
            key for key in self._lexicon.keys(title) if key not in self._lexicon.filler and key not in _PLACELESS
        )


def _is_code(parent: str) -> bool:
    return "-" not in parent and len(parent) >= _SAME_CHARACTERS
