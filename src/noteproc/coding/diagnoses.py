"""From mentions to diagnosis candidates: what is asserted, of whom, when, and which code says it best."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM, CodeSets
from noteproc.coding.assertion import Assertions
from noteproc.coding.candidates import Candidate
from noteproc.coding.composition import Account, Composer
from noteproc.coding.history import becomes, of_relative
from noteproc.coding.mentions import Mention
from noteproc.coding.ranges import CodeRanges, CodeTable
from noteproc.coding.reading import Reading, phrase_keys
from noteproc.coding.specificity import Composed
from noteproc.records import Alternative, CodingContext, Reason
from noteproc.text.fold import tokens
from noteproc.text.sections import Headings
from noteproc.text.tables import rows

# Classes that speak of what is done, not of what the patient has.
_OF_PROCEDURES = frozenset({"planned", "declined"})
# Where an inpatient's uncertain diagnosis counts as if it were established (guideline II.H).
_FINAL = frozenset({"assessment", "assessment_plan", "discharge_dx", "postop_dx"})
# Where an inpatient's note tells what was treated during the stay.
_OF_STAY = _FINAL | {"", "hospital_course", "ed_course"}
# What is offered, ordered or declined is no reason of this visit.
_OFFERED = ("Z12", "Z13", "Z23", "Z29", "Z51.5", "Z97.5")
# What is worn or run by and is not used is not there.
_WORN = ("Z99",)
# Allergic diseases: under "Allergy:" they are what the note is about, and no list of what must not be given.
_ALLERGIC = ("J30", "J45", "L20", "L23", "L50", "H10.1", "K52.2")
# A vaccine is the reason of the visit where it was given in it.
_GIVEN = re.compile(
    r"\b(?:given (?:today|here|by|im|in)|vaccines? given|immunizations? given|administered|vaccinated today"
    r"|need for|today|encounter for|immunization visit|vaccines? today|im|deltoid)\b"
    r"(?![^.\n]{0,20}\b(?:declined|refused|not)\b)",
    re.I,
)
_ENDED = frozenset({"resolved", "cleared", "improved", "recovered"})
_LEAST_DIAGNOSIS = 8
# Codes that speak of relatives.
_OF_FAMILY = ("Z80", "Z81", "Z82", "Z83", "Z84", "Z31", "Z37", "Z63", "Z62", "Z20")
_STOPPED = re.compile(
    r"(?<!not )(?<!never )\b(?:off|stop(?:ped|ping)?|d/?c'?d|discontinued?|held|hold|failed"
    r"|intoleran\w+|allerg\w+|previously|prior|formerly|was on"
    r"|switched from|came off|no longer)\b(?!\s+label)",
    re.I,
)
_CONTINUED = re.compile(
    r"\b(?:cont(?:inued?|inues|inuing)?|refill(?:ed|s)?|home|takes|taking|on|stay|increase[ds]?|decrease[ds]?|resumed?|same|daily|bid)\b",
    re.I,
)
_DENIALS: tuple[Reason, ...] = ("absent", "historical")
_REASONS: dict[str, Reason] = {
    "absent": "absent",
    "possible": "possible",
    "hypothetical": "hypothetical",
    "historical": "historical",
    "family": "family",
    "other_person": "other_person",
    "template": "template",
}


@lru_cache(maxsize=1)
def _gates() -> CodeTable[tuple[str, tuple[tuple[str, ...], ...]]]:
    """The gates before a code: whom it needs, and which words."""
    table = rows(dictionaries_dir() / "rules" / "gates.tsv", ("codes", "needs", "words"))
    return CodeTable(
        (
            CodeRanges.parse(row["codes"]),
            (row["needs"], tuple(phrase_keys(w) for w in row["words"].split("|") if w.strip())),
        )
        for row in table
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """What holds for the whole note while its diagnoses are read."""

    reading: Reading
    account: Account
    context: CodingContext
    assertions: Assertions
    postoperative: bool
    named: Mapping[int, Sequence[Mention]]


class Diagnoses:
    """Makes the diagnosis candidates of one note.

    Args:
        codesets: the loaded code sets.
        composer: walks from concepts to codes.
        headings: section names and what they say by themselves.
    """

    def __init__(self, codesets: CodeSets, composer: Composer, headings: Headings) -> None:
        self._codesets = codesets
        self._composer = composer
        self._headings = headings
        self._alternative = lru_cache(maxsize=20_000)(self._read_alternative)

    def read(
        self,
        account: Account,
        mentions: Sequence[Mention],
        assertions: Assertions,
        context: CodingContext,
    ) -> list[Candidate]:
        """The candidates, coded and not coded, in the order of their first mention."""
        reading = account.reading
        groups: dict[tuple[str, str], list[Mention]] = {}
        named: dict[int, list[Mention]] = {}
        for mention in mentions:
            if mention.match.system == ICD10CM:
                groups.setdefault((mention.base, mention.default), []).append(mention)
                named.setdefault(reading.sentence_of[mention.match.at[0]], []).append(mention)
        case = _Case(reading, account, context, assertions, _concludes(reading), named)
        found: list[Candidate] = []
        for (base, default), group in groups.items():
            if self._admitted(reading, base, context):
                found.extend(self._group(case, base, default, group))
        weeks = self._weeks(case, found)
        return _merged([*found, *weeks])

    def _group(self, case: _Case, base: str, default: str, group: Sequence[Mention]) -> list[Candidate]:
        present: list[Mention] = []
        out: dict[Reason, list[Mention]] = {}
        past: list[tuple[str, Mention]] = []
        inherited: list[tuple[str, Mention]] = []
        for mention in group:
            reason = self._reason(mention, base, case)
            if reason is None:
                present.append(mention)
                continue
            out.setdefault(reason, []).append(mention)
            if reason == "historical" and becomes(base) not in ("-", "="):
                past.append((becomes(base), mention))
            if reason == "family" and of_relative(base):
                inherited.append((of_relative(base), mention))
        if present and out:
            # Said and denied in one note: the weightier section speaks.
            said = max(self._weight(m) for m in present)
            denied = max((self._weight(m) for denial in _DENIALS for m in out.get(denial, ())), default=-1.0)
            # What was only suspected, and then denied, was ruled out.
            suspected = all(m.verdict.kind == "possible" for m in present) and bool(out.get("absent"))
            if denied > said or suspected:
                out.setdefault("absent", []).extend(present)
                present = []
        found: list[Candidate] = []
        if present:
            if len(present) > 1:
                present.sort(key=lambda m: (-self._weight(m), -m.match.score, m.match.at))
            echoes = tuple(out.get("historical", ()))
            composed = self._composed(case, base, default, present, None)
            found.extend(c._replace(echoes=echoes) if echoes else c for c in composed)
        elif out:
            earliest = min(out, key=lambda r: min(m.match.at for m in out[r])) if len(out) > 1 else next(iter(out))
            found.extend(self._composed(case, base, default, out[earliest], earliest))
        for code, mention in (*(past[:1] if not present else ()), *inherited[:1]):
            if self._codesets.entry(ICD10CM, code) is not None:
                found.append(Candidate(ICD10CM, code, code, (mention,), derived=True))
        return found

    def _weight(self, mention: Mention) -> float:
        return self._headings.defaults[mention.section].weight if mention.section else 0.5

    def _reason(self, mention: Mention, base: str, case: _Case) -> Reason | None:
        """Why a mention does not count, or None."""
        context = case.context
        kind = mention.verdict.kind
        # Of what is done, worn or taken, of a state or a visit: most codes are none of these.
        status = base[0] == "Z"
        if mention.section == "preop_dx" and case.postoperative:
            return "outranked"
        if (
            status
            and base.startswith("Z23")
            and kind == "present"
            and not _GIVEN.search(_sentence(mention, case.reading))
        ):
            return "historical"
        if status and base.startswith(_WORN) and kind == "declined":
            # "Home O2 not needed".
            return "declined"
        if status and base.startswith(_OFFERED) and kind in _OF_PROCEDURES:
            return "declined" if kind == "declined" else "planned"
        if status and base.startswith(("Z23", "Z28")) and kind == "hypothetical" and not _warned(mention):
            kind = "present"
        if kind in _OF_PROCEDURES:
            kind = next((c.kind for c in mention.verdict.cues if c.kind in ("possible", "historical")), "present")
            if kind == "present" and base.startswith("Z79") and not _is_taken(mention, case):
                return "planned"
        section = self._headings.defaults[mention.section].diagnosis if mention.section else "present"
        if kind == "present" and section != "present" and not (base.startswith("Z79") and section == "historical"):
            # A drug that stands beside its disease in a history is one that is taken.
            kind = section
        if status and base.startswith("Z79"):
            if _STOPPED.search(_clause(mention, case.reading)):
                return "historical"
            if kind == "historical" and mention.match.at[0] and case.reading.forms[mention.match.at[0] - 1] == "on":
                # "s/p CABG, AF on warfarin": what was done before does not end what is taken now.
                kind = "present"
        if kind == "family" and base[0] == "P":
            # A newborn's codes speak of the mother ("infant of a diabetic mother").
            kind = "present"
        if status and kind == "family" and not base.startswith(_OF_FAMILY):
            return "family"
        if status and kind in ("historical", "family"):
            return "historical" if base.startswith("Z79") and kind == "historical" else None
        if kind == "allergy":
            return None if base.startswith((*_ALLERGIC, "Z88", "Z91.0")) else "historical"
        if kind == "other_person" and base == "Z66":
            # "DNR confirmed with her husband": with whom it was discussed.
            kind = "present"
        if kind == "historical" and (_treated_here(mention, case) or _is_said_of_another(mention, case)):
            kind = "present"
        if kind == "historical":
            reason: Reason | None = None if becomes(base) == "=" and not _over(mention, case.reading) else "historical"
        elif kind == "possible" and _counts_at_discharge(mention, case):
            reason = None
        elif kind == "possible":
            reason = "uncertain_outpatient" if context.setting == "outpatient" else "possible"
        else:
            reason = _REASONS.get(kind)
        return "outranked" if reason is None and mention.weak else reason

    def _composed(
        self, case: _Case, base: str, default: str, mentions: list[Mention], reason: Reason | None
    ) -> list[Candidate]:
        places = [m.match.at for m in mentions]
        stands = case.assertions.stands if reason is None else _always
        found = []
        further = case.account.continuations.of(places[0], base)
        for composed in self._composer.compose(case.account, base, default, places, stands, further):
            leaf = composed.leaf
            side = leaf.side if leaf.side or len(leaf.codes) == 1 else _said_side(case.reading, places)
            code = case.account.episodes.choose(leaf, places, side, further)
            found.append(self._candidate(base, code, composed, mentions, reason))
        return found

    def _candidate(
        self, base: str, code: str, composed: Composed, mentions: list[Mention], reason: Reason | None
    ) -> Candidate:
        used = {i for m in mentions for i in m.match.at}
        support = tuple(i for i in composed.support if i not in used)
        near = composed.near[:2] if composed.margin < 1.0 else ()
        alternatives = tuple([self._alternative(other) for other in near if other != code])
        return Candidate(
            ICD10CM,
            code,
            base,
            tuple(mentions),
            support=support,
            reason=reason,
            specific=composed.margin > 0.3,
            unspecified=composed.leaf.unspecified,
            composed=bool(support),
            alternatives=alternatives,
            missing=composed.missing,
        )

    def _weeks(self, case: _Case, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The weeks of gestation beside a code of pregnancy."""
        first = next((c for c in candidates if c.reason is None and c.code[0] == "O"), None)
        code = case.account.gestation.code() if first is not None else ""
        if first is None or not code or any(c.code.startswith("Z3A") for c in candidates):
            return []
        if self._codesets.entry(ICD10CM, code) is None:
            return []
        here = first.mentions[0]
        place = here._replace(match=here.match._replace(at=(case.account.gestation.word,)), base=code, default=code)
        return [Candidate(ICD10CM, code, code, (place,), derived=True)]

    def _read_alternative(self, code: str) -> Alternative:
        entry = self._codesets.entry(ICD10CM, code)
        return Alternative(ICD10CM, code, "" if entry is None else entry.title)

    def _admitted(self, reading: Reading, base: str, context: CodingContext) -> bool:
        for needs, words in _gates().of(base):
            if needs == "female" and (context.sex == "male" or context.age == 0):
                return False
            if needs == "infant" and isinstance(context.age, int) and context.age > 1:
                return False
            if words and not any(reading.says(keys) for keys in words):
                return False
        return True


