"""The longer phrases that hold words of a note: a word that is part of what one condition is called speaks of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from noteproc.codesets import ICD10CM
from noteproc.coding.mentions import Mention
from noteproc.coding.reading import Reading
from noteproc.text import lexicon

_CATEGORY = 3  # letters of a code that name its category


class Holders:
    """The words of longer phrases, each with the category and the words of the condition that it is part of.

    Args:
        reading: the note.
        mentions: all of the note.
    """

    def __init__(self, reading: Reading, mentions: Sequence[Mention]) -> None:
        self._holders: dict[int, tuple[str, tuple[int, ...]]] = {}
        for mention in mentions:
            at = mention.match.at
            if mention.match.system != ICD10CM or len(at) < 2:
                continue
            for word in at:
                known = self._holders.get(word)
                if known is None or len(known[1]) < len(at):
                    self._holders[word] = mention.base[:_CATEGORY], at
        self._telling = sorted(word for word in self._holders if tells_how(reading.keys[word]))

    def are_of_other(self, word: int, category: str) -> bool:
        """Whether a word is part of what a condition of another category is called."""
        holder = self._holders.get(word)
        return holder is not None and holder[0] != category

    def telling_how(self, span: range, category: str) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The words of a stretch that say how a condition of another category is, with all the words of that."""
        telling = self._telling
        for n in range(bisect_left(telling, span.start), len(telling)):
            if telling[n] >= span.stop:
                break
            own, at = self._holders[telling[n]]
            if own != category:
                yield telling[n], at


def tells_how(key: str) -> bool:
    """Whether a key says how a condition is, or how far."""
    return key in lexicon.shipped().manner or key[:1].isdigit()
