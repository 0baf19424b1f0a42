"""What a note is, and who wrote it: a visit, an operation, the report of a test, an ambulance's, a ward's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding import titles
from noteproc.coding.ranges import CodeRanges
from noteproc.coding.reading import Reading
from noteproc.coding.telling import telling
from noteproc.coding.wordlists import Passage
from noteproc.records import Setting
from noteproc.text.tables import rows

_OPERATIVE = frozenset(
    {"procedure", "technique", "postop_dx", "findings", "anesthesia", "implants", "ebl", "specimens"}
)
_SURGICAL = frozenset({"technique", "postop_dx", "anesthesia", "ebl"})
# A note with these sections tells an operation, whatever else it holds.
_OPERATION = frozenset({"postop_dx", "preop_dx", "ebl"})
_VISIT = frozenset({"hpi", "plan", "assessment_plan", "hospital_course", "ros", "pmh", "ed_course"})
# So many different words of the operating table make a note operative without any heading.
_OPERATING = 3
_BEGINNING = 700
# "CXR clear per radiology report" quotes a report.
_QUOTED = re.compile(r"\b(?:per|see|from|by|on)\s(?:the\s|their\s|outside\s)?(?:\w+\s){0,2}reports?\b", re.I)
# So many words, without a heading, say one thing.
_BRIEF = 50
# Who writes a note says so at its head; who brought the person, and from where, soon after.
_HEAD, _TOP, _DEPARTMENT = 160, 300, 400


@dataclass(frozen=True, slots=True)
class NoteType:
    """The facts of one note that decide what its words report, worked out once.

    Attributes:
        visit: whether it tells a visit and no operation.
        emergency: whether it is an emergency department's.
        transported: whether it tells of a ride in an ambulance.
        inpatient: whether it is of an inpatient's stay, and no report of a procedure.
        away: whether what it tells was done by others, or is part of a stay or a ride.
        report: whether it is the report of a test.
        operative: whether it tells a procedure.
        surgical: whether it tells an operation.
        procedure_section: whether a section of its own tells the procedure.
        delivery: whether it tells that supplies were delivered.
        brief: whether it is a line or two without headings that tells no visit.
        others: for each of its writers, what others do and report, and what of that the writer does.
    """

    visit: bool
    emergency: bool
    transported: bool
    inpatient: bool
    away: bool
    report: bool
    operative: bool
    surgical: bool
    procedure_section: bool
    delivery: bool
    brief: bool
    others: tuple[tuple[CodeRanges, CodeRanges], ...]

    @classmethod
    def of(cls, reading: Reading, setting: Setting = "outpatient") -> NoteType:
        """The type of a note.

        Args:
            reading: the note.
            setting: an inpatient's note that is no report of a procedure tells what others did and reported.
        """
        words, text = telling(), reading.text
        names = {s.name for s in reading.sections}
        beginning = Passage(text[:_BEGINNING])
        emergency = words["emergency"].opens(beginning, _DEPARTMENT)
        transported = words["carried"].opens(beginning, _TOP)
        titled = titles.names_act(text)
        visit = bool(names & _VISIT) and not names & _OPERATION
        procedural = titled or words["procedural"].opens(beginning, _BEGINNING)
        inpatient = setting == "inpatient" and not (names & _OPERATION or procedural)
        # A crew writes of what it did on the way; a department tells who brought the person.
        away = (transported and not emergency) or words["away"].opens(beginning, _TOP)
        away = (away and not titled) or inpatient
        surgical = bool(names & _SURGICAL)
        operative = bool(names & _OPERATIVE) or procedural
        # The words are counted only where they decide.
        operates = not visit and not emergency and not surgical
        operating = (operates or not (operative or away)) and (len(set(words["operating"].findall(text))) >= _OPERATING)
        return cls(
            visit=visit,
            emergency=emergency,
            transported=transported,
            inpatient=inpatient,
            away=away,
            report=("findings" in names and not visit and "procedure" not in names)
            or words["report"].opens(Passage(_QUOTED.sub("", text[:_BEGINNING])), _BEGINNING),
            operative=(operative or operating) and not away,
            surgical=surgical or (operating and operates),
            procedure_section="procedure" in names,
            delivery=words["delivery"].opens(beginning, _BEGINNING),
            brief=_is_brief(reading) and not away and words["visit told"].search(text) is None,
            others=tuple((o, but) for writer, o, but in _writers() if words[writer].opens(beginning, _HEAD)),
        )

    def leaves_to_others(self, code: str) -> bool:
        """Whether who wrote the note does not do what a code names ("therapist", of an operation)."""
        return any(code in others and code not in but for others, but in self.others)


def _is_brief(reading: Reading) -> bool:
    return len(reading.words) < _BRIEF and not any(section.name for section in reading.sections)


@lru_cache(maxsize=1)
def _writers() -> tuple[tuple[str, CodeRanges, CodeRanges], ...]:
    table = rows(dictionaries_dir() / "rules" / "writers.tsv", ("writer", "others", "but"))
    return tuple((r["writer"], CodeRanges.parse(r["others"]), CodeRanges.parse(r["but"])) for r in table)
