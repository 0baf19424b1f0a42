"""The shipped dictionaries: every row is read, every code exists, every phrase leads somewhere definite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM, CodeSets
from noteproc.codesets.tables import SYSTEMS, TermRow, read_terms, table_files
from noteproc.codesets.wordlists import alternatives, written_out
from noteproc.errors import ConfigError
from noteproc.text.fold import tokens


@pytest.fixture(scope="module")
def codesets() -> CodeSets:
    return CodeSets.open()


def _rows(name: str) -> Iterator[TermRow]:
    for path in table_files(dictionaries_dir() / name):
        yield from read_terms(path, name)


def _folded(phrase: str) -> str:
    return " ".join(token.form for token in tokens(phrase))


def test_no_row_is_rejected(codesets: CodeSets) -> None:
    assert codesets.rejected() == ()


@pytest.mark.parametrize("name", SYSTEMS)
def test_folder_holds_tables(name: str) -> None:
    assert table_files(dictionaries_dir() / name)


def test_no_phrase_leads_to_two_diagnoses_unless_something_decides(codesets: CodeSets) -> None:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in _rows("icd10cm"):
        for phrase in row.phrases:
            found[" ".join(phrase.lower().split())][row.when.text].add(row.code)
    # Two rows whose codes stand one above the other agree with each other.
    torn = {
        phrase: sorted(codes)
        for phrase, by_when in sorted(found.items())
        for codes in by_when.values()
        if len(codes) > 1 and not _one_line(codesets, sorted(codes))
    }
    assert torn == {}


def _one_line(codesets: CodeSets, codes: list[str]) -> bool:
    longest = max(codes, key=len)
    above = {longest, *codesets.ancestors(ICD10CM, longest)}
    return set(codes) <= above


@pytest.mark.parametrize("name", ["cpt", "hcpcs"])
def test_starters_describe_every_code(name: str) -> None:
    for row in _rows(name):
        assert 3 <= len(row.description) <= 250, f"{row.path.name}:{row.line}"
        assert row.phrases


def test_no_phrase_is_filler() -> None:
    fillers = ("unspecified", "NOS", "initial encounter", "subsequent encounter")
    torn = [
        (row.path.name, row.line, phrase)
        for row in _rows("icd10cm")
        for phrase in row.phrases
        if any(f" {filler} " in f" {phrase} " for filler in fillers)
    ]
    assert torn == []


def test_every_phrase_has_words() -> None:
    assert [row.line for name in SYSTEMS for row in _rows(name) for p in row.phrases if not _folded(p)] == []


def test_a_list_stands_for_each_of_its_words() -> None:
    assert "film low back" in written_out("{film} {lumbar spine}")
    assert written_out("barium enema") == ("barium enema",)
    assert alternatives("views 2-; !{dry}").startswith("views 2-; !without|")
    with pytest.raises(ConfigError, match="no list"):
        written_out("{nothing} of the hand")
