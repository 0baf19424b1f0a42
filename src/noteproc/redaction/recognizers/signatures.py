"""Who signed, dictated, typed, wrote an entry or got a copy, initials among them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit
from noteproc.redaction.recognizers.namerun import NameReader
from noteproc.redaction.words import Words, matches

_DONE = (
    "dictated|transcribed|signed|reviewed|interpreted|read|performed|verified|authenticated|attested|entered|seen"
    "|written|prepared|reported|assisted|ordered|referred|completed|approved|recorded|taken|done|given|documented"
    "|witnessed|per|added|placed|staffed|supervised|accompanied"
)
_BY = re.compile(
    rf"\b(?:{_DONE}|electronically\s{{1,3}}signed|e-?signed|co-?signed|d/w)\b"
    r"(?:\s{1,3}(?:but\s{1,3}not\s{1,3}read|and\s{1,3}\w+|electronically))?\s{0,3}(?:by|:)\s{0,3}:?\s{0,3}(?=\S)",
    re.IGNORECASE,
)
_TYPIST = re.compile(
    r"(?:^|(?<=[\s(]))((?:[A-Z]{2,4}|[a-z]{2,4})(?:[/:](?:[A-Z]{2,4}|[a-z]{2,4})\d{0,2}){1,2})(?=[\s),.;]|$)",
    re.MULTILINE,
)
_TYPIST_LINE = re.compile(r"^\W{0,4}([A-Za-z]{2,4})([/:])([A-Za-z]{2,4})(?:[/:]([A-Za-z]{2,4}))?\d{0,3}\W{0,3}$")
_CC = re.compile(
    r"^[ \t>*-]{0,8}(?:cc|c\.c\.|bcc|copies?(?:\s{1,3}to)?|copied(?:\s{1,3}to)?)\s?[:-]\s{0,4}",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNED_INITIALS = re.compile(
    r"(?:\(|--?\s?|/s/\s?|>>\s?|\binitials?\b:?\s?|\bby:?\s)([A-Z](?:\.\s?)?[A-Z](?:\.?\s?[A-Z])?\.?)(?=\)|[ \t]{0,4}$"
    r"|\s{0,2}[,;]|\s{1,3}(?:RN|MD|LPN|PA|NP|CNA|PT|OT)\b)",
    re.MULTILINE,
)
_LOG_LINE = re.compile(
    r"^[ \t]{0,8}(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?[ \t]{1,8})?(?:\d{1,2}:\d\d|[0-2]\d[0-5]\d)[ \t]{1,8}([A-Za-z]{2,3}"
    r"|[A-Za-z]\.[ ]?[A-Za-z'-]{2,20})[ \t]?[-:][ \t]",
    re.MULTILINE,
)
_SEEN_BY = re.compile(
    r"\b(?:by|per|D/w|d/w)\s{1,3}([A-Z]{2,3})(?=\s{1,3}(?:in|at|on|this|today|and agrees)\b|\s{0,2}[,.;)]|[ \t]{0,4}$)",
    re.MULTILINE,
)
_LONE = re.compile(
    r"^[ \t]{0,8}/?[ \t]?([A-Za-z]{2,3})(?:[ \t]{1,8}(?:[0-2]\d[0-5]\d|\d{1,2}:\d\d))?[ \t]{0,8}$", re.MULTILINE
)
_CLOSING = re.compile(
    r"(?:[-.\"~>/]\s{0,2}|(?<=\s)\s)([A-Z]{2,3}|[a-z]{2,3})[ \t]{0,4}(?:\d{4}|\d{1,2}:\d\d)?[ \t]{0,8}$", re.MULTILINE
)
_STAMPED = re.compile(
    r"^[ \t]{0,8}(?:-{1,2}|~|/)?[ \t]?([A-Z]{2,3}|[a-z]{2,3})[ \t,]{1,4}(?=\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?\b"
    r"|(?:[01]\d|2[0-3])[0-5]\d\b|\d{1,2}:\d\d)",
    re.MULTILINE,
)
_DATED = re.compile(
    r"(?:\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?|\b(?:[01]\d|2[0-3]):?[0-5]\d)[ \t,]{1,3}(?:by[ \t])?"
    r"([A-Z]{2,3}|[a-z]{2,3})(?=[ \t]{0,4}(?:$|[:;]|\())",
    re.MULTILINE,
)
_LAST_LINE = re.compile(
    r"(?:^|[.;!?)\]][ \t]{1,3}|\n[ \t]*)[-~/>]{0,2}[ \t]?((?:[A-Z]\.[ \t]?){2,3}|[A-Z]{2,3}|[a-z]{2,3})[ \t]{0,4}"
    r"(?:[ \t]\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?)?[ \t]{0,4}(?:[ \t]\d{1,2}:?\d\d)?[ \t]*$"
)
_ADDED = re.compile(
    r"(?:\baddend(?:um|ed)?(?:[ \t]{1,2}[\d/.-]{3,10})?|[.)][ \t]{1,2}\()[ \t:,-]{0,3}([A-Z]{2,3}|[a-z]{2,3})"
    r"(?=[ \t]{0,2}(?::|$|\)))",
    re.MULTILINE,
)
_BESIDE_LETTERS = re.compile(
    r"\b(?:RN|LPN|MA|CNA|PA|NP|MD|RT|rn|lpn|md|np|crna)[ \t]([a-z]{2,3})(?=[ \t]{0,3}(?:$|[.,;/]))"
    r"|(?<![\w-])([a-z]{2,3})[ \t](?:RN|LPN|CNA|PA|NP|MD|CRNA|DO)\b",
    re.MULTILINE,
)
# The words and marks with which the patterns above begin.
_BY_WORDS = frozenset([*_DONE.split("|"), "electronically", "e", "esigned", "co", "cosigned", "d"])
_SEEN_WORDS = frozenset({"by", "per", "d"})
_INITIALS_OPENINGS = frozenset({"(", "-", "/", ">", "initial", "initials", "by"})
_LETTERS = frozenset({"rn", "lpn", "ma", "cna", "pa", "np", "md", "rt", "crna", "do"})
_SLASHES = frozenset({"/", ":"})
_OPEN = frozenset({"("})
# No match of _CLOSING is longer.
_CLOSING_REACH = 24
_VOWELS = frozenset("aeiou")
_SERVICES = frozenset(lx.read_words("services.txt"))
_NOT_TYPIST = frozenset(lx.read_words("slashed.txt"))


class SignatureRecognizer(NameReader):
    """Names and initials where people sign."""

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every name that stands so."""
        yield from self._signed(words)

    def _signed(self, words: Words) -> Iterator[Hit]:
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
        for m in matches(_CC, text, words.line_starts):
            i = words.at(m.end())
            if i < len(words) and words.starts[i] <= m.end() + 1:
                k = i
                if words.lower[k] in ("dr", "drs"):
                    k += 1
                    if k < len(words) and words.words[k] == ".":
                        k += 1
                if k < len(words):
                    yield from self._named_list(words, k, "CLINICIAN_NAME", strong=True)
        slashes = words.among(_SLASHES)
        for line in sorted({words.line_of[i] for i in slashes}):
            start, end = words.line_start(line), words.line_end(line)
            if end - start > 24 or end - start < 5:
                continue
            found = _TYPIST_LINE.match(text[start:end].strip("\r"))
            if found and f"{found[1]}/{found[3]}".lower() not in _NOT_TYPIST:
                for group in (1, 3, 4):
                    if found[group]:
                        yield Hit(start + found.start(group), start + found.end(group), "CLINICIAN_NAME", 0.9)
        for m in matches(_TYPIST, text, [words.starts[i - 1] for i in slashes if i]):
            pieces = re.split(r"[/:]", m[1])
            if (
                len(pieces[0]) < 2
                or m[1].lower() in _NOT_TYPIST
                or not (pieces[0].isupper() and pieces[-1].rstrip("0123456789").islower())
            ):
                continue
            at = m.start(1)
            clear = len(pieces[0]) == 3 and not self.lexicon.bits(pieces[0].lower()) & (lx.ORDINARY | lx.CLINICAL)
            if not clear and any(
                self.lexicon.bits(p.lower()) & (lx.ORDINARY | lx.UNITWORD) and not p.isupper() for p in pieces
            ):
                continue
            for piece in pieces:
                yield Hit(at, at + len(piece), "CLINICIAN_NAME", 0.8)
                at += len(piece) + 1
        for pattern, score, starts in (
            (_LOG_LINE, 0.7, words.line_starts),
            (_SEEN_BY, 0.85, words.opening(_SEEN_WORDS)),
        ):
            for m in matches(pattern, text, starts):
                low = m[1].lower()
                if (
                    low not in _SERVICES
                    and not self.lexicon.bits(low) & lx.CREDENTIAL
                    and not (
                        pattern is _LOG_LINE
                        and self.lexicon.bits(low) & (lx.ORDINARY | lx.CLINICAL)
                        and not m[1].islower()
                    )
                ):
                    yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", score)
        for m in self._closing(words):
            if m[1].lower() not in _SERVICES and not self.lexicon.bits(m[1].lower()) & (lx.CREDENTIAL | lx.UNITWORD):
                known = self.lexicon.bits(m[1].lower())
                apart = m.group()[:1].isspace() or m.group()[:1] == "/"
                score = (
                    0.3
                    if known & (lx.CLINICAL | lx.ORDINARY)
                    else 0.55
                    if not known and (apart or m[1].isupper())
                    else MAYBE
                )
                yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", score)
        for m in matches(_LONE, text, words.line_starts):
            if m[1].lower() not in _SERVICES and not self.lexicon.bits(m[1].lower()) & (
                lx.ORDINARY | lx.CREDENTIAL | lx.UNITWORD | lx.CLINICAL
            ):
                yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", 0.7)
        yield from self._stamped(words)
        for m in matches(_SIGNED_INITIALS, text, words.opening(_INITIALS_OPENINGS)):
            letters = m[1].replace(".", "").replace(" ", "").lower()
            bits = self.lexicon.bits(letters)
            if bits & (lx.CLINICAL | lx.CREDENTIAL | lx.ORDINARY | lx.STATE | lx.UNITWORD):
                continue
            yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", MAYBE)

    @staticmethod
    def _closing(words: Words) -> Iterator[re.Match[str]]:
        """The matches of ``_CLOSING``, looked for at the ends of lines alone."""
        end = 0
        for line in range(len(words.line_starts)):
            stop = words.line_end(line)
            found = _CLOSING.search(words.text, max(end, stop - _CLOSING_REACH), stop)
            if found:
                end = found.end()
                yield found

    def _stamped(self, words: Words) -> Iterator[Hit]:
        """Initials beside a date or time where an entry begins or ends, and those that close the note."""
        text = words.text
        # The first figure of a date has two digits at most, whatever stands before them.
        dates = [k for i in words.numbers for k in _last_two(words.starts[i], words.ends[i])]
        for pattern, starts in ((_STAMPED, words.line_starts), (_DATED, dates)):
            for m in matches(pattern, text, starts):
                if self._could_sign(m[1], strict=True):
                    yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", 0.7)
        stripped = text.rstrip()
        tail = max(0, len(stripped) - 60)
        brackets = [max(0, at - back) for at in words.opening(_OPEN) for back in (3, 2)]
        addenda = words.opening(frozenset(), ("addend",)) if "addend" in text else []
        for m in matches(_ADDED, text, sorted([*brackets, *addenda])):
            dated = any(map(str.isdigit, m.group())) and m[1].isupper() and m[1].lower() not in _SERVICES
            if dated or self._could_sign(m[1], strict=False):
                yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", 0.7)
        letters = [max(0, at - back) for at in words.opening(_LETTERS) for back in (4, 3, 0)]
        for m in matches(_BESIDE_LETTERS, text, sorted(letters)):
            which = 1 if m[1] else 2
            if self._could_sign(m[which], strict=False):
                yield Hit(m.start(which), m.end(which), "CLINICIAN_NAME", 0.65)
        closing = _LAST_LINE.search(stripped, stripped.rfind("\n", tail) + 1 if "\n" in stripped[tail:] else tail)
        if closing and self._could_sign(closing[1], strict=False):
            yield Hit(closing.start(1), closing.start(1) + len(closing[1].rstrip()), "CLINICIAN_NAME", 0.65)

    def _could_sign(self, shown: str, *, strict: bool) -> bool:
        """Whether letters are initials rather than an abbreviation; at the very end of a note a lower bar holds."""
        low = shown.replace(".", "").replace(" ", "").lower()
        bits = self.lexicon.bits(low)
        if low in _SERVICES or bits & (lx.CREDENTIAL | lx.UNITWORD | lx.MONTH | lx.WEEKDAY | lx.TITLE | lx.KIN):
            return False
        if bits & lx.ORDINARY and not shown.isupper():
            return False
        if strict:
            return not bits & (lx.CLINICAL | lx.ORDINARY)
        return not bits & lx.CLINICAL or (not _VOWELS & set(low) and not shown.isupper())


def _last_two(start: int, end: int) -> list[int]:
    """Where a run of digits begins, and where its last two digits and its last one do."""
    return sorted({start, max(start, end - 2), end - 1})
