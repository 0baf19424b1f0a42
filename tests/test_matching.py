"""The index and the cuts lose nothing: what is found fast is what is found by trying every phrase at every place."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.codesets import ICD10CM, CodeSets, Phrase, When
from noteproc.coding import matching
from noteproc.coding.index import PhraseIndex
from noteproc.coding.matching import Match, Matcher
from noteproc.coding.reading import Reading
from noteproc.text.sections import shipped

_PHRASES = [
    "asthma", "severe asthma", "asthma attack", "pain in left knee", "knee pain", "left knee effusion",
    "fracture of distal radius", "distal radius fracture", "type 2 diabetes", "diabetes with neuropathy",
    "stage 4 chronic kidney disease", "chronic kidney disease", "kidney stone", "heart failure",
    "congestive heart failure", "acute on chronic heart failure", "hypertension", "pulmonary hypertension",
    "chronic pulmonary embolism", "COPD", "closed fracture of left radius",
]  # fmt: skip
_WORDS = [
    "asthma", "severe", "attack", "pain", "in", "left", "knee", "effusion", "fracture", "of", "distal", "radius",
    "type", "2", "diabetes", "with", "neuropathy", "stage", "4", "chronic", "kidney", "disease", "stone", "heart",
    "failure", "congestive", "acute", "on", "hypertension", "pulmonary", "embolism", "COPD", "CHF", "CKD", "closed",
    "and", "no", "the", "mild", "today", "hypertensoin", "asthmma", "fractur", "zebra", "umbrella", "L", "T2DM",
]  # fmt: skip
_MARKS = [" ", " ", " ", " ", " ", ", ", ". ", "\n", "; ", " (", ") ", "+ ", ":\n"]


class _FewPhrases:
    """Stands in for the code sets where only phrases are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def phrases(self) -> list[Phrase]:
        return [Phrase(text, ICD10CM, f"A{n:02d}", When(), "index", 1.0) for n, text in enumerate(_PHRASES)]

    def codes(self, system: str) -> tuple[str, ...]:
        return ()

    def cache_path(self, name: str) -> Path:
        return self._folder / name


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    stand_in = _FewPhrases(tmp_path_factory.mktemp("phrases"))
    return Matcher(PhraseIndex.open(cast(CodeSets, stand_in)))


def test_a_tag_stands_for_words_that_name_something_else(matcher: Matcher) -> None:
    def found(text: str) -> set[str]:
        return {matcher.index.phrase(m.phrase) for m in matcher.find(Reading(text, shipped()))}

    assert "kidney stone" in found("He has a kidney [1] stone.")
    assert "kidney stone" not in found("Given a new kidney [DATE_1: 2025] stone cold in [CITY_1].")
    # What lies between the words of a long phrase costs little.
    assert "stage 4 chronic kidney disease" in found("Stage 4 [DATE_1: 2025] chronic kidney disease.")


def naive(matcher: Matcher, reading: Reading) -> list[Match]:
    """Every phrase, at every pair of places of its two rarest keys."""
    index = matcher.index
    rows = [tuple(row[:count]) for row, count in zip(index.keys.tolist(), index.counts, strict=True)]
    frequency = Counter(key for row in rows for key in row)
    note = matcher._number(reading)
    best: dict[tuple[int, tuple[int, ...]], Match] = {}

    def keep(match: Match | None) -> None:
        if match is not None and (
            (match.phrase, match.at) not in best or match.score > best[match.phrase, match.at].score
        ):
            best[match.phrase, match.at] = match

    for phrase, row in enumerate(rows):
        if len(row) == 1:
            for i, number in enumerate(note.ids):
                if number == row[0] and len(note.whole.get(i, ())) <= 1:
                    keep(matching._match(note, index.plan(phrase), (note.at[i],), 0.0, True))
            continue
        rarest = sorted(row, key=lambda key: (frequency[key], index.words[key]))[:2]
        for distance in range(1, 10):
            for i in range(len(note.ids) - distance):
                j = i + distance
                sentence = reading.sentence_of[note.at[i]]
                if sentence != reading.sentence_of[note.at[j]]:
                    continue
                if sorted((note.ids[i], note.ids[j])) == sorted(rarest):
                    where: dict[int, list[int]] = {}
                    for place, word in enumerate(note.at):
                        if reading.sentence_of[word] == sentence:
                            where.setdefault(note.ids[place], []).append(place)
                    keep(matcher._verify(reading, note, where, index.plan(phrase), i, j))
    return sorted(best.values(), key=lambda m: (m.at[0], -len(m.at), m.at, m.system, m.code, m.phrase))


_NOTES = st.lists(st.tuples(st.sampled_from(_WORDS), st.sampled_from(_MARKS)), max_size=60).map(
    lambda pairs: "".join(word + mark for word, mark in pairs)
)


@settings(max_examples=150, deadline=None)
@given(text=_NOTES)
def test_fast_is_naive(matcher: Matcher, text: str) -> None:
    reading = Reading(text, shipped())
    assert matcher.find(reading) == naive(matcher, reading)


@pytest.mark.parametrize(
    ("text", "phrase", "kind"),
    [
        ("Severe asthma today.", "severe asthma", "exact"),
        ("Asthma, severe.", "severe asthma", "reordered"),
        ("Fracture of the distal radius.", "fracture of distal radius", "exact"),
        ("Asthma with hypertensoin.", "hypertension", "repaired"),
        ("Stage 4 chronic kidney disease.", "stage 4 chronic kidney disease", "exact"),
    ],
)
def test_finds(matcher: Matcher, text: str, phrase: str, kind: str) -> None:
    found = {matcher.index.phrase(m.phrase): m.kind for m in matcher.find(Reading(text, shipped()))}
    assert found.get(phrase) == kind


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Severe pain. Asthma.", "severe asthma"),
        ("Chronic disease but no kidney stone.", "chronic kidney disease"),
        ("Pulmonary embolism. Hypertension.", "pulmonary hypertension"),
        ("Type of diabetes unknown, 2 visits.", "type 2 diabetes"),
        ("Hypotension.", "hypertension"),
    ],
)
def test_does_not_find(matcher: Matcher, text: str, phrase: str) -> None:
    found = {matcher.index.phrase(m.phrase) for m in matcher.find(Reading(text, shipped()))}
    assert phrase not in found


def test_a_long_note_finds_what_its_parts_hold(matcher: Matcher) -> None:
    part = "Severe asthma. Pain in the left knee. Stage 4 chronic kidney disease.\n"
    once = len(matcher.find(Reading(part, shipped())))
    assert len(matcher.find(Reading(part * 500, shipped()))) == 500 * once
