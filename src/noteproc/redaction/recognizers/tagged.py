"""What the PHI tagger notices: runs of words whose label is more likely some identifier than none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction.engine import NoteArtifacts
from noteproc.redaction.entities import ENTITY_TYPES
from noteproc.redaction.recognizers.base import Hit, NoteRecognizer
from noteproc.redaction.tagger import phi_tagger
from noteproc.redaction.words import Words


def _cuts_a_number(words: Words, first: int, last: int) -> bool:
    """Whether a run begins or ends inside a decimal, a fraction or an abbreviation written with dots."""
    text, start, end = words.text, words.starts[first], words.ends[last]
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    shown = text[start:end]
    if (
        before == "."
        and start > 1
        and not text[start - 2].isspace()
        and (shown[0].isdigit() or len(words.words[first]) == 1)
    ):
        return True
    if after in (".", "/") and shown[-1].isdigit() and text[end + 1 : end + 2].isdigit():
        return True
    if after == "." and len(shown) <= 3 and text[end + 1 : end + 2].isalpha():
        return True
    return not any(c.isalnum() for c in shown)


class TaggedRecognizer(NoteRecognizer):
    """Turns the tagger's label probabilities into spans; the score is the mean probability of being PHI at all.

    Args:
        prefix: put before each entity type. Presidio drops a result inside another of one type with a higher score;
            under types of its own, the tagger's evidence and that of the patterns both reach the redactor.
    """

    threshold = 0.35

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.kinds = tuple(prefix + kind for kind in ENTITY_TYPES)
        super().__init__()
        labels = phi_tagger().labels
        kinds = sorted({label[2:] for label in labels if label != "O"})
        self._kind_names = kinds
        columns = np.array([kinds.index(label[2:]) if label != "O" else len(kinds) for label in labels])
        self._fold = np.zeros((len(labels), len(kinds) + 1), dtype=np.float32)
        self._fold[np.arange(len(labels)), columns] = 1.0
        self._begins = np.array([label.startswith("B-") for label in labels], dtype=np.float32)

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Runs of words that are more likely PHI than ``threshold``."""
        if isinstance(artifacts, NoteArtifacts):
            probabilities = artifacts.probabilities
        else:
            probabilities = phi_tagger().probabilities(words)
        if not len(words):
            return
        by_kind = probabilities @ self._fold
        phi = 1.0 - by_kind[:, -1]
        hot = np.flatnonzero(phi >= self.threshold).tolist()
        if not hot:
            return
        best = by_kind[:, :-1].argmax(axis=1)
        begins = probabilities @ self._begins
        start = 0
        for at in range(1, len(hot) + 1):
            if at < len(hot):
                i, before = hot[at], hot[at - 1]
                same = (
                    i == before + 1
                    and words.starts[i] - words.ends[before] < 3
                    and best[i] == best[before]
                    and begins[i] < 0.5 * phi[i]
                )
                if same:
                    continue
            run = hot[start:at]
            start = at
            kind = self._kind_names[int(best[run[0]])]
            score = float(phi[run].mean())
            if _cuts_a_number(words, run[0], run[-1]):
                continue
            yield Hit(words.starts[run[0]], words.ends[run[-1]], self.prefix + kind, round(min(score, 0.94), 3))
