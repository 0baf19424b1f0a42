"""Files packed with gzip are read as if they were not, and what was made to fill a disk is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from noteproc.errors import ReadError
from noteproc.files import opening
from noteproc.files.inputs import Unreadable, read, sources
from noteproc.files.opening import open_binary
from noteproc.records import Note
from tests.filemakers import HL7

PLAIN = b"note_id,text\n1,one\n2,two\n"


@pytest.mark.parametrize(
    "name, data, ids",
    [
        ("t.csv.gz", PLAIN, ["t/1", "t/2"]),
        ("T.CSV.GZ", PLAIN, ["T/1", "T/2"]),
        ("t.csv", PLAIN, ["t/1", "t/2"]),
        ("t.jsonl.gz", b'{"id": 1, "text": "one"}\n{"id": 2, "text": "two"}\n', ["t/1", "t/2"]),
        ("n.txt.gz", b"HTN", ["n"]),
        ("n.hl7.gz", HL7.encode(), ["n"]),
        ("n.rtf.gz", rb"{\rtf1 HTN}", ["n"]),
    ],
)
def test_what_is_packed_is_read(tmp_path: Path, name: str, data: bytes, ids: list[str]) -> None:
    (tmp_path / name).write_bytes(gzip.compress(data))
    found, skipped = sources([str(tmp_path)])
    items = [item for source in found for item in read(source)]
    assert [i.note_id for i in items if isinstance(i, Note)] == ids
    assert skipped == 0


@pytest.mark.parametrize("cut", [12, -4])
def test_what_is_cut_off_is_said(tmp_path: Path, cut: int) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(PLAIN)[:cut])
    (item,) = read(sources([str(tmp_path / "t.csv.gz")])[0][0])
    assert isinstance(item, Unreadable)
    assert item.message == "is packed with gzip, and damaged or cut off"


def test_a_bomb_is_refused_before_it_bursts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "n.txt.gz"
    path.write_bytes(gzip.compress(b"0" * 4_000_000))
    with open_binary(path) as file:
        assert len(file.read()) == 4_000_000
    monkeypatch.setattr(opening, "_ALWAYS_ALLOWED", 1 << 20)
    with open_binary(path) as file, pytest.raises(ReadError, match="unpack it yourself"):
        file.read()


def test_a_packed_file_can_be_read_from_any_place(tmp_path: Path) -> None:
    path = tmp_path / "n.txt.gz"
    path.write_bytes(gzip.compress(b"0123456789"))
    with open_binary(path) as file:
        assert file.readline() == b"0123456789"
        file.seek(4)
        assert (file.read(2), file.tell()) == (b"45", 6)
