"""Fit the first glance of the PHI tagger: which words are worth a look, learnt from what the tagger notices.

    python models/glance.py           # for the tagger that ships, a minute; models/train.py fits it for one of its own

A word is worth a look where the tagger thinks of PHI or where PHI is marked. A third of the notes is kept apart, and
the least score is set so that of what the tagger notices there ``MISSED`` is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from marked import MarkedText, join
from thinc.api import Adam

from noteproc.artifacts import models_dir
from noteproc.redaction.features import CONTEXT_ROWS, candidates, context_rows
from noteproc.redaction.glance import AROUND, HIDDEN, REACH, SIZE, Glance
from noteproc.redaction.plaintext import PlainText
from noteproc.redaction.tagger import PhiTagger
from noteproc.redaction.words import Words

MISSED = 0.0005
# What the redactor hears of (``TaggedRecognizer.threshold``), and from where a word is worth a look.
_NOTICED, _WORTH = 0.25, 0.1
# A word noticed and passed over is so much worse than a look for nothing.
_WEIGHT = 1.5
_EPOCHS, _BATCH, _RATE = 8, 1024, 0.003
_SEED = 20261129
# The notes are taken in so many runs, of which every third is kept apart.
_RUNS = 30
_BESIDE = np.arange(-REACH, REACH + 1)

_Floats = np.ndarray


class _Tokens(NamedTuple):
    """The tokens of all notes, ``REACH`` paddings before and behind each note."""

    vectors: _Floats
    context: np.ndarray
    likely: _Floats
    marked: np.ndarray
    possible: np.ndarray
    apart: np.ndarray


def fit(folder: Path, notes: Sequence[MarkedText]) -> None:
    """Put a glance that fits the tagger of a folder into its weights.

    Args:
        notes: what to learn from; notes of one writer stand together.
    """
    with np.load(folder / "weights.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays.update(nothing_spared(arrays["mix_g"].size))
    np.savez_compressed(folder / "weights.npz", **arrays)
    tokens = _read(PhiTagger(folder), notes)
    weights = {name: array.astype(np.float16) for name, array in _learnt(tokens).items()}
    scores = _scores({name: array.astype(np.float32) for name, array in weights.items()}, tokens)
    noticed = tokens.possible & tokens.apart & (tokens.likely >= _NOTICED)
    least = np.quantile(scores[noticed], MISSED, keepdims=True).astype(np.float16)
    arrays.update({f"glance_{name}": array for name, array in (weights | {"least": least}).items()})
    np.savez_compressed(folder / "weights.npz", **dict(sorted(arrays.items())))
    looked = np.mean(scores[tokens.possible & tokens.apart] >= float(least[0]))
    print(f"glance: {looked:.3f} of the words that could be PHI are looked at", flush=True)


def nothing_spared(width: int) -> dict[str, np.ndarray]:
    """The weights of a glance that finds every word worth a look."""
    shapes = _shapes(width) | {"least": (1,)}
    return {f"glance_{name}": np.zeros(shape, dtype=np.float16) for name, shape in shapes.items()}


def _shapes(width: int) -> dict[str, tuple[int, ...]]:
    context = {f"context{column}": (rows, HIDDEN) for column, rows in enumerate(CONTEXT_ROWS)}
    inner = {"squeeze": (width, SIZE), "around": AROUND}
    return {**inner, **context, "bias": (HIDDEN,), "out": (HIDDEN,)}


def _read(tagger: PhiTagger, notes: Sequence[MarkedText]) -> _Tokens:
    parts: list[tuple[np.ndarray, ...]] = []
    for number, note in enumerate(notes):
        words = Words(PlainText(note.text).text)
        if not len(words):
            continue
        marked = np.zeros(len(words), dtype=bool)
        for start, end, _ in note.spans:
            marked[list(words.within(start, end))] = True
        looks, likely = tagger.look(words), np.zeros(len(words), dtype=np.float32)
        likely[looks.tokens] = 1.0 - looks.probabilities[:, tagger.labels.index("O")]
        columns = (
            tagger.vectors(words.words),
            context_rows(words),
            likely,
            marked,
            candidates(words),
            np.full(len(words), number * _RUNS // len(notes) % 3 == 0),
        )
        parts.append(tuple(np.pad(c, [(REACH, REACH), *[(0, 0)] * (c.ndim - 1)]) for c in columns))
    return _Tokens(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _learnt(tokens: _Tokens) -> dict[str, _Floats]:
    """The weights, by stochastic gradient descent (Adam) on the notes that are not kept apart."""
    noise = np.random.default_rng(_SEED)
    weights = {
        name: noise.standard_normal(shape, dtype=np.float32) * (0.0 if name.startswith(("context", "bias")) else 0.1)
        for name, shape in _shapes(tokens.vectors.shape[1]).items()
    }
    worth = (tokens.likely >= _WORTH) | tokens.marked
    weight = np.where(tokens.likely >= _WORTH, _WEIGHT, 1.0).astype(np.float32)
    optimizer = Adam(_RATE)
    at = np.flatnonzero(tokens.possible & ~tokens.apart)
    for epoch in range(_EPOCHS):
        optimizer.learn_rate = _RATE * (1.0 if epoch < _EPOCHS * 0.5 else 0.3 if epoch < _EPOCHS * 0.8 else 0.1)
        noise.shuffle(at)
        for first in range(0, len(at), _BATCH):
            batch = at[first : first + _BATCH]
            for name, gradient in _gradients(weights, tokens, batch, worth[batch], weight[batch]).items():
                weights[name], _ = optimizer((0, name), weights[name], gradient)
            optimizer.step_schedules()
    return weights


def _gradients(
    weights: dict[str, _Floats], tokens: _Tokens, batch: np.ndarray, worth: np.ndarray, weight: _Floats
) -> dict[str, _Floats]:
    """Of the weighted logistic loss of some tokens, for each of the weights."""
    seen = tokens.vectors[batch[:, None] + _BESIDE]
    kept = (seen @ weights["squeeze"]).reshape(len(batch), -1)
    hidden = weights["bias"] + kept @ weights["around"]
    for column in range(len(CONTEXT_ROWS)):
        hidden += weights[f"context{column}"][tokens.context[batch, column]]
    lit = hidden > 0
    hidden *= lit
    wrong = weight * (1 / (1 + np.exp(-(hidden @ weights["out"]))) - worth) / len(batch)
    behind = np.outer(wrong, weights["out"]) * lit
    inner = (behind @ weights["around"].T).reshape(*seen.shape[:2], -1)
    gradients = {
        "squeeze": np.tensordot(seen, inner, ([0, 1], [0, 1])),
        "around": kept.T @ behind,
        "bias": behind.sum(axis=0),
        "out": hidden.T @ wrong,
    }
    for column, rows in enumerate(CONTEXT_ROWS):
        gradients[f"context{column}"] = np.zeros((rows, behind.shape[1]), dtype=np.float32)
        np.add.at(gradients[f"context{column}"], tokens.context[batch, column], behind)
    return {name: gradient.astype(np.float32) for name, gradient in gradients.items()}


def _scores(weights: dict[str, _Floats], tokens: _Tokens) -> _Floats:
    """The score of each token that could be PHI, as the redactor reckons it; of the others, minus infinity."""
    glance = Glance({f"glance_{name}": array for name, array in (weights | {"least": np.zeros(1)}).items()})
    scores = np.full(len(tokens.likely), -np.inf, dtype=np.float32)
    at = np.flatnonzero(tokens.possible)
    # The paddings of the first and the last note stand for what `Glance` wants beside a text.
    scores[at] = glance.scores(glance.kept(tokens.vectors), tokens.context[REACH:-REACH], at - REACH)
    return scores


def main() -> None:
    """Fit the glance of the tagger that ships."""
    import random

    import train

    notes = [marked for _, marked in sorted(train.read_corpus().items())]
    copies = train.Copies(random.Random(_SEED), *train.faker_names()).of(notes, 2, substitute_all=False)
    fit(models_dir() / "phi_tagger", [join(pieces) for pieces in copies])


if __name__ == "__main__":
    main()
