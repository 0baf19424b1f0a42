"""The decisions log: who decided what on which note, when, and on what the engine had said. Rows are only ever added.

SQLite's rollback journal with full synchronisation: a decision that was answered is on the disk, whatever happens to
the server. Several servers may write one log (two reviewers on one run): each note's decisions are numbered, and a
decision that was made on an older state than the newest is refused.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from noteproc.errors import ConfigError, NoteprocError

_FORMAT = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS origins (origin INTEGER PRIMARY KEY, versions TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS decisions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, note_id TEXT NOT NULL, digest TEXT NOT NULL, reading TEXT NOT NULL,
    revision INTEGER, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, data TEXT NOT NULL,
    seconds REAL NOT NULL, origin INTEGER NOT NULL REFERENCES origins (origin),
    UNIQUE (note_id, digest, reading, revision)
);
CREATE INDEX IF NOT EXISTS decisions_by_person ON decisions (who, reading, seq);
CREATE TRIGGER IF NOT EXISTS decisions_stay BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS decisions_are_kept BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS origins_stay BEFORE UPDATE ON origins
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS origins_are_kept BEFORE DELETE ON origins
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TABLE IF NOT EXISTS standings (
    note_id TEXT NOT NULL, digest TEXT NOT NULL, reading TEXT NOT NULL, revision INTEGER NOT NULL,
    status TEXT NOT NULL, accepted INTEGER NOT NULL, undecided INTEGER NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (note_id, digest, reading)
) WITHOUT ROWID;
"""
_COLUMNS = "seq, note_id, digest, reading, revision, at, who, action, data, seconds, versions"
_FROM = f"SELECT {_COLUMNS} FROM decisions JOIN origins USING (origin)"
_PATIENCE_S = 10.0


