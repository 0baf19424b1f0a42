"""FHIR R4 in JSON: the notes in DocumentReference, DiagnosticReport and Composition; alone, in a Bundle, or by line.

Source: HL7 FHIR R4 (4.0.1); FHIR Bulk Data Access (newline-delimited JSON).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from noteproc.errors import ReadError
from noteproc.files.document import Document
from noteproc.files.documents import LARGEST
from noteproc.files.fhir_neighbours import neighbours
from noteproc.files.fhir_people import People, text
from noteproc.files.fhir_resource import NOTE_TYPES, Path_, ResourceReader, parsed
from noteproc.files.inputs import Unreadable
from noteproc.files.opening import open_binary
from noteproc.records import Note


@dataclass(frozen=True, slots=True)
class Found:
    """A note in a resource.

    Args:
        label: of the note.
        path: where the resource is.
        document: the note, or why there is none.
    """

    label: str = field(repr=False)
    path: Path_ = field(repr=False)
    document: Document | str


def fhir_notes(source: Path | bytes, label: str, *, noteless: bool = False) -> Iterator[Note | Unreadable]:
    """The notes of a file of one resource, or of one resource a line.

    Args:
        source: the file or its bytes.
        label: what the file is called; notes of a Bundle are called after their resource in it.
        noteless: whether resources that are no notes may stand alone in it.

    Raises:
        ReadError: it is no FHIR, or holds no note where it should.
        OSError: it cannot be read.
    """
    with closing(open_resources(source)) as file:
        any_note = False
        for found in found_notes(file, label, source if isinstance(source, Path) else None):
            any_note = True
            if isinstance(found.document, str):
                yield Unreadable(found.label, found.document)
                continue
            try:
                yield found.document.note(found.label)
            except ReadError as error:
                yield Unreadable(found.label, str(error))
        if not any_note and not noteless:
            raise ReadError("holds no DocumentReference, DiagnosticReport or Composition")


def open_resources(source: Path | bytes) -> BinaryIO:
    """A file of resources."""
    return open_binary(source) if isinstance(source, Path) else io.BytesIO(source)


def found_notes(file: BinaryIO, label: str, path: Path | None = None) -> Iterator[Found]:
    """The notes of an open file, in order.

    Args:
        file: the file.
        label: what it is called.
        path: where it is: people may stand in the files beside it.

    Raises:
        ReadError: it is no FHIR in JSON.
    """
    people = People(neighbours(path)) if path is not None else People()
    if not is_lines(file):
        data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ReadError(f"is larger than {LARGEST >> 20} MB: export it as newline-delimited JSON")
        yield from resource_notes(parsed(data), label, people, {})
        return
    binaries = _index(file, people)
    file.seek(0)
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        shown = f"{label}/{number:06d}"
        try:
            resource = parsed(line)
        except ReadError as error:
            yield Found(shown, (), f"line {number}: {error}")
            continue
        yield from resource_notes(resource, label, people, binaries, file=file, numbered=shown)


def is_lines(file: BinaryIO) -> bool:
    """Whether a file holds one resource a line; it is at its start afterwards."""
    file.seek(0)
    first = file.readline(LARGEST)
    more = file.read(1)
    file.seek(0)
    if not more:
        return False
    try:
        return isinstance(json.loads(first.decode("utf-8-sig")), dict)
    except (ValueError, RecursionError):
        return False


def _index(file: BinaryIO, people: People) -> dict[str, int]:
    """Where each Binary of a file of lines starts; its people are added."""
    binaries: dict[str, int] = {}
    at = 0
    for line in file:
        try:
            resource = parsed(line) if line.strip() else {}
        except ReadError:
            resource = {}
        people.add(resource)
        if resource.get("resourceType") == "Binary":
            binaries[f"Binary/{text(resource.get('id'))}"] = at
        at += len(line)
    return binaries


def resource_notes(
    root: Mapping[str, object],
    label: str,
    people: People,
    binaries: Mapping[str, int],
    *,
    file: BinaryIO | None = None,
    numbered: str = "",
) -> Iterator[Found]:
    """The notes in a resource, with those in it if it is a Bundle.

    Args:
        root: the resource.
        label: of the file.
        people: who else is in the file; a Bundle's own are added.
        binaries: where the Binary resources of ``file`` start.
        file: the file that ``binaries`` speak of.
        numbered: what a note without id is called in a file of lines.
    """
    placed = list(resources(root))
    own: dict[str, tuple[Path_, Mapping[str, object]]] = {}
    for path, resource, full_url in placed:
        people.add(resource, full_url)
        if resource.get("resourceType") == "Binary":
            for name in (f"Binary/{text(resource.get('id'))}", full_url):
                own[name] = (path, resource)
    many = root.get("resourceType") == "Bundle" or bool(numbered)
    for number, (path, resource, _) in enumerate(placed, 1):
        if resource.get("resourceType") not in NOTE_TYPES:
            continue
        shown = label
        if many:
            given = text(resource.get("id"))
            shown = f"{label}/{given}" if given else numbered or f"{label}/{number:06d}"
        try:
            reader = ResourceReader(resource, path, people, own, binaries, file)
            yield Found(shown, path, reader.document())
        except ReadError as error:
            yield Found(shown, path, str(error))


def resources(
    root: Mapping[str, object], path: Path_ = (), full_url: str = ""
) -> Iterator[tuple[Path_, Mapping[str, object], str]]:
    """Every resource: (path, resource, full URL), a Bundle's entries in its place."""
    if root.get("resourceType") != "Bundle":
        yield path, root, full_url
        return
    entries = root.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        inner = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(inner, dict):
            yield from resources(inner, (*path, "entry", number, "resource"), text(entry.get("fullUrl")))
