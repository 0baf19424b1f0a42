"""Putting back what a reversible policy took out, in the redacted text itself or in an answer that uses its tags."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from noteproc.errors import ConfigError
from noteproc.redaction.vault import KeptNote, Vault

_TAG = re.compile(r"\[([A-Z][A-Z0-9_]{2,40}_\d{1,5})(?:: ?\d{3,4})?\]")


@dataclass(frozen=True, slots=True)
class Restored:
    """A text with its identifiers back. It holds PHI.

    Args:
        text: the text.
        count: how many were put back.
        exact: the text was the redacted text to the letter, so the result is the note to the letter.
    """

    text: str = field(repr=False)
    count: int
    exact: bool


def restored(text: str, vault: Vault, note_id: str = "") -> Restored:
    """The text with what was taken out put back.

    Args:
        text: a redacted text, or a text that speaks in its tags (a language model's answer).
        vault: where the words are.
        note_id: whose words to put into a text that is no redacted text to the letter.

    Raises:
        ConfigError: the vault knows neither the text nor the note.
    """
    for form in (text, text.removesuffix("\n")):
        kept = vault.note_of_text(form)
        if kept is not None:
            return Restored(_exact(form, kept) + text[len(form) :], len(kept.spans), exact=True)
    kept = vault.note_of_id(note_id) if note_id else None
    if kept is None:
        raise ConfigError("the vault knows no note for this text: name the note with --note, by its id in the output")
    return _spoken(text, kept)


def _exact(text: str, kept: KeptNote) -> str:
    pieces, at = [], 0
    for start, end, original in kept.spans:
        pieces += [text[at:start], original]
        at = end
    return "".join(pieces) + text[at:]


def _fullness(words: str) -> tuple[int, bool, bool]:
    """How well a form of a value reads in a sentence: many words, mixed case, given name first."""
    return len(words.split()), not words.isupper(), "," not in words


def _spoken(text: str, kept: KeptNote) -> Restored:
    """The tags of the text, with or without their brackets, turned into the fullest form of what they stand for."""
    fullest: dict[str, str] = {}
    for start, end, original in kept.spans:
        shown = kept.text[start:end]
        tag = _TAG.fullmatch(shown)
        name = tag[1] if tag else shown
        if len(name) > 2 and _fullness(original) > _fullness(fullest.get(name, "")):
            fullest[name] = original
    if not fullest:
        return Restored(text, 0, exact=False)
    names = sorted(fullest, key=lambda n: (-len(n), n))
    body = "|".join(re.escape(name) for name in names)
    pattern = re.compile(rf"\\?\[({body})(?:: ?\d{{3,4}})?\\?\]|(?<!\w)({body})(?!\w)")
    new, count = pattern.subn(lambda m: fullest[m[1] or m[2]], text)
    return Restored(new, count, exact=False)
