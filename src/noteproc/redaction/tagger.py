"""The PHI tagger: a small convolutional network over hashed word features, one BIO label a token.

Training (``models/train.py``) uses thinc; here its weights run on NumPy alone. The first layer is linear in the
embeddings of a word, so its products are computed once when the model loads, and a word costs six table rows.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from noteproc.artifacts import models_dir
from noteproc.errors import ModelError
from noteproc.redaction import lexicon as lx
from noteproc.redaction.features import CONTEXT_ROWS, WORD_ROWS, context_rows, word_row
from noteproc.redaction.words import Words

_Floats = NDArray[np.float32]

_CACHE_LIMIT = 60_000
_PIECES = 3


def _maxout(x: _Floats, width: int) -> _Floats:
    best = np.maximum(x[:, :width], x[:, width : 2 * width])
    best = np.maximum(best, x[:, 2 * width :])
    return best


def _layer_norm(x: _Floats, gain: _Floats, bias: _Floats) -> _Floats:
    mean = x.mean(axis=1, keepdims=True)
    centred = x - mean
    variance = (centred * centred).mean(axis=1, keepdims=True) + np.float32(1e-8)
    normal: _Floats = centred * (variance**-0.5) * gain + bias
    return normal


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
        if meta["word_rows"] != list(WORD_ROWS) or meta["context_rows"] != list(CONTEXT_ROWS):
            raise ModelError("the PHI tagger was trained for another version: run `make model` or reinstall noteproc")
        # Pieces side by side instead of interleaved, so that the maximum over them is two passes over whole blocks.
        by_piece = np.arange(self.width * _PIECES).reshape(self.width, _PIECES).T.reshape(-1)
        mix = weights["mix_W"].reshape(self.width * _PIECES, -1)[by_piece]
        self._tables: list[_Floats] = []
        at = 0
        for column in range(len(WORD_ROWS)):
            table = weights[f"word_{column}"]
            size = table.shape[1]
            self._tables.append(np.ascontiguousarray(table @ mix[:, at : at + size].T))
            at += size
        self._mix_bias = weights["mix_b"].reshape(-1)[by_piece]
        self._mix_norm = (weights["mix_g"], weights["mix_n"])
        self._context = [weights[f"context_{column}"] for column in range(len(CONTEXT_ROWS))]
        self._layers = []
        for k in range(self.depth):
            matrix = weights[f"layer{k}_W"].reshape(self.width * _PIECES, -1)[by_piece].T
            size = self.width
            parts = tuple(np.ascontiguousarray(matrix[j * size : (j + 1) * size]) for j in range(3))
            self._layers.append(
                (parts, weights[f"layer{k}_b"].reshape(-1)[by_piece], weights[f"layer{k}_g"], weights[f"layer{k}_n"])
            )
        self._out_w = np.ascontiguousarray(weights["out_W"].T)
        self._out_b = weights["out_b"]
        self._lexicon = lx.lexicon()
        self._rows: dict[str, tuple[int, ...]] = {}

    def probabilities(self, words: Words) -> _Floats:
        """One row of label probabilities a token, in the order of ``labels``."""
        n = len(words)
        if n == 0:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        rows = self._rows
        if len(rows) > _CACHE_LIMIT:
            rows.clear()
        bits = self._lexicon.bits
        for form in set(words.words).difference(rows):
            rows[form] = word_row(form, bits(form.lower()))
        index = np.array([rows[form] for form in words.words], dtype=np.int32)
        context = context_rows(words)
        x = self._tables[0][index[:, 0]]
        for column in range(1, len(self._tables)):
            x += self._tables[column][index[:, column]]
        x += self._mix_bias
        x = _layer_norm(_maxout(x, self.width), *self._mix_norm)
        for column, table in enumerate(self._context):
            x += table[context[:, column]]
        for (left, centre, right), bias, gain, shift in self._layers:
            y = x @ centre + bias
            if n > 1:
                y[1:] += x[:-1] @ left
                y[:-1] += x[1:] @ right
            x = x + _layer_norm(_maxout(y, self.width), gain, shift)
        scores: _Floats = x @ self._out_w + self._out_b
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores


@lru_cache(maxsize=1)
def phi_tagger() -> PhiTagger:
    """The tagger of this process, loaded once."""
    return PhiTagger(models_dir() / "phi_tagger")
