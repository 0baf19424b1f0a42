"""The clinical shield: eponyms, drugs, devices, levels and headings that look like names and places.

It never forbids: a title, a label, a signature or a person known from elsewhere in the note outweighs it.
"""

from __future__ import annotations

import re

from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import NAME_TYPES, PLACE_TYPES
from noteproc.redaction.lexicon import Lexicon
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words

_MEASURE = re.compile(
    r"^\s?(?:mg|mcg|ug|ml|cc|mm|cm|kg|g\b|mmhg|units?\b|iu|meq|mmol|%|/hpf|bpm|fr\b|french|gauge|ga\b|hours?|hrs?"
    r"|days?|weeks?|wks?|months?|mos?\b|years?|yrs?|minutes?|mins?|"
    r"tabs?|caps?|puffs?|times|x\b|degrees|°|lpm|l/min|inch|in\b|feet|ft\b|lbs?|pounds|oz\b)",
    re.IGNORECASE,
)
# Endings of drugs, findings, procedures and adverbs: no name of a person in a note ends so.
_MORPHOLOGY = re.compile(
    r"(?:ly|itis|osis|oses|ectomy|otomy|ostomy|oscopy|plasty|pathy|ology|algia|emia|uria|penia|cytosis|trophy"
    r"|plegia|paresis|phagia|dynia|megaly|rrhea|rrhagia|scopic|ation|ations|ness|ment|ing|"
    r"statin|pril|sartan|olol|azole|mycin|cillin|cycline|floxacin|prazole|tidine|setron|mab|nib|vir|parin|gliptin"
    r"|gliflozin|glutide|caine|barbital|zepam|zolam|oxetine|triptan|dipine|thiazide|semide|"
    r"sone|solone|profen|codone|phone|quine|toin|gabalin|gabapentin|amine|idine|iline|azine|pine|done|tide|ase"
    r"|ide|ate|ium|cephalic|lucency|genic|ous|ual|ical|able|ible|itis|oid|oidal|ectasia|ectasis|tomy|gram|graphy"
    r"|metry|therapy|tropic|static|lytic)s?$"
)
_ROMAN = re.compile(r"[IVX]+(?:[\s,]+(?:and\s)?[IVX]+)*")
_BETWEEN = re.compile(r"\d{2,3}-(?:\d{2,3})?")
_SPEAKING = frozenset(lx.read_words("speaking_words.txt"))
_LEVEL = re.compile(r"^(?:[CTLS]\d{1,2})(?:\s?[-/]\s?[CTLS]?\d{1,2})*$", re.IGNORECASE)
_CODE = re.compile(r"^(?:[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|\d{4}[0-9FMTU]|[A-V]\d{4}|\d{1,3}(?:[./]\d{1,3})?)$")


