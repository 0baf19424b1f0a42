"""Fits the scores of codes on the coded notes of ``corpus/codes`` and prints how well they hold.

    python models/calibrate.py            # writes models/coding_scores.json

A logistic function over the features of ``noteproc.coding.ranking``, L2-regularised, fitted by Newton's method. The
figures that are printed are those of the parts left out (five parts, whole notes); the weights that are written come
from all notes. Candidates whose code the gold marks as a mere mention, and optional status codes that are neither gold
nor trap, are left out. Deterministic.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from noteproc.codesets import CPT, HCPCS, ICD10CM
from noteproc.coding import Coder
from noteproc.evaluation.gold import load_gold
from noteproc.records import CodingContext, RedactedNote

ROOT = Path(__file__).resolve().parents[1]
OPTIONAL = re.compile(r"Z(79|8\d|9\d|3A|66|7[0-8]|5[5-9]|6[0-5])|[V-Y]\d")
PARTS = 5
PENALTY = 3.0
# Visits: never suggested from what is told, so neither right nor wrong.
VISITS = re.compile(r"99[2-4]\d\d")
BINS = 10
PLATEAU = 0.002

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Candidates as numbers: features, whether right, of which note; and how many gold codes were never candidates."""

    names: tuple[str, ...]
    x: Floats
    y: Floats
    note: npt.NDArray[np.int64]
    missed: npt.NDArray[np.int64]


def read(*, diagnoses: bool) -> Rows:
    """The candidates of all notes of the corpus: diagnoses, or everything else."""
    coder = Coder(threshold=0.5)
    names: tuple[str, ...] = ()
    x, y, note, missed = [], [], [], []
    notes = load_gold(sorted((ROOT / "corpus" / "codes").glob("*.jsonl")))
    for number, gold in enumerate(notes.values()):
        systems = (ICD10CM,) if diagnoses else (CPT, HCPCS)
        codes = [c for c in gold.codes or () if c.system in systems and not VISITS.fullmatch(c.code)]
        right = {c.code for c in codes if c.role == "reportable"}
        neutral = {c.code for c in codes} - right
        traps = {t.code for t in gold.traps}
        context = CodingContext(setting="inpatient" if "discharge" in gold.kind else "outpatient")
        seen = set()
        redacted = RedactedNote.already_redacted(gold.note_id, gold.text, context)
        for candidate, values in (coder.features if diagnoses else coder.procedure_features)(redacted):
            names = names or tuple(values)
            code = candidate.code
            seen.add(code)
            optional = OPTIONAL.match(code) if diagnoses else VISITS.fullmatch(code)
            if code in neutral or (code not in right and code not in traps and optional):
                continue
            x.append([values[name] for name in names])
            y.append(float(code in right))
            note.append(number)
        missed.append(len(right - seen))
    return Rows(names, np.array(x), np.array(y), np.array(note), np.array(missed))


def fit(x: Floats, y: Floats) -> Floats:
    """The weights; the first feature is the constant, which is not penalised."""
    weights = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], PENALTY)
    penalty[0] = 1e-6
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-x @ weights))
        gradient = x.T @ (y - p) - penalty * weights
        hessian = (x * (p * (1.0 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return weights


def held_out(rows: Rows) -> Floats:
    """The score of each candidate from the parts that its note is not in."""
    scores = np.zeros(len(rows.y))
    for part in range(PARTS):
        inside = rows.note % PARTS == part
        weights = fit(rows.x[~inside], rows.y[~inside])
        scores[inside] = 1.0 / (1.0 + np.exp(-rows.x[inside] @ weights))
    return scores


def f1(scores: Floats, rows: Rows, threshold: float) -> float:
    """F1 over all notes at a threshold, before the rules between codes."""
    told = scores >= threshold
    right = float((told * rows.y).sum())
    gold = float(rows.y.sum() + rows.missed.sum())
    return 2.0 * right / (float(told.sum()) + gold)


def fitted(name: str, rows: Rows, lowest: float) -> tuple[float, dict[str, float]]:
    """The threshold and the weights; prints the table of reliability on the way."""
    scores = held_out(rows)
    steps = [round(lowest + 0.01 * n, 2) for n in range(51)]
    best = max(f1(scores, rows, t) for t in steps)
    # The highest of equal F1: of two that are as good, the one with fewer wrong codes to strike out.
    plateau = [t for t in steps if f1(scores, rows, t) >= best - PLATEAU]
    threshold = plateau[-1]
    print(f"equal from {plateau[0]} to {plateau[-1]}")
    print(f"{name}: notes {len(rows.missed)}, candidates {len(rows.y)}, right {int(rows.y.sum())}")
    print(
        f"held out: F1 {f1(scores, rows, threshold):.3f} at {threshold}; Brier {np.mean((scores - rows.y) ** 2):.3f}\n"
    )
    print("| score | candidates | mean score | share right |\n|---|---|---|---|")
    for n in range(BINS):
        inside = (scores >= n / BINS) & ((scores < (n + 1) / BINS) | (n == BINS - 1))
        if inside.any():
            print(
                f"| {n / BINS:.1f}-{(n + 1) / BINS:.1f} | {int(inside.sum())} | {scores[inside].mean():.2f} "
                f"| {rows.y[inside].mean():.2f} |"
            )
    print()
    weights = fit(rows.x, rows.y)
    return threshold, {name: round(float(w), 4) for name, w in zip(rows.names, weights, strict=True)}


def main() -> None:
    """Fits, prints the tables of reliability, writes the file."""
    threshold, weights = fitted("diagnoses", read(diagnoses=True), 0.2)
    procedures, procedure_weights = fitted("procedures, supplies and drugs", read(diagnoses=False), 0.1)
    out = {
        "about": "Weights of the logistic scores of codes, fitted on corpus/codes by models/calibrate.py.",
        "threshold": threshold,
        "weights": weights,
        "procedures": procedures,
        "procedure_weights": procedure_weights,
    }
    path = ROOT / "models" / "coding_scores.json"
    path.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
