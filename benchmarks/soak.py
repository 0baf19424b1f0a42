"""What takes too long for every change: thirty kills, and a million short notes through one run (``make soak``).

    python benchmarks/soak.py --notes 1000000 --workers 2

Prints, every 10,000 notes, the memory of the run's own process and of its largest worker; exits 1 where one of them
passes the limit, a note is lost, or a run that was killed ends in other bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMIT_MB = 600
COMMAND = [sys.executable, "-c", "from noteproc.cli import main; main()"]


def resident(pid: int) -> int:
    """The resident memory of a process in MB; 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0)


def children(pid: int) -> Iterator[int]:
    """The processes below one."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            yield from map(int, task.read_text().split())
        except OSError:
            continue


def stream(notes: int, workers: int, folder: Path) -> bool:
    """Run short notes from one file, watching memory; whether all is well."""
    source = folder / "notes.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for number in range(notes):
            text = f"Mr. Rao seen 3/{1 + number % 28}/2025, visit {number % 97}. HTN, gout. Denies chest pain."
            file.write(json.dumps({"note_id": f"v{number:07d}", "text": text}) + "\n")
    out = folder / "out"
    options = ["run", str(source), "-o", str(out), "--workers", str(workers), "--report-notes", "50"]
    began = time.monotonic()
    run = subprocess.Popen([*COMMAND, *options], stderr=subprocess.DEVNULL)
    journal, told, most, most_worker = out / ".run" / "journal.jsonl", 0, 0, 0
    while run.poll() is None:
        time.sleep(0.5)
        most = max(most, resident(run.pid))
        most_worker = max([most_worker, *map(resident, children(run.pid))])
        done = journal.stat().st_size // 150 if journal.exists() else 0
        if done // 10_000 > told:
            told = done // 10_000
            print(f"about {done:,} notes: run {most} MB, largest worker {most_worker} MB", flush=True)
    seconds = time.monotonic() - began
    verified = subprocess.run([*COMMAND, "verify", str(out)], check=False).returncode == 0
    print(
        f"{notes:,} notes in {seconds:.0f} s, {notes / seconds:.0f} a second; most memory {most} and {most_worker} MB"
    )
    return run.returncode == 0 and verified and max(most, most_worker) < LIMIT_MB


def kills(count: int, folder: Path) -> bool:
    """Kill a run again and again; whether it ends in the bytes of an unbroken one."""
    sys.path.insert(0, str(ROOT))
    from tests.test_kills import random_kills

    random_kills(folder, notes=240, kills=count, seed=int(time.time()))
    print(f"{count} kills: the same bytes")
    return True


def main() -> int:
    """Both, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--kills", type=int, default=30)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        well = [kills(args.kills, Path(one)) if args.kills else True, stream(args.notes, args.workers, Path(two))]
    return 0 if all(well) else 1


if __name__ == "__main__":
    raise SystemExit(main())
