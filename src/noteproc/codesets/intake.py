"""Taking files into the library: recognise, read, write, all in one transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from noteproc.codesets.families import AMA, FAMILIES
from noteproc.codesets.importers import Document, Found, Importer, Left, Reading, documents, importers_of
from noteproc.codesets.importers.dates import Span, iso, named_release
from noteproc.codesets.releases import RELEASE_COLUMNS, ImportReport, RejectedRow, Release
from noteproc.codesets.shelf import SEPARATOR, writing
from noteproc.errors import CodeSetError, ConfigError

if TYPE_CHECKING:
    from hashlib import _Hash

_BATCH = 5000  # rows written at a time
_SHOWN = 100  # rejected rows that a report carries
# A file of which more than a tenth cannot be read is not the file that its heading says, or is damaged.
_TOO_MANY = 10
_ALWAYS_ALLOWED = 3  # rejected rows: notes at a small table's foot
_LICENCES = frozenset({AMA})


@dataclass(frozen=True, slots=True)
class _Told:
    """What the caller says of the release."""

    version: str
    effective_from: str
    effective_to: str


@dataclass(slots=True)
class _Part:
    """One family being filled from one document."""

    imported: int
    rows: int = 0
    seal: _Hash = field(default_factory=hashlib.sha256)


def take_in(
    path: Path,
    paths: Sequence[Path],
    licences: frozenset[str],
    *,
    version: str = "",
    effective_from: str = "",
    effective_to: str = "",
) -> tuple[ImportReport, ...]:
    """Imports files into the library at ``path``; all or none. See ``Library.add``.

    Raises:
        CodeSetError: a file cannot be used. Nothing is changed.
        ConfigError: no path, an unknown licence, or a date that is none.
    """
    if not paths:
        raise ConfigError("name a file, a folder or a zip archive")
    if unknown := sorted(licences - _LICENCES):
        raise ConfigError(f"unknown licence {unknown[0]!r}; known: {', '.join(sorted(_LICENCES))}")
    for said in (effective_from, effective_to):
        if iso(said) != said:
            raise ConfigError("write dates as YYYY-MM-DD")
    told = _Told(version, effective_from, effective_to)
    with writing(path) as store:
        reports = tuple(_document(store, document, licences, told) for document in documents(paths))
        if all(report.outcome == "skipped" for report in reports):
            raise CodeSetError(
                "no official file that noteproc knows is in it; see `noteproc codesets families`", path=paths[0].name
            )
    return reports


def _document(store: sqlite3.Connection, document: Document, licences: frozenset[str], told: _Told) -> ImportReport:
    known = importers_of(document)
    if not known:
        if not document.named or document.sheet:
            return ImportReport(document.name, "skipped")
        if not document.is_xml:
            next(document.lines(), None)  # says why it is no text, if it is none
        raise CodeSetError("is no official file that noteproc knows: foreign, or cut off early", path=document.name)
    importer = known[0]
    if importer.declare and importer.declare not in licences:
        raise CodeSetError(
            f"holds {importer.name}, which only a licensee may use: if you have the licence, declare it with "
            f"--licence {importer.declare}",
            path=document.name,
        )
    if present := _of_bytes(store, document):
        return ImportReport(document.name, "present", present)
    return _take(store, document, importer, importer.read(document), told)


def _take(
    store: sqlite3.Connection, document: Document, importer: Importer, reading: Reading, told: _Told
) -> ImportReport:
    parts: dict[str, _Part] = {}
    rejected: list[RejectedRow] = []
    items = iter(reading.items)
    while batch := list(islice(items, _BATCH)):
        for family in reading.families:
            held = [item for item in batch if isinstance(item, Found) and item.family == family]
            if held:
                if family not in parts:
                    parts[family] = _Part(_open(store, document, importer, reading, family, told))
                _write(store, document, parts[family], held)
        rejected += [RejectedRow(item.line, item.reason) for item in batch if isinstance(item, Left)]
        _judge(document, importer, rejected, sum(part.rows for part in parts.values()), last=False)
    _judge(document, importer, rejected, sum(part.rows for part in parts.values()), last=True)
    for part in parts.values():
        store.execute(
            "UPDATE releases SET rows = ?, rejected = ?, counts = ?, seal = ? WHERE imported = ?",
            (part.rows, len(rejected), json.dumps(dict(reading.counts)), part.seal.hexdigest(), part.imported),
        )
        store.executemany(
            "INSERT INTO rejected VALUES (?, ?, ?)", ((part.imported, r.line, r.reason) for r in rejected)
        )
    return ImportReport(document.name, "imported", _of_bytes(store, document), tuple(rejected[:_SHOWN]))


def _of_bytes(store: sqlite3.Connection, document: Document) -> tuple[Release, ...]:
    """The releases that were made from the very same bytes."""
    rows = store.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases WHERE sha256 = ? ORDER BY imported", (document.sha256,)
    )
    return tuple(map(Release.stored, rows))


def _judge(document: Document, importer: Importer, rejected: list[RejectedRow], rows: int, *, last: bool) -> None:
    """Refuses a file of which too much cannot be read, as soon as that is plain."""
    if len(rejected) > _ALWAYS_ALLOWED and len(rejected) * _TOO_MANY > rows + len(rejected):
        raise CodeSetError(
            f"looks like {importer.name}, but {len(rejected)} of its first {rows + len(rejected)} rows cannot be read: "
            f"{rejected[0].reason}",
            path=document.name,
            line=rejected[0].line,
        )
    if last and not rows:
        raise CodeSetError(f"looks like {importer.name}, but holds no row", path=document.name)


def _open(
    store: sqlite3.Connection, document: Document, importer: Importer, reading: Reading, family: str, told: _Told
) -> int:
    """The number of a new release, its figures still to come."""
    kind = FAMILIES[family]
    name = document.name
    named, own = named_release(name, fiscal=importer.fiscal), reading.span
    # A name with a month tells more than a file that gives its year alone.
    finer = named if not own.effective_from or _sharpens(named, own) else own
    start = told.effective_from or finer.effective_from
    end = told.effective_to or ("" if told.effective_from else finer.effective_to)
    version = told.version or finer.version or own.version or start or document.sha256[:8]
    system = kind.system
    if family == "ccsr" and reading.variant == "procedures":
        system = "ICD-10-PCS"
    licence = reading.notice or kind.licence
    cursor = store.execute(
        "INSERT INTO releases VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, '', ?, '')",
        (
            family,
            system,
            version,
            start,
            end,
            reading.variant,
            name,
            document.sha256,
            licence,
            json.dumps(kind.columns),
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _sharpens(named: Span, own: Span) -> bool:
    return named.effective_from > own.effective_from and named.effective_to == own.effective_to


def _write(store: sqlite3.Connection, document: Document, part: _Part, items: Sequence[Found]) -> None:
    width = len(FAMILIES[items[0].family].columns)
    rows = []
    for item in items:
        held = SEPARATOR.join(item.values)
        if held.count(SEPARATOR) != width - 1:
            raise CodeSetError("holds control characters: damaged", path=document.name, line=item.line)
        rows.append((part.imported, item.code, item.link, item.line, held))
        part.seal.update(f"{item.code}\0{item.link}\0{item.line}\0{held}".encode())
    store.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", rows)
    part.rows += len(rows)
