"""The library: releases side by side, chosen by date, whole or not at all."""

from __future__ import annotations

import os
import pickle
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from noteproc.codesets import HCPCS, ICD10CM, ICD10PCS, CodeSets, Library, lookup
from noteproc.codesets.importers.dates import Span, iso, named_release
from noteproc.codesets.shelf import data_root
from noteproc.errors import CodeSetError, ConfigError
from tests.officials import AMA, OFFICIALS


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "data" / "library.sqlite")


def put(library: Library, folder: Path, official: str, name: str = "", **said: str) -> int:
    """Imports one of our files under a name and returns its number."""
    path = folder / (name or official)
    path.write_bytes(OFFICIALS[official].data + said.pop("more", "").encode())
    (report,) = library.add([path], licences=OFFICIALS[official].licences, **said)
    return report.releases[0].imported


def test_an_empty_library_answers_with_nothing(library: Library) -> None:
    assert library.releases() == ()
    assert library.rows("pprrvu", "0201T") == ()
    assert library.pairs("0201T", "22511") == ()
    assert library.covered("0201T") == ()
    assert library.verify() == ()
    assert library.fingerprint() == ""


def test_an_unknown_family_is_named(library: Library) -> None:
    with pytest.raises(ConfigError, match="pprrvu"):
        library.rows("prrvu", "0201T")


def test_provenance(library: Library, tmp_path: Path) -> None:
    number = put(library, tmp_path, "PPRRVU2026_Jul.csv", "fees.csv")
    (release,) = library.releases()
    assert (release.family, release.system, release.file, release.imported) == (
        "pprrvu",
        "CPT/HCPCS",
        "fees.csv",
        number,
    )
    assert (release.version, release.effective_from, release.effective_to) == ("2026-07-01", "2026-07-01", "2026-12-31")
    assert len(release.sha256) == 64
    (row,) = library.rows("pprrvu", "0201T")
    assert (row.release, row.line) == (release, 7)


def test_the_same_bytes_are_imported_once(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "rbcs.csv")
    again = tmp_path / "renamed.csv"
    again.write_bytes(OFFICIALS["rbcs.csv"].data)
    (report,) = library.add([again])
    assert report.outcome == "present"
    assert len(library.releases()) == 1


@pytest.mark.parametrize(
    "on, status",
    [(None, "new"), ("2026-07-01", "new"), ("2026-06-30", "old"), ("2026-01-01", "old"), ("2025-12-31", "")],
)
def test_the_date_of_service_chooses_the_release(library: Library, tmp_path: Path, on: str | None, status: str) -> None:
    for name, start, marked in (("b.csv", "2026-07-01", b"new"), ("a.csv", "2026-01-01", b"old")):
        path = tmp_path / name
        path.write_bytes(OFFICIALS["mue.csv"].data.replace(b"Nature of Service/Procedure", marked))
        library.add([path], effective_from=start)
    assert [row.values["rationale"] for row in library.rows("mue", "0201T", on=on)] == ([status] if status else [])


def test_variants_stand_beside_each_other(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "mue.csv")
    path = tmp_path / "hospital.csv"
    path.write_bytes(OFFICIALS["mue.csv"].data.replace(b"Practitioner Services", b"Outpatient Hospital Services"))
    library.add([path])
    assert [row.values["service"] for row in library.rows("mue", "0201T")] == ["outpatient hospital", "practitioner"]


@pytest.mark.parametrize(
    "code, other, on, found",
    [
        ("0201T", "22511", None, ["22511"]),
        ("22511", "0201T", None, ["22511"]),
        ("22511", "0201t ", "2026-01-01", ["22511"]),
        ("0201T", "22511", "2018-12-31", []),
        ("0201T", "36000", "2020-12-31", ["36000"]),
        ("0201T", "36000", "2021-01-01", []),
        ("22511", None, None, ["0200T", "22511"]),
        # Deleted on the day it began: it never held.
        ("22511", "0200T", "2019-01-01", []),
        ("99213", "0201T", None, []),
    ],
)
def test_pairs(
    library: Library, tmp_path: Path, code: str, other: str | None, on: str | None, found: list[str]
) -> None:
    put(library, tmp_path, "ccipra-v322r0-f1.txt")
    assert [row.values["other"] for row in library.pairs(code, other, on=on)] == found


