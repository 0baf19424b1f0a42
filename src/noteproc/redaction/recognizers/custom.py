"""Recognizers of the user's own, in Presidio's YAML: patterns, deny lists and context words, without code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from presidio_analyzer import EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.errors import ConfigError

# Presidio's own figures for a context word near a match.
_CONTEXT_GAIN = 0.35
_CONTEXT_FLOOR = 0.4
_CONTEXT_CHARACTERS = 60


class CustomRecognizer(EntityRecognizer):
    """A recognizer of the user's, its context words weighed here: our engine has no context enhancer.

    Args:
        inner: the recognizer as Presidio built it.
    """

    def __init__(self, inner: EntityRecognizer) -> None:
        self._inner = inner
        self._words = tuple(sorted({str(w).lower() for w in inner.context or ()}))
        super().__init__(supported_entities=list(inner.supported_entities), name=inner.name, supported_language="en")

    def load(self) -> None:
        """Nothing to load."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """What the recognizer finds, its score raised where a context word stands on the same lines before it."""
        results: list[RecognizerResult] = self._inner.analyze(text, entities, nlp_artifacts) or []
        for result in results:
            result.recognition_metadata = {
                **(result.recognition_metadata or {}),
                RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            }
            near = text[max(0, result.start - _CONTEXT_CHARACTERS) : result.end + _CONTEXT_CHARACTERS].lower()
            if any(word in near for word in self._words):
                result.score = min(1.0, max(result.score + _CONTEXT_GAIN, _CONTEXT_FLOOR))
        return results


def custom_recognizers(paths: Sequence[Path]) -> list[EntityRecognizer]:
    """The recognizers of some YAML files, in order.

    Args:
        paths: files with a ``recognizers:`` list as Presidio reads it.

    Raises:
        ConfigError: a file cannot be read or an entry is no pattern recognizer; names the file and the entry's number.
    """
    found: list[EntityRecognizer] = []
    for path in paths:
        try:
            told = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigError(f"recognizers {path.name}: cannot be read as YAML ({type(error).__name__})") from None
        entries = told.get("recognizers") if isinstance(told, dict) else None
        if not isinstance(entries, list):
            raise ConfigError(f"recognizers {path.name}: must hold a list under 'recognizers:'")
        registry = RecognizerRegistry(recognizers=[], supported_languages=["en"])
        for number, entry in enumerate(entries, 1):
            try:
                registry.add_pattern_recognizer_from_dict({"supported_language": "en", **entry})
            except Exception as error:
                raise ConfigError(
                    f"recognizers {path.name}: entry {number} is no pattern recognizer ({type(error).__name__})"
                ) from None
        found += [CustomRecognizer(inner) for inner in registry.recognizers]
    return found
