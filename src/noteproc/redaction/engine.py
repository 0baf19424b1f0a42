"""Presidio's analyzer with our own NLP engine and recognizers: nothing is downloaded and no foreign model is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine

from noteproc.redaction.recognizers.base import Hit, NoteArtifacts, NoteRecognizer
from noteproc.redaction.tagger import PhiTagger, phi_tagger
from noteproc.redaction.words import Words

# A hit with the name of its recognizer, behind what it is sorted by: its entity type, where it begins, then the
# longest, the surest and the first heard.
_Heard: TypeAlias = tuple[str, int, int, float, int, Hit, str]


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
        return NoteArtifacts(words, self._tagger.look(words), language)


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
        heard: list[_Heard] = []
        for recognizer in self.registry.recognizers:
            hits: Iterable[Hit]
            if isinstance(recognizer, NoteRecognizer):
                hits = recognizer.find(artifacts.words, artifacts)
            else:
                results = recognizer.analyze(artifacts.words.text, recognizer.supported_entities, artifacts)
                hits = (Hit(r.start, r.end, r.entity_type, r.score) for r in results)
            for hit in hits:
                start, end, kind, score = hit
                if end > start and score > 0.0 and kind in self._kinds:
                    heard.append((kind, start, -end, -score, len(heard), hit, recognizer.name))
        heard.sort()
        return list(_widest(heard))


def _widest(heard: Iterable[_Heard]) -> Iterator[tuple[Hit, str]]:
    """The hits that lie in no other of their entity type with a score as high; of some alike the first."""
    last, furthest = "", 0
    around: list[tuple[int, float]] = []
    for kind, start, _, _, _, hit, name in heard:
        _, end, _, score = hit
        if kind != last or start > furthest:
            last, furthest, around = kind, end, []
        elif around:
            around = [other for other in around if other[0] >= start]
        for reached, sure in around:
            if end <= reached and score <= sure:
                break
        else:
            around.append((end, score))
            furthest = max(furthest, end)
            yield hit, name
