"""The compiled code sets: codes, notes, phrases, and what a damaged or foreign file does to them."""

from __future__ import annotations

import pickle
import shutil
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from noteproc.codesets import CPT, HCPCS, ICD10CM, CodeSets, summaries
from noteproc.codesets.sources import find_sources
from noteproc.errors import ConfigError


@pytest.fixture(scope="module")
def codesets() -> CodeSets:
    return CodeSets.open()


def test_every_code_of_the_official_list(codesets: CodeSets) -> None:
    spec = find_spec("simple_icd_10_cm")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    listing = Path(spec.submodule_search_locations[0]) / "data" / "code-list-April-2026.txt"
    listed = {c for c in listing.read_text().split() if len(c) >= 3 and "-" not in c}
    assert {c.replace(".", "") for c in codesets.codes(ICD10CM)} == listed


@pytest.mark.parametrize(
    ("code", "title", "billable", "parent"),
    [
        ("I10", "Essential (primary) hypertension", True, "I10-I1A"),
        ("M80.08", "Age-related osteoporosis with current pathological fracture, vertebra(e)", False, "M80.0"),
        (
            "M80.08XA",
            "Age-related osteoporosis with current pathological fracture, vertebra(e), initial encounter for fracture",
            True,
            "M80.08",
        ),
        (
            "E08.3211",
            "Diabetes mellitus due to underlying condition with mild nonproliferative diabetic retinopathy "
            "with macular edema, right eye",
            True,
            "E08.321",
        ),
        ("S72.001A", None, True, "S72.001"),
    ],
)
def test_entry(codesets: CodeSets, code: str, title: str | None, billable: bool, parent: str) -> None:
    entry = codesets.entry(ICD10CM, code)
    assert entry is not None
    assert entry == codesets.entry(ICD10CM, code.replace(".", "").lower())
    assert title in (None, entry.title)
    assert (entry.billable, entry.parent, entry.own_words) == (billable, parent, False)


@pytest.mark.parametrize("code", ["", "X", "I1", "I10.00", "M80.08XZ", "99213", "A00–A09"])
def test_no_entry(codesets: CodeSets, code: str) -> None:
    assert codesets.entry(ICD10CM, code) is None
    assert codesets.children(ICD10CM, code) == ()
    assert codesets.leaves(ICD10CM, code) == ()
    assert codesets.notes(ICD10CM, code) == ()


def test_tree(codesets: CodeSets) -> None:
    assert codesets.children(ICD10CM, "M80.08") == tuple(f"M80.08X{c}" for c in "ADGKPS")
    assert codesets.ancestors(ICD10CM, "M80.08XA") == ("M80.08", "M80.0", "M80")
    assert codesets.ancestors(ICD10CM, "M80.08XA", blocks=True)[-2:] == ("M80-M85", "13")
    assert codesets.leaves(ICD10CM, "M80.08") == codesets.children(ICD10CM, "M80.08")
    assert codesets.leaves(ICD10CM, "I10") == ("I10",)
    leaves = codesets.leaves(ICD10CM, "M80")
    assert len(leaves) == 324
    assert all(code.startswith("M80") for code in leaves)


def test_inherited_notes(codesets: CodeSets) -> None:
    notes = codesets.notes(ICD10CM, "M80.08XA", "excludes1")
    assert ("M48.5",) in {note.codes for note in notes}
    assert {note.code for note in notes} == {"M80"}
    assert [n.code for n in codesets.notes(ICD10CM, "E08.3211", "seventh")] == ["E08.32"]
    inclusion = codesets.notes(ICD10CM, "M80.0", "inclusion")
    assert "Postmenopausal osteoporosis with current pathological fracture" in {n.text for n in inclusion}
    assert codesets.notes(ICD10CM, "M80.08XA", "inclusion") == ()


