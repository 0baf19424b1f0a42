"""The look-up: words in, codes out."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.codesets import CPT, ICD10CM, CodeSets, Lookup, lookup
from noteproc.codesets.wording import search_words
from noteproc.errors import ConfigError


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


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("M80.08X", ["M80.08XA", "M80.08XD", "M80.08XG"]),
        ("m8008x", ["M80.08XA", "M80.08XD", "M80.08XG"]),
        ("S72.1*", ["S72.1", "S72.10", "S72.101"]),
        ("22510-22512", ["22510", "22511", "22512"]),
        ("22510 - 22511", ["22510", "22511"]),
        ("I20-I21", ["I20", "I20.0", "I20.1"]),
        ("020*", ["0200T", "0201T"]),
    ],
)
def test_part_or_range_of_codes(finder: Lookup, query: str, codes: list[str]) -> None:
    assert [hit.code for hit in finder.find(query, limit=len(codes))] == codes


@pytest.mark.parametrize("query", ["L4-5 disc herniation", "covid19", "type 2 diabetes", "99999999"])
def test_words_with_figures_are_no_code(finder: Lookup, query: str) -> None:
    assert all("begins so" not in hit.why and "range" not in hit.why for hit in finder.find(query))


@pytest.mark.parametrize(
    ("query", "options", "first", "never"),
    [
        ("diabetes", {"billable": True}, "E11.9", "E11"),
        ("diabetes", {"billable": False}, "E11", "E11.9"),
        ("fracture", {"within": "22510-22599"}, "22510", "S72.009A"),
        ("hip pain", {"within": "M25"}, "M25.559", "R52"),
        ("diabetes", {"within": "15"}, "O24.3", "E11.9"),
        ("diabetes", {"within": "15", "on": date(2026, 5, 1)}, "O24.3", "E11.9"),
    ],
)
def test_narrowed(finder: Lookup, query: str, options: dict[str, Any], first: str, never: str) -> None:
    codes = [hit.code for hit in finder.find(query, limit=200, **options)]
    assert codes[0] == first
    assert never not in codes


def test_a_day_without_a_release_finds_nothing_of_that_system(finder: Lookup) -> None:
    systems = {hit.system for hit in finder.find("diabetes", limit=50, on=date(2024, 1, 1))}
    assert systems <= {"CPT", "HCPCS"}


@pytest.mark.parametrize("within", ["0", "23", "99", "M80; DROP", "(", "A00-B99-C00"])
def test_no_part_of_a_code_system(finder: Lookup, within: str) -> None:
    with pytest.raises(ConfigError, match="chapter"):
        finder.find("pain", within=within)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("gallbladder cancer", "gallbladder, cancer"),
        ("gallblader cancer zzqxv", "cancer; gallblader read as gallbladder; not found: zzqxv"),
        ("I10", "the code itself"),
    ],
)
def test_why(finder: Lookup, query: str, why: str) -> None:
    assert finder.find(query, system=ICD10CM)[0].why == why


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Usher syndrome type 1B", "Q99.811"),
        ("Usher syndrome type IIA", "Q99.812"),
        ("spastic paraplegia 8", "G11.4"),
        ("spastic paraplegia", "G82.20"),
        ("spinocerebellar ataxia 36", "G11.8"),
        ("C8 deficiency, type I", "D84.1"),
        ("complement C9 deficiency", "D84.1"),
        ("vitamin B12 deficiency", "E53.8"),
    ],
)
def test_number_behind_a_name(finder: Lookup, query: str, code: str) -> None:
    assert finder.find(query, system=ICD10CM)[0].code == code


def test_number_before_a_name_says_nothing_of_heredity(finder: Lookup) -> None:
    assert finder.find("20 nail dystrophy", system=ICD10CM)[0].code == "L60.3"


def test_broader_word_answers_for_several_words_together() -> None:
    words = search_words()
    carcinoma = words.keys("squamous cell carcinoma")
    assert all(("cancer",) in {b.keys for b in words.broader(key, carcinoma)} for key in carcinoma)
    cells = words.keys("squamous cell")
    assert not any(words.broader(key, cells) for key in cells)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("C50.9", "C50.919"),
        ("C50.0", "C50.019"),
        ("C44.9", "C44.90"),
        ("D48.1", "D48.19"),
        ("A37", "A37.90"),
        ("A04.7", "A04.72"),
        ("A49.0", "A49.01"),
        ("T45.51", "T45.511A"),
        ("E11", "E11.9"),
        ("O88.1", "O88.1"),
    ],
)
def test_plain_child_of_a_header(finder: Lookup, header: str, code: str) -> None:
    entry = CodeSets.open().entry(ICD10CM, header)
    assert entry is not None
    codes = [hit.code for hit in finder.find(entry.title, system=ICD10CM)]
    assert code in codes
    assert header not in codes or header == code


@pytest.mark.parametrize(
    ("query", "code", "found"),
    [
        ("glarbinase deficiency", "Z72.820", False),
        ("glarbinase deficiency of iron", "E61.1", True),
        ("Oudtshoorn skin", "Q82.8", True),
    ],
)
def test_common_word_beside_an_unknown_one(finder: Lookup, query: str, code: str, found: bool) -> None:
    assert (code in {hit.code for hit in finder.find(query, system=ICD10CM)}) == found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Pseudomonas keratitis", "H16.9"),
        ("streptococcal arthritis", "M00.20"),
        ("Staphylococcus aureus infection", "A49.01"),
    ],
)
def test_disease_outweighs_its_germ(finder: Lookup, query: str, code: str) -> None:
    assert finder.find(query, system=ICD10CM)[0].code == code
