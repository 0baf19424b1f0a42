"""Notes on Spark: real PySpark on two local threads, worker deaths and retries."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from noteproc.config import Config
from noteproc.errors import ConfigError
from noteproc.processor import NoteProcessor
from noteproc.records import CodingContext, Note, RedactedNote
from tests.conftest import ROOT

pyspark = pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'noteproc[spark]'")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java, which is not installed", allow_module_level=True)

from noteproc import spark as on_spark  # noqa: E402

NOTES = [
    ("n1", "Mrs. Ada Byron, MRN 4471882, seen 3/4/2025.\nAssessment: hypertension."),
    ("n2", "Assessment: gout. No chest pain. Call 555-201-8891."),
    ("n3", " "),
    ("n4", None),
    (None, "Assessment: asthma."),
    ("Byron-Ada", "Mrs. Ada Byron.\nAssessment: asthma."),
    *((f"m{i:02d}", f"Mr. Rao {i}.\nAssessment: asthma.") for i in range(20)),
]
BY_ID = {n: t for n, t in NOTES if n}


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        SparkSession.builder.master("local[2,4]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def notes(session: Any) -> Any:
    return session.createDataFrame(NOTES, "note_id string, text string").repartition(3)


def by_id(df: Any) -> dict[str | None, Any]:
    rows = df.collect()
    assert len(rows) == len(NOTES)  # exactly one row out for one row in
    return {row["note_id"]: row for row in rows}


def test_process_gives_what_the_library_gives(notes: Any) -> None:
    rows = by_id(on_spark.process_df(notes))
    processor = NoteProcessor()
    for note_id in ("n1", "n2", "m07"):
        assert rows[note_id]["status"] == "done"
        expected = processor.process(Note(note_id, str(BY_ID[note_id]))).to_dict()
        assert json.loads(rows[note_id]["result"]) == json.loads(json.dumps(expected))
        assert rows[note_id]["text"] == expected["text"]
    assert [(s["system"], s["code"]) for s in rows["n1"]["suggestions"]] == [("ICD-10-CM", "I10")]
    assert rows["n1"]["suggestions"][0]["evidence"][0]["role"] == "main"
    assert (rows["n3"]["status"], rows["n3"]["message"]) == ("failed", "the text is empty")
    assert rows["n4"]["status"] == "failed"
    nameless = [row for row in on_spark.process_df(notes).collect() if row["note_id"] is None]
    assert sorted(row["message"] for row in nameless) == [
        "the id is empty",
        "the id itself holds PHI: name a column whose ids name nobody",
    ]
    assert all(row["text"] is None and row["result"] is None for row in nameless)


def test_redact_and_code_by_themselves(notes: Any) -> None:
    redacted = on_spark.redact_df(notes)
    rows = by_id(redacted)
    assert rows["n1"]["text"].startswith("Mrs. [PATIENT_NAME_1], MRN [MEDICAL_RECORD_NUMBER_1], seen [DATE_1: 2025]")
    assert [p["entity_type"] for p in rows["n1"]["phi"]] == ["PATIENT_NAME", "MEDICAL_RECORD_NUMBER", "DATE"]
    coded = by_id(on_spark.code_df(redacted))
    assert [s["code"] for s in coded["n1"]["suggestions"]] == ["I10"]
    text = RedactedNote.already_redacted("n1", rows["n1"]["text"], CodingContext())
    assert json.loads(coded["n1"]["result"]) == json.loads(json.dumps(NoteProcessor().code(text).to_dict()))


def test_known_identifiers_of_other_columns_go(session: Any) -> None:
    df = session.createDataFrame(
        [(1, "Came in with a zorilla on his shirt. HTN.", "Zorilla")], "id int, body string, who string"
    )
    plain = on_spark.redact_df(df, note_id="id", text="body").collect()[0]
    known = on_spark.redact_df(df, note_id="id", text="body", known={"who": "patient_name"}).collect()[0]
    assert "zorilla" in plain["text"]
    assert "zorilla" not in known["text"]
    assert known["note_id"] == "1"


def test_a_worker_that_dies_is_tried_again(session: Any, notes: Any, tmp_path: Path) -> None:
    flag = tmp_path / "died"

    def fragile(row: Any) -> Any:
        if row[0] == "m07" and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return row

    df = session.createDataFrame(notes.rdd.map(fragile), "note_id string, text string")
    whole = by_id(on_spark.process_df(notes))
    again = by_id(on_spark.process_df(df))
    assert flag.exists()
    assert again == whole


@pytest.mark.parametrize("policy", ["expert", "llm_boundary"])
def test_a_policy_with_a_vault_is_refused(notes: Any, policy: str) -> None:
    with pytest.raises(ConfigError, match="vault"):
        on_spark.process_df(notes, config=Config(policy=policy))


def test_a_missing_column_is_named(notes: Any) -> None:
    with pytest.raises(ConfigError, match="no such column: body, mrn"):
        on_spark.process_df(notes, text="body", known={"mrn": "patient_mrn"})


def test_the_example_job(session: Any, notes: Any, tmp_path: Path) -> None:
    notes.coalesce(1).write.parquet(str(tmp_path / "notes.parquet"))
    command = [sys.executable, str(ROOT / "examples" / "spark_job.py"), str(tmp_path / "notes.parquet")]
    done = subprocess.run(
        [*command, str(tmp_path / "coded.parquet")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_SUBMIT_ARGS": "--master local[1] pyspark-shell"},
    )
    assert (done.returncode, done.stdout.strip()) == (1, "22 done, 4 failed")
    assert session.read.parquet(str(tmp_path / "coded.parquet")).count() == len(NOTES)
