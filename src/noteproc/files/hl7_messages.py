"""What HL7 v2 messages are built of: separators, segments, escapes, and the fields that name somebody.

Source: HL7 v2.5.1 and v2.8.2, chapter 2 (control) and 2.A (data types).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from noteproc.artifacts import dictionaries_dir
from noteproc.errors import ReadError
from noteproc.files.document import Trace, date_forms, joined, trace_of

_LARGEST_MESSAGE = 64 << 20
_STARTS = frozenset({"FHS", "BHS", "MSH", "BTS", "FTS"})
_HEADERS = frozenset({"FHS", "BHS", "MSH"})
_SEGMENT = re.compile(r"[\x0b\x1c\s]*([A-Z][A-Z0-9]{2})(?![A-Za-z0-9 ])")
_SEPARATORS = re.compile(r"([^\w\s])(?!\1)[^\w\s]{2,5}(?:\1|\Z)")
_PADDING = "\r\n\x0b\x1c\x1a\0 "
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n)?")
TEXTS = frozenset({"TX", "FT", "ST", ""})  # value types of an observation in words
_VALUE_TYPE = re.compile(r"(?:[A-Z]{2,3})?", re.IGNORECASE)
_STATES = frozenset("ABCDFINOPRSUVWX")  # of an observation: table 0085
_COMMENTS = frozenset({"PI", "AI", "GI", "DR", "GR", "RE", "1R", "2R"})  # table 0364
_BREAKS = frozenset({".br", ".sp", ".ce", ".fi", ".nf"})


class Field(NamedTuple):
    """What a field holds, from ``dictionaries/formats/hl7_fields.tsv``: data type, entity type, words before a text."""

    kind: str
    holds: str
    title: str


@lru_cache(maxsize=1)
def field_table() -> dict[tuple[str, int], Field]:
    """Segment and field number to what stands there."""
    table: dict[tuple[str, int], Field] = {}
    lines = (dictionaries_dir() / "formats" / "hl7_fields.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            segment, number, kind, holds, title = (*line.split("\t"), "")[:5]
            table[segment, int(number)] = Field(kind, holds, title)
    return table


@lru_cache(maxsize=1)
def segment_names() -> Mapping[str, bool]:
    """Names of segments that end a text, and whether such a segment begins with its number.

    From ``dictionaries/formats/hl7_segments.tsv``.
    """
    lines = (dictionaries_dir() / "formats" / "hl7_segments.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return {name: first == "number" for name, _, first in rows}


@dataclass(frozen=True, slots=True)
class Separators:
    """The characters that part a message, as its first segment tells them."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @classmethod
    def of(cls, header: str) -> Separators:
        """From the text of an MSH, FHS or BHS segment."""
        mark = header[3:4] or "|"
        told = header[4:].split(mark, 1)[0]
        words = any(c.isalnum() or c.isspace() for c in told + mark)
        if words or len(told) < 2 or len(set(told + mark)) != len(told) + 1:
            raise ReadError("has a header without separators")
        return cls(mark, told[0], told[1], told[2:3], told[3:4])


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a message.

    Args:
        name: its three letters.
        number: 1 for the first segment of that name in the message, and so on.
        start: where it starts in the message.
        text: as it stands there, without its line end.
        separators: of the message.
    """

    name: str
    number: int
    start: int
    text: str = field(repr=False)
    separators: Separators

    def fields(self) -> list[tuple[int, int, str]]:
        """(number, start in the message, text) of each field; of a header, field 1 is the separator itself.

        Where a text goes on over lines, separators in it are text, up to fields that can only be those behind it. What
        stands on lines below those is one more value of the text's field.
        """
        out: list[tuple[int, int, str]] = []
        at = len(self.name) + 1
        first = 2 if self.name in _STARTS - {"BTS", "FTS"} else 1
        mark = self.separators.field
        texts = _text_field(self.text, mark) if "\n" in self.text or "\r" in self.text else 0
        for shift, value in enumerate(self.text[at:].split(mark)):
            if first + shift == texts:
                break
            out.append((first + shift, self.start + at, value))
            at += len(value) + 1
        while texts and at <= len(self.text):
            end, below = self._text_end(at)
            out.append((texts, self.start + at, self.text[at:end]))
            at = end + 1
            for shift, value in enumerate(self.text[at:below].split(mark) if end < below else (), 1):
                out.append((texts + shift, self.start + at, value))
                at += len(value) + 1
            while self.text[at : at + 1] in ("\r", "\n"):
                at += 1
        return out

    def _text_end(self, at: int) -> tuple[int, int]:
        """Where a text that starts at ``at`` ends, and where the line of the fields behind it does."""
        while at < len(self.text):
            line = _LINE.match(self.text, at)
            assert line is not None
            parts = line[1].split(self.separators.field)
            last = line.end() == len(self.text)
            full = max((n for n, part in enumerate(parts) if part), default=0)
            end = at
            for number, part in enumerate(parts[:-1], 1):
                end += len(part)
                if self._behind(parts, number) or (last and number > full):
                    return end, line.end(1)
                end += 1
            at = line.end()
        return len(self.text), len(self.text)

    def _behind(self, parts: Sequence[str], number: int) -> bool:
        """Whether the fields behind a text start here: an observation tells its state, a comment its kind."""
        if self.name == "NTE":
            return parts[number].split(self.separators.component)[0] in _COMMENTS
        return len(parts) > number + 5 and parts[number + 5] in _STATES

    def value(self, number: int, component: int = 0) -> str:
        """A field, or one component of its first repetition, counted from 1, as text; "" where there is none."""
        raw = next((value for n, _, value in self.fields() if n == number), "")
        if component:
            parts = raw.split(self.separators.repetition)[0].split(self.separators.component)
            raw = parts[component - 1] if component <= len(parts) else ""
            raw = raw.split(self.separators.subcomponent)[0] if self.separators.subcomponent else raw
        return unescaped(raw, self.separators)[0]


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a file: a message with what follows it, or what stands between messages.

    Args:
        raw: as it stands there.
        message: whether it is a message.
    """

    raw: str = field(repr=False)
    message: bool


