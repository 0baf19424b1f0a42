"""The code sets as the rest of the program sees them."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar, cast

from noteproc.codesets.cache import build_once, cache_root, prune, writable_folder
from noteproc.codesets.categories import ENTRY, PREFERRED, Categories, Known, entry_of
from noteproc.codesets.conditions import When
from noteproc.codesets.entries import CodeEntry, CodeNote, Phrase, PhraseSource
from noteproc.codesets.sources import Sources, find_sources
from noteproc.codesets.store import build_store, is_store, open_store
from noteproc.codesets.tables import ICD10CM
from noteproc.errors import ModelError

_SHORTEST = 3  # characters of a code
_KEPT = 20_000  # answers of each kind remembered by a process
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Summary:
    """One loaded release of a code system.

    Args:
        system, version: which it is.
        codes: how many, headers included.
        effective_from, effective_to: ISO dates, or "".
        sources: the files it came from.
        licence: what may be done with it.
    """

    system: str
    version: str
    codes: int
    effective_from: str
    effective_to: str
    sources: tuple[str, ...]
    licence: str


class CodeSets:
    """The loaded code sets. Reading only; made by :meth:`open`.

    Safe to pickle and to fork: it carries paths, and each process and thread opens the store for itself when it first
    asks for something.
    """

    def __init__(self, folder: Path, sources: Sources) -> None:
        self._folder = folder
        self._sources = sources
        self._local = threading.local()
        self._compiled: Categories | None = None
        self._known: dict[tuple[str, str], Known | None] = {}
        self._entries: dict[tuple[str, str, str], CodeEntry | None] = {}
        self._releases: dict[str, int | None] = {}
        self._versions: Mapping[str, str] = {}
        self._above: dict[tuple[str, str], tuple[str, ...]] = {}
        self._below: dict[tuple[str, str, bool], tuple[str, ...]] = {}
        self._notes: dict[tuple[str, str, str | None], tuple[CodeNote, ...]] = {}

    @classmethod
    def open(cls, *, cache_dir: Path | None = None, user_dictionaries: Sequence[Path] = ()) -> CodeSets:
        """The code sets of this installation and of the user's folders; built on first use.

        Args:
            cache_dir: where compiled files go; by default the user's cache directory (``NOTEPROC_CACHE``).
            user_dictionaries: folders laid out as ``dictionaries/``, in rising precedence.

        Raises:
            ConfigError: a user's table or folder is wrong (file, line, reason).
            CodeSetError: a table of the installation is wrong.
            ModelError: data is missing, or nothing can be written.
        """
        sources = find_sources(user_dictionaries)
        folder = writable_folder(cache_dir or cache_root(), sources.fingerprint[:16])
        sets = cls(folder, sources)
        sets._build()
        sets._categories()
        return sets

    def __reduce__(self) -> tuple[object, ...]:
        return (CodeSets, (self._folder, self._sources))

    def entry(self, system: str, code: str, *, version: str | None = None) -> CodeEntry | None:
        """The entry of a code, with or without its dot, or None.

        Args:
            version: the release; by default the newest loaded one that holds the code.
        """
        known = self._read(system, code)
        if known is None or version is None or version == known[0].version:
            return None if known is None else known[0]
        key = (system, known[0].code, version)
        if key not in self._entries:
            _keep(self._entries, key, self._read_entry(*key))
        return self._entries[key]

    def children(self, system: str, code: str) -> tuple[str, ...]:
        """The codes one level below, in the book's order."""
        key = (system, code, False)
        known = self._below.get(key)
        if known is None:
            known = _keep(self._below, key, self._codes("parent = ?", system, _dotted(system, code)))
        return known

    def ancestors(self, system: str, code: str, *, blocks: bool = False) -> tuple[str, ...]:
        """The codes above, nearest first.

        Args:
            blocks: whether the section ("A00-A09") and the chapter ("1") are named too.
        """
        if blocks:
            found = self._read(system, code)
            return () if found is None else found[1]
        known = self._above.get((system, code))
        if known is None:
            every = takewhile(_is_code, self.ancestors(system, code, blocks=True))
            known = _keep(self._above, (system, code), tuple(every))
        return known

    def _read(self, system: str, code: str) -> Known | None:
        """The entry of a code in the release that answers by default, and the codes above it."""
        try:
            return self._known[system, code]
        except KeyError:
            return _keep(self._known, (system, code), self._categories().known(system, _dotted(system, code)))

    def leaves(self, system: str, code: str) -> tuple[str, ...]:
        """The billable codes at or below a code, seventh characters included, in the book's order."""
        key = (system, code, True)
        known = self._below.get(key)
        if known is None:
            known = _keep(self._below, key, self._read_leaves(system, code))
        return known

    def _read_leaves(self, system: str, code: str) -> tuple[str, ...]:
        release = self._release(system)
        span = self._rows(
            "SELECT place, last FROM entries WHERE release = ? AND code = ?", (release, _dotted(system, code))
        )
        return self._codes("place BETWEEN ? AND ? AND billable", system, *span[0]) if span else ()

    def codes(self, system: str) -> tuple[str, ...]:
        """Every code of a system, headers included, in the book's order; no sections or chapters."""
        return self._codes("level NOT IN ('chapter', 'section')", system)

    def notes(self, system: str, code: str, kind: str | None = None) -> tuple[CodeNote, ...]:
        """The notes that hold for a code: its own first, then those it inherits, nearest first.

        Inclusion terms are not inherited. Of seventh-character notes only the nearest holds.

        Args:
            kind: only notes of this kind.
        """
        key = (system, code, kind)
        known = self._notes.get(key)
        if known is None:
            every = self._read_notes(system, code) if kind is None else self.notes(system, code)
            known = _keep(self._notes, key, tuple(n for n in every if kind is None or n.kind == kind))
        return known

    def _read_notes(self, system: str, code: str) -> tuple[CodeNote, ...]:
        known = self._read(system, code)
        if known is None:
            return ()
        entry, above = known
        own_of = self._categories().notes
        found = list(own_of(system, entry.code))
        seventh = any(note.kind == "seventh" for note in found)
        for place in above:
            handed = [note for note in own_of(system, place) if note.kind != "inclusion"]
            found += [note for note in handed if note.kind != "seventh"] if seventh else handed
            seventh = seventh or any(note.kind == "seventh" for note in handed)
        return tuple(found)

    def phrases(self, *, imported: bool = False) -> Iterator[Phrase]:
        """Every phrase that leads to a code: the tabular list's, then the dictionaries', in a fixed order.

        Args:
            imported: whether the titles and index entries of imported files come too, last. Some may not be exported.
        """
        rows = self._rows(
            "SELECT p.text, r.system, p.code, p.condition, p.source, p.weight "
            "FROM phrases p JOIN releases r USING (release) WHERE p.imported <= ? ORDER BY p.id",
            (imported,),
        )
        for text, system, code, condition, source, weight in rows:
            yield Phrase(
                str(text), str(system), str(code), When.parse(str(condition)), cast(PhraseSource, source),
                cast(float, weight),
            )  # fmt: skip

    def preferences(self) -> Mapping[tuple[str, str], str]:
        """The user's own ``prefer`` and ``never``, by system and code."""
        rows = self._rows("SELECT system, code, preference FROM preferences ORDER BY system, code", ())
        return {(str(system), str(code)): str(preference) for system, code, preference in rows}

    def versions(self) -> Mapping[str, str]:
        """The release of each system that answers by default: the newest, of ICD-10-CM that of the tabular list."""
        if not self._versions:
            rows = self._rows(
                "SELECT system, version FROM releases ORDER BY system, bare DESC, effective_from, version", ()
            )
            self._versions = MappingProxyType({str(system): str(version) for system, version in rows})
        return self._versions

    def releases_on(self, day: date) -> Mapping[str, str]:
        """The release of each system that was in force on a day; "" where no loaded release was.

        A release without dates (a starter) is always in force. What comes back is what ``CodingContext.releases``
        takes, so the day itself need not go further.
        """
        rows = self._rows(
            "SELECT system, version, effective_from, effective_to FROM releases ORDER BY system, effective_from",
            (),
        )
        found: dict[str, str] = {}
        for system, version, start, end in rows:
            name, on = str(system), day.isoformat()
            found.setdefault(name, "")
            if (not start or str(start) <= on) and (not end or on <= str(end)):
                found[name] = str(version)
        return found

    def releases_of(self, day: date | None) -> Mapping[str, str]:
        """As :meth:`releases_on`; nothing where the date of service is not known."""
        return {} if day is None else self.releases_on(day)

    def summaries(self) -> tuple[Summary, ...]:
        """What is loaded: one line a release."""
        rows = self._rows(
            "SELECT release, system, version, codes, effective_from, effective_to, licence "
            "FROM releases ORDER BY release",
            (),
        )
        return tuple(
            Summary(
                str(system),
                str(version),
                cast(int, codes),
                str(start),
                str(end),
                self._sources_of(release),
                str(licence),
            )
            for release, system, version, codes, start, end, licence in rows
        )

    def rejected(self) -> tuple[tuple[str, int, str], ...]:
        """Rows of the shipped dictionaries that were left out: file, line, reason."""
        rows = self._rows("SELECT source, line, reason FROM rejected ORDER BY source, line", ())
        return tuple((str(source), cast(int, line), str(reason)) for source, line, reason in rows)

    def fingerprint(self) -> str:
        """Thirty-two hexadecimal digits that change with any data, dictionary or schema."""
        return self._sources.fingerprint

    def cache_path(self, name: str) -> Path:
        """A file beside the store for another stage's compiled data; a new fingerprint gives a new place."""
        return self._folder / name

    def _sources_of(self, release: object) -> tuple[str, ...]:
        rows = self._rows("SELECT source FROM provenance WHERE release = ? ORDER BY rowid", (release,))
        return tuple(str(row[0]) for row in rows)

    def _read_entry(self, system: str, code: str, version: str) -> CodeEntry | None:
        where = "r.system = ? AND r.version = ? AND e.code = ?"
        rows = self._rows(f"SELECT {ENTRY} WHERE {where}", (system, version, code))
        return entry_of(system, rows[0]) if rows else None

    def _codes(self, where: str, system: str, *values: object) -> tuple[str, ...]:
        rows = self._rows(
            f"SELECT code FROM entries WHERE release = ? AND {where} ORDER BY place", (self._release(system), *values)
        )
        return tuple(str(row[0]) for row in rows)

    def _release(self, system: str) -> int | None:
        if system not in self._releases:
            query = f"SELECT release FROM releases r WHERE system = ? ORDER BY {PREFERRED} LIMIT 1"
            rows = self._rows(query, (system,))
            self._releases[system] = cast(int, rows[0][0]) if rows else None
        return self._releases[system]

    def _categories(self) -> Categories:
        if self._compiled is None:
            with _writing():
                self._compiled = Categories.open(
                    self.cache_path("categories.bin"), self.fingerprint(), lambda query: iter(self._rows(query, ()))
                )
        return self._compiled

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        try:
            return self._connection().execute(query, values).fetchall()
        except sqlite3.DatabaseError:
            # The file was damaged or removed after it had been opened: build it anew, once.
            self._local = threading.local()
            self._path.unlink(missing_ok=True)
            self._build()
            return self._connection().execute(query, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is None or held[0] != os.getpid():
            held = (os.getpid(), open_store(self._path))
            self._local.held = held
        return held[1]

    @property
    def _path(self) -> Path:
        return self._folder / "codes.sqlite"

    def _build(self) -> None:
        fingerprint = self._sources.fingerprint
        with _writing():
            build_once(
                self._path, lambda path: build_store(path, self._sources), lambda path: is_store(path, fingerprint)
            )
            prune(self._folder)


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    """Turns what goes wrong while a compiled file is written into what the user can do about it."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise ModelError(
            f"the compiled code sets cannot be written ({type(error).__name__}): free space or set NOTEPROC_CACHE"
        ) from None


def summaries(codesets: CodeSets | None = None) -> tuple[Summary, ...]:
    """What is loaded: one line a release; of the installation's own code sets by default."""
    return (codesets or CodeSets.open()).summaries()


def _keep(cache: dict[_Key, _Value], key: _Key, value: _Value) -> _Value:
    """``value``, remembered: the store never changes while it is open."""
    if len(cache) >= _KEPT:
        cache.clear()
    cache[key] = value
    return value


def _is_code(name: str) -> bool:
    """Whether it is a code's name, and not a section's or a chapter's."""
    return "-" not in name and len(name) >= _SHORTEST


def _dotted(system: str, code: str) -> str:
    if system != ICD10CM or "." in code or "-" in code or len(code) <= 3:
        return code.upper()
    return f"{code[:3]}.{code[3:]}".upper()
