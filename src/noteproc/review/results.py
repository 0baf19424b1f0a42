"""The results of a run, note by note: an index of byte offsets over ``results.jsonl``, made once.

The index holds ids, codes, counts and where each line lies; of a note's text it holds nothing. It is made beside the
decisions, at the end of a run or when the run is first opened, takes its place in one step, and is made anew when the
manifest tells of other results.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from noteproc.errors import ConfigError, ReadError
from noteproc.files.manifest import read_manifest
from noteproc.records import OffsetMap, PhiSpan

FOLDER = "review"
_FORMAT = "4"
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE notes (
    place INTEGER PRIMARY KEY, note_id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, length INTEGER NOT NULL,
    digest TEXT NOT NULL, setting TEXT NOT NULL, characters INTEGER NOT NULL, suggestions INTEGER NOT NULL,
    phi INTEGER NOT NULL, doubt REAL NOT NULL, found TEXT NOT NULL
);
CREATE INDEX notes_by_doubt ON notes (doubt DESC, place);
"""
_STEP = 500

_SPAN = ("start", "end", "entity_type", "score", "recognizer", "replacement", "redacted_start", "redacted_end")

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Placed:
    """A result with its place.

    Args:
        place: 0-based place in the run.
        digest: of the line: what decisions were made on.
        result: the line, as ``NoteResult.to_dict``.
    """

    place: int
    digest: str
    result: Mapping[str, Any] = field(repr=False)

    @property
    def note_id(self) -> str:
        """The note's id."""
        return str(self.result["note_id"])

    @property
    def offsets(self) -> OffsetMap:
        """The way between the original's offsets and those of the redacted text."""
        return OffsetMap(PhiSpan(*(p[name] for name in _SPAN)) for p in self.result["phi"])


class Results:
    """The results in an output folder. Made by :meth:`open`; safe to share between threads."""

    def __init__(self, out: Path, index: Path) -> None:
        self.out = out
        self.index = index
        self._lines = out / "results.jsonl"

    @classmethod
    def open(cls, out: Path, progress: Progress = lambda done: None) -> Results:
        """The results of a finished run; indexed on first use.

        Args:
            out: the output folder of ``noteproc run``.
            progress: called with the number of notes indexed so far.

        Raises:
            ConfigError: the folder holds no finished run.
            ReadError: a line is no result (its number is named, none of its words).
        """
        lines = out / "results.jsonl"
        if not lines.is_file() or not (out / "manifest.json").is_file():
            raise ConfigError(f"{out.name} holds no finished run: make one with noteproc run NOTES -o {out.name}")
        folder = out / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        index = folder / "index.sqlite"
        seal = _seal(out)
        if not _fresh(index, seal):
            _build(index, lines, seal, progress)
        return cls(out, index)

    def connection(self) -> sqlite3.Connection:
        """A new connection that only reads the index."""
        return sqlite3.connect(f"{self.index.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)

    def read(self, place: int) -> Placed:
        """The result at a place.

        Raises:
            ReadError: there is none, or the run was replaced since the index was made.
        """
        db = self.connection()
        try:
            row = db.execute("SELECT at, length, digest FROM notes WHERE place = ?", (place,)).fetchone()
        finally:
            db.close()
        if row is None:
            raise ReadError("there is no note at that place")
        at, length, digest = row
        with self._lines.open("rb") as file:
            file.seek(at)
            line = file.read(length)
        if _digest(line) != digest:
            raise ReadError(
                "the results are not those that were indexed: look with noteproc verify, start the review anew"
            )
        return Placed(place, digest, json.loads(line))

    def place_of(self, note_id: str) -> int | None:
        """The place of a note, or None."""
        db = self.connection()
        try:
            row = db.execute("SELECT place FROM notes WHERE note_id = ?", (note_id,)).fetchone()
        finally:
            db.close()
        return None if row is None else int(row[0])

    def __iter__(self) -> Iterator[Placed]:
        with self._lines.open("rb") as file:
            for place, line in enumerate(file):
                body = line.rstrip(b"\n")
                yield Placed(place, _digest(body), json.loads(body))

    def __len__(self) -> int:
        db = self.connection()
        try:
            return int(db.execute("SELECT count(*) FROM notes").fetchone()[0])
        finally:
            db.close()


def doubt_of(suggestions: Sequence[Mapping[str, Any]]) -> float:
    """How many wrong calls are to be expected if every score is taken at its word: where a person's look is worth most.

    A calibrated score of 0.9 is wrong once in ten; one of 0.5 every other time.
    """
    return round(sum(min(float(s["score"]), 1 - float(s["score"])) for s in suggestions), 4)


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:24]


def _seal(out: Path) -> str:
    """What tells one run from another: the size of its results, and the digest of them that its manifest holds."""
    files = read_manifest(out)[0].get("files")
    digest = files.get("results.jsonl", "") if isinstance(files, dict) else ""
    return f"{_FORMAT} {(out / 'results.jsonl').stat().st_size} {digest}"


def _fresh(index: Path, seal: str) -> bool:
    if not index.is_file():
        return False
    db = sqlite3.connect(f"{index.resolve().as_uri()}?mode=ro", uri=True)
    try:
        row = db.execute("SELECT value FROM meta WHERE name = 'seal'").fetchone()
    except sqlite3.DatabaseError:
        return False
    finally:
        db.close()
    return row is not None and row[0] == seal


def _build(index: Path, lines: Path, seal: str, progress: Progress) -> None:
    temporary = index.with_name(f".index.{secrets.token_hex(6)}.partial")
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        db = sqlite3.connect(temporary)
        try:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.executescript(_TABLES)
            with lines.open("rb") as file, db:
                db.executemany("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _rows(file, progress))
                db.execute("INSERT INTO meta VALUES ('seal', ?)", (seal,))
        finally:
            db.close()
        os.replace(temporary, index)
    except sqlite3.IntegrityError:
        raise ReadError("two notes have one id", path=lines.name) from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def _rows(file: Iterator[bytes], progress: Progress) -> Iterator[tuple[object, ...]]:
    at = 0
    for place, line in enumerate(file):
        body = line.rstrip(b"\n")
        try:
            result = json.loads(body)
            suggestions = result["suggestions"]
            found = " ".join(f"{s['code']} {s['display']}" for s in suggestions)
            yield (
                place,
                result["note_id"],
                at,
                len(body),
                _digest(body),
                result["setting"],
                len(result["text"]),
                len(suggestions),
                len(result["phi"]),
                doubt_of(suggestions),
                f"{result['note_id']} {found}".casefold(),
            )
        except (ValueError, KeyError, TypeError):
            raise ReadError(f"line {place + 1} is no result of this version", path="results.jsonl") from None
        at += len(line)
        if (place + 1) % _STEP == 0:
            progress(place + 1)
