"""What stands between the words of a phrase in a note, and what it costs."""

from __future__ import annotations

import itertools

from noteproc.coding.reading import TAG, Reading
from noteproc.text.lexicon import Lexicon

_CONJUNCTION = frozenset({"and", "or", "nor"})
_PREPOSITION = frozenset({"of", "in", "to", "over", "at", "on", "involving", "from", "for"})
# "Ulcer under the heel", "abscess over the sternum".
_PLACING = frozenset({"under", "underneath", "beneath", "over", "overlying", "involving"})
# Of these one ends what the other says.
_OPPOSED = frozenset({"acute", "chronic", "acut"})
# Words that a phrase never reaches across.
BREAKERS = frozenset(["no", "not", "never", "without", "denies", "denied", "denies", "negative", "but", "however"])
_TELLING = BREAKERS | _PLACING | _CONJUNCTION
_BREAK = 99.0
# What it costs that something else was done in between.
_NEXT = 0.6
# A tag stands for words that named something else.
_TAGGED = 1.0


def has_comma(reading: Reading, spread: tuple[int, ...]) -> bool:
    """Whether a comma or a new line stands within the words of a match."""
    text = reading.text[reading.words[spread[0]].end : reading.words[spread[-1]].start]
    return "," in text or "\n" in text


def between(reading: Reading, spread: tuple[int, ...], words: Lexicon, joined: bool, told: bool = False) -> float:
    """What the words between cost: 0 for a phrase as written, infinity where a break lies between.

    Args:
        joined: whether a conjunction is part of the phrase.
        told: whether the phrase tells what was done: one thing may be done after another ("cracked and emulsified").
    """
    cost = 0.0
    forms, keys, gaps = reading.forms, reading.keys, reading.gaps
    for left, right in itertools.pairwise(spread):
        if right - left == 1:
            if gaps[left] != " ":
                cost += _mark_cost(reading, left)
            continue
        if forms[left] in _OPPOSED and not _OPPOSED.isdisjoint(forms[left + 1 : right]):
            # "Acute exacerbation, chronic hypoxic failure": no acute failure.
            return _BREAK
        conjunction = -1
        nouns = 0.0
        for i in range(left + 1, right):
            form = forms[i]
            if form in _TELLING:
                if form in BREAKERS:
                    return _BREAK
                if form in _PLACING:
                    continue
                if not (keys[i - 1][:1].isdigit() and keys[i + 1][:1].isdigit()):
                    # "Ribs 4 and 5" are counted, not joined.
                    conjunction = i
                    continue
            key = keys[i]
            if key not in words.passing and not (told and key in words.adverb):
                # "smokes 8 cigarettes": a number counts, it names nothing.
                nouns += 0.3 if key.isdigit() else 1.0
        marks = 0.0
        for i in range(left, right):
            if gaps[i] != " ":
                marks += _mark_cost(reading, i)
        if marks >= 2:
            return _BREAK
        if conjunction < 0:
            cost += nouns + marks
            continue
        if joined and nouns == 0:
            continue
        follows = forms[conjunction + 1 : right]
        if nouns <= 3 and not _PREPOSITION.isdisjoint(follows):
            # "pain and swelling of the knee": what is joined shares the words after the preposition.
            cost += 0.4
        elif conjunction == left + 1 and 1 <= len(follows) <= 2:
            # "4th and 5th metacarpals": what is joined shares the head.
            cost += 0.4
        elif told:
            cost += _NEXT + nouns + marks
        else:
            return _BREAK
    return cost


def _mark_cost(reading: Reading, left: int) -> float:
    """What stands between word ``left`` and the next."""
    gap = reading.gaps[left]
    if not gap.strip():
        return 0.0 if "\n" not in gap else 0.3
    if "[" in gap and TAG.search(gap):
        return _TAGGED + _told(TAG.sub(" ", gap), reading, left)
    return _told(gap, reading, left)


def _told(gap: str, reading: Reading, left: int) -> float:
    """What marks between two words cost."""
    if ";" in gap or ". " in gap or "?" in gap:
        # "E. coli": one capital is no sentence.
        initial = gap == ". " and len(reading.forms[left]) == 1 and reading.text[reading.words[left].start].isupper()
        return 0.0 if initial else 2.0
    if "," in gap or ":" in gap:
        return 0.5
    return 0.2 if "(" in gap or ")" in gap or " - " in gap else 0.0