def blocks(lines: Iterable[str]) -> Iterator[Block]:
    """The messages of a file and what stands around them, one at a time.

    Raises:
        ReadError: one message is larger than a message can be.
    """
    taken: list[str] = []
    size = 0
    inside = False
    batch = False
    mark = ""
    for line in lines:
        found = _SEGMENT.match(line)
        if found and found[1] in _STARTS and _starts(found, line, mark if inside else "", batch):
            mark = line[found.end(1) : found.end(1) + 1]
            batch = batch or found[1] in ("FHS", "BHS")
            if taken:
                yield Block("".join(taken), inside)
            taken, size, inside = [], 0, found[1] == "MSH"
        taken.append(line)
        size += len(line)
        if size > _LARGEST_MESSAGE:
            raise ReadError(f"holds a message of more than {_LARGEST_MESSAGE >> 20} million characters")
    if taken:
        yield Block("".join(taken), inside)


def _starts(found: re.Match[str], line: str, mark: str, batch: bool) -> bool:
    """Whether a line starts a message, or what stands around one, and is no line of a note ("MSH: normal", "FTS").

    A damaged header of a message starts one nonetheless: what stands below it may speak of somebody else.

    Args:
        found: the name of the segment.
        line: the line.
        mark: what parts the fields of the message that it stands in, or "".
        batch: whether a header of a batch stands above.
    """
    framed = "\x0b" in found[0] or "\x1c" in found[0]
    if not mark or framed:
        return True
    rest = line[found.end(1) :].rstrip("\r\n\x1c\0")
    if found[1] == "MSH":
        return not rest or rest.startswith(mark) or _SEPARATORS.match(rest) is not None
    if found[1] in _HEADERS:
        return _SEPARATORS.match(rest) is not None
    return batch and (not rest or re.match(re.escape(mark) + r"\d*(?:\W|\Z)", rest) is not None)


