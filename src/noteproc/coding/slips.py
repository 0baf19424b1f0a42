"""A note of a line or two, as on a charge slip or a list of services: the test, drug or supply that it is about."""

from __future__ import annotations

import re

from noteproc.codesets import CodeEntry
from noteproc.coding.diagnostic_tests import LABORATORY, is_test
from noteproc.coding.mentions import Mention
from noteproc.coding.surroundings import Surroundings
from noteproc.coding.telling import telling

# A name opens its sentence where no more stands before it ("Repeat serum", "Two-year-old's").
_OPENING = 20
_RESULT = re.compile(r"\s?:?\s?(?:(?:is|was|were|all)\s)?(?:normal|neg|negative|unremarkable|clear|wnl|nl|ok)\b", re.I)
# Beside so many other words a test with its value is quoted: "DM2 on insulin, mild NPDR. A1c 7.9. See in 6 mo."
_SLIP = 12
_VALUE = re.compile(r"\s?[:=]?\s?[<>]?\.?\d")


def is_charged(near: Surroundings, mention: Mention, entry: CodeEntry) -> bool:
    """Whether the line is about what a mention names, and not about an illness, another place or another time.

    Args:
        near: what stands around the mentions of a brief note.
        mention: told as present.
        entry: its code.
    """
    if near.is_elsewhere(mention) or near.is_taken_out(mention):
        return False
    words, start = telling(), near.start(mention)
    sentence = near.sentence(mention)
    before = near.text[:start]
    if words["not now"].search(sentence) is not None:
        return False
    opens = start - (len(near.text) - len(near.text.lstrip())) <= _OPENING or _opens_sentence(near, mention)
    if entry.kind in ("drug", "supply"):
        kinds = ("home", "had") if entry.kind == "drug" else ("had",)
        if any(words[kind].search(sentence) is not None for kind in kinds) or words["person"].search(before):
            return False
        return opens or words["charged"].search(sentence) is not None
    if is_test(entry) and _RESULT.match(near.text, near.end(mention)) is not None:
        # "Left femur film normal" quotes what was seen.
        return False
    if is_test(entry) and len(near.reading.words) > _SLIP and _VALUE.match(near.text, near.end(mention)) is not None:
        return False
    if entry.code in LABORATORY:
        return opens and words["off normal"].search(before) is None
    return True


def _opens_sentence(near: Surroundings, mention: Mention) -> bool:
    sentence = near.reading.sentences[near.reading.sentence_of[mention.match.first]]
    return near.start(mention) - sentence.start <= _OPENING
