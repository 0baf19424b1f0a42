"""What holds between the candidates of a note: combination codes, integral symptoms, what outranks what, Excludes1.

The rules are data (``dictionaries/rules``), each with its source.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM, CodeNames, CodeSets
from noteproc.coding.candidates import Candidate
from noteproc.coding.mentions import Mention
from noteproc.coding.ranges import CodeRanges, CodeTable
from noteproc.coding.reading import Reading, phrase_keys
from noteproc.records import Alternative
from noteproc.text.tables import rows

Compose = Callable[[str, Candidate], str]
Told = Callable[[Candidate], bool]


@dataclass(frozen=True, slots=True)
class Combination:
    """One rule of ``combinations.tsv``."""

    needs: tuple[CodeRanges, ...]
    replaces: CodeRanges
    code: str
    drops: CodeRanges
    words: tuple[tuple[tuple[str, ...], ...], ...]
    source: str

    def tells(self, code: str) -> bool:
        """Whether a code is the rule's own, or one of the family that it names."""
        return code.startswith(self.code[:-1]) if self.code.endswith(("-", "*")) else code == self.code


@lru_cache(maxsize=1)
def _combinations() -> tuple[Combination, ...]:
    table = rows(
        dictionaries_dir() / "rules" / "combinations.tsv", ("needs", "replaces", "code", "drops", "words", "source")
    )
    return tuple(
        Combination(
            tuple(CodeRanges.parse(part) for part in row["needs"].split(";")),
            CodeRanges.parse(row["replaces"]),
            row["code"],
            CodeRanges.parse(row["drops"]),
            tuple(tuple(map(phrase_keys, w.strip().split(" + "))) for w in row["words"].split("|") if w.strip()),
            row["source"],
        )
        for row in table
    )


@lru_cache(maxsize=1)
def _needs() -> CodeTable[CodeRanges]:
    """The ranges that rules need."""
    return CodeTable((needed, needed) for needed in dict.fromkeys(n for rule in _combinations() for n in rule.needs))


@lru_cache(maxsize=1)
def _asking() -> dict[CodeRanges, list[int]]:
    """The rules, by number, that ask for a range first."""
    found: dict[CodeRanges, list[int]] = {}
    for number, rule in enumerate(_combinations()):
        found.setdefault(rule.needs[0], []).append(number)
    return found


@lru_cache(maxsize=1)
def _questions() -> CodeTable[tuple[str, tuple[tuple[str, ...], ...], str]]:
    """The alternatives to a code: each with the words that raise the question, and what tells them apart."""
    table = rows(dictionaries_dir() / "rules" / "alternatives.tsv", ("codes", "alternative", "words", "why"))
    return CodeTable(
        (
            CodeRanges.parse(row["codes"]),
            (row["alternative"], tuple(phrase_keys(w.strip()) for w in row["words"].split("|")), row["why"]),
        )
        for row in table
    )


@lru_cache(maxsize=4)
def _table(name: str, columns: tuple[str, str]) -> CodeTable[tuple[CodeRanges, CodeRanges]]:
    """A table of two columns of codes; asked which rows' first column holds a code."""
    pairs = [
        tuple(CodeRanges.parse(row[c]) for c in columns) for row in rows(dictionaries_dir() / "rules" / name, columns)
    ]
    return CodeTable((first, (first, second)) for first, second in pairs)


# What is over, and what merely is in place, gives way to what is wrong now.
_PAST = ("Z85", "Z86", "Z87", "Z72.0", "Z9")
_CATEGORY = 3  # letters of a code that name its category
# Chapters of which one person has several things at a time.
_SEVERAL = "STVWXYZR"
_DIABETES = frozenset({"E08", "E09", "E10", "E11", "E13"})


