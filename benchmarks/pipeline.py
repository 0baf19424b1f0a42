"""The whole pipeline as a user runs it: notes a second by workers, memory, start-up.

    python benchmarks/pipeline.py --copies 4

Wall time of ``noteproc run`` over the notes of ``corpus/phi``, several copies of each under ids of their own; the time
of a run over one note is taken off. Needs a quiet machine with as many cores as workers.
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
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

from noteproc.evaluation import load_gold

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "from noteproc.cli import main; main()"]


def wall(*arguments: str) -> float:
    """Seconds of one call of the command line."""
    began = time.monotonic()
    done = subprocess.run([*COMMAND, *arguments], check=False, capture_output=True)
    if done.returncode not in (0, 1):  # 1: a note was held back
        raise SystemExit(f"{arguments[0]} ended with {done.returncode}")
    return time.monotonic() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=4)
    args = parser.parse_args()
    texts = [gold.text for gold in load_gold(sorted((ROOT / "corpus" / "phi").glob("*.jsonl"))).values()]
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
        figures["two workers against one"] = round(took[1] / took[2], 2)
        figures["most memory of a process, MB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
