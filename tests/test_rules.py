"""The rules between codes: tables of sets of codes and what is found in them."""

from __future__ import annotations

import pytest

from noteproc.codesets import CPT, ICD10CM, CodeSets, covers
from noteproc.records import Coding, CodingContext
from noteproc.rules import check, is_manifestation
from noteproc.rules.person import _ages, _sexes
from noteproc.rules.sequence import _secondary_only


@pytest.fixture(scope="module")
def codesets() -> CodeSets:
    return CodeSets.open()


def _found(
    codesets: CodeSets, codes: str, context: CodingContext | None = None, level: str = "error warning"
) -> set[tuple[str, str]]:
    codings = [Coding(ICD10CM, "", code, "") for code in codes.split()]
    findings = check(codings, context or CodingContext(), codesets)
    assert all(f.source and f.message for _, f in findings)
    return {(coding.code, f.rule) for coding, f in findings if f.level in level}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("M80.08XA", set()),
        ("I10 E11.9", set()),
        ("M80.08XA M84.48XA", {("M80.08XA", "Excludes1")}),
        ("M80.08XA M81.0", {("M81.0", "Excludes1")}),
        ("E11.9 E10.9", {("E11.9", "Excludes1")}),
        ("J44.1 J44.0", set()),
        ("M80.08", {("M80.08", "SeventhCharacter")}),
        ("M80", {("M80", "NotBillable")}),
        ("E11", {("E11", "NotBillable")}),
        ("M25.559", {("M25.559", "Laterality")}),
        ("M25.551", set()),
        ("S72.009A", {("S72.009A", "Laterality")}),
        ("I12.9 N18.30", set()),
        ("N18.30 I12.9", {("N18.30", "CodeFirst")}),
        ("G30.9 F02.80", set()),
        ("F02.80 G30.9", {("F02.80", "CodeFirst")}),
        ("G63 I10", {("G63", "Manifestation")}),
        ("N18.30 D63.1", set()),
        ("D68.32 T45.515A", set()),
        ("T45.515A D68.32", {("T45.515A", "NeverFirst"), ("D68.32", "UseAdditional")}),
        ("W19.XXXA S72.001A", {("W19.XXXA", "NeverFirst")}),
        ("S72.001A W19.XXXA", set()),
        ("B96.20 N39.0", {("B96.20", "NeverFirst"), ("N39.0", "UseAdditional")}),
        ("N39.0 B96.20", set()),
        ("Z99.999", {("Z99.999", "UnknownCode")}),
        ("I10 I10", {("I10", "Repeated")}),
        ("R07.9 Z37.0", {("Z37.0", "NeedsCompanion")}),
    ],
)
def test_sets_of_codes(codesets: CodeSets, codes: str, expected: set[tuple[str, str]]) -> None:
    assert _found(codesets, codes) == expected


@pytest.mark.parametrize(
    ("codes", "context", "expected"),
    [
        ("N40.0", CodingContext(sex="female", age=70), {("N40.0", "Sex")}),
        ("N40.0", CodingContext(sex="male", age=70), set()),
        ("N40.0", CodingContext(), set()),
        ("N80.00", CodingContext(sex="male"), {("N80.00", "Sex")}),
        ("M81.0", CodingContext(age=9), {("M81.0", "Age")}),
        ("M81.0", CodingContext(age="90+"), set()),
        ("O80", CodingContext(sex="female", age="90+"), {("O80", "Age")}),
        ("O80", CodingContext(sex="female", age=30), set()),
        ("P07.30", CodingContext(age=30), set()),
        ("I10", CodingContext(releases={ICD10CM: ""}), {("I10", "EffectiveDates")}),
        ("I10", CodingContext(releases={ICD10CM: "2026-04-01"}), set()),
    ],
)
def test_person_and_visit(
    codesets: CodeSets, codes: str, context: CodingContext, expected: set[tuple[str, str]]
) -> None:
    assert _found(codesets, codes, context) == expected


