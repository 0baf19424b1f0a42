"""What a store is made from: the ICD-10-CM data of ``simple-icd-10-cm``, the dictionaries, a user's own folders.

The package is located, never imported: importing it costs seconds and 190 MB.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets.imported import searched
from noteproc.codesets.library import Library
from noteproc.codesets.tables import SYSTEMS, table_files, user_complaint
from noteproc.errors import ConfigError, ModelError

# Raised with every change of the tables or of how they are filled: an older store is then built anew.
SCHEMA = 3

ICD10CM_VERSION = "2026-04-01"
ICD10CM_UNTIL = "2026-09-30"
_TABULAR = "icd10c-tabular-April-1-2026.xml"
_LISTING = "code-list-April-2026.txt"


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that a store is built from, and the fingerprint of all of them.

    Args:
        tabular, listing: the ICD-10-CM tabular list and code list.
        shipped: the tables of the installation, by folder name.
        users: the tables of the user's folders, by folder name.
        preferences: the user's tables of preferences.
        library: the user's imported files.
        fingerprint: 32 hexadecimal digits over the schema and every byte of every file.
    """

    tabular: Path
    listing: Path
    shipped: tuple[tuple[str, Path], ...]
    users: tuple[tuple[str, Path], ...]
    preferences: tuple[Path, ...]
    library: Library
    fingerprint: str


def find_sources(user_dictionaries: Sequence[Path] = (), library: Library | None = None) -> Sources:
    """Everything that there is to build from, in a fixed order.

    Args:
        user_dictionaries: folders of the user's own.
        library: the imported files; by default the user's own library.

    Raises:
        CodeSetError: the library is damaged.
        ModelError: the ICD-10-CM data or the dictionaries are missing from the installation.
        ConfigError: a user's folder does not exist or holds no table.
    """
    data = _icd10cm_data()
    tabular, listing = data / _TABULAR, data / _LISTING
    for path in (tabular, listing):
        if not path.is_file():
            raise ModelError(f"{path.name} is missing: install simple-icd-10-cm 1.5 again")
    root = dictionaries_dir()
    shipped = tuple((name, path) for name in SYSTEMS for path in table_files(root / name))
    users: list[tuple[str, Path]] = []
    preferences: list[Path] = []
    for folder in user_dictionaries:
        own = [(name, path) for name in SYSTEMS for path in table_files(folder / name)]
        liked = [path for path in table_files(folder) if path.stem == "preferences"]
        if not folder.is_dir():
            raise ConfigError(f"no such dictionary folder: {folder.name}")
        if not own and not table_files(folder):
            raise ConfigError(f"{folder.name} holds no table that is read: noteproc dictionaries check says what is")
        for path in table_files(folder):
            if path.stem != "preferences" and path.name != "sections.tsv":
                raise user_complaint(path, 1, "not a table that is read here: preferences or sections.tsv")
        users += own
        preferences += liked
    seal = hashlib.sha256(f"schema {SCHEMA}".encode())
    for path in (tabular, listing, *(p for _, p in shipped), *(p for _, p in users), *preferences):
        seal.update(f"\0{path.parent.name}/{path.name}\0".encode())
        seal.update(hashlib.sha256(path.read_bytes()).digest())
    held = library or Library.open()
    for release in searched(held):
        seal.update(f"\0{release.imported} {release.family} {release.version} {release.sha256}\0".encode())
    return Sources(tabular, listing, shipped, tuple(users), tuple(preferences), held, seal.hexdigest()[:32])


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _icd10cm_data() -> Path:
    spec = find_spec("simple_icd_10_cm")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("the ICD-10-CM data is missing: install simple-icd-10-cm 1.5")
    return Path(next(iter(spec.submodule_search_locations))) / "data"
