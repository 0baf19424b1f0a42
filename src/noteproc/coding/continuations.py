"""The sentences that go on about a condition without naming it: "Clavicle fracture. Left, midshaft, displaced."

A note tells a condition first, and then, in sentences of their own, on which side it is, how far it has gone and what
came with it. Such a sentence names no other condition, and nothing that closes a subject stands before it: no blank
line, no item of a list, no label.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from noteproc.codesets import ICD10CM
from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading

# So many sentences after a condition go on about it; one may lead up to it.
_AFTER = 2
_CATEGORY = 3  # letters of a code that name its category
# Symptoms, causes and circumstances are told of a condition; they change no subject.
_ACCOMPANYING = "RVWXYZ"
# What was, or what another person has.
_OTHER = frozenset({"historical", "family", "other_person"})
# What no category is called: a sentence of several speaks of none that could be gone on about.
_ANOTHER = ""
_OPENS = re.compile(r"(?:\(?\d{1,2}[.):]\s|[-*•–#]\s|[A-Za-z][\w /&-]{1,30}:)")


class Continuations:
    """Finds them for the conditions of one note.

    Args:
        reading: the note.
        mentions: all of the note.
    """

    def __init__(self, reading: Reading, mentions: Sequence[Mention]) -> None:
        self._reading = reading
        # The category that a sentence speaks of.
        self._subjects: dict[int, str] = {}
        self._known: dict[tuple[int, str], tuple[int, ...]] = {}
        self._passages: dict[int, bool] = {}
        self._headings = [section.heading_start for section in reading.sections[1:]]
        for mention in mentions:
            if mention.match.system != ICD10CM or mention.weak:
                continue
            if mention.verdict.kind in _OTHER:
                # "Earlier squamous cell carcinoma of the scalp": another one.
                self._speaks(mention, _ANOTHER)
            if mention.verdict.kind != "absent" and mention.base[0] not in _ACCOMPANYING:
                self._speaks(mention, mention.base[:_CATEGORY])

    def _speaks(self, mention: Mention, category: str) -> None:
        sentence = self._reading.sentence_of[mention.match.at[0]]
        if self._subjects.setdefault(sentence, category) != category:
            self._subjects[sentence] = _ANOTHER

    def of(self, at: tuple[int, ...], base: str) -> tuple[int, ...]:
        """The sentences that go on about a mention, the nearest first, those after it before the one that leads up."""
        here, category = self._reading.sentence_of[at[0]], base[:_CATEGORY]
        known = self._known.get((here, category))
        if known is None:
            known = self._known[here, category] = self._read(here, category)
        return known

    def _read(self, here: int, category: str) -> tuple[int, ...]:
        if not self._is_free(here, category):
            # Of several conditions in a sentence none can be told to be the one that is gone on about.
            return ()
        found: list[int] = []
        for sentence in range(here + 1, here + 1 + _AFTER):
            if not self._is_free(sentence, category) or not self._goes_on(sentence):
                break
            found.append(sentence)
        leads = here - 1
        if self._is_free(leads, category) and self._goes_on(here) and not self._follows_another(leads, category):
            found.append(leads)
        return tuple(found)

    def _is_free(self, sentence: int, category: str) -> bool:
        return self._subjects.get(sentence, category) == category

    def _follows_another(self, sentence: int, category: str) -> bool:
        """Whether the sentence before belongs to the same passage and names another condition."""
        return not self._is_free(sentence - 1, category) and self._goes_on(sentence)

    def _goes_on(self, sentence: int) -> bool:
        """Whether a sentence and the one before it belong to one passage."""
        known = self._passages.get(sentence)
        if known is None:
            known = self._passages[sentence] = self._is_one_passage(sentence)
        return known

    def _is_one_passage(self, sentence: int) -> bool:
        reading, pieces = self._reading, self._reading.sentences
        if not 0 < sentence < len(pieces):
            return False
        first, second = pieces[sentence - 1], pieces[sentence]
        gap = reading.text[first.end : second.start]
        if "\n" in gap and (gap.count("\n") > 1 or _OPENS.match(reading.text, second.start)):
            return False
        # A section that begins between the two parts them.
        return bisect_right(self._headings, first.start) == bisect_right(self._headings, second.start)
