"""Procedures, supplies and drugs: only what was done, given or handed out, each once, with its units and modifiers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM, CodeEntry, CodeSets
from noteproc.coding.addons import beyond_primary, with_further
from noteproc.coding.administration import Administration
from noteproc.coding.candidates import Candidate
from noteproc.coding.closures import is_apart, summed
from noteproc.coding.doses import Doses
from noteproc.coding.extents import Extents
from noteproc.coding.mentions import Mention
from noteproc.coding.note_type import NoteType
from noteproc.coding.parts import without_parts
from noteproc.coding.performance import Performance
from noteproc.coding.quantities import Quantities
from noteproc.coding.ranges import CodeRanges, CodeTable
from noteproc.coding.reading import Reading, phrase_keys
from noteproc.coding.scopes import both_stand
from noteproc.coding.unions import united
from noteproc.records import Alternative, Reason, Setting
from noteproc.text.sections import Headings
from noteproc.text.tables import rows

_UNIT = re.compile(r"(?:up to\s+)?(?:per\s+)?(\d+(?:,\d{3})*(?:\.\d+)?)\s*(mg|mcg|g|ml|units?|iu|meq|mci)\b", re.I)
# So many code points behind what was put in may the year stand in which it was.
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_YEAR_AWAY = 28
_SECTION_SCORE = {"procedure": 0.95, "technique": 0.85, "postop_dx": 0.8, "findings": 0.7}
_BASE_SCORE = 0.75
# The minutes of a unit of time; the number that other units are counted by, and what it stays below.
_LENGTHS = {"15min": 15, "30min": 30, "hour": 60}
_COUNTED = {"level": "levels", "test": "tests", "mile": "miles"}
_MOST = {"test": 150, "mile": 1000}
# Both of a pair of limbs.
_BOTH = re.compile(r"\b(?:both|bilat\w*|BUE|BLE|bilaterally|(?:2|two) (?:limbs|extremities|arms|legs))\b", re.I)
# Of a visit, which is told by its documentation and never suggested.
_VISIT = "visit"


class _Encounter(NamedTuple):
    """One rule of ``encounters.tsv``."""

    procedures: CodeRanges
    code: str
    needs: CodeRanges
    words: tuple[tuple[str, ...], ...]
    but: CodeRanges


class Procedures:
    """Makes the procedure, supply and drug candidates of a note.

    Args:
        codesets: the loaded code sets.
        headings: section names and what they say by themselves.
    """

    def __init__(self, codesets: CodeSets, headings: Headings) -> None:
        self._codesets = codesets
        self._headings = headings

    def read(
        self,
        reading: Reading,
        mentions: Sequence[Mention],
        quantities: Quantities,
        setting: Setting = "outpatient",
    ) -> list[Candidate]:
        """The candidates, coded and not, in text order of their first mention."""
        groups: dict[tuple[str, str], list[Mention]] = {}
        for mention in mentions:
            if mention.match.system != ICD10CM:
                groups.setdefault((mention.match.system, mention.base), []).append(mention)
        if not groups:
            return []
        note = NoteType.of(reading, setting)
        performance = Performance(reading, note, self._headings)
        found: list[Candidate] = []
        for (system, code), group in groups.items():
            entry = self._codesets.entry(system, code)
            if entry is not None:
                found.append(self._candidate(reading, entry, group, quantities, performance))
        found = self._with_products(found, groups, performance, reading, quantities)
        settled = without_parts(self._one_of_siblings(self._without_included(reading, found)))
        settled = united(summed(reading, quantities, self._with_first(settled)), self._codesets)
        given = Administration(reading, note, self._codesets, quantities).add(settled)
        given = with_further(given, Extents(reading, quantities), self._codesets)
        return self._without_idle_addons(given)

    def _with_products(
        self,
        candidates: Sequence[Candidate],
        groups: Mapping[tuple[str, str], list[Mention]],
        performance: Performance,
        reading: Reading,
        quantities: Quantities,
    ) -> list[Candidate]:
        """What a procedure puts in was given where the procedure was done and nothing says otherwise."""
        found = list(candidates)
        done = [c.code for c in found if c.reason is None]
        for n, candidate in enumerate(found):
            if candidate.reason is None:
                continue
            acts = _acts_with().of(candidate.code)
            if not any(code in codes for codes in acts for code in done):
                continue
            entry = self._codesets.entry(candidate.system, candidate.code)
            named = [m for m in groups[candidate.system, candidate.code] if performance.may_be_used(m)]
            if entry is not None and named:
                found[n] = self._candidate(reading, entry, named, quantities, performance, given=True)
        return found

    def _candidate(
        self,
        reading: Reading,
        entry: CodeEntry,
        group: list[Mention],
        quantities: Quantities,
        performance: Performance,
        *,
        given: bool = False,
    ) -> Candidate:
        judged: list[tuple[Reason | None, Mention]] = [
            (None if given else performance.reason(m, entry), m) for m in group
        ]
        done = [m for reason, m in judged if reason is None]
        if not done:
            return Candidate(entry.system, entry.code, entry.code, tuple(group), reason=judged[0][0])
        code = performance.reported_as(entry.code)
        done.sort(key=lambda m: (-_weight(m), -len(m.match.at), -m.match.score, m.match.at))
        best = done[0]
        return Candidate(
            entry.system,
            code,
            code,
            tuple(done),
            support=tuple(sorted({i for m in done for i in m.support} - {i for m in done for i in m.match.at})),
            score=round(min(0.99, _weight(best) * min(1.0, 0.6 + 0.4 * best.match.score)), 4),
            units=_units(reading, best, entry, quantities),
            modifiers=_modifiers(reading, done, entry),
        )

    def _without_included(self, reading: Reading, candidates: Sequence[Candidate]) -> list[Candidate]:
        """What is part of another code's work is not coded beside it."""
        found = list(candidates)
        live = [c for c in found if c.reason is None]
        for n, candidate in enumerate(found):
            for other in live:
                if candidate.reason is not None or other is candidate or candidate.code not in self._included(other):
                    continue
                if not is_apart(reading, candidate, other):
                    found[n] = candidate.without("included")
        return found

    def _included(self, candidate: Candidate) -> tuple[str, ...]:
        entry = self._codesets.entry(candidate.system, candidate.code)
        return () if entry is None else entry.includes

    def _family(self, candidate: Candidate) -> set[str]:
        """The lesser forms of a procedure that it includes, told by their neighbouring numbers."""
        entries = (self._codesets.entry(candidate.system, c) for c in self._included(candidate))
        return {e.code for e in entries if e is not None and _is_next_lower(e.code, candidate.code)}

    def _with_first(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The first one beside "each further": "shave biopsies x 2" tells both."""
        found = list(candidates)
        codes = {c.code for c in found if c.reason is None}
        for candidate in candidates:
            entry = self._codesets.entry(candidate.system, candidate.code)
            if entry is None or candidate.reason is not None or "addon" not in entry.flags:
                continue
            named = [code for code in str(entry.flags["addon"]).split(",") if code[:1].isdigit()]
            # One that stands before it in the book, or its only primary.
            first = next((c for c in named if _is_next_lower(c, candidate.code)), named[0] if len(named) == 1 else "")
            if first and codes.isdisjoint(named) and self._codesets.entry(candidate.system, first) is not None:
                found = [c for c in found if c.code != first]
                found.append(candidate._replace(code=first, base=first, units=1, derived=True, alternatives=()))
                codes.add(first)
        return found

    def _without_idle_addons(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """An add-on code stands only beside one of its primaries."""
        found = list(candidates)
        codes = {c.code for c in found if c.reason is None}
        primaries = [c for c in found if c.reason is None and c.system != ICD10CM and not self._is_addon(c)]
        for n, candidate in enumerate(found):
            entry = self._codesets.entry(candidate.system, candidate.code)
            if entry is None or candidate.reason is not None or "addon" not in entry.flags:
                continue
            if entry.flags["addon"] == _VISIT:
                continue
            named = {code for code in str(entry.flags["addon"]).split(",") if code[:1].isdigit()}
            if codes.isdisjoint(named) if named else not primaries:
                found[n] = candidate.without("included")
        return found

    def _is_addon(self, candidate: Candidate) -> bool:
        entry = self._codesets.entry(candidate.system, candidate.code)
        return entry is not None and "addon" in entry.flags

    def _one_of_siblings(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Of codes that the same words could mean, the best stays and names the others as alternatives."""
        found = list(candidates)
        order = sorted(
            (n for n, c in enumerate(found) if c.reason is None),
            key=lambda n: (-found[n].score, -len(found[n].mentions), found[n].code),
        )
        gone: set[int] = set()
        for n in order:
            rivals = {rival for m in found[n].mentions for rival in m.rivals}
            if n in gone:
                continue
            for other in order:
                if other != n and other not in gone and found[other].code in rivals:
                    if both_stand(found[n].code, found[other].code):
                        continue
                    mine = {m.match.at for m in found[n].mentions}
                    if all(m.match.at in mine or found[n].code in m.rivals for m in found[other].mentions):
                        gone.add(other)
            near = tuple(
                Alternative(found[n].system, code, self._title(found[n].system, code))
                for code in sorted(rivals | self._family(found[n]))[:4]
            )
            found[n] = found[n]._replace(alternatives=near)
        return [c.without("outranked") if n in gone else c for n, c in enumerate(found)]

    @staticmethod
    def encounters(reading: Reading, candidates: Sequence[Candidate], threshold: float) -> list[Candidate]:
        """The reasons of the visit that follow from what was done, where no code gives them yet.

        Args:
            reading: the note.
            candidates: all candidates of the note.
            threshold: the least score of a suggestion.
        """
        coded = [c for c in candidates if c.reason is None and c.score >= threshold]
        done = [c for c in coded if c.system != ICD10CM]
        found: list[Candidate] = []
        due = {number for c in done for number in _encounters_after().of(c.code)}
        for procedures, code, needs, words, but in (_encounters()[number] for number in sorted(due)):
            makers = [c for c in done if c.code in procedures]
            if any(c.code == code for c in (*coded, *found)):
                continue
            if needs.pairs and not any(c.code in needs for c in coded):
                continue
            told = [i for keys in words for i in reading.said_at(keys)]
            if any(c.code in but for c in coded) or (words and not told):
                continue
            mentions = tuple(dict.fromkeys(m for c in makers for m in c.mentions))
            score = makers[0].score
            found.append(Candidate(ICD10CM, code, code, mentions, tuple(sorted(told)), score=score, derived=True))
        return found

    @staticmethod
    def without_todays_results(reading: Reading, candidates: Sequence[Candidate], threshold: float) -> list[Candidate]:
        """The candidates without the status codes of what is done in this very visit.

        Args:
            reading: the note.
            candidates: all candidates of the note.
            threshold: the least score of a suggestion.
        """
        found = list(candidates)
        statuses = [n for n, c in enumerate(found) if c.reason is None and c.code[0] == "Z"]
        done = [c for c in found if c.reason is None and c.system != ICD10CM and c.score >= threshold]
        for n in statuses:
            for procedures, whole in _results_of_today().of(found[n].code) if done else ():
                makers = [c for c in done if c.code in procedures]
                told = {reading.sentence_of[m.match.first] for c in makers for m in c.mentions}
                own = {reading.sentence_of[m.match.first] for m in found[n].mentions}
                if any(_is_earlier(reading, m) for m in found[n].mentions):
                    continue
                if makers and (whole or own <= told):
                    found[n] = found[n].without("included")
                    break
        return found

    def _title(self, system: str, code: str) -> str:
        entry = self._codesets.entry(system, code)
        return "" if entry is None else entry.title


@lru_cache(maxsize=1)
def _acts_with() -> CodeTable[CodeRanges]:
    """The procedures that use a product."""
    table = rows(dictionaries_dir() / "rules" / "products.tsv", ("procedures", "products"))
    return CodeTable((CodeRanges.parse(r["products"]), CodeRanges.parse(r["procedures"])) for r in table)


@lru_cache(maxsize=1)
def _results_of_today() -> CodeTable[tuple[CodeRanges, bool]]:
    """The procedures whose result a status tells, and whether wherever the note tells it."""
    table = rows(dictionaries_dir() / "rules" / "results_of_today.tsv", ("procedures", "status", "where"))
    return CodeTable(
        (CodeRanges.parse(r["status"]), (CodeRanges.parse(r["procedures"]), r["where"] == "note")) for r in table
    )


@lru_cache(maxsize=1)
def _encounters_after() -> CodeTable[int]:
    """The rules of ``encounters.tsv`` that a procedure may make true, by number."""
    return CodeTable((rule.procedures, number) for number, rule in enumerate(_encounters()))


@lru_cache(maxsize=1)
def _encounters() -> tuple[_Encounter, ...]:
    table = rows(dictionaries_dir() / "rules" / "encounters.tsv", ("procedures", "code", "needs", "words", "but"))
    return tuple(
        _Encounter(
            CodeRanges.parse(r["procedures"]),
            r["code"],
            CodeRanges.parse(r["needs"]),
            tuple(phrase_keys(w) for w in r["words"].split("|") if w.strip()),
            CodeRanges.parse(r["but"]),
        )
        for r in table
    )


def _is_earlier(reading: Reading, mention: Mention) -> bool:
    """Whether a year stands behind a mention that is not the latest of the note ("stent to circumflex 2019")."""
    behind = reading.words[mention.match.last].end
    told = _YEAR.search(reading.text, behind, behind + _YEAR_AWAY)
    return told is not None and told.group(1) < max(m.group(1) for m in _YEAR.finditer(reading.text))


def _is_next_lower(code: str, other: str) -> bool:
    if len(code) != len(other):
        return False
    low, high = (c[:4] + c[4:].removesuffix("T") for c in (code, other))
    return low.isdigit() and high.isdigit() and int(high) - int(low) == 1


def _weight(mention: Mention) -> float:
    return _SECTION_SCORE.get(mention.section, _BASE_SCORE)


def _units(reading: Reading, mention: Mention, entry: CodeEntry, quantities: Quantities) -> int:
    """Units billed: the dose over the code's unit, rounded up; or the number of what the code counts."""
    first, last = mention.match.first, mention.match.last
    unit = _UNIT.search(entry.unit)
    if entry.kind == "drug" and unit is not None:
        dose = Doses(reading).amount(first, last, unit.group(2))
        per_unit = float(unit.group(1).replace(",", ""))
        return max(1, -(-round(dose * 1000) // round(per_unit * 1000))) if dose else 1
    per = str(entry.flags.get("per", ""))
    length = _LENGTHS.get(per)
    if length is not None and (per == "15min" or "addon" not in entry.flags):
        minutes = quantities.value("minutes", first, last)
        # More than half of its time begins a unit, as eight minutes of fifteen (CMS Claims Processing Manual,
        # chapter 5, 20.2).
        return max(1, int((minutes + (length - 1) // 2) // length)) if minutes is not None else 1
    if per == "limb":
        sentence = reading.sentences[reading.sentence_of[first]]
        return 2 if _BOTH.search(reading.text, sentence.start, sentence.end) else 1
    if per:
        counted = quantities.counted(first, last) if per == "lesion" else None
        value = counted[0] if counted else quantities.value(_COUNTED.get(per, "count"), first, last)
        if value is not None and 1 <= value < _MOST.get(per, 60):
            return int(beyond_primary(entry.code, value))
    return 1


def _modifiers(reading: Reading, mentions: Sequence[Mention], entry: CodeEntry) -> tuple[str, ...]:
    """LT, RT or 50 where the code covers one side."""
    if entry.flags.get("sides") != "one":
        return ()
    for mention in mentions:
        at = mention.match.at
        sides = {reading.keys[i] for i in reading.sides_in(reading.words_of(reading.sentence_of[at[0]]))}
        if "bilateral" in sides or sides == {"left", "right"}:
            return ("50",)
        if len(sides) == 1:
            return ("LT",) if "left" in sides else ("RT",)
    return ()
