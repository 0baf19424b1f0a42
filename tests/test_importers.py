"""The importers: each knows its own file and no other, reads it whole, and leaves what it cannot read."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from noteproc.codesets import FAMILIES, Library
from noteproc.codesets.importers import documents, importers_of
from noteproc.errors import CodeSetError
from tests.officials import OFFICIALS, Official

CASES = [pytest.param(name, official, id=name) for name, official in OFFICIALS.items()]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "data" / "library.sqlite")


def written(folder: Path, data: bytes, name: str = "any name.bin") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name, official", CASES)
def test_exactly_one_importer_knows_a_file_whatever_its_name(name: str, official: Official, tmp_path: Path) -> None:
    (document,) = documents([written(tmp_path, official.data)])
    assert [importer.name for importer in importers_of(document)] == [official.importer]


@pytest.mark.parametrize("name, official", CASES)
def test_rows_are_those_of_the_file(name: str, official: Official, library: Library, tmp_path: Path) -> None:
    (report,) = library.add([written(tmp_path, official.data, name)], licences=official.licences)
    assert {r.family: r.rows for r in report.releases} == official.rows
    assert report.rejected == ()
    for family, code, column, value in official.expected:
        assert value in [row.values[column] for row in library.rows(family, code)], (family, code, column)
    for row in (row for r in report.releases for row in library.all_rows(r)):
        assert tuple(row.values) == FAMILIES[row.family].columns
        assert row.line >= 1
        assert "secret words" not in row.values.values()
    assert all(not v.problem for v in library.verify())


def test_every_family_has_a_file_here() -> None:
    assert {family for o in OFFICIALS.values() for family in o.rows} == set(FAMILIES)


def cut_offs(data: bytes) -> list[bytes]:
    """The file cut off inside a line, at several places; a cut between two lines leaves a whole, shorter file."""
    whole = data.rstrip() if data.startswith(b"<?xml") else data
    places = {len(data) * n // 7 for n in range(1, 7)} | {len(whole) - 1}
    return [data[:p] for p in sorted(places) if data[p - 1 : p] != b"\n"]


@pytest.mark.parametrize("name, official", CASES)
def test_a_cut_off_file_changes_nothing_and_says_why(
    name: str, official: Official, library: Library, tmp_path: Path
) -> None:
    if name == "payer.csv":
        pytest.skip("a table typed by hand may end without a line end")
    before = written(tmp_path, OFFICIALS["mue.csv" if name != "mue.csv" else "rbcs.csv"].data)
    library.add([before])
    held = library.fingerprint()
    for data in cut_offs(official.data):
        with pytest.raises(CodeSetError) as caught:
            library.add([written(tmp_path, data, name)], licences=official.licences)
        assert caught.value.path is not None
    assert library.fingerprint() == held
    assert len(library.releases()) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp037", "utf-16-le"])
@pytest.mark.parametrize("name, official", CASES)
def test_another_encoding_changes_nothing_and_says_why(
    name: str, official: Official, encoding: str, library: Library, tmp_path: Path
) -> None:
    data = official.data.decode("cp1252").replace("’", "'").encode(encoding)
    with pytest.raises(CodeSetError):
        library.add([written(tmp_path, data, name)], licences=official.licences)
    assert library.releases() == ()


@pytest.mark.parametrize("name, official", CASES)
def test_a_damaged_file_gives_no_traceback(name: str, official: Official, library: Library, tmp_path: Path) -> None:
    chance = random.Random(name)
    for _ in range(60):
        data = bytearray(official.data)
        for _ in range(chance.choice((1, 3, 20))):
            place = chance.randrange(len(data))
            action = chance.choice(("flip", "drop", "double", "byte"))
            if action == "flip":
                data[place] ^= 1 << chance.randrange(8)
            elif action == "drop":
                del data[place : place + chance.randrange(1, 30)]
            elif action == "double":
                data[place:place] = data[place : place + chance.randrange(1, 30)]
            else:
                data[place] = chance.randrange(256)
            if not data:
                data = bytearray(b"x")
        held = library.fingerprint()
        try:
            reports = library.add([written(tmp_path, bytes(data), name)], licences=official.licences)
        except CodeSetError:
            # Refused whole.
            assert library.fingerprint() == held
        else:
            # Damage that cannot be seen, as one letter of a title; whatever was taken is whole.
            assert all(r.rows > 0 for report in reports for r in report.releases)
    assert all(not v.problem for v in library.verify())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"just words\n",
        b"\x00\x01\x02",
        b"<html><body>x</body></html>",
        b"PK\x03\x04 no archive",
        b"%PDF-1.7\n",
        b"a,b,c\n1,2,3\n",
        b"code\tname\nA00\tx\n",
        b'"open quote\n',
    ],
)
def test_a_foreign_file_changes_nothing_and_says_why(data: bytes, library: Library, tmp_path: Path) -> None:
    with pytest.raises(CodeSetError, match="any name"):
        library.add([written(tmp_path, data)])
    assert library.releases() == ()


def test_a_document_type_is_refused(library: Library, tmp_path: Path) -> None:
    xml = OFFICIALS["icd10cm_index_2026.xml"].data.decode()
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    outside = '<!DOCTYPE x SYSTEM "file:///etc/passwd">'
    for kind in (bomb, outside):
        data = xml.replace("?>\n", f"?>\n{kind}", 1).replace("Amyloid", "&b;" if kind is bomb else "Amyloid")
        with pytest.raises(CodeSetError, match="document type"):
            library.add([written(tmp_path, data.encode())])


def test_few_bad_rows_are_left_out_with_line_and_reason(library: Library, tmp_path: Path) -> None:
    good = OFFICIALS["mue.csv"].data
    data = good + b"not a code,1,2 Line Edit,x\r\n22512,many,2 Line Edit,x\r\n"
    (report,) = library.add([written(tmp_path, data)])
    assert [(r.line, "cod" in r.reason or "units" in r.reason) for r in report.rejected] == [(8, True), (9, True)]
    (release,) = report.releases
    assert (release.rows, release.rejected) == (2, 2)
    assert library.rejected(release) == report.rejected


def test_many_bad_rows_refuse_the_file(library: Library, tmp_path: Path) -> None:
    data = OFFICIALS["mue.csv"].data + b"not a code,1,2 Line Edit,x\r\n" * 9
    with pytest.raises(CodeSetError, match="cannot be read"):
        library.add([written(tmp_path, data)])
    assert library.releases() == ()


def test_cpt_needs_its_licence_declared(library: Library, tmp_path: Path) -> None:
    path = written(tmp_path, OFFICIALS["LONGULT.txt"].data)
    with pytest.raises(CodeSetError, match="--licence ama-cpt"):
        library.add([path])
    assert library.releases() == ()
    (report,) = library.add([path], licences=frozenset({"ama-cpt"}))
    assert report.releases[0].licence == "Words with copyright 2026 of the American Medical Association"


def test_an_archive_gives_what_is_known_in_it(library: Library, tmp_path: Path) -> None:
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("rbcs.csv", OFFICIALS["rbcs.csv"].data)
    path = tmp_path / "outer.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/ccipra-v322r0-f1.txt", OFFICIALS["ccipra-v322r0-f1.txt"].data)
        archive.writestr("readme.pdf", b"%PDF-1.7\n")
        archive.write(inner, "more.zip")
    reports = library.add([path])
    assert [(r.file, r.outcome) for r in reports] == [
        ("outer.zip:ccipra-v322r0-f1.txt", "imported"),
        ("outer.zip:more.zip:rbcs.csv", "imported"),
        ("outer.zip:readme.pdf", "skipped"),
    ]
    assert library.rows("ptp", "0201T")[0].release.version == "v322r0"


def test_a_damaged_archive_changes_nothing(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rbcs.csv", OFFICIALS["rbcs.csv"].data)
        archive.writestr("mue.csv", OFFICIALS["mue.csv"].data)
    whole = path.read_bytes()
    for data in (whole[:-30], whole.replace(b"Musculo", b"Xusculo", 1)):
        path.write_bytes(data)
        with pytest.raises(CodeSetError, match=r"a\.zip"):
            library.add([path])
    assert library.releases() == ()


def test_a_workbook_is_read_by_the_sheet(library: Library, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["words only"])
    sheet = book.create_sheet("Edits")
    for line in OFFICIALS["HCPC2026_OCT_ANWEB.csv"].data.decode().replace('"', "").splitlines():
        sheet.append(line.replace("kind, or", "kind or").split(","))
    sheet["A5"], sheet["B5"], sheet["C5"], sheet["D5"], sheet["S5"], sheet["T5"] = (
        "A0009",
        10,
        3,
        "Box",
        20200101,
        20200101.0,
    )
    sheet["V5"] = "N"
    path = tmp_path / "x.bin"
    book.save(path)
    reports = library.add([path])
    assert [(r.file, r.outcome) for r in reports] == [("x.bin:Notes", "skipped"), ("x.bin:Edits", "imported")]
    assert {r.family: r.rows for r in reports[1].releases} == {"hcpcs": 3, "hcpcs_modifiers": 1}
    assert library.rows("hcpcs", "A0009")[0].values["added"] == "2020-01-01"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CodeSetError):
        library.add([path])


@pytest.mark.parametrize(
    "file, expected",
    [
        ("HCPC2020_ANWEB_w_disclaimer.txt", {"codes": 6710, "terminated": 605, "modifiers": 369}),
        ("HCPC2026_OCT_ANWEB.head.csv", {"columns": 48, "modifiers": 3}),
        (
            "icd10cm-eindex-April-1-2026-XML.xml",
            {"main terms": 314, "sub-terms": 7776, "codes": 6671, "see": 791, "see also": 98},
        ),
        ("icd10cm-neoplasm-April-1-2026-XML.xml", {"main terms": 1, "sub-terms": 1939, "cells": 10922}),
        ("icd10cm-drug-April-1-2026-XML.xml", {"main terms": 5179, "sub-terms": 2251, "cells": 40036}),
        ("icd10cm_index_2027.head.xml", {"main terms": 7}),
        ("icd10cm_order_2026.excerpt.txt", {"headers": 2, "billable": 3}),
        ("PPRRVU2026_Jul_nonQPP.head.redacted.csv", {"rows": 5}),
        ("MCR_MUE_PractitionerServices_Eff_07-01-2026.head.csv", {"rows": 5}),
        ("ccipra-v322r0-f1.head.txt", {"rows": 5}),
    ],
)
def test_official_bytes_give_the_counts_of_their_readme(
    file: str, expected: dict[str, int], library: Library, shared_data: Path
) -> None:
    (report,) = library.add([shared_data / file])
    counts = {**report.releases[0].counts, "rows": report.releases[0].rows}
    assert {name: counts[name] for name in expected} == expected
    assert report.rejected == ()


@pytest.mark.parametrize("file", ["HCPCS2019_recordlayout.txt", "proc_notes_2020.txt", "README.md"])
def test_official_papers_are_not_taken_for_tables(file: str, library: Library, shared_data: Path) -> None:
    with pytest.raises(CodeSetError):
        library.add([shared_data / file])


def test_the_fee_schedule_excerpt_gives_0201t(library: Library, shared_data: Path) -> None:
    library.add([shared_data / "PPRRVU2026_Jul_nonQPP.head.redacted.csv"])
    (row,) = library.rows("pprrvu", "0201T", on="2026-08-01")
    wanted = {"status": "C", "global_days": "XXX", "pctc": "0", "multiple": "0", "bilateral": "2", "assistant": "0"}
    wanted |= {"co_surgeons": "0", "team": "0", "supervision": "09", "imaging_family": "99"}
    assert {name: row.values[name] for name in wanted} == wanted
    assert library.rows("pprrvu", "0201T", on="2026-06-30") == ()
