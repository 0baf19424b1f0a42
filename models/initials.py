"""Fit how much each sign of ``noteproc.redaction.initials`` speaks for letters being somebody's initials.

Used by ``models/crossvalidate.py``. How often letters stand for no person is counted without the file in which they
stand, as on notes by a stranger. A ridge logistic regression weighs letters and places, a second one what the letters
around say.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

_RIDGE = 1.0
_RARE = 3
_PER = 1000.0


def fit(models: Path, files: list[Path], out: Path) -> None:
    """Write ``letters.tsv`` and ``initials.json``, in another process.

    Args:
        models: the folder of the models whose vocabulary tells what words may be.
        files: the notes to learn from.
        out: the folder to write to.
    """
    code = "import sys; sys.path.insert(0, sys.argv[1]); import initials; initials.write(*sys.argv[2:4], sys.argv[4:])"
    here = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", code, here, str(models), str(out), *map(str, files)], check=True)


def write(models: str, out: str, files: list[str]) -> None:
    """Count, weigh, write."""
    from noteproc.artifacts import choose_models

    choose_models(Path(models))
    from noteproc.evaluation import load_gold
    from noteproc.redaction import lexicon as lx
    from noteproc.redaction.initials import Fitted, Initials, beside
    from noteproc.redaction.letters import Letters
    from noteproc.redaction.plaintext import PlainText
    from noteproc.redaction.words import Words

    lexicon = lx.lexicon()
    notes: list[tuple[int, Words, dict[int, bool | None]]] = []
    small: list[Counter[str]] = []
    upper: list[Counter[str]] = []
    sizes: list[int] = []
    for number, file in enumerate(files):
        small.append(Counter())
        upper.append(Counter())
        gold = load_gold([Path(file)])
        sizes.append(len(gold))
        for note in gold.values():
            plain = PlainText(note.text)
            words = Words(plain.text)
            named = {(s.start, s.end) for s in note.spans if "NAME" in s.gold_type}
            marked = {i for s in note.spans for i in range(s.start, s.end)}
            labels: dict[int, bool | None] = {}
            language: set[tuple[bool, str]] = set()
            for i in words.of_class(lx.SHORT):
                start, end = plain.to_source(words.starts[i], words.ends[i])
                if start in marked:
                    labels[i] = True if (start, end) in named else None
                else:
                    labels[i] = False
                    form = words.words[i]
                    if not words.upper:
                        language.add((form.isupper(), words.lower[i]))
            for capitals, low in language:
                (upper if capitals else small)[number][low] += 1
            notes.append((number, words, labels))
    total = sum(sizes)
    all_small, all_upper = sum(small, Counter()), sum(upper, Counter())

    def used(without: int | None) -> dict[str, tuple[float, float]]:
        less_small = small[without] if without is not None else Counter()
        less_upper = upper[without] if without is not None else Counter()
        share = _PER / (total - (sizes[without] if without is not None else 0))
        return {
            low: (
                round((all_small[low] - less_small[low]) * share, 2),
                round((all_upper[low] - less_upper[low]) * share, 2),
            )
            for low in sorted({*all_small, *all_upper})
        }

    rows: list[list[str]] = []
    sources: list[int] = []
    right: list[bool] = []
    at: list[tuple[int, Initials, list[int], list[bool]]] = []
    letters = {number: Letters(used(number), lexicon) for number in range(len(files))}
    for source, (number, words, labels) in enumerate(notes):
        initials = Initials(words)
        judged = [i for i in words.of_class(lx.SHORT) if labels[i] is not None]
        for i in judged:
            reading = letters[number].read(words.words[i], small=words.small, upper=words.upper)
            if reading.case:
                rows.append([*reading.signs, *initials.place(i, reading.case)])
                right.append(bool(labels[i]))
                sources.append(source)
        at.append((number, initials, judged, [bool(labels[i]) for i in judged]))
    first = regression(rows, right, sources)
    bias = first.pop("bias")
    weighers = {number: Fitted(bias, first, {}, letters[number]) for number in letters}
    further: list[list[str]] = []
    where: list[int] = []
    odds: list[float] = []
    told: list[bool] = []
    for source, (number, initials, judged, labelled) in enumerate(at):
        found = weighers[number].first(initials)
        said = dict(beside(initials.words, found))
        for i, label in zip(judged, labelled, strict=True):
            if i in found:
                further.append(said[i])
                odds.append(found[i])
                told.append(label)
                where.append(source)
    second = regression(further, told, where, odds=odds)
    stored = {"bias": bias, "signs": first, "beside": second}
    (Path(out) / "initials.json").write_text(json.dumps(stored, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    lines = [f"{low}\t{a:g}\t{b:g}" for low, (a, b) in used(None).items() if a or b]
    (Path(out) / "letters.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def regression(
    rows: list[list[str]], right: list[bool], sources: list[int], *, odds: list[float] | None = None
) -> dict[str, float]:
    """Ridge logistic regression over named signs, by Newton's method with conjugate gradients.

    Args:
        rows: the signs of each case.
        right: whether each is one.
        sources: the note of each: a sign that is seen in few of them counts for nothing.
        odds: log odds known already, with a slope of their own.

    Returns:
        The weight of each sign that has one, ``bias`` and with ``odds`` a ``slope``.
    """
    seen_in = Counter(s for s, _ in {(s, source) for row, source in zip(rows, sources, strict=True) for s in row})
    names = sorted(s for s, n in seen_in.items() if n >= _RARE)
    column = {s: i + 1 for i, s in enumerate(names)}
    flat = np.array([0] * len(rows) + [column[s] for row in rows for s in set(row) if s in column])
    owner = np.array(list(range(len(rows))) + [k for k, row in enumerate(rows) for s in set(row) if s in column])
    size = len(names) + 1
    extra = np.array(odds) if odds is not None else np.zeros(len(rows))
    y = np.array(right, dtype=float)
    ridge = np.full(size + 1, _RIDGE)
    ridge[0] = ridge[size] = 1e-6
    w = np.zeros(size + 1)
    w[size] = 1.0 if odds is not None else 0.0

    def forward(v: Any) -> Any:
        return np.bincount(owner, v[flat], len(rows)) + extra * v[size]

    def backward(d: Any) -> Any:
        return np.append(np.bincount(flat, d[owner], size), extra @ d)

    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-np.clip(forward(w), -30, 30)))
        gradient = backward(p - y) + ridge * w
        curve = p * (1 - p) + 1e-9
        step = np.zeros(size + 1)
        rest = gradient.copy()
        scale = 1.0 / (ridge + np.append(np.bincount(flat, curve[owner], size), (extra * extra) @ curve))
        z = scale * rest
        d = z.copy()
        rz = rest @ z
        for _ in range(60):
            h = backward(curve * forward(d)) + ridge * d
            a = rz / (d @ h)
            step += a * d
            rest -= a * h
            z = scale * rest
            new = rest @ z
            if new < 1e-10:
                break
            d = z + (new / rz) * d
            rz = new
        w -= step
        if np.abs(step).max() < 1e-4:
            break
    out = {s: round(float(w[column[s]]), 2) for s in names if abs(w[column[s]]) >= 0.02}
    out["bias"] = round(float(w[0]), 3)
    if odds is not None:
        out["slope"] = round(float(w[size]), 3)
    return out
