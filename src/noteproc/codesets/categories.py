"""Entries and notes as they are mostly asked for: code by code, many of one category. Compiled beside the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias, cast

from noteproc.codesets.blocks import Blocks, Name, pack, unpack
from noteproc.codesets.entries import CodeEntry, CodeNote
from noteproc.records import Kind

# The columns of an entry, as `entry_of` takes them.
ENTRY = (
    "r.version, e.code, title, billable, parent, kind, own_words, flags, unit, includes, effective_from, effective_to "
    "FROM entries e JOIN releases r USING (release)"
)
# Of several releases that hold a code this one answers by default.
PREFERRED = "bare, effective_from DESC, r.version DESC"
Row: TypeAlias = Sequence[object]
Query: TypeAlias = Callable[[str], Iterator[Row]]
# The fields of an entry, and the codes above it, nearest first, section and chapter included.
_Packed: TypeAlias = tuple[tuple[Any, ...], tuple[str, ...]]
Known: TypeAlias = tuple[CodeEntry, tuple[str, ...]]

# Raised with every change of what is compiled and how: older files are then built anew.
_SCHEME = 6
# Of a code name its category, and the part of it: whoever asks for one code asks for others of its part.
_CATEGORY, _PART = 3, 5
_NOTES = "notes "
_KEPT = 100  # parts, and notes of so many codes; who asks remembers single answers
_KEPT_NOTES = 5000


class Categories:
    """The entries and own notes of every code, read a part of a category at a time.

    Args:
        blocks: as :meth:`open` makes them.
    """

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._part = lru_cache(maxsize=_KEPT)(self._read)
        self._own_notes = lru_cache(maxsize=_KEPT_NOTES)(self._read_notes)

    @classmethod
    def open(cls, path: Path, fingerprint: str, query: Query) -> Categories:
        """The categories at ``path``, compiled from the store where need be.

        Args:
            path: of the compiled file.
            fingerprint: of the store.
            query: the rows of the store that answer a query.
        """
        return cls(Blocks.open(path, f"categories {_SCHEME} {fingerprint}", lambda: _compiled(query)))

    def known(self, system: str, code: str) -> Known | None:
        """The entry of a code, as written in the code set, in the release that answers by default; the codes above it.

        The codes above go from the nearest to the section and the chapter.
        """
        packed = self._part(_name(system, code)).get(code)
        if packed is None:
            return None
        fields, above = cast(_Packed, unpack(packed))
        return CodeEntry._make(fields), above

    def notes(self, system: str, code: str) -> tuple[CodeNote, ...]:
        """The notes that stand at a code itself, in the book's order."""
        return self._own_notes(system, code)

    def _read_notes(self, system: str, code: str) -> tuple[CodeNote, ...]:
        packed = self._part(_NOTES + _name(system, code)).get(code)
        return () if packed is None else tuple(map(CodeNote._make, cast(Sequence[tuple[Any, ...]], unpack(packed))))

    def _read(self, name: str) -> Mapping[str, bytes]:
        """What is packed by code under a name."""
        return cast(Mapping[str, bytes], self._blocks.get(name) or {})


def entry_of(system: str, row: Row) -> CodeEntry:
    """The entry that the columns of ``ENTRY`` describe."""
    found, name, title, billable, parent, kind, own, flags, unit, includes, start, end = row
    return CodeEntry(
        system=system,
        version=str(found),
        code=str(name),
        title=str(title),
        billable=bool(billable),
        parent=None if parent is None else str(parent),
        kind=cast(Kind, kind),
        own_words=bool(own),
        flags=json.loads(str(flags)) if flags else {},
        unit=str(unit),
        includes=tuple(str(includes).split()),
        effective_from=str(start),
        effective_to=str(end),
    )


def _name(system: str, code: str) -> str:
    return f"{system} {part_of(code)}"


def part_of(code: str) -> str:
    """The part of its category that a code belongs to: "E11.6" for E11.65, "E11" for E11."""
    return code[: _PART if "." in code else _CATEGORY]


def _compiled(query: Query) -> Iterator[tuple[Name, object]]:
    ordered = query(f"SELECT r.system, {ENTRY} ORDER BY r.system, e.code, {PREFERRED}")
    for system, rows in groupby(ordered, key=lambda row: str(row[0])):
        entries: dict[str, CodeEntry] = {}
        for _, *row in rows:
            if row[1] not in entries:
                entries[str(row[1])] = entry_of(system, row)
        for name, codes in groupby(entries, key=lambda code: _name(system, code)):
            yield name, {code: pack((tuple(entries[code]), _above(entries, code))) for code in codes}
    notes: dict[str, dict[str, list[tuple[object, ...]]]] = {}
    for where, code, kind, text, named in query(
        "SELECT r.system, n.code, n.kind, n.text, n.codes FROM notes n JOIN releases r USING (release) "
        "WHERE NOT bare ORDER BY n.rowid"
    ):
        note = str(kind), str(text), tuple(str(named).split()), str(code)
        notes.setdefault(_name(str(where), str(code)), {}).setdefault(str(code), []).append(note)
    for name, own in notes.items():
        yield _NOTES + name, {code: pack(tuple(told)) for code, told in own.items()}


def _above(entries: Mapping[str, CodeEntry], code: str) -> tuple[str, ...]:
    """The codes above one, nearest first."""
    found: list[str] = []
    entry = entries.get(code)
    while entry is not None and entry.parent is not None:
        found.append(entry.parent)
        entry = entries.get(entry.parent)
    return tuple(found)
