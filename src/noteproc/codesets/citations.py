"""Where a statement comes from: source, release, date and row."""

from __future__ import annotations

from dataclasses import dataclass

from noteproc.codesets.entries import CodeEntry
from noteproc.codesets.families import FAMILIES
from noteproc.codesets.releases import Release, Row

TABULAR = "ICD-10-CM Tabular List"


@dataclass(frozen=True, slots=True)
class Citation:
    """The source line under a statement.

    Args:
        source: the table, manual or file, by its name in the field.
        release: which release of it, or "".
        date: the ISO date from which the release (or the row) holds, or "".
        place: the row: file and line, or the code at which a note stands.
    """

    source: str
    release: str = ""
    date: str = ""
    place: str = ""

    def __str__(self) -> str:
        release = f"release {self.release}" if self.release and self.release != self.date else ""
        date = f"in force from {self.date}" if self.date else ""
        return "; ".join(part for part in (self.source, release, date, self.place) if part)


def family_name(family: str) -> str:
    """A family's name in the field: what stands before the colon of what it holds."""
    return FAMILIES[family].holds.split(":")[0]


def cite_row(row: Row) -> Citation:
    """The source line of a row of an imported file."""
    release = row.release
    date = row.values.get("effective") or row.values.get("effective_from") or release.effective_from
    return Citation(family_name(row.family), release.version, date, f"{release.file} line {row.line}")


def cite_release(release: Release) -> Citation:
    """The source line of a statement about a whole imported file ("no row for ...")."""
    return Citation(family_name(release.family), release.version, release.effective_from, release.file)


def cite_entry(entry: CodeEntry, *, place: str = "", note: str = "") -> Citation:
    """The source line of a code's own entry, or of a note that it has or inherits.

    Args:
        place: the code at which the note stands; by default the entry's own.
        note: what kind of note it is, in words.
    """
    where = place or entry.code
    where = f"chapter {where}" if where.isdigit() else where
    if entry.own_words:
        return Citation(f"noteproc starter of {entry.system}, in our own words", entry.version, "", where)
    name = TABULAR if entry.system == "ICD-10-CM" else f"{entry.system} code list"
    return Citation(name, entry.version, entry.effective_from, f"{where} {note}".strip())
