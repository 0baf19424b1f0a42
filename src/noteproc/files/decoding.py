"""Bytes to text: the encodings that occur in note files."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from noteproc.errors import ReadError
from noteproc.files.opening import open_binary

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
# Control characters that text files do hold: tab, line feed, vertical tab, form feed, return, escape, and the
# frame of HL7 messages on a wire.
_TEXT_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1b\x1a\x1c")
_UNDEFINED_IN_CP1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_SAMPLE = 65_536
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's text is written.

    Args:
        name: as Python and people call it.
        codec: the codec of what follows the byte-order mark.
        bom: the byte-order mark, or nothing.
    """

    name: str
    codec: str
    bom: bytes = b""

    def encoded(self, text: str) -> bytes:
        """The text without byte-order mark; what the encoding cannot write becomes a question mark."""
        return text.encode(self.codec, "replace")


def encoding_of(chunks: Iterable[bytes], *, nul: bool = False) -> Encoding:
    """The encoding of a file, told from all of its bytes, of which only one chunk is held at a time.

    UTF-8 (with or without BOM), UTF-16/32 with a BOM, and UTF-16 without one where every other byte is NUL are
    recognised; what is not UTF-8 is cp1252, or latin-1 where it holds a byte that cp1252 leaves undefined.

    Args:
        chunks: the bytes.
        nul: whether single NULs may stand in a text, which the caller then looks for.

    Raises:
        ReadError: empty, or not text. The message holds nothing of the data.
    """
    parts = iter(chunks)
    head = next(parts, b"")
    if not head:
        raise ReadError("the file is empty")
    for bom, name, codec in _BOMS:
        if head.startswith(bom):
            return Encoding(name, codec, bom)
    if b"\0" in head[:_SAMPLE] and (wide := _wide(head[:_SAMPLE])):
        return Encoding(wide, wide)
    utf8 = codecs.getincrementaldecoder("utf-8")()
    valid, undefined, part = True, False, head
    while part:
        if not nul and b"\0" in part:
            raise ReadError("holds NUL bytes: it is not a text file")
        following = next(parts, b"")
        if valid:
            try:
                utf8.decode(part, final=not following)
            except UnicodeDecodeError:
                valid = False
        undefined = undefined or any(byte in part for byte in _UNDEFINED_IN_CP1252)
        part = following
    if valid:
        return Encoding("utf-8", "utf-8")
    if _looks_binary(head):
        raise ReadError("is not a text file")
    narrow = "latin-1" if undefined else "cp1252"
    return Encoding(narrow, narrow)


def decode(data: bytes) -> tuple[str, str]:
    """The text of a note file, line ends untouched, and the encoding it was in.

    Raises:
        ReadError: empty, only blanks, or not text. The message holds nothing of the data.
    """
    text, encoding = decoded(data)
    return text, encoding.name


def decoded(data: bytes, *, nul: bool = False) -> tuple[str, Encoding]:
    """The text of a file and the encoding that writes it back, byte for byte.

    Args:
        data: the file.
        nul: as ``encoding_of``.

    Raises:
        ReadError: empty, only blanks, or not text.
    """
    encoding = encoding_of((data,), nul=nul)
    try:
        text = data[len(encoding.bom) :].decode(encoding.codec)
    except UnicodeDecodeError:
        raise ReadError(f"has a byte-order mark of {encoding.name} but is not valid {encoding.name}") from None
    if not text.strip():
        raise ReadError("holds no text")
    return text, encoding


def open_text(path: Path, *, nul: bool = False) -> tuple[TextIO, Encoding]:
    """A text file to read line by line, line ends untouched, and its encoding.

    Args:
        path: the file.
        nul: as ``encoding_of``.

    Raises:
        ReadError: empty, or not text.
        OSError: it cannot be opened.
    """
    with open_binary(path) as file:
        encoding = encoding_of(iter(lambda: file.read(_CHUNK), b""), nul=nul)
    binary = open_binary(path)
    binary.seek(len(encoding.bom))
    return io.TextIOWrapper(binary, encoding.codec, newline=""), encoding


def _wide(sample: bytes) -> str:
    """UTF-16 without a byte-order mark: in Western text every other byte is NUL."""
    if len(sample) < 4:
        return ""
    even, odd = sample[0::2], sample[1::2]
    for codec, empty, full in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if empty.count(0) * 10 >= len(empty) * 8 and full.count(0) == 0:
            return codec
    return ""


def _looks_binary(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in sample)
    return controls * 50 > len(sample)
