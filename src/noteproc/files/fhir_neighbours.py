"""Who is named in the files beside a file of FHIR resources: a bulk export has a file for each type of resource.

Source: FHIR Bulk Data Access (newline-delimited JSON).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from noteproc.errors import ReadError
from noteproc.files.fhir_people import PERSONS, dicts, text
from noteproc.files.opening import open_binary, unpacked_name

_Place: TypeAlias = tuple[Path, int]
_LONGEST_LINE = 1 << 24


class Neighbours:
    """The persons, places and visits of a folder, read anew where one is asked for: there may be millions.

    Args:
        folder: whose files of one resource a line are looked through, if they begin with somebody.
    """

    def __init__(self, folder: Path) -> None:
        self._places: dict[str, _Place] = {}
        self._relatives: dict[str, list[_Place]] = {}
        for path in sorted(folder.iterdir()):
            if unpacked_name(path).suffix.lower() in (".ndjson", ".jsonl"):
                try:
                    self._take(path)
                except (OSError, ReadError):
                    continue  # as an input it has an outcome of its own

    def find(self, reference: str) -> Mapping[str, object] | None:
        """The resource that ``Type/id`` names."""
        place = self._places.get(reference)
        return None if place is None else _read(place, reference)

    def relatives(self, reference: str) -> Iterator[Mapping[str, object]]:
        """The RelatedPersons of the patient whom ``Patient/id`` names."""
        found = (_read(place) for place in self._relatives.get(reference, ()))
        return (person for person in found if person is not None)

    def _take(self, path: Path) -> None:
        with open_binary(path) as file:
            at = 0
            while line := file.readline(_LONGEST_LINE):
                resource = _parsed(line)
                kind = text(resource.get("resourceType"))
                if kind not in PERSONS and at == 0:
                    return
                if kind in PERSONS and resource.get("id"):
                    self._places.setdefault(f"{kind}/{text(resource.get('id'))}", (path, at))
                for patient in dicts(resource.get("patient")) if kind == "RelatedPerson" else ():
                    self._relatives.setdefault(text(patient.get("reference")), []).append((path, at))
                at += len(line)


@lru_cache(maxsize=1)
def _neighbours(folder: Path, changed: int) -> Neighbours:
    return Neighbours(folder)


def neighbours(path: Path) -> Neighbours:
    """Who is named in the files beside one.

    Raises:
        OSError: the folder cannot be read.
    """
    folder = path.resolve().parent
    return _neighbours(folder, folder.stat().st_mtime_ns)


def _read(place: _Place, reference: str = "") -> Mapping[str, object] | None:
    path, at = place
    try:
        with open_binary(path) as file:
            file.seek(at)
            resource = _parsed(file.readline(_LONGEST_LINE))
    except (OSError, ReadError):
        return None
    same = not reference or f"{text(resource.get('resourceType'))}/{text(resource.get('id'))}" == reference
    return resource if resource and same else None


def _parsed(line: bytes) -> Mapping[str, object]:
    try:
        resource = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    return resource if isinstance(resource, dict) else {}