def test_parts_of_one_release_answer_together(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "ccipra-v322r0-f1.txt")
    put(library, tmp_path, "ccipra-v322r0-f1.txt", "ccipra-v322r0-f2.txt", more="99213\t0201T\t\t20200101\t*\t1\tx\r\n")
    assert [(row.code, row.values["other"]) for row in library.pairs("0201T")] == [
        ("0201T", "22511"),
        ("0201T", "36000"),
        ("99213", "0201T"),
    ]


def test_covered_joins_the_two_tables(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "article_x_hcpc_code.csv")
    assert library.covered("0201T") == ()
    put(library, tmp_path, "article_x_icd10_covered.csv")
    assert [row.code for row in library.covered("0201T")] == ["M80.08XA"]
    assert library.covered("22511") == ()


def test_linked(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "AOC_V2026Q1-MCR.txt")
    put(library, tmp_path, "2018_I9gem.txt")
    assert [row.code for row in library.linked("addon", "22511", on="2026-01-01")] == ["22512"]
    assert [row.code for row in library.linked("gem", "A000")] == ["0010"]


def test_several_files_are_one_transaction(library: Library, tmp_path: Path) -> None:
    for name in ("mue.csv", "rbcs.csv"):
        (tmp_path / name).write_bytes(OFFICIALS[name].data)
    (tmp_path / "rbcs.csv").write_bytes(OFFICIALS["rbcs.csv"].data[:-5])
    with pytest.raises(CodeSetError, match=r"rbcs\.csv:2: is cut off"):
        library.add([tmp_path / "mue.csv", tmp_path / "rbcs.csv"])
    assert library.releases() == ()


def test_a_killed_import_changes_nothing(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "rbcs.csv")
    held = library.fingerprint()
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nimport noteproc.codesets.intake as intake\n"
        "from noteproc.codesets import Library\n"
        "def dies(*a, **k): os.kill(os.getpid(), signal.SIGKILL)\n"
        "intake._judge = dies\n"
        "Library.open(Path(sys.argv[1])).add([Path(sys.argv[2])])\n"
    )
    path = tmp_path / "mue.csv"
    path.write_bytes(OFFICIALS["mue.csv"].data)
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "data" / "library.sqlite"), str(path)])
    assert done.returncode == -signal.SIGKILL
    assert library.fingerprint() == held
    assert all(not v.problem for v in library.verify())
    assert put(library, tmp_path, "mue.csv") > 1


def test_remove(library: Library, tmp_path: Path) -> None:
    first = put(library, tmp_path, "mue.csv", effective_from="2026-01-01")
    second = put(library, tmp_path, "rbcs.csv")
    with pytest.raises(ConfigError, match="no such release"):
        library.remove(family="mue", version="other")
    with pytest.raises(ConfigError, match="number, or a family"):
        library.remove()
    assert [r.imported for r in library.remove(family="mue")] == [first]
    assert [r.imported for r in library.releases()] == [second]
    assert library.rows("mue", "0201T") == ()
    # A number names one import for ever.
    assert put(library, tmp_path, "mue.csv") == second + 1


def test_verify_finds_a_changed_and_a_missing_row(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "mue.csv")
    put(library, tmp_path, "rbcs.csv")
    with closing(sqlite3.connect(tmp_path / "data" / "library.sqlite")) as store:
        store.execute("UPDATE rows SET held = replace(held, 'Policy', 'Politics') WHERE imported = 1")
        store.execute("DELETE FROM rows WHERE imported = 2")
        store.commit()
    changed, missing = library.verify()
    assert "not those imported" in changed.problem
    assert "holds 0 rows of 1" in missing.problem


def test_a_damaged_library_is_said_to_be(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "mue.csv")
    path = tmp_path / "data" / "library.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"\x00\xff" * 5000)
    with pytest.raises(CodeSetError, match="damaged"):
        Library.open(path).releases()
    with pytest.raises(CodeSetError, match="damaged"):
        Library.open(path).add([tmp_path / "mue.csv"])


def test_a_library_of_another_layout_is_said_to_be(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "mue.csv")
    path = tmp_path / "data" / "library.sqlite"
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA user_version = 99")
    with pytest.raises(CodeSetError, match="layout 99"):
        Library.open(path).releases()


