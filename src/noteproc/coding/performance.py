"""Whether a procedure was done, a drug given, a supply handed out: not planned, offered, declined, or long ago."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CPT, CodeEntry
from noteproc.coding.bare import LIMIT, performing
from noteproc.coding.doses import Doses
from noteproc.coding.mentions import Mention
from noteproc.coding.quantities import CLOCK, elapsed
from noteproc.coding.ranges import CodeRanges
from noteproc.coding.reading import Reading
from noteproc.coding.telling import forms, telling
from noteproc.coding.wordlists import Passage
from noteproc.records import Reason, Setting
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
# A note with these sections tells an operation, whatever else it holds.
_OPERATION = frozenset({"postop_dx", "preop_dx", "ebl"})
_VISIT = frozenset({"hpi", "plan", "assessment_plan", "hospital_course", "ros", "pmh", "ed_course"})
_STORY = frozenset({"", "hpi", "chief_complaint", "reason", "indication", "imaging", "labs"})
# Where the drugs are those that the person takes.
_OWN_DRUGS = frozenset({"medications", "allergies", "pmh", "psh", "family", "social", "orders", "instructions"})
_HERE = frozenset({"procedure", "technique", "implants"})
_CLOSING = frozenset({"assessment", "discharge_dx", "postop_dx", "plan", "hpi", "ros", "indication"})
# Headings below which notes without further ones go on to what was done.
_OVERRUN = frozenset({"consent", "pmh", "psh", "indication", "reason", "medications", "allergies", "social"})
_BEGINNING = 700
# Who writes a note says so at its head; who brought the person, and from where, soon after.
_HEAD, _TOP, _DEPARTMENT = 160, 300, 400
# How far before and after a mention another place or time still speaks of it.
_BEFORE, _JUST_AFTER = 60, 22
_BESIDE = 45
# A title stands in the first lines, and is short.
_TITLE_LINES = 7
_TITLE_WIDTH = 110
_LABEL_WIDTH = 64
_OPENING = 240
# What a heading names follows it at once.
_HEADED = 40
# So many more characters a line may hold that is the title of a test's report.
_TITLE_REST = 32
_VACCINES = CodeRanges.parse("90380-90382 | 90476-90759 | 90584-90589 | 90611-90629 | 91300-91330")
_VISITS = CodeRanges.parse("99202-99607 | G0402 | G0438-G0439 | G0444-G0447")
# Who tells how somebody was sedated, sedated.
_SEDATION = CodeRanges.parse("99151-99157")
_LABORATORY = CodeRanges.parse("80000-89399 | 0001U-0999U")
_IMAGING = CodeRanges.parse("70000-79999")
_DATE = re.compile(r"\b\d{1,2}/\d{1,4}(?:/\d{2,4})?\b(?!\s*(?:MP|fields))|\b(?:19|20)\d\d\b|\[DATE")
_VIEWS = re.compile(
    r"\b\d\s?-?v(?:iews?)?\b|\b(?:one|two|three|four)[- ]views?\b|\bviews?\b"
    r"|\b(?:AP|PA)\b\W{1,3}(?:and\s)?(?:lat|obl|mortise|axillary|frog|Y\b|odontoid)|\bflat\W{1,3}(?:and\s)?(?:upright|erect)\b",
    re.I,
)
# "hydromorphone 1 mg IV 0455": what has a clock time was done.
_CLOCKED = re.compile(
    r"(?<![\d/.-])(?:[01]\d|2[0-3]):?[0-5]\d(?:\s?[-–]\s?(?:[01]\d|2[0-3]):?[0-5]\d)?(?![\d/.-])(?!\s?(?:mg|mcg|units|u\b|ml))"
)
# So many words after a noun may its verb stand.
_VERB = 2
_PART = re.compile(r"\W*(?:(?:part|exam|examination|study|test|procedure)\b\W*)?(?:\d{1,2}|[ivx]{1,3}|[a-c])?\W*", re.I)
_TAG = re.compile(r"\[[^\[\]]{1,80}\]")
# So many sentences after a procedure's name may tell how it was done; so many of their words make sure that it was.
_AFTERWARDS, _SURE = 3, 2
# A line this short may head the lines below it, up to so many; one with a colon may be longer.
_HEADING_WIDTH, _LABELLED_WIDTH, _BLOCK = 48, 72, 14
# "600 mg IV 3.5 h": what runs for hours is no push.
_RUNNING = re.compile(r"\b\d+(?:\.\d+)?\s?(?:h|hrs?|hours?)\b(?!\s?(?:ago|prior|before))", re.I)
# So many minutes at most a push takes (CMS Claims Processing Manual, chapter 4, section 230.2).
_PUSH = 15
# "B-scan OS: retina attached": what follows a test's name and its colon is what it showed.
_FINDING = re.compile(r"(?:\s(?:OD|OS|OU|AD|AS|AU|R|L|both|bilat\w*|right|left)\b)?\s?[:=]\s?\w")
_CLAUSE_END = re.compile(r"[,;\n]|\.\s")
_TAKEN_OUT = re.compile(r"[^.;,\n]{0,20}\b(?:removed|removal|taken out|expired|expelled|pulled)\b", re.I)
_VOLUME = re.compile(r"\.?\d+(?:\.\d+)?\s?ml\b", re.I)
_AFTER_VACCINE = 64
# What is billed by the syringe or vial, whatever it holds.
_BY_DOSE = "1 dose"
# "Guaiac negative": the answer belongs to the test, whatever is denied before it.
_ANSWERED = re.compile(r"\W{0,3}(?:(?:test|screen|was|is)\s)?(?:neg|pos)(?:ative|itive)?\b", re.I)


def _titled_by_act(text: str) -> bool:
    """Whether the first line of a note names an act and no visit: "IVC filter placement", "ICU procedures"."""
    title = text.lstrip()[:_TITLE_WIDTH].partition("\n")[0]
    return telling()["act of title"].search(title) is not None and telling()["untitled"].search(title) is None


def _runs(text: str) -> bool:
    """Whether a clause tells from when to when, longer than a push takes."""
    clock = CLOCK.search(text)
    return clock is not None and elapsed(clock) > _PUSH


@lru_cache(maxsize=1)
def _readings() -> dict[str, str]:
    table = rows(dictionaries_dir() / "rules" / "readings.tsv", ("code", "reading"))
    return {row["code"]: row["reading"] for row in table}


@lru_cache(maxsize=1)
def _writers() -> tuple[tuple[str, CodeRanges, CodeRanges], ...]:
    table = rows(dictionaries_dir() / "rules" / "writers.tsv", ("writer", "others", "but"))
    return tuple((r["writer"], CodeRanges.parse(r["others"]), CodeRanges.parse(r["but"])) for r in table)


@lru_cache(maxsize=8)
def codes_of(table: str, column: str) -> CodeRanges:
    """The code ranges that a table of ``dictionaries/rules`` lists, all its rows together."""
    cells = [row[column] for row in rows(dictionaries_dir() / "rules" / table, (column,))]
    return CodeRanges.parse(" | ".join(cells))


class Performance:
    """Judges the mentions of procedures in one note.

    Args:
        reading: the note.
        headings: section names and what they say by themselves.
        setting: an inpatient's note that is no report of a procedure tells what others did and reported.
    """

    def __init__(self, reading: Reading, headings: Headings, setting: Setting = "outpatient") -> None:
        self._reading = reading
        self._headings = headings
        self._doses = Doses(reading)
        words = telling()
        text = reading.text
        names = {s.name for s in reading.sections}
        beginning = Passage(text[:_BEGINNING])
        self._emergency = words["emergency"].opens(beginning, _DEPARTMENT)
        # A crew writes of what it did on the way; a department tells who brought the person.
        self._carried = words["carried"].opens(beginning, _TOP)
        titled = _titled_by_act(text)
        away = (self._carried and not self._emergency) or words["away"].opens(beginning, _TOP)
        self._away = away and not titled
        self._visit = bool(names & _VISIT) and not names & _OPERATION
        self._report = ("findings" in names and not self._visit and "procedure" not in names) or (
            words["report"].opens(beginning, _BEGINNING)
        )
        procedural = titled or words["procedural"].opens(beginning, _BEGINNING)
        self._inpatient = setting == "inpatient" and not (names & _OPERATION or procedural)
        self._away = self._away or self._inpatient
        self._surgical = bool(names & _SURGICAL)
        operative = bool(names & _OPERATIVE) or procedural
        # The words are counted only where they decide.
        operates = not self._visit and not self._emergency and not self._surgical
        operating = (operates or not (operative or self._away)) and (
            len(set(words["operating"].findall(text))) >= _OPERATING
        )
        self._operative = (operative or operating) and not self._away
        self._surgical = self._surgical or (operating and operates)
        self._told = "procedure" in names
        self._delivers = words["delivery"].opens(beginning, _BEGINNING)
        self._title_end = self._end_of_title(text)
        self._label_end = self._end_of_label(text)
        self._others = [(o, but) for writer, o, but in _writers() if words[writer].opens(beginning, _HEAD)]

    def reason(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        """Why a mention is not coded, or None where it was done."""
        if self._reading.text[self._start(mention) : self._end(mention)] == entry.code:
            # What the note itself reports, it reports as done; before a bracket it speaks of something else.
            bracketed = self._reading.text[: self._start(mention)].rstrip().endswith("(")
            kind = self._kind(mention)
            return None if bracketed and kind in ("absent", "possible") else _REASONS.get(kind)
        if entry.kind == "drug":
            return self._drug(mention, entry)
        if entry.kind == "supply":
            return self._supply(mention, entry)
        if entry.system == CPT and entry.code not in _VISITS and self._inpatient and self._kind(mention) == "present":
            # The hospital reports an inpatient's procedures in ICD-10-PCS; each physician from the note of his own.
            return "historical"
        if entry.system == CPT and any(entry.code in others and entry.code not in but for others, but in self._others):
            return "historical"
        told = mention.acted or self.is_told_here(mention) or self._has_verb(mention)
        if mention.match.score < LIMIT and not told:
            return "historical"
        if self._is_test(entry):
            return self._test(mention, entry)
        return self._service(mention, entry)

    def titled(self, mention: Mention) -> bool:
        """Whether a mention stands in the note's title: it names what the note reports."""
        start = self._reading.words[mention.match.first].start
        if start < self._label_end and not self._away:
            return True
        if start >= self._title_end or self._away:
            return False
        line_start = self._reading.text.rfind("\n", 0, start) + 1
        line_end = self._reading.text.find("\n", start)
        line = self._reading.text[line_start : line_end if line_end >= 0 else None]
        untitled = telling()["untitled"]
        own = self._end(mention) - line_start
        rest = untitled.search(line, 0, start - line_start) or untitled.search(line, min(own, len(line)))
        return len(line) <= _TITLE_WIDTH and rest is None

    def route(self, mention: Mention, drugs: Sequence[Mention] = ()) -> str:
        """How a drug was given: "push", "drip", "shot", or "".

        Args:
            mention: of the drug.
            drugs: the mentions of all drugs given: what is said of another one does not count.
        """
        reading = self._reading
        sentence = reading.sentences[reading.sentence_of[mention.match.first]]
        start = reading.words[mention.match.first].start
        others = (reading.words[d.match.first].start for d in drugs)
        end = min((o for o in others if o > start), default=sentence.end)
        own = reading.text[start : min(end, sentence.end)]
        for text in (own, reading.text[sentence.start : sentence.end]):
            drip, shot = telling()["drip"].search(text), telling()["shot"].search(text)
            if shot and drip and shot.start() < drip.start() and not telling()["surely push"].search(text):
                return "shot"
            for kind in ("surely push", "drip", "shot", "push"):
                if telling()[kind].search(text):
                    if kind == "push" and (_RUNNING.search(text) or _runs(text)):
                        return "drip"
                    return "push" if kind == "surely push" else kind
        return ""

    def sentence(self, mention: Mention) -> str:
        """The text of a mention's sentence."""
        return self._sentence(mention)

    def is_told_here(self, mention: Mention) -> bool:
        """Whether a bare noun may name what was done: in the note's title, or where a section opens with it."""
        return self._opens_procedure(mention, _OPENING) or self.titled(mention)

    def _operates_here(self, mention: Mention) -> bool:
        """Whether the sentences around an act tell an operation, whatever heading stands far above them."""
        told = set(telling()["operating"].findall(self._around(mention)))
        return bool(told) and not self._away and not self._is_elsewhere(mention)

    def _opens_procedure(self, mention: Mention, reach: int = _HEADED) -> bool:
        """Whether a mention stands among the first words under a heading that names what was done."""
        start = self._reading.words[mention.match.first].start
        return mention.section == "procedure" and start - self._reading.section(start).start < reach

    def _has_verb(self, mention: Mention) -> bool:
        """Whether a bare noun is followed by a word of doing: "long arm splint placed" as "splint applied"."""
        reading, last = self._reading, mention.match.last
        end = min(last + _VERB + 1, reading.words_of(reading.sentence_of[last]).stop)
        return any(reading.keys[i] in performing() for i in range(last + 1, end))

    def may_be_used(self, mention: Mention) -> bool:
        """Whether nothing says of a product that it was not used here: no denial, no plan, no list of own drugs."""
        kind = self._kind(mention)
        if kind != "present" or mention.section in _OWN_DRUGS or self._is_elsewhere(mention):
            return False
        return _TAKEN_OUT.match(self._reading.text, self._end(mention)) is None

    @property
    def surgical(self) -> bool:
        """Whether the note tells an operation."""
        return self._surgical

    def reported_as(self, code: str) -> str:
        """The code under which a facility's department reports the reading of a test alone."""
        return _readings().get(code, code) if self._emergency else code

    @property
    def emergency(self) -> bool:
        """Whether the note is an emergency department's."""
        return self._emergency

    def _service(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        words = telling()
        sedated = mention.acted and entry.code in _SEDATION
        if mention.section == "anesthesia" and not sedated and entry.code in codes_of("anesthesia_parts.tsv", "codes"):
            # The block under which somebody is operated on is the anesthetist's.
            return "included"
        text = self._sentence(mention)
        kind = self._kind(mention)
        if kind == "present" and entry.code in _VACCINES and self._is_handed_in(mention):
            return None
        if kind in ("present", "historical") and mention.section in ("", "procedure") and self.titled(mention):
            return None
        if kind == "present" and (entry.code in _VISITS or entry.code[:2] == "A0"):
            return None
        today = words["today"].search(text) is not None and not self._is_told_away(mention)
        if kind == "historical" and today and not mention.verdict.has("absent"):
            # "S/p shave biopsy in office today".
            kind = "present"
        section = self._default(mention)
        if section == "historical" and today:
            section = "present"
        if section == "planned" and words["done"].search(text):
            section = "present"
        surely = (mention.acted and not self._away) or words["surely done"].search(text) is not None
        if mention.section in _CLOSING and surely and not self._is_elsewhere(mention):
            section = "present"
        if mention.section in _OVERRUN and mention.acted and self._operates_here(mention):
            section = "present"
        if kind == "present" and section != "present":
            kind = section
        reason = _REASONS.get(kind)
        if reason is not None:
            return reason
        if entry.code in _VACCINES and not self._is_given_here(mention):
            return "planned"
        if mention.named and not self._operative:
            return "historical"
        if mention.section not in _STORY or today:
            return None
        if self._is_elsewhere(mention):
            return "historical"
        done = surely or mention.sign or self._in_block(mention) or self._is_worked(mention)
        return None if done or (self._operative and not self._told) else "historical"

    def _test(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        """Tests: made by whoever writes the note, with a result; not quoted from elsewhere."""
        words = telling()
        text = self._sentence(mention)
        kind = self._kind(mention)
        if kind in ("absent", "possible") and self._only_its_result(mention):
            kind = "present"
        if kind == "planned" and words["result"].search(text) and words["own"].search(text):
            kind = "present"
        if kind == "absent" and entry.code in _LABORATORY and _ANSWERED.match(self._reading.text, self._end(mention)):
            kind = "present"
        if kind != "present":
            return _REASONS.get(kind, "historical")
        in_office = entry.code in codes_of("office_tests.tsv", "tests")
        if self._report or self._names_report(mention) or (in_office and self.is_told_here(mention)):
            return None
        if self._opens_procedure(mention) and entry.code not in _LABORATORY:
            return None
        if self._away or self._is_elsewhere(mention):
            return "historical"
        if mention.acted or (self._in_block(mention) and not self._operative):
            return None
        own = words["own"].search(text) is not None
        if entry.code in _LABORATORY:
            if self._is_told_elsewhere(mention):
                return "historical"
            beside = self._beside(mention)
            waived = not self._operative and entry.code in codes_of("waived_tests.tsv", "tests")
            made = words["own laboratory"].search(beside) or (waived and words["today"].search(beside))
            return None if made else "historical"
        if entry.code in _IMAGING and not in_office:
            told = own if not self._emergency else own and _VIEWS.search(text) is not None
            seen = not self._emergency and _VIEWS.search(text) is not None and mention.section != "pmh"
            return None if told or seen else "historical"
        if own:
            return None
        result = (
            _FINDING.match(self._reading.text, self._end(mention)) is not None
            or words["result"].search(text) is not None
            or re.search(r"\d", text) is not None
        )
        return None if result and in_office and not (self._emergency or self._operative) else "historical"

    def _drug(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        kind = self._kind(mention)
        if kind == "planned" and _CLOCKED.search(self._sentence(mention)):
            kind = "present"
        if kind != "present":
            return _REASONS.get(kind, "planned")
        here = self._operative and not self._visit
        if self._away or self._carried:
            # What a ward or an ambulance gives is part of the stay or the ride.
            return "included"
        operated = here and (self._surgical or mention.section in ("technique", "implants"))
        operated = operated or (here and entry.code in codes_of("prophylaxis.tsv", "drugs"))
        if operated and entry.code not in codes_of("injectates.tsv", "drugs"):
            # What is given during an operation is part of it.
            return "included"
        if self._is_given_elsewhere(mention):
            return "historical"
        if self._given(mention, entry, here):
            return None
        section = self._default(mention)
        return _REASONS.get(section, "planned")

    def _supply(self, mention: Mention, entry: CodeEntry) -> Reason | None:
        kind = self._kind(mention)
        text = self._sentence(mention)
        words = telling()
        if kind == "planned" and words["went home"].search(self._beside(mention)):
            return None
        if kind != "present":
            return _REASONS.get(kind, "planned")
        implant = entry.code in codes_of("implants.tsv", "supplies")
        if entry.code[0] == "C" and not implant:
            return "included"
        if implant:
            return None if self._operative else "historical"
        if self._operative and not self._visit and not words["taken home"].search(text):
            # What an operation uses is part of it.
            return "included"
        if entry.code in codes_of("dressings.tsv", "supplies") and not words["taken home"].search(text):
            return "included"
        if self._delivers and mention.section not in _OWN_DRUGS:
            return None
        if words["had"].search(self._beside(mention)):
            return "historical"
        if words["handed"].search(text) or mention.section in _HERE or self._in_block(mention):
            return None
        return _REASONS.get(self._default(mention), "planned")

    def _start(self, mention: Mention) -> int:
        return self._reading.words[mention.match.first].start

    def _end(self, mention: Mention) -> int:
        return self._reading.words[mention.match.last].end

    def _kind(self, mention: Mention) -> str:
        """How a mention is asserted; what only names a disease ("vaccine", "protocol") names a procedure."""
        kind = mention.verdict.kind
        words = self._reading.words
        others = [c for c in mention.verdict.cues if c.kind == "other_person"]
        if kind == "other_person" and others and all(words[c.start].form == "donor" for c in others):
            # The donor of a graft is a place.
            return "present"
        past = [c for c in mention.verdict.cues if c.kind == "historical"]
        if (
            kind == "historical"
            and past
            and all(c.direction == "backward" and words[c.end - 1].form in forms("illness over") for c in past)
        ):
            # "Epley maneuver done, vertigo resolved": what is over is the illness.
            return "present"
        if kind == "hypothetical" and all(
            c.direction == "backward" and words[c.end - 1].form in forms("names procedure")
            for c in mention.verdict.cues
            if c.kind == "hypothetical"
        ):
            return "present"
        return kind

    def _is_handed_in(self, mention: Mention) -> bool:
        """Whether the route, the place or the lot of a vaccine stands behind its name."""
        end = self._end(mention)
        stop = self._reading.text.find("\n", end)
        last = min(end + _AFTER_VACCINE, stop if stop >= 0 else end + _AFTER_VACCINE)
        behind = self._reading.text, end, last
        return telling()["handed in"].search(*behind) is not None or _VOLUME.search(*behind) is not None

    def _is_given_here(self, mention: Mention) -> bool:
        """Whether a vaccine was given in this visit: the words around it say so."""
        words = telling()
        text = self._sentence(mention)
        return self._in_block(mention) or any(
            words[kind].search(text) is not None for kind in ("given", "today", "surely")
        )

    def _names_report(self, mention: Mention) -> bool:
        """Whether a test stands in the note's title, alone on its line: the note is its report."""
        if not self.titled(mention) and not self._heads_report(mention):
            return False
        text, words = self._reading.text, self._reading.words
        start, end = words[mention.match.first].start, words[mention.match.last].end
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end)
        rest = _TAG.sub("", text[line_start:start] + text[end : line_end if line_end >= 0 else None])
        return len(rest.strip()) <= _TITLE_REST and not any(ch.isdigit() for ch in text[end : end + 16])

    def _is_told_elsewhere(self, mention: Mention) -> bool:
        """Whether the rest of a test's sentence says that others made it ("negative at urgent care yesterday")."""
        rest = self._sentence_after(mention)
        return telling()["given elsewhere"].search(rest) is not None and telling()["today"].search(rest) is None

    def _is_given_elsewhere(self, mention: Mention) -> bool:
        """Whether a drug's sentence says that others gave it ("at urgent care yesterday", "at home by wife")."""
        words, text = telling(), self._sentence(mention)
        elsewhere = words["given elsewhere"].search(text) is not None and words["today"].search(text) is None
        return elsewhere and not self._emergency and _CLOCKED.search(text) is None

    def _given(self, mention: Mention, entry: CodeEntry, here: bool) -> bool:
        """Whether a drug was given in this encounter, not merely taken or prescribed."""
        words = telling()
        text = self._sentence(mention)
        by_dose = entry.unit == _BY_DOSE and entry.code[0] == "J"
        if not by_dose and not self._doses.tells(mention.match.first, mention.match.last):
            return False
        if words["home"].search(text) and not words["surely"].search(text) and not self._is_routed(mention):
            return False
        if mention.section in _HERE or here:
            return True
        if (
            mention.section not in _OWN_DRUGS
            and self._doses.beside(mention.match.last)
            and (self._in_block(mention) or self._is_worked(mention))
        ):
            return True
        if _CLOCKED.search(text) and mention.section not in _OWN_DRUGS:
            return True
        if (
            mention.section not in _OWN_DRUGS
            and self._doses.beside(mention.match.last)
            and words["surely"].search(self._around(mention))
        ):
            return True
        if self._default(mention) == "historical" and not words["surely"].search(text):
            return False
        return words["given"].search(text) is not None

    def _is_routed(self, mention: Mention) -> bool:
        """Whether a drug's own clause gives the needle's way and nothing of home ("10 mg IV push, famotidine po")."""
        words, text, end = telling(), self._reading.text, self._end(mention)
        close = _CLAUSE_END.search(text, end)
        last = close.start() if close else len(text)
        pushed = words["surely push"].search(text, end, last) or words["shot"].search(text, end, last)
        return pushed is not None and words["home"].search(text, end, last) is None

    def _heads_report(self, mention: Mention) -> bool:
        """Whether a test opens its line as a part of a report does ("PART 2. BONE DENSITY"), and findings follow."""
        text, start = self._reading.text, self._start(mention)
        before = text[text.rfind("\n", 0, start) + 1 : start]
        return _PART.fullmatch(before) is not None and telling()["findings"].search(text, start) is not None

    def _in_block(self, mention: Mention) -> bool:
        """Whether a mention stands in the lines below a heading that says they were done ("DONE HERE TODAY")."""
        text = self._reading.text
        start = text.rfind("\n", 0, self._start(mention)) + 1
        for _ in range(_BLOCK):
            above = text.rfind("\n", 0, max(0, start - 1)) + 1
            line = text[above : max(above, start - 1)].strip()
            if start == 0 or not line:
                return False
            width = _LABELLED_WIDTH if line.endswith(":") else _HEADING_WIDTH
            # A line that gives a figure is an item: "In-office A1c 8.4 %".
            item = not line.endswith(":") and any(ch.isdigit() for ch in line)
            if len(line) <= width and not (line[0].islower() or item) and telling()["block"].search(line):
                return telling()["untitled"].search(line) is None
            if line.endswith(":"):
                return False
            start = above
        return False

    def _is_worked(self, mention: Mention) -> bool:
        """Whether the sentences after a mention that opens its own tell how it was done."""
        reading = self._reading
        number = reading.sentence_of[mention.match.first]
        sentence = reading.sentences[number]
        if self._start(mention) - sentence.start > _HEADING_WIDTH // 2 or mention.section in _OWN_DRUGS:
            return False
        last = reading.sentences[min(len(reading.sentences) - 1, number + _AFTERWARDS)]
        end = min(last.end, reading.section(sentence.start).end)
        told = reading.text[sentence.start : max(sentence.end, end)]
        return len(set(telling()["operating"].findall(told))) >= _SURE

    def _is_test(self, entry: CodeEntry) -> bool:
        return entry.flags.get("done") == "order" or (
            entry.system == CPT and entry.code in codes_of("office_tests.tsv", "tests")
        )

    def _is_elsewhere(self, mention: Mention) -> bool:
        """Whether the words before a mention, or just after it, put it at another place or time."""
        reading = self._reading
        sentence = reading.sentences[reading.sentence_of[mention.match.first]]
        start, last = reading.words[mention.match.first].start, reading.words[mention.match.last].end
        if mention.acted:
            # "Old coil out": what an act itself says of age is said of what it takes away.
            before, after = (
                reading.text[max(sentence.start, start - _BEFORE) : start],
                reading.text[last : sentence.end],
            )
            text = before + "|" + after[:_JUST_AFTER]
        else:
            text = reading.text[max(sentence.start, start - _BEFORE) : min(sentence.end, last + _JUST_AFTER)]
        dated = reading.text[max(sentence.start, start - _BEFORE) : min(sentence.end, last + _JUST_AFTER)]
        return telling()["elsewhere"].search(text) is not None or _DATE.search(dated) is not None

    def _is_told_away(self, mention: Mention) -> bool:
        """Whether the rest of a mention's clause puts it elsewhere: "stapled at urgent care 8 days ago, out today"."""
        text, end = self._reading.text, self._end(mention)
        close = _CLAUSE_END.search(text, end)
        last = close.start() if close else len(text)
        away = telling()["given elsewhere"].search(text, end, last) or telling()["elsewhere"].search(text, end, last)
        return away is not None and telling()["today"].search(text, end, last) is None

    def _default(self, mention: Mention) -> str:
        return self._headings.defaults[mention.section].procedure if mention.section else "present"

    def _only_its_result(self, mention: Mention) -> bool:
        """Whether it is the test's result, told after it, that is denied or doubted, not the test."""
        words = self._reading.words
        last = mention.match.last
        return all(
            c.start > last and not any(words[i].form in forms("not made") for i in range(c.start, c.end))
            for c in mention.verdict.cues
            if c.kind in ("absent", "possible")
        )

    def _sentence(self, mention: Mention) -> str:
        sentence = self._reading.sentences[self._reading.sentence_of[mention.match.first]]
        return self._reading.text[sentence.start : sentence.end]

    def _sentence_after(self, mention: Mention) -> str:
        """The rest of a mention's sentence."""
        sentence = self._reading.sentences[self._reading.sentence_of[mention.match.first]]
        return self._reading.text[self._end(mention) : sentence.end]

    def _beside(self, mention: Mention) -> str:
        """The text close around a mention, within its sentence."""
        reading = self._reading
        sentence = reading.sentences[reading.sentence_of[mention.match.first]]
        start = max(sentence.start, reading.words[mention.match.first].start - _BESIDE)
        return reading.text[start : min(sentence.end, reading.words[mention.match.last].end + _BESIDE)]

    def _around(self, mention: Mention) -> str:
        """The sentence of a mention with the one before and the one after it."""
        sentences = self._reading.sentences
        at = self._reading.sentence_of[mention.match.first]
        first, last = sentences[max(0, at - 1)], sentences[min(len(sentences) - 1, at + 1)]
        return self._reading.text[first.start : last.end]

    @staticmethod
    def _end_of_title(text: str) -> int:
        end = 0
        for _ in range(_TITLE_LINES):
            following = text.find("\n", end)
            if following < 0:
                # Of a note of a few lines the first may be its title.
                return text.find("\n") + 1
            end = following + 1
        return end

    @staticmethod
    def _end_of_label(text: str) -> int:
        """Where the label ends that opens a note without lines ("Trigger point injection: ...")."""
        label = text[: max(0, text.find(":", 0, _LABEL_WIDTH))]
        told_apart = any(telling()[kind].search(label) for kind in ("untitled", "elsewhere"))
        return 0 if told_apart or "\n" in label else len(label)
