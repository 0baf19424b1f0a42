"""One FHIR resource: parsed, and read as a note, each stretch of which knows the value that it came from.

Source: HL7 FHIR R4 (4.0.1).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal, TypeAlias

from noteproc.errors import ReadError
from noteproc.files.decoding import decoded
from noteproc.files.document import Document, Stretch, Trace, age_on, date_forms
from noteproc.files.documents import document_of, html_markup
from noteproc.files.fhir_people import People, dicts, patient_of, text
from noteproc.files.html import html_text
from noteproc.files.kinds import HEAD, Kind, kind_of

Path_: TypeAlias = tuple[str | int, ...]
Form: TypeAlias = Literal["string", "html", "base64", "base64 html", "base64 document"]

NOTE_TYPES = frozenset({"DocumentReference", "DiagnosticReport", "Composition"})
_KINDS: Mapping[str, Kind] = {
    "text/plain": "text",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/msword": "word",
}
# Several renditions of one document stand side by side: the one nearest to plain text is read.
_BEST: tuple[Kind, ...] = ("text", "html", "cda", "rtf", "docx", "pdf")
_INPATIENT = frozenset({"IMP", "ACUTE", "NONAC"})
_OUTPATIENT = frozenset({"AMB", "EMER", "VR", "HH", "FLD", "OBSENC", "SS"})


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a resource that a stretch of a note came from.

    Args:
        path: its keys and positions from the root.
        form: how the text stands in it.
        codec: of text in base 64, how its bytes are written.
    """

    path: Path_
    form: Form
    codec: str = "utf-8"


def parsed(data: bytes) -> Mapping[str, object]:
    """A resource.

    Raises:
        ReadError: it is none; tells no word of it.
    """
    try:
        value = json.loads(decoded(data)[0])
    except json.JSONDecodeError as error:
        raise ReadError(f"is not valid JSON (character {error.pos})") from None
    except (ValueError, RecursionError):
        raise ReadError("is nested too deeply to be FHIR") from None
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise ReadError(
            "is JSON, but no FHIR resource; notes of your own go as one object a line (jq -c), in a file .jsonl"
        )
    return value


