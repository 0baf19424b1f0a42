"""Places told by the small word before them: "at Golden Poppy PT", "from Ochsner", "the VA"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.words import Cues, Words

_LABELS = dict(lx.read_pairs("place_labels.tsv"))
# What a label announces: up to a wide gap, a bracket or the end of the line.
_VALUE = re.compile(r"[ \t]{0,12}((?:[A-Z]|the )[^\n\t(|;,]{2,60}?)(?=[ ]{2}|[\n\t(|;,]|$)")
_SHORT = Cues(lx.read_words("short_places.txt"))
_COLON = Cues(":")
_AT = frozenset({"at", "@"})
_TOWARDS = Cues(_AT | {"from", "to"})
_SHORTLY = _TOWARDS | {"via", "old"}
# "The Sisters of", "the Baptist minister"
_GOES_ON = frozenset({"of", "-"}) | {word for word, kind in lx.read_pairs("creeds.tsv") if kind == "OF_ONE"}
_THROUGH = frozenset({"through", "thru", "per"})
_NO_PLACE = lx.TITLE | lx.MONTH | lx.WEEKDAY | lx.ROLE | lx.KIN
# Who works at a place ends its name: "to ED RN Tamsin".
_WHO = lx.TITLE | lx.ROLE | lx.CREDENTIAL | lx.KIN
_TAIL = lx.MONTH | lx.WEEKDAY | lx.CREDENTIAL | lx.ROLE
_PLAIN = lx.ORDINARY | lx.CLINICAL
_PLACED = lx.CITY | lx.STATE
_LONGEST = 6


class WhereaboutsRecognizer(NoteRecognizer):
    """Capitalised words behind "at", "from" and "to", and short names of houses."""

    kinds = ("FACILITY", "CITY", "OTHER_NAME")

    def __init__(self) -> None:
        super().__init__()
        self._plain_words = frozenset(lx.read_words("generic_places.txt")) | frozenset(
            [*lx.read_words("document_words.txt"), *lx.read_words("not_names.txt")]
        )

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every such place."""
        for i in words.among(_TOWARDS):
            if not words.words[i][0].isupper():
                hit = self._behind(words, i)
                if hit is not None:
                    yield hit
        yield from self._labelled(words)
        yield from self._short(words)

    def _labelled(self, words: Words) -> Iterator[Hit]:
        """ "Facility:  The Cedars at Dobbs Ferry"."""
        for i in words.among(_COLON):
            strength = _LABELS.get(words.lower[i - 1]) if i else None
            found = _VALUE.match(words.text, words.ends[i]) if strength else None
            if not found:
                continue
            inside = [k for k in words.within(found.start(1), found.end(1)) if words.words[k][0].isalpha()]
            own = [k for k in inside if words.lower[k] not in self._plain_words and not words.bits[k] & _NO_PLACE]
            proper = any(words.bits[k] & (lx.NAME | _PLACED) or not words.bits[k] & _PLAIN for k in own)
            if len(inside) > 1 and proper:
                yield Hit(found.start(1), found.end(1), "FACILITY", 0.8 if strength == "SURE" else MAYBE)

    def _behind(self, words: Words, i: int) -> Hit | None:
        """The capitalised run behind a small word of place; among capitals it tells nothing."""
        n, line = len(words), words.line_of[i]
        first = i + 1 + (i + 1 < n and words.lower[i + 1] == "the")
        last = first
        while (
            last < n
            and last - first < _LONGEST
            and words.line_of[last] == line
            and words.words[last][0].isupper()
            and words.words[last].isalpha()
            and (last == first or not words.bits[last] & _WHO)
            and (last == first or words.starts[last] - words.ends[last - 1] == 1)
        ):
            last += 1
        if last == first or words.bits[first] & _NO_PLACE or all(words.words[k].isupper() for k in range(first, last)):
            return None
        while last > first + 1 and words.bits[last - 1] & _TAIL:
            last -= 1
        start, end = words.starts[first], words.ends[last - 1]
        if last - first > 1:
            known = all(words.lower[k] in self._plain_words for k in range(first, last))
            wordy = words.lower[i] not in _AT and all(
                words.bits[k] & _PLAIN and not words.bits[k] & (lx.NAME | _PLACED) for k in range(first, last)
            )
            return None if known else Hit(start, end, "FACILITY", MAYBE if wordy else 0.7)
        return self._alone(words, i, first)

    def _alone(self, words: Words, i: int, k: int) -> Hit | None:
        """One capitalised word behind a small word of place."""
        form, bits = words.words[k], words.bits[k]
        follows = k + 1 < len(words) and words.starts[k + 1] == words.ends[k] and words.words[k + 1] not in ".,;:)"
        if len(form) < 3 or form.isupper() or follows or words.lower[k] in self._plain_words or bits & lx.CREDENTIAL:
            return None
        at = words.lower[i] in _AT
        if bits & _PLACED:
            return Hit(words.starts[k], words.ends[k], "FACILITY" if at else "CITY", 0.6)
        if bits & _PLAIN:
            return Hit(words.starts[k], words.ends[k], "FACILITY", MAYBE) if at else None
        kind = "FACILITY" if at or not bits & lx.NAME else "OTHER_NAME"
        return Hit(words.starts[k], words.ends[k], kind, 0.6)

    def _short(self, words: Words) -> Iterator[Hit]:
        """ "The VA", "at General", "from the Annex": what a house is called for short, nothing of a name behind it."""
        for i in words.among(_SHORT):
            if not i or not words.words[i][0].isupper() or words.line_of[i - 1] != words.line_of[i]:
                continue
            before = words.lower[i - 1]
            with_it = before in _THROUGH or (before == "/" and words.lower[i - 2 : i - 1] == ["w"])
            veterans = with_it and words.words[i] in ("VA", "VAMC")
            if before != "the" and not veterans and (before not in _SHORTLY or len(words.words[i]) == 1):
                continue
            k = i + 1
            goes_on = k < len(words) and words.starts[k] - words.ends[i] <= 1 and words.line_of[k] == words.line_of[i]
            if goes_on and (words.words[k][0].isupper() or words.words[k][0].isdigit() or words.lower[k] in _GOES_ON):
                continue
            yield Hit(words.starts[i], words.ends[i], "FACILITY", 0.6)
