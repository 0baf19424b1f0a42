"""Listed towns with a capital: "moved to Hope", "Dr. Ames in Oxford", "owns a shop in Broken Bow", "Lives Nitro WV"."""

from __future__ import annotations

from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import Hit, NoteRecognizer
from noteproc.redaction.words import Cues, Words

_PLACING = Cues({"in", "from", "to", "near", "outside", "of"})
_RIGHT_THERE = frozenset({"in", "near", "outside"})
_RESIDENCE = frozenset(lx.read_words("residence_words.txt"))
# What is in a town: "the Kroger in", "an office in".
_HOUSES = frozenset(lx.read_words("town_houses.txt"))
# "Outside of", "the town of".
_OF_PLACES = frozenset({"outside", "north", "south", "east", "west", "city", "town", "village", "township", "out"})
_WAYS = frozenset({"over", "up", "down", "out", "back", "here", "there"})
_SPELLED = {"mt": "mount", "saint": "st", "ft": "fort", "ste": "ste"}
_WORDS = (
    lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION | lx.UNITWORD | lx.KIN | lx.ROLE | lx.CREDENTIAL | lx.MONTH | lx.STREET
)
_SOMEBODY = lx.TITLE | lx.KIN
# Abbreviations of states that are words, credentials or measures as well.
_WORD_STATES = frozenset(
    ["AL", "CO", "CT", "DE", "HI", "ID", "IN", "LA", "MA", "MD", "ME", "MI", "MS", "MT", "NE", "OH", "OK", "OR", "PA"]
) | {"PR", "VA"}
_LONGEST = 4
# Of more words than so many, no name and no word of language is alike: "Truth or Consequences".
_SURELY = 2
# How many figures the middle of a telephone number has.
_EXCHANGE = 3
_AFTER_A_NUMBER = frozenset(";.)")


