"""The sentences that go on about a condition without naming it: "Clavicle fracture. Left, midshaft, displaced."

A note tells a condition first, and then, in sentences of their own, on which side it is, how far it has gone and what
came with it. Such a sentence names no other condition, and nothing that closes a subject stands before it: no blank
line, no item of a list, no label.
"""

from __future__ import annotations

import re
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
_OPENS = re.compile(r"(?:\(?\d{1,2}[.):]\s|[-*•–#]\s|[A-Za-z][\w /&-]{1,30}:)")


class Continuations:
    """Finds them for the conditions of one note.

    Args:
        reading: the note.
        mentions: all of the note.
    """

    def __init__(self, reading: Reading, mentions: Sequence[Mention]) -> None:
        self._reading = reading
        self._subjects: dict[int, set[str]] = {}
        for mention in mentions:
            told = mention.verdict.kind != "absent" and not mention.weak
            if mention.match.system == ICD10CM and mention.verdict.kind in _OTHER and not mention.weak:
                # "Earlier squamous cell carcinoma of the scalp": another one.
                self._subjects.setdefault(reading.sentence_of[mention.match.at[0]], set()).add("")
            if told and mention.match.system == ICD10CM and mention.base[0] not in _ACCOMPANYING:
                sentence = reading.sentence_of[mention.match.at[0]]
                self._subjects.setdefault(sentence, set()).add(mention.base[:_CATEGORY])

    def of(self, at: tuple[int, ...], base: str) -> tuple[int, ...]:
        """The sentences that go on about a mention, the nearest first, those after it before the one that leads up."""
        here = self._reading.sentence_of[at[0]]
        category = base[:_CATEGORY]
        if self._subjects.get(here, {category}) != {category}:
            # Of several conditions in a sentence none can be told to be the one that is gone on about.
            return ()
        found: list[int] = []
        for sentence in range(here + 1, here + 1 + _AFTER):
            if not self._goes_on(sentence - 1, sentence) or not self._is_free(sentence, category):
                break
            found.append(sentence)
        leads = here - 1
        if self._goes_on(leads, here) and self._is_free(leads, category) and not self._follows_another(leads, category):
            found.append(leads)
        return tuple(found)

    def _is_free(self, sentence: int, category: str) -> bool:
        return self._subjects.get(sentence, {category}) == {category}

    def _follows_another(self, sentence: int, category: str) -> bool:
        """Whether the sentence before belongs to the same passage and names another condition."""
        return self._goes_on(sentence - 1, sentence) and not self._is_free(sentence - 1, category)

    def _goes_on(self, first: int, second: int) -> bool:
        """Whether two sentences that follow each other belong to one passage."""
        pieces = self._reading.sentences
        if first < 0 or second >= len(pieces):
            return False
        reading = self._reading
        if reading.section(pieces[first].start) != reading.section(pieces[second].start):
            return False
        gap = reading.text[pieces[first].end : pieces[second].start]
        return gap.count("\n") < 2 and not ("\n" in gap and _OPENS.match(reading.text, pieces[second].start))