def test_diff(library: Library, tmp_path: Path) -> None:
    old = put(library, tmp_path, "mue.csv")
    path = tmp_path / "next.csv"
    data = OFFICIALS["mue.csv"].data.replace(b"0201T,1,", b"0201T,2,").replace(b"22511,", b"22513,")
    path.write_bytes(data)
    new = library.add([path], effective_from="2026-10-01")[0].releases[0].imported
    found = library.diff(old, new)
    assert [(c.code, c.kind, dict(c.before), dict(c.after)) for c in found.changes] == [
        ("0201T", "changed", {"units": "1"}, {"units": "2"}),
        ("22511", "removed", {}, {}),
        ("22513", "added", {}, {}),
    ]
    (of_files,) = library.diff_files(tmp_path / "mue.csv", path)
    assert of_files.changes == found.changes
    assert len(library.releases()) == 2
    with pytest.raises(ConfigError, match="no release 99"):
        library.diff(old, 99)
    other = put(library, tmp_path, "rbcs.csv")
    with pytest.raises(ConfigError, match="one family"):
        library.diff(old, other)


@pytest.mark.parametrize(
    "said, words",
    [({"effective_from": "July"}, "YYYY-MM-DD"), ({"licences": frozenset({"mine"})}, "ama-cpt")],
)
def test_what_the_caller_says_is_checked(library: Library, tmp_path: Path, said: dict[str, object], words: str) -> None:
    (tmp_path / "mue.csv").write_bytes(OFFICIALS["mue.csv"].data)
    with pytest.raises(ConfigError, match=words):
        library.add([tmp_path / "mue.csv"], **said)  # type: ignore[arg-type]


def test_missing_paths(library: Library, tmp_path: Path) -> None:
    with pytest.raises(CodeSetError, match="does not exist"):
        library.add([tmp_path / "nowhere.csv"])
    with pytest.raises(ConfigError, match="name a file"):
        library.add([])
    assert not (tmp_path / "data" / "library.sqlite").exists()


def test_it_pickles(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "mue.csv")
    assert pickle.loads(pickle.dumps(library)).rows("mue", "0201T") == library.rows("mue", "0201T")


def test_a_read_only_library_is_read(library: Library, tmp_path: Path) -> None:
    put(library, tmp_path, "mue.csv")
    folder = tmp_path / "data"
    os.chmod(folder / "library.sqlite", 0o400)
    os.chmod(folder, 0o500)
    try:
        assert Library.open(folder / "library.sqlite").rows("mue", "0201T")
    finally:
        os.chmod(folder, 0o700)


def test_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NOTEPROC_DATA", str(tmp_path))
    assert data_root() == tmp_path
    monkeypatch.delenv("NOTEPROC_DATA")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_root() == tmp_path / "noteproc"
    monkeypatch.setenv("XDG_DATA_HOME", "not/absolute")
    assert data_root() == Path.home() / ".local" / "share" / "noteproc"


@pytest.mark.parametrize(
    "text, day",
    [
        ("20260701", "2026-07-01"),
        ("2026-07-01", "2026-07-01"),
        ("7/1/2026", "2026-07-01"),
        ("7/1/2026 00:00", "2026-07-01"),
        ("", ""),
        ("20261301", None),
        ("20260230", None),
        ("July", None),
        ("2026", None),
    ],
)
def test_dates(text: str, day: str | None) -> None:
    assert iso(text) == day


