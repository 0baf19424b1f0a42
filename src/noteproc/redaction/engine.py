"""Presidio's analyzer with our own NLP engine and recognizers: nothing is downloaded and no foreign model is loaded."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine

from noteproc.redaction.tagger import PhiTagger, phi_tagger
from noteproc.redaction.words import Words


class NoteArtifacts(NlpArtifacts):
    """What our recognizers share about one text: its words and, a row a word, the tagger's label probabilities.

    Args:
        words: the words of the text.
        probabilities: from ``PhiTagger.probabilities``.
        language: Presidio's language code.
    """

    def __init__(self, words: Words, probabilities: NDArray[np.float32], language: str) -> None:
        super().__init__(entities=[], tokens=[], tokens_indices=[], lemmas=[], nlp_engine=None, language=language)
        self.words = words
        self.probabilities = probabilities


class NoteNlpEngine(SpacyNlpEngine):
    """A spaCy NLP engine without a model: cheap words and the PHI tagger stand in for the pipeline."""

    engine_name = "noteproc"

    def __init__(self, tagger: PhiTagger) -> None:
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        # A pipeline of spaCy's own is never asked for, and making one would load every factory that is installed.
        self.nlp = {"en": None}
        self._tagger = tagger

    def load(self) -> None:
        """Nothing to load: the tagger was handed in."""

    def is_stopword(self, word: str, language: str) -> bool:
        """Never: our recognizers weigh words themselves."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Whether a token holds no letter and no figure."""
        return not any(map(str.isalnum, word))

    def process_text(self, text: str, language: str) -> NoteArtifacts:
        """The words of ``text`` and what the tagger says of them."""
        words = Words(text)
        return NoteArtifacts(words, self._tagger.probabilities(words), language)


class NoContext(ContextAwareEnhancer):
    """Leaves scores as they are: our recognizers weigh their own context."""

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=0.0,
            min_score_with_context_similarity=0.0,
            context_prefix_count=0,
            context_suffix_count=0,
        )

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """The results as they came."""
        return raw_results


def analyzer(recognizers: Iterable[EntityRecognizer]) -> AnalyzerEngine:
    """An analyzer of English notes that holds exactly these recognizers."""
    registry = RecognizerRegistry(recognizers=list(recognizers), supported_languages=["en"])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=NoteNlpEngine(phi_tagger()),
        supported_languages=["en"],
        context_aware_enhancer=NoContext(),
    )
