"""Which words count as the same word, and which never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.text import lexicon
from noteproc.text.fold import fold, lowered, tokens, words

WORDS = lexicon.shipped()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("renal", "kidneys"),
        ("fractured", "fracture"),
        ("fx", "fractures"),
        ("haemorrhage", "hemorrhagic"),
        ("oedema", "edema"),
        ("Crohn's", "Crohn"),
        ("dislocated", "dislocation"),
        ("IIIb", "3b"),
        ("diabetic", "diabetes"),
        ("second", "2nd"),
    ],
)
def test_same_word(one: str, other: str) -> None:
    assert WORDS.key(fold(one)) == WORDS.key(fold(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("left", "right"),
        ("hypoglycemia", "hyperglycemia"),
        ("one", "two"),
        ("acute", "chronic"),
        ("psychosis", "psychology"),
        ("stage", "status"),
        ("abduction", "adduction"),
    ],
)
def test_different_words(one: str, other: str) -> None:
    assert WORDS.key(fold(one)) != WORDS.key(fold(other))


def test_abbreviations_are_written_out() -> None:
    assert WORDS.keys("CKD stage 3") == ["chronic", "kidney", "disorder", "stage", "3"]
    assert WORDS.keys("MI") == WORDS.keys("myocardial infarction")
    assert WORDS.keys("7 mi") == ["7", "mi"]
    assert WORDS.keys("MCLS") != WORDS.keys("MCL")


def test_capitals_that_look_like_small_words_are_kept() -> None:
    assert WORDS.keys("severe AS") != WORDS.keys("severe as")


@given(st.text(max_size=40))
def test_folding_is_idempotent_and_keeps_offsets(text: str) -> None:
    for token in tokens(text):
        assert text[token.start : token.end]
        assert fold(token.form) == token.form or not token.form.isalpha()


@given(st.text(max_size=40) | st.sampled_from(["İzmir AP/LAT", "5 ΜG", "ΟΔΟΣ 3 CM"]))
def test_small_letters_stand_where_the_letters_stood(text: str) -> None:
    small = lowered(text)
    assert len(small) == len(text)
    assert small == text.lower() or len(text.lower()) != len(text)
    assert not any("A" <= c <= "Z" for c in small)


@given(st.text(max_size=60))
def test_words_and_what_stands_between_them_are_the_text(text: str) -> None:
    found = words(text)
    assert found.written == [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]
    assert found.gaps == [text[end:start] for end, start in zip(found.ends, found.starts[1:], strict=False)]
