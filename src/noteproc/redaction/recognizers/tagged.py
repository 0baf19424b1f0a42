"""What the PHI tagger notices: runs of words whose label is more likely some identifier than none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction.entities import ENTITY_TYPES
from noteproc.redaction.recognizers.base import Hit, NoteArtifacts, NoteRecognizer
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
        and text[start - 2] != "."
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

    threshold = 0.25

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.kinds = tuple(prefix + kind for kind in ENTITY_TYPES)
        super().__init__()
        labels = phi_tagger().labels
        kinds = sorted({label[2:] for label in labels if label != "O"})
        self._kind_names = kinds
        self._outside = labels.index("O")
        self._fold = np.array([[label[2:] == kind for kind in kinds] for label in labels], dtype=np.float32)
        self._begins = np.array([label.startswith("B-") for label in labels], dtype=np.float32)

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Runs of words that are more likely PHI than ``threshold``."""
        if isinstance(artifacts, NoteArtifacts):
            probabilities = artifacts.probabilities
        else:
            probabilities = phi_tagger().probabilities(words)
        if not len(words):
            return
        phi = 1.0 - probabilities[:, self._outside]
        rows = np.flatnonzero(phi >= self.threshold)
        if not len(rows):
            return
        hot, likely = rows.tolist(), phi[rows]
        best = (probabilities[rows] @ self._fold).argmax(axis=1).tolist()
        begins = (probabilities[rows] @ self._begins >= 0.5 * likely).tolist()
        runs = [0]
        for at in range(1, len(hot)):
            i, before = hot[at], hot[at - 1]
            same = (
                i == before + 1
                and words.starts[i] - words.ends[before] < 3
                and best[at] == best[at - 1]
                and not begins[at]
            )
            if not same:
                runs.append(at)
        sums = np.add.reduceat(likely, runs)
        lengths = np.diff([*runs, len(hot)]).astype(np.float32)
        for start, length, score in zip(runs, lengths.tolist(), (sums / lengths).tolist(), strict=True):
            first, last = hot[start], hot[start + int(length) - 1]
            if not _cuts_a_number(words, first, last):
                kind = self.prefix + self._kind_names[best[start]]
                yield Hit(words.starts[first], words.ends[last], kind, round(min(score, 0.999), 3))
