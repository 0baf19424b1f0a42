"""Patients and their kin in lines of HL7 messages that were pasted into a note, indented or with carets alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction.recognizers.base import Hit, NoteRecognizer
from noteproc.redaction.words import Cues, Words

# The segments that name somebody, in which field, and whom.
_NAMED = {"PID": (5, "PATIENT_NAME"), "NK1": (2, "OTHER_NAME"), "GT1": (3, "OTHER_NAME")}
_SEGMENT = re.compile(r"(PID|NK1|GT1)([|^])")
_OPENINGS = Cues({"pid", "nk", "gt"})
# Carets part fields and components alike there; the date of birth stands behind the name.
_PARTS = re.compile(r"(?<=\^)[A-Z][A-Za-z'-]{1,30}(?:\^[A-Z][A-Za-z'. -]{0,30}){1,4}(?=\^{1,3}(?:18|19|20)\d\d)")
_NUMBER = re.compile(r"(?<=[|^])[A-Z]{0,3}\d{4,12}(?=[|^~]|\s|$)")
_NUMBER_FIELD = 3
_LONGEST = 300


class SegmentRecognizer(NoteRecognizer):
    """Names and numbers in the segments of a message that name somebody."""

    kinds = ("PATIENT_NAME", "OTHER_NAME", "MEDICAL_RECORD_NUMBER")

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every such name and number."""
        for start in words.opening(_OPENINGS):
            line = words.line_of[words.at(start)]
            found = _SEGMENT.match(words.text, start)
            if found and not words.text[words.line_start(line) : start].strip():
                end = min(words.line_end(line), start + _LONGEST)
                yield from self._told(words.text, found, end)

    @staticmethod
    def _told(text: str, segment: re.Match[str], end: int) -> Iterator[Hit]:
        at, kind = _NAMED[segment[1]]
        if segment[2] == "^" and segment[1] != "PID":
            return
        if segment[2] == "^":
            name = _PARTS.search(text, segment.end() - 1, end)
            number = _NUMBER.search(text, segment.end() - 1, name.start() if name else end)
            if name:
                yield Hit(name.start(), name.end(), kind, 0.85)
        else:
            number = None
            start = segment.end() - 1
            for field in text[start + 1 : end].split("|")[: max(at, _NUMBER_FIELD)]:
                start += 1
                at -= 1
                if at == 0 and any(map(str.isalpha, field)):
                    yield Hit(start, start + len(field), kind, 0.85)
                if at == _NAMED["PID"][0] - _NUMBER_FIELD and segment[1] == "PID":
                    number = _NUMBER.match(text, start, start + len(field))
                start += len(field)
        if number and segment[1] == "PID":
            yield Hit(number.start(), number.end(), "MEDICAL_RECORD_NUMBER", 0.9)