def segments(raw: str) -> list[Segment]:
    """The segments of a message; a line that starts no segment belongs to the one before.

    What only looks like a segment, and stands within a text, is a line of that text.

    Raises:
        ReadError: the header is damaged.
    """
    if "\0" in raw.strip(_PADDING):
        raise ReadError("holds NUL bytes")
    found: list[tuple[str, int, int]] = []  # name, start, end
    at = 0
    mark = ""
    within = False
    lines = list(io.StringIO(raw, newline=""))
    for number, line in enumerate(lines):
        start = _SEGMENT.match(line)
        end = at + len(line.rstrip("\r\n\x1c\x1a\0"))
        if not found and start:
            mark = line[start.end(1) : start.end(1) + 1]
        rest = line[start.end(1) :] if start else ""
        loose = number + 1 < len(lines) and _is_loose(lines[number + 1])
        parted = number > 0 and _line_end(lines[number - 1]) == _line_end(lines[0])
        if start and (not found or _is_segment(start[1], rest, mark, within, parted, loose)):
            found.append((start[1], at + start.start(1), end))
            within = _text_field(line[start.start(1) :], mark) > 0
        elif found and line.strip(_PADDING):
            found[-1] = (found[-1][0], found[-1][1], end)
        at += len(line)
    if not found:
        raise ReadError("is not an HL7 message")
    separators = Separators.of(raw[found[0][1] : found[0][2]])
    counts: dict[str, int] = {}
    out = []
    for name, begin, end in found:
        counts[name] = counts.get(name, 0) + 1
        out.append(Segment(name, counts[name], begin, raw[begin:end], separators))
    return out


def _text_field(segment: str, mark: str) -> int:
    """The number of the field of an OBX or NTE segment that holds text; 0 where none does."""
    if segment[:3] == "OBX":
        parts = segment.split(mark, 6)
        return 5 if len(parts) > 5 and parts[2].upper() in TEXTS else 0
    return 3 if segment[:3] == "NTE" and segment.count(mark) > 2 else 0


def _is_loose(line: str) -> bool:
    return bool(line.strip(_PADDING)) and not _SEGMENT.match(line)


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _is_segment(name: str, rest: str, mark: str, within: bool, parted: bool, loose: bool) -> bool:
    """Whether a line is a segment, and no line of a text.

    Such a line may begin with a heading ("HPI: ...", "ROS", "DOB|...") or a word that a segment has for its name
    ("PID", "REL|spouse", "Z79|long term").

    Args:
        name: the three letters.
        rest: what stands behind them.
        mark: what parts fields.
        within: whether the line stands below one of a text.
        parted: whether the line before it ends as that of the header does.
        loose: whether the next line begins no segment.
    """
    if not within:
        bare = not rest.strip(_PADDING) and (name[0] == "Z" or any(name == known for known, _ in field_table()))
        return bare or rest.startswith(mark)
    numbered = segment_names().get(name)
    if not rest.startswith(mark) or (numbered is None and name[0] != "Z"):
        return False
    first = re.split(r"[^\w .:/-]", rest[1:].rstrip("\r\n"), maxsplit=1)[0]
    if name == "OBX" and not _VALUE_TYPE.fullmatch((*rest.split(mark, 3), "", "")[2]):
        return False
    if numbered:
        return not first or first.isdecimal()
    prose = any(c.islower() or c.isspace() for c in first)
    # Below a segment stands another, and no loose line.
    return not loose and (parted or not prose)


