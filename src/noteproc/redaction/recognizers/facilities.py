"""Named places of care, schools, employers, insurers and other organisations, told by their last words."""

from __future__ import annotations

from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.words import Words

_STRONG_HEADS = frozenset(w for w, kind in lx.read_pairs("place_heads.tsv") if kind == "STRONG")
_TAIL_HEADS = frozenset(w for w, kind in lx.read_pairs("place_heads.tsv") if kind == "WEAK")
_ORG_HEADS = frozenset(w for w, kind in lx.read_pairs("place_heads.tsv") if kind == "ORG")
_JOINERS = frozenset({"of", "and", "&", "for", "the", "at", "-", "'", "de", "del", "la", "los", "las"})


class FacilityRecognizer(NoteRecognizer):
    """Facilities and organisations by their head word."""

    kinds = ("FACILITY", "ORGANIZATION")

    def __init__(self) -> None:
        super().__init__()
        self._generic = frozenset(lx.read_words("generic_places.txt"))

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Capitalised runs that end in a head word and hold a word of their own."""
        yield from self._saints(words)
        done = -1
        for i, low in enumerate(words.lower):
            form = words.words[i]
            if (
                i <= done
                or not form[0].isupper()
                or not (low in _STRONG_HEADS or low in _TAIL_HEADS or low in _ORG_HEADS)
            ):
                continue
            if self._continues(words, i):
                continue
            start = self._start(words, i)
            if start >= i:
                continue
            own = [
                k
                for k in range(start, i)
                if words.words[k][0].isupper() and words.lower[k] not in self._generic and len(words.words[k]) > 1
            ]
            if not own:
                continue
            kind = "ORGANIZATION" if low in _ORG_HEADS else "FACILITY"
            all_caps = all(words.words[k].isupper() for k in range(start, i + 1) if words.words[k][0].isalpha())
            names = [self.lexicon.bits(words.lower[k]) for k in own]
            own_ordinary = all(b & (lx.ORDINARY | lx.CLINICAL) and not b & (lx.NAME | lx.CITY) for b in names)
            score = (0.6 if own_ordinary else 0.92) if low in _STRONG_HEADS else 0.45 if own_ordinary else 0.8
            if all_caps:
                if any(b & lx.ORDINARY and not b & (lx.NAME | lx.CITY) for b in names):
                    continue
                score -= 0.1
            if own_ordinary and low not in _STRONG_HEADS:
                score = 0.3
            if start == i - 1 and low in (
                "place",
                "care",
                "home",
                "house",
                "group",
                "surgery",
                "medicine",
                "health",
                "facility",
                "medical",
                "drug",
                "drugs",
                "supply",
                "market",
                "department",
                "district",
            ):
                score = min(score, MAYBE)
            end = self._end(words, i)
            yield Hit(words.starts[start], words.ends[end], kind, max(score, 0.2))
            done = end

    def _saints(self, words: Words) -> Iterator[Hit]:
        """ "St. Brigid's": a saint in the possessive is a place."""
        for i, low in enumerate(words.lower):
            if low in ("st", "saint") and words.words[i][0].isupper():
                k = i + 2 if i + 1 < len(words) and words.words[i + 1] == "." else i + 1
                if (
                    k < len(words)
                    and words.words[k][0].isupper()
                    and words.lower[k].endswith("'s")
                    and words.starts[k] - words.ends[k - 1] <= 1
                ):
                    yield Hit(words.starts[i], words.ends[k], "FACILITY", 0.8)

    def _continues(self, words: Words, i: int) -> bool:
        """Whether the name goes on after ``i`` with another head ("Medical Center", "Hospital Center")."""
        if i + 1 >= len(words) or words.line_of[i + 1] != words.line_of[i] or words.starts[i + 1] - words.ends[i] != 1:
            return False
        low = words.lower[i + 1]
        return words.words[i + 1][0].isupper() and (low in _STRONG_HEADS or low in _TAIL_HEADS or low in _ORG_HEADS)

    def _end(self, words: Words, i: int) -> int:
        """The last token of the name whose head is ``i``: "Emergency Room", "Health of Roanoke Valley"."""
        n = len(words)
        if (
            i + 1 < n
            and words.lower[i + 1] in ("room", "department", "dept", "unit", "network", "system", "services", "group")
            and words.words[i + 1][0].isupper()
            and words.starts[i + 1] - words.ends[i] == 1
        ):
            return i + 1
        if (
            i + 2 < n
            and words.lower[i + 1] in ("of", "at")
            and words.line_of[i + 2] == words.line_of[i]
            and words.words[i + 2][0].isupper()
            and words.bits[i + 2] & (lx.CITY | lx.STATE | lx.NAME)
            and not words.bits[i + 2] & lx.TITLE
        ):
            k = i + 2
            while (
                k + 1 < n
                and words.starts[k + 1] - words.ends[k] == 1
                and words.words[k + 1][0].isupper()
                and words.words[k + 1][0].isalpha()
                and k - i < 5
                and words.bits[k + 1] & (lx.CITY | lx.STATE | lx.FACILITY | lx.STREET)
            ):
                k += 1
            return k
        return i

    def _start(self, words: Words, i: int) -> int:
        k = i
        while k > 0 and words.line_of[k - 1] == words.line_of[i] and i - k < 7:
            form, low = words.words[k - 1], words.lower[k - 1]
            gap = words.starts[k] - words.ends[k - 1]
            if gap > 1:
                break
            bits = self.lexicon.bits(low)
            if form[0].isupper() and form[0].isalpha():
                if low in (
                    "dr",
                    "mr",
                    "mrs",
                    "ms",
                    "the",
                    "at",
                    "from",
                    "to",
                    "in",
                    "by",
                    "our",
                    "her",
                    "his",
                    "she",
                    "he",
                    "patient",
                    "seen",
                    "admitted",
                    "transferred",
                    "per",
                ):
                    break
                if bits & lx.CREDENTIAL and form.isupper() and low in ("md", "rn", "np", "pa", "do"):
                    break
                k -= 1
            elif (
                low in _JOINERS
                and k - 2 >= 0
                and words.words[k - 2][0].isupper()
                and words.line_of[k - 2] == words.line_of[i]
                and low not in ("at",)
            ):
                k -= 1
            elif form == "." and k - 2 >= 0 and words.lower[k - 2] in ("st", "mt", "ft") and gap <= 1:
                k -= 2
            else:
                break
        while k < i and (words.lower[k] in _JOINERS or words.words[k] in "-&'"):
            k += 1
        return k
