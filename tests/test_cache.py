"""Files in the cache: whole or not at all, once, and somewhere that can be written."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from noteproc.codesets.cache import build_once, cache_root, prune, writable_folder
from noteproc.errors import ModelError


def test_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NOTEPROC_CACHE", str(tmp_path))
    assert cache_root() == tmp_path
    monkeypatch.delenv("NOTEPROC_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_root() == tmp_path / "noteproc"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert cache_root() == Path.home() / ".cache" / "noteproc"


def test_built_once(tmp_path: Path) -> None:
    built: list[Path] = []

    def build(path: Path) -> None:
        built.append(path)
        path.write_text("whole")

    for _ in range(2):
        build_once(tmp_path / "file", build, Path.is_file)
    assert len(built) == 1
    assert (tmp_path / "file").read_text() == "whole"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "file.lock"]


def test_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def build(path: Path) -> None:
        path.write_text("half")
        raise ValueError

    with pytest.raises(ValueError):
        build_once(tmp_path / "file", build, Path.is_file)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file.lock"]


def test_bad_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    build_once(tmp_path / "file", lambda path: void(path.write_text("new")), lambda path: path.read_text() == "new")
    assert (tmp_path / "file").read_text() == "new"


def void(_: object) -> None:
    """Throws a value away."""


def test_unwritable_falls_back(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    folder = writable_folder(blocked, "x")
    assert folder.is_dir()
    assert tmp_path not in folder.parents


def test_what_was_prepared_is_used_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: object) -> None:
        raise OSError("read-only file system")

    (tmp_path / "filled").mkdir()
    (tmp_path / "filled" / "codes.sqlite").write_bytes(b"compiled")
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert writable_folder(tmp_path, "filled") == tmp_path / "filled"
    assert writable_folder(tmp_path, "empty") != tmp_path / "empty"


def test_nothing_writable_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(blocked))
    with pytest.raises(ModelError, match="NOTEPROC_CACHE"):
        writable_folder(blocked, "x")


def test_prune_keeps_the_newest(tmp_path: Path) -> None:
    folders = [tmp_path / f"{n:016x}" for n in range(9)]
    for age, folder in enumerate(folders):
        folder.mkdir()
        os.utime(folder, (1000 - age, 1000 - age))
    (tmp_path / "something else").mkdir()
    prune(folders[8])
    left = {p.name for p in tmp_path.iterdir()}
    assert left == {"something else", folders[8].name, *(f.name for f in folders[:5])}


def test_two_processes_build_one_store(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path\nimport sys\nfrom noteproc.codesets.cache import build_once\n"
        "def build(path):\n"
        "    open(sys.argv[1] + '/count', 'a').write('x')\n"
        "    path.write_text('whole')\n"
        "sys.stdin.read()\n"
        "build_once(Path(sys.argv[1]) / 'file', build, Path.is_file)\n"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE) for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.close()
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert (tmp_path / "file").read_text() == "whole"
    assert (tmp_path / "count").read_text() == "x"
