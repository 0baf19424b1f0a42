"""The only place that knows the order of stages: redaction, then coding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from noteproc.codesets import CodeSets
from noteproc.coding import Coder
from noteproc.config import Config
from noteproc.errors import LeakError
from noteproc.records import Note, NoteResult, RedactedNote
from noteproc.redaction import LeakGate, Redactor
from noteproc.redaction.gate import leak_message
from noteproc.redaction.tagger import phi_tagger_version

_SECTIONS = "sections.tsv"


class NoteProcessor:
    """Notes in, redacted and coded results out.

    Args:
        config: settings; the defaults when None.
        redactor: a redactor of your own making; by default one after ``config``.
        coder: a coder of your own making; by default one over the compiled code sets.
    """

    def __init__(
        self, config: Config | None = None, *, redactor: Redactor | None = None, coder: Coder | None = None
    ) -> None:
        self.config = config or Config()
        folders = _paths(self.config.dictionaries)
        self.codesets = CodeSets.open(user_dictionaries=folders)
        self.redactor = redactor or Redactor(
            policy=self.config.policy, operator=self.config.replacement, releases=self.codesets.releases_of
        )
        self.gate = LeakGate(self.config.canaries, self.redactor.policy.kept)
        sections = tuple(folder / _SECTIONS for folder in folders if (folder / _SECTIONS).is_file())
        self.coder = coder or Coder(self.codesets, section_tables=sections)
        self.models = {"phi_tagger": phi_tagger_version()}

    def redact(self, note: Note) -> RedactedNote:
        """The note without PHI, past the leak gate.

        Raises:
            RedactionError: redaction failed; nothing of the note may be used.
            LeakError: the leak gate found an identifier in the redacted text; nothing of the note may be used.
        """
        redacted = self.redactor.redact(note)
        leaks = self.gate.check(note, redacted)
        if leaks:
            raise LeakError(leak_message(leaks))
        if self.config.setting == "auto" or redacted.context.setting == self.config.setting:
            return redacted
        return replace(redacted, context=replace(redacted.context, setting=self.config.setting))

    def process(self, note: Note) -> NoteResult:
        """The note redacted and coded.

        Raises:
            RedactionError: redaction failed; nothing of the note may be used.
        """
        return self.code(self.redact(note))

    def code(self, note: RedactedNote) -> NoteResult:
        """The codes of a redacted note, with the versions of everything that had a part in it."""
        result = self.coder.code(note)
        return replace(result, versions={**result.versions, "models": self.models})


def _paths(folders: Sequence[str]) -> tuple[Path, ...]:
    return tuple(Path(folder) for folder in folders)
