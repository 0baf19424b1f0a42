"""A run that is killed, whenever that is, goes on to the bytes of an unbroken one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import noteproc.batch as batch
from noteproc.batch import RunOptions
from noteproc.config import Config
from tests.test_batch import StubProcessor, lines, make_notes

KILLS = 5
FILES = ("results.jsonl", "failed.jsonl", "suggestions.csv", "report.html")


def contents(out: Path) -> Mapping[str, bytes]:
    """Every file of a run but its manifest, which tells how long it took, and the workbench's index."""
    files = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file()}
    found = {name: p.read_bytes() for name, p in files.items() if not name.startswith("review/")}
    manifest = found.pop("manifest.json")
    assert manifest.endswith(b"}\n")
    return found


def killed_at(call: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that dies at the n-th rename; False where it came to its end before."""
    child = os.fork()
    if child == 0:
        whole, calls = os.replace, 0

        def replace(source: str, target: str) -> None:
            nonlocal calls
            calls += 1
            if calls == call:
                os.kill(os.getpid(), signal.SIGKILL)
            whole(source, target)

        os.replace = replace  # type: ignore[assignment]
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_killed_at_any_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "NoteProcessor", StubProcessor)
    make_notes(tmp_path / "in", {"a": "one", "Smith": "two", "b": "BUG", "c": "four"})
    inputs = (str(tmp_path / "in"),)
    batch.run(RunOptions(inputs, tmp_path / "whole", Config()))
    whole, pairing = contents(tmp_path / "whole"), (tmp_path / "whole.crosswalk.csv").read_bytes()
    call = 0
    while True:
        call += 1
        out = tmp_path / f"out{call}"
        if not killed_at(call, lambda out=out: batch.run(RunOptions(inputs, out, Config()))):  # type: ignore[misc]
            break
        summary = batch.run(RunOptions(inputs, out, Config(), resume=True))
        assert (summary.notes, summary.failed) == (4, 1)
        assert contents(out) == whole, call
        assert out.with_name(f"{out.name}.crosswalk.csv").read_bytes() == pairing
    assert call > 8  # terms, three redacted notes, table, report, manifest, plan, and what the plan moves


def random_kills(tmp_path: Path, notes: int, kills: int, seed: int) -> None:
    """Kill the command line, workers and all, after a random number of notes, again and again until it is done."""
    chance = random.Random(seed)
    texts = {
        f"n{i:03d}": f"Mr. {chance.choice(('Quill', 'Brand', 'Rao'))} {i}, seen 3/{1 + i % 28}/2025. HTN, gout."
        for i in range(notes)
    }
    make_notes(tmp_path / "in", texts | {"empty": " "})
    command = [sys.executable, "-c", "from noteproc.cli import main; main()", "run", str(tmp_path / "in")]
    subprocess.run([*command, "-o", str(tmp_path / "whole")], stderr=subprocess.DEVNULL, check=False)
    log = tmp_path / "out" / ".run" / "journal.jsonl"
    for number in range(kills):
        options = ["-o", str(tmp_path / "out"), "--workers", "2", *(["--resume"] if number else [])]
        run = subprocess.Popen([*command, *options], start_new_session=True, stderr=subprocess.DEVNULL)
        target = chance.randrange(number * notes // kills, (number + 1) * notes // kills)
        while run.poll() is None and (not log.exists() or log.read_bytes().count(b"\n") < target):
            pass
        os.killpg(run.pid, signal.SIGKILL) if run.poll() is None else None
        run.wait()
    last = subprocess.run(
        [*command, "-o", str(tmp_path / "out"), "--workers", "2", "--resume"], capture_output=True, check=False
    )
    assert last.returncode in (1, 2)  # one note is empty; 2: the last kill came after the end
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert len(lines(tmp_path / "out" / "results.jsonl")) == notes


def test_killed_at_random_moments(tmp_path: Path) -> None:
    random_kills(tmp_path, notes=60, kills=KILLS, seed=7)


def test_a_stream_of_short_notes_needs_no_more_memory_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "NoteProcessor", StubProcessor)
    with (tmp_path / "notes.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(f'{{"note_id": "v{n:06d}", "text": "a short note, {n}"}}\n' for n in range(12_000))
    held: dict[int, int] = {}

    def watch(done: int, failed: int) -> None:
        if done in (2_000, 12_000):
            status = Path("/proc/self/status").read_text(encoding="ascii")
            held[done] = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))

    summary = batch.run(RunOptions((str(tmp_path / "notes.jsonl"),), tmp_path / "out", Config(workers=2)), watch)
    assert (summary.notes, summary.failed) == (12_000, 0)
    assert held[12_000] - held[2_000] < 8_000  # KB: under 800 bytes a note
