"""Notes in the corpus format, ``⟦TYPE|words⟧``, cut into pieces and put together again."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile(r"⟦([A-Z_0-9]+)\|([^⟦⟧|]*)⟧")

# A note as (type, words); the type of words between marks is "".
Pieces = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with its spans: (start, end, type), in order."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def unmark(marked: str) -> MarkedText:
    """The text and spans of a note in the corpus format."""
    return join(pieces_of(marked))


def pieces_of(marked: str) -> Pieces:
    """The note in pieces."""
    pieces: Pieces = []
    at = 0
    for m in _MARK.finditer(marked):
        pieces.append(("", marked[at : m.start()]))
        pieces.append((m[1], m[2]))
        at = m.end()
    pieces.append(("", marked[at:]))
    return pieces


def join(pieces: Pieces) -> MarkedText:
    """Pieces put together again."""
    out: list[str] = []
    spans: list[tuple[int, int, str]] = []
    at = 0
    for kind, words in pieces:
        if kind and words:
            spans.append((at, at + len(words), kind))
        out.append(words)
        at += len(words)
    return MarkedText("".join(out), tuple(spans))
