"""Imports of full-sized files, and how soon the look-up answers.

    python benchmarks/library.py

The files are made here in the official layouts: an ICD-10-CM order file of every code of the loaded release, and a
million procedure-to-procedure edits of invented pairs. Each import runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from noteproc.codesets import ICD10CM, CodeSets, lookup

PAIRS = 1_000_000
CHAPTERS = 22
QUERIES = (
    "pneumonia",
    "left knee pain",
    "gallblader cancer",
    "COPD exacerbation",
    "M80.08XA",
    "sacroplasty",
    "breast cancer screening",
    "acute kidney injury",
    "heart attack",
    "lt wrist fx",
)
_IMPORT = """
import json, resource, sys, time
from pathlib import Path
from noteproc.codesets import Library
began = time.monotonic()
(report,) = Library.open().add([Path(sys.argv[1])])
(release,) = report.releases
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"family": release.family, "rows": release.rows, "left out": release.rejected,
                  "seconds": round(time.monotonic() - began, 1), "peak MB": peak}))
"""
_PTP_HEAD = (
    "Column1/Column2 Edits\t\t\t\t\t\t\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)


def codes_below(codesets: CodeSets, code: str) -> Iterator[str]:
    """Every code below a chapter, header or block, in the book's order."""
    for below in codesets.children(ICD10CM, code):
        if "-" not in below:
            yield below
        yield from codes_below(codesets, below)


def write_order(path: Path) -> None:
    """Every code of the loaded ICD-10-CM in the order file's layout."""
    codesets = CodeSets.open()
    number = 0
    with path.open("w", encoding="ascii", errors="replace") as file:
        for chapter in range(1, CHAPTERS + 1):
            for code in codes_below(codesets, str(chapter)):
                entry = codesets.entry(ICD10CM, code)
                if entry is not None:
                    number += 1
                    plain = code.replace(".", "")
                    file.write(f"{number:05d} {plain:7} {int(entry.billable)} {entry.title[:60]:60} {entry.title}\n")


def write_edits(path: Path) -> None:
    """A million edits."""
    with path.open("w", encoding="ascii") as file:
        file.write(_PTP_HEAD)
        for number in range(PAIRS):
            one, other = 10_000 + number // 1000, 20_000 + number % 1000
            file.write(f"{one}\t{other}\t\t20180701\t*\t{number % 2}\tStandards of medical/surgical practice\n")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("icd10cm_order_2026.txt", write_order), ("ccipra.txt", write_edits)):
            path = Path(folder) / name
            write(path)
            environment = {**os.environ, "NOTEPROC_DATA": str(Path(folder) / "data")}
            command = [sys.executable, "-c", _IMPORT, str(path)]
            print(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip())
    first = (
        "import time; from noteproc import lookup; began = time.perf_counter(); lookup('hip fracture'); "
        "print(round(1000 * (time.perf_counter() - began)))"
    )
    cold = subprocess.run([sys.executable, "-c", first], check=True, capture_output=True, text=True).stdout.strip()
    times = []
    for _ in range(3):
        for query in QUERIES:
            began = time.perf_counter()
            lookup(query)
            times.append(1000 * (time.perf_counter() - began))
    warm = sorted(times[len(QUERIES) :])
    figures = {
        "first answer ms": int(cold),
        "later median ms": round(warm[len(warm) // 2], 1),
        "later most ms": round(warm[-1], 1),
    }
    print(json.dumps({"look-up": figures}))


if __name__ == "__main__":
    main()
