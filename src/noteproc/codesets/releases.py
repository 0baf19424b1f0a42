"""What the library holds, as records: releases, rows, and the outcomes of work on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

# The columns of the library's file that make a release, in the order of its fields.
RELEASE_COLUMNS = (
    "family, system, version, effective_from, effective_to, file, sha256, rows, rejected, licence, imported, variant, "
    "counts"
)


@dataclass(frozen=True, slots=True)
class Release:
    """One import of one family from one file.

    Args:
        family: which family of files; a key of ``FAMILIES``.
        system: the code system.
        version: as the file says it, or as its name does.
        effective_from, effective_to: ISO dates, or "" where neither file nor caller says.
        file: the file's name, "archive.zip:member" for one in an archive; never a path.
        sha256: of the file's bytes.
        rows: how many were taken.
        rejected: how many were left out; see ``Library.rejected``.
        licence: what may be done with it; for CPT the copyright line.
        imported: 1 for the first import of this library, and so on: names the release, never used twice.
        variant: which of several files that hold at the same time ("practitioner"), or "".
        counts: what the importer counted ("main terms" -> 314).
    """

    family: str
    system: str
    version: str
    effective_from: str
    effective_to: str
    file: str
    sha256: str
    rows: int
    rejected: int
    licence: str
    imported: int
    variant: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def stored(cls, values: Sequence[Any]) -> Release:
        """A release from the library's file.

        Args:
            values: of ``RELEASE_COLUMNS``.
        """
        named = dict(zip(RELEASE_COLUMNS.split(", "), values, strict=True))
        return cls(**{**named, "counts": json.loads(named["counts"])})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one release.

    Args:
        family: which family of files.
        code: the code as the row's system writes it, with its dot for ICD-10-CM; "" where the row names none.
        values: by column of the family; dates as ISO.
        release: where the row comes from.
        line: 1-based line (row of a sheet) in the file.
    """

    family: str
    code: str
    values: Mapping[str, str]
    release: Release
    line: int


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that an import left out.

    Args:
        line: 1-based line in the file.
        reason: what is wrong with it, without its words.
    """

    line: int
    reason: str


Outcome: TypeAlias = Literal["imported", "present", "skipped"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of one file.

    Args:
        file: its name.
        outcome: ``imported``; ``present``: the same bytes are in the library already; ``skipped``: a file of an
            archive or folder that no importer knows.
        releases: what was added (or is present).
        rejected: rows left out, the first hundred.
    """

    file: str
    outcome: Outcome
    releases: tuple[Release, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a release is as it was when imported.

    Args:
        release: which.
        problem: what is wrong, or "".
    """

    release: Release
    problem: str


@dataclass(frozen=True, slots=True)
class Change:
    """A code whose rows differ between two releases.

    Args:
        code: the code.
        kind: ``added``, ``removed`` or ``changed``.
        before, after: the values that differ, by column; empty for an added or removed code.
    """

    code: str
    kind: Literal["added", "removed", "changed"]
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one release to another, in code order."""

    old: Release
    new: Release
    changes: tuple[Change, ...]
