"""A note of one short line, as on a charge slip, an order or a list of services: what it names is what it reports."""

from __future__ import annotations

from noteproc.codesets import CPT, CodeEntry
from noteproc.coding.diagnostic_tests import LABORATORY
from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading
from noteproc.coding.surroundings import Surroundings
from noteproc.coding.telling import telling

# So many code points, and words, a slip has at most.
_LENGTH, _WORDS = 200, 32
# A name opens its sentence where no more stands before it ("Repeat serum", "Two-year-old's").
_OPENING = 20
_SURGERY = ("10004", "69990")


def is_slip(reading: Reading) -> bool:
    """Whether a note is one short line without a heading."""
    text = reading.text.strip()
    return len(text) <= _LENGTH and "\n" not in text and len(reading.words) <= _WORDS and ":\n" not in text


def is_charged(near: Surroundings, mention: Mention, entry: CodeEntry) -> bool:
    """Whether the line is about what a mention names, and not about an illness, another place or another time.

    Args:
        near: what stands around the mentions of a slip.
        mention: told as present.
        entry: its code.
    """
    if near.is_elsewhere(mention):
        return False
    words, start = telling(), near.start(mention)
    sentence = near.sentence(mention)
    before = near.text[:start]
    if words["not now"].search(sentence) is not None:
        return False
    opens = start - (len(near.text) - len(near.text.lstrip())) <= _OPENING or _opens_sentence(near, mention)
    if entry.kind in ("drug", "supply"):
        if any(words[kind].search(sentence) is not None for kind in ("home", "had")) or words["person"].search(before):
            return False
        return opens or words["charged"].search(sentence) is not None
    if entry.code in LABORATORY or (entry.system == CPT and _SURGERY[0] <= entry.code <= _SURGERY[1]):
        return opens and words["off normal"].search(before) is None
    return True


def _opens_sentence(near: Surroundings, mention: Mention) -> bool:
    sentence = near.reading.sentences[near.reading.sentence_of[mention.match.first]]
    return near.start(mention) - sentence.start <= _OPENING
