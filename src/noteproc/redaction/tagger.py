"""The PHI tagger: a small convolutional network over hashed word features, one BIO label a token.

Training (``models/train.py``) uses thinc; here its weights run on NumPy alone. What the first layer makes of a word is
kept. Only words that could be PHI are decided upon.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from noteproc.artifacts import models_dir
from noteproc.errors import ModelError
from noteproc.redaction import lexicon as lx
from noteproc.redaction.features import CONTEXT_ROWS, WORD_ROWS, candidates, context_rows, word_row
from noteproc.redaction.words import Words

_Floats = NDArray[np.float32]

_CACHE_LIMIT = 60_000


def _maxout(x: _Floats, width: int) -> _Floats:
    best = x[:, :width]
    for first in range(width, x.shape[1], width):
        best = np.maximum(best, x[:, first : first + width])
    return best


def _layer_norm(x: _Floats, gain: _Floats, bias: _Floats) -> _Floats:
    """Works in ``x``."""
    size = np.float32(x.shape[1])
    mean = np.add.reduce(x, axis=1)
    mean /= size
    x -= mean[:, None]
    scale = np.vecdot(x, x)
    scale /= size
    scale += np.float32(1e-8)
    np.sqrt(scale, out=scale)
    x /= scale[:, None]
    x *= gain
    x += bias
    return x


class PhiTagger:
    """Gives each token the probability of each label.

    Args:
        folder: holds ``weights.npz`` and ``labels.json``.

    Raises:
        ModelError: the model is missing or of another layout.
    """

    def __init__(self, folder: Path) -> None:
        try:
            with np.load(folder / "weights.npz") as stored:
                weights = {name: stored[name].astype(np.float32) for name in stored.files}
            meta = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise ModelError("the PHI tagger is missing or broken: run `make model` or reinstall noteproc") from None
        self.labels: tuple[str, ...] = tuple(meta["labels"])
        self.depth = int(meta["depth"])
        self.width = int(meta["width"])
        self.pieces = int(meta["pieces"])
        if meta["word_rows"] != list(WORD_ROWS) or meta["context_rows"] != list(CONTEXT_ROWS):
            raise ModelError("the PHI tagger was trained for another version: run `make model` or reinstall noteproc")
        # Pieces side by side instead of interleaved, so that the maximum over them is two passes over whole blocks.
        by_piece = np.arange(self.width * self.pieces).reshape(self.width, self.pieces).T.reshape(-1)
        self._tables = [weights[f"word_{column}"] for column in range(len(WORD_ROWS))]
        self._mix = np.ascontiguousarray(weights["mix_W"].reshape(self.width * self.pieces, -1)[by_piece].T)
        self._mix_bias = weights["mix_b"].reshape(-1)[by_piece]
        self._mix_norm = (weights["mix_g"], weights["mix_n"])
        self._context = [weights[f"context_{column}"] for column in range(len(CONTEXT_ROWS))]
        self._layers = []
        for k in range(self.depth):
            squeeze = np.ascontiguousarray(weights[f"squeeze{k}_W"].T)
            matrix = np.ascontiguousarray(weights[f"layer{k}_W"].reshape(self.width * self.pieces, -1)[by_piece].T)
            bias = weights[f"layer{k}_b"].reshape(-1)[by_piece] + weights[f"squeeze{k}_b"] @ matrix
            self._layers.append((squeeze, matrix, bias, weights[f"layer{k}_g"], weights[f"layer{k}_n"]))
        self._out_w = np.ascontiguousarray(weights["out_W"].T)
        self._out_b = weights["out_b"]
        self._lexicon = lx.lexicon()
        self._outside = self.labels.index("O")
        self._known: dict[str, int] = {}
        self._vectors: _Floats = np.zeros((4096, self.width), dtype=np.float32)

    def probabilities(self, words: Words) -> _Floats:
        """One row of label probabilities a token, in the order of ``labels``; words that can be no PHI are outside."""
        result = np.zeros((len(words), len(self.labels)), dtype=np.float32)
        result[:, self._outside] = 1.0
        wanted = np.flatnonzero(candidates(words))
        if not len(wanted):
            return result
        # A row of zeros at either end, and every token beside its neighbours as one row of a view.
        n, width = len(words), self.width
        framed = np.zeros((n + 2, width), dtype=np.float32)
        windows: _Floats = np.ndarray((n, 3 * width), np.float32, framed, strides=framed.strides)
        x = framed[1:-1]
        x += self._words_of(words.words)
        context = context_rows(words)
        for column, table in enumerate(self._context):
            x += table.take(context[:, column], axis=0)
        # Each layer sees one token to either side, so the first has to know the neighbours of what the last decides.
        reach = [wanted]
        for _ in range(self.depth - 1):
            reach.insert(0, _widened(reach[0], len(words)))
        for index, (squeeze, matrix, bias, gain, shift) in zip(reach, self._layers, strict=True):
            y = windows[index] @ squeeze @ matrix
            y += bias
            x[index] += _layer_norm(_maxout(y, self.width), gain, shift)
        scores: _Floats = x[wanted] @ self._out_w + self._out_b
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= np.add.reduce(scores, axis=1)[:, None]
        result[wanted] = scores
        return result

    def _words_of(self, forms: list[str]) -> _Floats:
        """What the first layer makes of each word: it depends on the word alone, so it is kept."""
        known = self._known
        new = set(forms).difference(known)
        if new:
            if len(known) + len(new) > _CACHE_LIMIT:
                known.clear()
                new = set(forms)
            judged = self._lexicon.forms
            ordered = sorted(new)
            index = np.array([word_row(judged[form]) for form in ordered], dtype=np.int32).T
            said = [table.take(rows, axis=0) for table, rows in zip(self._tables, index, strict=True)]
            x = np.concatenate(said, axis=1) @ self._mix
            x += self._mix_bias
            first, last = len(known), len(known) + len(ordered)
            if last > len(self._vectors):
                grown = np.zeros((max(last, 2 * len(self._vectors)), self.width), dtype=np.float32)
                grown[:first] = self._vectors[:first]
                self._vectors = grown
            self._vectors[first:last] = _layer_norm(_maxout(x, self.width), *self._mix_norm)
            known.update(zip(ordered, range(first, last), strict=True))
        return self._vectors.take([known[form] for form in forms], axis=0)


def _widened(index: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """The given places and their neighbours."""
    mark = np.zeros(length + 2, dtype=bool)
    mark[index] = mark[index + 1] = mark[index + 2] = True
    return np.flatnonzero(mark[1:-1])


@lru_cache(maxsize=1)
def phi_tagger() -> PhiTagger:
    """The tagger of this process, loaded once."""
    return PhiTagger(models_dir() / "phi_tagger")


@lru_cache(maxsize=1)
def phi_tagger_version() -> str:
    """Which tagger this is: the beginning of the SHA-256 of its weights.

    Raises:
        ModelError: the model is missing.
    """
    try:
        weights = (models_dir() / "phi_tagger" / "weights.npz").read_bytes()
    except OSError:
        raise ModelError("the PHI tagger is missing: run `make model` or reinstall noteproc") from None
    return hashlib.sha256(weights).hexdigest()[:12]
