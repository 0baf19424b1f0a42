"""Whether a procedure was done, a drug given, a supply handed out: not planned, offered, declined, or long ago."""

from __future__ import annotations

from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CPT, CodeEntry
from noteproc.coding.bare import LIMIT
from noteproc.coding.diagnostic_tests import DiagnosticTests, is_test
from noteproc.coding.drugs_given import DrugsGiven
from noteproc.coding.event_status import REASONS, EventStatus
from noteproc.coding.mentions import Mention
from noteproc.coding.note_type import NoteType
from noteproc.coding.reading import Reading
from noteproc.coding.services import VISITS, Services
from noteproc.coding.slips import is_charged
from noteproc.coding.standing import Standing
from noteproc.coding.supplies import Supplies
from noteproc.coding.surroundings import Surroundings
from noteproc.records import Reason
from noteproc.text.sections import Headings
from noteproc.text.tables import rows

_SURGERY = ("10004", "69990")


class Performance:
    """Judges the mentions of procedures in one note, each by the rules of its kind.

    Args:
        reading: the note.
        note: what it is.
        headings: section names and what they say by themselves.
    """

    def __init__(self, reading: Reading, note: NoteType, headings: Headings) -> None:
        self._note = note
        self._near = Surroundings(reading)
        self._status = EventStatus(reading, headings)
        self._standing = Standing(note, self._near)
        self._services = Services(note, self._near, self._standing, self._status)
        self._tests = DiagnosticTests(note, self._near, self._standing, self._status)
        self._drugs = DrugsGiven(note, self._near, self._standing, self._status)
        self._supplies = Supplies(note, self._near, self._standing, self._status)

    def reason(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        """Why a mention is not coded, or None where it was done."""
        near = self._near
        if near.text[near.start(mention) : near.end(mention)] == entry.code:
            # What the note itself reports, it reports as done; before a bracket it speaks of something else.
            bracketed = near.text[: near.start(mention)].rstrip().endswith("(")
            kind = self._status.told(mention)
            return None if bracketed and kind in ("absent", "possible") else REASONS.get(kind)
        reason = self._judged(mention, entry)
        operation = entry.system == CPT and _SURGERY[0] <= entry.code <= _SURGERY[1]
        if reason is None or not self._note.brief or operation:
            return reason
        if (self._status.told(mention), self._status.by_section(mention)) != ("present", "present"):
            return reason
        return None if is_charged(near, mention, entry) else reason

    def _judged(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        """Why a mention is not coded by the rules of its kind."""
        note, near = self._note, self._near
        if entry.kind == "drug":
            return self._drugs.reason(mention, entry)
        if entry.kind == "supply":
            return self._supplies.reason(mention, entry)
        if entry.system == CPT:
            if note.inpatient and entry.code not in VISITS and self._status.told(mention) == "present":
                # The hospital reports an inpatient's procedures in ICD-10-PCS; each physician from the own note.
                return "historical"
            if note.leaves_to_others(entry.code):
                return "historical"
        if mention.match.score < LIMIT and not (
            mention.acted or self._standing.is_told_here(mention) or near.has_verb(mention)
        ):
            return "historical"
        judge = self._tests if is_test(entry) else self._services
        return judge.reason(mention, entry)

    def may_be_used(self, mention: Mention) -> bool:
        """Whether nothing says of a product that it was not used here."""
        return self._supplies.may_be_used(mention)

    def reported_as(self, code: str) -> str:
        """The code under which a facility's department reports the reading of a test alone."""
        return _readings().get(code, code) if self._note.emergency else code


@lru_cache(maxsize=1)
def _readings() -> dict[str, str]:
    table = rows(dictionaries_dir() / "rules" / "readings.tsv", ("code", "reading"))
    return {row["code"]: row["reading"] for row in table}
