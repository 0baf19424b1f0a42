"""Whether a service was done: an operation, a treatment, a vaccine given."""

from __future__ import annotations

import re

from noteproc.codesets import CodeEntry
from noteproc.coding.event_status import REASONS
from noteproc.coding.judge import Judge
from noteproc.coding.mentions import Mention
from noteproc.coding.ranges import CodeRanges, codes_of
from noteproc.coding.telling import telling
from noteproc.records import Reason

VISITS = CodeRanges.parse("99202-99607 | G0402 | G0438-G0439 | G0444-G0447")
_VACCINES = CodeRanges.parse("90380-90382 | 90476-90759 | 90584-90589 | 90611-90629 | 91300-91330")
# Who tells how somebody was sedated, sedated.
_SEDATION = CodeRanges.parse("99151-99157")
_STORY = frozenset({"", "hpi", "chief_complaint", "reason", "indication", "imaging", "labs"})
_CLOSING = frozenset({"assessment", "discharge_dx", "postop_dx", "plan", "hpi", "ros", "indication"})
# Headings below which notes without further ones go on to what was done.
_OVERRUN = frozenset({"consent", "pmh", "psh", "indication", "reason", "medications", "allergies", "social"})
_VOLUME = re.compile(r"\.?\d+(?:\.\d+)?\s?ml\b", re.I)
_AFTER_VACCINE = 64


class Services(Judge):
    """Judges the mentions of services in one note."""

    def reason(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        """Why a mention is not coded, or None where the service was done."""
        words, note, near, standing = telling(), self._note, self._near, self._standing
        sedated = mention.acted and entry.code in _SEDATION
        if mention.section == "anesthesia" and not sedated and entry.code in codes_of("anesthesia_parts.tsv", "codes"):
            # The block under which somebody is operated on is the anesthetist's.
            return "included"
        text = near.sentence(mention)
        kind = self._status.told(mention)
        if kind == "present" and entry.code in _VACCINES and self._is_handed_in(mention):
            return None
        if kind in ("present", "historical") and mention.section in ("", "procedure") and standing.is_titled(mention):
            return None
        if kind == "present" and (entry.code in VISITS or entry.code[:2] == "A0"):
            return None
        today = words["today"].search(text) is not None and not near.is_told_away(mention)
        if kind == "historical" and today and not mention.verdict.has("absent"):
            # "S/p shave biopsy in office today".
            kind = "present"
        section = self._status.by_section(mention)
        if section == "historical" and today:
            section = "present"
        if section == "planned" and words["done"].search(text):
            section = "present"
        surely = (mention.acted and not note.away) or words["surely done"].search(text) is not None
        surely = surely or near.is_dosed(mention)
        if mention.section in _CLOSING and surely and not near.is_elsewhere(mention):
            section = "present"
        if mention.section in _OVERRUN and mention.acted and self._operates_here(mention):
            section = "present"
        if kind == "present" and section != "present":
            kind = section
        reason = REASONS.get(kind)
        if reason is not None:
            return reason
        if entry.code in _VACCINES and not self._is_given_here(mention):
            return "planned"
        if mention.named and not note.operative:
            return "historical"
        if mention.section not in _STORY or today:
            return None
        if near.is_elsewhere(mention):
            return "historical"
        done = surely or mention.sign or standing.is_in_block(mention) or standing.is_worked(mention)
        done = done or (note.brief and standing.is_stated(mention))
        return None if done or (note.operative and not note.procedure_section) else "historical"

    def _operates_here(self, mention: Mention) -> bool:
        """Whether the sentences around an act tell an operation, whatever heading stands far above them."""
        told = telling()["operating"].search(self._near.around(mention)) is not None
        return told and not self._note.away and not self._near.is_elsewhere(mention)

    def _is_handed_in(self, mention: Mention) -> bool:
        """Whether the route, the place or the lot of a vaccine stands behind its name."""
        text, end = self._near.text, self._near.end(mention)
        stop = text.find("\n", end)
        behind = text, end, min(end + _AFTER_VACCINE, stop if stop >= 0 else end + _AFTER_VACCINE)
        return telling()["handed in"].search(*behind) is not None or _VOLUME.search(*behind) is not None

    def _is_given_here(self, mention: Mention) -> bool:
        """Whether a vaccine was given in this visit: the words around it say so."""
        words = telling()
        text = self._near.sentence(mention)
        return self._standing.is_in_block(mention) or any(
            words[kind].search(text) is not None for kind in ("given", "today", "surely")
        )
