"""Ages over 89, in digits and in words. Ages to 89 are no identifiers.

Source: 45 CFR 164.514(b)(2)(i)(C): all ages over 89 are aggregated into one class, 90 or older.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.words import Cues, Words, matches

_OLD = r"(9\d|1[01]\d|12[0-5])"
_WORDY = re.compile(
    r"\b((?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one"
    r"|a)\s{1,3}hundred(?:\s{1,3}(?:and\s{1,3})?(?:one|two|three|four|five|six|seven|eight|nine|ten))?|centenarian|nonagenarian))"
    r"(?=[\s-]*(?:years?|yrs?|y/?o|yo)\b|\s{1,3}years|\b)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?<![\w./-]){_OLD}(?=\s?-?\s?(?:years?|yrs?|yr|y)\b\.?(?:[\s-]*(?:old|of\s{{1,3}}age|young|o\b|f\b|m\b|/o))?"
    rf"|\s?-?\s?(?:y/o|yo|y\.o|yof|yom|y\.?o\.?)\b"
    r"|\s?-?\s?(?:female|male|woman|man|lady|gentleman)\b|\s?[yY]?[/ ]?\s?[MF]\b(?![.\d]))",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"\b(?:age|aged|ages?d?\s{{1,3}}at\s{{1,3}}\w+|age/sex|age\s{{1,3}}is|at\s{{1,3}}age|at\s{{1,3}}the\s{{1,3}}age\s{{1,3}}of|turned|turns|turning"
    rf"|will\s{{1,3}}be|age\s{{1,3}}of)\W{{0,4}}{_OLD}\b(?![./]\d|\s?%)",
    re.IGNORECASE,
)
_BIRTHDAY = re.compile(rf"\b{_OLD}(?=(?:st|nd|rd|th)\s{{1,3}}birthday)", re.IGNORECASE)
_STATES = re.compile(
    rf"\b(?:she|he|who)(?:\s{{1,3}}is|'s)\s{{1,3}}(?:now\s{{1,3}})?{_OLD}(?=\s{{0,3}}(?:[.,;]|and\b|but\b|$))",
    re.IGNORECASE,
)
_GRAND = "grandmother|grandfather|grandma|grandpa|grandparent"
_KIN = (
    "mother|father|mom|dad|aunt|uncle|wife|husband|spouse|sister|brother|neighbor|friend|patient|pt|resident|man|woman"
    "|widow|widower"
)
_RELATIVE = re.compile(
    rf"\b(?:(?:great-?)?(?:{_GRAND})|{_KIN})"
    rf"(?:\s{{1,3}}[A-Z][\w'-]{{1,20}}){{0,2}}(?:\s{{1,3}}is|\s{{0,3}},|\s{{0,3}}\()\s{{0,3}}{_OLD}(?=\s{{0,3}}[,.;)]|\s{{1,3}}(?:and|who|with)\b)"
)
_FAMILY = rf"{_GRAND}|mother|father|mom|dad|aunt|uncle|sister|brother|wife|husband|cousin|parents?"
# "Mother is living at 92", "died at 94", "lived to 101", "sister 91, well"; rates, saturations, scores have units.
_AT = re.compile(
    r"(?:\b(?:alive|died|deceased|passed(?:\saway)?|lived)"
    r"(?:\s(?:and\swell|peacefully|suddenly|in\s(?:his|her)\ssleep))?"
    r"|\bd\."
    rf"|\b(?:{_FAMILY})\b[^.;\d\n]{{0,24}}\b(?:living|lives|well|healthy|independent|active|going\sstrong|driving|made\sit)"
    rf"|\b(?:{_FAMILY}))\s(?:at|to|until|till)\s(?:be\s|about\s|nearly\s)?$"
    rf"|\b(?:{_FAMILY})\s(?:is\s|age\s)?$",
    re.IGNORECASE,
)
_NO_UNIT = re.compile(
    r"(?=[.,;:)](?!\d)|\s{0,2}(?:$|\n)|\s(?:with|w/|of|from|and|when|while|after|but|due|in (?:good|her|his|a|\d))\b)"
)
_KIN_WORDS = frozenset(_FAMILY.replace("parents?", "parents|parent").split("|"))
_DEATHS = frozenset({"alive", "died", "deceased", "passed", "lived", "d"})
# With which of these ``_AT`` ends.
_LAST_BEFORE = _KIN_WORDS | {"at", "to", "until", "till", "be", "about", "nearly", "is", "age"}
# What is turned by so many degrees.
TURNED = re.compile(
    r"\b(?:bed|table|head|neck|gantry|arm|stretcher)\s(?:(?:was|is|then)\s)?(?:turned\s|rotated\s)?$", re.IGNORECASE
)
_ANGLE = re.compile(r"\s?(?:degrees?|deg\b|°|miles?)", re.IGNORECASE)
# "Jonas Stoltzfus was 91."
_PERSON_WAS = re.compile(
    rf"(?<![\w'-])[A-Z][a-z'-]{{1,20}}\s(?:was|is|turned)\s(?:now\s|almost\s|nearly\s)?{_OLD}(?=\s?[.,;]\s|\s?\n|\s?$|\s(?:and|when)\b)"
)
_DURATION_AFTER = re.compile(
    r"^\s?-?\s?(?:years?|yrs?|y)\b\s{0,3}(?:ago|of\s{1,3}(?!age)|history|pack|smok|later|prior|survival|in\b)",
    re.IGNORECASE,
)
_TEMPERATURE_BEFORE = re.compile(
    r"(?:\btemp(?:erature)?|\bt(?:max|m)?|°|\bafebrile|\bfebrile|\bat|\bto|\bof|\bhr|\bsats?|spo2|o2|%)\W{0,3}$",
    re.IGNORECASE,
)
_YEARS_ONLY = re.compile(r"\s?-?\s?(?:years?|yrs?|yr)\b(?![\s-]*(?:old|of|young|o\b|f\b|m\b))", re.IGNORECASE)
_AGED = re.compile(r"[\s-]{0,20}(?:years?|yrs?|y/?o|yo)\b[\s-]{0,20}(?:old|of age|young)?")
_WAS = frozenset({"was", "is", "turned"})
_NOBODY = lx.ORDINARY | lx.CLINICAL
# Every number that ``_OLD`` finds.
_OLD_NUMBERS = Cues(map(str, range(90, 126)))
# "She is ninety-one", "turned ninety", "her ninetieth", "her mother's 90th".
_SAID = re.compile(
    r"\b(?:(?:she|he|who|they|herself|himself)(?:\s{1,2}(?:is|was|are|were)|'s)?(?:\s{1,2}(?:now|almost|nearly|herself|himself))?"
    r"|i(?:'m|\s{1,2}am)|turn(?:s|ed|ing)|about\s{1,2}to\s{1,2}(?:be|turn)|aged?)\s{1,2}"
    r"(ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?)(?!\s{1,2}(?:degrees?|percent|over|per|beats|m[gml]\b|"
    r"minutes?|seconds?|days?|hours?|weeks?|units?|cc|point))(?![\w-])",
    re.IGNORECASE,
)
_SPEAKERS = Cues(
    {"she", "he", "who", "they", "i", "herself", "himself", "turns", "turned", "turning", "about", "age", "aged"}
)
# The words with which the patterns above begin.
_LABELS = Cues({"age", "aged", "ages", "agesd", "at", "turned", "turns", "turning", "will"})
_PRONOUNS = Cues({"she", "he", "who"})
_RELATIVES = Cues([*_KIN.split("|"), "great", *(great + g for g in _GRAND.split("|") for great in ("", "great"))])
_IN_WORDS = frozenset({"ninety", "hundred", "centenarian", "nonagenarian"})


class AgeRecognizer(NoteRecognizer):
    """Ages over 89; the span is the number alone."""

    kinds = ("AGE_OVER_89",)

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every age over 89."""
        text = words.text
        old = [words.starts[i] for i in words.among(_OLD_NUMBERS)]
        if old:
            for m in matches(_AFTER, text, old):
                after = text[m.end() : m.end() + 24]
                if _DURATION_AFTER.search(after):
                    continue
                unit = after.lstrip(" -")[:1].lower()
                sex_only = unit in ("m", "f") and not after.lstrip(" -").lower().startswith(("male", "man", "female"))
                if sex_only and (
                    after[:1] == " " or _TEMPERATURE_BEFORE.search(text[max(0, m.start() - 14) : m.start()])
                ):
                    yield Hit(m.start(1), m.end(1), "AGE_OVER_89", MAYBE)
                    continue
                years_only = _YEARS_ONLY.match(after)
                yield Hit(m.start(1), m.end(1), "AGE_OVER_89", MAYBE if years_only else 0.97)
            for pattern, score, starts in (
                (_LABEL, 0.96, words.opening(_LABELS)),
                (_BIRTHDAY, 0.96, old),
                (_STATES, 0.8, words.opening(_PRONOUNS)),
                (_RELATIVE, 0.85, words.opening(_RELATIVES)),
            ):
                for m in matches(pattern, text, starts):
                    if _ANGLE.match(text, m.end()) or TURNED.search(text, max(0, m.start() - 16), m.start()):
                        continue
                    yield Hit(m.start(1), m.end(1), "AGE_OVER_89", score)
            if not words.vocabulary.keys().isdisjoint(_KIN_WORDS | _DEATHS):
                for at in old:
                    i = words.at(at)
                    end = words.ends[i]
                    if (
                        words.lower[i - 1] in _LAST_BEFORE
                        and _NO_UNIT.match(text, end)
                        and _AT.search(text, max(0, at - 60), at)
                    ):
                        yield Hit(at, end, "AGE_OVER_89", 0.8)
            for m in matches(_PERSON_WAS, text, _named_before(words, old)):
                bits = words.bits[words.at(m.start())]
                if bits & lx.LAST and not bits & _NOBODY:
                    yield Hit(m.start(1), m.end(1), "AGE_OVER_89", 0.8)
        if not words.vocabulary.keys().isdisjoint(_IN_WORDS):
            for m in matches(_SAID, text, words.opening(_SPEAKERS)):
                yield Hit(m.start(1), m.end(1), "AGE_OVER_89", 0.8)
            for m in _WORDY.finditer(text):
                after = text[m.end() : m.end() + 20].lower()
                aged = _AGED.match(after)
                one = m[1].lower().endswith("arian")
                if (
                    one
                    or (aged and aged.group().strip())
                    or text[max(0, m.start() - 12) : m.start()]
                    .lower()
                    .rstrip()
                    .endswith(("age", "aged", "turned", "age of"))
                ) and not _DURATION_AFTER.search(after):
                    yield Hit(m.start(1), m.end(1), "AGE_OVER_89", 0.95)


def _named_before(words: Words, old: list[int]) -> list[int]:
    """Where the word begins that stands before "was" and some numbers, or before "was now" and those."""
    text, found = words.text, []
    for at in old:
        i = words.at(at)
        verb = next((k for k in (i - 1, i - 2) if k > 0 and words.lower[k] in _WAS), 0)
        start = words.starts[verb] - 1
        while verb and start and (text[start - 1].isalnum() or text[start - 1] in "_'-"):
            start -= 1
        if verb:
            found.append(start)
    return found
