"""Whether the paralysed side of the body is the dominant one.

Source: ICD-10-CM Official Guidelines FY 2026, I.C.6.a: where the record does not say, the right side is dominant and
the left is not; an ambidextrous person's side is dominant.
"""

from __future__ import annotations

from noteproc.coding.reading import Reading, phrase_keys

_LEFT_HANDED = ("left handed", "left hand dominant", "left hand dominance", "left hander", "LHD")
_BOTH_HANDED = ("ambidextrous",)
_DOMINANT, _NOT = "dominant", "nondominant"
BOTH = (_DOMINANT, _NOT, "non")


def tells(keys: frozenset[str]) -> bool:
    """Whether the codes of a concept differ by dominance."""
    return _DOMINANT in keys or _NOT in keys


def dominance(reading: Reading, mentions: list[tuple[int, ...]], side: str, telling: frozenset[str]) -> tuple[str, ...]:
    """The keys of titles that hold for a side.

    Args:
        reading: the note.
        mentions: the words of each mention of the paralysis.
        side: "left" or "right".
        telling: the keys by which the codes differ: titles write "nondominant" as one word or two.
    """
    stated = _stated(reading, mentions)
    if stated is None:
        hand = "left" if any(reading.says(phrase_keys(words)) for words in _LEFT_HANDED) else "right"
        both = any(reading.says(phrase_keys(words)) for words in _BOTH_HANDED)
        stated = both or side == hand
    if stated:
        return (_DOMINANT,)
    return (_NOT,) if _NOT in telling else ("non", _DOMINANT)


def _stated(reading: Reading, mentions: list[tuple[int, ...]]) -> bool | None:
    """What the sentence of a mention says of the side itself; "right hand dominant" speaks of the person."""
    keys = reading.keys
    for at in mentions:
        for i in reading.words_of(reading.sentence_of[at[0]]):
            if keys[i] == _NOT:
                return False
            if keys[i] != _DOMINANT or "hand" in keys[max(0, i - 1) : i + 2]:
                continue
            return not (i and keys[i - 1] in ("non", "not"))
    return None
