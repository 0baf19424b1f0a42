"""What a drug did to the patient, and what came of not taking it: adverse effect and underdosing, from the drug named.

A condition that the note puts down to a drug takes a code for the drug's effect beside it; one that came back because
the patient took less than prescribed takes a code for underdosing, and one for the reason where it is told.
Source: ICD-10-CM Official Guidelines FY 2026, I.C.19.e.5 (adverse effect, underdosing), I.C.21.c.14 (Z91.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM, CodeSets
from noteproc.coding.assertion import Assertions
from noteproc.coding.candidates import Candidate
from noteproc.coding.mentions import Mention
from noteproc.coding.phrases import Phrases
from noteproc.coding.ranges import CodeRanges
from noteproc.coding.reading import Reading
from noteproc.text.tables import rows

_EFFECT, _LESS = "5", "6"
# How many words before a cause the condition may stand, and how many after "induced".
_BEFORE_CAUSE, _AFTER_INDUCED = 9, 5
# How many words may stand between "due to" and the drug ("due to her long term prednisone").
_BETWEEN = 3
_NEAR_MISSED, _AFTER_MISSED = 5, 3
# Codes that no drug brings on, or that name the drug themselves.
_NO_EFFECT = CodeRanges.parse("C00-C96 | D00-D49 | Z00-Z99 | V00-Y99 | T36-T50 | S00-S99 | Q00-Q99 | D84.821")
_COST, _FORGOT, _INTENT = "Z91.120", "Z91.138", "Z91.128"


@dataclass(frozen=True, slots=True)
class _Drug:
    first: int
    last: int
    stem: str


@lru_cache(maxsize=1)
def _drug_names() -> Phrases:
    table = rows(dictionaries_dir() / "rules" / "drug_classes.tsv", ("code", "names"))
    return Phrases((name, row["code"]) for row in table for name in row["names"].split("|"))


@lru_cache(maxsize=1)
def _cues() -> Mapping[str, tuple[str, ...]]:
    table = rows(dictionaries_dir() / "context" / "drug_events.tsv", ("kind", "words"))
    return {row["kind"]: tuple(w.strip() for w in row["words"].split("|")) for row in table}


@lru_cache(maxsize=8)
def _phrases(*kinds: str) -> Phrases:
    return Phrases((words, kind) for kind in kinds for words in _cues()[kind])


@lru_cache(maxsize=8)
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{re.escape(w)}" for w in _cues()[kind]), re.I)


@lru_cache(maxsize=1)
def _induced() -> tuple[tuple[CodeRanges, CodeRanges, str], ...]:
    table = rows(dictionaries_dir() / "rules" / "drug_induced.tsv", ("codes", "drugs", "becomes"))
    return tuple((CodeRanges.parse(r["codes"]), CodeRanges.parse(r["drugs"]), r["becomes"]) for r in table)


class DrugEvents:
    """Finds the drug events of one note.

    Args:
        reading: the note.
        assertions: its assertions; a drug that is not said of the patient did nothing.
        codesets: a code that they do not hold is left out.
    """

    def __init__(self, reading: Reading, assertions: Assertions, codesets: CodeSets) -> None:
        self._reading = reading
        self._assertions = assertions
        self._codesets = codesets

    def add(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates with what drugs and their lack did; conditions take their drug-induced names."""
        found = list(candidates)
        drugs = self._drugs()
        if not drugs:
            return found
        added: dict[str, Candidate] = {}
        told_in: Mapping[int, Sequence[tuple[int, Mention]]] | None = None
        for n, drug in enumerate(drugs):
            if n + 1 < len(drugs) and self._explains(drugs[n + 1], drug):
                continue
            missed = self._missed(drug)
            causes = None if missed else self._causes(drug, n, drugs)
            if (not missed and causes is None) or not self._assertions.stands(drug.first):
                continue
            if causes is None:
                told = next((c for c in found if c.reason is None and c.code not in _NO_EFFECT), None)
                if told is not None:
                    self._note(added, self._code(drug, _LESS), drug, told.mentions[0], missed)
                    code, why = self._why()
                    self._note(added, code, drug, told.mentions[0], (*missed, *why))
                continue
            if told_in is None:
                told_in = self._told_in(found)
            place = self._condition(found, told_in, drug, *causes)
            if place is not None:
                found[place] = self._renamed(found[place], drug)
                self._note(added, self._code(drug, _EFFECT), drug, found[place].mentions[0])
        taken = {c.code for c in found if c.reason is None}
        return found + [c for code, c in added.items() if code not in taken]

    def _explains(self, following: _Drug, drug: _Drug) -> bool:
        """Whether the next name says in brackets which drug is meant: "NSAID (ibuprofen)"."""
        beside = following.first - drug.last == 1 and following.stem != drug.stem
        return beside and "(" in self._reading.between(drug.last, following.first)

    def _drugs(self) -> list[_Drug]:
        reading, names = self._reading, _drug_names()
        found: list[_Drug] = []
        for place in names.starts(reading.forms):
            named = names.at(reading.forms, place) if not found or place > found[-1].last else None
            if named is not None:
                found.append(_Drug(place, place + named[0] - 1, named[1]))
        return found

    def _told_in(self, candidates: Sequence[Candidate]) -> Mapping[int, Sequence[tuple[int, Mention]]]:
        """The mentions of candidates, with their numbers, by sentence."""
        found: dict[int, list[tuple[int, Mention]]] = {}
        for number, candidate in enumerate(candidates):
            for mention in candidate.mentions:
                found.setdefault(self._reading.sentence_of[mention.match.first], []).append((number, mention))
        return found

    def _causes(self, drug: _Drug, number: int, drugs: Sequence[_Drug]) -> tuple[int | None, int | None] | None:
        """The word at which "due to" before a drug begins, and the one behind "induced" after it, or None; None where
        neither is there."""
        reading, after = self._reading, drug.last + 1
        cause, caused = self._cause(drug, number, drugs), None
        if after < len(reading.words) and reading.sentence_of[after] == reading.sentence_of[drug.first]:
            caused = _phrases("caused").at(reading.forms, after)
        if cause is None and caused is None:
            return None
        return cause, None if caused is None else after + caused[0]

    def _cause(self, drug: _Drug, number: int, drugs: Sequence[_Drug]) -> int | None:
        """The word at which "due to" before a drug begins, or None; drugs side by side share it."""
        reading = self._reading
        start = reading.words_of(reading.sentence_of[drug.first]).start
        cues = _phrases("cause")
        first = drug.first
        while number and drugs[number - 1].last >= max(start, first - 2) and self._joined(drugs[number - 1], first):
            number -= 1
            first = drugs[number].first
        for place in range(first - 1, max(start, first - _BETWEEN - 3) - 1, -1):
            cue = cues.at(reading.forms, place)
            if cue is None or place + cue[0] > first or first - place - cue[0] > _BETWEEN:
                continue
            return None if "," in reading.text[reading.words[place].end : reading.words[first].start] else place
        return None

    def _joined(self, drug: _Drug, first: int) -> bool:
        """Whether two names stand side by side as one cause ("warfarin-TMP/SMX", "vanc and zosyn")."""
        between = self._reading.between(drug.last, first) if first - drug.last == 1 else ""
        return (between.strip(" ") in ("/", "+", "&", ",", "(", "") and " - " not in between) or (
            first - drug.last == 2 and self._reading.words[drug.last + 1].form in ("and", "or")
        )

    def _condition(
        self,
        candidates: Sequence[Candidate],
        told_in: Mapping[int, Sequence[tuple[int, Mention]]],
        drug: _Drug,
        cause: int | None,
        after: int | None,
    ) -> int | None:
        """Which candidate a drug brought on, or None; ``told_in`` holds the mentions of candidates by sentence."""
        best: tuple[int, int] | None = None
        for n, mention in told_in.get(self._reading.sentence_of[drug.first], ()):
            candidate = candidates[n]
            if candidate.reason is not None or candidate.system != ICD10CM or candidate.code in _NO_EFFECT:
                continue
            far = self._distance(mention, drug, cause, after)
            if far is not None and (best is None or (far, n) < best):
                best = (far, n)
        return best[1] if best is not None else None

    def _distance(self, mention: Mention, drug: _Drug, cause: int | None, after: int | None) -> int | None:
        """How far a mention of its sentence stands from what puts it down to a drug, or None."""
        at = mention.match.at
        if cause is not None and at[-1] < cause <= at[-1] + _BEFORE_CAUSE:
            between = self._reading.text[self._reading.words[at[-1]].end : self._reading.words[cause].start]
            return cause - at[-1] if ";" not in between and between.count(",") < 2 else None
        if drug.first in at and (cause is not None or after is not None) and len(at) > drug.last - drug.first + 1:
            return 0
        if after is not None and after <= at[0] < after + _AFTER_INDUCED:
            return at[0] - after + 1
        return None

    def _renamed(self, candidate: Candidate, drug: _Drug) -> Candidate:
        for codes, drugs, becomes in _induced():
            meant = candidate.code in codes and (not drugs.pairs or drug.stem in drugs)
            if meant and self._codesets.entry(ICD10CM, becomes) is not None:
                at = (*candidate.support, *range(drug.first, drug.last + 1))
                return candidate._replace(
                    code=becomes, composed=True, unspecified=False, specific=True, support=at, missing=()
                )
        return candidate

    def _missed(self, drug: _Drug) -> tuple[int, ...]:
        """The words that say that the patient took less of a drug than prescribed; none where nothing does."""
        reading = self._reading
        span = reading.words_of(reading.sentence_of[drug.first])
        before = _phrases("missed", "missed own")
        for place in range(max(span.start, drug.first - _NEAR_MISSED), drug.first):
            cue = before.at(reading.forms, place)
            if cue is not None and place + cue[0] <= drug.first and self._means_it(cue[1], place, drug):
                return tuple(range(place, place + cue[0]))
        follows = _phrases("missed after")
        for place in range(drug.last + 1, min(span.stop, drug.last + 1 + _AFTER_MISSED)):
            after = follows.at(reading.forms, place)
            behind = place + after[0] if after is not None else 0
            if behind < span.stop and reading.forms[behind] == "of":
                # "On metformin, ran out of strips": something else.
                continue
            if after is not None and self._assertions.stands(place):
                return tuple(range(place, place + after[0]))
        return ()

    def _means_it(self, kind: str, place: int, drug: _Drug) -> bool:
        between = self._reading.text[self._reading.words[place].end : self._reading.words[drug.first].start]
        if ";" in between or "," in between or not self._assertions.stands(place):
            return False
        return kind == "missed" or _pattern("tells").search(self._reading.text) is not None

    def _why(self) -> tuple[str, tuple[int, ...]]:
        """The code of the reason that the note gives for taking less, or "", and the words that give it."""
        reading = self._reading
        for kind, code in (("cost", _COST), ("forgot", _FORGOT), ("intent", _INTENT)):
            told = _pattern(kind).search(reading.text)
            if told is not None:
                return code, tuple(range(reading.word_after(told.start()), reading.word_after(told.end() - 1) + 1))
        return "", ()

    def _code(self, drug: _Drug, character: str) -> str:
        """The code of an event with a drug; a stem of three characters takes another placeholder."""
        codes = (f"{drug.stem}{character}A", f"{drug.stem}{character}XA")
        return next((code for code in codes if self._codesets.entry(ICD10CM, code) is not None), "")

    def _note(
        self, added: dict[str, Candidate], code: str, drug: _Drug, mention: Mention, support: tuple[int, ...] = ()
    ) -> None:
        words = tuple(range(drug.first, drug.last + 1))
        if code in added:
            more = {*added[code].support, *support, *(words if support else ())}
            added[code] = added[code]._replace(support=tuple(sorted(more)))
            return
        if self._codesets.entry(ICD10CM, code) is None:
            return
        told = mention._replace(match=mention.match._replace(at=words), base=code, default=code)
        added[code] = Candidate(ICD10CM, code, code, (told,), support, derived=True)
