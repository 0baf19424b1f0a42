"""The coder: a redacted note in, suggested codes with their evidence out."""

from __future__ import annotations

from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from noteproc.codesets import ICD10CM, CodeSets
from noteproc.coding import procedures, ranking
from noteproc.coding.assertion import Assertions
from noteproc.coding.candidates import Candidate
from noteproc.coding.composition import Account, Composer
from noteproc.coding.conventions import Conventions
from noteproc.coding.diagnoses import Diagnoses
from noteproc.coding.drug_events import DrugEvents
from noteproc.coding.echoes import Echoes
from noteproc.coding.evidence import EvidenceWriter
from noteproc.coding.explanation import Explanation, explain
from noteproc.coding.fractures import fracture_care
from noteproc.coding.holders import Holders
from noteproc.coding.index import PhraseIndex
from noteproc.coding.matching import Match, Matcher
from noteproc.coding.mentions import Mention, Mentions
from noteproc.coding.polyps import Polyps
from noteproc.coding.quantities import Quantities
from noteproc.coding.reading import Reading
from noteproc.coding.traces import Traces
from noteproc.coding.unions import united
from noteproc.records import Coding, Finding, NotCoded, NoteResult, RedactedNote, Suggestion
from noteproc.rules import check
from noteproc.text.sections import Headings

_DECIDING = frozenset({"assessment", "assessment_plan", "discharge_dx", "postop_dx"})


_TOLD = 0.9


class _Read(NamedTuple):
    """What was read of a note on the way to its candidates."""

    matches: list[Match]
    mentions: list[Mention]
    assertions: Assertions
    quantities: Quantities


