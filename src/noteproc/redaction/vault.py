"""The vault: what reversible policies took out, and what surrogates and date offsets were drawn, encrypted.

One SQLite file, mode 0600. Every value is sealed with AES-256-GCM under the owner's key and bound to its place; ids and
texts are known in it only by keyed tags. Draws come from the vault's own random stream, in order of appearance, and
never from a person's data.

Source: 45 CFR 164.514(c): a re-identification code may not be derived from information about the individual.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from noteproc.errors import ConfigError
from noteproc.redaction.keys import new_key

_FORMAT = "noteproc-vault-1"
_NONCE = 12
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE scopes (tag BLOB PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE notes (tag BLOB PRIMARY KEY, note BLOB NOT NULL, sealed BLOB NOT NULL);
CREATE INDEX notes_by_note ON notes (note);
"""


@dataclass(slots=True)
class Scope:
    """What was drawn for one patient (or one note whose patient is not known). It holds PHI.

    Args:
        stream: the random stream of its own, hexadecimal.
        drawn: how many draws were made from it.
        offset_days: by how much dates move; None until the first date.
        words: original word of a name, folded, to the surrogate.
        values: entity type, a line end and the original, folded, to the surrogate.
    """

    stream: str = field(repr=False)
    drawn: int = 0
    offset_days: int | None = field(default=None, repr=False)
    words: dict[str, str] = field(default_factory=dict, repr=False)
    values: dict[str, str] = field(default_factory=dict, repr=False)

    def draw(self, below: int) -> int:
        """The next random number in [0, below)."""
        block = hmac.digest(bytes.fromhex(self.stream), str(self.drawn).encode(), "sha256")
        self.drawn += 1
        return int.from_bytes(block) % below


@dataclass(frozen=True, slots=True)
class KeptNote:
    """What was taken out of one note.

    Args:
        note_id: its id in the output.
        text: the redacted text.
        spans: (start and end in the redacted text, the words that stood there), in order.
    """

    note_id: str
    text: str = field(repr=False)
    spans: tuple[tuple[int, int, str], ...] = field(repr=False)


