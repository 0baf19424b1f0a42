"""The seventh character: encounter, healing, side of an eye, stage, number of a fetus.

Source: ICD-10-CM Official Guidelines FY 2026, I.A.5, I.C.7.a (glaucoma stage), I.C.13.c, I.C.15.a.6, I.C.19.a-c.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.families import Leaf
from noteproc.coding.phrases import Phrases
from noteproc.coding.reading import Reading
from noteproc.text.tables import rows

_SIDE = {"right": "1", "left": "2", "bilateral": "3"}
_STAGE = {"mild": "1", "moderate": "2", "sever": "3", "severe": "3", "indeterminat": "4"}
_EARLY = ("", "chief_complaint", "reason", "hpi")


@lru_cache(maxsize=2)
def _phrases(table: str) -> Mapping[str, Phrases]:
    read = rows(dictionaries_dir() / "context" / table, ("episode", "words"))
    return {row["episode"]: Phrases.of(row["words"]) for row in read}


@lru_cache(maxsize=1)
def _stages() -> tuple[tuple[str, tuple[tuple[str, Phrases], ...]], ...]:
    """Words that decide a seventh character for some codes alone: prefix, then characters with their words."""
    found: dict[str, list[tuple[str, Phrases]]] = {}
    for row in rows(dictionaries_dir() / "context" / "stages.tsv", ("codes", "character", "words")):
        found.setdefault(row["codes"], []).append((row["character"], Phrases.of(row["words"])))
    return tuple((prefix, tuple(words)) for prefix, words in found.items())


class Episodes:
    """Chooses seventh characters for one note.

    Args:
        reading: the note.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._is_later: bool | None = None

    def choose(self, leaf: Leaf, mentions: list[tuple[int, ...]], side: str, further: Sequence[int] = ()) -> str:
        """The billable code of a leaf.

        Args:
            mentions: the words of each mention of its concept, the strongest first.
            side: of the concept, or "".
            further: the sentences that go on about it.
        """
        if len(leaf.codes) == 1:
            return leaf.codes[0]
        by_character = {code[-1]: code for code in leaf.codes}
        options = frozenset(by_character)
        near = list(dict.fromkeys((*(self._reading.sentence_of[at[0]] for at in mentions), *further)))
        forms = [self._reading.forms[i] for s in near for i in self._reading.words_of(s)]
        if options <= frozenset("1239") and "9" in options:
            return by_character.get(_SIDE.get(side, "9"), by_character["9"])
        for prefix, words in _stages():
            if leaf.code.startswith(prefix):
                for character, said in words:
                    if character in options and said.stand_in(forms):
                        return by_character[character]
        if options <= frozenset("01234"):
            for sentence in near:
                keys = [self._reading.keys[i] for i in self._reading.words_of(sentence)]
                for word, character in _STAGE.items():
                    if word in keys and character in options:
                        return by_character[character]
            return by_character.get("0", leaf.codes[0])
        wanted = self._encounter(options, forms)
        return by_character.get(wanted, by_character.get("A", by_character.get("0", leaf.codes[0])))

    def _encounter(self, options: frozenset[str], forms: list[str]) -> str:
        phrases = _phrases("episodes.tsv")
        if "S" in options and phrases["sequela"].stand_in(forms):
            return "S"
        for name, character in (("nonunion", "K"), ("malunion", "P"), ("delayed", "G")):
            if character in options and phrases[name].stand_in(forms):
                return character
        if "D" in options and (self._later_visit or phrases["subsequent"].stand_in(forms)):
            return "D"
        if "B" in options and phrases["open"].stand_in(forms):
            return "B"
        return "A"

    @property
    def _later_visit(self) -> bool:
        """Whether the note opens as that of a later visit."""
        if self._is_later is None:
            reading = self._reading
            early = [w.form for w in reading.words[:60] if reading.section(w.start).name in _EARLY]
            self._is_later = _phrases("visit.tsv")["subsequent"].stand_in(early[:45])
        return self._is_later
