"""Whether a drug was given in this encounter: not merely taken, prescribed, or part of an operation."""

from __future__ import annotations

import re

from noteproc.codesets import CodeEntry
from noteproc.coding.doses import Doses
from noteproc.coding.event_status import REASONS, EventStatus
from noteproc.coding.judge import Judge
from noteproc.coding.mentions import Mention
from noteproc.coding.note_type import NoteType
from noteproc.coding.ranges import codes_of
from noteproc.coding.standing import HERE, OWN_DRUGS, Standing
from noteproc.coding.surroundings import Surroundings
from noteproc.coding.telling import telling
from noteproc.records import Reason

# "hydromorphone 1 mg IV 0455": what has a clock time was done.
_CLOCKED = re.compile(
    r"(?<![\d/.-])(?:[01]\d|2[0-3]):?[0-5]\d(?:\s?[-–]\s?(?:[01]\d|2[0-3]):?[0-5]\d)?(?![\d/.-])(?!\s?(?:mg|mcg|units|u\b|ml))"
)
# What is billed by the syringe or vial, whatever it holds.
_BY_DOSE = "1 dose"


class DrugsGiven(Judge):
    """Judges the mentions of drugs in one note."""

    def __init__(self, note: NoteType, near: Surroundings, standing: Standing, status: EventStatus) -> None:
        super().__init__(note, near, standing, status)
        self._doses = Doses(near.reading)

    def reason(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        """Why a mention is not coded, or None where the drug was given."""
        note = self._note
        kind = self._status.told(mention)
        if kind == "planned" and _CLOCKED.search(self._near.sentence(mention)):
            kind = "present"
        if kind != "present":
            return REASONS.get(kind, "planned")
        here = note.operative and not note.visit
        if note.away or note.transported:
            # What a ward or an ambulance gives is part of the stay or the ride.
            return "included"
        operated = here and (note.surgical or mention.section in ("technique", "implants"))
        operated = operated or (here and entry.code in codes_of("prophylaxis.tsv", "drugs"))
        if operated and entry.code not in codes_of("injectates.tsv", "drugs"):
            # What is given during an operation is part of it.
            return "included"
        if self._is_given_elsewhere(mention):
            return "historical"
        if self._is_given(mention, entry, here):
            return None
        return REASONS.get(self._status.by_section(mention), "planned")

    def _is_given_elsewhere(self, mention: Mention) -> bool:
        """Whether a drug's sentence says that others gave it ("at urgent care yesterday", "at home by wife")."""
        words, text = telling(), self._near.sentence(mention)
        elsewhere = words["given elsewhere"].search(text) is not None and words["today"].search(text) is None
        return elsewhere and not self._note.emergency and _CLOCKED.search(text) is None

    def _is_given(self, mention: Mention, entry: CodeEntry, here: bool) -> bool:
        """Whether a drug was given, not merely taken or prescribed.

        Args:
            mention: of the drug.
            entry: its code.
            here: whether the note tells a procedure alone, so that what it names was used.
        """
        words = telling()
        text = self._near.sentence(mention)
        by_dose = entry.unit == _BY_DOSE and entry.code[0] == "J"
        if not by_dose and not self._doses.tells(mention.match.first, mention.match.last):
            return False
        if words["home"].search(text) and not words["surely"].search(text) and not self._is_routed(mention):
            return False
        if mention.section in HERE or here:
            return True
        if mention.section not in OWN_DRUGS:
            if self._doses.beside(mention.match.last) and (
                self._standing.is_in_block(mention)
                or self._standing.is_worked(mention)
                or words["surely"].search(self._near.around(mention))
            ):
                return True
            if _CLOCKED.search(text):
                return True
        if self._status.by_section(mention) == "historical" and not words["surely"].search(text):
            return False
        return words["given"].search(text) is not None

    def _is_routed(self, mention: Mention) -> bool:
        """Whether a drug's own clause gives the needle's way and nothing of home ("10 mg IV push, famotidine po")."""
        words, clause = telling(), (self._near.text, self._near.end(mention), self._near.clause_end(mention))
        pushed = words["surely push"].search(*clause) or words["shot"].search(*clause)
        return pushed is not None and words["home"].search(*clause) is None
