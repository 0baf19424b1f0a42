"""One pasted note, redacted and coded at once in any style of replacement; nothing of it is kept."""

from __future__ import annotations

import threading
from typing import Any, Literal, cast, get_args

from noteproc.config import Config, SettingChoice
from noteproc.errors import ConfigError
from noteproc.processor import NoteProcessor
from noteproc.records import Note
from noteproc.redaction.substitution import settled_note
from noteproc.redaction.vault import Vault
from noteproc.review.vocabulary import words_of

Style = Literal["tag", "label", "mask", "surrogate"]
STYLES: dict[Style, str] = {
    "tag": "Numbered tags",
    "label": "Labels",
    "mask": "Blocks",
    "surrogate": "Surrogates, dates shifted",
}
LONGEST_NOTE = 1_000_000
_SETTINGS = get_args(SettingChoice)


class Trial:
    """Redacts and codes pasted notes. The processors are made on first use, one for each style."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processors: dict[tuple[Style, str], NoteProcessor] = {}

    def run(self, text: str, style: str, setting: str = "auto") -> dict[str, Any]:
        """What the workbench shows of a pasted note.

        Args:
            text: the note, PHI and all.
            style: how identifiers are replaced, a key of ``STYLES``.
            setting: auto, outpatient or inpatient.

        Raises:
            ConfigError: an unknown style or setting, or a note that is empty or too long.
            RedactionError: it could not be redacted; nothing of it is shown.
        """
        if style not in STYLES or setting not in _SETTINGS:
            raise ConfigError("no such style or setting")
        if not text.strip() or len(text) > LONGEST_NOTE:
            raise ConfigError(f"a note of 1 to {LONGEST_NOTE:,} characters is needed")
        with self._lock:
            processor = self._processor(style, setting)
            note = Note("pasted", text)
            redacted = processor.redact(note)
            if processor.redactor.policy.needs_vault:
                vault = Vault.in_memory()
                redacted = settled_note(redacted, note, processor.redactor.policy, vault)
                vault.close()
            result = processor.coder.code(redacted).to_dict()
        return {**result, "not_coded": [_explained(n) for n in cast("list[dict[str, Any]]", result["not_coded"])]}

    def _processor(self, style: Style, setting: str) -> NoteProcessor:
        key = (style, setting)
        if key not in self._processors:
            chosen = cast(SettingChoice, setting)
            if style == "surrogate":
                config = Config(policy="expert", setting=chosen)
            else:
                config = Config(replacement=style, setting=chosen)
            shared = next(iter(self._processors.values()), None)
            self._processors[key] = NoteProcessor(config, coder=shared.coder if shared else None)
        return self._processors[key]


def _explained(n: dict[str, Any]) -> dict[str, Any]:
    return {**n, "words": words_of("not_coded").get(n["reason"], "")}
