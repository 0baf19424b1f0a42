"""Places that no capital tells: "at marfa clinic", "from st joseph", "lives in kapolei", "lockport ny", "the va"."""

from __future__ import annotations

from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import Hit, NoteRecognizer
from noteproc.redaction.words import Cues, Words

_HEADS = Cues(lx.read_words("small_heads.txt"))
_GENERIC = frozenset(lx.read_words("generic_places.txt"))
_ENDINGS = tuple(lx.read_words("clinical_endings.txt"))
_LISTED = frozenset(lx.read_words("abbreviations.txt"))
_RESIDENCE = frozenset(lx.read_words("residence_words.txt"))
_SAINTS = Cues({"st"})
_PLACING = Cues({"in", "from", "to", "near", "outside", "at", "of"})
_AT_HOUSE = frozenset(
    {"at", "from", "to", "in", "by", "via", "thru", "w", "for", "with", "@", "the", "and", ",", "(", ":"}
)
_TOWNS_BEHIND = frozenset({"in", "from", "to", "near", "outside", "of"})
_THROUGH = Cues({"via", "thru", "through", "for", "by", "at", "with"})
_FOR = frozenset({"for", "by", "at", "with", "through"})
_EMPLOYED = frozenset(tuple(cue.split()) for cue, how in lx.read_pairs("org_cues.tsv") if how == "SURE" and " " in cue)
_LANGUAGE = lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION | lx.UNITWORD | lx.KIN | lx.ROLE | lx.CREDENTIAL | lx.MONTH
_NEVER = lx.UNITWORD | lx.KIN | lx.ROLE | lx.CREDENTIAL | lx.MONTH | lx.TITLE | lx.WEEKDAY
# States that are words as well: "terre haute in june".
_WORD_STATES = frozenset({"in", "or", "me", "hi", "ok", "oh", "id", "de", "la", "al", "pa", "ma", "co"})
_OF_VERBS = ("s", "ed", "ing", "ly")
_SHORTEST = 4
_LONGEST = 3


