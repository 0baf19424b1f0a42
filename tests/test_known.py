"""Known identifiers from a table: which note gets what, and what a bad table says."""

from __future__ import annotations

from pathlib import Path

import pytest

from noteproc.errors import ConfigError
from noteproc.files.known import read_known_identifiers
from noteproc.records import Note
from noteproc.redaction.entities import ENTITY_TYPES


def table(folder: Path, text: str) -> Path:
    path = folder / "known.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_join_notes_by_id_and_patients_by_theirs(tmp_path: Path) -> None:
    known = read_known_identifiers(
        table(
            tmp_path,
            "note_id,patient_id,Name,MRN,FAX_NUMBER\na,P1,Ann Lee,,\na,P1,Annie Lee,,\n,P1,,00448812,555-0101\n",
        )
    )
    assert known.added_to(Note("ward/a", "x")).metadata == {
        "patient_id": "P1",
        "known:PATIENT_NAME": "Ann Lee\nAnnie Lee",
        "known:MEDICAL_RECORD_NUMBER": "00448812",
        "known:FAX_NUMBER": "555-0101",
    }
    own = Note("b", "x", metadata={"patient_id": "P1", "known:MEDICAL_RECORD_NUMBER": "7"})
    assert known.added_to(own).metadata["known:MEDICAL_RECORD_NUMBER"] == "7\n00448812"
    assert known.added_to(Note("c", "x")).metadata == {}
    assert "Lee" not in repr(known)


@pytest.mark.parametrize(
    "text, words",
    [
        ("note_id,shoe size\na,44\n", "unknown column 'shoe size'; allowed: note_id, patient_id, account"),
        ("name\nAnn\n", "needs a header with a note_id or a patient_id column"),
        ("", "is not a table"),
    ],
)
def test_a_bad_table(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read_known_identifiers(table(tmp_path, text))
    assert "Ann" not in str(caught.value)


def test_a_missing_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.csv: cannot be read"):
        read_known_identifiers(tmp_path / "none.csv")


@pytest.mark.parametrize("kind", [t for t in ENTITY_TYPES if t in ("PATIENT_NAME", "US_SSN", "CITY")])
def test_columns_lead_to_entity_types(tmp_path: Path, kind: str) -> None:
    known = read_known_identifiers(table(tmp_path, f"note_id,{kind}\na,x\n"))
    assert known.added_to(Note("a", "")).metadata == {f"known:{kind}": "x"}


@pytest.mark.parametrize(
    "table, words",
    [
        ("Quartermain Zebediah,00448812\nSmith,2\n", "needs a header"),
        ("note_id;name\nn1;Quartermain\n", "parted by commas"),
        ("note_id,name\nn1,Zebediah,Quartermain\n", "row 1 has more cells"),
        ('note_id,name\nn1,"Quartermain\nn2,Zebediah\n', "not a table in CSV"),
    ],
)
def test_a_table_with_mistakes_is_refused_and_not_quoted(tmp_path: Path, table: str, words: str) -> None:
    path = tmp_path / "known.csv"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(ConfigError, match=words) as caught:
        read_known_identifiers(path)
    assert "Quartermain" not in str(caught.value)
