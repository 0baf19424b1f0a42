"""E-mail addresses, URLs, IP and MAC addresses, file names with names in them, user names after an at sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import pairwise

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction.recognizers.base import Hit, NoteRecognizer
from noteproc.redaction.words import Words, matches

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[A-Za-z]{2,24}(?![\w-])")
_EMAIL_SPOKEN = re.compile(
    r"\b[\w.-]{2,40}\s{1,3}(?:\(at\)|\[at\])\s{1,3}[\w-]{2,40}\s?(?:\.|dot|\(dot\)|\[dot\])\s?(?:com|org|net|edu|gov)\b",
    re.IGNORECASE,
)
_URL = re.compile(r"(?<!\w)(?:https?://|ftp://|sftp://|www\.)[^\s<>\"')\]]{2,300}", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:com|org|net|edu|gov|health|clinic|care|info|io|us|co\.uk"
    r"|org\.uk|nhs\.uk|ca|biz|med|app|link|me|local|internal|md)(?:/[^\s<>\"')\]]{0,200})?(?![\w-])",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5})?(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w{1,10})?(?![\w:])", re.IGNORECASE)
_MAC = re.compile(r"(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])", re.IGNORECASE)
# Cheap looks that decide whether the dear patterns are worth a pass.
_SUFFIX = re.compile(
    r"\.(?:com|org|net|edu|gov|health|clinic|care|info|io|us|co|uk|nhs|ca|biz|med|app|link|me|local|internal|md)\b",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"\.(?:pdf|docx?|jpe?g|png|tiff?|dcm|wav|mp3|dss|mp4|zip|xlsx?|csv|txt|rtf|hl7|xml)\b", re.IGNORECASE
)
_HANDLE = re.compile(r"(?<![\w.@/])@[A-Za-z][\w.-]{2,30}(?![\w@])")
_FILE = re.compile(
    r"(?<![\w/.-])[\w-]{3,80}(?:\.[\w-]{1,40}){0,3}\.(?:pdf|docx?|jpe?g|png|tiff?|dcm|wav|mp3|dss|mp4|zip|xlsx?"
    r"|csv|txt|rtf|hl7|xml)(?![\w.])",
    re.IGNORECASE,
)
# The longest name before an at sign; how far apart three dots of an address and five marks of a MAC address stand.
_LONGEST_USER = 64
_TWO_DOTS = 8
_FOUR_PAIRS = 12


class ElectronicRecognizer(NoteRecognizer):
    """Electronic addresses."""

    kinds = ("EMAIL_ADDRESS", "URL", "IP_ADDRESS", "USERNAME", "OTHER_ID")

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every electronic address."""
        text = words.text
        at_signs = [words.starts[i] for i in words.vocabulary.get("@", ())]
        if at_signs:
            for m in matches(_EMAIL, text, _address_starts(text, at_signs)):
                yield Hit(m.start(), m.end(), "EMAIL_ADDRESS", 0.98)
            for m in matches(_HANDLE, text, at_signs):
                yield Hit(m.start(), m.end(), "USERNAME", 0.6)
        if "(at)" in text or "[at]" in text:
            for m in _EMAIL_SPOKEN.finditer(text):
                yield Hit(m.start(), m.end(), "EMAIL_ADDRESS", 0.96)
        linked = "://" in text or "www" in words.vocabulary
        for m in _URL.finditer(text) if linked else ():
            yield Hit(m.start(), m.start() + len(m.group().rstrip(".,;:!?")), "URL", 0.98)
        dots = [words.starts[i] for i in words.vocabulary.get(".", ())]
        inner = [at for at in dots if text[at + 1 : at + 2].isalpha()]
        for m in matches(_DOMAIN, text, _run_starts(text, [at for at in inner if _SUFFIX.match(text, at)])):
            if m.group()[0].isalnum() and not m.group().lower().startswith(("p.o.", "b.i.d", "q.i.d")):
                risky = (
                    m.group().lower().endswith((".me", ".us", ".md", ".ca", ".med", ".care", ".io", ".info", ".app"))
                )
                if risky and ("/" not in m.group() or m.group().count(".") < 2) and not m.group().islower():
                    continue
                yield Hit(m.start(), m.end(), "URL", 0.55 if risky and "/" not in m.group() else 0.95)
        dense = any(c - a <= _TWO_DOTS for a, c in zip(dots, dots[2:], strict=False))
        for m in matches(_IPV4, text, words.figures(1, 2, 3, before=".")) if dense else ():
            try:
                ip_address(m.group().split(":")[0])
            except ValueError:
                continue
            yield Hit(m.start(), m.end(), "IP_ADDRESS", 0.96)
        colons = [words.starts[i] for i in words.vocabulary.get(":", ())]
        near = any(b - a <= 5 for a, b in pairwise(colons))
        if len(colons) >= 4 and (near or "-" in words.vocabulary):
            marks = sorted([*colons, *(words.starts[i] for i in words.vocabulary.get("-", ()))])
            fifths = zip(marks, marks[4:], strict=False)
            for m in matches(_MAC, text, [a - 2 for a, e in fifths if e - a == _FOUR_PAIRS and a > 1]):
                yield Hit(m.start(), m.end(), "IP_ADDRESS", 0.96)
            for m in _IPV6.finditer(text) if near else ():
                try:
                    ip_address(m.group().split("%")[0])
                except ValueError:
                    continue
                if sum(c.isalnum() for c in m.group()) >= 4:
                    yield Hit(m.start(), m.end(), "IP_ADDRESS", 0.95)
        for m in matches(_FILE, text, _run_starts(text, [at for at in inner if _EXTENSION.match(text, at)])):
            yield Hit(m.start(), m.end(), "OTHER_ID", 0.8)


def _address_starts(text: str, at_signs: list[int]) -> list[int]:
    """Where an e-mail address may begin before some at signs."""
    starts: list[int] = []
    for at in at_signs:
        start = end = at - text[at - 1 : at].isspace()
        while start and end - start < _LONGEST_USER and (text[start - 1].isalnum() or text[start - 1] in "_.+%'-"):
            start -= 1
        starts += range(start, end)
    return starts


def _run_starts(text: str, dots: list[int]) -> list[int]:
    """Where the runs of letters, figures, dots and dashes begin in which some dots stand."""
    starts: list[int] = []
    reached = -1
    for dot in dots:
        at = dot
        while at > reached + 1 and (text[at - 1].isalnum() or text[at - 1] in "_.-"):
            at -= 1
        if at > reached + 1 or reached < 0:
            starts.append(at)
        reached = dot
    return starts