class Conventions:
    """Applies the rules between the candidates of one note.

    Args:
        codesets: the loaded code sets.
    """

    def __init__(self, codesets: CodeSets) -> None:
        self._codesets = codesets
        self._excluded = lru_cache(maxsize=4096)(self._read_excluded)

    def combine(
        self, reading: Reading, candidates: Sequence[Candidate], compose: Compose, stands: Callable[[int], bool]
    ) -> list[Candidate]:
        """The candidates after the combination rules; what a combination holds already becomes "outranked".

        Args:
            compose: the code of a family that the words about a candidate support.
            stands: whether a word of the note is asserted, so that it may speak for a rule.
        """
        found = self._of_one_type(reading, candidates)
        coded: list[Candidate] = []
        have: frozenset[CodeRanges] | None = None
        due: list[int] = []
        rules, asking, after = _combinations(), _asking(), 0
        while have is None or due:
            if have is None:
                coded = [c for c in found if c.reason is None and c.system == ICD10CM]
                have = frozenset(need for c in coded for need in _needs().of(c.code))
                due = sorted({n for need in have for n in asking.get(need, ()) if n >= after}, reverse=True)
                continue
            number = due.pop()
            rule, after = rules[number], number + 1
            if not have.issuperset(rule.needs):
                continue
            if rule.words and not any(reading.tells(groups, stands) for groups in rule.words):
                continue
            have = None
            if not rule.replaces.pairs:
                weak = next((n for n, c in enumerate(found) if rule.tells(c.code) and c.reason is None), None)
                if weak is not None:
                    # Told by itself far away, it belongs to what it stands beside.
                    first = next(c for c in coded if c.code in rule.needs[0])
                    mentions = tuple(dict.fromkeys((*found[weak].mentions, *first.mentions)))
                    found[weak] = found[weak]._replace(mentions=mentions, derived=True)
                    continue
                found.extend(self._added(rule, coded, compose))
                continue
            made: set[str] = set()
            places = [n for n, c in enumerate(found) if c.reason is None and c.system == ICD10CM]
            for at, candidate in zip(places, coded, strict=True):
                # One that an earlier one was joined to says the code already.
                if candidate.code not in rule.replaces or found[at] is not candidate:
                    continue
                code = rule.code
                # What the partners' sentences say speaks for it too ("sigmoid polyp", "pathology: adenoma").
                others = [m for c in coded if c is not candidate and c.code in rule.drops for m in c.mentions]
                if code.endswith("*"):
                    made.update(self._scattered(code[:-1], found, at, others, compose))
                    continue
                if code.endswith("-"):
                    code = compose(code[:-1], candidate._replace(mentions=(*candidate.mentions, *others)))
                if self._codesets.entry(ICD10CM, code) is None:
                    continue
                made.add(code)
                partners = [c for c in coded if c is not candidate and any(c.code in needed for needed in rule.needs)]
                support = tuple(sorted({i for p in partners[:2] for i in p.mentions[0].match.at}))
                existing = next((n for n, c in enumerate(found) if c.code == code and c.reason is None), None)
                if code != candidate.code:
                    # The plain code is told, as what the combination says better.
                    found.append(candidate.without("outranked"))
                if existing is None:
                    found[at] = candidate._replace(
                        mentions=tuple(dict.fromkeys((*candidate.mentions, *others))),
                        code=code,
                        composed=True,
                        unspecified=False,
                        specific=True,
                        support=tuple(sorted({*candidate.support, *support})),
                        derived=True,
                        missing=(),
                    )
                elif existing != at:
                    # Told twice, once in its own words: what speaks for the one speaks for the other.
                    both = dict.fromkeys((*found[existing].mentions, *candidate.mentions, *others))
                    found[existing] = found[existing]._replace(mentions=tuple(both), composed=True)
                    found[at] = candidate.without("outranked")
            standing = made or any(c.reason is None and rule.tells(c.code) for c in found)
            for n, candidate in enumerate(found) if standing else ():
                if candidate.reason is None and candidate.code in rule.drops and candidate.code not in made:
                    found[n] = candidate.without("outranked")
        return found

    def _scattered(
        self, base: str, found: list[Candidate], at: int, others: Sequence[Mention], compose: Compose
    ) -> set[str]:
        """Codes one kind for each place that it was found at ("ascending polyp, sigmoid polyp; both adenomas").

        Returns:
            What stands in ``found`` now in place of the candidate at ``at``.
        """
        candidate = found[at]
        made: dict[str, Candidate] = {}
        for mention in (*candidate.mentions, *others):
            code = compose(base, candidate._replace(mentions=(mention,)))
            if self._codesets.entry(ICD10CM, code) is None:
                continue
            known = made.get(code)
            mentions = (*known.mentions, mention) if known else (mention,)
            made[code] = candidate._replace(
                code=code,
                mentions=tuple(dict.fromkeys((*mentions, *candidate.mentions))),
                composed=True,
                unspecified=False,
                specific=True,
                derived=True,
                missing=(),
            )
        if len(made) > 1:
            made.pop(candidate.code, None)
        there = {c.code for n, c in enumerate(found) if n != at and c.reason is None}
        fresh = [made[code] for code in sorted(made) if code not in there]
        if not fresh:
            found[at] = candidate.without("outranked")
        else:
            found[at] = fresh[0]
            found.extend(fresh[1:])
        return set(made)

    def _of_one_type(self, reading: Reading, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Complications of diabetes follow the type that the note names: "NPDR" beside type 1 is E10, not E11.

        Source: ICD-10-CM Official Guidelines FY 2026, I.C.4.a.1 and I.C.4.a.2.
        """
        found = list(candidates)
        codes = {c.code for c in found}
        if len(codes) == len(found) and not any(code.startswith("E11") for code in codes):
            return found
        if reading.says(phrase_keys("type 1 diabetes")) and not reading.says(phrase_keys("type 2 diabetes")):
            for n, candidate in enumerate(found):
                code = "E10" + candidate.code[3:]
                if candidate.code.startswith("E11") and self._codesets.entry(ICD10CM, code) is not None:
                    found[n] = candidate._replace(code=code, base="E10" + candidate.base[3:])
            return _once(found)
        named = {c.code[:3] for c in found if c.reason is None and c.code[:3] in _DIABETES and len(c.base) == 3}
        if len(named) != 1 or named == {"E11"}:
            return found
        kind = named.pop()
        for n, candidate in enumerate(found):
            if candidate.code.startswith("E11") and len(candidate.base) > 3:
                code = kind + candidate.code[3:]
                if self._codesets.entry(ICD10CM, code) is not None:
                    found[n] = candidate._replace(code=code, base=kind + candidate.base[3:])
        return _once(found)

    def _added(self, rule: Combination, coded: Sequence[Candidate], compose: Compose) -> list[Candidate]:
        """The code that a rule puts beside the first candidate it needs, unless its family is there already."""
        first = next(c for c in coded if c.code in rule.needs[0])
        code = compose(rule.code[:-1], first) if rule.code.endswith("-") else rule.code
        there = any(
            c.code == code or (c.code[:3] == code[:3] and not any(c.code in needed for needed in rule.needs))
            for c in coded
        )
        if there or self._codesets.entry(ICD10CM, code) is None:
            return []
        return [first._replace(code=code, base=code, derived=True, alternatives=(), missing=())]

    def ask(self, reading: Reading, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates with the near codes that a coder would ask about, before their other alternatives."""
        found = list(candidates)
        for n, candidate in enumerate(found):
            for code, words, why in _questions().of(candidate.code):
                if not any(reading.says(keys) for keys in words):
                    continue
                if self._codesets.entry(ICD10CM, code) is not None:
                    near = Alternative(ICD10CM, code, why)
                    found[n] = candidate._replace(alternatives=(near, *candidate.alternatives))
        return found

    def outrank(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """A code that another one of the same family says better is not coded."""
        found = list(candidates)
        families: dict[str, list[Candidate]] = {}
        for candidate in found:
            if candidate.reason is None and candidate.system == ICD10CM:
                families.setdefault(candidate.code[:3], []).append(candidate)
        for n, candidate in enumerate(found):
            if candidate.reason is not None or candidate.system != ICD10CM:
                continue
            beside = families[candidate.code[:3]]
            if len(beside) == 1:
                continue
            better = next((o for o in beside if o is not candidate and self._says_better(o, candidate)), None)
            if better is not None:
                found[n] = candidate.without("outranked")
                _echo(found, better.code, candidate)
        return found

    def _says_better(self, other: Candidate, candidate: Candidate) -> bool:
        if other.code[:3] != candidate.code[:3] or other.code == candidate.code:
            return False
        if self._denied_by(candidate.code, other.code):
            return True
        if candidate.unspecified and not other.unspecified and self._says_nothing(candidate.code):
            return True
        if candidate.unspecified and not other.unspecified:
            return other.code.startswith(candidate.base) or other.base.startswith(candidate.base[:6])
        # The bare category ("diabetes") beside one of its kinds with a complication.
        same_family = other.code.startswith(candidate.base) and len(other.base) > len(candidate.base)
        return same_family and not candidate.specific

    def _says_nothing(self, code: str) -> bool:
        """Whether a code says no more than its category: "lupus" beside its nephritis. Injuries are several."""
        entry = self._codesets.entry(ICD10CM, code)
        return entry is not None and entry.parent == code[:_CATEGORY] and code[0] not in _SEVERAL

    def _denied_by(self, code: str, other: str) -> bool:
        """Whether another code says with what this one says without ("stenosis with neurogenic claudication")."""
        mine, theirs = (self._codesets.entry(ICD10CM, c) for c in (code, other))
        if mine is None or theirs is None or " without " not in mine.title or " without " in theirs.title:
            return False
        return mine.title.replace(" without ", " with ") == theirs.title

    def integral(self, candidates: Sequence[Candidate], told: Told) -> list[Candidate]:
        """Symptoms beside the diagnosis to which they belong are not coded.

        Args:
            told: whether a diagnosis is sure enough to be suggested.
        """
        found = list(candidates)
        integral = _table("integral.tsv", ("symptoms", "diagnoses"))
        confirmed: list[Candidate] | None = None
        for n, candidate in enumerate(found):
            if candidate.reason is not None or candidate.system != ICD10CM:
                continue
            parts = integral.of(candidate.code)
            if not parts:
                continue
            if confirmed is None:
                # What is too weak to be suggested is still told: as part of the picture, or as outweighed.
                confirmed = _standing(candidates, told)
            if self._asked_for(candidate, confirmed):
                continue
            for symptoms, diagnoses in parts:
                if any(
                    other.code in diagnoses and other is not candidate and other.code not in symptoms
                    for other in confirmed
                ):
                    found[n] = candidate.without("integral")
                    break
        return found

    def want(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, those marked that a diagnosis beside them asks for ("use additional code")."""
        coded = [c for c in candidates if c.reason is None and c.system == ICD10CM]
        return [
            c._replace(wanted=True) if c.reason is None and c.system == ICD10CM and self._asked_for(c, coded) else c
            for c in candidates
        ]

    @staticmethod
    def _asked_for(symptom: Candidate, confirmed: Sequence[Candidate]) -> bool:
        """Whether a diagnosis of the note wants its symptom reported beside it."""
        told = _table("reported_with.tsv", ("symptoms", "diagnoses")).of(symptom.code)
        return bool(told) and any(
            c.code in diagnoses and c.code != symptom.code for _, diagnoses in told for c in confirmed
        )

    def general(self, candidates: Sequence[Candidate], told: Told) -> list[Candidate]:
        """General codes beside a specific one of the same thing are "outranked"."""
        found = list(candidates)
        general = _table("outranked.tsv", ("general", "specific"))
        coded: list[Candidate] | None = None
        for n, candidate in enumerate(found):
            if candidate.reason is not None or candidate.system != ICD10CM:
                continue
            for _, specific in general.of(candidate.code):
                if coded is None:
                    coded = _standing(candidates, told)
                better = next((o for o in coded if o.code in specific and o is not candidate), None)
                if better is not None:
                    found[n] = candidate.without("outranked")
                    if better.code[:3] == candidate.code[:3]:
                        _echo(found, better.code, candidate)
                        # The same thing said better is at least as sure, unless it is outranked itself by now.
                        for at, other in enumerate(found):
                            if other.code == better.code and other.reason is None:
                                found[at] = other._replace(score=max(other.score, candidate.score))
                                break
                    break
        return found

    def accompany(self, candidates: Sequence[Candidate], told: Told) -> list[Candidate]:
        """Codes that stand only beside another fall away without it."""
        found = list(candidates)
        companions = _table("companions.tsv", ("codes", "beside"))
        coded: list[Candidate] | None = None
        for n, candidate in enumerate(found):
            if candidate.reason is not None or candidate.system != ICD10CM:
                continue
            for _, beside in companions.of(candidate.code):
                if coded is None:
                    coded = _standing(candidates, told)
                if not any(o.code in beside for o in coded):
                    found[n] = candidate.without("outranked")
        return found

    def exclude(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Of two codes that an Excludes1 note keeps apart, the weaker is not coded.

        Source: ICD-10-CM Official Guidelines FY 2026, I.A.12.a.
        """
        found = list(candidates)
        order = sorted(
            (n for n, c in enumerate(found) if c.reason is None and c.system == ICD10CM),
            key=lambda n: (found[n].code[0] == "R" or found[n].code.startswith(_PAST), -found[n].score, found[n].code),
        )
        kept: list[tuple[str, CodeNames]] = []
        for n in order:
            code = found[n].code
            excluded = self._excluded(code)
            if any(code[:3] != other[:3] and (excluded.hold(other) or theirs.hold(code)) for other, theirs in kept):
                found[n] = found[n].without("excluded")
            else:
                kept.append((code, excluded))
        return found

    def _read_excluded(self, code: str) -> CodeNames:
        """What is never beside a code; what is so with one 7th character alone (open fractures) the rules check."""
        notes = [n for n in self._codesets.notes(ICD10CM, code, "excludes1") if not n.seventh]
        return CodeNames(tuple(dict.fromkeys(r for note in notes for r in note.codes)))


def _standing(candidates: Sequence[Candidate], told: Told) -> list[Candidate]:
    """The diagnoses that are coded and told."""
    return [c for c in candidates if c.reason is None and c.system == ICD10CM and told(c)]


def _once(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One candidate a code, the first of each; what is coded goes before what is not."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        known = found.get(candidate.code)
        if known is None or (known.reason is not None and candidate.reason is None):
            found[candidate.code] = candidate
    return list(found.values())


def _echo(found: list[Candidate], code: str, weaker: Candidate) -> None:
    """Lets the mentions of an outranked candidate stand beside those of the one that outranked it."""
    for n, candidate in enumerate(found):
        if candidate.code == code and candidate.reason is None:
            echoes = tuple(m for m in weaker.mentions if m not in candidate.mentions)
            found[n] = candidate._replace(echoes=tuple(dict.fromkeys((*candidate.echoes, *echoes))))
            return
