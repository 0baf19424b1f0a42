"""What both servers offer: each operation is one call of the library, and answers with JSON-ready values."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from noteproc.assistant import Assistant
from noteproc.codesets import lookup
from noteproc.errors import ConfigError
from noteproc.pages import Pages
from noteproc.processor import NoteProcessor
from noteproc.records import CodingContext, Note, NoteResult, RedactedNote, Setting, Sex
from noteproc.rules import examine


class Operations:
    """The operations of a server, over one processor; calls from several threads wait for each other.

    Args:
        processor: redacts and codes; by default one with the default settings.
        pages: code pages over the loaded code sets and the imported files.
    """

    def __init__(self, processor: NoteProcessor | None = None, pages: Pages | None = None) -> None:
        self.processor = processor or NoteProcessor()
        if self.processor.redactor.policy.needs_vault:
            raise ConfigError(
                "a server answers without a vault: choose a policy without surrogates, shifts or the way back"
            )
        self.pages = pages or Pages(self.processor.codesets)
        self._turn = threading.Lock()

    def redact(self, note: Note) -> RedactedNote:
        """The note without PHI, past the leak gate.

        Raises:
            RedactionError: redaction failed, or the leak gate held the note back.
        """
        with self._turn:
            return self.processor.redact(note)

    def process(self, note: Note) -> NoteResult:
        """The note redacted and coded.

        Raises:
            RedactionError: redaction failed, or the leak gate held the note back.
        """
        with self._turn:
            return self.processor.process(note)

    def code_redacted(self, note_id: str, text: str, context: CodingContext) -> NoteResult:
        """The codes of a text that the caller vouches holds no PHI."""
        with self._turn:
            return self.processor.coder.code(RedactedNote.already_redacted(note_id, text, context))

    def lookup(
        self,
        query: str,
        *,
        system: str | None = None,
        limit: int = 10,
        billable: bool | None = None,
        within: str = "",
        on: date | None = None,
    ) -> dict[str, object]:
        """The best codes for words, a code, the beginning of one or a range; see :func:`noteproc.lookup`."""
        with self._turn:
            hits = lookup(
                query,
                system=system,
                limit=limit,
                billable=billable,
                within=within,
                on=on,
                codesets=self.pages.codesets,
            )
        return {"hits": [asdict(hit) for hit in hits]}

    def show(self, code: str, *, system: str | None = None, on: date | None = None) -> dict[str, object] | None:
        """The page of a code or modifier, or None where no loaded table knows it."""
        with self._turn:
            page = self.pages.show(code, system=system, on=None if on is None else on.isoformat())
        return None if page is None else page.to_dict()

    def check(
        self,
        codes: Sequence[str],
        *,
        on: date | None = None,
        setting: Setting = "outpatient",
        age: int | None = None,
        sex: Sex | None = None,
        units: Mapping[str, int] | None = None,
    ) -> dict[str, object]:
        """What the rules find against a set of codes; see :func:`noteproc.rules.examine`."""
        with self._turn:
            return examine(
                codes,
                self.pages.codesets,
                self.pages.library,
                on=on,
                setting=setting,
                age=age,
                sex=sex,
                units=units,
            ).to_dict()

    def ask(self, questions: Sequence[str], *, on: date | None = None) -> dict[str, object]:
        """The answer to the last of some questions; those before it are what it may refer to."""
        with self._turn:
            assistant = Assistant(self.pages, on=None if on is None else on.isoformat())
            answer = None
            for question in questions:
                answer = assistant.ask(question)
        return {} if answer is None else answer.to_dict()
