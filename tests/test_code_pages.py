"""The code page: from the starter alone, and with official files imported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from noteproc.codesets import CodeSets
from noteproc.codesets.facts import facts_of
from noteproc.codesets.library import Library
from noteproc.pages import Page, Pages, page_html
from noteproc.pages.modifiers import modifier_uses
from tests.officials import AMA, OFFICIALS

PAYER = b"payer,code,policy\nMutual of Nowhere,0201T,Ask <first>\n"


@pytest.fixture(scope="module")
def codesets() -> CodeSets:
    return CodeSets.open()


@pytest.fixture(scope="module")
def bare(codesets: CodeSets, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return Pages(codesets, Library.open(tmp_path_factory.mktemp("empty") / "library.sqlite"))


@pytest.fixture(scope="module")
def filled(codesets: CodeSets, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    folder = tmp_path_factory.mktemp("filled")
    for name, official in OFFICIALS.items():
        (folder / name).write_bytes(official.data)
    (folder / "payer.csv").write_bytes(PAYER)
    library = Library.open(folder / "library.sqlite")
    library.add([folder / name for name in (*OFFICIALS, "payer.csv")], licences=AMA)
    return Pages(codesets, library)


def shown(pages: Pages, code: str, on: str | None = None) -> Page:
    page = pages.show(code, on=on)
    assert page is not None
    return page


def values(page: Page, section: str) -> dict[str, str]:
    found = page.section(section)
    assert found is not None, section
    return {s.label: s.value for s in found.statements}


def test_a_fresh_install_shows_what_the_starter_holds_and_says_what_is_missing(bare: Pages) -> None:
    page = shown(bare, "0201T")
    assert values(page, "indicators") == {
        "status": "C", "global days": "XXX", "professional and technical parts": "0", "multiple procedures": "0",
        "both sides": "2", "assistant at surgery": "0", "two surgeons": "0", "surgical team": "0",
        "supervision of diagnostic tests": "09", "diagnostic imaging family": "99",
    }  # fmt: skip
    assert values(page, "units") == {"most units a day": "1"}
    assert values(page, "facility") == {
        "hospital outpatient status": "J1",
        "ambulatory surgical center status": "G2",
    }
    assert values(page, "classes") == {"type of service": "2", "BETOS class": "P6A", "CCS class": "148"}
    assert list(values(page, "history")) == ["2009-07-01", "2010-01-01", "2013-01-01", "2015-01-01", "2017-01-01"]
    for name in ("indications", "steps", "aftercare", "documentation", "modifiers", "near", "site"):
        section = page.section(name)
        assert section is not None, name
        assert section.statements, name
    missing = " ".join(line for s in page.sections for line in s.missing)
    for file in ("PPRRVU", "LONGULT", "ccipra", "PractitionerServices", "Addendum B", "Addendum AA", "article_x"):
        assert file in missing, file
    assert page.own_words
    assert "trademark" in page.notice


@pytest.mark.parametrize("code", ["0201T", "22511", "99213", "J1885", "M80.08XA", "M80", "E11.40", "59", "XS", "36561"])
def test_every_statement_has_a_source(bare: Pages, filled: Pages, code: str) -> None:
    for pages in (bare, filled):
        page = shown(pages, code)
        assert page.title
        for section in page.sections:
            assert section.statements or section.missing
            assert all(str(s.citation) and s.label and (s.text or s.value) for s in section.statements)


def test_imported_indicators_come_from_the_file_and_agree_with_the_starter(bare: Pages, filled: Pages) -> None:
    before, after = shown(bare, "0201T"), shown(filled, "0201T")
    section = after.section("indicators")
    assert section is not None
    from_file = {s.label: s for s in section.statements if "PPRRVU2026_Jul.csv line" in str(s.citation)}
    assert len(from_file) >= 10
    for label, value in values(before, "indicators").items():
        assert from_file[label].value == value, label
    assert not section.missing


def test_imported_files_fill_their_sections(filled: Pages) -> None:
    page = shown(filled, "0201T")
    assert {"22511", "36000"} <= set(values(page, "edits"))
    assert values(page, "coverage") == {"M80.08XA": "article 52840"}
    assert values(page, "facility")["ambulatory payment classification"] == "5115"
    assert values(page, "facility")["ambulatory surgical center status"] == "J8"
    assert values(page, "classes")["restructured BETOS class"] == "PM022N"
    assert values(page, "units")["how the unit limit is applied"] == "3"
    assert "Mutual of Nowhere" in values(page, "payer")
    assert set(values(shown(filled, "22512"), "addon")) == {"22510", "22511"}
    assert set(values(shown(filled, "22511"), "addon")) == {"22512"}


def test_a_deleted_edit_is_said_to_be_deleted(filled: Pages) -> None:
    section = shown(filled, "0201T").section("edits")
    assert section is not None
    texts = {s.label: s.text for s in section.statements}
    assert "no longer in force" in texts["36000"]
    assert "not paid beside" in texts["22511"]
    old = shown(filled, "22511").section("edits")
    assert old is not None
    assert "does not apply" in next(s.text for s in old.statements if s.label == "0200T")
    today = shown(filled, "0201T", on="2026-07-02").section("edits")
    assert today is not None
    assert "36000" not in [s.label for s in today.statements]


def test_licensed_words_stand_with_their_copyright_line(filled: Pages) -> None:
    licensed = [
        code
        for family in ("cpt_long", "cpt_medium", "cpt_short")
        for release in filled.library.releases(family)
        for code in [row.code for row in filled.library.all_rows(release)][:1]
    ]
    assert licensed
    page = shown(filled, licensed[0])
    assert "American Medical Association" in page.notice
    assert "copyright" in page.notice.lower()


def test_a_diagnosis_shows_tree_notes_and_characters(bare: Pages) -> None:
    page = shown(bare, "M80.08XA")
    assert values(page, "place") == dict.fromkeys(("chapter 13", "M80-M85", "M80", "M80.0", "M80.08"), "above")
    assert list(values(page, "seventh")) == list("ADGKPS")
    excluded = page.section("excludes1")
    assert excluded is not None
    assert {s.value for s in excluded.statements} == {"M48.5", "M84.4"}
    assert all(s.label == "from M80" for s in excluded.statements)
    missing = " ".join(line for s in page.sections for line in s.missing)
    for file in ("DXCCSR", "I10gem", "icd10cm_index", "addenda", "Table 6I", "Risk Adjustment"):
        assert file in missing


def test_a_diagnosis_shows_what_is_imported_about_it(filled: Pages) -> None:
    page = shown(filled, "M80.08XA")
    assert values(page, "gem") == {"73313": "ICD-10-CM to ICD-9"}
    assert values(page, "coverage").keys() == {"0201T", "0200T"}
    assert "default, inpatient" in values(page, "ccsr")
    assert values(shown(filled, "I50.20"), "risk") == {"CMS-HCC V28": "226", "CC": "MS-DRG"}
    assert values(shown(filled, "E11.40"), "risk").keys() == {"CMS-HCC ESRD V24", "CMS-HCC V28", "RxHCC V08"}
    assert filled.library.releases("cc")
    assert shown(filled, "M80.08XA").section("risk") is not None
    index = shown(filled, "A79.0").section("index")
    assert index is not None
    assert [s.text for s in index.statements] == ["Fever, trench"]


@pytest.mark.parametrize(
    ("code", "modifier", "verdict"),
    [
        ("0201T", "50", "no"),
        ("0200T", "50", "yes"),
        ("0201T", "LT", "no"),
        ("0200T", "RT", "yes"),
        ("0201T", "26", "no"),
        ("71046", "26", "yes"),
        ("71046", "TC", "yes"),
        ("0201T", "80", "documented"),
        ("27447", "AS", "yes"),
        ("0201T", "62", "no"),
        ("22511", "54", "yes"),
        ("0201T", "55", "no"),
        ("99213", "25", "yes"),
        ("0201T", "25", "no"),
        ("J1885", "JZ", "yes"),
        ("0201T", "59", "yes"),
    ],
)
def test_an_indicator_decides_whether_a_modifier_applies(bare: Pages, code: str, modifier: str, verdict: str) -> None:
    uses = {use.modifier: use for use in modifier_uses(bare.shelf(), code)}
    assert uses[modifier].verdict == verdict
    assert str(uses[modifier].citation)


def test_nothing_is_said_of_a_modifier_that_no_indicator_decides(bare: Pages) -> None:
    assert not facts_of("procedures", "22845")
    assert "62" not in {use.modifier for use in modifier_uses(bare.shelf(), "22845")}


@pytest.mark.parametrize("code", ["0999T", "Q99.ZZZ", "99999", "", "ZZ", "M80.08XZ", "0201T; DROP TABLE rows"])
def test_an_unknown_code_has_no_page(bare: Pages, filled: Pages, code: str) -> None:
    assert bare.show(code) is None
    assert filled.show(code) is None


@pytest.mark.parametrize(("written", "code"), [("m8008xa", "M80.08XA"), (" 0201t ", "0201T"), ("-59", "59")])
def test_a_code_may_be_written_in_other_ways(bare: Pages, written: str, code: str) -> None:
    assert shown(bare, written).code == code


def test_a_code_of_the_other_procedure_system_is_found(filled: Pages) -> None:
    page = shown(filled, "00160ZB")
    assert page.system == "ICD-10-PCS"
    assert page.title == "Bypass Ventricle, Open"


def test_the_page_as_json_and_html(filled: Pages) -> None:
    page = shown(filled, "0201T")
    data = json.loads(json.dumps(page.to_dict()))
    assert data["code"] == "0201T"
    assert all(s["source"] for section in data["sections"] for s in section["statements"])
    html = page_html(page)
    assert "Ask &lt;first&gt;" in html
    assert "<first>" not in html
    assert "<script" not in html
    assert "http-equiv" in html
    for section in page.sections:
        assert f'id="{section.name}"' in html


def test_the_real_fee_schedule_agrees_with_the_starter(codesets: CodeSets, bare: Pages, tmp_path: Path) -> None:
    data = Path(__file__).resolve().parents[2] / "shared" / "data"
    files = sorted(data.glob("PPRRVU*")) + sorted(data.glob("MCR_MUE*"))
    if not files:
        pytest.skip("the official files are not beside this checkout")
    library = Library.open(tmp_path / "library.sqlite")
    library.add(files)
    page = shown(Pages(codesets, library), "0201T")
    imported = values(page, "indicators")
    for label, value in values(shown(bare, "0201T"), "indicators").items():
        assert imported[label] == value, label
