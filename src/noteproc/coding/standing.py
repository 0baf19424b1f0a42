"""Where the mention of a procedure stands in its note: in the title, under a heading of what was done, in a list."""

from __future__ import annotations

from noteproc.coding.mentions import Mention
from noteproc.coding.note_type import NoteType
from noteproc.coding.surroundings import Surroundings
from noteproc.coding.telling import telling
from noteproc.coding.titles import Title

# Sections of the drugs that the person takes, and of those that the procedure used.
OWN_DRUGS = frozenset({"medications", "allergies", "pmh", "psh", "family", "social", "orders", "instructions"})
HERE = frozenset({"procedure", "technique", "implants"})
_OPENING = 240
# What a heading names follows it at once.
_HEADED = 40
# So many code points may stand before what a sentence is about; or one of these marks stands right before it.
_LEAD, _LEADS = 32, (":", " -", "--", ";", "/")
# So many sentences after a procedure's name may tell how it was done; so many of their words make sure that it was.
_AFTERWARDS, _SURE = 3, 2
# A line this short may head the lines below it, up to so many; one with a colon may be longer.
_HEADING_WIDTH, _LABELLED_WIDTH, _BLOCK = 48, 72, 14


class Standing:
    """Where the mentions of one note stand.

    Args:
        note: what the note is.
        near: what stands around its mentions.
    """

    def __init__(self, note: NoteType, near: Surroundings) -> None:
        self._note = note
        self._near = near
        self._title = Title(near.text)

    def is_titled(self, mention: Mention) -> bool:
        """Whether a mention stands in the note's title: it names what the note reports."""
        return not self._note.away and self._title.holds(self._near.start(mention), self._near.end(mention))

    def is_told_here(self, mention: Mention) -> bool:
        """Whether a bare noun may name what was done: in the note's title, or where a section opens with it."""
        return (
            self.opens_procedure(mention, _OPENING)
            or self.is_titled(mention)
            or (self._note.brief and self.is_stated(mention))
        )

    def is_stated(self, mention: Mention) -> bool:
        """Whether a sentence is about a mention: it opens with it, or names it behind a colon, and recounts nothing."""
        sentence = self._near.reading.sentences[self._near.reading.sentence_of[mention.match.first]]
        start = self._near.start(mention)
        before = self._near.text[sentence.start : start]
        opens = len(before) <= _LEAD or before.rstrip().endswith(_LEADS)
        return opens and telling()["recounted"].search(self._near.sentence(mention)) is None

    def opens_procedure(self, mention: Mention, reach: int = _HEADED) -> bool:
        """Whether a mention stands among the first code points under a heading that names what was done."""
        start = self._near.start(mention)
        return mention.section == "procedure" and start - self._near.reading.section(start).start < reach

    def is_in_block(self, mention: Mention) -> bool:
        """Whether a mention stands in the lines below a heading that says they were done ("DONE HERE TODAY")."""
        text = self._near.text
        start = text.rfind("\n", 0, self._near.start(mention)) + 1
        for _ in range(_BLOCK):
            above = text.rfind("\n", 0, max(0, start - 1)) + 1
            line = text[above : max(above, start - 1)].strip()
            if start == 0 or not line:
                return False
            width = _LABELLED_WIDTH if line.endswith(":") else _HEADING_WIDTH
            # A line that gives a figure is an item: "In-office A1c 8.4 %".
            item = not line.endswith(":") and any(ch.isdigit() for ch in line)
            if len(line) <= width and not (line[0].islower() or item) and telling()["block"].search(line):
                return telling()["untitled"].search(line) is None
            if line.endswith(":"):
                return False
            start = above
        return False

    def is_worked(self, mention: Mention) -> bool:
        """Whether the sentences after a mention that opens its own tell how it was done."""
        reading = self._near.reading
        number = reading.sentence_of[mention.match.first]
        sentence = reading.sentences[number]
        if self._near.start(mention) - sentence.start > _HEADING_WIDTH // 2 or mention.section in OWN_DRUGS:
            return False
        last = reading.sentences[min(len(reading.sentences) - 1, number + _AFTERWARDS)]
        end = min(last.end, reading.section(sentence.start).end)
        told = reading.text[sentence.start : max(sentence.end, end)]
        return len(set(telling()["operating"].findall(told))) >= _SURE
