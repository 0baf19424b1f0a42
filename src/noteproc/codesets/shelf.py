"""The library's file: its place, its tables, and connections to it.

SQLite's rollback journal makes an import whole or nothing: one that is cut off is undone when the file is next opened.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from noteproc.errors import CodeSetError

FILE = "library.sqlite"
# Raised with every change of the tables; an older library is then said to be older, not misread.
SCHEMA = 1
# Between the values of a row. No importer lets a control character through.
SEPARATOR = "\x1f"

_TABLES = """
CREATE TABLE releases (
    imported INTEGER PRIMARY KEY AUTOINCREMENT, family TEXT NOT NULL, system TEXT NOT NULL, version TEXT NOT NULL,
    effective_from TEXT NOT NULL, effective_to TEXT NOT NULL, variant TEXT NOT NULL, file TEXT NOT NULL,
    sha256 TEXT NOT NULL, rows INTEGER NOT NULL, rejected INTEGER NOT NULL, licence TEXT NOT NULL,
    counts TEXT NOT NULL, columns TEXT NOT NULL, seal TEXT NOT NULL
);
CREATE TABLE rows (
    imported INTEGER NOT NULL, code TEXT NOT NULL, link TEXT NOT NULL, line INTEGER NOT NULL, held TEXT NOT NULL
);
CREATE TABLE rejected (imported INTEGER NOT NULL, line INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE INDEX rows_by_code ON rows (imported, code);
CREATE INDEX rows_by_link ON rows (imported, link) WHERE link <> '';
CREATE INDEX rejected_by_release ON rejected (imported);
"""


def data_root() -> Path:
    """Where this user's imported files belong: ``NOTEPROC_DATA``, ``XDG_DATA_HOME``, or the platform's place.

    Unlike the cache nothing here can be made anew without the user's files.
    Source: XDG Base Directory Specification 0.8; Apple File System Programming Guide; Microsoft known folders.
    """
    own = os.environ.get("NOTEPROC_DATA")
    if own:
        return Path(own)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "noteproc"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "noteproc" / "Data"
    xdg = os.environ.get("XDG_DATA_HOME")
    return (Path(xdg) if xdg and os.path.isabs(xdg) else Path.home() / ".local" / "share") / "noteproc"


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, to a library that exists.

    Raises:
        CodeSetError: it is damaged, or of another version of noteproc.
    """
    # Read-write where it may be, so that SQLite can undo an import that was cut off; read-only media all the same.
    mode = "rw" if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) else "ro"
    with _said(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=60, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA query_only = ON")
            _check(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction on the library, made if need be; what fails inside leaves it as it was.

    Raises:
        CodeSetError: it is damaged, of another version, in use by another import, or cannot be written.
    """
    created = not path.exists()
    with _said(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        with _said(path):
            connection.execute("PRAGMA cache_size = -65536")
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                for statement in filter(str.strip, _TABLES.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            _check(connection, path)
            yield connection
            connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        connection.close()
        if created:
            with suppress(OSError):
                path.unlink()
        raise
    connection.close()


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise CodeSetError(
            f"the library cannot be used ({_reason(error)}): free space, end other imports, or set NOTEPROC_DATA",
            path=path.name,
        ) from None
    except sqlite3.DatabaseError:
        raise CodeSetError("the library is damaged: remove the file and import again", path=path.name) from None
    except OSError as error:
        raise CodeSetError(
            f"the library cannot be written ({type(error).__name__}): set NOTEPROC_DATA", path=path.name
        ) from None


def _reason(error: sqlite3.OperationalError) -> str:
    return str(getattr(error, "sqlite_errorname", "") or type(error).__name__)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found != SCHEMA:
        raise CodeSetError(
            f"the library has layout {found}, this noteproc reads {SCHEMA}: remove the file and import again",
            path=path.name,
        )
