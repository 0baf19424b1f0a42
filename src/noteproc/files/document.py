"""A note being put together from the places of a structured source: its text, where each stretch came from, and what
the source says of the people in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from noteproc.errors import ReadError
from noteproc.records import Note, Part

_NUMBERED = re.compile(r"(?:_ID|_SSN|_NUMBER)$")
_SHORTEST_NUMBER = 4
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and what it is in the source.

    Args:
        start: first code point in the stretch's own text.
        source_start, source_end: code points in the source value.
        literal: the source has the very same characters; otherwise the whole piece stands for the whole of them.
    """

    start: int
    source_start: int
    source_end: int
    literal: bool


class Trace:
    """Maps a stretch of text back to the value it was read from.

    Args:
        pieces: in order, covering the text.
    """

    __slots__ = ("_pieces", "_starts")

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = list(pieces)
        self._starts = [piece.start for piece in pieces]

    @classmethod
    def plain(cls, length: int, at: int = 0) -> Trace:
        """The trace of text that stands in its source as it is, from offset ``at``."""
        return cls([Piece(0, at, at + length, True)])

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """Where the source has a non-empty stretch of the text; a piece that is not literal is taken whole."""
        first = self._pieces[bisect_right(self._starts, start) - 1]
        last = self._pieces[bisect_right(self._starts, end - 1) - 1]
        left = first.source_start + (start - first.start) if first.literal else first.source_start
        right = last.source_start + (end - last.start) if last.literal else last.source_end
        return left, right


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a note and the value of the source that it came from.

    Args:
        start, end: code points in the note's text.
        key: names the value in the source, in the reader's own way.
        trace: maps the stretch to the value.
    """

    start: int
    end: int
    key: object = field(repr=False)
    trace: Trace = field(repr=False)


class Document:
    """A note being put together.

    Attributes:
        parts: where each stretch came from, in order.
        stretches: those that can be traced back to a value of the source.
        images: how many pictures were left out.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.stretches: list[Stretch] = []
        self.images = 0
        self._texts: list[str] = []
        self._length = 0
        self._known: dict[str, list[str]] = {}
        self._metadata: dict[str, str] = {}

    @property
    def length(self) -> int:
        """How long the text is by now."""
        return self._length

    def add(self, name: str, text: str, *, gap: str = "\n", key: object = None, trace: Trace | None = None) -> None:
        """Append a stretch.

        Args:
            name: the place, in the format's own words.
            text: what stands there; an empty text is an empty line.
            gap: what parts it from the stretch before.
            key, trace: the value of the source that it came from, if it can be written back.
        """
        if self._length:
            self._put(gap)
        start = self._length
        self._put(text)
        if text:
            self.parts.append(Part(name, start, self._length))
            if trace is not None:
                self.stretches.append(Stretch(start, self._length, key, trace))

    def title(self, text: str, *, gap: str = "\n\n") -> None:
        """Append a line of our own that names what follows."""
        if self._length:
            self._put(gap)
        self._put(text)

    def absorb(self, other: Document, name: str = "", *, gap: str = "\n") -> None:
        """Append another document, its parts under ``name``."""
        if other.length:
            if self._length:
                self._put(gap)
            shift = self._length
            self._put(other.text())
            lead = f"{name}: " if name else ""
            self.parts += [Part(lead + p.name, p.start + shift, p.end + shift) for p in other.parts]
        self.images += other.images
        for key, values in other._known.items():
            self._known.setdefault(key, []).extend(v for v in values if v not in self._known[key])
        for key, value in other._metadata.items():
            self._metadata.setdefault(key, value)

    def image(self, name: str) -> None:
        """Take note of a picture, which is left out."""
        self.images += 1
        self.parts.append(Part(f"{name} (image, not read)", self._length, self._length))

    def know(self, entity_type: str, *values: str) -> None:
        """Take in identifiers that must not stay in the text; what is too short to look for is left out."""
        for value in values:
            if value := worth_knowing(entity_type, value):
                known = self._known.setdefault(f"known:{entity_type}", [])
                if value not in known:
                    known.append(value)

    def tell(self, key: str, value: str) -> None:
        """Set a key of the metadata that redaction knows (``setting``, ``sex``, ``age``, ``date_of_service``, ...)."""
        if value:
            self._metadata.setdefault(key, value)

    def text(self) -> str:
        """The text so far."""
        return "".join(self._texts)

    def note(self, note_id: str) -> Note:
        """The finished note.

        Raises:
            ReadError: there is no text.
        """
        text = self.text()
        if not text.strip():
            told = "1 image" if self.images == 1 else f"{self.images} images"
            raise ReadError(f"holds no text, only {told}" if self.images else "holds no text")
        metadata = {**self._metadata, **{key: "\n".join(values) for key, values in self._known.items()}}
        if self.images:
            metadata["images"] = str(self.images)
        return Note(note_id, text, tuple(self.parts), metadata)

    def _put(self, text: str) -> None:
        self._texts.append(text)
        self._length += len(text)


def worth_knowing(entity_type: str, value: str) -> str:
    """The identifier in one line, or "" where it is too short or too plain to be looked for in a text."""
    value = " ".join(value.split())
    if _NUMBERED.search(entity_type):
        letters = sum(c.isalnum() for c in value)
        return value if letters >= _SHORTEST_NUMBER and any(c.isdigit() for c in value) else ""
    return value if len(value) >= _SHORTEST else ""


def date_forms(written: str) -> tuple[str, ...]:
    """A day as ``YYYYMMDD...`` or ``YYYY-MM-DD...`` in the forms in which texts and tables write it."""
    digits = "".join(c for c in written[:10] if c.isdigit())[:8]
    if len(digits) < 8:
        return ()
    year, month, day = digits[:4], digits[4:6], digits[6:8]
    short = f"{int(month)}/{int(day)}/{year}"
    return tuple(dict.fromkeys((f"{year}-{month}-{day}", f"{month}/{day}/{year}", short, digits)))


def age_on(birth: str, day: str) -> str:
    """Full years between two days as ``date_forms`` reads them, or ""."""
    born, then = date_forms(birth), date_forms(day)
    if not born or not then:
        return ""
    years = int(then[0][:4]) - int(born[0][:4]) - (then[0][5:] < born[0][5:])
    return str(years) if 0 <= years <= 130 else ""


def joined(*values: str) -> str:
    """Values in one line, empty ones left out."""
    return " ".join(v.strip() for v in values if v.strip())


def trace_of(pieces: Iterable[tuple[str, int, int]]) -> tuple[str, Trace]:
    """Text and trace of (text, source start, source end) pieces; one as long as its source is taken as literal."""
    texts: list[str] = []
    found: list[Piece] = []
    at = 0
    for text, start, end in pieces:
        if text:
            found.append(Piece(at, start, end, len(text) == end - start))
            texts.append(text)
            at += len(text)
    return "".join(texts), Trace(found or [Piece(0, 0, 0, True)])