def unescaped(raw: str, separators: Separators, at: int = 0) -> tuple[str, Trace]:
    """A value as text, and its trace to where it stands, ``at`` being the offset of the value."""
    mark = separators.escape
    if not mark or mark not in raw:
        return raw, Trace.plain(len(raw), at)
    meanings = {
        "F": separators.field,
        "S": separators.component,
        "T": separators.subcomponent,
        "R": separators.repetition,
        "E": mark,
    }
    pieces: list[tuple[str, int, int]] = []
    position = 0
    pattern = re.compile(re.escape(mark) + r"([A-Z.][^" + re.escape(mark) + r"]{0,60})" + re.escape(mark), re.I)
    for found in pattern.finditer(raw):
        if found.start() < position:
            continue
        said = _meaning(found[1], meanings)
        if said is None:
            continue
        pieces.append((raw[position : found.start()], at + position, at + found.start()))
        # A break of as many characters as its escape has would look literal; none is so short.
        pieces.append((said, at + found.start(), at + found.end()))
        position = found.end()
    pieces.append((raw[position:], at + position, at + len(raw)))
    return trace_of(pieces)


def _meaning(code: str, meanings: dict[str, str]) -> str | None:
    upper = code.upper()
    if upper in meanings:
        return meanings[upper]
    if upper in ("H", "N") or (upper[0] in "CMZ" and len(code) > 1):
        return ""
    if code[:3].lower() in _BREAKS:
        rest = code[3:].lstrip("+")
        many = int(rest) if code[:3].lower() == ".sp" and rest.isdigit() else 1
        return "\n" * min(max(many, 1), 20) if code[:3].lower() not in (".fi", ".nf") else ""
    if code[:3].lower() in (".in", ".ti", ".sk"):
        return " " if code[:3].lower() == ".sk" else ""
    if upper[0] == "X" and len(code) % 2 and len(code) > 1:
        try:
            data = bytes.fromhex(code[1:])
        except ValueError:
            return None
        shown = data.decode("utf-8") if _is_utf8(data) else data.decode("cp1252", "replace")
        return shown.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def identifiers(told: Field, parts: Sequence[str], marks: Separators) -> Iterator[tuple[str, str]]:
    """The identifiers in one repetition of a field: (entity type, words).

    Args:
        told: what the field holds.
        parts: its components as text.
        marks: the separators of the message.
    """

    def part(number: int) -> str:
        return parts[number - 1].strip() if number <= len(parts) else ""

    def surname(number: int) -> str:
        return part(number).split(marks.subcomponent)[0] if marks.subcomponent else part(number)

    match told.kind:
        case "XPN":
            yield told.holds, joined(part(2), part(3), surname(1)) if told.holds != "ORGANIZATION" else joined(*parts)
        case "XCN":
            yield told.holds, joined(part(3), part(4), surname(2))
            named = not part(2) and any(c.isalpha() for c in part(1)) and not any(c.isdigit() for c in part(1))
            yield (told.holds if named else "LICENSE_NUMBER"), part(1)
        case "NDL":
            names = part(1).split(marks.subcomponent) if marks.subcomponent else [part(1)]
            yield told.holds, joined(*names[2:4], *names[1:2]) if len(names) > 1 else ""
        case "XAD":
            street = part(1).replace(marks.subcomponent, " ") if marks.subcomponent else part(1)
            yield "STREET_ADDRESS", street.strip()
            yield "STREET_ADDRESS", part(2)
            yield "CITY", part(3)
            yield "ZIP_CODE", part(5)
        case "XTN":
            number = part(1) or part(12) or joined(part(6), part(7))
            if sum(c.isdigit() for c in number) >= 7:
                yield told.holds, number
            yield "EMAIL_ADDRESS", part(4) if "@" in part(4) else ""
        case "PL":
            yield told.holds, part(4).split(marks.subcomponent)[0] if marks.subcomponent else part(4)
        case "TS":
            for form in date_forms(part(1)):
                yield told.holds, form
        case "CE":
            yield told.holds, part(2)
        case _:
            yield told.holds, part(1)


def split(text: str, mark: str, at: int) -> list[tuple[int, str]]:
    """The parts of a text and where each starts, ``at`` being where the text starts."""
    if not mark:
        return [(at, text)]
    out = []
    for part in text.split(mark):
        out.append((at, part))
        at += len(part) + 1
    return out
