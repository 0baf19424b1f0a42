"""Whether a test was made, or read, by whoever writes the note: with a result, and not quoted from elsewhere."""

from __future__ import annotations

import re
from functools import lru_cache

from noteproc.codesets import CPT, CodeEntry
from noteproc.coding.event_status import REASONS, EventStatus
from noteproc.coding.judge import Judge
from noteproc.coding.mentions import Mention
from noteproc.coding.note_type import NoteType
from noteproc.coding.ranges import CodeRanges, codes_of
from noteproc.coding.standing import Standing
from noteproc.coding.surroundings import Surroundings
from noteproc.coding.telling import telling
from noteproc.records import Reason

LABORATORY = CodeRanges.parse("80000-89399 | 0001U-0999U")
_IMAGING = CodeRanges.parse("70000-79999")
_VIEWS = re.compile(
    r"\b\d\s?-?v(?:iews?)?\b|\b(?:one|two|three|four)[- ]views?\b|\bviews?\b"
    r"|\b(?:AP|PA)\b\W{1,3}(?:and\s)?(?:lat|obl|mortise|axillary|frog|Y\b|odontoid)|\bflat\W{1,3}(?:and\s)?(?:upright|erect)\b",
    re.I,
)
# "B-scan OS: retina attached": what follows a test's name and its colon is what it showed.
_FINDING = re.compile(r"(?:\s(?:OD|OS|OU|AD|AS|AU|R|L|both|bilat\w*|right|left)\b)?\s?[:=]\s?\w")
# "Guaiac negative": the answer belongs to the test, whatever is denied before it.
_ANSWERED = re.compile(r"\W{0,3}(?:(?:test|screen|was|is)\s)?(?:neg|pos)(?:ative|itive)?\b", re.I)
_PART = re.compile(r"\W*(?:(?:part|exam|examination|study|test|procedure)\b\W*)?(?:\d{1,2}|[ivx]{1,3}|[a-c])?\W*", re.I)
_TAG = re.compile(r"\[[^\[\]]{1,80}\]")
# So many more characters a line may hold that is the title of a test's report.
_TITLE_REST = 32


def is_test(entry: CodeEntry) -> bool:
    """Whether a code names a test, which is ordered of others as a rule."""
    return entry.flags.get("done") == "order" or (entry.system == CPT and _is_of_office(entry.code))


class DiagnosticTests(Judge):
    """Judges the mentions of tests in one note."""

    def __init__(self, note: NoteType, near: Surroundings, standing: Standing, status: EventStatus) -> None:
        super().__init__(note, near, standing, status)
        # From here on no findings are told.
        self._bare_from = len(near.text) + 1

    def reason(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        """Why a mention is not coded, or None where the test was made or read here."""
        note, near, standing = self._note, self._near, self._standing
        kind = self._kind(mention, entry)
        if kind != "present":
            return REASONS.get(kind, "historical")
        in_office = _is_of_office(entry.code)
        if note.report or self._names_report(mention) or (in_office and standing.is_told_here(mention)):
            return None
        if standing.opens_procedure(mention) and entry.code not in LABORATORY:
            return None
        if note.away or near.is_elsewhere(mention):
            return "historical"
        if mention.acted or (standing.is_in_block(mention) and not note.operative):
            return None
        if entry.code in LABORATORY:
            made = self._is_of_own_laboratory(mention, entry)
        elif entry.code in _IMAGING and not in_office:
            made = self._is_read(mention)
        else:
            made = self._is_made(mention, in_office)
        return None if made else "historical"

    def _kind(self, mention: Mention, entry: CodeEntry) -> str:
        """How a test is asserted: a denial or a doubt may be of its result, and a planned one may have a result."""
        words = telling()
        kind = self._status.told(mention)
        if kind in ("absent", "possible") and self._status.is_of_result(mention):
            return "present"
        if kind == "planned":
            text = self._near.sentence(mention)
            return "present" if words["result"].search(text) and words["own"].search(text) else kind
        if kind == "absent" and entry.code in LABORATORY and _ANSWERED.match(self._near.text, self._near.end(mention)):
            return "present"
        return kind

    def _is_of_own_laboratory(self, mention: Mention, entry: CodeEntry) -> bool:
        """Whether a laboratory test was made here: the words beside it say so, or a waived one was made today."""
        words, rest = telling(), self._near.sentence_after(mention)
        if words["given elsewhere"].search(rest) is not None and words["today"].search(rest) is None:
            # "Negative at urgent care yesterday".
            return False
        beside = self._near.beside(mention)
        if words["own laboratory"].search(beside):
            return True
        waived = not self._note.operative and entry.code in codes_of("waived_tests.tsv", "tests")
        return waived and words["today"].search(beside) is not None

    def _is_read(self, mention: Mention) -> bool:
        """Whether an image was read here: its views are told, or who writes the note says so."""
        text = self._near.sentence(mention)
        viewed = _VIEWS.search(text) is not None
        own = telling()["own"].search(text) is not None
        return own and viewed if self._note.emergency else own or (viewed and mention.section != "pmh")

    def _is_made(self, mention: Mention, in_office: bool) -> bool:
        """Whether who writes the note says of a test that it was made here, or an office's test has a result."""
        words, text = telling(), self._near.sentence(mention)
        if words["own"].search(text) is not None:
            return True
        if not in_office or self._note.emergency or self._note.operative:
            return False
        return (
            _FINDING.match(self._near.text, self._near.end(mention)) is not None
            or words["result"].search(text) is not None
            or re.search(r"\d", text) is not None
        )

    def _names_report(self, mention: Mention) -> bool:
        """Whether a test stands in the note's title, alone on its line: the note is its report."""
        if not self._standing.is_titled(mention) and not self._heads_report(mention):
            return False
        text, start, end = self._near.text, self._near.start(mention), self._near.end(mention)
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end)
        rest = _TAG.sub("", text[line_start:start] + text[end : line_end if line_end >= 0 else None])
        return len(rest.strip()) <= _TITLE_REST and not any(ch.isdigit() for ch in text[end : end + 16])

    def _heads_report(self, mention: Mention) -> bool:
        """Whether a test opens its line as a part of a report does ("PART 2. BONE DENSITY"), and findings follow."""
        text, start = self._near.text, self._near.start(mention)
        before = text[text.rfind("\n", 0, start) + 1 : start]
        return _PART.fullmatch(before) is not None and self._is_followed(start)

    def _is_followed(self, start: int) -> bool:
        """Whether findings are told behind a code point."""
        if start < self._bare_from and telling()["findings"].search(self._near.text, start) is None:
            self._bare_from = start
        return start < self._bare_from


@lru_cache(maxsize=20_000)
def _is_of_office(code: str) -> bool:
    return code in codes_of("office_tests.tsv", "tests")
