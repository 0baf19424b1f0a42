"""Presidio's analyzer with our own NLP engine and recognizers: nothing is downloaded and no foreign model is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine

from noteproc.redaction.recognizers.base import Hit, NoteArtifacts, NoteRecognizer
from noteproc.redaction.tagger import PhiTagger, phi_tagger
from noteproc.redaction.words import Words


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


class NoteAnalyzer(AnalyzerEngine):
    """An analyzer of English notes.

    Args:
        recognizers: it holds exactly these.
    """

    def __init__(self, recognizers: Iterable[EntityRecognizer]) -> None:
        super().__init__(
            registry=RecognizerRegistry(recognizers=list(recognizers), supported_languages=["en"]),
            nlp_engine=NoteNlpEngine(phi_tagger()),
            supported_languages=["en"],
            context_aware_enhancer=NoContext(),
        )
        self._kinds = frozenset(self.get_supported_entities("en"))

    def hear(self, artifacts: NoteArtifacts) -> list[tuple[Hit, str]]:
        """What ``analyze`` gives, each hit with the name of its recognizer, without the copies and look-ups between.

        Args:
            artifacts: the text, from ``NoteNlpEngine.process_text``.
        """
        heard: dict[Hit, str] = {}
        for recognizer in self.registry.recognizers:
            hits: Iterable[Hit]
            if isinstance(recognizer, NoteRecognizer):
                hits = recognizer.find(artifacts.words, artifacts)
            else:
                results = recognizer.analyze(artifacts.words.text, recognizer.supported_entities, artifacts)
                hits = (Hit(r.start, r.end, r.entity_type, r.score) for r in results)
            for hit in hits:
                if hit.end > hit.start and hit.score > 0.0 and hit.entity_type in self._kinds:
                    heard.setdefault(hit, recognizer.name)
        return [(hit, heard[hit]) for hit in _widest(heard)]


def _widest(hits: Iterable[Hit]) -> Iterator[Hit]:
    """The hits that lie in no other of their entity type with a score as high."""
    last = ""
    around: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h[2], h[0], -h[1], -h[3])):
        start, end, kind, score = hit
        if kind != last:
            last, around = kind, []
        elif around:
            around = [other for other in around if other[1] >= start]
        for _, reached, _, sure in around:
            if end <= reached and score <= sure:
                break
        else:
            around.append(hit)
            yield hit
