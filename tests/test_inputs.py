"""Inputs become notes, each with one outcome."""

from __future__ import annotations

import os
import signal
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from noteproc.errors import ConfigError
from noteproc.files import patience
from noteproc.files.columns import Columns
from noteproc.files.inputs import Source, Unreadable, described_tables, read, sources
from noteproc.records import Note


def read_all(path: Path, columns: Columns | None = None) -> list[Note | Unreadable]:
    found, _ = sources([str(path)])
    return [item for source in found for item in read(source, columns or Columns())]


def test_a_folder_is_read_in_path_order_and_unknown_kinds_are_counted(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/b.TXT", "scan.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("BP 120/80", encoding="utf-8")
    found, skipped = sources([str(tmp_path)])
    assert [s.label for s in found] == ["a/b", "a/z", "b"]
    assert skipped == 1


def test_an_input_that_does_not_exist_is_a_usage_error_without_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        sources([str(tmp_path / "John_Smith.txt")])
    assert "John" not in str(caught.value)


def test_line_ends_and_form_feeds_stay(tmp_path: Path) -> None:
    path = tmp_path / "n.txt"
    path.write_bytes(b"one\r\ntwo\x0cthree\rfour")
    (note,) = read_all(path)
    assert isinstance(note, Note)
    assert note.text == "one\r\ntwo\x0cthree\rfour"


@pytest.mark.parametrize("data, words", [(b"", "empty"), (b"\0\1\2", "NUL"), (b"   ", "no text")])
def test_a_file_that_is_no_text_is_unreadable_not_fatal(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "n.txt"
    path.write_bytes(data)
    (item,) = read_all(path)
    assert isinstance(item, Unreadable)
    assert words in item.message


def test_a_file_that_vanished_is_unreadable(tmp_path: Path) -> None:
    (item,) = read(Source("gone", tmp_path / "gone.txt", table=False))
    assert isinstance(item, Unreadable)
    assert "No such file" in item.message


def test_csv_columns_are_guessed_or_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('Note_ID,Note Text,setting\n7,"one, two\nthree",inpatient\n,empty id,\n9,,\n', encoding="utf-8")
    first, second, third = read_all(path)
    assert isinstance(first, Note)
    assert (first.note_id, first.text, dict(first.metadata)) == ("t/7", "one, two\nthree", {"setting": "inpatient"})
    assert isinstance(second, Note)
    assert second.note_id == "t/000002"
    assert isinstance(third, Unreadable)
    assert "row 3" in third.message

    other = tmp_path / "u.csv"
    other.write_text("key,body2\n1,words\n", encoding="utf-8")
    (missing,) = read_all(other)
    assert isinstance(missing, Unreadable)
    assert "--text-column" in missing.message
    (named,) = read_all(other, Columns("key", "body2"))
    assert isinstance(named, Note)
    assert named.note_id == "u/1"
    (wrong,) = read_all(other, Columns("nokey", "body2"))
    assert isinstance(wrong, Unreadable)
    assert "'nokey'" in wrong.message


def test_json_lines_fail_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"id": "a", "text": "one"}\nnot json\n[1]\n\n{"id": "b"}\n{"id": 5, "text": "two"}\n', encoding="utf-8"
    )
    items = read_all(path)
    assert [type(i).__name__ for i in items] == ["Note", "Unreadable", "Unreadable", "Unreadable", "Note"]
    assert [i.note_id for i in items if isinstance(i, Note)] == ["t/a", "t/5"]
    assert not any("not json" in i.message for i in items if isinstance(i, Unreadable))


def test_columns_that_identify_become_known_and_the_choice_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Note ID;Note Text;Name;DOB;MRN;Patient ID;ward\nn1;words;Zebediah Quartermain;1947-02-11;00448812;P7;3\n",
        encoding="cp1252",
    )
    (note,) = read_all(path)
    assert isinstance(note, Note)
    assert note.note_id == "t/n1"
    assert note.metadata == {
        "patient_id": "P7",
        "known:PATIENT_NAME": "Zebediah Quartermain",
        "known:DATE": "1947-02-11\n02/11/1947\n2/11/1947\n19470211",
        "known:MEDICAL_RECORD_NUMBER": "00448812",
    }
    told = list(described_tables(sources([str(path)])[0], Columns()))
    assert told == [
        (
            1,
            "id from 'Note ID'; text from 'Note Text'; "
            "known of the note or patient: 'Patient ID', 'Name', 'DOB', 'MRN'; not used: 'ward'",
        )
    ]


