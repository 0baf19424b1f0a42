"""Compiled blocks: read as they were packed, built anew where the file is not whole, refused where it is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from noteproc.codesets.blocks import Blocks, Name, pack, unpack
from noteproc.errors import ModelError

_VALUES: dict[Name, object] = {"E11": ({"E11.9": ("title", 1, 0.5, None)}, ()), 7: (1, 2), "empty": ()}


class _Builds:
    """Counts how often the blocks are built."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> Iterator[tuple[Name, object]]:
        self.count += 1
        yield from _VALUES.items()


def test_what_was_built_is_read(tmp_path: Path) -> None:
    build = _Builds()
    for _ in range(2):
        blocks = Blocks.open(tmp_path / "some.bin", "first", build)
        assert {name: blocks.get(name) for name in _VALUES} == _VALUES
        assert blocks.get("E12") is None
    assert build.count == 1
    assert unpack(pack(("a", 1))) == ("a", 1)


def test_another_stamp_builds_anew(tmp_path: Path) -> None:
    build = _Builds()
    for stamp in ("first", "second", "second and more"):
        Blocks.open(tmp_path / "some.bin", stamp, build)
    assert build.count == 3


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_file_cut_off_is_built_anew(tmp_path: Path, kept: float) -> None:
    build, path = _Builds(), tmp_path / "some.bin"
    Blocks.open(path, "first", build)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    assert Blocks.open(path, "first", build).get(7) == (1, 2)
    assert path.read_bytes() == whole


def test_a_damaged_block_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.bin"
    Blocks.open(path, "first", _Builds())
    damaged = path.read_bytes().replace(b"title", b"tilte")
    path.write_bytes(damaged)
    blocks = Blocks.open(path, "first", _Builds())
    assert blocks.get(7) == (1, 2)
    with pytest.raises(ModelError, match=r"some\.bin is damaged"):
        blocks.get("E11")
