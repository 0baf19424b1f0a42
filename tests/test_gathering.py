"""Notes split over the rows of a table become whole notes, or fail and say why."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noteproc.batch import RunOptions, run
from noteproc.config import Config
from noteproc.files import gathering
from noteproc.files.columns import Columns
from noteproc.files.inputs import described_tables, read, sources
from noteproc.records import Note
from noteproc.verification import verify

EPIC = ("NOTE_ID", "LINE", "NOTE_TEXT", "PAT_MRN_ID", "Patient ID")


def write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows]), path)
        return path
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            file.writelines(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows)
        else:
            csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",").writerows([columns, *rows])
    return path


def read_all(path: Path, columns: Columns | None = None) -> list[tuple[str, str]]:
    found = sources([str(path)])[0]
    items = (item for source in found for item in read(source, columns or Columns()))
    return [(i.note_id, i.text) if isinstance(i, Note) else (i.label, f"! {i.message}") for i in items]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_rows_of_one_id_are_one_note_in_order_of_their_lines(tmp_path: Path, suffix: str) -> None:
    path = write(
        tmp_path / f"t{suffix}",
        ("NOTE_ID", "LINE", "NOTE_TEXT", "Name"),
        [
            (7, 2, "second,", "Zebediah Quartermain"),
            (7, 1, "first", ""),
            (9, 1, "alone", ""),
            (8, 1, "a", ""),
            (7, 10, "tenth", ""),
            *((7, n, f"{n}", "") for n in range(3, 10)),
            (8, 2, "", ""),
            (8, 3, "c", ""),
        ],
    )
    assert read_all(path) == [
        ("t/7", "first\nsecond,\n3\n4\n5\n6\n7\n8\n9\ntenth"),
        ("t/9", "alone"),
        ("t/8", "a\n\nc"),
    ]
    (note, *_) = [item for source in sources([str(path)])[0] for item in read(source)]
    assert isinstance(note, Note)
    assert note.metadata == {"known:PATIENT_NAME": "Zebediah Quartermain"}
    ((_, told),) = described_tables(sources([str(path)])[0], Columns())
    assert "rows of one 'NOTE_ID' are one note, in order of 'LINE', a line end between them" in told


def test_versions_of_a_note_are_notes_of_their_own(tmp_path: Path) -> None:
    rows = [(1, 71, 1, "old"), (1, 71, 2, "text"), (1, 72, 1, "new"), (1, 72, 2, "text")]
    path = write(tmp_path / "t.csv", ("NOTE_ID", "NOTE_CSN_ID", "LINE", "NOTE_TEXT"), rows)
    assert read_all(path) == [("t/1", "old\ntext"), ("t/1", "new\ntext")]


def test_a_table_with_a_row_a_note_stays_as_it_is(tmp_path: Path) -> None:
    rows = [("a", 21, "one"), ("b", 3, "two"), ("", 4, "three")]
    path = write(tmp_path / "t.csv", ("note_id", "seq", "text"), rows[:2])
    assert read_all(path) == [("t/a", "one"), ("t/b", "two")]
    path = write(tmp_path / "t.csv", ("note_id", "note_seq", "text"), [*rows, rows[0]])
    assert [note_id for note_id, _ in read_all(path)] == ["t/a", "t/b", "t/000003", "t/a"]
    path = write(tmp_path / "t.csv", ("line", "text"), [(1, "one"), (2, "two")])
    assert [note_id for note_id, _ in read_all(path)] == ["t/000001", "t/000002"]


def test_the_number_of_a_line_stays_in_a_copy_and_a_longer_one_does_not(tmp_path: Path) -> None:
    rows = [("a", 1, "No pain."), ("b", 3, "Acute gout."), ("c", 448812, "Mild asthma.")]
    path = write(tmp_path / "t.csv", ("note_id", "seq", "text"), rows)
    run(RunOptions((str(path),), tmp_path / "out", Config(), exports=("copies",)))
    copied = (tmp_path / "out" / "copies" / "t.csv").read_text(encoding="utf-8").splitlines()
    assert copied == ["note_id,seq,text", "a,1,No pain.", "b,3,Acute gout.", "c,,Mild asthma."]


def test_the_line_column_can_be_named_or_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", ("id", "rank", "line", "text"), [(1, 1, 2, "a"), (1, 2, 1, "b")])
    assert read_all(path) == [("t/1", "b\na")]
    assert read_all(path, Columns(line="rank")) == [("t/1", "a\nb")]
    assert read_all(path, Columns(line="none")) == [("t/1", "a"), ("t/1", "b")]
    assert "name it with --line-column" in read_all(path, Columns(line="nothing"))[0][1]


@pytest.mark.parametrize(
    "rows, told",
    [
        ([(1, 1, "a"), (1, 1, "b")], "rows 1 to 2: line 1 of this note in 'line' comes more than once"),
        ([(1, 1, "a"), (1, 4, "b")], "rows 1 to 2: line 2, 3 of this note in 'line' is missing"),
        ([(1, 2, "a"), (1, 3, "b")], "rows 1 to 2: line 1 of this note in 'line' is missing"),
        ([(1, 1, "a"), (1, "", "b")], "rows 1 to 2: a row of this note has no whole number in 'line'"),
        ([(1, 1, "a"), (1, "-2", "b")], "rows 1 to 2: a row of this note has no whole number in 'line'"),
        ([(1, 1, ""), (1, 2, " ")], "rows 1 to 2: the text is empty"),
    ],
)
def test_a_note_that_is_not_whole_fails_and_the_others_do_not(
    tmp_path: Path, rows: list[tuple[object, ...]], told: str
) -> None:
    path = write(tmp_path / "t.csv", ("id", "line", "text"), [*rows, (2, 0, "zero"), (2, "1.0", "one")])
    assert read_all(path) == [("t/1", f"! {told}"), ("t/2", "zero\none")]


def test_a_row_without_id_is_of_no_note(tmp_path: Path) -> None:
    told = "row 2: has no id to tell which note it is of"
    path = write(tmp_path / "t.csv", ("id", "line", "text"), [(1, 1, "a"), ("", 2, "b"), (3, 1, "c")])
    assert read_all(path) == [("t/1", "a"), ("t/000002", f"! {told}"), ("t/3", "c")]


def test_rows_of_two_patients_are_not_one_note(tmp_path: Path) -> None:
    rows = [(1, 1, "a", "P1"), (1, 2, "b", "P2")]
    path = write(tmp_path / "t.csv", ("id", "line", "text", "patient_id"), rows)
    assert "more than one patient in 'patient_id'" in read_all(path)[0][1]


def test_a_broken_row_costs_the_note_that_it_is_of(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,line,text\n1,1,a\n1,2,"x"y\n1,3,c\n2,1,d\n2,2,e\n', encoding="utf-8")
    assert [text.split(":")[-1] for _, text in read_all(path)] == [
        " line 2 of this note in 'line' is missing",
        " is not valid CSV (',' expected after '\"'); left out up to the next row without doubt",
        "d\ne",
    ]


@pytest.mark.parametrize(
    "texts, whole",
    [
        (["History\n", "of falls.\n", "end"], "History\nof falls.\nend"),
        (["x" * 254 + "ri", "ght " * 64, "hip"], "x" * 254 + "right " + "ght " * 63 + "hip"),
        (["one line", "a longer line", "end"], "one line\na longer line\nend"),
    ],
)
def test_what_stands_between_rows(tmp_path: Path, texts: list[str], whole: str) -> None:
    rows = [(1, n, text) for n, text in enumerate(texts, 1)]
    assert read_all(write(tmp_path / "t.csv", ("id", "line", "text"), rows)) == [("t/1", whole)]


def test_rows_that_lie_too_far_apart_are_not_half_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("far", 1, "a"), *((n, k, "words") for n in range(10) for k in (1, 2)), ("far", 2, "b"), ("z", 1, "c")]
    path = write(tmp_path / "t.csv", ("id", "line", "text"), rows)
    assert read_all(path)[0] == ("t/far", "a\nb")
    monkeypatch.setattr(gathering, "WINDOW", 5000)
    first, *rest = read_all(path)
    assert first == (
        "t/far",
        "! row 1: the rows of this note lie too far apart, or are too many: sort the table by 'id'",
    )
    assert rest == [*((f"t/{n}", "words\nwords") for n in range(10)), ("t/z", "c")]


def test_a_split_table_is_read_in_bounded_memory(tmp_path: Path) -> None:
    rows = [(n, k, "words " * 20) for n in range(1000) for k in (2, 1, 3, 4, 5)]
    path = write(tmp_path / "t.csv", ("id", "line", "text"), rows)
    tracemalloc.start()
    count = sum(1 for source in sources([str(path)])[0] for _ in read(source))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 1000
    assert peak < 2 << 20


WORDS = ("Patient: Zebediah Quarter", "main. Seen 3/14/2025 by", "Dr. Priya Patel.", "Essential hypertension.")
SPLIT = [
    ("A1", 1, WORDS[0], "4W"),
    ("A1", 2, WORDS[1], "4W"),
    ("B2", 2, "Zebediah Quartermain has gout.", "5E"),
    ("A1", 4, WORDS[3], ""),
    ("C3", 1, "half a note", "5E"),
    ("C3", 3, "of two", "5E"),
    ("B2", 1, "Assessment:", "5E"),
    ("A1", 3, WORDS[2], "4W"),
]


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".jsonl", ".parquet"])
def test_a_redacted_copy_has_a_row_for_a_row(tmp_path: Path, suffix: str) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    path = write(folder / f"t{suffix.removesuffix('.gz')}", ("note_id", "line", "text", "ward"), SPLIT)
    if suffix.endswith(".gz"):
        import gzip

        (folder / f"t{suffix}").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    summary = run(RunOptions((str(folder),), out, Config(), exports=("copies",), keep_columns=("ward",)))
    assert (summary.notes, summary.failed) == (3, 1)
    assert verify(out, (str(folder),)) == ()
    data = (out / "copies" / f"t{suffix}").read_bytes()
    if suffix.endswith(".gz"):
        data = gzip.decompress(data)
    if suffix == ".parquet":
        rows = [tuple(row.values()) for row in pq.read_table(io.BytesIO(data)).to_pylist()]
    elif suffix == ".jsonl":
        rows = [tuple(json.loads(line).values()) for line in data.splitlines()]
    else:
        rows = [(a, int(b), c, d) for a, b, c, d in list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]]
    kept = [row for row in SPLIT if row[0] != "C3"]
    assert [(row[0], row[1], row[3]) for row in rows] == [(row[0], row[1], row[3]) for row in kept]
    results = {json.loads(line)["note_id"]: json.loads(line) for line in (out / "results.jsonl").open(encoding="utf-8")}
    texts = {
        key: "\n".join(str(row[2]) for row in sorted(rows, key=lambda row: row[1]) if row[0] == key)
        for key in ("A1", "B2")
    }
    assert texts["B2"] == results["t/B2"]["text"]
    # A name that was cut by the end of a row has its tag where it begins.
    assert "Quarter" not in texts["A1"]
    assert [row[2] for row in rows if row[0] == "A1"][-2:] == ["Essential hypertension.", rows[-1][2]]
    assert "Patel" not in str(rows[-1][2])


def test_an_interrupted_run_of_split_notes_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", ("note_id", "line", "text", "ward"), SPLIT)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    run(RunOptions((str(path),), whole, Config()))

    def stop(done: int, failed: int) -> None:
        raise KeyboardInterrupt

    assert run(RunOptions((str(path),), cut, Config()), stop).interrupted
    assert run(RunOptions((str(path),), cut, Config(), resume=True)).notes == 3
    assert (cut / "results.jsonl").read_bytes() == (whole / "results.jsonl").read_bytes()
    assert verify(cut, (str(path),)) == ()
