"""The look-up: words in, codes out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.codesets import CPT, ICD10CM, CodeSets, Lookup, lookup
from noteproc.codesets.wording import search_words


@pytest.fixture(scope="module")
def finder() -> Lookup:
    return Lookup(CodeSets.open())


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("essential hypertension", "I10"),
        ("hypertension, primary", "I10"),
        ("haemophilia A", "D66"),
        ("cystic fibrosis with pulmonary manifestations", "E84.0"),
        ("tuberculosis of the kidney", "A18.11"),
        ("renal tuberculosis", "A18.11"),
        ("malignant neoplasm of the gallbladder", "C23"),
        ("gallbladder cancer", "C23"),
        ("gallblader cancer", "C23"),
        ("Hodgkins lymphoma", "C81.90"),
        ("erythrasma", "L08.1"),
        ("erythrasmma", "L08.1"),
        ("gastro-esophageal reflux disease without esophagitis", "K21.9"),
        ("type II diabetes mellitus without complications", "E11.9"),
        ("type I diabetes mellitus without complications", "E10.9"),
    ],
)
def test_first_answer(finder: Lookup, query: str, code: str) -> None:
    assert finder.find(query, system=ICD10CM)[0].code == code


@pytest.mark.parametrize(
    ("query", "never"),
    [
        ("hypoglycemia", "R73.9"),
        ("hyperglycemia", "E16.2"),
        ("pain in left hip", "M25.551"),
        ("pain in right hip", "M25.552"),
        ("type 1 diabetes mellitus", "E11.9"),
    ],
)
def test_near_miss_never_stands_first(finder: Lookup, query: str, never: str) -> None:
    assert finder.find(query, system=ICD10CM)[0].code != never


def test_sides_are_exact(finder: Lookup) -> None:
    assert finder.find("pain in left hip", system=ICD10CM)[0].code == "M25.552"
    assert finder.find("pain in right hip", system=ICD10CM)[0].code == "M25.551"


@pytest.mark.parametrize(("query", "first"), [("M80.08XA", "M80.08XA"), ("m8008xa", "M80.08XA"), ("I10", "I10")])
def test_code_as_query(finder: Lookup, query: str, first: str) -> None:
    hit = finder.find(query)[0]
    assert (hit.code, hit.score) == (first, 1.0)


def test_beginning_of_a_code(finder: Lookup) -> None:
    codes = [hit.code for hit in finder.find("M80.0", limit=4)]
    assert codes == ["M80.0", "M80.00", "M80.01", "M80.02"]


@pytest.mark.parametrize("query", ["", " ", "?!", "the of", "zzqxv wwkpq"])
def test_nothing_to_find(finder: Lookup, query: str) -> None:
    assert finder.find(query) == ()


def test_limit_order_and_scores(finder: Lookup) -> None:
    hits = finder.find("fracture of left femur", limit=7)
    assert len(hits) == 7
    assert len({h.code for h in hits}) == 7
    assert all(0 < h.score <= 1 for h in hits)
    assert hits == finder.find("fracture of left femur", limit=7)
    assert hits[:3] == finder.find("fracture of left femur", limit=3)


def test_one_system_is_searched_as_deeply_as_all(tmp_path: Path) -> None:
    (tmp_path / "own" / "cpt").mkdir(parents=True)
    (tmp_path / "own" / "cpt" / "mine.tsv").write_text(
        "code\tdescription\tphrases\n9001T\twork on a broken thigh\tfracture of the left femur seen to\n"
    )
    codesets = CodeSets.open(cache_dir=tmp_path / "cache", user_dictionaries=[tmp_path / "own"])
    assert "9001T" in {hit.code for hit in Lookup(codesets).find("left femur fracture", system=CPT)}


def test_lookup_by_itself() -> None:
    codesets = CodeSets.open()
    asked = lookup("gallbladder cancer", system=ICD10CM, codesets=codesets)
    assert asked == Lookup(codesets).find("gallbladder cancer", system=ICD10CM)


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text(text: str) -> None:
    hits = lookup(text, limit=3)
    assert len(hits) <= 3
    assert list(hits) == sorted(hits, key=lambda h: -h.score)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("renal", "kidney"),
        ("cardiac disease", "heart disorder"),
        ("gastro-oesophageal", "gastroesophageal"),
        ("type II", "type 2"),
        ("non syndromic", "nonsyndromic"),
        ("dystrophic", "dystrophy"),
        ("tumours", "tumor"),
    ],
)
def test_words_that_meet(one: str, other: str) -> None:
    assert search_words().keys(one) == search_words().keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("left", "right"), ("hypothermia", "hyperthermia"), ("type 1", "type 2"), ("ileum", "ilium")],
)
def test_words_that_never_meet(one: str, other: str) -> None:
    assert search_words().keys(one) != search_words().keys(other)


def test_damaged_index_is_rebuilt(tmp_path: Path) -> None:
    before = lookup("gallbladder cancer")
    made = CodeSets.open().cache_path("")
    shutil.copytree(made, tmp_path / made.name)
    codesets = CodeSets.open(cache_dir=tmp_path)
    damaged = list(codesets.cache_path("").glob("search-*/postings.npy"))
    assert damaged
    for path in damaged:
        path.write_bytes(b"cut short")
    assert Lookup(codesets).find("gallbladder cancer") == before
