"""The clinical shield: eponyms, drugs, devices, levels and headings that look like names and places.

It never forbids: a title, a label, a signature or a person known from elsewhere in the note outweighs it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from noteproc.redaction.countries import is_country
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
# It wins against what the tagger notices, and nothing of it is given up.
_OUTWEIGHING = 0.9
# What the name of a country is taken for.
_COUNTRY_LIKE = NAME_TYPES | PLACE_TYPES


class Shield:
    """Judges spans of names and places against clinical language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._signs = Signs(lexicon)
        self._weights = weights()

    def lowered(self, words: Words, span: Span) -> float:
        """The score of ``span`` once clinical language has been heard."""
        if span.entity_type in _COUNTRY_LIKE and is_country(words, span):
            return 0.0
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


def telling(spans: Iterable[Span], heard: Sequence[Span], threshold: float) -> Iterator[Span]:
    """The spans of the tagger, less those that add nothing to what patterns notice.

    They lie in one of their kind of which a pattern is sure, or in any that outweighs them, and back no weak one.

    Args:
        spans: what patterns and the tagger noticed.
        heard: what is left of the patterns' spans.
        threshold: of a lower score, they need to be backed.
    """
    outweighing = _Reach([s for s in heard if s.score >= _OUTWEIGHING])
    weak = _Reach([s for s in heard if s.score < threshold])
    sure: dict[str, _Reach] = {}
    for s in spans:
        if s.recognizer != _TAGGED:
            continue
        if outweighing.end(s.start) >= s.end:
            if weak.end(s.end - 1) <= s.start:
                continue
            kind = s.entity_type
            if kind not in sure:
                sure[kind] = _Reach([k for k in heard if k.entity_type == kind and k.score >= SURE])
            if sure[kind].end(s.start) >= s.end:
                continue
        yield s


class _Reach:
    """How far spans reach that begin no later than some place."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts, self._ends = [-1], [0]
        for s in sorted(spans):
            self._starts.append(s.start)
            self._ends.append(max(s.end, self._ends[-1]))

    def end(self, at: int) -> int:
        """The furthest end of those that begin at ``at`` or before."""
        return self._ends[bisect_right(self._starts, at) - 1]
