"""The text around the mention of a procedure, and what it says of another place or time."""

from __future__ import annotations

import re

from noteproc.coding.bare import performing
from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading
from noteproc.coding.telling import telling

# How far before and after a mention another place or time still speaks of it.
_BEFORE, _JUST_AFTER = 60, 22
_BESIDE = 45
# So many words after a noun may its verb stand.
_VERB = 2
_DATE = re.compile(r"\b\d{1,2}/\d{1,4}(?:/\d{2,4})?\b(?!\s*(?:MP|fields))|\b(?:19|20)\d\d\b|\[DATE")
# "BPP 8/8", "MoCA 24/30": what a test was scored, out of how many.
_SCORED = re.compile(r"\W{1,3}\d{1,2}\s?/\s?(?:4|5|8|10|15|20|21|27|28|30|63|100)\b(?!/)")
# "Two-year-old's lead level" tells an age.
_AGED = re.compile(r"\b(?:y(?:ea)?rs?|mo(?:nth)?s?|w(?:ee)?ks?|days?)[\s-]old\b", re.I)
_DOSED = re.compile(r"\s(?:w|with|using)(?:/|\s)\s?\d+(?:\.\d+)?\s?(?:cc|ml|mg|units?|u)\b", re.I)
_TAKEN_OUT = re.compile(r"[^.;,\n]{0,20}\b(?:removed|removal|taken out|expired|expelled|pulled)\b", re.I)
_CLAUSE_END = re.compile(r"[,;\n]|\.\s")


class Surroundings:
    """What stands around the mentions of one note.

    Args:
        reading: the note.

    Attributes:
        reading: the note.
        text: of the note.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.text = reading.text

    def start(self, mention: Mention) -> int:
        """Where a mention begins."""
        return self.reading.words[mention.match.first].start

    def end(self, mention: Mention) -> int:
        """Where a mention ends."""
        return self.reading.words[mention.match.last].end

    def clause_end(self, mention: Mention) -> int:
        """Where the clause ends in which a mention stands."""
        close = _CLAUSE_END.search(self.text, self.end(mention))
        return close.start() if close else len(self.text)

    def sentence(self, mention: Mention) -> str:
        """The sentence of a mention."""
        sentence = self.reading.sentences[self.reading.sentence_of[mention.match.first]]
        return self.text[sentence.start : sentence.end]

    def sentence_after(self, mention: Mention) -> str:
        """The rest of a mention's sentence."""
        sentence = self.reading.sentences[self.reading.sentence_of[mention.match.first]]
        return self.text[self.end(mention) : sentence.end]

    def beside(self, mention: Mention) -> str:
        """The text close around a mention, within its sentence."""
        sentence = self.reading.sentences[self.reading.sentence_of[mention.match.first]]
        start = max(sentence.start, self.start(mention) - _BESIDE)
        return self.text[start : min(sentence.end, self.end(mention) + _BESIDE)]

    def around(self, mention: Mention) -> str:
        """The sentence of a mention with the one before and the one after it."""
        sentences = self.reading.sentences
        at = self.reading.sentence_of[mention.match.first]
        first, last = sentences[max(0, at - 1)], sentences[min(len(sentences) - 1, at + 1)]
        return self.text[first.start : last.end]

    def has_verb(self, mention: Mention) -> bool:
        """Whether a bare noun is followed by a word of doing: "long arm splint placed" as "splint applied"."""
        reading, last = self.reading, mention.match.last
        end = min(last + _VERB + 1, reading.words_of(reading.sentence_of[last]).stop)
        return any(reading.keys[i] in performing() for i in range(last + 1, end))

    def is_dosed(self, mention: Mention) -> bool:
        """Whether what was put in stands with its amount in a mention's clause: "nerve block w 2 cc lidocaine"."""
        return _DOSED.search(self.text, self.end(mention), self.clause_end(mention)) is not None

    def is_taken_out(self, mention: Mention) -> bool:
        """Whether what is named is told as taken out."""
        return _TAKEN_OUT.match(self.text, self.end(mention)) is not None

    def is_elsewhere(self, mention: Mention) -> bool:
        """Whether the words before a mention, or just after it, put it at another place or time."""
        sentence = self.reading.sentences[self.reading.sentence_of[mention.match.first]]
        start, last = self.start(mention), self.end(mention)
        before, after = self.text[max(sentence.start, start - _BEFORE) : start], self.text[last : sentence.end]
        around = _AGED.sub("", before) + "|" + _SCORED.sub("", after, 1)[:_JUST_AFTER]
        # "Old coil out": what an act itself says of age is said of what it takes away.
        told = around if mention.acted else around + "|" + self.text[start:last]
        return telling()["elsewhere"].search(told) is not None or _DATE.search(around) is not None

    def is_told_away(self, mention: Mention) -> bool:
        """Whether the rest of a mention's clause puts it elsewhere: "stapled at urgent care 8 days ago, out today"."""
        words, clause = telling(), (self.text, self.end(mention), self.clause_end(mention))
        away = words["given elsewhere"].search(*clause) or words["elsewhere"].search(*clause)
        return away is not None and words["today"].search(*clause) is None
