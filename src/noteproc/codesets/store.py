"""The compiled store: one SQLite file with every system, release, code, note and phrase.

Releases of a system stand side by side; a code is found by release and code. The order of a system's codes is the
book's, and each code knows the last place below it, so a subtree is one range.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from noteproc.codesets.entries import CodeNote
from noteproc.codesets.families import ICD10PCS
from noteproc.codesets.imported import imported_codes, imported_systems, index_phrases
from noteproc.codesets.phrasing import excluded_phrase, term_phrases, title_phrases
from noteproc.codesets.sources import ICD10CM_UNTIL, ICD10CM_VERSION, Sources, sha256_of
from noteproc.codesets.tables import (
    CPT,
    HCPCS,
    ICD10CM,
    TermRow,
    read_preferences,
    read_terms,
    shipped_complaint,
    user_complaint,
)
from noteproc.codesets.tabular import TabularCode, read_tabular
from noteproc.records import Kind

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE releases (
    release INTEGER PRIMARY KEY, system TEXT NOT NULL, version TEXT NOT NULL, effective_from TEXT NOT NULL,
    effective_to TEXT NOT NULL, licence TEXT NOT NULL, bare INTEGER NOT NULL, codes INTEGER NOT NULL,
    UNIQUE (system, version)
);
CREATE TABLE provenance (
    release INTEGER NOT NULL REFERENCES releases, source TEXT NOT NULL, sha256 TEXT NOT NULL, rows INTEGER NOT NULL
);
CREATE TABLE entries (
    release INTEGER NOT NULL, code TEXT NOT NULL, place INTEGER NOT NULL, last INTEGER NOT NULL, level TEXT NOT NULL,
    title TEXT NOT NULL, billable INTEGER NOT NULL, parent TEXT, kind TEXT NOT NULL, own_words INTEGER NOT NULL,
    flags TEXT NOT NULL, unit TEXT NOT NULL, includes TEXT NOT NULL, PRIMARY KEY (release, code)
) WITHOUT ROWID;
CREATE TABLE notes (
    release INTEGER NOT NULL, code TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, codes TEXT NOT NULL
);
CREATE TABLE phrases (
    id INTEGER PRIMARY KEY, release INTEGER NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL, condition TEXT NOT NULL,
    source TEXT NOT NULL, weight REAL NOT NULL, imported INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE rejected (source TEXT NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE preferences (
    system TEXT NOT NULL, code TEXT NOT NULL, preference TEXT NOT NULL, PRIMARY KEY (system, code)
) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX entries_by_place ON entries (release, place);
CREATE INDEX entries_by_parent ON entries (release, parent, place);
CREATE INDEX notes_by_code ON notes (release, code);
"""

LICENCES = {
    ICD10CM: "public domain (US National Center for Health Statistics and CMS)",
    CPT: "starter in our own words, no AMA text; CPT is a registered trademark of the American Medical Association",
    HCPCS: "starter in our own words; HCPCS Level II codes are in the public domain (CMS)",
}
STARTER_VERSION = "starter"

TITLE_WEIGHT = 1.0
TERM_WEIGHT = 1.0
INCLUDES_WEIGHT = 0.8
EXCLUDES_WEIGHT = 0.7
STARTER_WEIGHT = 1.0
USER_WEIGHT = 1.0


def build_store(path: Path, sources: Sources) -> None:
    """Writes the whole store at ``path``, which must be empty.

    Raises:
        CodeSetError: a file of the installation cannot be used.
        ConfigError: a table of the user's cannot be used.
    """
    with closing(sqlite3.connect(path)) as store:
        store.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;" + _TABLES)
        icd = _release(store, ICD10CM, ICD10CM_VERSION, "2026-04-01", ICD10CM_UNTIL, LICENCES[ICD10CM])
        _fill_tabular(store, icd, sources)
        starters = {s: _release(store, s, STARTER_VERSION, "", "", LICENCES[s]) for s in (CPT, HCPCS)}
        _fill_dictionaries(store, {ICD10CM: icd, **starters}, sources)
        _fill_imported(store, icd, starters, sources)
        for file in sources.preferences:
            rows = [(r.system, r.code, r.preference) for r in read_preferences(file)]
            store.executemany("INSERT OR REPLACE INTO preferences VALUES (?, ?, ?)", rows)
        store.executescript(_INDEXES)
        store.execute(
            "UPDATE releases SET codes = (SELECT count(*) FROM entries e "
            "WHERE e.release = releases.release AND e.level NOT IN ('chapter', 'section'))"
        )
        store.execute("INSERT INTO meta VALUES ('fingerprint', ?)", (sources.fingerprint,))
        store.commit()


