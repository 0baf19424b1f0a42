"""What every recognizer of ours shares: the words of the text, made once, and Presidio's result type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction.lexicon import Lexicon, lexicon
from noteproc.redaction.tagger import Looks
from noteproc.redaction.words import Words

# Below SURE the clinical shield may overrule; below LIKELY the tagger has to agree.
SURE = 0.95
LIKELY = 0.6
BARELY = 0.55
MAYBE = 0.4


class Hit(NamedTuple):
    """A stretch that a recognizer noticed, with its entity type and a score in [0, 1]."""

    start: int
    end: int
    entity_type: str
    score: float


class NoteArtifacts(NlpArtifacts):
    """What our recognizers share about one text: its words and what the tagger says of them.

    Args:
        words: the words of the text.
        looks: from ``PhiTagger.look``.
        language: Presidio's language code.
    """

    def __init__(self, words: Words, looks: Looks, language: str) -> None:
        super().__init__(entities=[], tokens=[], tokens_indices=[], lemmas=[], nlp_engine=None, language=language)
        self.words = words
        self.looks = looks


class NoteRecognizer(EntityRecognizer):
    """A recognizer over the words of a note.

    Subclasses set ``kinds`` and implement ``find``. In a registry of somebody else's, where no words come with the
    artifacts, they are made from the text.
    """

    kinds: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.lexicon: Lexicon = lexicon()
        super().__init__(supported_entities=list(self.kinds), name=type(self).__name__, supported_language="en")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Presidio's entry: what ``find`` notices, for the entity types asked for."""
        words = nlp_artifacts.words if isinstance(nlp_artifacts, NoteArtifacts) else Words(text)
        meta = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        wanted = set(entities)
        return [
            RecognizerResult(hit.entity_type, hit.start, hit.end, hit.score, recognition_metadata=meta)
            for hit in self.find(words, nlp_artifacts)
            if hit.entity_type in wanted and hit.end > hit.start
        ]

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """What this recognizer notices in the text of ``words``."""
        raise NotImplementedError
