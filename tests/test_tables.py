"""Dictionary tables: what is read, and what a broken one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from noteproc.codesets import When
from noteproc.codesets.tables import read_preferences, read_terms, user_complaint
from noteproc.errors import CodeSetError, ConfigError


def _table(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_of_a_table(tmp_path: Path) -> None:
    path = _table(
        tmp_path,
        "cpt/a.tsv",
        "# a comment\ncode\tdescription\tphrases\twhen\tincludes\tflags\n"
        "0201T\tOur words\tballoon sacroplasty | bilateral  sacroplasty\tbilateral\t77002, 20225\t"
        "mue=1 cat3 addon=22510,22511\n",
    )
    (row,) = read_terms(path, "cpt")
    assert (row.code, row.line, row.description) == ("0201T", 3, "Our words")
    assert row.phrases == ("balloon sacroplasty", "bilateral sacroplasty")
    assert row.when == When.parse("bilateral")
    assert row.includes == ("77002", "20225")
    assert row.flags == {"mue": "1", "cat3": "yes", "addon": "22510,22511"}


def test_commas_and_columns_left_away(tmp_path: Path) -> None:
    path = _table(tmp_path, "icd10cm/own.csv", '\ufeffcode,phrases\nI10,"tension, high | high BP"\n')
    (row,) = read_terms(path, "icd10cm")
    assert row.phrases == ("tension, high", "high BP")
    assert not row.when


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ("code\tphrases\twhen\nI1\thypertension\t\n", 2, "not a code"),
        ("code\tphrases\twhen\n\nI10\t\t\n", 3, "nothing in column phrases"),
        ("code\tphrases\twhen\nI10\ta b | \t\n", 2, "empty phrase"),
        ("code\tphrases\twhen\nI10\tx\t\n", 2, "one character"),
        ("code\tphrases\twhen\nI10\thypertension\ta||b\n", 2, "empty alternative"),
        ("code\tphrases\twhen\nI10\thypertension\t\tmore\n", 2, "4 columns"),
        ("code\twords\nI10\thypertension\n", 1, "first row names the columns"),
    ],
)
def test_broken_table_names_file_line_and_reason(tmp_path: Path, body: str, line: int, reason: str) -> None:
    path = _table(tmp_path, "icd10cm/own.tsv", body)
    with pytest.raises(ConfigError, match=rf"^icd10cm/own\.tsv:{line}: .*{reason}"):
        list(read_terms(path, "icd10cm", complain=user_complaint))
    with pytest.raises(CodeSetError) as caught:
        list(read_terms(path, "icd10cm"))
    assert caught.value.line == line


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_bytes(b"code\tphrases\twhen\nI10\tM\xe9ni\xe8re\t\n")
    with pytest.raises(ConfigError, match=r"own\.tsv:2: not UTF-8"):
        list(read_terms(path, "icd10cm", complain=user_complaint))


def test_rejected_rows_are_left_out(tmp_path: Path) -> None:
    path = _table(tmp_path, "icd10cm/a.tsv", "code\tphrases\twhen\nnonsense\tx y\t\nI10\thigh BP\t\n")
    rejected: list[tuple[int, str]] = []
    rows = list(read_terms(path, "icd10cm", reject=lambda line, reason: rejected.append((line, reason))))
    assert [row.code for row in rows] == ["I10"]
    assert [line for line, _ in rejected] == [2]


@pytest.mark.parametrize(
    ("row", "reason"), [("ICD-10,I10,never", "unknown system"), ("ICD-10-CM,I10,maybe", "prefer, never")]
)
def test_preferences(tmp_path: Path, row: str, reason: str) -> None:
    good = _table(tmp_path, "preferences.csv", "system,code,preference\nICD-10-CM,i10,never\n")
    assert [(p.system, p.code, p.preference) for p in read_preferences(good)] == [("ICD-10-CM", "I10", "never")]
    with pytest.raises(ConfigError, match=reason):
        list(read_preferences(_table(tmp_path, "preferences.csv", f"system,code,preference\n{row}\n")))
