"""A first glance at a text: which words are worth a whole look of the PHI tagger.

Most of the capitals and figures of a note are plainly nobody's ("Denies", "BP 120/80"). Sixteen numbers a word, those
of the words around it and where it stands tell so at a fiftieth of the tagger's cost; in doubt a word is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float32]

# Words to either side that the glance takes in, numbers a word, and numbers that are made of all of them.
REACH = 3
SIZE = 16
HIDDEN = 32
# Rows and columns of what is made of a word and its neighbours.
AROUND = ((2 * REACH + 1) * SIZE, HIDDEN)


class Glance:
    """One hidden layer over a word, its neighbours and its place.

    Args:
        weights: by name, ``glance_squeeze`` (what is kept of a word), ``glance_around``, ``glance_context0`` and on,
            ``glance_bias``, ``glance_out`` and ``glance_least``, which a word's score must reach.
    """

    def __init__(self, weights: Mapping[str, _Floats]) -> None:
        self._squeeze = weights["glance_squeeze"]
        self._around = weights["glance_around"]
        names = sorted(name for name in weights if name.startswith("glance_context"))
        self._context = [weights[name] for name in names]
        self._context[0] = self._context[0] + weights["glance_bias"]
        self._out = weights["glance_out"]
        self._least = float(weights["glance_least"][0])

    def kept(self, vectors: _Floats) -> _Floats:
        """What it takes in of words, from what the first layer of the tagger makes of them."""
        return vectors @ self._squeeze

    def worth(self, kept: _Floats, context: NDArray[np.int32], at: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of the tokens ``at`` some places are worth a look; see ``scores``."""
        worth: NDArray[np.bool_] = self.scores(kept, context, at) >= self._least
        return worth

    def scores(self, kept: _Floats, context: NDArray[np.int32], at: NDArray[np.intp]) -> _Floats:
        """The score of the tokens ``at`` some places.

        Args:
            kept: a row a token, and ``REACH`` rows for what stands before the first and behind the last.
            context: a row a token, from ``context_rows``.
        """
        size = kept.shape[1]
        around = np.lib.stride_tricks.as_strided(
            kept, (len(kept) - 2 * REACH, (2 * REACH + 1) * size), kept.strides, writeable=False
        )
        seen: _Floats = around.take(at, axis=0) @ self._around
        for table, column in zip(self._context, context.take(at, axis=0).T, strict=True):
            seen += table.take(column, axis=0)
        np.maximum(seen, 0, out=seen)
        scores: _Floats = seen @ self._out
        return scores
