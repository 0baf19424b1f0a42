"""The seventh character: encounter, healing, side of an eye, stage, number of a fetus.

Source: ICD-10-CM Official Guidelines FY 2026, I.A.5, I.C.7.a (glaucoma stage), I.C.13.c, I.C.15.a.6, I.C.19.a-c.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.families import Leaf
from noteproc.coding.reading import Reading
from noteproc.text.fold import tokens
from noteproc.text.tables import rows

_SIDE = {"right": "1", "left": "2", "bilateral": "3"}
_STAGE = {"mild": "1", "moderate": "2", "sever": "3", "severe": "3", "indeterminat": "4"}
_EARLY = ("", "chief_complaint", "reason", "hpi")


@lru_cache(maxsize=2)
def _phrases(table: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for row in rows(dictionaries_dir() / "context" / table, ("episode", "words")):
        found[row["episode"]] = tuple(tuple(t.form for t in tokens(p)) for p in row["words"].split("|"))
    return found


@lru_cache(maxsize=1)
def _stages() -> tuple[tuple[str, tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]], ...]:
    """Words that decide a seventh character for some codes alone: prefix, then characters with their words."""
    found: dict[str, list[tuple[str, tuple[tuple[str, ...], ...]]]] = {}
    for row in rows(dictionaries_dir() / "context" / "stages.tsv", ("codes", "character", "words")):
        said = tuple(tuple(t.form for t in tokens(p)) for p in row["words"].split("|"))
        found.setdefault(row["codes"], []).append((row["character"], said))
    return tuple((prefix, tuple(words)) for prefix, words in found.items())


def _stands(forms: list[str], phrases: tuple[tuple[str, ...], ...]) -> bool:
    said = set(forms)
    return any(
        tuple(forms[i : i + len(phrase)]) == phrase
        for phrase in phrases
        if said.issuperset(phrase)
        for i in range(len(forms) - len(phrase) + 1)
        if forms[i] == phrase[0]
    )


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
        forms = [self._reading.words[i].form for s in near for i in self._reading.words_of(s)]
        if options <= frozenset("1239") and "9" in options:
            return by_character.get(_SIDE.get(side, "9"), by_character["9"])
        for prefix, words in _stages():
            if leaf.code.startswith(prefix):
                for character, said in words:
                    if character in options and _stands(forms, said):
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
        if "S" in options and _stands(forms, phrases["sequela"]):
            return "S"
        for name, character in (("nonunion", "K"), ("malunion", "P"), ("delayed", "G")):
            if character in options and _stands(forms, phrases[name]):
                return character
        if "D" in options and (self._later_visit or _stands(forms, phrases["subsequent"])):
            return "D"
        if "B" in options and _stands(forms, phrases["open"]):
            return "B"
        return "A"

    @property
    def _later_visit(self) -> bool:
        """Whether the note opens as that of a later visit."""
        if self._is_later is None:
            reading = self._reading
            early = [w.form for w in reading.words[:60] if reading.section(w.start).name in _EARLY]
            self._is_later = _stands(early[:45], _phrases("visit.tsv")["subsequent"])
        return self._is_later
