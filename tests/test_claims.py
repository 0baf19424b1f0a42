"""Codes against imported edits, unit limits, add-on lists, coverage and dates."""

from __future__ import annotations

from datetime import date

import pytest

from noteproc.codesets import CodeSets
from noteproc.codesets.library import Library
from noteproc.records import Coding, CodingContext, Finding
from noteproc.rules import check, examine
from tests.officials import OFFICIALS

FILES = (
    "mue.csv",
    "ccipra-v322r0-f1.txt",
    "AOC_V2026Q1-MCR.txt",
    "article_x_hcpc_code.csv",
    "article_x_icd10_covered.csv",
    "HCPC2020_ANWEB.txt",
)


@pytest.fixture(scope="module")
def codesets() -> CodeSets:
    return CodeSets.open()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("library")
    for name in FILES:
        (folder / name).write_bytes(OFFICIALS[name].data)
    library = Library.open(folder / "library.sqlite")
    library.add([folder / name for name in FILES])
    return library


def findings(
    codesets: CodeSets, library: Library, codes: str, *, on: str = "", units: dict[str, int] | None = None
) -> list[tuple[str, Finding]]:
    day = date.fromisoformat(on) if on else None
    found = examine(codes.split(), codesets, library, on=day, units=units).findings
    assert all(f.source and f.message for _, f in found)
    return [(coding.code, f) for coding, f in found]


@pytest.mark.parametrize(
    ("codes", "on", "units", "expected"),
    [
        # PTP: indicator 1 without and with a modifier, indicator 0, deleted, taken back, no edit
        ("0201T 22511", "2026-07-02", {}, {("22511", "Edit", "error")}),
        ("22511 0201T", "2026-07-02", {}, {("22511", "Edit", "error")}),
        ("0201T 22511-59", "2026-07-02", {}, {("22511", "Edit", "info")}),
        ("0201T-XS 22511", "2026-07-02", {}, {("22511", "Edit", "info")}),
        ("0201T 22511-51", "2026-07-02", {}, {("22511", "Edit", "error")}),
        ("0201T 22511", "2018-12-31", {}, set()),
        ("0201T 36000", "2015-01-01", {}, {("36000", "Edit", "error")}),
        ("0201T 36000-59", "2015-01-01", {}, {("36000", "Edit", "error")}),
        ("0201T 36000", "2021-01-01", {}, set()),
        ("0201T 36000", "", {}, set()),
        ("22511 0200T", "2019-01-01", {}, set()),
        # MUE: at the limit, over it, from the imported table
        ("0201T", "", {"0201T": 1}, set()),
        ("0201T", "", {"0201T": 2}, {("0201T", "Units", "warning")}),
        ("22511", "", {"22511": 2}, {("22511", "Units", "warning")}),
        ("22510", "", {"22510": 9}, set()),
        # add-ons: alone, with its primary, with a stranger, with an open list
        ("22512", "2026-07-02", {}, {("22512", "AddOn", "error")}),
        ("22510 22512", "2026-07-02", {}, set()),
        ("22513 22512", "2026-07-02", {}, {("22512", "AddOn", "error")}),
        # coverage: listed, not listed, no diagnosis, no article
        ("0201T M80.08XA", "", {}, set()),
        ("0201T M54.50", "", {}, {("0201T", "NotCovered", "warning")}),
        ("0201T M54.50 M80.08XA", "", {}, set()),
        ("0201T", "", {}, set()),
        ("22514 M54.50", "", {}, set()),
        # dates: before it was added, before and after a HCPCS code ended
        ("0201T", "2009-06-30", {}, {("0201T", "EffectiveDates", "error")}),
        ("0201T", "2009-07-01", {}, set()),
        ("A0002", "2019-12-31", {}, set()),
        ("A0002", "2020-01-01", {}, {("A0002", "EffectiveDates", "error")}),
        ("A0001", "2018-12-31", {}, {("A0001", "EffectiveDates", "error")}),
    ],
)
def test_claims(
    codesets: CodeSets,
    library: Library,
    codes: str,
    on: str,
    units: dict[str, int],
    expected: set[tuple[str, str, str]],
) -> None:
    rules = {"Edit", "Units", "AddOn", "NotCovered", "EffectiveDates"}
    found = findings(codesets, library, codes, on=on, units=units)
    assert {(code, f.rule, f.level) for code, f in found if f.rule in rules} == expected


def test_a_finding_names_file_line_and_release(codesets: CodeSets, library: Library) -> None:
    ((_, finding),) = [
        pair for pair in findings(codesets, library, "0201T 22511", on="2026-07-02") if pair[1].rule == "Edit"
    ]
    assert "ccipra-v322r0-f1.txt line" in finding.source
    assert "v322r0" in finding.source


def test_without_imported_files_the_starter_alone_speaks(codesets: CodeSets, library: Library) -> None:
    codings = [Coding("CPT", "", code, "") for code in ("0201T", "36000")]
    found = check(codings, CodingContext(), codesets, units={"0201T": 2})
    assert [(c.code, f.rule) for c, f in found if f.rule != "NotInStarter"] == [("0201T", "Units")]


@pytest.mark.parametrize(
    ("code", "rules"),
    [("99213", set()), ("0199T", {"NotInStarter"}), ("0201T", set()), ("36000", {"NotInStarter"})],
)
def test_a_starter_that_lacks_a_code_does_not_call_it_invalid(
    codesets: CodeSets, library: Library, code: str, rules: set[str]
) -> None:
    assert {f.rule for _, f in findings(codesets, library, code)} == rules


def test_the_order_of_findings_is_that_of_the_codes(codesets: CodeSets, library: Library) -> None:
    one = findings(codesets, library, "E11 22512 0201T 22511", on="2026-07-02")
    assert one == findings(codesets, library, "E11 22512 0201T 22511", on="2026-07-02")
    order = ["E11", "22512", "0201T", "22511"]
    assert [order.index(code) for code, _ in one] == sorted(order.index(code) for code, _ in one)
