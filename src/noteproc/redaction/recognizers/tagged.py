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
    if (
        start > 1
        and text[start - 1] == "."
        and not text[start - 2].isspace()
        and text[start - 2] != "."
        and (text[start].isdigit() or len(words.words[first]) == 1)
    ):
        return True
    after = text[end : end + 1]
    if after == "." or after == "/":
        behind = text[end + 1 : end + 2]
        if text[end - 1].isdigit() and behind.isdigit():
            return True
        if after == "." and end - start <= 3 and behind.isalpha():
            return True
    return not (text[start].isalnum() or any(map(str.isalnum, text[start:end])))


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
        self._kind_names = [prefix + kind for kind in kinds]
        self._outside = labels.index("O")
        self._fold = np.array([[label[2:] == kind for kind in kinds] for label in labels], dtype=np.float32)
        self._begins = np.array([label.startswith("B-") for label in labels], dtype=np.float32)

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Runs of words that are more likely PHI than ``threshold``."""
        looks = artifacts.looks if isinstance(artifacts, NoteArtifacts) else phi_tagger().look(words)
        phi = 1.0 - looks.probabilities[:, self._outside]
        noticed = (phi >= self.threshold).nonzero()[0]
        if not len(noticed):
            return
        rows, likely, probable = looks.tokens[noticed], phi[noticed], looks.probabilities[noticed]
        hot = rows.tolist()
        best = (probable @ self._fold).argmax(axis=1)
        begins = probable @ self._begins >= 0.5 * likely
        alike = (rows[1:] == rows[:-1] + 1) & (best[1:] == best[:-1]) & ~begins[1:]
        starts, ends = words.starts, words.ends
        runs = [0]
        for at, same in enumerate(alike.tolist(), 1):
            if not same or starts[hot[at]] - ends[hot[at - 1]] > 2:
                runs.append(at)
        bounds = [*runs[1:], len(hot)]
        lengths = np.array([end - start for start, end in zip(runs, bounds, strict=True)], np.float32)
        scores = (np.add.reduceat(likely, runs) / lengths).tolist()
        kinds = best[runs].tolist()
        for start, end, score, kind in zip(runs, bounds, scores, kinds, strict=True):
            first, last = hot[start], hot[end - 1]
            if not _cuts_a_number(words, first, last):
                yield Hit(starts[first], ends[last], self._kind_names[kind], round(min(score, 0.999), 3))