class Vault:
    """An open vault. Use ``create``, ``open`` or ``in_memory``."""

    def __init__(self, connection: sqlite3.Connection, key: bytes, secret: bytes) -> None:
        self._db = connection
        self._cipher = AESGCM(key)
        self._secret = secret

    @classmethod
    def create(cls, path: Path, key: bytes) -> Vault:
        """A new vault in a new file.

        Raises:
            ConfigError: the file exists already.
        """
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise ConfigError(f"{path.name} exists already: a vault is never written over") from None
        return cls._made(sqlite3.connect(path), key)

    @classmethod
    def in_memory(cls) -> Vault:
        """A vault under a key that nobody knows, gone with the process."""
        return cls._made(sqlite3.connect(":memory:"), new_key())

    @classmethod
    def _made(cls, connection: sqlite3.Connection, key: bytes) -> Vault:
        vault = cls(connection, key, secrets.token_bytes(32))
        connection.executescript(_TABLES)
        connection.execute("INSERT INTO meta VALUES ('format', ?)", (_FORMAT,))
        connection.execute("INSERT INTO meta VALUES ('secret', ?)", (vault._seal(vault._secret, b"secret"),))
        connection.commit()
        return vault

    @classmethod
    def open(cls, path: Path, key: bytes) -> Vault:
        """An existing vault.

        Raises:
            ConfigError: the file is no vault, or the key is not its key. Nothing was changed.
        """
        if not path.is_file():
            raise ConfigError(f"there is no vault {path.name}: make one with noteproc vault init")
        connection = sqlite3.connect(path)
        try:
            meta = dict(connection.execute("SELECT name, value FROM meta").fetchall())
        except sqlite3.DatabaseError:
            meta = {}
        if meta.get("format") != _FORMAT:
            connection.close()
            raise ConfigError(f"{path.name} is no vault of this version")
        vault = cls(connection, key, b"")
        try:
            vault._secret = vault._opened(meta["secret"], b"secret")
        except ConfigError:
            connection.close()
            raise
        return vault

    def scope(self, name: str) -> Scope:
        """What was drawn for a patient or note so far; a new scope gets a random stream of its own."""
        tag = self._tag("scope", name)
        row = self._db.execute("SELECT sealed FROM scopes WHERE tag = ?", (tag,)).fetchone()
        if row is None:
            (number,) = self._db.execute("SELECT count(*) FROM scopes").fetchone()
            return Scope(hmac.digest(self._secret, f"stream {number}".encode(), "sha256").hex())
        told = json.loads(self._opened(row[0], tag))
        return Scope(told["stream"], told["drawn"], told["offset_days"], told["words"], told["values"])

    def keep_scope(self, name: str, scope: Scope) -> None:
        """Keep what was drawn."""
        tag = self._tag("scope", name)
        told = {"name": name, **{key: getattr(scope, key) for key in scope.__slots__}}
        self._db.execute("INSERT OR REPLACE INTO scopes VALUES (?, ?)", (tag, self._sealed_json(told, tag)))

    def keep_note(self, note_id: str, text: str, spans: Sequence[tuple[int, int, str]]) -> None:
        """Keep what was taken out of a note.

        Args:
            note_id: its id in the output.
            text: the redacted text as written.
            spans: (start and end in the redacted text, the words that stood there), in order.
        """
        tag, note = self._tag("text", text), self._tag("note", note_id)
        told = {"note_id": note_id, "text": text, "spans": [list(span) for span in spans]}
        self._db.execute("DELETE FROM notes WHERE tag = ?", (tag,))
        self._db.execute("INSERT INTO notes VALUES (?, ?, ?)", (tag, note, self._sealed_json(told, tag)))

    def note_of_text(self, text: str) -> KeptNote | None:
        """What was taken out of exactly this redacted text."""
        return self._note("SELECT tag, sealed FROM notes WHERE tag = ?", self._tag("text", text))

    def note_of_id(self, note_id: str) -> KeptNote | None:
        """What was taken out of the note of that id, the latest where there were several."""
        query = "SELECT tag, sealed FROM notes WHERE note = ? ORDER BY rowid DESC LIMIT 1"
        return self._note(query, self._tag("note", note_id))

    def notes(self) -> Iterator[KeptNote]:
        """Everything that was taken out, oldest first."""
        for tag, sealed in self._db.execute("SELECT tag, sealed FROM notes ORDER BY rowid").fetchall():
            yield _kept(json.loads(self._opened(sealed, tag)))

    def scopes(self) -> Iterator[Mapping[str, object]]:
        """Everything that was drawn, oldest first: name, offset in days, surrogates."""
        for tag, sealed in self._db.execute("SELECT tag, sealed FROM scopes ORDER BY rowid").fetchall():
            told = json.loads(self._opened(sealed, tag))
            yield {key: told[key] for key in ("name", "offset_days", "words", "values")}

    def rotate(self, key: bytes) -> None:
        """Seal everything under another key, all or nothing."""
        cipher = AESGCM(key)
        with self._db:
            for table in ("scopes", "notes"):
                rows = self._db.execute(f"SELECT tag, sealed FROM {table} ORDER BY rowid").fetchall()
                for tag, sealed in rows:
                    again = _sealed(cipher, self._opened(sealed, tag), tag)
                    self._db.execute(f"UPDATE {table} SET sealed = ? WHERE tag = ?", (again, tag))
            value = _sealed(cipher, self._secret, b"secret")
            self._db.execute("UPDATE meta SET value = ? WHERE name = 'secret'", (value,))
        self._cipher = cipher
        self._db.execute("VACUUM")

    def commit(self) -> None:
        """Make what was kept last."""
        self._db.commit()

    def close(self) -> None:
        """Close the file; what was not committed is dropped."""
        self._db.close()

    @staticmethod
    def destroy(path: Path) -> None:
        """Overwrite a vault and remove it; no key is needed, and nothing can be restored any more.

        Raises:
            ConfigError: the file is no vault.
        """
        try:
            connection = sqlite3.connect(f"file:{path.resolve().as_posix()}?mode=ro", uri=True)
            row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
            connection.close()
        except sqlite3.DatabaseError:
            row = None
        if row is None or row[0] != _FORMAT:
            raise ConfigError(f"{path.name} is no vault of this version: nothing was removed")
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()

    def _note(self, query: str, tag: bytes) -> KeptNote | None:
        row = self._db.execute(query, (tag,)).fetchone()
        return None if row is None else _kept(json.loads(self._opened(row[1], row[0])))

    def _tag(self, kind: str, value: str) -> bytes:
        return hmac.digest(self._secret, f"{kind}\n{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)

    def _sealed_json(self, told: Mapping[str, object], place: bytes) -> bytes:
        return self._seal(json.dumps(told).encode(), place)

    def _seal(self, data: bytes, place: bytes) -> bytes:
        return _sealed(self._cipher, data, place)

    def _opened(self, sealed: bytes, place: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
        except InvalidTag:
            raise ConfigError("the key does not open this vault; nothing was changed") from None


def _sealed(cipher: AESGCM, data: bytes, place: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + cipher.encrypt(nonce, data, place)


def _kept(told: Mapping[str, object]) -> KeptNote:
    spans = told["spans"]
    assert isinstance(spans, list)
    return KeptNote(str(told["note_id"]), str(told["text"]), tuple((int(a), int(b), str(s)) for a, b, s in spans))
