"""Who signed, dictated, typed, wrote an entry or got a copy, initials among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.initials import BACKS, CLEARLY, SIGNS, initials_of
from noteproc.redaction.recognizers.base import BARELY, MAYBE, Hit
from noteproc.redaction.recognizers.namerun import NameReader
from noteproc.redaction.shapes import measured
from noteproc.redaction.words import Cues, Words, matches

_DONE = (
    "dictated|transcribed|signed|reviewed|interpreted|read|performed|verified|authenticated|attested|entered|seen"
    "|written|prepared|reported|assisted|ordered|referred|completed|approved|recorded|taken|done|given|documented"
    "|witnessed|per|added|placed|staffed|supervised|accompanied"
)
_BY = re.compile(
    rf"\b(?:{_DONE}|electronically\s{{1,3}}signed|e-?signed|co-?signed|d/w)\b"
    r"(?:\s{1,3}(?:but\s{1,3}not\s{1,3}read|and\s{1,3}\w+|electronically))?\s{0,3}(?:by|:)\s{0,3}:?\s{0,3}(?=\S)"
    r"|\be-?sig[ \t]{1,3}(?=\S)",
    re.IGNORECASE,
)
_TYPIST = re.compile(
    r"(?:^|(?<=[\s(]))((?:[A-Z]{2,4}|[a-z]{2,4})(?:[/:](?:[A-Z]{2,4}|[a-z]{2,4})\d{0,2}){1,2})(?=[\s),.;]|$)",
    re.MULTILINE,
)
_DAY = re.compile(r"[ \t]{1,12}\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})\b")
_SLASH = re.compile("[/:]")
_TYPIST_LINE = re.compile(r"^\W{0,4}([A-Za-z]{2,4})([/:])([A-Za-z]{2,4})(?:[/:]([A-Za-z]{2,4}))?\d{0,3}\W{0,3}$")
_CC = re.compile(
    r"^[ \t>*-]{0,8}(?:cc|c\.c\.|bcc|copies?(?:\s{1,3}to)?|copied(?:\s{1,3}to)?)\s?[:-]\s{0,4}",
    re.IGNORECASE | re.MULTILINE,
)
_LOG_LINE = re.compile(
    r"^[ \t]{0,8}(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?[ \t]{1,8})?(?:\d{1,2}:\d\d|[0-2]\d[0-5]\d)[ \t]{1,8}([A-Za-z]{2,3}"
    r"|[A-Za-z]\.[ ]?[A-Za-z'-]{2,20})[ \t]?[-:][ \t]",
    re.MULTILINE,
)
# "B.A." or "S.T-R." at the end of a line, behind a sentence or a date or alone.
_DOTTED = re.compile(
    r"(?:^[ \t]{0,8}|[.;!?)\"'][ \t]{1,3}|\d[ \t]{1,3}|/s/[ \t]{0,2}|[-~][ \t]?|\bby:?[ \t])"
    r"((?:[A-Z]\.[ -]?){2,3}(?:[A-Z]\b\.?)?)(?=[ \t]{0,4}(?:$|\d{1,2}[/.-]\d))",
    re.MULTILINE,
)
# How far the next letter with a dot may stand, and how far before the first one the pattern may begin in its line.
_DOT_TO_DOT = 3
_DOTTED_LEAD = 5
# The words and marks with which the patterns above begin.
_BY_WORDS = Cues([*_DONE.split("|"), "electronically", "e", "esig", "esigned", "co", "cosigned", "d"])
_COPIES = Cues({"cc", "c", "bcc", "copie", "copies", "copied"})
_SLASHES = Cues({"/", ":"})
_SERVICES = frozenset(lx.read_words("services.txt"))
_NOT_TYPIST = frozenset(lx.read_words("slashed.txt"))


class SignatureRecognizer(NameReader):
    """Names and initials where people sign."""

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every name that stands so."""
        yield from self._signed(words)
        yield from self._copied(words)
        yield from self._typed(words)
        yield from self._logged(words)
        yield from self._initials(words)

    def _signed(self, words: Words) -> Iterator[Hit]:
        """ "Dictated by J. Doe"."""
        text = words.text
        for m in matches(_BY, text, words.opening(_BY_WORDS)):
            i = words.at(m.end())
            if i >= len(words) or words.starts[i] > m.end() + 2:
                continue
            if words.lower[i] in ("dr", "mr", "mrs", "ms"):
                continue
            j = self._run(words, i, trusted=False)
            if j > i and (
                self._looks_named(words, i, j)
                or (words.words[i].isupper() and 2 <= len(words.words[i]) <= 3 and j == i + 1)
            ):
                initials = j == i + 1 and len(words.words[i]) <= 3 and words.words[i].isupper()
                bits = self.lexicon.bits(words.lower[i])
                role = "OTHER_NAME" if m.group().lower().startswith("accompanied") else "CLINICIAN_NAME"
                if initials and bits & (lx.CLINICAL | lx.CREDENTIAL | lx.ORDINARY):
                    continue
                yield Hit(*self._span(words, i, j), role, 0.8 if initials else 0.93)

    def _copied(self, words: Words) -> Iterator[Hit]:
        """ "cc: Dr. Doe"."""
        lines = sorted({words.line_start(words.line_of[i]) for i in words.among(_COPIES)})
        for m in matches(_CC, words.text, lines):
            i = words.at(m.end())
            if i < len(words) and words.starts[i] <= m.end() + 1:
                k = i
                if words.lower[k] in ("dr", "drs"):
                    k += 1
                    if k < len(words) and words.words[k] == ".":
                        k += 1
                if k < len(words):
                    yield from self._named_list(words, k, "CLINICIAN_NAME", strong=True)

    def _typed(self, words: Words) -> Iterator[Hit]:
        """ "JD/ml": who dictated and who typed."""
        text = words.text
        slashes = words.among(_SLASHES)
        for line in sorted({words.line_of[i] for i in slashes}):
            start, end = words.line_start(line), words.line_end(line)
            if end - start > 24 or end - start < 5:
                continue
            found = _TYPIST_LINE.match(text[start:end].strip("\r"))
            if found and f"{found[1]}/{found[3]}".lower() not in _NOT_TYPIST and self._typists(found[1], found[3]):
                for group in (1, 3, 4):
                    if found[group]:
                        yield Hit(start + found.start(group), start + found.end(group), "CLINICIAN_NAME", 0.9)
        last = len(words) - 1
        joined = [i for i in slashes if 0 < i < last and words.starts[i + 1] == words.ends[i]]
        for m in matches(_TYPIST, text, [words.starts[i - 1] for i in joined]):
            pieces = _SLASH.split(m[1])
            if (
                len(pieces[0]) < 2
                or m[1].lower() in _NOT_TYPIST
                or not (pieces[0].isupper() and pieces[-1].rstrip("0123456789").islower())
            ):
                continue
            at = m.start(1)
            clear = len(pieces[0]) == 3 and not self.lexicon.bits(pieces[0].lower()) & (lx.ORDINARY | lx.CLINICAL)
            # "TK/ml  05/07/2024"
            clear = clear or ("/" in m[1] and _DAY.match(text, m.end()) is not None)
            if not clear and any(
                self.lexicon.bits(p.lower()) & (lx.ORDINARY | lx.UNITWORD) and not p.isupper() for p in pieces
            ):
                continue
            for piece in pieces:
                yield Hit(at, at + len(piece), "CLINICIAN_NAME", 0.8)
                at += len(piece) + 1

    def _logged(self, words: Words) -> Iterator[Hit]:
        """ "14:20 jd: pt resting": who wrote a line of a log."""
        for m in matches(_LOG_LINE, words.text, words.line_starts):
            low = m[1].lower()
            bits = self.lexicon.bits(low)
            known = bits & (lx.ORDINARY | lx.ABBREVIATION) and not m[1].islower()
            if low not in _SERVICES and not bits & lx.CREDENTIAL and not known:
                yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", 0.7)

    def _typists(self, first: str, second: str) -> bool:
        """Whether two groups of letters can be people: of two common words in small letters neither is."""
        common = lx.ORDINARY | lx.ABBREVIATION | lx.CLINICAL
        return not all(p.islower() and self.lexicon.bits(p) & common and len(p) > 2 for p in (first, second))

    def _initials(self, words: Words) -> Iterator[Hit]:
        """Two to four letters where somebody signs, whoever it is."""
        for i, odds in initials_of(words).weights().items():
            if odds >= BACKS and not measured(words, i):
                score = 0.7 if odds >= CLEARLY else BARELY if odds >= SIGNS else MAYBE
                yield Hit(words.starts[i], words.ends[i], "CLINICIAN_NAME", score)
        starts: set[int] = set()
        for at, after in pairwise(words.dotted()):
            if after - at <= _DOT_TO_DOT:
                line = words.line_start(words.line_of[words.at(at)])
                starts.update(range(max(line, at - _DOTTED_LEAD), at + 1), [line])
        for m in matches(_DOTTED, words.text, sorted(starts)):
            yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", 0.65)
