"""Inputs become notes, each with one outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from noteproc.errors import ConfigError
from noteproc.files.inputs import Columns, Source, Unreadable, read, sources
from noteproc.records import Note


def read_all(path: Path, columns: Columns | None = None) -> list[Note | Unreadable]:
    found, _ = sources([str(path)])
    return [item for source in found for item in read(source, columns or Columns())]


def test_a_folder_is_read_in_path_order_and_unknown_kinds_are_counted(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/b.TXT", "scan.pdf"):
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
