"""Numbers that stand for a person, an account, a licence, a plan, a vehicle, a device or a document.

A number's kind is told by the label in front of it, by its own checksum or shape, or by the number before it in a list.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.lexicon import IDLABEL, lexicon
from noteproc.redaction.lookalikes import (
    CLOCK,
    CODE,
    FEWEST_FIGURES,
    NEVER,
    UNITS_AFTER,
    in_bed,
    is_hold,
    is_model,
    when,
)
from noteproc.redaction.printedcodes import printed_code
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.recognizers.checksums import dea_checks, npi_checks, vin_checks
from noteproc.redaction.recognizers.headlines import behind_somebody, beside_the_person
from noteproc.redaction.shapes import YEAR
from noteproc.redaction.words import Cues, Words, matches

_ALNUM = frozenset(string.ascii_letters + string.digits)
_JOINED = _ALNUM | frozenset("-/._")
# Takes from a value all but its figures.
_NO_FIGURES = str.maketrans("", "", string.ascii_letters + "-/._")
_LETTER = re.compile("[A-Za-z]")
_VALUE = re.compile(r"[A-Za-z0-9]+(?:[-/._][A-Za-z0-9]+)*")
# Four figures of a social security number are an identifier as the nine are: "SSN verified, ends 4471".
_SSN_END = re.compile(
    r"\b(?:ssn|ss#|social(?:[ ]security)?(?:[ ](?:number|no\.?))?)\b[^\n\d]{0,24}?\b(?:last|ends?|ending)\b"
    r"(?:[ ](?:four|4)\b)?[^\n\d]{0,12}?(\d{4})(?![\d/-])",
    re.IGNORECASE,
)
_SOCIAL = Cues({"ssn", "ss", "social"})
_SSN = re.compile(r"(?<![\w-])(?:\d{3}-\d{2}-\d{4}|(?:[xX*]{3}|\d{3})[- ](?:[xX*]{2}|\d{2})[- ]\d{4})(?![\w-])")
_MBI = re.compile(
    r"(?<!\w)[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}(?!\w)",
    re.IGNORECASE,
)
_VIN = re.compile(r"(?<!\w)[A-HJ-NPR-Z0-9]{17}(?!\w)", re.IGNORECASE)
_DEA = re.compile(r"(?<!\w)[ABCDEFGHJKLMPRSTUXabcdefghjklmprstux][A-Za-z9]\d{7}(?!\w)")
_UDI = re.compile(r"\(01\)\s?\d{14}(?:\s?\((?:10|11|17|21)\)\s?[A-Za-z0-9-]{1,20}){0,4}")
_LEVELS = re.compile(r"[CTLS]\d{1,2}[-/][CTLS]?\d{1,2}", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"\d{1,3}(?:[./-]\d{1,3})*|\d{1,4}-\d{1,4}|\d+\.\d+")
_CONNECTORS = frozenset(":#=.-(*[/,'\"") | {
    "no",
    "nos",
    "num",
    "number",
    "numbers",
    "nbr",
    "is",
    "was",
    "of",
    "id",
    "ids",
    "are",
    "the",
    "for",
    "ending",
    "in",
    "s",
    "to",
    "with",
    "under",
    "a",
    "name",
    "code",
    "ends",
    "digits",
    "and",
    "as",
    "on",
    "file",
    "card",
    "us",
    "state",
    "his",
    "her",
    "at",
}
_LIST = frozenset(",;/&") | {"and", "or"}
_NEEDS_LONG = frozenset(lx.read_phrases("loose_labels.txt"))
_UNDERSCORED = re.compile(r"(?<![\w./@-])(?=[A-Za-z0-9_]*[a-z])[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]{2,40}(?![\w@])")
_GROUPS = re.compile(r"(?:[ ]\d{2,4}){1,4}(?![\w/.:-])")
_LEAD = re.compile(r"(?:^|[\s#:])([A-Z]{2,4}) $")
_SHORTEST = 3
# Few figures without a letter are a measure.
_FEW_FIGURES = re.compile(r"\d{1,3}(?:[./-]\d{1,3})*")
# A registration number of the DEA: nothing with a shape of its own is shorter.
_SHORTEST_SHAPED = 9
_LONGEST_DATE = 16
_ZIP = re.compile(r"\d{5}(?:-\d{4})?")
_ZIP_OF_NINE = re.compile(r"\d{5}-\d{4}")
_IN_TWO = re.compile(r"\d{4}-\d{2}|\d{3}-\d{2}|\d{5,6}-\d{1,3}")
_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}(?:T\d+)?")
_PART = re.compile("[A-Za-z0-9]+")
_MASKS = Cues({"xxx", "*"})
_USER_LABELS = Cues({"username", "userid", "login", "logon", "user", "password", "pwd"})


class IdentifierRecognizer(NoteRecognizer):
    """Labelled, checksummed and conspicuous identifiers."""

    kinds = (
        "US_SSN",
        "MEDICAL_RECORD_NUMBER",
        "HEALTH_PLAN_ID",
        "ACCOUNT_NUMBER",
        "LICENSE_NUMBER",
        "VEHICLE_ID",
        "DEVICE_ID",
        "BIOMETRIC_ID",
        "USERNAME",
        "OTHER_ID",
        "PHONE_NUMBER",
        "FAX_NUMBER",
        "ZIP_CODE",
    )

    def __init__(self) -> None:
        super().__init__()
        self._label_ends = frozenset(label[-1] for label in self.lexicon.labels)

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every identifier."""
        text = words.text
        values = list(_values(words))
        masked = words.opening(_MASKS)
        for m in _SSN.finditer(text) if masked else matches(_SSN, text, words.figures(3)):
            yield Hit(m.start(), m.end(), "US_SSN", 0.96 if "-" in m.group() else 0.7)
        for m in matches(_SSN_END, text, words.opening(_SOCIAL)):
            yield Hit(m.start(1), m.end(1), "US_SSN", 0.9)
        yield from self._shaped(text, values)
        if "(01)" in text:
            for m in _UDI.finditer(text):
                yield Hit(m.start(), m.end(), "DEVICE_ID", 0.98)
        for m in matches(_UNDERSCORED, text, _before_underscores(words)):
            yield Hit(m.start(), m.end(), "USERNAME", 0.7)
        previous: Hit | None = None
        badges = "badge" in words.vocabulary
        for start, end in values:
            value = text[start:end]
            digits = len(value.translate(_NO_FIGURES))
            if digits < FEWEST_FIGURES and not badges and _FEW_FIGURES.fullmatch(value):
                continue
            hit = self._classify(words, start, end, value, digits, previous)
            if hit is not None and hit.score >= 0.8 and "/" not in value:
                hit = self._grouped(text, hit)
            if hit is not None:
                yield hit
                previous = hit
        yield from self._usernames(words)
        yield from beside_the_person(words)

    @staticmethod
    def _shaped(text: str, values: Iterable[tuple[int, int]]) -> Iterator[Hit]:
        """Identifiers with a shape or a check digit of their own."""
        starts = [
            m.start()
            for start, end in values
            if end - start >= _SHORTEST_SHAPED and (end - start > _LONGEST_DATE or _LETTER.search(text, start, end))
            for m in _PART.finditer(text, start, end)
        ]
        for m in matches(_MBI, text, starts):
            yield Hit(m.start(), m.end(), "HEALTH_PLAN_ID", 0.96)
        for m in matches(_VIN, text, starts):
            if sum(c.isdigit() for c in m.group()) >= 5:
                yield Hit(m.start(), m.end(), "VEHICLE_ID", 0.96 if vin_checks(m.group()) else 0.75)
        for m in matches(_DEA, text, starts):
            if dea_checks(m.group()):
                yield Hit(m.start(), m.end(), "LICENSE_NUMBER", 0.96)

    @staticmethod
    def _grouped(text: str, hit: Hit) -> Hit:
        """The hit with the letters in front and the groups behind of one number ("OMS 60217", "00 4417 23")."""
        start, end = hit.start, hit.end
        tail = _GROUPS.match(text, end) if end - start <= 4 else None
        if tail:
            end = tail.end()
        lead = _LEAD.search(text[max(0, start - 6) : start])
        if lead and not lexicon().bits(lead[1].lower()) & IDLABEL:
            start -= len(lead[1]) + 1
        return hit if start == hit.start and end == hit.end else hit._replace(start=start, end=end)

    @staticmethod
    def _usernames(words: Words) -> Iterator[Hit]:
        """Words without a figure behind "login:"."""
        for i in words.among(_USER_LABELS):
            k = i + 2
            if k >= len(words) or words.words[i + 1] not in (":", "="):
                continue
            found = _VALUE.match(words.text, words.starts[k])
            if found and words.starts[k] - words.ends[k - 1] < 3 and not any(map(str.isdigit, found.group())):
                yield Hit(found.start(), found.end(), "USERNAME", 0.9)

    def _classify(
        self, words: Words, start: int, end: int, value: str, digits: int, previous: Hit | None
    ) -> Hit | None:
        """What a value is by its label, by the number before it or by its own shape; nothing where it is nobody's."""
        hit = self._judged(words, start, end, value, digits, previous)
        return hit if hit is not None and not _is_nobodys(words, start, end, value) else None

    def _judged(self, words: Words, start: int, end: int, value: str, digits: int, previous: Hit | None) -> Hit | None:
        text = words.text
        label = self._label(words, start)
        mixed = digits != len(value)
        if label is not None:
            name, kind, near = label
            shortest = 4 if name in _NEEDS_LONG else 3
            if kind == "US_SSN" and name.startswith("last"):
                return Hit(start, end, kind, 0.9) if len(value) == 4 and digits == 4 else None
            if kind == "ZIP_CODE":
                return Hit(start, end, kind, 0.95) if _ZIP.fullmatch(value) else None
            if kind in ("PHONE_NUMBER", "FAX_NUMBER"):
                if near and digits >= 7 and not mixed:
                    return Hit(start, end, kind, 0.7)
                return self._unlabelled(text, start, end, value, digits, mixed)
            if digits == 4 and not mixed and when(words, start, value, name):
                return None
            long_enough = len(value) >= shortest and digits >= min(3, shortest - 1)
            long_enough = long_enough or (mixed and digits >= 2 and len(value) >= 4)
            if name == "badge" and near and not mixed and 2 <= digits <= 3:
                return Hit(start, end, kind, 0.8)
            if long_enough and (not _looks_plain(value) or digits >= 4):
                score = 0.96 if near and (name not in _NEEDS_LONG or digits >= 5) else 0.8
                if YEAR.fullmatch(value) and name in _NEEDS_LONG:
                    score = 0.2
                if _LEVELS.fullmatch(value):
                    return None
                if (CODE.fullmatch(value) and digits < 5 and (not near or name in _NEEDS_LONG)) or (
                    mixed and digits < 3 and name in _NEEDS_LONG
                ):
                    return None
                return Hit(start, end, kind, score)
        if previous is not None and 0 < start - previous.end <= 5 and not _DAY.fullmatch(value):
            between = text[previous.end : start].split()
            if (
                (
                    len(between) <= 2
                    and all(b.strip(".,") in _LIST or b in _LIST or not b.strip(",;/&") for b in between)
                    and digits >= 4
                    and previous.score >= 0.8
                )
                and previous.entity_type not in ("ZIP_CODE", "PHONE_NUMBER", "FAX_NUMBER")
                and not YEAR.fullmatch(value)
                and not _DAY.fullmatch(text, previous.start, previous.end)
                and not (CLOCK.fullmatch(value) and "\n" in text[previous.end : start])
            ):
                return Hit(start, end, previous.entity_type, 0.8)
        if not mixed and digits in (4, 5, 6) and behind_somebody(words, start, end):
            return Hit(start, end, "OTHER_ID", 0.6)
        return self._unlabelled(text, start, end, value, digits, mixed)

    @staticmethod
    def _unlabelled(text: str, start: int, end: int, value: str, digits: int, mixed: bool) -> Hit | None:
        if not mixed:
            if digits >= 7 and "." not in value and start and text[start - 1] not in ".,/":
                if digits == 10 and npi_checks(value):
                    return Hit(start, end, "LICENSE_NUMBER", 0.75)
                return Hit(start, end, "OTHER_ID", 0.65)
            if digits >= 7 and start == 0:
                return Hit(start, end, "OTHER_ID", 0.65)
            return Hit(start, end, "OTHER_ID", MAYBE) if digits >= 5 and "," not in text[end : end + 1] else None
        letters = sum(map(str.isalpha, value))
        if not letters and ("-" not in value or "." in value or "/" in value):
            return None
        if _ZIP_OF_NINE.fullmatch(value):
            return Hit(start, end, "ZIP_CODE", 0.6)
        if _IN_TWO.fullmatch(value):
            return Hit(start, end, "OTHER_ID", 0.5)
        if _looks_plain(value) or (CODE.fullmatch(value.upper()) and digits < 5):
            return None
        if _DAY.fullmatch(value):
            return None
        if digits >= 5 and (letters or value.count("-") >= 1) and letters <= 8 and "/" not in value:
            return Hit(start, end, "OTHER_ID", 0.7 if digits >= 6 or ("-" in value and letters) else 0.55)
        return Hit(start, end, "OTHER_ID", MAYBE) if digits >= 3 and letters and len(value) >= 5 else None

    def _label(self, words: Words, start: int) -> tuple[str, str, bool] | None:
        """The label in front of a value: its words, its entity type, and whether it stands right before it."""
        i, lower = words.at(start), words.lower
        if i < len(lower) and words.starts[i] < start and words.ends[i] > start:
            return None
        line = words.line_of[i] if i < len(lower) else -1
        k, steps = i - 1, 0
        near = True
        while k >= 0 and steps < 7 and words.line_of[k] == line:
            if lower[k] == "." and steps:
                k -= 1
                continue
            found = self._longest_label(lower, k) if lower[k] in self._label_ends else None
            if len(lower[k]) == 1 and k and words.ends[k - 1] == words.starts[k] and lower[k - 1].isdigit():
                # "33F" tells age and sex, no fax.
                return None
            if found is not None and not (
                steps == 0
                and lower[k] in ("id", "of", "no")
                and self._longest_label(lower, k - 1) is not None
                and found[0] == "id"
            ):
                return found[0], found[1], near
            if lower[k] not in _CONNECTORS and not (
                steps == 0 and words.words[k].isupper() and 2 <= len(lower[k]) <= 4
            ):
                return None
            if lower[k] in ("the", "for", "with", "under", "a", "on", "in", "to", "at"):
                near = False
            if lower[k] == "," and steps > 0:
                return None
            k -= 1
            steps += 1
        return None

    def _longest_label(self, lower: list[str], k: int) -> tuple[str, str] | None:
        if lower[k] not in self._label_ends:
            return None
        labels = self.lexicon.labels
        for size in (4, 3, 2, 1):
            if k - size + 1 < 0:
                continue
            key = tuple(lower[k - size + 1 : k + 1])
            kind = labels.get(key)
            if kind is not None:
                return " ".join(key), kind
        return None


