"""Whether an act is told as done: what the assertion of its mention, and its section, say of an act.

An act is told in other ways than an illness: what only names a disease ("vaccine", "protocol") names an act, and what
is denied after a test is its result.
"""

from __future__ import annotations

from collections.abc import Mapping

from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading
from noteproc.coding.telling import forms
from noteproc.records import Reason
from noteproc.text.sections import Headings

# Why an act that is asserted in one of these ways is not coded; one that is "present" has no reason.
REASONS: Mapping[str, Reason] = {
    "absent": "absent",
    "possible": "planned",
    "hypothetical": "hypothetical",
    "historical": "historical",
    "family": "family",
    "other_person": "other_person",
    "template": "template",
    "planned": "planned",
    "declined": "declined",
}


class EventStatus:
    """How the acts of one note are asserted.

    Args:
        reading: the note.
        headings: section names and what they say by themselves.
    """

    def __init__(self, reading: Reading, headings: Headings) -> None:
        self._words = reading.words
        self._headings = headings

    def told(self, mention: Mention) -> str:
        """How a mention is asserted: "present", or a key of ``REASONS``."""
        kind = mention.verdict.kind
        words = self._words
        others = [c for c in mention.verdict.cues if c.kind == "other_person"]
        if kind == "other_person" and others and all(words[c.start].form == "donor" for c in others):
            # The donor of a graft is a place.
            return "present"
        past = [c for c in mention.verdict.cues if c.kind == "historical"]
        if (
            kind == "historical"
            and past
            and all(c.direction == "backward" and words[c.end - 1].form in forms("illness over") for c in past)
        ):
            # "Epley maneuver done, vertigo resolved": what is over is the illness.
            return "present"
        if kind == "hypothetical" and all(
            c.direction == "backward" and words[c.end - 1].form in forms("names procedure")
            for c in mention.verdict.cues
            if c.kind == "hypothetical"
        ):
            return "present"
        return kind

    def by_section(self, mention: Mention) -> str:
        """What the section of a mention says by itself: "present", or a key of ``REASONS``."""
        return self._headings.defaults[mention.section].procedure if mention.section else "present"

    def is_of_result(self, mention: Mention) -> bool:
        """Whether it is the test's result, told after it, that is denied or doubted, not the test."""
        last = mention.match.last
        return all(
            c.start > last and not any(self._words[i].form in forms("not made") for i in range(c.start, c.end))
            for c in mention.verdict.cues
            if c.kind in ("absent", "possible")
        )