def is_store(path: Path, fingerprint: str) -> bool:
    """Whether a whole store of that fingerprint stands at ``path``."""
    try:
        if path.stat().st_size < 4096:
            return False
        with closing(open_store(path)) as store:
            (pages,), (size,) = (
                store.execute("PRAGMA page_count").fetchone(),
                store.execute("PRAGMA page_size").fetchone(),
            )
            found = store.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchone()
            return bool(pages * size == path.stat().st_size and found == (fingerprint,))
    except (sqlite3.Error, OSError):
        return False


def open_store(path: Path) -> sqlite3.Connection:
    """A read-only connection. The file never changes once it is in place, so no locks are taken."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)


def _release(
    store: sqlite3.Connection, system: str, version: str, start: str, end: str, licence: str, *, bare: bool = False
) -> int:
    """The number of a new release; a ``bare`` one has titles without notes, and never answers by default."""
    cursor = store.execute(
        "INSERT INTO releases VALUES (NULL, ?, ?, ?, ?, ?, ?, 0)", (system, version, start, end, licence, bare)
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _fill_tabular(store: sqlite3.Connection, release: int, sources: Sources) -> None:
    codes = list(read_tabular(sources.tabular, sources.listing))
    last = _last_places(codes)
    store.executemany(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'diagnosis', 0, '', '', '')",
        (
            (release, c.code, place, last[place], c.level, c.title, c.billable, c.parent)
            for place, c in enumerate(codes)
        ),
    )
    store.executemany(
        "INSERT INTO notes VALUES (?, ?, ?, ?, ?)",
        ((release, n.code, n.kind, n.text, " ".join(n.codes)) for c in codes for n in c.notes),
    )
    known = {c.code for c in codes}
    store.executemany(
        "INSERT INTO phrases VALUES (NULL, ?, ?, ?, '', ?, ?, 0)",
        ((release, *phrase) for c in codes for phrase in _tabular_phrases(c, known)),
    )
    for file in (sources.tabular, sources.listing):
        store.execute("INSERT INTO provenance VALUES (?, ?, ?, ?)", (release, file.name, sha256_of(file), len(codes)))


def _last_places(codes: list[TabularCode]) -> list[int]:
    """For each place, the last place below it: codes come before what stands below them."""
    places = {c.code: place for place, c in enumerate(codes)}
    last = list(range(len(codes)))
    for place in range(len(codes) - 1, -1, -1):
        parent = codes[place].parent
        if parent is not None:
            above = places[parent]
            last[above] = max(last[above], last[place])
    return last


def _tabular_phrases(code: TabularCode, known: set[str]) -> Iterator[tuple[str, str, str, float]]:
    if code.level == "code":
        for text in title_phrases(code.title):
            yield code.code, text, "title", TITLE_WEIGHT
    for note in code.notes:
        yield from _note_phrases(note, code, known)


def _note_phrases(note: CodeNote, code: TabularCode, known: set[str]) -> Iterator[tuple[str, str, str, float]]:
    if note.kind in ("inclusion", "includes") and code.level == "code":
        weight = TERM_WEIGHT if note.kind == "inclusion" else INCLUDES_WEIGHT
        for text in term_phrases(note.text):
            yield code.code, text, note.kind, weight
    elif note.kind in ("excludes1", "excludes2"):
        pair = excluded_phrase(note.text)
        if pair is not None and pair[1] in known:
            yield pair[1], pair[0], "excludes", EXCLUDES_WEIGHT


def _fill_dictionaries(store: sqlite3.Connection, releases: dict[str, int], sources: Sources) -> None:
    groups = (
        (sources.shipped, shipped_complaint, "starter", STARTER_WEIGHT),
        (sources.users, user_complaint, "user", USER_WEIGHT),
    )
    for files, complain, source, weight in groups:
        for name, path in files:

            def reject(line: int, reason: str, at: str = f"{name}/{path.name}") -> None:
                store.execute("INSERT INTO rejected VALUES (?, ?, ?)", (at, line, reason))

            # A bad row of the user's stops everything, since he can mend it; one of ours is left out and listed.
            rows = list(read_terms(path, name, complain=complain, reject=reject if source == "starter" else None))
            for row in rows:
                release = releases[row.system]
                if name != "icd10cm":
                    _add_entry(store, release, row, replace=source == "user")
                elif not _exists(store, release, row.code):
                    reason = f"no such code in ICD-10-CM {ICD10CM_VERSION}: {row.code}"
                    if source == "user":
                        raise complain(path, row.line, reason)
                    reject(row.line, reason)
                    continue
                store.executemany(
                    "INSERT INTO phrases VALUES (NULL, ?, ?, ?, ?, ?, ?, 0)",
                    ((release, row.code, text, row.when.text, source, weight) for text in row.phrases),
                )
            if rows:
                release = releases[rows[0].system]
                store.execute(
                    "INSERT INTO provenance VALUES (?, ?, ?, ?)",
                    (release, f"{name}/{path.name}", sha256_of(path), len(rows)),
                )
    for system in (CPT, HCPCS):
        _number(store, releases[system])


def _fill_imported(store: sqlite3.Connection, icd: int, starters: dict[str, int], sources: Sources) -> None:
    """The user's imported systems beside the starters, whose facts about a code hold for its official entry too."""
    library = sources.library
    for imported in imported_systems(library):
        first, system = imported.releases[0], imported.system
        if imported.version in (STARTER_VERSION, ICD10CM_VERSION):
            continue
        dates = (first.effective_from, first.effective_to)
        release = _release(store, system, imported.version, *dates, first.licence, bare=system == ICD10CM)
        codes = list(imported_codes(library, imported))
        places = {c.code: place for place, c in enumerate(codes)}
        last = list(range(len(codes)))
        for place, code in enumerate(codes):
            if code.parent is not None:
                last[places[code.parent]] = max(last[places[code.parent]], place)
        for place, code in enumerate(codes):
            own = store.execute(
                "SELECT title, kind, flags, unit, includes FROM entries WHERE release = ? AND code = ?",
                (starters.get(system), code.code),
            ).fetchone()
            title, kind, *facts = own or ("", _kind(system, code.code, {}), "", "", "")
            in_own_words = bool(own) and not code.quotable
            store.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?, 'code', ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    release, code.code, place, last[place], title if in_own_words else code.title, code.billable,
                    code.parent, kind, in_own_words, *facts,
                ),
            )  # fmt: skip
        store.executemany(
            "INSERT INTO phrases VALUES (NULL, ?, ?, ?, '', 'title', ?, 1)",
            ((release, c.code, text, TITLE_WEIGHT) for c in codes for text in c.phrases),
        )
        for held in imported.releases:
            store.execute("INSERT INTO provenance VALUES (?, ?, ?, ?)", (release, held.file, held.sha256, held.rows))
    known = {row[0] for row in store.execute("SELECT code FROM entries WHERE release = ?", (icd,))}
    store.executemany(
        "INSERT INTO phrases VALUES (NULL, ?, ?, ?, '', 'index', ?, 1)",
        ((icd, code, text, TERM_WEIGHT) for code, text in index_phrases(library) if code in known),
    )


