"""Fit the weights of the signs of ``noteproc.redaction.signs``: logistic regression over what a tagger noticed.

Used by ``models/crossvalidate.py`` with taggers that have not learned from the notes, so that their probabilities are
as wrong as on notes of strangers. A span counts as right when marked ones cover most of its letters and figures.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

_RIDGE = 1.0
_STEPS = 60


def noticed(folder: Path, files: list[Path]) -> list[dict[str, object]]:
    """What the tagger of a folder notices in some notes, with signs and whether it is right, in another process."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import weigh; weigh.collect(sys.argv[2], sys.argv[3:])"
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", code, here, str(folder), *map(str, files)], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def collect(folder: str, files: list[str]) -> None:
    """Print one JSON line a span noticed."""
    from noteproc.artifacts import choose_models

    choose_models(Path(folder))
    from noteproc.evaluation import load_gold
    from noteproc.redaction.edges import trimmed
    from noteproc.redaction.engine import NoteArtifacts, phi_tagger
    from noteproc.redaction.lexicon import lexicon
    from noteproc.redaction.plaintext import PlainText
    from noteproc.redaction.reach import whole
    from noteproc.redaction.recognizers.tagged import TaggedRecognizer
    from noteproc.redaction.signs import Signs
    from noteproc.redaction.spans import Span
    from noteproc.redaction.veto import forbidden
    from noteproc.redaction.words import Words

    tagger, recognizer, signs = phi_tagger(), TaggedRecognizer(), Signs(lexicon())
    for note in load_gold([Path(f) for f in files]).values():
        plain = PlainText(note.text)
        words = Words(plain.text)
        hits = recognizer.find(words, NoteArtifacts(words, tagger.look(words), "en"))
        spans = [Span(h.start, h.end, h.entity_type, h.score, recognizer.name) for h in hits]
        marked = {i for s in note.spans for i in range(s.start, s.end)}
        for span in (whole(words, s) for s in trimmed(plain.text, spans)):
            start, end = plain.to_source(span.start, span.end)
            letters = [i for i in range(start, end) if note.text[i].isalnum()]
            inside = words.within(span.start, span.end)
            if letters and not forbidden(words, span, inside):
                right = sum(i in marked for i in letters) * 2 > len(letters)
                print(json.dumps({"score": span.score, "signs": signs.of(words, span, inside), "right": right}))


def fitted(rows: list[dict[str, object]], *, missed: float) -> dict[str, object]:
    """The weights: ridge logistic regression by Newton's method; a right span weighs ``missed`` times a wrong one."""
    from noteproc.redaction.weights import log_odds

    names = sorted({s for r in rows for s in r["signs"]})  # type: ignore[attr-defined]
    column = {s: i + 2 for i, s in enumerate(names)}
    x = np.zeros((len(rows), len(names) + 2))
    x[:, 0] = 1.0
    for i, r in enumerate(rows):
        x[i, 1] = log_odds(float(r["score"]))  # type: ignore[arg-type]
        for s in r["signs"]:  # type: ignore[attr-defined]
            x[i, column[s]] = 1.0
    y = np.array([float(bool(r["right"])) for r in rows])
    share = np.where(y > 0, missed, 1.0)
    w = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], _RIDGE)
    ridge[0] = 1e-6
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (share * (p - y)) + ridge * w
        hessian = (x * (share * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        w -= step
        if np.abs(step).max() < 1e-6:
            break
    return {
        "bias": round(float(w[0]), 3),
        "slope": round(float(w[1]), 3),
        "signs": {s: round(float(w[column[s]]), 3) for s in names},
    }