class SmallPlaceRecognizer(NoteRecognizer):
    """Houses and towns without a capital."""

    kinds = ("FACILITY", "CITY", "ORGANIZATION")

    def __init__(self) -> None:
        super().__init__()
        names = self.lexicon.cities | frozenset(lx.read_phrases("towns.txt"))
        self._states = frozenset(name for name in self.lexicon.states.values() if " " not in name)
        self._names = frozenset(name for name in names if " " not in name)
        self._towns = frozenset(tuple(name.split()) for name in names if name.count(" ") == 1 and "." not in name)
        self._openings = Cues(town[0] for town in self._towns)

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every such place."""
        yield from self._saints(words)
        yield from self._headed(words)
        yield from self._known_towns(words)
        yield from self._towns_of_two(words)
        yield from self._in_state(words)
        yield from self._carried(words)

    def _saints(self, words: Words) -> Iterator[Hit]:
        """ "st anns", "st. joseph": a saint's name behind a small "st" that no figure and no trace precedes."""
        for i in words.among(_SAINTS):
            k = i + 1 + (words.words[i + 1 : i + 2] == ["."])
            if words.words[i] != "st" or not self._follows(words, i, k) or not words.words[k].islower():
                continue
            low, bits = words.lower[k], words.bits[k]
            if not low.isalpha() and not low.endswith("'s"):
                continue
            saint = bits & lx.FIRST or self.lexicon.bits(low.removesuffix("s").removesuffix("'")) & lx.FIRST
            told = not i or words.line_of[i - 1] != words.line_of[i] or words.lower[i - 1] in _AT_HOUSE
            plain = _NEVER if told and low.endswith("s") and not bits & lx.FIRST else lx.CLINICAL | _NEVER
            if saint and not bits & plain and not (i and words.words[i - 1][0].isdigit()):
                end = k
                if self._follows(words, k, k + 1) and words.lower[k + 1] in _HEADS and words.words[k + 1].islower():
                    end = k + 1
                yield Hit(words.starts[i], words.ends[end], "FACILITY", 0.7)

    def _headed(self, words: Words) -> Iterator[Hit]:
        """ "marfa clinic", "pojoaque middle": a word of no language, or of names alone, before a kind of house."""
        for i in words.among(_HEADS):
            if not words.words[i].islower() or not i or not self._follows(words, i - 1, i):
                continue
            start = i
            while start and i - start < _LONGEST and self._follows(words, start - 1, start):
                if not self._is_own(words, start - 1):
                    break
                start -= 1
            if start == i:
                continue
            before = words.lower[start - 1] if start and words.line_of[start - 1] == words.line_of[i] else "("
            strange = any(self._is_proper(words, k) for k in range(start, i))
            if before in _AT_HOUSE or strange:
                yield Hit(words.starts[start], words.ends[i], "FACILITY", 0.65)

    def _is_own(self, words: Words, k: int) -> bool:
        """Whether a small word is a name, a town or of no language."""
        form, bits = words.words[k], words.bits[k]
        if not form.isalpha() or not form.islower() or len(form) < _SHORTEST or form in _GENERIC or form in _LISTED:
            return False
        if bits & (lx.NAME | lx.CITY):
            return not bits & (lx.ORDINARY | lx.CLINICAL | _NEVER)
        return not bits and not form.endswith(_ENDINGS)

    def _is_proper(self, words: Words, k: int) -> bool:
        """Whether a word is a listed town, a family name alone, or of no list and no form of a verb."""
        low, bits = words.lower[k], words.bits[k]
        if low in self._names:
            return True
        return not bits & lx.FIRST if bits else not low.endswith(_OF_VERBS)

    def _known_towns(self, words: Words) -> Iterator[Hit]:
        """ "from omaha", "lives in kapolei": a listed town, or behind a word of living one of no list."""
        for i in words.among(_PLACING):
            k = i + 1
            if words.words[i][0].isupper() or not self._follows(words, i, k):
                continue
            form, bits = words.words[k], words.bits[k]
            if not form.isalpha() or len(form) < _SHORTEST:
                if words.words[i] == "at" and words.lower[k : k + 2] == ["the", "va"]:
                    yield Hit(words.starts[k + 1], words.ends[k + 1], "FACILITY", 0.6)
                continue
            if (
                not form.islower()
                or form in _LISTED
                or (self._follows(words, k, k + 1) and words.lower[k + 1] in _HEADS)
            ):
                continue
            listed = form in self._names and not bits & (_LANGUAGE | lx.NAME)
            lived = i and words.lower[i - 1] in _RESIDENCE and words.lower[i] in _TOWNS_BEHIND
            strange = lived and not bits and not form.endswith(_ENDINGS)
            if (listed and words.lower[i] in _TOWNS_BEHIND) or strange:
                yield Hit(words.starts[k], words.ends[k], "CITY", 0.65)
            elif words.lower[i] == "at" and (listed or self._names_a_house(words, k)):
                yield Hit(words.starts[k], words.ends[k], "FACILITY", 0.6)

    def _in_state(self, words: Words) -> Iterator[Hit]:
        """ "lockport ny", "salida, co": a small town before its state, written small."""
        for i in words.of_class(lx.STATE):
            form = words.words[i]
            known = form.islower() and (form.upper() in self.lexicon.states or form in self._states)
            if not known or not i:
                continue
            goes_on = self._follows(words, i, i + 1) and words.words[i + 1][0].isalnum()
            if form in _WORD_STATES and goes_on:
                continue
            k = i - 1 - (words.words[i - 1] == ",")
            if k < 0 or words.line_of[k] != words.line_of[i] or words.starts[i] - words.ends[k] > 2:
                continue
            town = words.lower[k]
            two = k and self._follows(words, k - 1, k) and (words.lower[k - 1], town) in self._towns
            if not words.words[k].islower() or not (two or (town in self._names and not words.bits[k] & _LANGUAGE)):
                continue
            yield Hit(words.starts[k - 1 if two else k], words.ends[i], "CITY", 0.7)

    def _carried(self, words: Words) -> Iterator[Hit]:
        """ "pump thru aeroflow", "drives for sysco": a small word of no list behind a word that an organisation has."""
        for i in words.among(_THROUGH):
            k = i + 1
            if not words.words[i].islower() or not self._follows(words, i, k) or not words.words[k].islower():
                continue
            if words.lower[i] in _FOR and not (i and (words.lower[i - 1], words.lower[i]) in _EMPLOYED):
                continue
            if self._names_a_house(words, k) and len(words.words[k]) >= _SHORTEST and words.words[k].isalpha():
                yield Hit(words.starts[k], words.ends[k], "ORGANIZATION", 0.6)

    @staticmethod
    def _names_a_house(words: Words, k: int) -> bool:
        """Whether a small word behind "at" is of no list, or a family name and nothing else."""
        form, bits = words.words[k], words.bits[k]
        after = words.words[k + 1 : k + 2]
        if after in (["-"], ["/"]) and words.starts[k + 1] == words.ends[k]:
            return False
        strange = not bits and len(form) > _SHORTEST - 1 and not form.endswith(_ENDINGS)
        return bool(strange or (bits & lx.LAST and not bits & (_LANGUAGE | lx.FIRST | _NEVER)))

    def _towns_of_two(self, words: Words) -> Iterator[Hit]:
        """ "in grants pass", "from idaho falls"."""
        for i in words.among(self._openings):
            if not words.words[i].islower() or not i or not self._follows(words, i, i + 1):
                continue
            known = (words.lower[i], words.lower[i + 1]) in self._towns
            if known and words.words[i + 1].islower() and words.lower[i - 1] in _TOWNS_BEHIND:
                yield Hit(words.starts[i], words.ends[i + 1], "CITY", 0.7)

    @staticmethod
    def _follows(words: Words, i: int, k: int) -> bool:
        """Whether a token stands close behind another on its line."""
        line_of = words.line_of
        return k < len(line_of) and line_of[k] == line_of[i] and words.starts[k] - words.ends[k - 1] <= 1