class ResourceReader:
    """Reads the note of one resource.

    Args:
        resource: the resource.
        path: where it is in its file.
        people: who is named in the file and beside it.
        own: the Binary resources of the same Bundle, by name, and where they are.
        binaries: where the Binary resources of ``file`` start.
        file: the file that ``binaries`` speak of.
    """

    def __init__(
        self,
        resource: Mapping[str, object],
        path: Path_,
        people: People,
        own: Mapping[str, tuple[Path_, Mapping[str, object]]],
        binaries: Mapping[str, int],
        file: BinaryIO | None,
    ) -> None:
        self._resource = resource
        self._path = path
        self._people = people
        self._own = own
        self._binaries = binaries
        self._file = file

    def document(self) -> Document:
        """The note.

        Raises:
            ReadError: there is none, or it cannot be read.
        """
        resource, document = self._resource, Document()
        kind = resource.get("resourceType")
        if kind == "Composition":
            title = text(resource.get("title"))
            if title.strip():
                value = Value((*self._path, "title"), "string")
                document.add("title", title, key=value, trace=Trace.plain(len(title)))
            self._div(resource, self._path, document, "text")
            self._sections(resource, self._path, document)
            if document.length == len(title):
                raise ReadError("holds no text")
        else:
            key = "content" if kind == "DocumentReference" else "presentedForm"
            read = self._attachments(key, document)
            if kind == "DocumentReference" and not read:
                raise ReadError("has no attachment")
            if kind == "DiagnosticReport":
                if not read:
                    self._div(resource, self._path, document, "text")
                conclusion = text(resource.get("conclusion"))
                if conclusion.strip() and conclusion.strip() not in document.text():
                    value = Value((*self._path, "conclusion"), "string")
                    document.add("conclusion", conclusion, gap="\n\n", key=value, trace=Trace.plain(len(conclusion)))
        self._context(document)
        return document

    def _attachments(self, key: str, document: Document) -> bool:
        """Read the rendition nearest to plain text; whether there was any.

        Raises:
            ReadError: none can be read.
        """
        holders = self._resource.get(key)
        candidates: list[tuple[int, int, str, Kind, bytes, Path_]] = []
        error: ReadError | None = None
        for number, holder in enumerate(holders if isinstance(holders, list) else ()):
            inner = holder.get("attachment") if key == "content" and isinstance(holder, dict) else holder
            if not isinstance(inner, dict):
                continue
            path = (*self._path, key, number, *(("attachment",) if key == "content" else ()))
            try:
                data, where = self._data(inner, (*path, "data"))
            except ReadError as caught:
                error = error or caught
                continue
            said = text(inner.get("contentType")).split(";")[0].strip().lower()
            found = _KINDS.get(said) or kind_of(data[:HEAD]) or "text"
            if said.startswith("image/") or found == "image":
                document.images += 1
                error = error or ReadError("has only an image: there is no text in it")
                continue
            rank = _BEST.index(found) if found in _BEST else len(_BEST)
            candidates.append((rank, number, f"{key}[{number}]", found, data, where))
        for _, _, name, found, data, where in sorted(candidates, key=lambda c: c[:2]):
            try:
                self._read(name, found, data, where, document)
            except ReadError as caught:
                error = error or caught
                continue
            return True
        if error is not None:
            raise error
        return False

    def _read(self, name: str, kind: Kind, data: bytes, where: Path_, document: Document) -> None:
        if kind == "text":
            shown, encoding = decoded(data)
            document.add(name, shown, key=Value(where, "base64", encoding.codec), trace=Trace.plain(len(shown)))
        elif kind == "html":
            shown, trace, pictures = html_text(html_markup(data))
            if not shown.strip():
                raise ReadError("holds no text")
            document.add(name, shown, key=Value(where, "base64 html"), trace=trace)
            document.images += pictures
        else:
            inner = document_of(data, kind)
            document.absorb(inner, name)
            start = document.length - inner.length
            if inner.length:
                value = Value(where, "base64 document")
                document.stretches.append(Stretch(start, document.length, value, Trace.plain(inner.length)))

    def _data(self, attachment: Mapping[str, object], path: Path_) -> tuple[bytes, Path_]:
        packed = attachment.get("data")
        if packed is None:
            url = text(attachment.get("url"))
            if not url:
                raise ReadError("has an attachment without data")
            packed, path = self._binary(url)
        try:
            data = base64.b64decode(re.sub(r"\s", "", text(packed)), validate=True)
        except (binascii.Error, ValueError):
            raise ReadError("has an attachment that is not valid base 64") from None
        if not data:
            raise ReadError("has an empty attachment")
        return data, path

    def _binary(self, url: str) -> tuple[object, Path_]:
        name = "/".join(url.split("/_history")[0].split("/")[-2:])
        for known in (url, name):
            if known in self._own:
                path, resource = self._own[known]
                return resource.get("data"), (*path, "data")
        if url.startswith("#"):
            for number, inner in enumerate(dicts(self._resource.get("contained"))):
                if inner.get("id") == url[1:]:
                    return inner.get("data"), (*self._path, "contained", number, "data")
        if self._file is not None and name in self._binaries:
            here = self._file.tell()
            self._file.seek(self._binaries[name])
            resource = parsed(self._file.readline())
            self._file.seek(here)
            return resource.get("data"), ()
        raise ReadError("has its text outside the file (attachment.url)")

    def _sections(self, holder: Mapping[str, object], path: Path_, document: Document, depth: int = 0) -> None:
        sections = holder.get("section")
        for number, section in enumerate(sections if isinstance(sections, list) and depth < 20 else ()):
            if not isinstance(section, dict):
                continue
            here = (*path, "section", number)
            title = text(section.get("title"))
            if title:
                value = Value((*here, "title"), "string")
                document.add("section title", title, gap="\n\n", key=value, trace=Trace.plain(len(title)))
            self._div(section, here, document, f"section {title}".strip())
            self._sections(section, here, document, depth + 1)

    def _div(self, holder: Mapping[str, object], path: Path_, document: Document, name: str) -> None:
        for narrative in dicts(holder.get("text") or {}):
            shown, trace, pictures = html_text(text(narrative.get("div")))
            document.images += pictures
            if shown.strip():
                document.add(name, shown, key=Value((*path, "text", "div"), "html"), trace=trace)

    def _context(self, document: Document) -> None:
        resource = self._resource
        self._people.know(resource, document)
        for number in dicts(resource.get("identifier")):
            document.know("OTHER_ID", text(number.get("value")))
        day = _day(resource)
        if date_forms(day):
            document.tell("date_of_service", date_forms(day)[0])
        patient = patient_of(resource, self._people)
        if patient is not None:
            numbers = [text(n.get("value")) for n in dicts(patient.get("identifier"))]
            document.tell("patient_id", next((n for n in numbers if n), "") or f"Patient/{text(patient.get('id'))}")
            document.tell("sex", {"female": "F", "male": "M"}.get(text(patient.get("gender")), ""))
            document.tell("age", age_on(text(patient.get("birthDate")), day))
        encounters = [*dicts(resource.get("encounter") or {})]
        for context in dicts(resource.get("context") or {}):
            encounters += dicts(context.get("encounter") or {})
        for reference in encounters:
            encounter = self._people.find(text(reference.get("reference")))
            for code in dicts(encounter.get("class") or {}) if encounter else ():
                said = text(code.get("code"))
                document.tell("setting", "inpatient" if said in _INPATIENT else "")
                document.tell("setting", "outpatient" if said in _OUTPATIENT else "")


def _day(resource: Mapping[str, object]) -> str:
    """The day that a note speaks of, as its resource says it."""
    periods = [resource.get("effectivePeriod")]
    periods += [context.get("period") for context in dicts(resource.get("context") or {})]
    for period in periods:
        if isinstance(period, dict) and date_forms(text(period.get("start"))):
            return text(period.get("start"))
    found = (text(resource.get(key)) for key in ("effectiveDateTime", "date", "issued", "created"))
    return next((day for day in found if date_forms(day)), "")
