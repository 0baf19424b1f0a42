"""The clinical shield: eponyms, drugs, devices, levels and headings that look like names and places.

It never forbids: a title, a label, a signature or a person known from elsewhere in the note outweighs it.
"""

from __future__ import annotations

from noteproc.redaction.entities import NAME_TYPES, PLACE_TYPES
from noteproc.redaction.lexicon import Lexicon
from noteproc.redaction.neighbours import called, follower, has_result, opens_phrase, opens_sentence
from noteproc.redaction.recognizers.base import SURE
from noteproc.redaction.signs import Signs
from noteproc.redaction.spans import Span
from noteproc.redaction.veto import forbidden
from noteproc.redaction.weights import weights
from noteproc.redaction.words import Words

_TAGGED = "TaggedRecognizer"
# What patterns are sure of stands above what the tagger notices.
_HIGHEST = 0.94


class Shield:
    """Judges spans of names and places against clinical language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._signs = Signs(lexicon)
        self._weights = weights()

    def lowered(self, words: Words, span: Span) -> float:
        """The score of ``span`` once clinical language has been heard."""
        if span.recognizer == _TAGGED:
            inside = words.within(span.start, span.end)
            if forbidden(words, span, inside):
                return 0.0
            return min(_HIGHEST, self._weights.probability(span.score, self._signs.of(words, span, inside)))
        if span.score >= SURE:
            return span.score
        if span.entity_type in NAME_TYPES or span.entity_type in PLACE_TYPES:
            return self._wordy(words, span)
        return span.score

    def _wordy(self, words: Words, span: Span) -> float:
        inside = words.within(span.start, span.end)
        if not inside:
            return 0.0
        first, last = inside[0], inside[-1]
        score = span.score
        alphabetic = [k for k in inside if words.words[k][0].isalpha()]
        if not alphabetic:
            return score - (0.25 if span.entity_type in ("STREET_ADDRESS", "ZIP_CODE") else 0.6)
        after, close = follower(words, last)
        if (
            close
            and after in self._lexicon.eponym_heads
            and (span.entity_type in NAME_TYPES or span.entity_type == "CITY")
            and len(alphabetic) <= 2
        ):
            score -= 0.5
        if opens_phrase(self._lexicon, words, span, first, single=len(alphabetic) == 1):
            score -= 0.5
        if (
            span.score < 0.9
            and not [k for k in alphabetic if words.lower[k].removesuffix("'s") not in self._lexicon.eponyms]
            and not called(words, first, last)
        ):
            # Alone or in a pair, mid-sentence: a finding, a test or an instrument.
            told = len(alphabetic) > 1 or not opens_sentence(words, first) or has_result(words.text, words.ends[last])
            score -= 0.5 if told else 0.25
        return score