class Shield:
    """Judges spans of names and places against clinical language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._not_names = frozenset(lx.read_words("not_names.txt"))
        self._descents = frozenset(lx.read_words("descents.txt"))
        self._generic = frozenset(lx.read_words("generic_places.txt"))

    def lowered(self, words: Words, span: Span) -> float:
        """The score of ``span`` once clinical language has been heard."""
        if span.score >= 0.95:
            return span.score
        text = words.text
        shown = text[span.start : span.end]
        inside = words.within(span.start, span.end)
        if not len(inside):
            return 0.0
        first, last = inside[0], inside[-1]
        if span.entity_type == "ZIP_CODE" and span.recognizer == "TaggedRecognizer":
            return min(span.score, 0.49) if re.fullmatch(r"\d{5}(?:-\d{4})?", shown) else 0.0
        if span.entity_type in NAME_TYPES or span.entity_type in PLACE_TYPES:
            return self._wordy(words, span, first, last, shown)
        if span.recognizer == "TaggedRecognizer":
            if span.entity_type == "DATE":
                return self._dateish(words, span, shown)
            if span.entity_type == "AGE_OVER_89":
                return span.score if re.fullmatch(r"9\d|1[01]\d", shown) else 0.0
            if not any(c.isdigit() for c in shown):
                return span.score - 0.45 if span.entity_type != "USERNAME" else span.score - 0.2
            if _LEVEL.match(shown) or _CODE.match(shown) or _MEASURE.match(text[span.end : span.end + 10]):
                return span.score - 0.5
            if len(shown) < 4 or (span.entity_type == "PHONE_NUMBER" and _BETWEEN.fullmatch(shown)):
                return span.score - 0.5
            if span.entity_type in ("PHONE_NUMBER", "US_SSN", "VEHICLE_ID"):
                return span.score - 0.25
            return span.score - 0.1
        return span.score

    def _dateish(self, words: Words, span: Span, shown: str) -> float:
        text = words.text
        if re.fullmatch(r"(?:19|20)\d\d", shown):
            return 0.0
        if _MEASURE.match(text[span.end : span.end + 10]) or re.fullmatch(r"\d{1,2}:\d\d", shown):
            return span.score - 0.6
        has_month = any(self._lexicon.bits(words.lower[k]) & lx.MONTH for k in words.within(span.start, span.end))
        has_day = any(self._lexicon.bits(words.lower[k]) & lx.WEEKDAY for k in words.within(span.start, span.end))
        if not any(c.isdigit() for c in shown) and not has_month:
            known = any(
                self._lexicon.bits(words.lower[k]) & (lx.CLINICAL | lx.ORDINARY)
                for k in words.within(span.start, span.end)
            )
            festive = {
                "day",
                "eve",
                "weekend",
                "bowl",
                "festival",
                "fest",
                "week",
                "holiday",
                "holidays",
                "fair",
                "parade",
            }
            if festive.isdisjoint(words.lower[k] for k in words.within(span.start, span.end)):
                return 0.0
            return span.score - (0.5 if has_day or not shown[:1].isupper() else 0.2 if known else 0.35)
        if any(c.isdigit() for c in shown) and not has_month:
            # Every date in figures has a pattern of its own: the tagger only backs it.
            return 0.49 if span.score >= 0.8 else span.score * 0.55
        return span.score

    def _wordy(self, words: Words, span: Span, first: int, last: int, shown: str) -> float:
        bits = self._lexicon.bits
        score = span.score
        tagged = span.recognizer == "TaggedRecognizer"
        after = words.lower[last + 1] if last + 1 < len(words) else ""
        close = last + 1 < len(words) and words.starts[last + 1] - words.ends[last] <= 1
        if after == "'" or after == "s":
            after = words.lower[last + 2] if last + 2 < len(words) else ""
        alphabetic = [k for k in range(first, last + 1) if words.words[k][0].isalpha()]
        single = len(alphabetic) == 1
        if (
            close
            and after in self._lexicon.eponym_heads
            and span.entity_type in NAME_TYPES | {"CITY"}
            and len(alphabetic) <= 2
        ):
            score -= 0.5
        low = words.text[span.start : min(len(words.text), span.end + 24)].lower()
        if any(low.startswith(p) and (single or " " in p) for p in self._phrases_from(words.lower[first])):
            score -= 0.5
        if (
            alphabetic
            and span.score < 0.9 + 0.05 * tagged
            and all(words.lower[k].removesuffix("'s") in self._lexicon.eponyms for k in alphabetic)
            and not self._called(words, first, last)
        ):
            # Alone or in a pair, mid-sentence: a finding, a test or an instrument.
            score -= 0.5 if len(alphabetic) > 1 or not self._opens(words, first) else 0.25
        if not alphabetic:
            if span.entity_type in NAME_TYPES or span.entity_type in (
                "CITY",
                "STATE",
                "COUNTY",
                "FACILITY",
                "ORGANIZATION",
            ):
                return score - 0.6
            return score - (0.5 if tagged and span.entity_type == "STREET_ADDRESS" else 0.25 if tagged else 0.0)
        known = [bits(words.lower[k]) for k in alphabetic if len(words.words[k]) > 1]
        common = all(b & (lx.ORDINARY | lx.CLINICAL) for b in known) if known else False
        named = any(b & (lx.NAME | lx.CITY) for b in known)
        lower_case = all(words.words[k].islower() for k in alphabetic)
        if tagged:
            if lower_case and self._in_mixed_line(words, first):
                score -= 0.5 if span.entity_type in ("FACILITY", "ORGANIZATION", "CITY", "COUNTY") else 0.2
            if span.entity_type == "STREET_ADDRESS" and (not any(c.isdigit() for c in shown) or len(shown) < 6):
                score -= 0.5
            if span.entity_type in ("FACILITY", "ORGANIZATION"):
                heads = lx.FACILITY | lx.ORG
                if all(words.lower[k] in self._generic or words.bits[k] & heads for k in alphabetic):
                    return score - 0.5
                if (
                    all(
                        words.lower[k] in self._generic or bits(words.lower[k]) & lx.ORDINARY
                        for k in alphabetic
                        if len(words.words[k]) > 1
                    )
                    and not named
                ):
                    score -= 0.35
                if lower_case:
                    score -= 0.25
                return score
            before = words.lower[first - 1] if first else ""
            if span.entity_type in NAME_TYPES and before in ("the", "a", "an", "this", "these", "each", "any", "no"):
                score -= 0.35
            if (
                span.entity_type in NAME_TYPES
                and single
                and words.lower[first] in self._descents
                and before not in ("dr", ".", "mr", "mrs", "ms")
            ):
                return score - 0.5
            if span.entity_type in NAME_TYPES and single and words.lower[first] in self._not_names:
                return score - 0.6
            if span.entity_type in NAME_TYPES and _ROMAN.fullmatch(shown):
                return 0.0
            if span.entity_type in NAME_TYPES and single and shown.isupper() and len(shown) <= 4 and not named:
                score -= 0.3 if before not in ("by", "/", "(", ">", "-", "per") else 0.0
            if span.entity_type in NAME_TYPES and all(len(words.words[k]) == 1 for k in alphabetic):
                return score - 0.5
            if span.entity_type in NAME_TYPES and not named and single and not common:
                # A word of no list: a rare name, or a rare drug or adverb.
                score -= 0.5 if lower_case or _MORPHOLOGY.search(words.lower[first]) else 0.25
            if named and common and single and span.entity_type in NAME_TYPES and self._opens(words, first):
                score -= 0.2
            if common and not named:
                score -= 0.4
            elif common and single and lower_case:
                score -= 0.1 if words.small and named else 0.3
            if span.entity_type == "STATE":
                score = 0.0
            if span.entity_type in ("STREET_ADDRESS", "ZIP_CODE", "COUNTY") and lower_case and single:
                score -= 0.3
        return score

    def _called(self, words: Words, first: int, last: int) -> bool:
        """Whether a title, a word of signing or speaking, or letters of a profession stand beside a name."""
        before = first - 1
        while before > 0 and words.words[before] in ".:,(" and first - before < 3:
            before -= 1
        if (
            before >= 0
            and words.line_of[before] == words.line_of[first]
            and (words.bits[before] & (lx.TITLE | lx.ROLE | lx.KIN | lx.FIRST) or words.lower[before] in _SPEAKING)
        ):
            return True
        after = last + 1
        while after < len(words) and words.words[after] == "," and after - last < 2:
            after += 1
        return after < len(words) and bool(words.bits[after] & lx.CREDENTIAL) and words.words[after].isupper()

    @staticmethod
    def _in_mixed_line(words: Words, k: int) -> bool:
        """Whether the line of a token holds capitals, so that a lower-case name in it would be odd."""
        line = words.line_of[k]
        start, end = words.line_start(line), words.line_end(line)
        return not words.small and not words.text[start:end].islower()

    @staticmethod
    def _opens(words: Words, k: int) -> bool:
        """Whether a word opens a sentence or a line, where a capital says nothing."""
        return k == 0 or words.words[k - 1] in ".:;!?*-" or words.line_of[k] != words.line_of[k - 1]

    def _phrases_from(self, first: str) -> tuple[str, ...]:
        return _phrases(self._lexicon).get(first.split("'")[0], ())


_PHRASES: dict[int, dict[str, tuple[str, ...]]] = {}


def _phrases(lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    made = _PHRASES.get(id(lexicon))
    if made is None:
        made = {}
        for phrase in sorted(lexicon.phrases):
            key = phrase.split()[0].split("'")[0]
            made[key] = (*made.get(key, ()), phrase)
        _PHRASES[id(lexicon)] = made
    return made
