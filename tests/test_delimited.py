"""CSV as it comes: what is left of a broken row is not taken for rows of notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from noteproc.files.delimited import cell_places, delimited_rows


def read(tmp_path: Path, table: str, text: int = 1) -> list[list[str] | str]:
    path = tmp_path / "t.csv"
    path.write_text(table, encoding="utf-8", newline="")
    return [row.cells for row in delimited_rows(path, text)]


HEAD = 'note_id,text\n101,"Fine, thanks"\n'


@pytest.mark.parametrize(
    "broken, lines",
    [
        ('102,"He said "it hurts", and left\nPlan: rest, ice\nHTN, controlled\n"\n', "3 to 6"),
        ('102,"never closed\nPlan: rest, ice\n', "3 to 5"),
        ('102,"x"y\n', "3"),
        ('102,"a "b" c\n12 mg, daily\n3/4, seen\n7,"and "quoted"\n', "3 to 6"),
    ],
)
def test_the_rest_of_a_broken_row_is_no_row(tmp_path: Path, broken: str, lines: str) -> None:
    table = HEAD + broken + '103,"Another, too"\n104,last\n'
    first, told, *rest = read(tmp_path, table)
    assert first == ["101", "Fine, thanks"]
    assert isinstance(told, str)
    assert told.startswith("row 2 (line")
    assert "is not valid CSV" in told
    assert not any(word in told for word in ("hurts", "Plan", "quoted"))
    # The row that ends an open quote is lost with it, and said to be.
    assert lines in told
    assert rest[-1] == ["104", "last"]
    assert all(isinstance(row, list) and row[0] in ("103", "104") for row in rest)


def test_where_no_row_came_before_two_that_look_alike_are_rows(tmp_path: Path) -> None:
    table = 'note_id,text\n101,"a "b" c\nPlan: rest, ice\n102,two\n103,three\n'
    told, *rest = read(tmp_path, table)
    assert "lines 2 to 3" in str(told)
    assert rest == [["102", "two"], ["103", "three"]]


def test_where_no_row_can_be_told_all_that_follows_is_left_out(tmp_path: Path) -> None:
    table = 'key,text\nalpha,one\nbeta,"a "b" c\ngamma,three\ndelta,four\n'
    first, told = read(tmp_path, table)
    assert first == ["alpha", "one"]
    assert "(lines 3 to 5)" in str(told)
    assert "with all that follows" in str(told)


def test_a_table_that_quotes_everything_goes_on_with_a_row_that_does(tmp_path: Path) -> None:
    rows = "".join(f'"{n}","text {n}"\n' for n in range(101, 105))
    table = f'"id","text"\n{rows}"105","he "said" so\n7,"106", daily\n"107","seven"\n'
    assert read(tmp_path, table)[-2:] == [
        "row 5 (lines 6 to 7): is not valid CSV (',' expected after '\"'); left out up to the next row without doubt",
        ["107", "seven"],
    ]


def test_lines_of_a_text_without_quotes_are_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + "102,line one\nline two\nPlan: rest, ice\n103,three\n")[1:] == [
        ["102", "line one"],
        "row 3: has 1 cells where the header has 2",
        "row 4: stands behind a broken row and does not look like those before",
        ["103", "three"],
    ]


def test_ids_of_many_shapes_are_still_told_from_words(tmp_path: Path) -> None:
    ids = ["a1b2-77", "9f-e1c", "12ab-3c4d", "77-1", "a-1", "1-a", "ab12c3-1", "1a1a1-2b", "3c-4d5e6f", "0a0b0c-1"]
    table = "id,text\n" + "".join(f"{n},words\n" for n in ids) + '5d-6e,"a "b"\nPlan, rest\n8f8f8f8f-1c2,good\n'
    assert read(tmp_path, table)[-1] == ["8f8f8f8f-1c2", "good"]


def test_good_rows_are_never_doubted(tmp_path: Path) -> None:
    table = 'id,text\n1,"a ""quoted"" word"\nA-17,"two\nlines, and 3, 4"\n,no id\n\nx,last\n'
    assert read(tmp_path, table) == [
        ["1", 'a "quoted" word'],
        ["A-17", "two\nlines, and 3, 4"],
        ["", "no id"],
        ["x", "last"],
    ]


def test_places_of_cells() -> None:
    assert cell_places('1;"a;""b""";\r\n', ";") == [(0, 1, "1"), (2, 11, 'a;"b"'), (12, 12, "")]