def _always(_word: int) -> bool:
    return True


def _is_said_of_another(mention: Mention, case: _Case) -> bool:
    """Whether "resolved" speaks of the last condition of a list alone ("HTN, bronchitis resolved").

    With "and" before the last one it speaks of them all.
    """
    reading, end = case.reading, mention.match.at[-1]
    cues = [c for c in mention.verdict.cues if c.kind == "historical"]
    if not cues or any(c.direction != "backward" for c in cues) or mention.section == "pmh":
        return False
    for other in case.named.get(reading.sentence_of[end], ()):
        first, last = other.match.at[0], other.match.at[-1]
        if end < first and all(last < cue.start for cue in cues) and "," in reading.between(first - 1, first):
            return True
    return False


def _over(mention: Mention, reading: Reading) -> bool:
    """Whether even a lasting condition is told as past: "resolved", though not "in remission"."""
    return any(
        cue.kind == "historical"
        and cue.direction == "backward"
        and reading.words[cue.end - 1].form not in ("remission", "quiescent")
        for cue in mention.verdict.cues
    )


def _treated_here(mention: Mention, case: _Case) -> bool:
    """Whether "resolved" tells how a condition of this stay ended ("acute hypoxic respiratory failure, resolved").

    Source: ICD-10-CM Official Guidelines FY 2026, III (other diagnoses: all that were treated during the stay).
    """
    if case.context.setting != "inpatient" or mention.section not in _OF_STAY:
        return False
    cues = [c for c in mention.verdict.cues if c.kind == "historical"]
    words = case.reading.words
    return bool(cues) and all(words[c.end - 1].form in _ENDED and c.direction == "backward" for c in cues)


