"""From titles and notes to phrases."""

from __future__ import annotations

import pytest

from noteproc.codesets.phrasing import excluded_phrase, term_phrases, title_phrases


@pytest.mark.parametrize(
    ("title", "phrases"),
    [
        ("Essential (primary) hypertension", ("Essential hypertension", "Essential primary hypertension")),
        (
            "Human immunodeficiency virus [HIV] disease",
            ("Human immunodeficiency virus disease", "HIV disease"),
        ),
        ("Fracture, vertebra(e)", ("Fracture, vertebra",)),
        ("Osteoporosis NOS with fracture", ("Osteoporosis with fracture",)),
        ("Cholera", ("Cholera",)),
    ],
)
def test_title_phrases(title: str, phrases: tuple[str, ...]) -> None:
    assert title_phrases(title) == phrases


@pytest.mark.parametrize("term", ["any condition in I00:", "condition classifiable to B20"])
def test_term_that_names_nothing(term: str) -> None:
    assert term_phrases(term) == ()


@pytest.mark.parametrize(
    ("note", "pair"),
    [
        ("tuberculous enteritis (A18.32)", ("tuberculous enteritis", "A18.32")),
        ("splenomegaly NOS (R16.1)", ("splenomegaly", "R16.1")),
        ("neonatal (P39.3)", None),
        ("in diabetes mellitus (E11.9)", None),
        ("influenza (J10.2, J11.2)", None),
        ("that with fracture (M80)", None),
    ],
)
def test_excluded_phrase(note: str, pair: tuple[str, str] | None) -> None:
    assert excluded_phrase(note) == pair
