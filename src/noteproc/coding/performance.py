"""Whether a procedure was done, a drug given, a supply handed out: not planned, offered, declined, or long ago."""

from __future__ import annotations

import re
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CodeEntry
from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading
from noteproc.records import Reason
from noteproc.text.sections import Headings
from noteproc.text.tables import rows

_REASONS: dict[str, Reason] = {
    "absent": "absent",
    "possible": "planned",
    "hypothetical": "hypothetical",
    "historical": "historical",
    "family": "family",
    "other_person": "other_person",
    "template": "template",
    "planned": "planned",
    "declined": "declined",
}
_OPERATIVE = frozenset(
    {"procedure", "technique", "postop_dx", "findings", "anesthesia", "implants", "ebl", "specimens"}
)
# So many different words of the operating table make a note operative without any heading.
_OPERATING = 3
_SURGICAL = frozenset({"technique", "postop_dx", "anesthesia", "ebl"})
_VISIT = frozenset({"hpi", "plan", "assessment_plan", "hospital_course", "procedure", "ros", "pmh", "ed_course"})
_STORY = frozenset({"", "hpi", "chief_complaint", "reason", "indication", "imaging", "labs"})
DOSE = re.compile(r"(?<![\w.,])(\d+(?:,\d{3})*(?:\.\d+)?)\s?-?\s?(mg|mcg|ug|g|gm|ml|cc|units?|u|iu|meq|mci)\b", re.I)


@lru_cache(maxsize=1)
def _words() -> dict[str, re.Pattern[str]]:
    found = {}
    for row in rows(dictionaries_dir() / "context" / "performed.tsv", ("kind", "words")):
        words = (re.escape(w.strip()).replace(r"\ ", r"\s+") for w in row["words"].split("|"))
        found[row["kind"]] = re.compile(rf"\b(?:{'|'.join(words)})\b", re.I)
    return found


class Performance:
    """Judges the mentions of procedures in one note.

    Args:
        reading: the note.
        headings: section names and what they say by themselves.
    """

    def __init__(self, reading: Reading, headings: Headings) -> None:
        self._reading = reading
        self._headings = headings
        self._operative = (
            any(s.name in _OPERATIVE for s in reading.sections)
            or _words()["procedural"].search(reading.text, 0, 700) is not None
            or len({m.lower() for m in _words()["operating"].findall(reading.text)}) >= _OPERATING
        )

    @property
    def _surgical(self) -> bool:
        return any(s.name in _SURGICAL for s in self._reading.sections)

    @property
    def _report(self) -> bool:
        """Whether the note is itself the report of a test."""
        names = {s.name for s in self._reading.sections}
        return "findings" in names and not names & _VISIT

    def reason(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        """Why a mention is not coded, or None where it was done."""
        words = _words()
        text = self._sentence(mention)
        kind = mention.verdict.kind
        section = self._headings.defaults[mention.section].procedure if mention.section else "present"
        if section == "historical" and words["today"].search(text):
            section = "present"
        if section == "planned" and words["done"].search(text):
            section = "present"
        ordered = entry.flags.get("done") == "order" and words["result"].search(text) is not None
        if entry.flags.get("done") == "order" and not self._report and not words["own"].search(text):
            # A result that is quoted was reported by whoever made it.
            return _REASONS.get(kind, "historical")
        if ordered and (kind == "planned" or (kind == "absent" and self._only_negative(mention))):
            kind = section = "present"
        if entry.kind == "drug" and kind == "present" and self._surgical:
            # What is given during an operation is part of it.
            return "included"
        if self._handed_over(entry, mention, text):
            section = "present"
        elif entry.kind in ("drug", "supply") and kind == "present":
            return "planned"
        if kind == "present" and section != "present":
            kind = section
        reason = _REASONS.get(kind)
        if reason is not None:
            return reason
        if entry.kind in ("drug", "supply"):
            return None
        if not self._operative and mention.section in _STORY and not words["done"].search(text):
            return "historical"
        return None

    def route(self, mention: Mention) -> str:
        """How a drug was given, by its sentence: "shot", "drip", or ""."""
        text = self._sentence(mention)
        return next((kind for kind in ("shot", "drip") if _words()[kind].search(text)), "")

    def _only_negative(self, mention: Mention) -> bool:
        """Whether the test's result, not the test, is what is negative."""
        words = self._reading.words
        return all(words[c.start].form in ("negative", "neg") for c in mention.verdict.cues if c.kind == "absent")

    def _handed_over(self, entry: CodeEntry, mention: Mention, text: str) -> bool:
        """Whether the sentence says that a drug was given or a supply handed out, not merely taken or used."""
        words = _words()
        here = mention.section in ("procedure", "technique", "implants")
        if entry.kind == "supply":
            return here or words["handed"].search(text) is not None
        if entry.kind != "drug" or DOSE.search(text) is None:
            return False
        if words["home"].search(text) and not words["surely"].search(text):
            return False
        return here or words["given"].search(text) is not None

    def _sentence(self, mention: Mention) -> str:
        sentence = self._reading.sentences[self._reading.sentence_of[mention.match.first]]
        return self._reading.text[sentence.start : sentence.end]
