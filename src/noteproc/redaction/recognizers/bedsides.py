"""Names told by a service, a bed or a part beside them, though nothing else announces a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import SURE, Hit
from noteproc.redaction.recognizers.namerun import NameReader
from noteproc.redaction.words import Cues, Words

_NEVER = lx.UNITWORD | lx.CREDENTIAL | lx.MONTH
_LANGUAGE = _NEVER | lx.ORDINARY | lx.CLINICAL
_SPECIALTIES = Cues(lx.read_words("specialties.txt"))
_NO_SURNAME = (
    _LANGUAGE
    | (lx.STATE | lx.FACILITY | lx.ORG | lx.ROLE | lx.KIN | lx.TITLE)
    | (lx.IDLABEL | lx.WEEKDAY | lx.ABBREVIATION)
)
# A place to lie in before a patient's name: "b3 Delvecchio:", "bed 4 - Lam".
_BED = re.compile(r"(?:bed|bd|b|rm|room)[ ]?#?\d{1,4}[a-z]?[ ]?[-:.,]?[ ](?=[A-Z][a-z])", re.IGNORECASE)
# "Bickerstaff 74M pod 1" at the head of a line.
_HEADED = re.compile(r"[ \t]{0,4}([A-Z][a-z]+(?:-[A-Z][a-z]+)?),? {1,3}\d{1,3} ?(?:yo|y/o|y)? ?[MF]\b(?! ?[:=])")
# "204 Hodgkins 55 cellulitis", "201A White, P 81F": a room, a name, an age.
_ROW = re.compile(
    r"[ \t]{0,4}\d{1,4}[A-Z]?(?:-\d)?[ \t]{1,4}([A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?(?:, ?[A-Z][a-z]*\.?)?),? {1,3}"
    r"(?:[1-9]\d|1[01]\d)(?: ?(?:yo|y/o|y))?(?: ?[MFmf])?(?=[ ,:;-]+[A-Za-z])(?! ?(?:mg|mcg|ml|units?|tabs?|%))"
)


class BedsideRecognizer(NameReader):
    """Colleagues behind their service, patients behind their bed, staff in small letters beside their part."""

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every name that stands so."""
        yield from self._after_specialty(words)
        yield from self._in_bed(words)
        yield from self._small(words)

    def _after_specialty(self, words: Words) -> Iterator[Hit]:
        """ "ENT Brainard", "d/w heme (Gbadamosi)": a capitalised word of no language right behind a service."""
        for i in words.among(_SPECIALTIES):
            k = i + 1
            bracket = words.words[k : k + 1] == ["("]
            k += bracket
            if k >= len(words) or words.line_of[k] != words.line_of[i] or words.starts[k] - words.ends[k - 1] > 1:
                continue
            if words.starts[i + 1] - words.ends[i] != 1:
                continue
            if len(words.words[k]) == 1 and words.words[k].isupper() and words.words[k + 1 : k + 2] == ["."]:
                # "urology A. Noble"
                name = words.words[k + 2 : k + 3]
                if name and len(name[0]) > 2 and name[0][0].isupper() and words.starts[k + 2] - words.ends[k + 1] < 2:
                    yield Hit(words.starts[k], words.ends[k + 2], "CLINICIAN_NAME", 0.7)
                continue
            if not self._is_surname(words, k):
                continue
            closed = bracket and words.words[k + 1 : k + 2] == [")"]
            yield Hit(*self._double(words, k), "CLINICIAN_NAME", self._strength(words, k, closed))

    def _in_bed(self, words: Words) -> Iterator[Hit]:
        """ "b3 Delvecchio: SIMV" at the head of a line."""
        for start in words.line_starts:
            found = _BED.match(words.text, start)
            if found:
                k = words.at(found.end())
                if k < len(words) and words.starts[k] == found.end() and self._is_surname(words, k):
                    after = words.words[k + 1 : k + 2]
                    yield Hit(*self._double(words, k), "PATIENT_NAME", self._strength(words, k, after == [":"]))
        for start in words.line_starts:
            headed = _HEADED.match(words.text, start)
            if headed and headed[1].lower() in self.lexicon.eponyms:
                # "Graves 66F": who bears the name of a disease.
                yield Hit(headed.start(1), headed.end(1), "PATIENT_NAME", SURE)
            elif headed and self._is_surname(words, words.at(headed.start(1))):
                yield Hit(headed.start(1), headed.end(1), "PATIENT_NAME", 0.7)
        rows = [m for start in words.line_starts if (m := _ROW.match(words.text, start))]
        # One such line may be of anything; several are a list of who lies where.
        for m in rows if len(rows) > 1 else ():
            bits = words.bits[words.at(m.start(1))]
            if bits & lx.NAME or not bits & lx.ORDINARY:
                yield Hit(m.start(1), m.end(1), "PATIENT_NAME", SURE)

    @staticmethod
    def _is_surname(words: Words, k: int) -> bool:
        """Whether a word is written like a name and no list has another meaning for it."""
        form = words.words[k]
        long_enough = len(form) > 3 or (len(form) > 1 and words.bits[k] & lx.LAST)
        return bool(long_enough) and form[0].isupper() and form[1:].islower() and not words.bits[k] & _NO_SURNAME

    @staticmethod
    def _strength(words: Words, k: int, marked: bool) -> float:
        named = words.bits[k] & lx.LAST
        return 0.7 if marked and named else 0.6 if marked or named else 0.45

    @staticmethod
    def _double(words: Words, k: int) -> tuple[int, int]:
        """The stretch of a surname, with its second half ("Castellanos-Wu")."""
        last = k
        if words.words[k + 1 : k + 2] == ["-"] and k + 2 < len(words) and words.starts[k + 2] == words.ends[k] + 1:
            last = k + 2 if words.words[k + 2][0].isupper() else k
        return words.starts[k], words.ends[last]

    def _small(self, words: Words) -> Iterator[Hit]:
        """Initials and a surname written small beside their part ("RN circ m. tolentino", "n. foley rn"), or glued."""
        starts, ends = words.starts, words.ends
        for dot in words.vocabulary.get(".", ()):
            i, k = dot - 1, dot + 1
            if i < 0 or ends[i] - starts[i] > 1 or k >= len(words) or not self._is_small_initial(words, i):
                continue
            glued = words.starts[k] == words.ends[dot]
            if words.words[k + 1 : k + 2] == ["."] and len(words.words[k]) == 1:
                # "m.a.reyes": the dot behind the second letter will find it.
                continue
            first = i
            if i > 1 and words.words[i - 1] == "." and self._is_small_initial(words, i - 2):
                first = i - 2
            elif i and words.ends[i - 1] == words.starts[i]:
                continue
            if k + 1 < len(words) and words.lower[k] == "st" and words.words[k + 1] == ".":
                k += 2
            if k >= len(words) or words.line_of[k] != words.line_of[i] or words.starts[k] - words.ends[k - 1] > 1:
                continue
            name = words.words[k]
            if not name.islower() or len(name) < 4:
                continue
            after = words.lower[k + 1 : k + 3]
            part = (first and words.bits[first - 1] & (lx.ROLE | lx.CREDENTIAL)) or any(
                words.bits[k + 1 + at] & lx.CREDENTIAL and (not at or after[0] == ",") for at in range(len(after))
            )
            listed = words.bits[k] & lx.LAST
            if words.bits[k] & (_NEVER if listed and part else _LANGUAGE & ~lx.CLINICAL if listed else _LANGUAGE):
                continue
            if part or (glued and after[:1] not in (["."], ["@"])):
                yield Hit(words.starts[first], words.ends[k], "CLINICIAN_NAME", 0.8 if part else 0.6)

    @staticmethod
    def _is_small_initial(words: Words, i: int) -> bool:
        """Whether a small letter of no vowel that may be a word stands alone, a dot right behind it."""
        form = words.words[i]
        return len(form) == 1 and form.isalpha() and form.islower() and words.starts[i + 1] == words.ends[i]
