"""spaCy DocBin: redacted notes with the span groups ``phi`` and ``codes``, a thousand notes a file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from noteproc.exports.results import Result, items, whole
from noteproc.files.atomic import write_bytes
from noteproc.text.docbin import MarkedSpan, MarkedText, packed

_NOTES_A_FILE = 1000


def write(folder: Path, results: Iterator[Result]) -> tuple[Path, ...]:
    """Write ``000001.spacy`` and so on below ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    while chunk := list(islice(results, _NOTES_A_FILE)):
        path = folder / f"{len(written) + 1:06d}.spacy"
        write_bytes(path, packed(map(_marked, chunk)))
        written.append(path)
    return tuple(written)


def _marked(result: Result) -> MarkedText:
    phi = [
        MarkedSpan(whole(p, "redacted_start"), whole(p, "redacted_end"), str(p["entity_type"]))
        for p in items(result, "phi")
    ]
    codes = [
        MarkedSpan(whole(e, "start"), whole(e, "end"), str(s["code"]))
        for s in items(result, "suggestions")
        for e in items(s, "evidence")
    ]
    return MarkedText(str(result["note_id"]), str(result["text"]), phi, codes)