def test_phrases(codesets: CodeSets) -> None:
    phrases = list(codesets.phrases())
    assert phrases == list(codesets.phrases())
    found = {(p.text, p.code, p.source) for p in phrases}
    assert ("Essential hypertension", "I10", "title") in found
    assert ("collapsed vertebra", "M48.5", "excludes") in found
    assert not any("NOS" in p.text.split() for p in phrases if p.source in ("title", "inclusion"))
    assert any(p.source == "inclusion" for p in phrases)
    assert all(0 < p.weight <= 1 for p in phrases)
    assert all(codesets.entry(p.system, p.code) for p in phrases[::97])


def test_versions_and_summaries(codesets: CodeSets) -> None:
    assert codesets.versions()[ICD10CM] == "2026-04-01"
    first = summaries(codesets)[0]
    assert (first.system, first.effective_to) == (ICD10CM, "2026-09-30")
    assert "public domain" in first.licence
    assert "AMA" in next(s.licence for s in summaries(codesets) if s.system == CPT)


@pytest.mark.parametrize(
    ("day", "release"),
    [
        (date(2026, 3, 31), ""),
        (date(2026, 4, 1), "2026-04-01"),
        (date(2026, 9, 30), "2026-04-01"),
        (date(2026, 10, 1), ""),
    ],
)
def test_releases_on(codesets: CodeSets, day: date, release: str) -> None:
    assert codesets.releases_on(day) == {ICD10CM: release, CPT: "starter", HCPCS: "starter"}


def test_pickled(codesets: CodeSets) -> None:
    copy = pickle.loads(pickle.dumps(codesets))
    assert copy.entry(ICD10CM, "I10") == codesets.entry(ICD10CM, "I10")
    assert copy.fingerprint() == codesets.fingerprint()


def test_damaged_store_is_rebuilt(tmp_path: Path) -> None:
    made = CodeSets.open().cache_path("")
    shutil.copytree(made, tmp_path / made.name)
    codesets = CodeSets.open(cache_dir=tmp_path)
    store = codesets.cache_path("codes.sqlite")
    whole = store.read_bytes()
    store.write_bytes(whole[: len(whole) // 2])
    assert CodeSets.open(cache_dir=tmp_path).entry(ICD10CM, "I10") is not None
    store.write_bytes(b"\0" * len(whole))
    assert "I10" in codesets.leaves(ICD10CM, "I10")
    assert store.stat().st_size == len(whole)


def test_user_dictionary(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "icd10cm").mkdir(parents=True)
    (own / "icd10cm" / "mine.csv").write_text("code,phrases,when\nI10,squeezy pipes,\n")
    (own / "preferences.csv").write_text("system,code,preference\nICD-10-CM,R69,never\n")
    codesets = CodeSets.open(cache_dir=tmp_path / "cache", user_dictionaries=[own])
    assert [(p.code, p.source) for p in codesets.phrases() if p.text == "squeezy pipes"] == [("I10", "user")]
    assert codesets.preferences() == {(ICD10CM, "R69"): "never"}
    assert codesets.fingerprint() != CodeSets.open().fingerprint()


def test_broken_user_dictionary_loads_nothing(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "icd10cm").mkdir(parents=True)
    (own / "icd10cm" / "mine.tsv").write_text("code\tphrases\twhen\nI10\tfine words\t\nZ99.999\tno such\t\n")
    with pytest.raises(ConfigError, match=r"icd10cm/mine\.tsv:3: no such code"):
        CodeSets.open(cache_dir=tmp_path / "cache", user_dictionaries=[own])
    assert not list((tmp_path / "cache").rglob("*.sqlite"))
    with pytest.raises(ConfigError, match="no such dictionary folder"):
        CodeSets.open(cache_dir=tmp_path / "cache", user_dictionaries=[tmp_path / "nowhere"])


def test_a_folder_of_which_nothing_would_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no table"):
        find_sources([tmp_path])
    (tmp_path / "synonyms.tsv").write_text("code\tphrases\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"synonyms.tsv:1: not a table that is read here"):
        find_sources([tmp_path])
