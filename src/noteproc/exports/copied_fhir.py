"""Redacted copies of FHIR R4 in JSON: notes by what redaction found, names, numbers and addresses by what they are,
days by the policy. Everything that is not replaced or taken out stays as it is, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from noteproc.errors import ReadError
from noteproc.exports.copied_resource import ResourceCopy
from noteproc.exports.results import items
from noteproc.exports.verdicts import Verdict, Verdicts, as_read
from noteproc.files.decoding import decoded
from noteproc.files.documents import LARGEST
from noteproc.files.edits import Edit, redaction_edits
from noteproc.files.fhir import Found, found_notes, is_lines, open_resources
from noteproc.files.fhir_resource import Value
from noteproc.files.jsontext import Node, parse_json, rewritten
from noteproc.records import Note


def copy_fhir(path: Path, out: BinaryIO, verdicts: Verdicts) -> bool:
    """Write the redacted copy of a file of one resource, or of one resource a line; False where nothing is left.

    Raises:
        ReadError: it is not what it was in the run.
    """
    with closing(open_resources(path)) as file:
        lines = is_lines(file)
        found = found_notes(file, "", path)
        if not lines:
            notes = [(f, verdicts.next()) for f in found]
            file.seek(0)
            text, encoding = decoded(file.read(LARGEST + 1))
            copy = _copied(text, notes, verdicts)
            out.write(encoding.bom + encoding.encoded(copy))
            return bool(copy)
    return _copy_lines(path, out, verdicts)


def _copy_lines(path: Path, out: BinaryIO, verdicts: Verdicts) -> bool:
    """Line by line: the notes of a line are read with the whole file at hand, so two readers go side by side."""
    written = False
    with closing(open_resources(path)) as reading, closing(open_resources(path)) as file:
        ahead = found_notes(reading, "", path)
        waiting: list[Found] = []
        for line in file:
            if not line.strip():
                out.write(line)
                continue
            try:
                text, encoding = decoded(line)
                root = parse_json(text)
                if not root.text("resourceType"):
                    raise ReadError("is no resource")
            except ReadError:
                next(ahead, None)
                verdicts.next()
                continue
            many = _count(root)
            waiting = [f for f in (next(ahead, None) for _ in range(many)) if f is not None]
            copy = _copied(text, [(f, verdicts.next()) for f in waiting], verdicts)
            out.write(encoding.bom + encoding.encoded(copy))
            written = written or bool(copy)
    return written


def _count(root: Node) -> int:
    """How many notes a resource holds."""
    if root.text("resourceType") != "Bundle":
        return int(root.text("resourceType") in ("DocumentReference", "DiagnosticReport", "Composition"))
    entries = root.get("entry")
    inner = (entry.get("resource") for entry in entries.children) if entries is not None else ()
    return sum(_count(resource) for resource in inner if resource is not None)


def _copied(text: str, notes: Sequence[tuple[Found, Verdict]], verdicts: Verdicts) -> str:
    root = parse_json(text)
    copy = ResourceCopy(text, root)
    first: tuple[Verdict, Note] | None = None
    for found, verdict in notes:
        if verdict.result is None or isinstance(found.document, str):
            if not found.path:
                return ""
            copy.gone.add(found.path[:-1])  # the entry around the resource
            continue
        note = found.document.note("")
        if not as_read(verdict, note):
            raise ReadError("was changed since it was read")
        first = first or (verdict, note)
        by_value: dict[Value, list[Edit]] = {}
        shown: dict[Value, str] = {}
        for stretch in found.document.stretches:
            if isinstance(stretch.key, Value):
                by_value.setdefault(stretch.key, [])
                shown[stretch.key] = note.text[stretch.start : stretch.end]
        for stretch, edit in redaction_edits(found.document.stretches, items(verdict.result, "phi")):
            if isinstance(stretch.key, Value):
                by_value[stretch.key].append(edit)
        for value, edits in by_value.items():
            copy.note_value(value, edits, shown[value])
    fields = verdicts.fields_of(*first) if first else verdicts.fields.of_note("", _patient(root))
    copy.redact(fields)
    if first:
        verdicts.keep(*first, fields)
    return rewritten(text, root, copy.new, copy.gone)


def _patient(root: Node) -> str:
    """The number by which a Patient that stands alone is known."""
    numbers = root.get("identifier") if root.text("resourceType") == "Patient" else None
    found = (number.text("value") for number in numbers.children) if numbers is not None else ()
    return next((n for n in found if n), f"Patient/{root.text('id')}" if numbers is not None else "")