def test_bad_rows_cost_themselves(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,text\n1,one\n2,two,Zebediah\n3,"x"y\n4,four\n5,"cut off Zebediah', encoding="utf-8")
    items = read_all(path)
    assert [i.note_id if isinstance(i, Note) else i.label for i in items] == [
        "t/1",
        "t/000002",
        "t/000003",
        "t/4",
        "t/000005",
    ]
    assert not [i for i in items if isinstance(i, Unreadable) and "Zebediah" in i.message]


def test_a_row_that_is_no_csv_says_which_lines_it_took(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,text\n1,one\n2,"never closed\n3,three\n4,"four"\n5,five\n6\n', encoding="utf-8")
    assert [i.text if isinstance(i, Note) else i.message for i in read_all(path)] == [
        "one",
        "row 2 (lines 3 to 5): is not valid CSV (',' expected after '\"'); left out up to the next row without doubt",
        "five",
        "row 4: has 1 cells where the header has 2",
    ]


def test_a_nul_costs_its_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text\n1,one\n2,t\0wo\n3,three\n", encoding="utf-8")
    assert [i.note_id if isinstance(i, Note) else i.message for i in read_all(path)] == [
        "t/1",
        "row 2: holds NUL bytes",
        "t/3",
    ]
    path.write_text("id,text,\0\n1,one\n", encoding="utf-8")
    (item,) = read_all(path)
    assert isinstance(item, Unreadable)
    assert "its header is not text" in item.message


@pytest.mark.parametrize(
    "name, table",
    [
        ("excel.csv", "sep=;\r\nid;text\r\n1;one, two\r\n"),
        ("above.csv", '\n\nid,text\n1,"one, two"\n'),
        ("end.csv", 'id,text\n1,"one, two",,\n'),
        ("named.tsv", 'id,text\n1,"one, two"\n'),
    ],
)
def test_what_programs_put_around_a_table(tmp_path: Path, name: str, table: str) -> None:
    path = tmp_path / name
    path.write_text(table, encoding="utf-8", newline="")
    (note,) = read_all(path)
    assert isinstance(note, Note)
    assert (note.note_id, note.text) == (f"{path.stem}/1", "one, two")


@pytest.mark.parametrize("name, table", [("t.csv", "id,text\n"), ("t.jsonl", "\n\n")])
def test_a_table_without_rows_has_an_outcome(tmp_path: Path, name: str, table: str) -> None:
    (tmp_path / name).write_text(table, encoding="utf-8")
    (item,) = read_all(tmp_path / name)
    assert isinstance(item, Unreadable)
    assert item.message == "holds no rows"


def test_what_a_folder_hides_is_an_input(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "outside"
    for folder in (inside / "a", outside):
        folder.mkdir(parents=True)
        (folder / "n.txt").write_text("BP 120/80", encoding="utf-8")
    (inside / "archive").symlink_to(outside)
    (inside / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (inside / "loop").symlink_to(inside)
    items = read_all(inside)
    assert [i.note_id if isinstance(i, Note) else (i.label, i.message.split(":")[0]) for i in items] == [
        "a/n",
        ("archive", "is a link to a folder, which is not followed"),
        ("gone", "cannot be read"),
    ]


def test_a_file_name_in_another_encoding_can_be_written(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    try:
        path.write_text("BP 120/80", encoding="utf-8")
    except OSError:
        pytest.skip("the file system knows no such names")
    (source,) = sources([str(path)])[0]
    assert (source.label, source.relative) == ("caf\ufffd", "caf\ufffd.txt")


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id,text\n")
        file.writelines(f"{n},{'words ' * 80}\n" for n in range(20_000))
    tracemalloc.start()
    count = sum(1 for source in sources([str(path)])[0] for _ in read(source))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 8 << 20 < path.stat().st_size


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table = pa.table({"id": [7, 8], "note_text": ["one", None], "mrn": ["00448812", None], "score": [0.5, 1.5]})
    pq.write_table(table, path)
    first, second = read_all(path)
    assert isinstance(first, Note)
    assert (first.note_id, first.text, first.metadata) == ("t/7", "one", {"known:MEDICAL_RECORD_NUMBER": "00448812"})
    assert second == Unreadable("t/8", "row 2: the text is empty")
    for data in (path.read_bytes()[:-20], b"PAR1"):
        path.write_bytes(data)
        (broken,) = read_all(path)
        assert isinstance(broken, Unreadable)
        assert "damaged or not a Parquet file" in broken.message


def test_half_characters_are_replaced_one_for_one(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"id": "\\ud800a", "text": "x\\udfffy"}\n', encoding="utf-8")
    (note,) = read_all(path)
    assert isinstance(note, Note)
    assert (note.note_id, note.text) == ("t/\ufffda", "x\ufffdy")


def test_a_document_whose_parsing_never_ends_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stubborn(data: bytes) -> None:
        while True:
            try:
                int(data[:0])
            except Exception:
                continue

    monkeypatch.setattr(patience, "SECONDS", 0.05)
    monkeypatch.setattr("noteproc.files.pdf.pdf_document", stubborn)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "b.txt").write_text("HTN", encoding="utf-8")
    stuck, note = read_all(tmp_path)
    assert isinstance(stuck, Unreadable)
    assert "cannot be parsed within" in stuck.message
    assert isinstance(note, Note)
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is signal.SIG_DFL


def test_a_document_that_takes_its_time_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>HTN</p>" * 20_000, encoding="utf-8")
    (note,) = read_all(tmp_path)
    assert isinstance(note, Note)
    assert note.text.count("HTN") == 20_000


@pytest.mark.parametrize(
    "text, table",
    [
        ("id,text\n1,one\n", True),
        ('"NOTE_ID"|"PAT_ID"|"NOTE_TEXT"\r\n1|2|one\r\n', True),
        ('{"id": 1, "text": "one"}\n{"id": 2, "text": "two"}\n', True),
        ("ID | Note\n1 | seen\n", False),
        ('{"note": "a template"}\n', False),
        ("Report,\nthe text follows.\n", False),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_table_that_is_named_as_a_note_is_not_read_as_one(tmp_path: Path, text: str, table: bool, codec: str) -> None:
    (tmp_path / "n.txt").write_text(text, encoding=codec)
    (item,) = read_all(tmp_path / "n.txt")
    assert (isinstance(item, Unreadable) and "begins as a table" in item.message) == table


def test_what_systems_leave_in_folders_is_no_input(tmp_path: Path) -> None:
    for name, data in {
        "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "~$note.docx": b"\x05" + b"x" * 160,
        "._note.txt": b"\0\x05\x16\x07Mac OS X",
        "._plain.txt": b"a note with an odd name",
        "~$long.txt": b"HTN. " * 200,
    }.items():
        (tmp_path / name).write_bytes(data)
    found, skipped = sources([str(tmp_path)])
    assert [source.relative for source in found] == ["._plain.txt", "~$long.txt"]
    assert skipped == 3


def test_keys_within_objects_are_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"id": 1, "note": {"text": "one", "n": 2}, "patient": {"name": "Zebediah Quartermain", "id": "P7"}}\n'
        '{"id": 2, "body": {"inner": {"text": "two"}}}\n{"id": 3, "note": {}}\n',
        encoding="utf-8",
    )
    first, second, third = read_all(path)
    assert isinstance(first, Note)
    assert (first.note_id, first.text) == ("t/1", "one")
    assert first.metadata == {"patient_id": "P7", "known:PATIENT_NAME": "Zebediah Quartermain"}
    assert isinstance(second, Unreadable)
    assert isinstance(third, Unreadable)
    assert "not a string but an object" in third.message
    named = read_all(path, Columns(text="body.inner.text"))[1]
    assert isinstance(named, Note)
    assert named.text == "two"
    ((_, told),) = described_tables(sources([str(path)])[0], Columns())
    assert told.endswith("not used: 'note.*'")


def test_json_over_lines_fails_once(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{\n "id": 1,\n "text": "one"\n}\n', encoding="utf-8")
    (item,) = read_all(path)
    assert isinstance(item, Unreadable)
    assert "one line is wanted" in item.message


@pytest.mark.parametrize(
    "cell, text",
    [
        (r"{\rtf1\ansi Caf\'e9 \b HTN\b0\par seen. é😀}", "Café HTN\nseen. é\U0001f600"),
        ("<html><body><p>HTN</p><p>seen</p></body></html>", "HTN\nseen"),
        ("<5 cells seen", "<5 cells seen"),
        ("{rtf is a format}", "{rtf is a format}"),
    ],
)
def test_markup_in_a_cell_is_read_as_what_it_is(tmp_path: Path, cell: str, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'id,text\n1,"{cell}"\n', encoding="utf-8")
    (note,) = read_all(path)
    assert isinstance(note, Note)
    assert note.text == text


def test_damaged_markup_in_a_cell_costs_its_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text\n1,<html><body></body></html>\n2,two\n", encoding="utf-8")
    first, second = read_all(path)
    assert first == Unreadable("t/1", "row 1: the text holds no text")
    assert isinstance(second, Note)