class TownRecognizer(NoteRecognizer):
    """Listed towns with a capital behind a word of place, before a state or behind a telephone number.

    A town that is a word as well, or somebody's name, needs more than a small word of place before it.
    """

    kinds = ("CITY",)

    def __init__(self) -> None:
        super().__init__()
        plain = self.lexicon.cities | frozenset(lx.read_phrases("towns.txt"))
        names = plain | frozenset(lx.read_phrases("word_towns.txt"))
        self._towns = frozenset(tuple(name.replace(".", "").split()) for name in names)
        self._singles = frozenset(town[0] for town in self._towns if len(town) == 1)
        self._openings = frozenset(town[0] for town in self._towns if len(town) > 1)
        self._plain = frozenset(plain)
        self._states = frozenset(self.lexicon.states.values())

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every such town."""
        yield from self._placed(words)
        yield from self._before_a_state(words)
        yield from self._behind_a_number(words)

    def _placed(self, words: Words) -> Iterator[Hit]:
        """ "In Mt. Juliet", "near Yarmouth", "moved to Hope"."""
        n = len(words)
        for i in words.among(_PLACING):
            k = i + 1
            if k >= n or not words.words[k][0].isupper() or not self._follows(words, i, k) or words.words[i].isupper():
                continue
            last, size = self._town_at(words, k)
            if last < k:
                continue
            if size > 1 or self._told(words, i, k):
                yield Hit(words.starts[k], words.ends[last], "CITY", self._score(words, k, size))

    def _score(self, words: Words, k: int, size: int) -> float:
        """More for a town that no name is like, and for one that is an eponym, for which more must have spoken."""
        return 0.9 if size > _SURELY or words.lower[k] in self.lexicon.eponyms else 0.65

    def _told(self, words: Words, i: int, k: int) -> bool:
        """Whether what stands around a town of one word tells that it is one."""
        if words.words[k][1:] != words.lower[k][1:]:
            return False
        bits, placing = words.bits[k], words.lower[i]
        if self._follows(words, k, k + 1):
            # More of a name, its number, or "in Hope of".
            after = words.words[k + 1]
            if after[0].isupper() or after[0].isdigit() or after in ("of", "-", "/"):
                return False
            if words.lower[k + 1] in self.lexicon.eponym_heads:
                return False
        word = bits & _WORDS or words.lower[k] not in self._plain
        if not word and not bits & lx.NAME:
            return True
        if not word and placing in _RIGHT_THERE and words.lower[k] not in self.lexicon.eponyms:
            return True
        return self._lived(words, i) or (placing in _RIGHT_THERE and self._had(words, i))

    @staticmethod
    def _lived(words: Words, i: int) -> bool:
        """Whether a word of living or coming stands before a small word of place: "moved to", "outside of"."""
        if not i or words.line_of[i - 1] != words.line_of[i]:
            return False
        before = words.lower[i - 1]
        return before in (_OF_PLACES if words.lower[i] == "of" else _RESIDENCE)

    @staticmethod
    def _had(words: Words, i: int) -> bool:
        """Whether a house or somebody stands before "in": "the Kroger in", "Dr. Ames over in", "sister Ruth in"."""
        at, line = i - 1, words.line_of[i]
        if at >= 0 and words.lower[at] in _WAYS:
            at -= 1
        if at < 0 or words.line_of[at] != line:
            return False
        if words.lower[at] in _HOUSES or words.bits[at] & lx.KIN:
            return True
        for _ in range(3):
            if at < 0 or words.line_of[at] != line:
                return False
            if words.bits[at] & _SOMEBODY and words.words[at] != ".":
                return True
            if not words.words[at][0].isupper() and words.words[at] != ".":
                return False
            at -= 1
        return at >= 0 and words.line_of[at] == line and bool(words.bits[at] & _SOMEBODY)

    def _before_a_state(self, words: Words) -> Iterator[Hit]:
        """ "Lives Nitro WV", "in Price, Utah"."""
        for i in words.of_class(lx.STATE):
            form = words.words[i]
            if not form[0].isupper() or not i or words.upper:
                continue
            short = form in self.lexicon.states
            if not short and words.lower[i] not in self._states:
                continue
            comma = words.words[i - 1] == ","
            last = i - 1 - comma
            if last < 0 or words.line_of[last] != words.line_of[i] or words.starts[i] - words.ends[last] > 2:
                continue
            if words.words[last][1:] != words.lower[last][1:] or not words.words[last][0].isupper():
                continue
            for first in range(max(0, last - _LONGEST), last + 1):
                if words.line_of[first] == words.line_of[last] and words.words[first][0].isupper():
                    end, size = self._town_at(words, first)
                    if end == last and (size > 1 or self._stands(words, first, i, short)):
                        yield Hit(words.starts[first], words.ends[i], "CITY", 0.7)
                        break

    def _stands(self, words: Words, k: int, state: int, short: bool) -> bool:
        """Whether a town of one word stands alone before its state."""
        before = words.lower[k - 1] if k and words.line_of[k - 1] == words.line_of[k] else ""
        doubtful = short and words.words[state] in _WORD_STATES and words.bits[k] & lx.NAME
        if doubtful or words.bits[k] & _WORDS or words.lower[k] not in self._plain:
            return before in _PLACING or before in _RESIDENCE
        # Behind another word with a capital it is part of a longer name, or somebody's.
        return not before or not words.words[k - 1][0].isupper() or before in _RESIDENCE

    def _behind_a_number(self, words: Words) -> Iterator[Hit]:
        """ "(270 816 5524), Mayfield;": where somebody is whose telephone number stands before."""
        for start in words.figures(4, before="),"):
            number = words.at(start)
            exchange = number - 1 - (number > 1 and words.words[number - 1] in "-.")
            if exchange < 0 or not words.words[exchange].isdigit() or len(words.words[exchange]) != _EXCHANGE:
                # "Placenta 0224, Duncan": a time.
                continue
            k = number + 1
            k += words.words[k : k + 1] == [")"]
            if words.words[k : k + 1] != [","] or not self._follows(words, k, k + 1):
                continue
            k += 1
            if not words.words[k][0].isupper() or words.words[k].isupper():
                continue
            last, size = self._town_at(words, k)
            if last >= k and (
                last + 1 == len(words)
                or words.line_of[last + 1] != words.line_of[last]
                or words.words[last + 1] in _AFTER_A_NUMBER
            ):
                yield Hit(words.starts[k], words.ends[last], "CITY", self._score(words, k, size))

    def _town_at(self, words: Words, k: int) -> tuple[int, int]:
        """The last token of the longest listed town that begins at ``k``, and how many words it has.

        Where there is none, that is the token before ``k``, and no word.
        """
        low = _SPELLED.get(words.lower[k], words.lower[k])
        found, size = (k, 1) if low in self._singles else (k - 1, 0)
        if low not in self._openings:
            return found, size
        name, at = [low], k
        while len(name) < _LONGEST and self._follows(words, at, at + 1):
            at += 1
            form = words.words[at]
            if form == ".":
                if words.ends[at - 1] - words.starts[at - 1] > 3:
                    break
                continue
            if not form[0].isupper() and words.lower[at] not in ("of", "or", "the", "and", "in", "on", "du", "la"):
                break
            name.append(_SPELLED.get(words.lower[at], words.lower[at]))
            if form[0].isupper() and tuple(name) in self._towns:
                found, size = at, len(name)
        return found, size

    @staticmethod
    def _follows(words: Words, i: int, k: int) -> bool:
        """Whether a token stands close behind another on its line."""
        line_of = words.line_of
        return k < len(line_of) and line_of[k] == line_of[i] and words.starts[k] - words.ends[k - 1] <= 1
