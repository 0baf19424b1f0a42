"""The library: official files that the user imported, release beside release, with where each row comes from."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from noteproc.codesets.comparison import difference
from noteproc.codesets.families import FAMILIES
from noteproc.codesets.releases import (
    RELEASE_COLUMNS,
    Difference,
    ImportReport,
    RejectedRow,
    Release,
    Row,
    Verification,
)
from noteproc.codesets.shelf import FILE, SEPARATOR, data_root, open_for_reading, writing
from noteproc.errors import CodeSetError, ConfigError

# A code is asked for with or without its dot, and each family keeps its own way of writing it.
_FIND = {
    "code": "SELECT code, line, held FROM rows WHERE imported = ? AND code IN (?, ?) ORDER BY rowid",
    "link": "SELECT code, line, held FROM rows WHERE imported = ? AND link IN (?, ?) AND link <> '' ORDER BY rowid",
}


class Library:
    """The user's imported files. Reading, unless :meth:`add` or :meth:`remove` is called; made by :meth:`open`.

    Safe to pickle, to fork and to share between threads: each opens the file for itself.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    @classmethod
    def open(cls, path: Path | None = None) -> Library:
        """The library at ``path``; by default the user's own. Nothing is touched until something is asked.

        Args:
            path: the library's file; it need not exist yet.
        """
        return cls(path or data_root() / FILE)

    def __reduce__(self) -> tuple[object, ...]:
        return (Library, (self._path,))

    def releases(self, family: str | None = None) -> tuple[Release, ...]:
        """What is imported, in the order of import.

        Args:
            family: only this family.
        """
        return tuple(release for release, _ in self._releases(family))

    def rows(self, family: str, code: str, *, on: str | None = None) -> tuple[Row, ...]:
        """The rows of a code.

        Args:
            family: a key of ``FAMILIES``.
            code: with or without its dot.
            on: the ISO date of service; by default the newest release answers. A family whose rows carry dates of
                their own (``ptp``, ``addon``, ``payer``) gives the rows in force on that day, or all of them.

        Returns:
            By variant, then in the file's order; nothing where no release was in force, or none is loaded.
        """
        return self._find(family, "code", code, on)

    def linked(self, family: str, link: str, *, on: str | None = None) -> tuple[Row, ...]:
        """The rows that lead to ``link``: edits by column 2, add-ons by primary, mappings by target.

        Args:
            family: ``ptp``, ``addon``, ``gem``, ``icd10cm_conversion`` or ``coverage`` ("article|version").
            link: as the row holds it.
            on: as for :meth:`rows`.
        """
        return self._find(family, "link", link, on)

    def pairs(self, code: str, other: str | None = None, *, on: str | None = None) -> tuple[Row, ...]:
        """The procedure-to-procedure edits of a code, in either column.

        Args:
            code: a CPT or HCPCS code.
            other: only edits with this one.
            on: the ISO date of service: only edits in force on it. By default deleted edits come too; their value
                ``deleted`` says when.
        """
        mine, wanted = code.strip().upper(), None if other is None else other.strip().upper()
        found = [*self.rows("ptp", mine, on=on), *self.linked("ptp", mine, on=on)]
        if wanted is None:
            return tuple(found)
        return tuple(row for row in found if {row.code, row.values["other"]} == {mine, wanted})

    def covered(self, procedure: str, *, on: str | None = None) -> tuple[Row, ...]:
        """The diagnoses that Medicare coverage articles list for a procedure.

        Returns:
            Rows of family ``coverage`` with kind ``diagnosis``; by article and the file's order.
        """
        articles = {
            (row.values["article"], row.values["article_version"]): None
            for row in self.rows("coverage", procedure, on=on)
            if row.values["kind"] == "procedure"
        }
        return tuple(
            row
            for article, version in articles
            for row in self.linked("coverage", f"{article}|{version}", on=on)
            if row.values["kind"] == "diagnosis"
        )

    def all_rows(self, release: Release) -> Iterator[Row]:
        """Every row of one release, in the file's order."""
        columns = self._columns(release)
        query = "SELECT code, line, held FROM rows WHERE imported = ? ORDER BY rowid"
        for code, line, held in self._stream(query, (release.imported,)):
            yield _row(release, columns, code, line, held)

    def rejected(self, release: Release) -> tuple[RejectedRow, ...]:
        """The rows that an import left out, in the file's order."""
        rows = self._query(
            "SELECT line, reason FROM rejected WHERE imported = ? ORDER BY line, reason", (release.imported,)
        )
        return tuple(RejectedRow(line, reason) for line, reason in rows)

    def add(
        self,
        paths: Sequence[Path],
        *,
        licences: frozenset[str] = frozenset(),
        version: str = "",
        effective_from: str = "",
        effective_to: str = "",
    ) -> tuple[ImportReport, ...]:
        """Imports files, folders and zip archives; all of them or, where one cannot be used, none.

        Args:
            paths: files are recognised by what they hold, never by name.
            licences: licences that the user declares to have, such as ``ama-cpt``.
            version, effective_from, effective_to: where the files do not say; ISO dates.

        Returns:
            One report a file, in the order read.

        Raises:
            CodeSetError: a file is foreign, cut off, damaged or in another encoding; its licence was not declared; or
                the library cannot be written. The library is as it was.
        """
        # The importers are needed for this alone, and reading should start fast.
        from noteproc.codesets.intake import take_in

        return take_in(
            self._path, paths, licences, version=version, effective_from=effective_from, effective_to=effective_to
        )

    def remove(
        self, *, imported: int | None = None, family: str | None = None, version: str | None = None
    ) -> tuple[Release, ...]:
        """Removes releases.

        Args:
            imported: the order number of one release, or None.
            family, version: all releases of a family, or of one version of it.

        Returns:
            What was removed.

        Raises:
            ConfigError: neither number nor family is named, or nothing matches.
        """
        if imported is None and family is None:
            raise ConfigError("name a release by its number, or a family")
        gone = tuple(
            release
            for release in self.releases(family)
            if imported in (None, release.imported) and version in (None, release.version)
        )
        if not gone:
            raise ConfigError("no such release in the library: see `noteproc codesets list`")
        with writing(self._path) as store:
            for release in gone:
                for table in ("rows", "rejected", "releases"):
                    store.execute(f"DELETE FROM {table} WHERE imported = ?", (release.imported,))
        return gone

    def verify(self) -> tuple[Verification, ...]:
        """Whether each release holds what was imported, byte for byte.

        Raises:
            CodeSetError: the file as a whole is damaged.
        """
        if not self._path.exists():
            return ()
        state = self._query("PRAGMA quick_check(1)", ())[0]
        if state != ("ok",):
            raise CodeSetError("the library is damaged: remove the file and import again", path=self._path.name)
        found = []
        for release in self.releases():
            seal = hashlib.sha256()
            count = 0
            for row in self._stream(
                "SELECT code, link, line, held FROM rows WHERE imported = ? ORDER BY rowid", (release.imported,)
            ):
                seal.update("\0".join(map(str, row)).encode())
                count += 1
            (kept,) = self._query("SELECT seal FROM releases WHERE imported = ?", (release.imported,))[0]
            problem = ""
            if count != release.rows:
                problem = f"holds {count} rows of {release.rows}: remove it and import the file again"
            elif seal.hexdigest() != kept:
                problem = "its rows are not those imported: remove it and import the file again"
            found.append(Verification(release, problem))
        return tuple(found)

    def diff(self, old: int, new: int) -> Difference:
        """What changed between two releases of one family.

        Args:
            old, new: order numbers.

        Raises:
            ConfigError: no such release, or the two are of different families.
        """
        by_number = {release.imported: release for release in self.releases()}
        for number in (old, new):
            if number not in by_number:
                raise ConfigError(f"no release {number} in the library: see `noteproc codesets list`")
        before, after = by_number[old], by_number[new]
        if before.family != after.family:
            raise ConfigError(f"release {old} is of {before.family}, {new} of {after.family}: name two of one family")
        return difference(before, after, self.all_rows(before), self.all_rows(after))

    def diff_files(self, old: Path, new: Path, *, licences: frozenset[str] = frozenset()) -> tuple[Difference, ...]:
        """What changed between two files, which are not imported: one answer for each family that both hold.

        Raises:
            CodeSetError: a file cannot be used.
            ConfigError: they have no family in common, or are the same.
        """
        with tempfile.TemporaryDirectory(prefix="noteproc-") as folder:
            other = Library(Path(folder) / FILE)
            before, after = (
                {
                    (release.family, release.variant): release.imported
                    for report in other.add([path], licences=licences)
                    if report.outcome == "imported"
                    for release in report.releases
                }
                for path in (old, new)
            )
            shared = [key for key in before if key in after]
            if not shared:
                raise ConfigError("the two files have no family in common, or are the same file")
            found = tuple(other.diff(before[key], after[key]) for key in shared)
            other.close()
            return found

    def close(self) -> None:
        """Ends this thread's connection; the next question opens another."""
        held = getattr(self._local, "held", None)
        if held is not None:
            held[1].close()
            self._local.held = None

    def fingerprint(self) -> str:
        """What changes with every import and removal; "" for an empty library."""
        return " ".join(f"{release.imported}:{release.sha256}" for release in self.releases())

    def _find(self, family: str, column: str, wanted: str, on: str | None) -> tuple[Row, ...]:
        if family not in FAMILIES:
            raise ConfigError(f"unknown family {family!r}; known: {', '.join(FAMILIES)}")
        plain = wanted.strip().upper()
        dotted = f"{plain[:3]}.{plain[3:]}" if "." not in plain and len(plain) > 3 else plain
        dated = FAMILIES[family].dated_rows
        found: list[Row] = []
        seen: set[tuple[str, str, str]] = set()
        for release, columns in self._chosen(family, on):
            for code, line, held in self._query(_FIND[column], (release.imported, plain, dotted)):
                # A part that was issued twice under one version holds the same edits.
                if (release.variant, code, held) in seen:
                    continue
                seen.add((release.variant, code, held))
                row = _row(release, columns, code, line, held)
                if on is None or not dated or _in_force(row.values, on):
                    found.append(row)
        return tuple(found)

    def _chosen(self, family: str, on: str | None) -> list[tuple[Release, tuple[str, ...]]]:
        """The releases that answer: of each variant the newest that was in force, and its parts."""
        by_variant: dict[str, list[tuple[Release, tuple[str, ...]]]] = {}
        for release, columns in self._releases(family):
            dated = FAMILIES[family].dated_rows
            if on is None or dated or _release_in_force(release, on):
                by_variant.setdefault(release.variant, []).append((release, columns))
        chosen = []
        for variant in sorted(by_variant):
            held = by_variant[variant]
            newest = max(held, key=lambda pair: (pair[0].effective_from, pair[0].imported))[0]
            parts = [
                pair
                for pair in held
                if (pair[0].effective_from, pair[0].version) == (newest.effective_from, newest.version)
            ]
            chosen += parts if FAMILIES[family].dated_rows or family == "coverage" else parts[-1:]
        return chosen

    def _releases(self, family: str | None = None) -> list[tuple[Release, tuple[str, ...]]]:
        rows = self._query(
            f"SELECT {RELEASE_COLUMNS}, columns FROM releases WHERE family = ? OR ? IS NULL ORDER BY imported",
            (family, family),
        )
        return [(Release.stored(values), tuple(json.loads(columns))) for *values, columns in rows]

    def _columns(self, release: Release) -> tuple[str, ...]:
        ((columns,),) = self._query("SELECT columns FROM releases WHERE imported = ?", (release.imported,))
        return tuple(json.loads(columns))

    def _query(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        return list(self._stream(query, values))

    def _stream(self, query: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        if not self._path.exists():
            return
        try:
            yield from self._connection().execute(query, values)
        except sqlite3.OperationalError:
            raise CodeSetError("the library is in use by an import, or cannot be read", path=self._path.name) from None
        except sqlite3.DatabaseError as error:
            raise CodeSetError(
                f"the library is damaged ({type(error).__name__}): remove the file and import again",
                path=self._path.name,
            ) from None

    def _connection(self) -> sqlite3.Connection:
        stat = self._path.stat()
        mark = (os.getpid(), stat.st_ino)
        held: tuple[tuple[int, int], sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is None or held[0] != mark:
            held = (mark, open_for_reading(self._path))
            self._local.held = held
        return held[1]


def _row(release: Release, columns: Sequence[str], code: str, line: int, held: str) -> Row:
    return Row(release.family, code, dict(zip(columns, held.split(SEPARATOR), strict=True)), release, line)


def _release_in_force(release: Release, on: str) -> bool:
    return (not release.effective_from or release.effective_from <= on) and (
        not release.effective_to or on <= release.effective_to
    )


def _in_force(values: Mapping[str, str], on: str) -> bool:
    start = values.get("effective") or values.get("effective_from") or ""
    end = values.get("deleted") or values.get("effective_to") or ""
    # An edit deleted on the day it began was taken back and never held.
    # Source: CMS, NCCI FAQ library, "deletion date equal to effective date".
    return not ((start and on < start) or (end and on > end) or (end and end == start))
