"""Telephone, pager and fax numbers, with and without area code, extension and country code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.words import Cues, Words, matches, shortly_before

_EXTENSION = r"(?:[\s,;]{0,2}(?:x|ext\.?|extn\.?|extension|#)\s?:?\s?\d{1,6}(?:-\d{2,4})?(?!\d))?"
_TEN = re.compile(
    rf"(?<![\w/-])(?<!\d\.)(?:\+?1[\s.-]?)?(?:\(\d{{3}}\)\s{{0,2}}"
    rf"|\d{{3}}[\s./-]\s?)\d{{3}}\s?[\s.-]\s?\d{{4}}(?![\d/]|[.-]\d){_EXTENSION}",
    re.IGNORECASE,
)
_SEVEN = re.compile(rf"(?<![\w./-])\d{{3}}[.-]\d{{4}}(?![\d/]|[.-]\d){_EXTENSION}", re.IGNORECASE)
_HOUSE = re.compile(r"(?<![\w/.-])\d-\d{4}(?![\w-]|\.\d)")
_HOUSE_CUE = re.compile(r"(?:\bat|\bx|ext\.?|call|page[dr]?|phone|line|desk|cell|dial|to)\W{0,3}$", re.IGNORECASE)
_BARE_TEN = re.compile(r"(?<![\w./-])(?:\+?1)?[2-9]\d{9}(?![\w/]|[.-]\d)")
_FOREIGN = re.compile(r"(?<!\w)(?:\+|(?<![^\s(])00)\d{1,3}[\s.()-]{0,2}\d{1,5}(?:[\s.()-]{1,2}\d{2,5}){1,4}(?!\d)")
# Where such a number begins with two noughts.
_NOUGHTS = re.compile(r"00(?<![^\s(]00)")
_GLUED = re.compile(
    r"\b(?:x|ext\.?|extn\.?|extension|pager|pgr|beeper|bpr|spectralink|vocera|ascom)\s?[:#]?\s?(\d-\d{4}"
    r"|\d{3,6}(?:-\d{2,4})?)(?!\d|[-/.]\d)",
    re.IGNORECASE,
)
_SPOKEN = re.compile(r"\barea\s{1,3}code\s{1,3}(\d{3})\D{1,4}(\d{3})\W{0,3}(\d{4})\b", re.IGNORECASE)
_LABELLED = re.compile(
    r"\b(?:phones?|ph|tel|telephone|cell(?:phone|ular)?|mobile|landline|pager|pgr|beeper|bpr|callback|call\s?back"
    r"|voicemail|contact|dial|reached\s{1,3}at|reach\s{1,3}\w{1,8}\s{1,3}at|"
    r"page[dr]?|call(?:ed)?|office|home|work|desk|front\s{1,3}desk|nurse\s{1,3}line|triage|hotline|fax(?:ed)?|facsimile)"
    r"(?:\s{1,3}(?:no|num|number|nbr|is|was|at|to|us|her|him|the|line|clinic|office|me|on|id))?(?:\s{1,3}(?:at|is|number"
    r"|on))?\s?[.:#=()-]{0,3}\s{0,3}"
    r"((?:\(\d{2,5}\)\s?)?\d[\d]{0,4}(?:[\s.-]\d{2,5}){1,3}|\d-\d{4}|\d{4,11})(?![\d/]|[.-]\d|:\d|\s?(?:mg|ml|am"
    r"|pm|hrs?|hours)\b)",
    re.IGNORECASE,
)
_FAX = re.compile(
    r"(?:fax(?:ed)?|facsimile|\bfx|\bf)\W{0,4}(?:no|number|num|to|at|is|line|#)?[\W]{0,4}$", re.IGNORECASE
)
_UNIT = re.compile(r"^\s?(?:mg|mcg|ml|mm|cm|kg|cells|copies|iu|units?|cc|%|/)", re.IGNORECASE)
_GLUE_WORDS = Cues({"x", "ext", "extn", "extension", "pager", "pgr", "beeper", "bpr", "spectralink", "vocera", "ascom"})
# "4 x 100", "11 x 180 mm": times, no extension.
_TIMES = re.compile(r"\d\s?(?:mm|cm|mg|mcg|ml)?\s?$")
# How far behind its beginning the last four figures of a number may stand.
_LONGEST = 20
_AREA = Cues({"area"})
_LABEL_WORDS = Cues(lx.read_words("phone_labels.txt"))
# "178-180", "0930-1015": from one figure to another.
_BETWEEN = re.compile(r"(\d{2,4})-(\d{2,4})")
_TIME = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
# A pressure, then the time of the next; two times of day; "+10 23.4 cm".
_MEASURES = re.compile(
    r"\d{2,3}/\d{2,3}(?:\.\s{1,2}|\s{1,3})(?:[01]\d|2[0-3])[0-5]\d|00[0-5]\d[-\s]{1,2}(?:[01]\d|2[0-3])[0-5]\d"
    r"|\+\d{1,2} \d{1,3}(?:\.\d)?"
)


class NotePhoneRecognizer(NoteRecognizer):
    """Telephone and fax numbers."""

    kinds = ("PHONE_NUMBER", "FAX_NUMBER")

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every telephone and fax number."""
        text, lasts = words.text, self._lasts(words)
        for pattern, score, figures in (
            (_TEN, 0.97, shortly_before(words.figures(1, 3, 4), lasts, _LONGEST) if lasts else []),
            (_SEVEN, 0.8, shortly_before(words.figures(3), lasts, _LONGEST) if lasts else []),
            (_FOREIGN, 0.9, self._abroad(words)),
            (_BARE_TEN, 0.55, words.figures(10, 11)),
        ):
            dialled = [at - led for at in figures for led in (1, 0) if not led or (at and text[at - 1] in "+(")]
            for m in matches(pattern, text, dialled):
                if _UNIT.match(text[m.end() : m.end() + 8]) or _MEASURES.fullmatch(m.group()):
                    continue
                yield self._hit(text, m.start(), m.end(), score)
        for m in matches(_HOUSE, text, words.figures(1, before="-")):
            yield self._hit(
                text, m.start(), m.end(), 0.7 if _HOUSE_CUE.search(text[max(0, m.start() - 12) : m.start()]) else MAYBE
            )
        for m in matches(_GLUED, text, words.opening(_GLUE_WORDS)):
            if m.group()[:1] in "xX" and _TIMES.search(text[max(0, m.start() - 4) : m.start()]):
                continue
            yield self._hit(text, m.start(1), m.end(1), 0.85 if m.group()[:1].lower() != "x" else 0.7)
        for m in matches(_SPOKEN, text, words.opening(_AREA)):
            yield Hit(m.start(1), m.end(3), "PHONE_NUMBER", 0.97)
        for m in matches(_LABELLED, text, words.opening(_LABEL_WORDS)):
            digits = sum(c.isdigit() for c in m[1])
            if _BETWEEN.fullmatch(m[1]) and not m.group().lower().startswith(("pag", "pgr", "beep", "bpr")):
                continue
            if digits < 4 or (digits == 4 and _TIME.fullmatch(m[1])):
                continue
            label = m.group()[: m.start(1) - m.start()].lower()
            strong = not label.startswith(
                ("call", "page", "office", "home", "work", "contact", "desk", "triage", "dial")
            )
            score = 0.95 if digits >= 7 else 0.85 if strong else MAYBE
            yield self._hit(text, m.start(1), m.end(1), score, label)

    @staticmethod
    def _abroad(words: Words) -> list[int]:
        """Where figures stand behind a plus sign, or begin with two noughts."""
        last = len(words) - 1
        plus = [words.starts[i + 1] for i in words.vocabulary.get("+", ()) if i < last]
        return sorted([*plus, *(m.start() for m in _NOUGHTS.finditer(words.text))])

    @staticmethod
    def _lasts(words: Words) -> list[int]:
        """Where four figures stand shortly behind three, as the last ones of a number do."""
        starts, ends = words.starts, words.ends
        return [
            starts[i]
            for before, i in pairwise(words.numbers)
            if ends[i] - starts[i] == 4 and ends[before] - starts[before] == 3 and starts[i] - ends[before] < 4
        ]

    @staticmethod
    def _hit(text: str, start: int, end: int, score: float, label: str = "") -> Hit:
        before = text[max(0, start - 24) : start]
        fax = "fax" in label or "facsimile" in label or (("f" in before or "F" in before) and _FAX.search(before))
        return Hit(start, end, "FAX_NUMBER" if fax else "PHONE_NUMBER", score)
