"""Known identifiers: a table that says, note by note or patient by patient, what must not stay in a note."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from noteproc.artifacts import dictionaries_dir
from noteproc.errors import ConfigError, ReadError
from noteproc.files.decoding import decode
from noteproc.records import Note

_ENTITY_TYPE = re.compile(r"[A-Z][A-Z_]{2,40}")
_KEYS = ("note_id", "patient_id")


@dataclass(frozen=True, slots=True)
class KnownIdentifiers:
    """What a table says of notes and patients. It holds PHI.

    Args:
        by_note: note id to metadata.
        by_patient: patient id to metadata.
    """

    by_note: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    by_patient: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    def added_to(self, note: Note) -> Note:
        """The note with what is known of it, and of its patient, in its metadata."""
        own = self.by_note.get(note.note_id) or self.by_note.get(note.note_id.rsplit("/", 1)[-1]) or {}
        patient = note.metadata.get("patient_id") or own.get("patient_id", "")
        found = (own, self.by_patient.get(patient, {}))
        if not any(found):
            return note
        metadata = dict(note.metadata)
        for known in found:
            _join(metadata, known)
        return replace(note, metadata=metadata)


def read_known_identifiers(path: Path) -> KnownIdentifiers:
    """Read a CSV (or TSV) of known identifiers.

    Args:
        path: a table with a ``note_id`` or ``patient_id`` column (or both) and columns of identifiers, by the names of
            ``dictionaries/phi/known_columns.tsv`` or by entity type. Several rows of one note add up.

    Raises:
        ConfigError: it cannot be read, or a column is unknown; names what is allowed, never a value.
    """
    kinds = column_kinds()
    try:
        text, _ = decode(path.read_bytes())
        delimiter = "\t" if path.suffix == ".tsv" else ","
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        # Asked first: without these the first row may be no header, and no word of it may be shown.
        if not set(_KEYS) & set(map(_folded, reader.fieldnames or ())):
            parted = "tabs" if delimiter == "\t" else "commas"
            raise ConfigError(f"{path.name}: needs a header with a note_id or a patient_id column, parted by {parted}")
        columns = {name: _column(name, kinds, path) for name in reader.fieldnames or ()}
        by_note: dict[str, dict[str, str]] = {}
        by_patient: dict[str, dict[str, str]] = {}
        for number, row in enumerate(reader, 1):
            if any(row.get(None) or ()):
                raise ConfigError(f"{path.name}: row {number} has more cells than the header")
            values: dict[str, str] = {}
            for name, key in columns.items():
                if value := (row.get(name) or "").strip():
                    _join(values, {key: value})
            note_id, patient = values.pop("note_id", ""), values.get("patient_id", "")
            if note_id:
                _join(by_note.setdefault(note_id, {}), values)
            elif patient:
                _join(by_patient.setdefault(patient, {}), values)
    except OSError as error:
        raise ConfigError(f"{path.name}: cannot be read ({error.strerror})") from None
    except (ReadError, csv.Error):
        raise ConfigError(f"{path.name}: is not a table in CSV") from None
    return KnownIdentifiers(by_note, by_patient)


def _column(name: str, kinds: Mapping[str, str], path: Path) -> str:
    folded = _folded(name)
    if folded in _KEYS:
        return folded
    if folded in kinds:
        return f"known:{kinds[folded]}"
    if _ENTITY_TYPE.fullmatch(name) and name in kinds.values():
        return f"known:{name}"
    raise ConfigError(f"{path.name}: unknown column {name!r}; allowed: {', '.join((*_KEYS, *sorted(kinds)))}")


def _folded(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


@lru_cache(maxsize=1)
def column_kinds() -> Mapping[str, str]:
    """Usual names of columns of identifiers, to entity types."""
    lines = (dictionaries_dir() / "phi" / "known_columns.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))


def _join(into: dict[str, str], values: Mapping[str, str]) -> None:
    for key, value in values.items():
        lines = into.get(key, "").split("\n") if into.get(key) else []
        if value not in lines:
            into[key] = value if key == "patient_id" else "\n".join([*lines, value])