def test_a_release_that_was_not_in_force_is_named_once(codesets: CodeSets) -> None:
    codings = [Coding(ICD10CM, "", code, "") for code in ("I10", "N40.0")]
    found = check(codings, CodingContext(releases={ICD10CM: ""}), codesets)
    assert [(coding.code, f.rule) for coding, f in found] == [("I10", "EffectiveDates")]


def test_alternatives_of_one_note_are_asked_once(codesets: CodeSets) -> None:
    asked = [f for _, f in check([Coding(ICD10CM, "", "E11.9", "")], CodingContext(), codesets)]
    assert [(f.rule, f.level) for f in asked] == [("UseAdditional", "info")]
    assert "Z79.4" in asked[0].message
    assert asked[0].source == "ICD-10-CM Tabular List, April 2026, E11 Use additional code"
    both = [Coding(ICD10CM, "", code, "") for code in ("E11.9", "Z79.4")]
    assert check(both, CodingContext(), codesets) == ()


def test_system_that_is_not_loaded(codesets: CodeSets) -> None:
    ((_, finding),) = check([Coding("ICD-10-PCS", "", "0SR9019", "")], CodingContext(), codesets)
    assert (finding.rule, finding.level) == ("NotLoaded", "warning")


_PROCEDURES = (
    "code\tdescription\tphrases\twhen\tincludes\tflags\n"
    "9001T\tmain work\tmain words\t\t9003T\tmue=2\n"
    "9002T\tmore of it\tmore words\t\t\taddon=9001T\n"
    "9003T\tpart of it\tpart words\n"
    "9004T\tmore of anything\tany words\t\t\taddon\n"
)


@pytest.fixture(scope="module")
def procedures(tmp_path_factory: pytest.TempPathFactory) -> CodeSets:
    own = tmp_path_factory.mktemp("own")
    (own / "cpt").mkdir()
    (own / "cpt" / "mine.tsv").write_text(_PROCEDURES)
    return CodeSets.open(cache_dir=own / "cache", user_dictionaries=[own])


@pytest.mark.parametrize(
    ("codes", "units", "expected"),
    [
        ("9001T", {}, set()),
        ("9001T", {"9001T": 2}, set()),
        ("9001T", {"9001T": 3}, {("9001T", "Units")}),
        ("9001T 9002T", {}, set()),
        ("9002T", {}, {("9002T", "AddOn")}),
        ("9002T 9003T", {}, {("9002T", "AddOn")}),
        ("9004T", {}, {("9004T", "AddOn")}),
        ("9004T 9003T", {}, set()),
        ("9001T 9003T", {}, {("9003T", "Included")}),
    ],
)
def test_procedures(procedures: CodeSets, codes: str, units: dict[str, int], expected: set[tuple[str, str]]) -> None:
    codings = [Coding(CPT, "", code, "") for code in codes.split()]
    found = check(codings, CodingContext(), procedures, units=units)
    assert {(coding.code, f.rule) for coding, f in found} == expected


@pytest.mark.parametrize(("code", "expected"), [("D63.8", True), ("G63", True), ("F02.80", True), ("I10", False)])
def test_manifestation(codesets: CodeSets, code: str, expected: bool) -> None:
    entry = codesets.entry(ICD10CM, code)
    assert entry is not None
    assert is_manifestation(entry) is expected


def test_order_is_total(codesets: CodeSets) -> None:
    codings = [Coding(ICD10CM, "", code, "") for code in ("W19.XXXA", "M80.08", "E11.9", "E10.9", "M81.0")]
    once = check(codings, CodingContext(sex="male", age=9), codesets)
    assert once == check(codings, CodingContext(sex="male", age=9), codesets)
    places = [codings.index(coding) for coding, _ in once]
    assert places == sorted(places)


def test_rule_tables_name_codes_that_exist(codesets: CodeSets) -> None:
    codes = codesets.codes(ICD10CM)
    named = [s[0] for s in _sexes()] + [a[0] for a in _ages()] + [s[0] for s in _secondary_only()]
    assert all(any(map(names.hold, codes)) for names in named)
    needed = [need for s in _secondary_only() for need in s[1]]
    assert [n for n in needed if not any(covers(n, code) for code in codes)] == []
