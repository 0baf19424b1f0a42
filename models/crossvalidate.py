"""Cross-validate redaction over the files of ``corpus/``, and fit the weights of initials and of the signs.

    python models/crossvalidate.py --work FOLDER --out models/phi_tagger

The files are dealt into folds, so that a fold holds writers whom its tagger has never read. For each fold a tagger is
trained on the other folds; the whole redactor is measured on the fold with signs weighed on the other folds alone.
Last, the signs that ship are weighed on all folds, each span noticed by the tagger that had not learned from its note.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import initials
from weigh import fitted, noticed

ROOT = Path(__file__).resolve().parents[1]
FOLDS = 3
_ON_THE_CARD = ("notes", "spans", "leak_rate", "leak_rate_direct", "over_redaction")


def folds() -> list[list[Path]]:
    """The files of the corpus, dealt out by name."""
    files = sorted(p for kind in ("codes", "phi") for p in (ROOT / "corpus" / kind).glob("*.jsonl"))
    return [files[i::FOLDS] for i in range(FOLDS)]


def trained(folder: Path, files: list[Path], epochs: int) -> None:
    """Train a tagger on all but some files, unless the folder holds one already."""
    if (folder / "phi_tagger" / "card.json").is_file():
        return
    without = ",".join(f"{p.parent.name}/{p.stem}/" for p in files)
    command = [sys.executable, str(ROOT / "models" / "train.py"), "--epochs", str(epochs), "--without", without]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "train.log").open("w", encoding="utf-8") as log:
        subprocess.run(
            [*command, "--models", str(folder)],
            check=True,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )


def measured(folder: Path, files: list[Path]) -> list[dict[str, object]]:
    """The figures of the whole redactor on some files with the models of a folder."""
    command = [sys.executable, str(ROOT / "benchmarks" / "phi.py"), *map(str, files), "--models", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> None:
    """Train the folds, weigh, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="where the taggers of the folds are kept")
    parser.add_argument("--out", type=Path, required=True, help="where signs.json and what is known of initials go")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--missed", type=float, default=1.5, help="how much worse a leak is than a span too much")
    args = parser.parse_args()
    parts = folds()
    homes = [args.work / f"fold{i}" for i in range(FOLDS)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(trained, homes, parts, [args.epochs] * FOLDS))
    summary: dict[str, dict[str, object]] = {}
    for i, home in enumerate(homes):
        initials.fit(home, [p for k, files in enumerate(parts) if k != i for p in files], home / "phi_tagger")
    seen = [noticed(home, files) for home, files in zip(homes, parts, strict=True)]
    for i, (home, files) in enumerate(zip(homes, parts, strict=True)):
        others = [row for k, rows in enumerate(seen) if k != i for row in rows]
        write(fitted(others, missed=args.missed), home / "phi_tagger")
        for figures in measured(home, files):
            print(json.dumps(figures), flush=True)
            summary[str(figures["file"])] = {name: figures[name] for name in _ON_THE_CARD}
    write(fitted([row for rows in seen for row in rows], missed=args.missed), args.out)
    initials.fit(ROOT / "models", [p for files in parts for p in files], args.out)
    card = json.loads((args.out / "card.json").read_text(encoding="utf-8"))
    card["cross_validation"] = {"folds": FOLDS, "epochs": args.epochs, "missed": args.missed, "files": summary}
    (args.out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def write(weights: dict[str, object], folder: Path) -> None:
    """Put the weights beside a tagger."""
    (folder / "signs.json").write_text(json.dumps(weights, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
