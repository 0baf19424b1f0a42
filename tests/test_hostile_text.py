"""Text made to be slow is read like any other: each of these ends at once, or the suite would stand still."""

from __future__ import annotations

import pytest

from noteproc.coding.reading import Reading
from noteproc.text import sentences
from noteproc.text.fold import tokens
from noteproc.text.sections import shipped

_SIZE = 100_000


@pytest.mark.parametrize(
    "unit",
    [
        "a", "A", "1", " ", "\t", ".", "!?", "-", "*", "=", "#", "(", "[", "[A_", "[A_1:", "A ", "A:", "A  ", "\n",
        "\r\n", "\r", "a.", "a. ", ". ", "; ", " -- ", " // ", "•", "x\n", "HPI\n", "HPI: ", "é", "\u200f", "\u0301",
        "'", "a'", "_", "1. ", "- \n", " \n", "A=", "A*", "\x0b", "İ",
    ],
)  # fmt: skip
def test_repeats(unit: str) -> None:
    text = unit * (_SIZE // len(unit))
    found = sentences.split(text)
    covered = sum(len("".join(text[s.start : s.end].split())) for s in found)
    assert covered == len("".join(text.split()))
    sections = shipped().find(text)
    assert sections[0].heading_start == 0
    assert sections[-1].end == len(text)
    assert all(word.end <= len(text) for word in tokens(text))


@pytest.mark.parametrize("lead", ["A", "HPI", "A *", "HPI ==", "1. PMH"])
@pytest.mark.parametrize("run", [" ", "*", "=", "-", "* ", " - "])
@pytest.mark.parametrize("end", ["", "x", ":", "\r"])
def test_a_heading_and_a_long_run(lead: str, run: str, end: str) -> None:
    text = lead + run * (_SIZE // len(run)) + end + "\nCough.\n"
    sections = shipped().find(text)
    assert (sections[0].heading_start, sections[-1].end) == (0, len(text))


def test_one_sentence_of_a_hundred_thousand_words() -> None:
    reading = Reading("cough " * _SIZE, shipped())
    assert len(reading.words) == _SIZE
    assert max(s.end - s.start for s in reading.sentences) <= 4000
    assert [reading.sentence_of[0], reading.sentence_of[-1]] == [0, len(reading.sentences) - 1]


def test_padded_heading_lines_are_headings() -> None:
    padded = "HISTORY OF PRESENT ILLNESS" + " " * 300 + "\nCough.\n"
    assert [s.name for s in shipped().find(padded)] == ["hpi"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_short_heading_over_a_list(ends: str) -> None:
    text = ends.join(["cough for a week", "dx", "- asthma", "- gout", ""])
    assert [s.name for s in shipped().find(text)][-1] == shipped().name("dx")
