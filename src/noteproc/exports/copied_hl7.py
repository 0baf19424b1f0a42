"""Redacted copies of HL7 v2 files: the text by what redaction found, the other fields by what they hold.

What stands in a segment that ``dictionaries/formats/hl7_fields.tsv`` does not name (a Z segment, say) is taken out, and
so is an attachment. Everything that is not replaced stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from noteproc.errors import ReadError
from noteproc.exports.results import items
from noteproc.exports.verdicts import Verdicts, as_read
from noteproc.files.decoding import open_text
from noteproc.files.edits import Edit, edited, redaction_edits
from noteproc.files.hl7 import message_document
from noteproc.files.hl7_messages import (
    TEXTS,
    Block,
    Field,
    Segment,
    Separators,
    blocks,
    field_table,
    identifiers,
    segments,
    unescaped,
)
from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.fields import NoteFields

_TIME = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])\d{0,6}(?:\.\d{1,4})?)?(?:[+-]\d{4})?")
_ISO = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?:T[\d:.]+)?")
_BIRTHS = frozenset({("PID", 7), ("NK1", 16), ("GT1", 8), ("IN1", 18)})
_SHORTEST_KNOWN = 5
# Value types of an observation that name somebody.
_PERSONAL = {
    "XPN": ("XPN", "OTHER_NAME"),
    "PN": ("XPN", "OTHER_NAME"),
    "XCN": ("XCN", "CLINICIAN_NAME"),
    "CN": ("XCN", "CLINICIAN_NAME"),
    "XAD": ("XAD", "STREET_ADDRESS"),
    "AD": ("XAD", "STREET_ADDRESS"),
    "XTN": ("XTN", "PHONE_NUMBER"),
    "TN": ("XTN", "PHONE_NUMBER"),
    "CX": ("CX", "OTHER_ID"),
    "CK": ("CX", "OTHER_ID"),
    "EI": ("CX", "OTHER_ID"),
    "XON": ("XON", "FACILITY"),
    "HD": ("HD", "FACILITY"),
}
_UNREADABLE = frozenset({"ED", "RP"})
_WORDS_OF_CODED = frozenset({2, 5, 9})


def copy_hl7(path: Path, out: BinaryIO, verdicts: Verdicts) -> bool:
    """Write the redacted copy of a file of messages; a message without result is left out, and batches count it so.

    Returns:
        Whether a message is left.

    Raises:
        ReadError: a message is not what it was in the run.
    """
    file, encoding = open_text(path, nul=True)
    out.write(encoding.bom)
    dropped = 0
    any_left = False
    with closing(file):
        for block in blocks(file):
            if not block.message:
                dropped = 0 if "BHS" in block.raw[:8] else dropped
                out.write(encoding.encoded(_envelope(block, verdicts.fields.of_note(), dropped)))
                continue
            copy = _message(block.raw, verdicts)
            if copy is None:
                dropped += 1
            else:
                any_left = True
                out.write(encoding.encoded(copy))
    return any_left


def _envelope(block: Block, fields: NoteFields, dropped: int) -> str:
    try:
        segment = segments(block.raw)[0] if block.raw.lstrip("\x0b\r\n \x1c")[:3] in ("FHS", "BHS") else None
    except ReadError:
        return ""
    if segment is not None:
        return edited(block.raw, list(_fields([segment], fields, set())))
    found = re.match(r"(\s*BTS[^\w\s])(\d+)", block.raw)
    if found and dropped:
        return f"{found[1]}{max(0, int(found[2]) - dropped)}{block.raw[found.end() :]}"
    return block.raw if re.match(r"\s*[BF]TS", block.raw) else ""


def _message(raw: str, verdicts: Verdicts) -> str | None:
    verdict = verdicts.next()
    if verdict.result is None:
        return None
    document = message_document(raw)
    note = document.note("")
    if not as_read(verdict, note):
        raise ReadError("was changed since it was read")
    found = segments(raw)
    marks = found[0].separators
    fields = verdicts.fields_of(verdict, note)
    edits = [
        Edit(edit.start, edit.end, escaped(edit.new, marks))
        for _, edit in redaction_edits(document.stretches, items(verdict.result, "phi"))
    ]
    read = {_start(stretch.trace.to_source(0, stretch.end - stretch.start)) for stretch in document.stretches}
    edits += _fields(found, fields, read)
    verdicts.keep(verdict, note, fields)
    return edited(raw, edits)


def _start(place: tuple[int, int]) -> int:
    return place[0]


def escaped(text: str, marks: Separators) -> str:
    """Text as it stands in a field."""
    if not marks.escape:
        return " ".join(text.split())
    shown = text.replace(marks.escape, f"{marks.escape}E{marks.escape}")
    for mark, name in (
        (marks.field, "F"),
        (marks.component, "S"),
        (marks.repetition, "R"),
        (marks.subcomponent, "T"),
    ):
        if mark:
            shown = shown.replace(mark, f"{marks.escape}{name}{marks.escape}")
    return re.sub(r"\r\n|\r|\n", lambda _: f"{marks.escape}.br{marks.escape}", shown)


def _fields(found: Sequence[Segment], fields: NoteFields, read: set[int]) -> Iterator[Edit]:
    """The edits of everything that is not text of the note.

    Args:
        found: the segments of a message.
        fields: says what becomes of an identifier.
        read: where stretches of the note's text start.
    """
    table = field_table()
    named = {name for name, _ in table}
    known = _known(found)
    for segment in found:
        if segment.name not in named:
            yield Edit(segment.start + len(segment.name), segment.start + len(segment.text), "")
            continue
        kind = segment.value(2).upper() if segment.name == "OBX" else ""
        for number, at, value in segment.fields():
            told = table.get((segment.name, number))
            if not value or (segment.name in ("MSH", "FHS", "BHS") and number == 2):
                continue
            if segment.name == "OBX" and number == 5:
                if kind in _UNREADABLE:
                    yield Edit(at, at + len(value), "")
                    continue
                told = Field(*_PERSONAL[kind], "") if kind in _PERSONAL else None
                if told is None and kind in TEXTS:
                    continue
            if told is None or told.holds == "keep":
                yield from _others(segment, at, value, fields, known, read)
            elif told.holds == "text":
                if told.kind == "CE":
                    yield from _unread(segment, at, value, read)
            elif told.kind == "TS":
                day = fields.day(value, birth=(segment.name, number) in _BIRTHS)
                yield Edit(at, at + len(value), escaped(day, segment.separators))
            else:
                new = _personal(told, value, segment.separators, fields)
                yield Edit(at, at + len(value), new)


def _known(found: Sequence[Segment]) -> dict[str, str]:
    """What a message says of people in the fields made for it, as patterns, to its kind."""
    table = field_table()
    known: dict[str, str] = {}
    for segment in found:
        marks = segment.separators
        for number, _, value in segment.fields():
            told = table.get((segment.name, number))
            if told is None or told.holds in ("text", "keep") or told.kind == "TS":
                continue
            for repeated in value.split(marks.repetition):
                parts = [unescaped(p, marks)[0] for p in repeated.split(marks.component)]
                for kind, words in identifiers(told, parts, marks):
                    if kind in NAME_TYPES:
                        for word in re.findall(r"[^\W\d_]+", words):
                            if len(word) >= _SHORTEST_KNOWN:
                                known.setdefault(rf"\b{word}\b", kind)
                    elif len(words) >= _SHORTEST_KNOWN and kind not in ("CITY", "DATE"):
                        known.setdefault(re.escape(words), kind)
    return known


def _others(
    segment: Segment, at: int, value: str, fields: NoteFields, known: dict[str, str], read: set[int]
) -> Iterator[Edit]:
    """Times, and what is known of people, in a field of anything else."""
    for part in re.finditer(f"[^{re.escape(segment.separators.component + segment.separators.repetition)}]+", value):
        start, shown = at + part.start(), part[0]
        if start in read:
            continue
        if _TIME.fullmatch(shown) or _ISO.fullmatch(shown):
            day = fields.day(shown)
            if day != shown:
                yield Edit(start, start + len(shown), escaped(day, segment.separators))
            continue
        kind = next((k for words, k in known.items() if re.search(words, shown, re.IGNORECASE)), "")
        if kind:
            yield Edit(start, start + len(shown), escaped(fields.replaced(kind, shown), segment.separators))


def _unread(segment: Segment, at: int, value: str, read: set[int]) -> Iterator[Edit]:
    """The words of a coded text that are not in the note: they may repeat, in other words, what is redacted in it."""
    marks = segment.separators
    for repeated in re.finditer(f"[^{re.escape(marks.repetition)}]+", value):
        start = at + repeated.start()
        for number, part in enumerate(repeated[0].split(marks.component), 1):
            if part and number in _WORDS_OF_CODED and start not in read:
                yield Edit(start, start + len(part), "")
            start += len(part) + 1


def _personal(told: Field, value: str, marks: Separators, fields: NoteFields) -> str:
    """A field that names somebody, each repetition anew, in the form that it has."""
    return marks.repetition.join(_person(told, repeated, marks, fields) for repeated in value.split(marks.repetition))


def _person(told: Field, raw: str, marks: Separators, fields: NoteFields) -> str:
    parts = [unescaped(p, marks)[0] for p in raw.split(marks.component)]
    found = [(kind, words) for kind, words in identifiers(told, parts, marks) if words]
    if all(fields.replaced(kind, words) == words for kind, words in found):
        # The policy keeps whom it names; what could not be understood goes.
        return raw if found else ""
    at = marks.component
    match told.kind:
        case "XPN" | "XCN" | "NDL":
            name = next((fields.replaced(kind, words) for kind, words in found if kind != "LICENSE_NUMBER"), "")
            family, _, given = _turned(name)
            if told.kind == "NDL":
                return escaped(name, marks)
            shown = escaped(family, marks) + (at + escaped(given, marks) if given else "")
            return at + shown if told.kind == "XCN" and shown else shown
        case "XAD":
            street, other = (fields.replaced("STREET_ADDRESS", p) for p in (*parts, "", "")[:2])
            city, state, code = (*parts, "", "", "", "", "")[2:5]
            new = (
                street,
                other,
                fields.replaced("CITY", city),
                fields.replaced("STATE", state),
                fields.replaced("ZIP_CODE", code),
                (*parts, *[""] * 6)[5],
            )
            return at.join(escaped(p, marks) for p in new).rstrip(at)
        case "PL":
            return at.join(escaped(p, marks) for p in parts[:3]).rstrip(at)
        case "CX":
            number = escaped(fields.replaced(*found[0]), marks)
            kind = escaped(parts[4], marks) if len(parts) > 4 else ""
            return f"{number}{at * 4}{kind}" if kind else number
        case _:
            return escaped(fields.replaced(*found[0]), marks)


def _turned(name: str) -> tuple[str, str, str]:
    """A name with the family name first; a tag is one word and stays."""
    if name.startswith("[") or " " not in name:
        return name, "", ""
    given, _, family = name.rpartition(" ")
    return family, " ", given