def _add_entry(store: sqlite3.Connection, release: int, row: TermRow, *, replace: bool) -> None:
    """A code of a starter. Its first row describes it; later rows add flags and included codes."""
    found = store.execute(
        "SELECT title, flags, unit, includes FROM entries WHERE release = ? AND code = ?", (release, row.code)
    ).fetchone()
    title, flags, unit, includes = row.description, dict(row.flags), row.unit, dict.fromkeys(row.includes)
    if found:
        flags = {**json.loads(found[1] or "{}"), **flags}
        includes = {**dict.fromkeys(found[3].split()), **includes}
        title = title if replace else found[0]
        unit = unit or found[2]
    store.execute(
        "INSERT OR REPLACE INTO entries VALUES (?, ?, 0, 0, 'code', ?, 1, NULL, ?, 1, ?, ?, ?)",
        (
            release, row.code, title, _kind(row.system, row.code, flags),
            json.dumps(flags, sort_keys=True) if flags else "", unit, " ".join(includes),
        ),
    )  # fmt: skip


def _number(store: sqlite3.Connection, release: int) -> None:
    codes = store.execute("SELECT code FROM entries WHERE release = ? ORDER BY code", (release,)).fetchall()
    store.executemany(
        "UPDATE entries SET place = ?, last = ? WHERE release = ? AND code = ?",
        ((place, place, release, code) for place, (code,) in enumerate(codes)),
    )


def _exists(store: sqlite3.Connection, release: int, code: str) -> bool:
    row = store.execute(
        "SELECT 1 FROM entries WHERE release = ? AND code = ? AND level = 'code' OR release = ? AND code = ? "
        "AND level = 'seventh'",
        (release, code, release, code),
    ).fetchone()
    return row is not None


def _kind(system: str, code: str, flags: dict[str, str]) -> Kind:
    """What a starter code reports: its own flag, else the letter's meaning.

    Source: CMS, HCPCS Level II Coding Procedures; the section headings of the HCPCS Level II file.
    """
    named = flags.get("kind")
    if named in _KINDS:
        return _KINDS[named]
    if system == ICD10CM:
        return "diagnosis"
    if system in (CPT, ICD10PCS):
        return "procedure"
    if (
        code[0] == "J"
        or "S0012" <= code <= "S0197"
        or (code[:2] in {"C9", "Q0", "Q2", "Q5", "Q9"} and code[:3] not in {"C96", "C97"})
    ):
        return "drug"
    return "supply" if code[0] in "ABEKLPV" or code[:2] in {"C1", "C2", "Q4"} else "procedure"


_KINDS: dict[str, Kind] = {"procedure": "procedure", "supply": "supply", "drug": "drug"}
