"""Giving drugs and vaccines as services of their own: one initial service, then what came after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CPT, HCPCS, CodeSets
from noteproc.coding.candidates import Candidate
from noteproc.coding.note_type import NoteType
from noteproc.coding.quantities import Quantities
from noteproc.coding.ranges import CodeRanges, codes_of
from noteproc.coding.reading import Reading
from noteproc.coding.routes import route
from noteproc.coding.surroundings import Surroundings
from noteproc.coding.telling import telling
from noteproc.text.tables import rows

# Codes for giving: where the note names drugs, these are worked out from them and not read from bare words.
# A port is washed through beside each of them; that is reported only where nothing else is given.
_GIVING = CodeRanges.parse("96360-96379 | 96380-96381 | 96401-96425 | 96523 | 90460-90474")
_PRODUCTS = CodeRanges.parse("90380-90382 | 90476-90759 | 90611 | 90619-90629 | 90584-90589 | 91300-91330")
# Of these services only one an encounter is the initial one.
_INITIAL = frozenset({"96413", "96409", "96365", "96374"})
# Fluids as the initial service, and after another one. Source: CMS Claims Processing Manual, chapter 12, section 30.5.
_FLUIDS, _LATER_FLUIDS = "96360", "96361"
# The first vaccine of a visit, by needle or otherwise, is the only first one.
_FIRST_VACCINE = frozenset({"90471", "90473"})
_SURGERY = ("10004", "69990")
# The drug that makes the heart work in a test is given as part of the test.
_STRESS_TESTS = CodeRanges.parse("78451-78454 | 78491-78492 | 93015-93018 | 93350-93352")
_STRESSORS = CodeRanges.parse("J0153 | J1245 | J1250 | J2785")
_AGED, _YOUNG = 65, 18


@dataclass(frozen=True, slots=True)
class _Rule:
    products: CodeRanges
    when: str
    first: str
    next: str


@lru_cache(maxsize=2)
def _rules(table: str, column: str) -> tuple[_Rule, ...]:
    found = rows(dictionaries_dir() / "rules" / table, ("products", column, "first", "next"))
    return tuple(_Rule(CodeRanges.parse(r["products"]), r[column], r["first"], r["next"]) for r in found)


class Administration:
    """The services of giving in one note.

    Args:
        reading: the note.
        note: what it is.
        codesets: a service that they do not hold is left out.
        quantities: tells the person's age.
    """

    def __init__(self, reading: Reading, note: NoteType, codesets: CodeSets, quantities: Quantities) -> None:
        self._reading = reading
        self._note = note
        self._codesets = codesets
        self._quantities = quantities

    def add(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates with the services of giving; services read from bare words give way to them."""
        coded = [c for c in candidates if c.reason is None]
        services = self._drugs(coded) + self._vaccines(coded)
        known = [s for s in services if self._codesets.entry(s.system, s.code) is not None]
        if not known:
            stressed = any(c.code in _STRESS_TESTS for c in coded) and any(c.code in _STRESSORS for c in coded)
            return [c.without("included") if stressed and c in coded and c.code in _GIVING else c for c in candidates]
        codes = {s.code for s in known}
        first = not _INITIAL.isdisjoint(codes)
        kept = [self._beside(c, codes, first) for c in candidates]
        standing = {c.code for c in kept if c.reason is None}
        return kept + [s for s in known if s.code not in standing]

    @staticmethod
    def _beside(candidate: Candidate, codes: set[str], initial: bool) -> Candidate:
        """What a service that was read from words is beside those worked out from the drugs given."""
        if candidate.reason is not None or candidate.code not in _GIVING or candidate.code in codes:
            return candidate
        if initial and candidate.code == _FLUIDS:
            return candidate._replace(code=_LATER_FLUIDS, base=_LATER_FLUIDS)
        return candidate.without("outranked")

    def _drugs(self, coded: Sequence[Candidate]) -> list[Candidate]:
        operated = any(c.system == CPT and _SURGERY[0] <= c.code <= _SURGERY[1] for c in coded)
        injectates = codes_of("injectates.tsv", "drugs")
        drugs = [c for c in coded if c.system == HCPCS and c.code[0] in "JQ"]
        drugs = [c for c in drugs if not (operated and c.code in injectates)]
        if any(c.code in _STRESS_TESTS for c in coded):
            drugs = [c for c in drugs if c.code not in _STRESSORS]
        if not drugs or self._note.surgical:
            return []
        routes = {c.code: route(self._reading, c.mentions[0], [d.mentions[0] for d in drugs]) for c in drugs}
        found: dict[str, Candidate] = {}
        initial = False
        near = Surroundings(self._reading)
        for rule in _rules("administration.tsv", "route"):
            for drug in drugs:
                if drug.code in injectates and routes.get(drug.code) != "shot" and drug.code not in rule.products:
                    continue
                if routes.get(drug.code) != rule.when or drug.code not in rule.products:
                    continue
                del routes[drug.code]
                text = near.sentence(drug.mentions[0])
                code = rule.first
                if code in _INITIAL:
                    code = rule.next if initial else rule.first
                    if (
                        rule.when == "drip"
                        and rule.first == "96365"
                        and initial
                        and telling()["concurrent"].search(text)
                    ):
                        code = "96368"
                    initial = True
                self._count(found, code, drug)
                if rule.first == "96374" and self._note.emergency and telling()["repeated"].search(text):
                    self._count(found, "96376", drug)
                if rule.first.startswith("964") and telling()["pump"].search(self._reading.text):
                    self._count(found, "96416", drug, once=True)
        return list(found.values())

    def _vaccines(self, coded: Sequence[Candidate]) -> list[Candidate]:
        vaccines = [c for c in coded if c.system == CPT and c.code in _PRODUCTS]
        if not vaccines:
            return []
        age = self._quantities.value("age", 0, 0)
        medicare = telling()["medicare"].search(self._reading.text) is not None or (age or 0) >= _AGED
        counsel = (age if age is not None else 99) <= _YOUNG and bool(
            telling()["counselled"].search(self._reading.text)
        )
        found: dict[str, Candidate] = {}
        for rule, vaccine in self._ruled(vaccines, medicare, counsel):
            begun = rule.first in found or (rule.first in _FIRST_VACCINE and not _FIRST_VACCINE.isdisjoint(found))
            self._count(found, rule.next if begun else rule.first, vaccine)
        if "90460" in found:
            for rule in _rules("immunizations.tsv", "payer"):
                for vaccine in vaccines if rule.when == "components" else ():
                    if vaccine.code in rule.products:
                        self._count(found, rule.first, vaccine)
        return list(found.values())

    @staticmethod
    def _ruled(vaccines: Sequence[Candidate], medicare: bool, counsel: bool) -> list[tuple[_Rule, Candidate]]:
        """Each vaccine with the first rule that fits it; those given by needle come before the others."""
        fits = {"medicare": medicare, "counsel": counsel, "": True}
        rules = [rule for rule in _rules("immunizations.tsv", "payer") if rule.when in fits]
        first = [next((r for r in rules if fits[r.when] and v.code in r.products), None) for v in vaccines]
        found = [(rule, vaccine) for rule, vaccine in zip(first, vaccines, strict=True) if rule is not None]
        return sorted(found, key=lambda pair: pair[0].first == "90473")

    @staticmethod
    def _count(found: dict[str, Candidate], code: str, source: Candidate, *, once: bool = False) -> None:
        known = found.get(code)
        if known is not None:
            mentions = tuple(dict.fromkeys((*known.mentions, *source.mentions)))
            found[code] = known if once else known._replace(units=known.units + 1, mentions=mentions)
            return
        system = CPT if code[0].isdigit() else HCPCS
        found[code] = source._replace(
            system=system, code=code, base=code, units=1, modifiers=(), alternatives=(), derived=True
        )
