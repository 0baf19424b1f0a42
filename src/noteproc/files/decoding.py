"""Bytes to text: the encodings that occur in note files."""

from __future__ import annotations

import codecs

from noteproc.errors import ReadError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters that text files do hold: tab, line feed, vertical tab, form feed, return, escape.
_TEXT_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1b\x1a")


def decode(data: bytes) -> tuple[str, str]:
    """The text of a note file, line ends untouched, and the encoding it was in.

    UTF-8 (with or without BOM) and UTF-16/32 with a BOM are recognised; what is not UTF-8 is cp1252, or latin-1 where
    it holds a byte that cp1252 leaves undefined.

    Raises:
        ReadError: empty, only blanks, or not text. The message holds nothing of the data.
    """
    if not data:
        raise ReadError("the file is empty")
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if encoding is None and b"\0" in data:
        raise ReadError("holds NUL bytes: it is not a text file (UTF-16 is read only with a byte-order mark)")
    for candidate in (encoding,) if encoding else ("utf-8", "cp1252", "latin-1"):
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        if candidate in ("cp1252", "latin-1") and _looks_binary(data):
            raise ReadError("is not a text file")
        if not text.strip():
            raise ReadError("holds no text")
        return text, candidate
    raise ReadError(f"has a byte-order mark of {encoding} but is not valid {encoding}")


def _looks_binary(data: bytes) -> bool:
    sample = data[:65_536]
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in sample)
    return controls * 50 > len(sample)