@lru_cache(maxsize=1)
def _weighed() -> frozenset[tuple[str, ...]]:
    """Words of doubt that do not count as a diagnosis at an inpatient's discharge."""
    table = rows(dictionaries_dir() / "context" / "weighed.tsv", ("words",))
    return frozenset(tuple(t.form for t in tokens(w)) for row in table for w in row["words"].split("|"))


def _counts_at_discharge(mention: Mention, case: _Case) -> bool:
    """Whether an uncertain diagnosis is coded as if it existed.

    Source: ICD-10-CM Official Guidelines FY 2026, II.H.
    """
    if case.context.setting != "inpatient" or mention.section not in _FINAL:
        return False
    words = case.reading.words
    told = [tuple(words[i].form for i in range(c.start, c.end)) for c in mention.verdict.cues if c.kind == "possible"]
    return bool(told) and not _weighed().issuperset(told)


def _concludes(reading: Reading) -> bool:
    """Whether the note gives a postoperative diagnosis of its own, which stands for the one before.

    Source: ICD-10-CM Official Guidelines FY 2026, IV.N.
    """
    told = [reading.text[s.start : s.end].strip(" .:\n").lower() for s in reading.sections if s.name == "postop_dx"]
    return any(len(text) > _LEAST_DIAGNOSIS and not text.startswith("same") for text in told)