def _values(words: Words) -> Iterator[tuple[int, int]]:
    """The matches of ``_VALUE`` that hold a figure, those too short to be anybody's left out."""
    text, starts, ends = words.text, words.starts, words.ends
    end = 0
    for i in words.numbers:
        start = starts[i]
        if start < end:
            continue
        if (
            ends[i] - start < _SHORTEST
            and (not start or text[start - 1] not in _JOINED)
            and text[ends[i] : ends[i] + 1] not in _JOINED
        ):
            continue
        while start > end and (
            text[start - 1] in _ALNUM or (text[start - 1] in "-/._" and start - 1 > end and text[start - 2] in _ALNUM)
        ):
            start -= 1
        found = _VALUE.match(text, start)
        if found:
            end = found.end()
            if end - start >= _SHORTEST:
                yield start, end


def _before_underscores(words: Words) -> list[int]:
    """Where the letters and figures begin that stand right before an underscore."""
    text, found = words.text, []
    for i in words.vocabulary.get("_", ()):
        at = words.starts[i]
        while at and text[at - 1].isalnum():
            at -= 1
        found.append(at)
    return found


def _is_nobodys(words: Words, start: int, end: int, value: str) -> bool:
    """Whether a value is a measure, a span, a part of an address or a printed code, whatever stands around it."""
    text = words.text
    return bool(
        (start and text[start - 1] in "@\\")
        or NEVER.fullmatch(value)
        or value.lower().endswith(("-old", "year", "years"))
        or in_bed(words, start, value)
        or is_model(text, start, end)
        or is_hold(words, start, value)
        or UNITS_AFTER.match(text, end, end + 12)
        or printed_code(words, start, end)
    )


def _looks_plain(value: str) -> bool:
    return bool(_PLAIN_NUMBER.fullmatch(value)) and sum(c.isdigit() for c in value) < 7
