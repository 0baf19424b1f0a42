"""Countries, which are no PHI, told from the towns and persons of their names by what stands beside them."""

from __future__ import annotations

from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words

_COUNTRIES = frozenset(lx.read_phrases("countries.txt"))
# Also towns of the United States, or names of people.
_NAMESAKES = dict(lx.read_pairs("country_namesakes.tsv"))
_ALL = _COUNTRIES | _NAMESAKES.keys()
_WRITTEN = frozenset(form for name in _ALL for form in (name.title().replace(" And ", " and "), name.upper(), name))
_ABROAD = frozenset(lx.read_words("words_abroad.txt"))
_REACH = 5
_NEAR = 3


def is_country(words: Words, span: Span) -> bool:
    """Whether a span is the name of a country, and none of a town or of somebody.

    Args:
        words: the words of the text.
        span: of a name or a place.
    """
    shown = words.text[span.start : span.end]
    if shown not in _WRITTEN:
        return False
    inside = words.within(span.start, span.end)
    first, last = inside[0], inside[-1]
    if words.starts[first] != span.start or words.ends[last] != span.end:
        return False
    if any(_before_a_state(words, at + last - first) for at in words.vocabulary[words.lower[first]]):
        return False
    labelled = first and words.words[first - 1] == ":" and span.entity_type in NAME_TYPES
    # "Dr. Jordan", "New England".
    if labelled or (first and (words.bits[first - 1] & lx.TITLE or words.lower[first - 1] == "new")):
        return False
    if _goes_on(words, last):
        return False
    kind = _NAMESAKES.get(shown.lower())
    if kind is None or (kind == "PERSON" and first and words.lower[first - 1] == "in"):
        return True
    before = words.lower[max(0, first - _REACH) : first]
    beside = words.lower[max(0, first - _NEAR) : first] + words.lower[last + 1 : last + 1 + _NEAR]
    return not (_ABROAD.isdisjoint(before) and _COUNTRIES.isdisjoint(beside))


def _goes_on(words: Words, last: int) -> bool:
    """Whether a word with a capital goes on right behind, so that a longer name may be meant."""
    k = last + 1
    if k >= len(words) or words.line_of[k] != words.line_of[last] or words.starts[k] - words.ends[last] != 1:
        return False
    return words.words[k][0].isupper() and not words.words[last].isupper()


def _before_a_state(words: Words, last: int) -> bool:
    """Whether a state follows, a comma between at most."""
    k = last + 1
    if words.words[k : k + 1] == [","]:
        k += 1
    if k >= len(words) or not words.bits[k] & lx.STATE or words.line_of[k] != words.line_of[last]:
        return False
    form = words.words[k]
    return form[0].isupper() and ((len(form) == 2 and form.isupper()) or len(form) > 3)
