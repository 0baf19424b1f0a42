"""The set of codes under examination, with what is known of the person and the visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from noteproc.codesets import ICD10CM, CodeEntry, CodeSets
from noteproc.records import Coding, CodingContext

if TYPE_CHECKING:  # coding notes needs no library, so it is not loaded for them
    from noteproc.codesets.library import Library


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim adds to codes: imported files to hold them against, the day, and the modifiers.

    Args:
        library: the user's imported files.
        on: the ISO date of service, or "" where it is not known: the newest releases answer.
        modifiers: modifiers by code.
    """

    library: Library
    on: str = ""
    modifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def day(self) -> str | None:
        """The date of service as the library takes it."""
        return self.on or None


@dataclass(frozen=True, slots=True)
class Case:
    """Codes in the order in which they would stand on a claim.

    Args:
        codings: as given.
        entries: the entry of each, None where the loaded release has none.
        context: the person and the visit.
        codesets: where notes are read.
        units: units by code, where more than one.
        claim: imported files, date and modifiers; None where only the codes themselves are asked about.
    """

    codings: tuple[Coding, ...]
    entries: tuple[CodeEntry | None, ...]
    context: CodingContext
    codesets: CodeSets
    units: Mapping[str, int] = field(default_factory=dict)
    claim: Claim | None = None

    @classmethod
    def of(
        cls,
        codings: Sequence[Coding],
        context: CodingContext,
        codesets: CodeSets,
        units: Mapping[str, int] | None = None,
        claim: Claim | None = None,
    ) -> Case:
        """The case of some codes, their entries looked up."""
        entries = tuple(codesets.entry(c.system, c.code, version=c.version or None) for c in codings)
        known = tuple(e or codesets.entry(c.system, c.code) for c, e in zip(codings, entries, strict=True))
        return cls(tuple(codings), known, context, codesets, dict(units or {}), claim)

    def diagnoses(self) -> Iterator[tuple[int, CodeEntry]]:
        """The known ICD-10-CM codes, with their places."""
        for place, entry in enumerate(self.entries):
            if entry is not None and entry.system == ICD10CM:
                yield place, entry

    def procedures(self) -> Iterator[tuple[int, CodeEntry]]:
        """The known codes of every other system, with their places."""
        for place, entry in enumerate(self.entries):
            if entry is not None and entry.system != ICD10CM:
                yield place, entry


def tabular(place: str, note: str) -> str:
    """The source line of a tabular note."""
    where = f"chapter {place}" if place.isdigit() else place
    return f"ICD-10-CM Tabular List, April 2026, {where} {note}"