@pytest.mark.parametrize(
    "name, fiscal, span",
    [
        ("MCR_MUE_Eff_07-01-2026.csv", False, Span("2026-07-01", "2026-07-01")),
        ("icd10cm-eindex-April-1-2026-XML.xml", True, Span("2026-04-01", "2026-04-01", "2026-09-30")),
        ("icd10cm_order_2026.txt", True, Span("2026", "2025-10-01", "2026-09-30")),
        ("HCPC2026_OCT_ANWEB.csv", False, Span("2026-10-01", "2026-10-01")),
        ("HCPC2020_ANWEB.txt", False, Span("2020", "2020-01-01")),
        ("ccipra-v322r0-f1.txt", False, Span("v322r0", "2026-07-01")),
        ("AOC_V2026Q1-MCR.txt", False, Span("2026Q1", "2026-01-01")),
        ("DXCCSR_v2026-1.csv", True, Span("2026.1", "2025-10-01")),
        ("january_2026_addendum_b.csv", False, Span("2026-01-01", "2026-01-01")),
        ("mine.csv", False, Span()),
        ("99-99-2026.csv", False, Span()),
    ],
)
def test_what_a_name_tells(name: str, fiscal: bool, span: Span) -> None:
    assert named_release(name, fiscal=fiscal) == span


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[CodeSets, CodeSets]:
    """The code sets without and with imported systems."""
    folder = tmp_path_factory.mktemp("imported")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTEPROC_DATA", str(folder))
        bare = CodeSets.open()
        for name in (
            "HCPC2020_ANWEB.txt",
            "icd10pcs_order_2026.txt",
            "LONGULT.txt",
            "icd10cm_index_2026.xml",
            "icd10cm_order_2026.txt",
        ):
            (folder / name).write_bytes(OFFICIALS[name].data)
            Library.open().add([folder / name], licences=AMA)
        return bare, CodeSets.open()


def test_imported_systems_are_looked_up(imported: tuple[CodeSets, CodeSets]) -> None:
    _, full = imported
    assert [h.code for h in lookup("bag of sand", system=HCPCS, limit=1, codesets=full)] == ["A0001"]
    assert [h.code for h in lookup("open ventricle bypass", system=ICD10PCS, limit=1, codesets=full)] == ["00160ZB"]
    assert [h.code for h in lookup("00160zb", codesets=full)] == ["00160ZB"]
    assert [h.code for h in lookup("trench fever", system=ICD10CM, limit=1, codesets=full)] == ["A79.0"]
    assert full.ancestors(ICD10PCS, "00160ZB") == ("001",)
    assert full.leaves(ICD10PCS, "001") == ("00160ZB",)


def test_an_import_gives_new_code_sets(imported: tuple[CodeSets, CodeSets]) -> None:
    bare, full = imported
    assert bare.fingerprint() != full.fingerprint()
    assert bare.entry(HCPCS, "A0001") is None
    assert full.versions()[HCPCS] == "2020"


def test_a_starter_code_that_the_file_lacks_stays(imported: tuple[CodeSets, CodeSets]) -> None:
    bare, full = imported
    assert full.entry(HCPCS, "J1885") == bare.entry(HCPCS, "J1885")


def test_notes_are_coded_by_the_same_phrases(imported: tuple[CodeSets, CodeSets]) -> None:
    bare, full = imported
    assert list(full.phrases()) == list(bare.phrases())
    assert len(list(full.phrases(imported=True))) > len(list(full.phrases()))


def test_the_starters_words_stay_the_title_of_a_cpt_code(imported: tuple[CodeSets, CodeSets]) -> None:
    bare, full = imported
    own, kept, other = bare.entry("CPT", "0201T"), full.entry("CPT", "0201T"), full.entry("CPT", "00001")
    assert own is not None
    assert kept is not None
    assert other is not None
    assert (kept.title, kept.own_words, dict(kept.flags)) == (own.title, True, dict(own.flags))
    assert (other.title, other.own_words) == ("One (our words)", False)
    (licence,) = (s.licence for s in full.summaries() if s.system == "CPT" and s.version != "starter")
    assert "American Medical Association" in licence


@pytest.mark.parametrize(
    "day, version", [("2025-09-30", ""), ("2025-11-01", "2026"), ("2026-05-01", "2026-04-01"), ("2026-10-01", "")]
)
def test_the_day_chooses_the_icd_release(imported: tuple[CodeSets, CodeSets], day: str, version: str) -> None:
    _, full = imported
    assert full.releases_on(date.fromisoformat(day))[ICD10CM] == version


def test_an_imported_icd_list_does_not_answer_by_default(imported: tuple[CodeSets, CodeSets]) -> None:
    bare, full = imported
    assert full.versions()[ICD10CM] == "2026-04-01"
    assert full.entry(ICD10CM, "A000") == bare.entry(ICD10CM, "A000")
    assert full.codes(ICD10CM) == bare.codes(ICD10CM)
    listed = full.entry(ICD10CM, "A000", version="2026")
    assert listed is not None
    assert (listed.title, listed.parent, listed.kind) == ("Watery disease, old", "A00", "diagnosis")