class StaleDecision(NoteprocError):
    """Somebody has decided on the note since it was shown."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the log.

    Args:
        seq: its number in the log.
        note_id, digest: the note, and the result that was decided on.
        reading: "" for the reading that all share; a reviewer's name for an independent one.
        revision: its number among the note's decisions; None where it changes nothing (the original was shown).
        at: ISO 8601, UTC.
        who: the reviewer's name.
        action: what was done.
        data: with what.
        seconds: how long the note was worked on since the last decision.
        versions: engine and code sets, of the result and of the workbench.
    """

    seq: int
    note_id: str
    digest: str
    reading: str
    revision: int | None
    at: str
    who: str
    action: str
    data: Mapping[str, Any] = field(repr=False)
    seconds: float
    versions: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Thread:
    """Which decisions belong together: those on one result of one note, in one reading."""

    note_id: str
    digest: str
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What the worklist shows of a note: derived from the log, kept beside it in the same transaction."""

    status: str
    accepted: int
    undecided: int


class DecisionLog:
    """The log of one output folder; safe to share between threads.

    Args:
        path: its file, made if it is not there.

    Raises:
        ConfigError: the file is no log of this version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        self._db = sqlite3.connect(path, timeout=_PATIENCE_S, check_same_thread=False, isolation_level=None)
        try:
            self._db.execute("PRAGMA synchronous = FULL")
            (known,) = self._db.execute("PRAGMA user_version").fetchone()
            if known not in (0, _FORMAT):
                raise ConfigError(f"{path.name} is a decisions log of another version")
            self._db.executescript(_TABLES)
            self._db.execute(f"PRAGMA user_version = {_FORMAT}")
        except sqlite3.DatabaseError:
            self._db.close()
            raise ConfigError(f"{path.name} is no decisions log") from None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def append(
        self,
        thread: Thread,
        revision: int,
        who: str,
        action: str,
        data: Mapping[str, Any],
        *,
        versions: Mapping[str, Any],
        tally: Callable[[list[Decision]], Tally],
        seconds: float = 0.0,
    ) -> list[Decision]:
        """Add a decision; on the disk when this returns.

        Args:
            thread: what is decided on.
            revision: the newest decision that the reviewer had seen, 0 for none.
            who: the reviewer.
            action, data: what was decided.
            versions: engine and code sets.
            tally: what the worklist shows after it, from all decisions of the thread.
            seconds: how long the note was worked on since the last decision.

        Returns:
            All decisions of the thread, the new one last.

        Raises:
            StaleDecision: there is a newer one; nothing was added.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                known = self._thread(thread)
                newest = known[-1].revision if known else 0
                if newest != revision:
                    raise StaleDecision("the note was decided on by somebody else in the meantime")
                self._insert(thread, revision + 1, who, action, data, versions, seconds)
                all_now = self._thread(thread)
                told = tally(all_now)
                last = all_now[-1]
                self._db.execute(
                    "INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*_key(thread), revision + 1, told.status, told.accepted, told.undecided, last.who, last.at),
                )
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
        return all_now

    def note(self, thread: Thread, who: str, action: str, data: Mapping[str, Any], versions: Mapping[str, Any]) -> None:
        """Record something that changes no decision (the original was shown)."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._insert(thread, None, who, action, data, versions, 0.0)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def thread(self, thread: Thread) -> list[Decision]:
        """The decisions of a thread, in order."""
        with self._lock:
            return self._thread(thread)

    def history(self, note_id: str) -> list[Decision]:
        """All that was ever recorded on a note, in order, whatever result or reading it belongs to."""
        with self._lock, closing(self._db.execute(f"{_FROM} WHERE note_id = ? ORDER BY seq", (note_id,))) as rows:
            return [_decision(row) for row in rows]

    def newest(self, who: str, reading: str, action: str | None = None) -> Iterator[Decision]:
        """A reviewer's decisions, newest first; only undoings where ``action`` says so, else all but undo and redo."""
        wanted = "action = ?" if action else "action NOT IN ('undo', 'redo') AND ? = ''"
        sql = f"{_FROM} WHERE who = ? AND reading = ? AND revision IS NOT NULL AND {wanted} AND seq < ? "
        before = 1 << 62
        while True:
            with self._lock:
                rows = self._db.execute(sql + "ORDER BY seq DESC LIMIT 50", (who, reading, action or "", before))
                found = [_decision(row) for row in rows]
            if not found:
                return
            yield from found
            before = found[-1].seq

    def all(self) -> Iterator[Decision]:
        """The whole log, in order."""
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE_S)) as db:
            for row in db.execute(f"{_FROM} ORDER BY seq"):
                yield _decision(row)

    def _thread(self, thread: Thread) -> list[Decision]:
        where = "note_id = ? AND digest = ? AND reading = ? AND revision IS NOT NULL"
        rows = self._db.execute(f"{_FROM} WHERE {where} ORDER BY revision", _key(thread))
        return [_decision(row) for row in rows]

    def _insert(
        self,
        thread: Thread,
        revision: int | None,
        who: str,
        action: str,
        data: Mapping[str, Any],
        versions: Mapping[str, Any],
        seconds: float,
    ) -> None:
        told = json.dumps(versions, sort_keys=True)
        self._db.execute("INSERT OR IGNORE INTO origins (versions) VALUES (?)", (told,))
        (origin,) = self._db.execute("SELECT origin FROM origins WHERE versions = ?", (told,)).fetchone()
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._db.execute(
            "INSERT INTO decisions (note_id, digest, reading, revision, at, who, action, data, seconds, origin) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*_key(thread), revision, now, who, action, json.dumps(data, ensure_ascii=False), seconds, origin),
        )


def _key(thread: Thread) -> tuple[str, str, str]:
    return thread.note_id, thread.digest, thread.reading


def _decision(row: tuple[Any, ...]) -> Decision:
    seq, note_id, digest, reading, revision, at, who, action, data, seconds, versions = row
    return Decision(
        seq, note_id, digest, reading, revision, at, who, action, json.loads(data), seconds, json.loads(versions)
    )
