"""The PHI tagger: a small convolutional network over hashed word features, one BIO label a token.

Training (``models/train.py``) uses thinc; here its weights run on NumPy alone. What the first layer makes of a word is
kept. Only words that could be PHI, and at first glance may be, are decided upon.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from noteproc.artifacts import models_dir
from noteproc.errors import ModelError
from noteproc.redaction import lexicon as lx
from noteproc.redaction.features import CONTEXT_ROWS, WORD_ROWS, candidates, context_rows, word_row
from noteproc.redaction.glance import AROUND, REACH, Glance
from noteproc.redaction.words import Words

_Floats = NDArray[np.float32]

_CACHE_LIMIT = 60_000
# Between two ends of a text, where a token and its neighbours stand.
_BESIDE = np.arange(3)


def _normed(x: _Floats, gain: _Floats) -> _Floats:
    """The rows of ``x`` with mean 0 and variance 1, times ``gain``; works in ``x``."""
    size = x.shape[1]
    x -= (x @ np.full(size, 1 / size, dtype=np.float32))[:, None]
    scale = np.vecdot(x, x)
    scale /= np.float32(size)
    scale += np.float32(1e-8)
    np.sqrt(scale, out=scale)
    x /= scale[:, None]
    x *= gain
    return x


class _Layer(NamedTuple):
    """One layer: ``squeeze``, then as many matrices as there are pieces, the last row of each the bias."""

    squeeze: _Floats
    pieces: list[_Floats]
    gain: _Floats
    edge: _Floats

    def made(self, seen: _Floats, squeezed: _Floats) -> _Floats:
        """What the layer makes of tokens, its constant shift left out.

        Args:
            seen: a row a token, itself between its neighbours.
            squeezed: to work in; its last column is 1.
        """
        np.matmul(seen, self.squeeze, out=squeezed[:, :-1])
        best: _Floats = squeezed @ self.pieces[0]
        for piece in self.pieces[1:]:
            np.maximum(best, squeezed @ piece, out=best)
        return _normed(best, self.gain)


class Looks(NamedTuple):
    """The words that the tagger looked at; all others are no PHI.

    Args:
        tokens: their indexes, in order.
        probabilities: a row a word, in the order of ``PhiTagger.labels``.
    """

    tokens: NDArray[np.intp]
    probabilities: _Floats


class PhiTagger:
    """Gives each word that may be PHI the probability of each label.

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
        layout = meta["word_rows"], meta["context_rows"], weights.get("glance_around", np.empty(0)).shape
        if layout != (list(WORD_ROWS), list(CONTEXT_ROWS), AROUND):
            raise ModelError("the PHI tagger was trained for another version: run `make model` or reinstall noteproc")
        self._glance = Glance(weights)
        self._tables = [weights[f"word_{column}"] for column in range(len(WORD_ROWS))]
        self._mix = self._by_piece(weights["mix_W"], weights["mix_b"].reshape(self.width, self.pieces))
        self._mix_gain, self._mix_shift = weights["mix_g"], weights["mix_n"]
        self._context = [weights[f"context_{column}"] for column in range(len(CONTEXT_ROWS))]
        # What each layer adds to every token alike is left out and stands in the biases behind it; so that the rows at
        # the ends of a text, which no layer touches, mean the same as ever, they are lowered by it.
        self._layers = []
        shift = np.zeros(self.width)
        for k in range(self.depth):
            squeeze = np.ascontiguousarray(weights[f"squeeze{k}_W"].T)
            squeezed = np.tile(shift, 3) @ squeeze + weights[f"squeeze{k}_b"]
            matrix = weights[f"layer{k}_W"].reshape(self.width, self.pieces, -1)
            pieces = self._by_piece(matrix, weights[f"layer{k}_b"].reshape(self.width, self.pieces) + matrix @ squeezed)
            self._layers.append(_Layer(squeeze, pieces, weights[f"layer{k}_g"], (-shift).astype(np.float32)))
            shift = shift + weights[f"layer{k}_n"]
        self._out_w = np.ascontiguousarray(weights["out_W"].T)
        self._out_b = (weights["out_b"] + shift @ self._out_w).astype(np.float32)
        self._lexicon = lx.lexicon()
        self._nothing = Looks(np.zeros(0, dtype=np.intp), np.zeros((0, len(self.labels)), dtype=np.float32))
        self._known: dict[str, int] = {}
        # What the first layer makes of each word known, and what the glance keeps of that; row 0 is no word.
        self._vectors: _Floats = np.zeros((4096, self.width), dtype=np.float32)
        self._kept: _Floats = self._glance.kept(self._vectors)

    def _by_piece(self, matrix: _Floats, bias: _Floats) -> list[_Floats]:
        """For each piece of the maximum a matrix, its bias as the last row."""
        matrix = matrix.reshape(self.width, self.pieces, -1)
        return [
            np.concatenate([matrix[:, piece].T, bias[None, :, piece]]).astype(np.float32, "C")
            for piece in range(self.pieces)
        ]

    def look(self, words: Words) -> Looks:
        """The label probabilities of the words that may be PHI."""
        wanted = np.flatnonzero(candidates(words))
        if not len(wanted):
            return self._nothing
        rows = np.zeros(len(words) + 2 * REACH, dtype=np.intp)
        rows[REACH:-REACH] = self._rows(words.words)
        context = context_rows(words)
        wanted = wanted[self._glance.worth(self._kept.take(rows, axis=0), context, wanted)]
        if not len(wanted):
            return self._nothing
        # Each layer sees one token to either side: the nearer one stands to what the last decides, the more touch it.
        near = _distances(wanted, len(words), self.depth + 1)
        order = near.argsort(kind="stable")
        layers = np.searchsorted(near, range(self.depth, -1, -1), side="right", sorter=order).tolist()
        order = order[: layers[0]]
        # The nearest tokens first, so that each layer works on the first rows; the last row stands for both ends.
        x = np.empty((len(order) + 1, self.width), dtype=np.float32)
        place = np.full(len(words) + 2, len(order))
        place[order + 1] = np.arange(len(order))
        beside = place[order[: layers[1], None] + _BESIDE]
        # A mode other than the usual one writes without a copy between.
        self._vectors.take(rows[REACH:-REACH][order], axis=0, out=x[:-1], mode="clip")
        for table, column in zip(self._context, context.take(order, axis=0).T, strict=True):
            x[:-1] += table.take(column, axis=0)
        seen = np.empty((layers[1], 3, self.width), dtype=np.float32)
        squeezed = np.ones((layers[1], len(self._layers[0].pieces[0])), dtype=np.float32)
        for count, layer in zip(layers[1:], self._layers, strict=True):
            x[-1] = layer.edge
            windows = x.take(beside[:count], axis=0, out=seen[:count], mode="clip").reshape(count, -1)
            x[:count] += layer.made(windows, squeezed[:count])
        scores: _Floats = x[: len(wanted)] @ self._out_w + self._out_b
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= np.add.reduce(scores, axis=1)[:, None]
        return Looks(wanted, scores)

    def vectors(self, forms: list[str]) -> _Floats:
        """What the first layer makes of some words, a row each."""
        rows = self._rows(forms)
        return self._vectors.take(rows, axis=0)

    def _rows(self, forms: list[str]) -> NDArray[np.intp]:
        """Where what the first layer makes of some words is kept: it depends on the word alone."""
        try:
            return np.fromiter(map(self._known.__getitem__, forms), np.intp, len(forms))
        except KeyError:
            self._learn(set(forms))
            return np.fromiter(map(self._known.__getitem__, forms), np.intp, len(forms))

    def _learn(self, forms: set[str]) -> None:
        known = self._known
        new = forms.difference(known)
        if len(known) + len(new) > _CACHE_LIMIT:
            known.clear()
            new = forms
        judged = self._lexicon.forms
        ordered = sorted(new)
        index = np.array([word_row(judged[form]) for form in ordered], dtype=np.int32).T
        said = [table.take(rows, axis=0) for table, rows in zip(self._tables, index, strict=True)]
        said.append(np.ones((len(ordered), 1), dtype=np.float32))
        x = np.concatenate(said, axis=1)
        best: _Floats = x @ self._mix[0]
        for piece in self._mix[1:]:
            np.maximum(best, x @ piece, out=best)
        first, last = len(known) + 1, len(known) + 1 + len(ordered)
        if last > len(self._vectors):
            self._vectors, self._kept = (_grown(rows, last) for rows in (self._vectors, self._kept))
        self._vectors[first:last] = _normed(best, self._mix_gain) + self._mix_shift
        self._kept[first:last] = self._glance.kept(self._vectors[first:last])
        known.update(zip(ordered, range(first, last), strict=True))


def _grown(rows: _Floats, least: int) -> _Floats:
    """The rows, with room for as many again or for ``least``."""
    grown = np.zeros((max(least, 2 * len(rows)), rows.shape[1]), dtype=np.float32)
    grown[: len(rows)] = rows
    return grown


def _distances(wanted: NDArray[np.intp], length: int, most: int) -> NDArray[np.uint8]:
    """How far each token is from the nearest wanted one; ``most`` at the most."""
    far = np.full(length + 2, most, dtype=np.uint8)
    far[wanted + 1] = 0
    for _ in range(1, most):
        nearest = np.minimum(far[:-2], far[2:])
        nearest += 1
        np.minimum(far[1:-1], nearest, out=far[1:-1])
    return far[1:-1]


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