def _sentence(mention: Mention, reading: Reading) -> str:
    sentence = reading.sentences[reading.sentence_of[mention.match.first]]
    return reading.text[sentence.start : sentence.end]


def _warned(mention: Mention) -> bool:
    """Whether a cue before the words makes them a mere possibility."""
    return any(c.kind == "hypothetical" and c.direction == "forward" for c in mention.verdict.cues)


def _clause(mention: Mention, reading: Reading) -> str:
    """The text about a mention: four words either side, within its sentence."""
    at = mention.match.at
    span = reading.words_of(reading.sentence_of[at[0]])
    first, last = max(span.start, at[0] - 4), min(span.stop - 1, at[-1] + 4)
    before = re.split(r"[;,.]\s", reading.text[reading.words[first].start : reading.words[at[0]].start])[-1]
    after = re.split(r"[;,]\s|\.\s", reading.text[reading.words[at[-1]].end : reading.words[last].end])[0]
    return f"{before} {after}"


def _is_taken(mention: Mention, case: _Case) -> bool:
    """Whether a drug whose mention has a cue of planning is in use already ("continue", "refill")."""
    return _CONTINUED.search(_clause(mention, case.reading)) is not None


def _said_side(reading: Reading, places: list[tuple[int, ...]]) -> str:
    for at in places:
        for i in reading.sides_in(reading.words_of(reading.sentence_of[at[0]])):
            if abs(i - at[0]) <= 8:
                return reading.keys[i]
    return ""


def _merged(candidates: list[Candidate]) -> list[Candidate]:
    """One candidate a code: what is coded swallows what is not, mentions are joined."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        known = found.get(candidate.code)
        if known is None:
            found[candidate.code] = candidate
            continue
        if (known.reason is None) == (candidate.reason is None):
            found[candidate.code] = known._replace(
                mentions=tuple(dict.fromkeys((*known.mentions, *candidate.mentions))),
                support=tuple(sorted({*known.support, *candidate.support})),
                echoes=tuple(dict.fromkeys((*known.echoes, *candidate.echoes))),
            )
        elif known.reason is not None:
            found[candidate.code] = candidate
    return list(found.values())
