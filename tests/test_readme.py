"""Every block of the README runs as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
SHELL_LINES = [line for kind, body in BLOCKS if kind == "sh" for line in body.splitlines() if line]
PYTHON = [body for kind, body in BLOCKS if kind == "python"]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples in it, where commands may write."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "samples").symlink_to(ROOT / "samples")
    return folder


def test_there_are_blocks_of_both_kinds() -> None:
    assert len(SHELL_LINES) >= 6
    assert len(PYTHON) >= 3
    assert {kind for kind, _ in BLOCKS} <= {"sh", "python"}


@pytest.mark.parametrize("line", SHELL_LINES)
def test_shell(line: str, checkout: Path, tmp_path: Path) -> None:
    if line.startswith("make"):
        if not (ROOT / ".venv" / ".installed").exists():
            pytest.skip("installing from the registry is what make does on a fresh machine, not what this test does")
        # The suite cannot run the suite: of make test only the recipe is shown.
        command = ["make", "-n", "test"] if line == "make test" else [*line.split(), f"OUT={tmp_path / 'demo'}"]
        done = run(command, ROOT)
    else:
        done = run(["sh", "-c", line], checkout)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("body", PYTHON, ids=[body.split("\n")[0] for body in PYTHON])
def test_python(body: str, checkout: Path) -> None:
    done = run([sys.executable, "-c", body], checkout)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() or "print" not in body
