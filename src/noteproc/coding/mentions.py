"""From raw matches to mentions: the longest phrases, one meaning each, with section and assertion."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM, CodeNames, CodeSets, Quantity, When, Words
from noteproc.coding.assertion import Assertions, Verdict
from noteproc.coding.bare import LIMIT
from noteproc.coding.history import becomes
from noteproc.coding.index import PhraseIndex
from noteproc.coding.matching import Match
from noteproc.coding.nearness import Nearness
from noteproc.coding.quantities import Quantities
from noteproc.coding.reading import Reading, opens_item
from noteproc.coding.scopes import both_stand
from noteproc.coding.siblings import Siblings
from noteproc.coding.wording import Wording
from noteproc.text import lexicon
from noteproc.text.tables import rows

# A container that is itself doubtful does not silence the plain phrase inside it.
_TRUSTED = 0.6
# Bare words that are told as seen, though never coded: pain, infection, bleeding, injury, necrosis, scar.
_TOLD = ("R52", "R58", "B99.9", "T14", "I96", "L90.5")
# Categories of which a number chooses the code: without it their name says nothing.
_NUMBERED = frozenset({"Z68"})
_TIER = {"user": 5, "starter": 4, "index": 4, "inclusion": 3, "title": 3, "includes": 2, "excludes": 1}
_SHORT = re.compile(r"[A-Z][A-Z0-9]{1,4}")
_OPERATIONS = ("10004", "69990")
_CONCLUDING = frozenset({"assessment", "assessment_plan", "discharge_dx", "postop_dx", "problem_list"})
# Notes that name what is coded besides.
_BESIDE = ("use_additional", "code_also")
# What such notes name that no phrase of a disease holds: drinking, smoking, what is taken ("alcoholic cirrhosis").
_CIRCUMSTANCES = ("F1", "Z")
# Histories.
_PAST = ("Z85", "Z86", "Z87")
_CATEGORY = 3  # letters of a code that name its category
_INDEXED = 4  # the place of "index" among the sources
_SOURCES = ("title", "inclusion", "includes", "excludes", "index", "starter", "user")


class Mention(NamedTuple):
    """A phrase of the note with one meaning.

    Args:
        match: where and how it matched.
        base: the code from which to walk down; a header where the words prove no more.
        default: the billable code that the dictionary gives for the bare phrase, or "".
        section: canonical name, or "".
        verdict: how it is asserted.
        rivals: other codes that the same words could mean.
        weak: whether the words are too bare to be coded by themselves ("pain").
        short: whether it is a bare abbreviation that is not of the commonest.
        support: words elsewhere that made a condition of the dictionary true.
        acted: whether it is an act that by itself tells a procedure: who tells it, did it.
        sign: whether it is the sign of one: a part or a tool that only the procedure has.
        named: whether it only names one, which counts where an operation is told.
    """

    match: Match
    base: str
    default: str
    section: str
    verdict: Verdict
    rivals: tuple[str, ...] = ()
    weak: bool = False
    short: bool = False
    support: tuple[int, ...] = ()
    acted: bool = False
    sign: bool = False
    named: bool = False


@lru_cache(maxsize=1)
def _weak() -> frozenset[tuple[str, ...]]:
    found = set()
    for row in rows(dictionaries_dir() / "context" / "weak_phrases.tsv", ("phrases",)):
        for phrase in row["phrases"].split("|"):
            found.add(tuple(lexicon.shipped().keys(phrase)))
    return frozenset(found)


def _asks(when: When) -> tuple[int, int]:
    """How much a condition asks for: what must stand first, then what must not."""
    wanted = sum(1 for c in when.clauses if isinstance(c, Quantity) or not c.negated)
    return wanted, len(when.clauses)


class Mentions:
    """Reads the mentions out of a note's matches.

    Args:
        index: the compiled phrases.
        codesets: the loaded code sets.
    """

    def __init__(self, index: PhraseIndex, codesets: CodeSets) -> None:
        self._index = index
        self._codesets = codesets
        self._wants = lru_cache(maxsize=10_000)(self._read_wants)
        self._tier_of = lru_cache(maxsize=50_000)(self._read_tier)
        weak = _weak()
        numbers = [index.vocabulary[keys[0]] for keys in weak if len(keys) == 1 and keys[0] in index.vocabulary]
        self._weak_phrases = frozenset(plan[0] for number in numbers for plan in index.alone[number])

    def read(
        self, reading: Reading, matches: Sequence[Match], assertions: Assertions, quantities: Quantities
    ) -> list[Mention]:
        """The mentions in text order."""
        nearness = Nearness(reading, assertions)
        wording = Wording(reading, self._index)
        meant: list[Match] = []
        near_misses: dict[tuple[str, tuple[int, ...]], list[str]] = {}
        done: dict[tuple[str, tuple[int, ...]], list[Match]] = {}
        for match in matches:
            if match.system != ICD10CM:
                if wording.fits(match):
                    done.setdefault((match.system, match.at), []).append(match)
            elif self._names(match) and wording.fits(match) and self._is_meant(reading, match, quantities, nearness):
                meant.append(match)
        siblings = Siblings(reading, self._index, nearness, quantities)
        for span, family in done.items():
            chosen = siblings.meant(family)
            meant.extend(chosen)
            near_misses[span] = [m.code for m in family if m not in chosen]
        by_span: dict[tuple[str, tuple[int, ...]], list[Match]] = {}
        for match in meant:
            system = match.system
            by_span.setdefault((system, match.at), []).append(match)
        kept = self._longest(reading, by_span)
        found: list[Mention] = []
        for (system, at), group in kept:
            section = self._section(reading, at[0])
            verdict = assertions.of(at[0], at[-1], own=frozenset(at))
            if system == ICD10CM:
                found.append(self._diagnosis(reading, group, section, verdict))
            else:
                found.extend(self._procedure(group, near_misses.get((system, at), ()), section, verdict, nearness))
        return found

    @staticmethod
    def _section(reading: Reading, word: int) -> str:
        """The section of a word; "Allergy: none." within a paragraph says nothing of the sentences after it."""
        section = reading.section(reading.words[word].start)
        if section.name == "allergies":
            first = reading.words_of(reading.sentence_of[word]).start
            before = reading.text[section.start : reading.words[first].start]
            if "." in before and "\n" not in before.strip():
                return ""
        return section.name

    def _is_weak(self, match: Match) -> bool:
        return match.phrase in self._weak_phrases or self._index.when(match.phrase).name

    def _is_short(self, match: Match) -> bool:
        return len(match.at) == 1 and self._index.look(match.phrase).rare

    def _names(self, match: Match) -> bool:
        """Whether a phrase by itself may name a condition."""
        if match.code in _NUMBERED:
            return False
        bare = match.phrase in self._weak_phrases and not match.code.startswith(_TOLD)
        return not bare or self._index.when(match.phrase).name

    def _is_meant(self, reading: Reading, match: Match, quantities: Quantities, nearness: Nearness) -> bool:
        """Whether what a condition's phrase asks for stands near it."""
        when = self._index.when(match.phrase)
        return (
            not when.clauses
            or when.holds(
                lambda clause: nearness.stands(clause, match.at, whole=False),
                lambda name: quantities.value(name, match.first, match.last),
            )
            or self._stands_alone(reading, match, when, nearness)
        )

    def _stands_alone(self, reading: Reading, match: Match, when: When, nearness: Nearness) -> bool:
        """Whether an abbreviation with one meaning is itself an item of what the note concludes ("1. RA")."""
        phrase = self._index.phrase(match.phrase)
        if len(match.at) != 1 or not _SHORT.fullmatch(phrase) or match.code[0] in "VWXYZ":
            return False
        word = reading.words[match.first]
        if reading.text[word.start : word.end].rstrip("s") != phrase or word.form in lexicon.shipped().ordinary:
            return False
        if reading.section(word.start).name not in _CONCLUDING or not opens_item(reading, match.first):
            return False
        forbidden = [c for c in when.clauses if isinstance(c, Words) and c.negated]
        if len(when.clauses) - len(forbidden) != 1 or any(
            nearness.stands(clause, match.at, whole=False) for clause in forbidden
        ):
            return False
        key = int(self._index.keys[match.phrase, 0])
        return sum(1 for plan in self._index.alone[key] if self._index.source[plan[0]] >= _INDEXED) == 1

    def _longest(
        self, reading: Reading, by_span: dict[tuple[str, tuple[int, ...]], list[Match]]
    ) -> list[tuple[tuple[str, tuple[int, ...]], list[Match]]]:
        lasting = self._lasting(by_span)
        # A span is held by longer ones alone, so among those of one length the order does not matter.
        order = sorted(by_span.items(), key=lambda item: -len(item[0][1]))
        holders: dict[str, dict[int, list[Sequence[Match]]]] = {}
        kept = []
        for span, group in order:
            system, at = span
            if span in lasting:
                continue
            within = holders.setdefault(system, {})
            if at[0] in within and any(self._silences(holder, group) for holder in within[at[0]]):
                continue
            kept.append((span, group))
            if len(at) > 1 and max([m.score for m in group]) >= _TRUSTED:
                for word in at:
                    within.setdefault(word, []).append(group)
        kept.sort(key=lambda item: (item[0][1], item[0][0]))
        return kept

    def _silences(self, holder: Sequence[Match], group: Sequence[Match]) -> bool:
        """Whether what a longer stretch means leaves nothing to a stretch of its words."""
        at, longer = group[0].at, holder[0]
        if len(longer.at) <= len(at) or not set(at).issubset(longer.at):
            return False
        return longer.system != ICD10CM or not any(self._wants(longer.code, m.code) for m in group)

    def _read_wants(self, code: str, nested: str) -> bool:
        """Whether the classification wants a code beside one whose phrase holds its own ("diabetic heel ulcer")."""
        if code[:_CATEGORY] == nested[:_CATEGORY] or nested.startswith(_CIRCUMSTANCES):
            return False
        sets = self._codesets
        beside = [note for kind in _BESIDE for note in sets.notes(ICD10CM, code, kind)]
        before = sets.notes(ICD10CM, nested, "code_first")
        return any(CodeNames.of(note.codes).hold(nested) for note in beside) or any(
            CodeNames.of(note.codes).hold(code) for note in before
        )

    def _lasting(
        self, by_span: dict[tuple[str, tuple[int, ...]], list[Match]]
    ) -> frozenset[tuple[str, tuple[int, ...]]]:
        """Spans that read "history of x" where x, by its nature, is still there: x itself is meant."""
        found = set()
        for (system, at), group in by_span.items():
            if system != ICD10CM or not group[0].code.startswith(_PAST):
                continue
            if not all(m.code.startswith(_PAST) for m in group):
                continue
            for left_out in range(len(at)):
                nested = by_span.get((system, (*at[:left_out], *at[left_out + 1 :])), ())
                if any(becomes(m.code) == "=" for m in nested):
                    found.add((system, at))
        return frozenset(found)

    def _diagnosis(self, reading: Reading, group: Sequence[Match], section: str, verdict: Verdict) -> Mention:
        if len(group) == 1:
            only = group[0]
            entry = self._codesets.entry(ICD10CM, only.code)
            default = only.code if entry is not None and entry.billable else ""
            weak, short = self._is_weak(only), self._is_short(only)
            return Mention(only, only.code, default, section, verdict, (), weak, short)
        # On the same words the phrase with more keys read an abbreviation more fully.
        counts = self._index.counts
        fullest = max(counts[m.phrase] for m in group)
        group = [m for m in group if counts[m.phrase] == fullest]
        ranked = sorted(
            group,
            key=lambda m: (
                -self._tier(m),
                -m.score,
                m.code[0] == "Z" or not self._is_written(reading, m),
                len(m.code),
                m.code,
            ),
        )
        top = ranked[0]
        sets = self._codesets
        lineage = {top.code, *sets.ancestors(ICD10CM, top.code)}
        base = top.code
        default = ""
        for match in ranked:
            if match.code in lineage and len(match.code) < len(base):
                base = match.code
        same = [m for m in ranked if m.code == base or base in sets.ancestors(ICD10CM, m.code)]
        for match in same:
            entry = sets.entry(ICD10CM, match.code)
            if entry is not None and entry.billable and len(match.code) > len(default):
                default = match.code
                if self._tier(match) >= 4:
                    break
        rivals = tuple(dict.fromkeys(m.code for m in ranked if m not in same))[:4]
        best = max(same, key=lambda m: (m.score, m.code == base, -m.phrase))
        return Mention(best, base, default, section, verdict, rivals, self._is_weak(best), self._is_short(best))

    def _is_written(self, reading: Reading, match: Match) -> bool:
        """Whether a phrase's very words stand in the note: "metabolic syndrome" is not "metabolic disorder"."""
        start, end = reading.words[match.first].start, reading.words[match.last].end
        return reading.text[start:end].lower() == self._index.phrase(match.phrase).lower()

    def _procedure(
        self,
        group: Sequence[Match],
        near_misses: Sequence[str],
        section: str,
        verdict: Verdict,
        nearness: Nearness,
    ) -> list[Mention]:
        """The codes that a procedure's words mean: those whose conditions hold, before those without one."""
        best: dict[str, Match] = {}
        for match in group:
            known = best.get(match.code)
            if known is None or self._trust(match) > self._trust(known):
                best[match.code] = match
        chosen = self._asking_most(best) if len(best) > 1 else list(best)
        supports = {code: nearness.support(self._condition(best[code]), best[code].at, whole=True) for code in chosen}
        if len(chosen) > 1:
            # Where several siblings' words stand in the note, those beside the match decide.
            least = min(far for far, _ in supports.values())
            nearest = [code for code in chosen if supports[code][0] == least]
            chosen = [c for c in chosen if c in nearest or all(both_stand(c, other) for other in nearest)]
        others = sorted({*best, *near_misses}) if near_misses else sorted(best)
        found: list[Mention] = []
        for code in chosen:
            matches = [m for m in group if m.code == code]
            conditions = [self._condition(m) for m in matches]
            # An act is one by its verb: "chest port" alone is none, where "chest port placed" is.
            whole = [when for m, when in zip(matches, conditions, strict=True) if m.score >= LIMIT]
            found.append(
                Mention(
                    best[code],
                    code,
                    code,
                    section,
                    verdict,
                    tuple([c for c in others if c != code]),
                    support=supports[code][1],
                    acted=any(when.act for when in whole),
                    sign=any(when.sign for when in whole),
                    named=all(when.name for when in conditions),
                )
            )
        return found

    def _asking_most(self, best: Mapping[str, Match]) -> list[str]:
        """The codes whose conditions ask for most."""
        asked = {code: _asks(self._condition(match)) for code, match in best.items()}
        top = max(asked.values())
        return sorted(code for code in asked if asked[code] == top)

    def _condition(self, match: Match) -> When:
        return self._index.when(match.phrase)

    def _trust(self, match: Match) -> tuple[float, float, bool]:
        """What decides between phrases of one code on the same words: of equals the one that is an act.

        The names of operations are not told apart so: their families ask for sizes and sites instead.
        """
        operation = _OPERATIONS[0] <= match.code <= _OPERATIONS[1]
        return self._tier(match), match.score, not operation and self._condition(match).act

    def _tier(self, match: Match) -> float:
        return self._tier_of(match.phrase)

    def _read_tier(self, phrase: int) -> float:
        index = self._index
        tier = float(_TIER[_SOURCES[int(index.source[phrase])]])
        # A meaning whose condition holds beats the meaning without one.
        return tier + (1.5 if index.when(phrase) else 0.0)