class Coder:
    """Suggests codes for redacted notes.

    Args:
        codesets: the code sets to use; by default those of the installation.
        threshold: the least score of a suggestion, in [0, 1]; by default the fitted one.
        section_tables: further tables of section headings (columns ``section``, ``headings``).
    """

    def __init__(
        self,
        codesets: CodeSets | None = None,
        *,
        threshold: float | None = None,
        section_tables: tuple[Path, ...] = (),
    ) -> None:
        self._codesets = codesets if codesets is not None else CodeSets.open()
        self._threshold = threshold if threshold is not None else ranking.fitted().threshold
        self._section_tables = section_tables
        self._headings = Headings(section_tables)
        self._index = PhraseIndex.open(self._codesets)
        self._matcher = Matcher(self._index)
        self._mentions = Mentions(self._index, self._codesets)
        self._composer = Composer(self._codesets)
        self._diagnoses = Diagnoses(self._codesets, self._composer, self._headings)
        self._conventions = Conventions(self._codesets)
        self._procedures = procedures.Procedures(self._codesets, self._headings)
        self._versions = self._codesets.versions()
        self._preferences = dict(self._codesets.preferences())
        self._coding_of = lru_cache(maxsize=20_000)(self._read_coding)

    def __reduce__(self) -> tuple[object, ...]:
        return (_reopen, (self._codesets, self._threshold, self._section_tables))

    def code(self, note: RedactedNote) -> NoteResult:
        """The codes that a note supports, best first, and what was seen and left out.

        Args:
            note: redacted; its context says setting, age and sex.

        Returns:
            Suggestions in a total order: score, then system and code.
        """
        reading = Reading(note.text, self._headings)
        candidates = self.candidates(reading, note)
        writer = EvidenceWriter(note, reading, self._index)
        coded = [c for c in candidates if c.reason is None and c.score >= self._least(c, reading)]
        coded.sort(key=lambda c: (-c.score, c.system, c.code))
        findings = self._findings(coded, note)
        suggestions = tuple(
            self._suggestion(c, rank, writer, tuple(findings.get((c.system, c.code), ())))
            for rank, c in enumerate(coded, 1)
        )
        standing = {id(c) for c in coded}
        left = [c if c.reason is not None else _outweighed(c, bool(coded)) for c in candidates if id(c) not in standing]
        left.sort(key=lambda c: (c.mentions[0].match.at, c.system, c.code))
        taken = {(c.system, c.code) for c in coded}
        not_coded = tuple(self._not_coded(c, writer) for c in left if (c.system, c.code) not in taken)
        return NoteResult(
            note.note_id,
            note.context.setting,
            note.text,
            note.phi,
            suggestions,
            not_coded,
            {"noteproc": _own_version(), "models": {}, "codesets": dict(self._versions)},
        )

    def why(self, note: RedactedNote, code: str, system: str = ICD10CM) -> Explanation:
        """Why a code was or was not suggested for a note.

        Args:
            note: redacted.
            code: with its dot; a header asks for anything below it.
            system: the code's system.
        """
        reading = Reading(note.text, self._headings)
        has_assessment = _decides(reading)
        found = [
            c
            if c.reason is None or c.score or c.system != ICD10CM
            else c._replace(score=ranking.likelihood(c, reading, self._headings, has_assessment))
            for c in self.candidates(reading, note)
        ]
        return explain(system, code, found, reading, self._index, self._threshold)

    def features(self, note: RedactedNote) -> list[tuple[Candidate, dict[str, float]]]:
        """The diagnosis candidates of a note that are not ruled out by themselves, with what their scores rest on."""
        reading = Reading(note.text, self._headings)
        found, _ = self._weighed(reading, note)
        has_assessment = _decides(reading)
        return [
            (c, ranking.features(c, reading, self._headings, has_assessment))
            for c in found
            if c.reason is None and c.system == ICD10CM
        ]

    def procedure_features(self, note: RedactedNote) -> list[tuple[Candidate, dict[str, float]]]:
        """The other candidates of a note that were done, with what their scores rest on."""
        reading = Reading(note.text, self._headings)
        _, read = self._weighed(reading, note)
        done = self._procedures.read(reading, read.mentions, read.quantities, note.context.setting)
        return [(c, ranking.procedure_features(c, reading)) for c in done if c.reason is None]

    def _least(self, candidate: Candidate, reading: Reading) -> float:
        """The least score of a suggestion; what the note itself concludes is told before it is likely."""
        if candidate.system != ICD10CM:
            # What stands under the heading that names what was done needs less to be believed.
            told = any(m.section == "procedure" for m in candidate.mentions)
            return ranking.fitted().procedures * (_TOLD if told else ranking.brevity(reading))
        return self._threshold * ranking.leniency(candidate, reading)

    def _weighed(self, reading: Reading, note: RedactedNote) -> tuple[list[Candidate], _Read]:
        """The diagnosis candidates, combined but not scored, and what was read on the way."""
        context = note.context
        quantities = Quantities(reading, context.age)
        assertions = Assertions(reading)
        matches = self._matcher.find(reading)
        mentions = self._mentions.read(reading, matches, assertions, quantities)
        account = Account.of(reading, mentions)
        # Of what a rule makes of several conditions nothing near is another's.
        alone = account._replace(holders=Holders(reading, ()))

        def compose(base: str, candidate: Candidate) -> str:
            places = [m.match.at for m in candidate.mentions]
            further = account.continuations.of(places[0], candidate.base)
            composed = self._composer.compose(alone, base, "", places, assertions.stands, further)
            return account.episodes.choose(composed[0].leaf, places, "", further) if composed else candidate.code

        found = self._diagnoses.read(account, mentions, assertions, context)
        found = DrugEvents(reading, assertions, self._codesets).add(found)
        found = self._conventions.combine(reading, found, compose, assertions.stands)
        found = Polyps(reading, assertions.stands).add(found)
        found = self._conventions.want(self._conventions.outrank(found))
        return found, _Read(matches, mentions, assertions, quantities)

    def candidates(self, reading: Reading, note: RedactedNote) -> list[Candidate]:
        """Every candidate of a note after all rules, coded or not, scored."""
        found, read = self._weighed(reading, note)
        found = ranking.score(found, reading, self._headings, _decides(reading))

        def told(candidate: Candidate) -> bool:
            return candidate.score >= self._least(candidate, reading)

        found = self._conventions.integral(found, told)
        found = self._conventions.general(found, told)
        found = self._conventions.exclude(found)
        found = self._conventions.accompany(found, told)
        found = self._conventions.ask(reading, found)
        done = self._procedures.read(reading, read.mentions, read.quantities, note.context.setting)
        done += fracture_care(reading, found, done, read.assertions, self._codesets)
        found += ranking.score_procedures(done, reading)
        found += self._procedures.encounters(reading, found, ranking.fitted().procedures)
        found = self._procedures.without_todays_results(reading, found, ranking.fitted().procedures)
        found = united(found, self._codesets)
        found = Echoes(reading, read.matches, read.assertions, self._index).add(found)
        found = Traces(reading, self._codesets).add(found)
        return self._preferred(found)

    def _preferred(self, candidates: list[Candidate]) -> list[Candidate]:
        """The candidates after the user's own ``prefer`` and ``never``."""
        if not self._preferences:
            return candidates
        found = []
        for candidate in candidates:
            wish = self._preferences.get((candidate.system, candidate.code))
            if wish == "never":
                continue
            if wish == "prefer" and candidate.reason is None:
                candidate = candidate._replace(score=round(candidate.score + (1.0 - candidate.score) * 0.5, 4))
            found.append(candidate)
        return found

    def _findings(self, coded: list[Candidate], note: RedactedNote) -> dict[tuple[str, str], list[Finding]]:
        """What the rules say about the codes taken together, by system and code."""
        codings = [self._coding(c) for c in coded]
        units = {c.code: c.units for c in coded if c.units > 1}
        found: dict[tuple[str, str], list[Finding]] = {}
        for coding, finding in check(codings, note.context, self._codesets, units=units):
            found.setdefault((coding.system, coding.code), []).append(finding)
        return found

    def _suggestion(
        self, candidate: Candidate, rank: int, writer: EvidenceWriter, findings: tuple[Finding, ...]
    ) -> Suggestion:
        entry = self._codesets.entry(candidate.system, candidate.code)
        return Suggestion(
            self._coding(candidate),
            entry.kind if entry is not None else "diagnosis",
            candidate.score,
            rank,
            candidate.units,
            candidate.modifiers,
            writer.of(candidate),
            candidate.alternatives,
            candidate.missing,
            findings,
        )

    def _not_coded(self, candidate: Candidate, writer: EvidenceWriter) -> NotCoded:
        assert candidate.reason is not None
        return NotCoded(self._coding(candidate), writer.main(candidate), candidate.reason)

    def _coding(self, candidate: Candidate) -> Coding:
        return self._coding_of(candidate.system, candidate.code)

    def _read_coding(self, system: str, code: str) -> Coding:
        entry = self._codesets.entry(system, code)
        return Coding(system, self._versions.get(system, ""), code, entry.title if entry is not None else "")


def _decides(reading: Reading) -> bool:
    """Whether a note has a section that says what was concluded."""
    return any(s.name in _DECIDING for s in reading.sections)


def _outweighed(candidate: Candidate, beside: bool) -> Candidate:
    """Too weak to be suggested: a symptom of what is, or outweighed by it."""
    return candidate.without("integral" if beside and candidate.code[0] == "R" else "outranked")


def _reopen(codesets: CodeSets, threshold: float, section_tables: tuple[Path, ...]) -> Coder:
    return Coder(codesets, threshold=threshold, section_tables=section_tables)


@lru_cache(maxsize=1)
def _own_version() -> str:
    try:
        return metadata.version("noteproc")
    except metadata.PackageNotFoundError:
        return "unknown"
