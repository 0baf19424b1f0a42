"""What a look-up is narrowed to: a system, codes that may be billed, a part of the book, a day."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from noteproc.codesets.entries import CodeEntry
from noteproc.codesets.ranges import CodeNames
from noteproc.codesets.sets import CodeSets
from noteproc.codesets.tables import ICD10CM
from noteproc.errors import ConfigError

Admits: TypeAlias = Callable[[CodeEntry], bool]

_CHAPTER = re.compile(r"\d{1,2}")
_PART = re.compile(r"[A-Z0-9.]{1,8}(?:-[A-Z0-9.]{0,8})?")


@dataclass(frozen=True, slots=True)
class LookupFilter:
    """What the hits of a look-up must be.

    Args:
        system: only this code system; None for all.
        billable: True for codes that may stand on a claim, False for headers alone, None for both.
        within: a chapter of ICD-10-CM ("13"), a range ("S00-S99", "22510-22515") or the beginning of a code ("M80"),
            or "" for everything.
        on: only codes that a loaded release has in force on this day.
    """

    system: str | None = None
    billable: bool | None = None
    within: str = ""
    on: date | None = None

    def names(self, codesets: CodeSets) -> CodeNames | None:
        """The codes and ranges that ``within`` names, or None for everything.

        Raises:
            ConfigError: it is no chapter, range or beginning of a code.
        """
        if not self.within:
            return None
        part = re.sub(r"\s+", "", self.within).upper()
        if _CHAPTER.fullmatch(part):
            blocks = codesets.children(ICD10CM, str(int(part)))
            if not blocks:
                raise ConfigError("there is no such chapter of ICD-10-CM: name one from 1 to 22")
            return CodeNames.of(blocks)
        if not _PART.fullmatch(part):
            raise ConfigError("name a chapter (13), a range (S00-S99) or the beginning of a code (M80)")
        return CodeNames.of((part,))

    def admits(self, codesets: CodeSets) -> Admits:
        """Whether an entry is one of those wanted."""
        names = self.names(codesets)
        releases = codesets.releases_on(self.on) if self.on is not None else {}

        def admitted(entry: CodeEntry) -> bool:
            if self.system is not None and entry.system != self.system:
                return False
            if self.billable is not None and entry.billable != self.billable:
                return False
            if names is not None and not names.hold(entry.code):
                return False
            if self.on is None:
                return True
            release = releases.get(entry.system, "")
            return bool(release) and codesets.entry(entry.system, entry.code, version=release) is not None

        return admitted
