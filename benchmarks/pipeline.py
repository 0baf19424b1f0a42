"""The whole pipeline as a user runs it: notes a second by workers and beside a peer, growth, memory, start-up.

    python benchmarks/pipeline.py --copies 4

Wall time of ``noteproc run`` over the notes of ``corpus/phi``, several copies of each under ids of their own; the time
of a run over one note is taken off. Presidio's default analyzer alone reads one note in ten of them in the same run.
Needs a quiet machine with as many cores as workers.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
# Installed packages are compiled; where this is set, every start would compile them anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from peers import presidio

from noteproc.evaluation import load_gold

ROOT = Path(__file__).resolve().parents[1]
SIZES_KB = (1, 10, 100, 1000)
COUNTS = (10, 100, 1_000, 10_000, 100_000)
COMMAND = [sys.executable, "-c", "from noteproc.cli import main; main()"]


def wall(*arguments: str) -> float:
    """Seconds of one call of the command line."""
    began = time.monotonic()
    done = subprocess.run([*COMMAND, *arguments], check=False, capture_output=True)
    if done.returncode not in (0, 1):  # 1: a note was held back
        raise SystemExit(f"{arguments[0]} ended with {done.returncode}")
    return time.monotonic() - began


def peer(texts: Sequence[str]) -> float | None:
    """Notes a second of Presidio's default analyzer by itself, or None where it is not installed."""
    analyze = presidio()
    if analyze is None:
        return None
    analyze(texts[0])
    began = time.monotonic()
    for text in texts[::10]:
        analyze(text)
    return len(texts[::10]) / (time.monotonic() - began)


def growth_of_notes(folder: Path, texts: Sequence[str], start: float) -> dict[str, float]:
    """Milliseconds a KB for one note of each size, joined from others."""
    joined, found = "\n\n".join(texts) * 2, {}
    for size in SIZES_KB:
        copies, length = max(1, 200 // size), size * 1024
        rows = [json.dumps({"note_id": f"g{n:05d}", "text": joined[n * length :][:length]}) for n in range(copies)]
        found[f"{size} KB"] = round(1000 * _run(folder, f"size-{size}", rows, start) / copies / size, 2)
    return found


def growth_of_runs(folder: Path, most: int, start: float) -> dict[str, float]:
    """Milliseconds a note for runs of ever more short notes."""
    found = {}
    for count in (n for n in COUNTS if n <= most):
        rows = [
            json.dumps({"note_id": f"s{n:06d}", "text": f"Mr. Rao seen 3/{1 + n % 28}/2025, visit {n}. HTN, gout."})
            for n in range(count)
        ]
        found[f"{count} notes"] = round(1000 * _run(folder, f"count-{count}", rows, start) / count, 2)
    return found


def _run(folder: Path, name: str, rows: Sequence[str], start: float) -> float:
    """Seconds of a run over these rows beyond those of its start."""
    source = folder / f"{name}.jsonl"
    source.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return max(0.0, wall("run", str(source), "-o", str(folder / name)) - start)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="*", help="files of gold notes, instead of those of corpus/phi")
    parser.add_argument("--copies", type=int, default=4)
    parser.add_argument("--most-notes", type=int, default=100_000, help="the largest run of short notes")
    args = parser.parse_args()
    files = args.gold or sorted((ROOT / "corpus" / "phi").glob("*.jsonl"))
    texts = [gold.text for gold in load_gold(files).values()]
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, many = folder / "one.jsonl", folder / "many.jsonl"
        rows = [
            json.dumps({"note_id": f"v{copy:02d}-{number:05d}", "text": text})
            for copy in range(args.copies)
            for number, text in enumerate(texts)
        ]
        one.write_text(rows[0] + "\n", encoding="utf-8")
        many.write_text("\n".join(rows) + "\n", encoding="utf-8")
        wall("prepare")
        figures["noteproc --help, s"] = round(min(wall("--help") for _ in range(3)), 2)
        start = min(wall("run", str(one), "-o", str(folder / f"one-{n}")) for n in range(3))
        figures["a run over one note, s"] = round(start, 2)
        kilobytes = sum(len(text.encode()) for text in texts) * args.copies / 1024
        figures["notes"], figures["KB"] = len(rows), round(kilobytes)
        took = {}
        for workers in (1, 2):
            seconds = wall("run", str(many), "-o", str(folder / f"many-{workers}"), "--workers", str(workers)) - start
            took[workers] = seconds
            figures[f"{workers} workers: notes/s"] = round(len(rows) / seconds, 1)
            figures[f"{workers} workers: MB/s"] = round(kilobytes / 1024 / seconds, 3)
        alone = peer(texts)
        figures["presidio default alone: notes/s"] = None if alone is None else round(alone, 1)
        if alone is not None:
            figures["one worker in presidio's notes/s"] = round(len(rows) / took[1] / alone, 1)
        figures["two workers against one"] = round(took[1] / took[2], 2)
        figures["most memory of a process, MB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        figures["ms/KB by size of one note"] = growth_of_notes(folder, texts, start)
        figures["ms a short note by notes in a run"] = growth_of_runs(folder, args.most_notes, start)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
