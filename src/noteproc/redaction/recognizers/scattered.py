"""Numbers whose figures stand apart ("6 0 4 4", "662 393 4 4 1 8") or are spoken; names spelled letter by letter."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.words import Cues, Words, matches

_SINGLES = re.compile(r"(?<![\w./:-])(?:\d[ ]){3,14}\d(?:[ ][A-Z](?![\w]))?(?![\w/%]|[.:-]\d)")
_PHONE = re.compile(
    r"(?<![\w./:-])\(?([2-9]\d{2})\)?(?:[ ]?[.-][ ]?|[ ])(?:\d{1,4}(?:[ ]?[.-][ ]?|[ ])){1,8}\d{1,4}(?![\w/%]|[.:-]\d)"
)
_SPELLED = re.compile(r"(?<![\w-])(?:[A-Z][-. ]){2,19}[A-Z](?![\w-])")
# "spelled o apostrophe s h e a": letters in a row, said for a name.
_SAID_LETTERS = re.compile(
    r"(?<![\w'])(?:spelled|spelling|that's|spells)(?![\w'])\W{0,3}(?:[ ]?(?:with[ ]an?[ ]))?"
    r"((?:(?:capital|cap)[ ])?[a-z]"
    r"(?:(?:[ -]|,[ ])(?:[a-z](?![\w'])|apostrophe|hyphen|dash|space|capital|double)){2,24})(?![\w'])",
    re.IGNORECASE,
)
_SPELLING = Cues({"spelled", "spelling", "spells", "that's"})
_GROUP = re.compile(r"\d+")
_TELEPHONE = 10
_FEWEST_SPOKEN = 7
_ONE_LETTER = Cues(string.ascii_lowercase)
_SPOKEN = Cues(lx.read_words("spoken_figures.txt"))
_STEPS = frozenset({"dash", "period", "point", "hyphen", "space", ",", "-", "."})


class ScatteredRecognizer(NoteRecognizer):
    """What is spelled or broken up."""

    kinds = ("PHONE_NUMBER", "OTHER_ID", "OTHER_NAME")

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every such number and name."""
        text = words.text
        dialled = [at - led for at in words.figures(3) for led in (1, 0) if not led or (at and text[at - 1] == "(")]
        for m in matches(_PHONE, text, dialled):
            shown = m.group()
            groups = _GROUP.findall(shown)
            if sum(map(len, groups)) != _TELEPHONE:
                continue
            marked = any(c in shown for c in "-.()")
            broken = sum(len(g) == 1 for g in groups) > 1
            if marked or broken or len(groups[1]) == len(groups[0]):
                yield Hit(m.start(), m.end(), "PHONE_NUMBER", 0.85 if marked else 0.7)
        for m in matches(_SINGLES, text, words.figures(1, before=" ")):
            yield Hit(m.start(), m.end(), "OTHER_ID", 0.65)
        letters_apart = [
            at for at in words.opening(_ONE_LETTER) if text[at].isupper() and text[at + 2 : at + 3].isupper()
        ]
        for m in matches(_SPELLED, text, letters_apart):
            letters = m.group()[::2]
            if len(set(m.group()[1::2])) > 1 or m.group()[1] == ".":
                continue
            dashed = m.group()[1] == "-"
            known = self.lexicon.bits(letters.lower())
            if dashed and len(letters) > 2 and not known & lx.ABBREVIATION:
                yield Hit(m.start(), m.end(), "OTHER_NAME", 0.8 if len(letters) > 3 or known & lx.NAME else MAYBE)
            elif len(letters) > 3 and known & lx.NAME:
                yield Hit(m.start(), m.end(), "OTHER_NAME", 0.8)
        for m in matches(_SAID_LETTERS, text, words.opening(_SPELLING)):
            yield Hit(m.start(1), m.end(1), "OTHER_NAME", 0.9)
        yield from self._spoken(words)

    @staticmethod
    def _spoken(words: Words) -> Iterator[Hit]:
        """ "five two zero five five five oh one eight eight": seven figures in a row or more."""
        n, last = len(words), -1
        for i in words.among(_SPOKEN):
            if i <= last:
                continue
            k = last = i
            count = 0
            while k < n and (words.lower[k] in _SPOKEN or (words.lower[k] in _STEPS and k + 1 < n)):
                if words.lower[k] in _SPOKEN:
                    count += 1
                    last = k
                elif words.lower[k + 1] not in _SPOKEN:
                    break
                k += 1
            if count >= _FEWEST_SPOKEN:
                yield Hit(words.starts[i], words.ends[last], "PHONE_NUMBER", 0.8)
