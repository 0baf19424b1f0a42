"""A house's own words: checked with line numbers, and learned from decisions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from noteproc.codesets.housewords import Proposals, check_folder, propose, write_proposals
from noteproc.errors import ConfigError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_folder_is_counted(tmp_path: Path) -> None:
    write(tmp_path / "icd10cm" / "own.tsv", "code\tphrases\nM25.55\thip trouble | bad hip\n")
    write(tmp_path / "preferences.csv", "system,code,preference\nICD-10-CM,R51.9,never\n")
    write(tmp_path / "sections.tsv", "section\theadings\nassessment\tour view | verdict\n")
    counts = check_folder(tmp_path)
    assert (counts.phrases, counts.preferences, counts.sections) == (2, 1, 2)


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("icd10cm/own.tsv", "code\tphrases\nM25.55\tbad hip\nQQ\tx y\n", "own.tsv:3: not a code"),
        ("icd10cm/own.tsv", "code\tphrases\nA99.99\tbad hip\n", "own.tsv:2: no code of ICD-10-CM"),
        ("icd10cm/own.csv", "code,words\nM25.55,bad hip\n", "own.csv:1: the first row"),
        ("preferences.tsv", "system\tcode\tpreference\nICD-10-CM\tR51.9\tlove\n", "preferences.tsv:2: preference"),
        ("other.tsv", "a\tb\n", "other.tsv:1: not a table"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, name: str, text: str, words: str) -> None:
    write(tmp_path / name, text)
    with pytest.raises(ConfigError, match=words):
        check_folder(tmp_path)


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_tables_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(ConfigError):
        check_folder(tmp_path / folder)


def test_decisions_become_proposals(tmp_path: Path) -> None:
    rows = [{"code": "M25.551", "accepted": True, "term": "Bad  Hip"}] * 3
    rows += [{"code": "M25.551", "accepted": True, "term": "seldom"}]
    rows += [{"code": "R51.9", "accepted": False, "term": "head"}] * 3
    rows += [{"code": "I10", "accepted": False, "term": "ht"}] * 3 + [{"code": "I10", "accepted": True, "term": "ht"}]
    path = write(tmp_path / "d.jsonl", "\n".join(json.dumps(r) for r in rows))
    proposals = propose(path, 3)
    assert proposals == Proposals((("M25.551", "bad hip"),), ("R51.9",))
    write_proposals(proposals, tmp_path / "own")
    counts = check_folder(tmp_path / "own")
    assert (counts.phrases, counts.preferences) == (1, 1)


@pytest.mark.parametrize("line", ["{", "[]", '{"code": "I10"}', '{"code": "I10", "accepted": "yes"}'])
def test_a_broken_decision_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "d.jsonl", '{"code": "I10", "accepted": true, "term": "ht"}\n' + line)
    with pytest.raises(ConfigError, match=r"d\.jsonl:2"):
        propose(path, 1)
