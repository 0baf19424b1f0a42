"""Sentences survive clinical punctuation, and together hold every character that is not white space."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.text import sentences


def pieces(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences.split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No fever. Has cough.", ["No fever.", "Has cough."]),
        ("Seen by Dr. Payne today. Stable.", ["Seen by Dr. Payne today.", "Stable."]),
        ("Lasix 40 mg q.d. for edema.", ["Lasix 40 mg q.d. for edema."]),
        ("Temp 98.6 today", ["Temp 98.6 today"]),
        ("1. Hypertension\n2. Gout", ["1. Hypertension", "2. Gout"]),
        ("- HTN\n- COPD", ["- HTN", "- COPD"]),
        ("HTN\nHLD\nGERD", ["HTN", "HLD", "GERD"]),
        (
            "The patient has had pain in the left knee for the past several\nweeks and it is worse.",
            ["The patient has had pain in the left knee for the past several\nweeks and it is worse."],
        ),
        ("No chest pain;\nno cough", ["No chest pain;", "no cough"]),
        ("Gout? no. Asthma", ["Gout?", "no.", "Asthma"]),
        ("one\n\ntwo", ["one", "two"]),
        ("Grew E. coli today. Stable.", ["Grew E. coli today.", "Stable."]),
        ("Known hepatitis C. follow up soon", ["Known hepatitis C.", "follow up soon"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_splits(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(st.text(alphabet=st.sampled_from("ab .\n?;-1A:,[]\t"), max_size=120))
def test_nothing_is_lost_and_nothing_overlaps(text: str) -> None:
    found = sentences.split(text)
    assert "".join("".join(text[s.start : s.end].split()) for s in found) == "".join(text.split())
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() for s in found)
