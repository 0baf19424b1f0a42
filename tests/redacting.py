"""What tests of redaction ask of a text."""

from __future__ import annotations

from noteproc.records import Note
from noteproc.redaction import Redactor


def gone(redactor: Redactor, text: str, words: str) -> list[bool]:
    """For each letter and figure of some words of a text, whether it is redacted."""
    start = text.index(words)
    covered = {i for p in redactor.redact(Note("n", text)).phi for i in range(p.start, p.end)}
    return [i in covered for i in range(start, start + len(words)) if text[i].isalnum()]
