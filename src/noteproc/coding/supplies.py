"""Whether a supply was handed out, or a product was put in or used."""

from __future__ import annotations

from noteproc.codesets import CodeEntry
from noteproc.coding.event_status import REASONS
from noteproc.coding.judge import Judge
from noteproc.coding.mentions import Mention
from noteproc.coding.ranges import codes_of
from noteproc.coding.standing import HERE, OWN_DRUGS
from noteproc.coding.telling import telling
from noteproc.records import Reason


class Supplies(Judge):
    """Judges the mentions of supplies and products in one note."""

    def reason(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        """Why a mention is not coded, or None where the supply was handed out or put in."""
        note = self._note
        kind = self._status.told(mention)
        text = self._near.sentence(mention)
        words = telling()
        if kind == "planned" and words["went home"].search(self._near.beside(mention)):
            return None
        if kind != "present":
            return REASONS.get(kind, "planned")
        if self._near.is_taken_out(mention):
            return "historical"
        implant = entry.code in codes_of("implants.tsv", "supplies")
        if entry.code[0] == "C" and not implant:
            return "included"
        if implant:
            return None if note.operative else "historical"
        if note.operative and not note.visit and not words["taken home"].search(text):
            # What an operation uses is part of it.
            return "included"
        if entry.code in codes_of("dressings.tsv", "supplies") and not words["taken home"].search(text):
            return "included"
        if note.delivery and mention.section not in OWN_DRUGS:
            return None
        if words["had"].search(self._near.beside(mention)):
            return "historical"
        if words["handed"].search(text) or mention.section in HERE or self._standing.is_in_block(mention):
            return None
        return REASONS.get(self._status.by_section(mention), "planned")

    def may_be_used(self, mention: Mention) -> bool:
        """Whether nothing says of a product that it was not used here: no denial, no plan, no list of own drugs."""
        kind = self._status.told(mention)
        if kind != "present" or mention.section in OWN_DRUGS or self._near.is_elsewhere(mention):
            return False
        return not self._near.is_taken_out(mention)
