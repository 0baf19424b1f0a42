"""How probable the tagger's probability and the signs around a span leave it.

Each sign has a weight, fitted by ``models/weigh.py`` on notes that the tagger had not learned from.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache

from noteproc.artifacts import models_dir
from noteproc.errors import ModelError


class Weights:
    """How probable the tagger's probability and the signs together make a span.

    Args:
        bias, slope: of the log odds of the tagger's mean probability.
        signs: the weight of each sign.
    """

    def __init__(self, bias: float, slope: float, signs: dict[str, float]) -> None:
        self._bias, self._slope, self._signs = bias, slope, signs

    def probability(self, score: float, signs: list[str]) -> float:
        """The probability in [0, 1]."""
        weighing = filter(None, map(self._signs.get, signs))
        total = self._bias + self._slope * log_odds(score) + sum(weighing)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def log_odds(score: float) -> float:
    """The log odds of a probability, kept within what half floats can tell."""
    bounded = min(0.999, max(0.001, score))
    return math.log(bounded / (1.0 - bounded))


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights of this process, read once.

    Raises:
        ModelError: they are missing or broken.
    """
    try:
        stored = json.loads((models_dir() / "phi_tagger" / "signs.json").read_text(encoding="utf-8"))
        return Weights(float(stored["bias"]), float(stored["slope"]), dict(stored["signs"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError("the weights of the PHI tagger are missing or broken: run `make model`") from None
