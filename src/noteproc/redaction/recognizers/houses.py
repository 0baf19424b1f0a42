"""Houses told by a small word behind their name ("Marshfield clinic") or by the list in which they stand."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import Hit
from noteproc.redaction.words import Cues, Words

_KINDS = dict(lx.read_pairs("small_headed.tsv"))
_SMALL_HEADS = Cues(_KINDS)
_NO_OWN = (
    lx.TITLE
    | lx.CREDENTIAL
    | lx.ROLE
    | lx.KIN
    | lx.MONTH
    | lx.WEEKDAY
    | lx.STATE
    | lx.IDLABEL
    | lx.ORDINARY
    | lx.CLINICAL
    | lx.ABBREVIATION
)
_PLACED = lx.NAME | lx.CITY
_NOT_OWN = frozenset(lx.read_words("descents.txt")) | frozenset(lx.read_words("generic_places.txt"))
_LIST_CUES = Cues(lx.read_words("house_lists.txt"))
_NO_ITEM = lx.TITLE | lx.MONTH | lx.WEEKDAY | lx.ROLE | lx.KIN
_LONGEST = 5
_JOINERS = frozenset({"of", "at", "the", "&", "and", "on"})


def small_headed(words: Words) -> Iterator[Hit]:
    """ "Marshfield clinic", "Holy Trinity church", "Jackson elementary": names alone before a head written small."""
    for i in words.among(_SMALL_HEADS):
        if not i or not words.words[i].islower() or words.line_of[i - 1] != words.line_of[i]:
            continue
        k = i
        while (
            k
            and i - k < _LONGEST
            and words.line_of[k - 1] == words.line_of[i]
            and words.starts[k] - words.ends[k - 1] == 1
            and words.words[k - 1][0].isupper()
            and words.words[k - 1][0].isalpha()
        ):
            k -= 1
        if k < i and all(_own(words, t) for t in range(k, i)) and not _opens_sentence(words, k):
            yield Hit(words.starts[k], words.ends[i], _KINDS[words.lower[i]], 0.65)


def _own(words: Words, k: int) -> bool:
    """Whether a capitalised word is one of a name: of no list, or a name that is no word of language."""
    form, bits = words.words[k], words.bits[k]
    if len(form) < 3 or form.isupper() or words.lower[k] in _NOT_OWN:
        return False
    return not bits & _NO_OWN


def _opens_sentence(words: Words, k: int) -> bool:
    """Whether a word opens its line or a sentence, where it has a capital anyway."""
    return k == 0 or words.line_of[k - 1] != words.line_of[k] or words.words[k - 1] in ".:;"


def listed_houses(words: Words) -> Iterator[Hit]:
    """ "List of SNFs given. 1) Carriage Square  2) Oak Ridge of Plattsburg": the items of a numbered list."""
    for i in words.among(_LIST_CUES):
        line, n = words.line_of[i], len(words)
        k = i + 1
        while k + 2 < n and words.line_of[k] <= line + 1:
            if (
                words.words[k].isdigit()
                and len(words.words[k]) == 1
                and words.words[k + 1] in ").("
                and words.words[k + 2][0].isupper()
                and words.line_of[k + 2] == words.line_of[k]
            ):
                last = _item_end(words, k + 2)
                if last - k > 3 and _named(words, k + 2, last):
                    yield Hit(words.starts[k + 2], words.ends[last - 1], "FACILITY", 0.65)
                k = max(last, k + 2)
            else:
                k += 1


def _item_end(words: Words, k: int) -> int:
    """One past the last word of a capitalised run."""
    j = last = k
    n, line = len(words), words.line_of[k]
    while (
        j < n and words.line_of[j] == line and j - k < _LONGEST and (j == k or words.starts[j] - words.ends[j - 1] <= 1)
    ):
        if words.words[j][0].isupper():
            last = j + 1
        elif words.lower[j] not in _JOINERS:
            break
        j += 1
    return last


def _named(words: Words, k: int, end: int) -> bool:
    """Whether a run has a word of names or of no list, and no word of clinical language alone, no role and no date."""
    inside = [t for t in range(k, end) if words.words[t][0].isalpha() and words.lower[t] not in _JOINERS]
    if any(words.bits[t] & _NO_ITEM for t in inside) or all(words.lower[t] in _NOT_OWN for t in inside):
        return False
    if any(words.bits[t] & lx.CLINICAL and not words.bits[t] & (lx.ORDINARY | _PLACED) for t in inside):
        return False
    placed = _PLACED | lx.STREET | lx.FACILITY
    return any(words.bits[t] & placed or not words.bits[t] & (lx.ORDINARY | lx.CLINICAL) for t in inside)
