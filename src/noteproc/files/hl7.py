"""The notes in HL7 v2 messages: observations, comments and reasons in words, and who is named beside them.

Source: HL7 v2.5.1 and v2.8.2, chapters 3 (patients), 7 (observations), 9 (documents).
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TextIO

from noteproc.errors import ReadError
from noteproc.files.decoding import decoded, open_text
from noteproc.files.document import Document, age_on, date_forms
from noteproc.files.documents import document_of
from noteproc.files.hl7_messages import (
    TEXTS,
    Segment,
    Separators,
    blocks,
    field_table,
    identifiers,
    segments,
    split,
    unescaped,
)
from noteproc.files.inputs import Unreadable
from noteproc.files.kinds import HEAD, kind_of
from noteproc.records import Note

_SHORTEST_PLACE = 5


def hl7_notes(source: Path | bytes, label: str) -> Iterator[Note | Unreadable]:
    """One note a message.

    Args:
        source: the file, read message by message, or its bytes.
        label: what the file is called; with several messages they are numbered.

    Raises:
        ReadError: it is no text, or holds no message.
        OSError: it cannot be read.
    """
    with closing(open_messages(source)) as file:
        raws = (block.raw for block in blocks(file) if block.message)
        first = next(raws, None)
        if first is None:
            raise ReadError("holds no message")
        second = next(raws, None)
        if second is None:
            yield _note(first, label)
            return
        for number, raw in enumerate(_chained(first, second, raws), 1):
            yield _note(raw, f"{label}/{number:06d}")


def open_messages(source: Path | bytes) -> TextIO:
    """A file of messages as text, line ends untouched.

    Raises:
        ReadError: it is no text.
    """
    if isinstance(source, Path):
        return open_text(source, nul=True)[0]
    return io.StringIO(decoded(source, nul=True)[0], newline="")


def _chained(first: str, second: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield second
    yield from rest


def _note(raw: str, label: str) -> Note | Unreadable:
    try:
        return message_document(raw).note(label)
    except ReadError as error:
        return Unreadable(label, str(error))


def message_document(raw: str) -> Document:
    """The document in one message; stretches are traced to offsets in the message.

    Raises:
        ReadError: the message is damaged.
    """
    found = segments(raw)
    document = Document()
    names = {s.value(3, 2) or s.value(3, 1) for s in found if s.name == "OBX" and s.value(2) in TEXTS}
    headed = len(names) > 1
    heading = ""
    for segment in found:
        if segment.name == "OBX":
            heading = _observation(segment, document, heading, headed)
        elif segment.name == "OBR":
            _component(segment, 4, document, "", "\n\n")
            heading = ""
        _texts(segment, document)
        _known(segment, document)
    _visit(found, document)
    return document


def _observation(segment: Segment, document: Document, heading: str, headed: bool) -> str:
    """Add the value of an OBX segment; gives the name under which the next one continues."""
    kind = segment.value(2).upper()
    marks = segment.separators
    name = segment.value(3, 2) or segment.value(3, 1)
    values = [(at, value) for n, at, value in segment.fields() if n == 5]
    if not values:
        return heading
    at, value = values[0]
    place = f"OBX[{segment.number}]-5"
    if kind == "ED":
        _encapsulated(value, document, place, marks)
        return heading
    if kind == "RP":
        return heading
    if kind not in TEXTS:
        if value:
            _measured(segment, kind, at, value, document, place)
        return ""
    if headed and name and name != heading:
        _component(segment, 3, document, "", "\n\n")
    repetitions = (part for at, value in values for part in split(value, marks.repetition, at))
    for number, (start, repeated) in enumerate(repetitions, 1):
        text, trace = unescaped(repeated, marks, start)
        document.add(place if number == 1 else f"{place}[{number}]", text, key="message", trace=trace)
    return name


def _measured(segment: Segment, kind: str, at: int, value: str, document: Document, place: str) -> None:
    """A number, code or the like, in one line with its name and unit."""
    marks = segment.separators
    _component(segment, 3, document, "", "\n")
    gap = ": "
    for start, repeated in split(value, marks.repetition, at):
        parts = split(repeated, marks.component, start)
        if kind in ("CE", "CWE", "CNE", "CF"):
            chosen = next((parts[n] for n in (8, 1, 0) if n < len(parts) and parts[n][1]), None)
            parts = [chosen] if chosen else []
        for begin, part in parts:
            if part:
                text, trace = unescaped(part, marks, begin)
                document.add(place, text, gap=gap, key="message", trace=trace)
                gap = " "
        gap = ", "
    unit = segment.value(6, 1)
    if unit:
        document.title(unit, gap=" ")


def _component(segment: Segment, number: int, document: Document, title: str, gap: str) -> None:
    """Add the words of a coded field: its text, else its code."""
    marks = segment.separators
    for n, at, value in segment.fields():
        if n == number and value:
            first = split(value, marks.repetition, at)[0]
            parts = split(first[1], marks.component, first[0])
            chosen = next((parts[k] for k in (8, 1, 0) if k < len(parts) and parts[k][1]), None)
            if chosen:
                if title:
                    document.title(f"{title}:", gap=gap)
                text, trace = unescaped(chosen[1], marks, chosen[0])
                place = f"{segment.name}[{segment.number}]-{number}"
                document.add(place, text, gap=" " if title else gap, key="message", trace=trace)


def _texts(segment: Segment, document: Document) -> None:
    table = field_table()
    for number, at, value in segment.fields():
        told = table.get((segment.name, number))
        if not value or told is None or told.holds != "text":
            continue
        if told.kind == "CE":
            _component(segment, number, document, told.title, "\n")
            continue
        if told.title:
            document.title(f"{told.title}:", gap="\n")
        for start, repeated in split(value, segment.separators.repetition, at):
            text, trace = unescaped(repeated, segment.separators, start)
            place = f"{segment.name}[{segment.number}]-{number}"
            document.add(place, text, gap=" " if told.title else "\n", key="message", trace=trace)


def _encapsulated(value: str, document: Document, place: str, marks: Separators) -> None:
    parts = value.split(marks.component)
    encoding, data = (parts[3], parts[4]) if len(parts) > 4 else ("", "")
    if not data:
        return
    if encoding.lower() not in ("base64", "a", ""):
        raise ReadError("holds an attachment in an unknown encoding")
    if encoding.lower() != "base64":
        document.add(place, unescaped(data, marks)[0])
        return
    packed = re.sub(r"\s", "", unescaped(data, marks)[0])
    try:
        unpacked = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise ReadError("holds an attachment that is not valid base 64") from None
    if kind_of(unpacked[:HEAD]) == "image":
        document.image(place)
        return
    try:
        document.absorb(document_of(unpacked), place, gap="\n\n")
    except ReadError as error:
        raise ReadError(f"holds an attachment that {error}") from None


def _known(segment: Segment, document: Document) -> None:
    table = field_table()
    marks = segment.separators
    for number, _, value in segment.fields():
        told = table.get((segment.name, number))
        if not value or told is None or told.holds in ("text", "keep"):
            continue
        for _, repeated in split(value, marks.repetition, 0):
            parts = [unescaped(p, marks)[0] for _, p in split(repeated, marks.component, 0)]
            for kind, known in identifiers(told, parts, marks):
                if kind in ("FACILITY", "ORGANIZATION") and len(known) < _SHORTEST_PLACE:
                    continue
                document.know(kind, known)


def _visit(found: Sequence[Segment], document: Document) -> None:
    by_name: dict[str, Segment] = {}
    for segment in found:
        by_name.setdefault(segment.name, segment)

    def value(name: str, number: int, component: int = 1) -> str:
        return by_name[name].value(number, component) if name in by_name else ""

    document.tell("patient_id", value("PID", 3))
    document.tell("sex", sex if (sex := value("PID", 8)) in ("F", "M") else "")
    setting = {"I": "inpatient", "O": "outpatient", "E": "outpatient", "P": "outpatient", "R": "outpatient"}
    document.tell("setting", setting.get(value("PV1", 2), ""))
    places = (("OBR", 7), ("TXA", 4), ("PV1", 44), ("EVN", 2), ("MSH", 7))
    day = next((written for name, number in places if date_forms(written := value(name, number))), "")
    if day:
        document.tell("date_of_service", date_forms(day)[0])
        document.tell("age", age_on(value("PID", 7), day))
