"""Headings in many spellings; words that are no headings stay text."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.errors import ConfigError
from noteproc.text.sections import Headings, section_at, shipped


def at(text: str, words: str) -> str:
    return section_at(shipped().find(text), text.index(words)).name


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("ASSESSMENT:\n1. Gout", "Gout", "assessment"),
        ("Assessment and Plan\nGout", "Gout", "assessment_plan"),
        ("A/P: gout", "gout", "assessment_plan"),
        ("PMHx: gout", "gout", "pmh"),
        ("Past Medical History - gout", "gout", "pmh"),
        ("** IMPRESSION **\ngout", "gout", "assessment"),
        ("Seen today. PMH: gout. FH: stroke.", "stroke", "family"),
        ("Seen today. PMH: gout. FH: stroke.", "gout", "pmh"),
        ("PROCEDURE. After consent the knee was injected", "knee", "procedure"),
        ("--- Problem list (auto-imported) ---\ngout", "gout", "problem_list"),
        ("P:\nrest", "rest", "plan"),
        ("History of gout in the family", "gout", ""),
        ("plan to see him again", "him", ""),
        ("The impression was favourable", "favourable", ""),
        ("Dx: CTS right.\n\nLocal with epi, fat pad seen.\n", "fat pad", ""),
        ("Dx: CTS right.\n\n2. Trigger finger\n", "Trigger", "assessment"),
    ],
)
def test_section_of_words(text: str, words: str, name: str) -> None:
    assert at(text, words) == name


@given(st.text(alphabet=st.sampled_from("PMHxAS:. \n-gout*"), max_size=80))
def test_sections_cover_the_text(text: str) -> None:
    found = shipped().find(text)
    assert found[0].heading_start == 0
    assert found[-1].end == len(text)
    assert all(a.end == b.heading_start for a, b in itertools.pairwise(found))
    assert all(s.heading_start <= s.start <= s.end for s in found)


def test_own_headings_and_their_mistakes(tmp_path: Path) -> None:
    own = tmp_path / "headings.tsv"
    own.write_text("section\theadings\npmh\tOld Troubles\n", encoding="utf-8")
    assert Headings((own,)).name("old troubles:") == "pmh"
    own.write_text("section\theadings\nnonsense\tOld Troubles\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="nonsense"):
        Headings((own,))
    own.write_text("wrong\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="first row"):
        Headings((own,))
