"""Patterns are tried only where they can begin: what is found is what a pass over the whole text would find."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import ModuleType
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.evaluation import load_gold
from noteproc.redaction.recognizers import (
    accounts,
    addresses,
    ages,
    dates,
    electronic,
    headlines,
    identifiers,
    mentions,
    phones,
    scattered,
    signatures,
    worded_dates,
)
from noteproc.redaction.recognizers.base import Hit, NoteRecognizer
from noteproc.redaction.words import Words
from tests.conftest import ROOT

PATTERNED: list[tuple[ModuleType, NoteRecognizer]] = [
    (dates, dates.NoteDateRecognizer()),
    (worded_dates, worded_dates.WordedDateRecognizer()),
    (accounts, accounts.AccountRecognizer()),
    (scattered, scattered.ScatteredRecognizer()),
    (ages, ages.AgeRecognizer()),
    (phones, phones.NotePhoneRecognizer()),
    (addresses, addresses.AddressRecognizer()),
    (identifiers, identifiers.IdentifierRecognizer()),
    (mentions, mentions.MentionRecognizer()),
    (electronic, electronic.ElectronicRecognizer()),
    (signatures, signatures.SignatureRecognizer()),
]
GAPS = ["", " ", " ", "  ", "\n", "\t", ", ", ": ", "-", "/", "'", "(", ". "]
PIECES = ["the", "on", "May", "3rd", "14", "2025", "3/14/2025", "95", "Dr.", "Graves", "O'Brien", "SK", "ab", "RN"]
PIECES += ["555-1234", "12 Oak St.", "login", "no.", "é", "_", "+", "***", "reported", "caregiver", "to Ann"]
LETTERS = st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\n\té")


def texts(*patterns: re.Pattern[str]) -> st.SearchStrategy[str]:
    """Texts that are full of what some patterns match."""
    matching = [st.from_regex(p, alphabet=LETTERS) for p in patterns]
    parts = st.tuples(st.one_of(st.sampled_from(PIECES), *matching), st.sampled_from(GAPS))
    return st.lists(parts, max_size=6).map(lambda pairs: "".join(piece + gap for piece, gap in pairs))


def everywhere(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    return pattern.finditer(text)


def noticed(recognizer: NoteRecognizer, text: str) -> list[Hit]:
    return sorted(set(recognizer.find(Words(text), None)))


@pytest.mark.parametrize(("module", "recognizer"), PATTERNED, ids=lambda part: getattr(part, "name", ""))
def test_nothing_is_missed_where_patterns_do_not_look(module: ModuleType, recognizer: NoteRecognizer) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(texts(*(p for p in vars(module).values() if isinstance(p, re.Pattern))))
    def agree(text: str) -> None:
        found = noticed(recognizer, text)
        with patch.object(module, "matches", everywhere):
            assert noticed(recognizer, text) == found

    agree()


def test_notes_give_the_same_either_way() -> None:
    notes = load_gold(sorted((ROOT / "corpus" / "phi").glob("*.jsonl")))
    for note in list(notes.values())[::12]:
        for module, recognizer in PATTERNED:
            found = noticed(recognizer, note.text)
            with patch.object(module, "matches", everywhere):
                assert noticed(recognizer, note.text) == found


@settings(max_examples=60, deadline=None, derandomize=True)
@given(texts(identifiers._VALUE, headlines._BARE_ID))
def test_values_with_a_figure_are_read_whole(text: str) -> None:
    long = (m for m in identifiers._VALUE.finditer(text) if len(m.group()) >= identifiers._SHORTEST)
    plain = [m.span() for m in long if any(map(str.isdigit, m.group()))]
    assert list(identifiers._values(Words(text))) == plain
