"""The notes as they were before redaction, for a person who holds them, or the key of the vault that does."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from noteproc.errors import ConfigError, ReadError
from noteproc.files.inputs import Source, Unreadable, read, sources
from noteproc.files.names import UniqueIds
from noteproc.records import Note
from noteproc.redaction.keys import load_key
from noteproc.redaction.restoration import restored
from noteproc.redaction.vault import Vault


class Originals:
    """Where originals are found. They are read when one is asked for and never kept.

    Args:
        folder: the inputs of the run (the same folder or table that it was given), or None.
        vault: the vault of the run, or None.
        key_file: the file with the vault's key.
        crosswalk: the run's crosswalk, where file names held PHI.

    Raises:
        ConfigError: a folder, vault or key is missing or wrong.
    """

    def __init__(self, folder: Path | None, vault: Path | None, key_file: Path | None, crosswalk: Path) -> None:
        self._vault_path = vault
        self._key = load_key(key_file) if vault is not None else b""
        if vault is not None:
            Vault.open(vault, self._key).close()
        self._places: dict[str, tuple[Source, int]] = {}
        if folder is not None:
            renamed = _renamed(crosswalk)
            ids = UniqueIds()
            for source in sources([str(folder)])[0]:
                for number, label in enumerate(_labels(source)):
                    taken = ids.take(label)
                    self._places[renamed.get(label, taken)] = (source, number)
        self._folder = folder

    def text(self, result: Mapping[str, Any]) -> str:
        """The original of a result.

        Args:
            result: as ``NoteResult.to_dict``.

        Raises:
            ReadError: it is not there, or it is not the text that was redacted.
        """
        note_id = str(result["note_id"])
        if self._vault_path is not None:
            vault = Vault.open(self._vault_path, self._key)
            try:
                return _proven(restored(str(result["text"]), vault, note_id).text, result)
            except (ConfigError, ReadError):
                if self._folder is None:
                    raise ReadError("the vault does not hold this note") from None
            finally:
                vault.close()
        if note_id not in self._places:
            raise ReadError("the original of this note is not in the folder of originals")
        source, number = self._places[note_id]
        found = next(islice(read(source), number, None), None)
        if not isinstance(found, Note):
            raise ReadError("the original of this note cannot be read")
        return _proven(found.text, result)


def _proven(original: str, result: Mapping[str, Any]) -> str:
    """The original, if what was redacted in it gives the redacted text to the letter."""
    text, pieces, at = str(result["text"]), [], 0
    for span in result["phi"]:
        pieces += [original[at : span["start"]], span["replacement"]]
        at = span["end"]
    if "".join(pieces) + original[at:] != text:
        raise ReadError("the original has changed since the run, or belongs to another run")
    return original


def _labels(source: Source) -> Iterator[str]:
    """What the notes of a source are called there. A file that holds one note need not be read for that."""
    if not source.table:
        yield source.label
        return
    for note in read(source):
        yield note.label if isinstance(note, Unreadable) else note.note_id


def _renamed(crosswalk: Path) -> dict[str, str]:
    if not crosswalk.is_file():
        return {}
    with crosswalk.open(encoding="utf-8", newline="") as file:
        return {row[1]: row[0] for row in csv.reader(file) if len(row) == 2}
