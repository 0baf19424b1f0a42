"""What became of each note of a run, in the order of the inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from noteproc.exports.results import Result, items
from noteproc.files.edits import applied
from noteproc.files.known import KnownIdentifiers
from noteproc.records import Note
from noteproc.redaction.fields import FieldRedactor, NoteFields, text_identifiers


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one note.

    Args:
        note_id: the id that it has in the output.
        result: its line of ``results.jsonl``, or None where it failed or was held back.
    """

    note_id: str
    result: Result | None = field(repr=False)


class Verdicts:
    """The notes of a run, one after the other.

    Args:
        outcomes: id and status of each input, in order.
        results: the lines of ``results.jsonl``, in order.
        fields: makes the fields of notes safe.
        known: what the user knows of notes beside what their files say.
    """

    def __init__(
        self,
        outcomes: Iterable[tuple[str, str]],
        results: Iterable[Result],
        fields: FieldRedactor,
        known: KnownIdentifiers,
    ) -> None:
        self._outcomes = iter(outcomes)
        self._results: Iterator[Result] = iter(results)
        self.fields = fields
        self._known = known
        self.taken = 0

    def next(self) -> Verdict:
        """The next note; one beyond the end of the run has no result."""
        self.taken += 1
        note_id, status = next(self._outcomes, ("", "failed"))
        return Verdict(note_id, next(self._results) if status == "done" else None)

    def skip(self, many: int) -> None:
        """Leave notes out."""
        for _ in range(many):
            self.next()

    def fields_of(self, verdict: Verdict, note: Note) -> NoteFields:
        """The fields of a note, in step with its text."""
        found = text_identifiers(verdict.result, note.text) if verdict.result else ()
        day = note.metadata.get("date_of_service", "")[:4]
        return self.fields.of_note(
            verdict.note_id, self._patient(verdict, note), found, int(day) if day.isdigit() else 0
        )

    def keep(self, verdict: Verdict, note: Note, fields: NoteFields) -> None:
        """Let the vault know what was drawn for a note's fields."""
        self.fields.keep(verdict.note_id, self._patient(verdict, note), fields)

    def _patient(self, verdict: Verdict, note: Note) -> str:
        """The patient by whom surrogates and offsets go, as the run took him."""
        told = self._known.added_to(replace(note, note_id=verdict.note_id)).metadata
        return told.get("patient_id", "")


def as_read(verdict: Verdict, note: Note) -> bool:
    """Whether a note still is what its result was made of."""
    return verdict.result is not None and applied(note.text, items(verdict.result, "phi")) == verdict.result["text"]
