"""spaCy DocBin: redacted notes with the span groups ``phi`` and ``codes``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import spacy
from spacy.tokens import DocBin, SpanGroup


class MarkedSpan(NamedTuple):
    """A stretch of a text and its label; offsets are code points."""

    start: int
    end: int
    label: str


class MarkedText(NamedTuple):
    """A redacted note to pack."""

    note_id: str
    text: str
    phi: Sequence[MarkedSpan]
    codes: Sequence[MarkedSpan]


def packed(notes: Iterable[MarkedText]) -> bytes:
    """A DocBin of the notes, in order; ``doc.user_data["note_id"]`` has the id.

    A span that ends inside a token takes the whole token.
    """
    nlp = spacy.blank("en")
    nlp.max_length = 1 << 30
    held = DocBin(store_user_data=True)
    for note in notes:
        doc = nlp.make_doc(note.text)
        doc.user_data["note_id"] = note.note_id
        for name, marked in (("phi", note.phi), ("codes", note.codes)):
            spans = [
                doc.char_span(m.start, m.end, label=m.label, alignment_mode="expand") for m in marked if m.end > m.start
            ]
            doc.spans[name] = SpanGroup(doc, name=name, spans=[span for span in spans if span is not None])
        held.add(doc)
    data: bytes = held.to_bytes()
    return data
