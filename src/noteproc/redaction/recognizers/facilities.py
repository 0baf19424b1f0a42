"""Named places of care, schools, employers, insurers and other organisations, told by their last words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.recognizers.houses import listed_houses, small_headed
from noteproc.redaction.words import Cues, Words

_STRONG_HEADS = frozenset(w for w, kind in lx.read_pairs("place_heads.tsv") if kind == "STRONG")
_TAIL_HEADS = frozenset(w for w, kind in lx.read_pairs("place_heads.tsv") if kind == "WEAK")
_ORG_HEADS = frozenset(w for w, kind in lx.read_pairs("place_heads.tsv") if kind == "ORG")
_ALL_HEADS = Cues(_STRONG_HEADS | _TAIL_HEADS | _ORG_HEADS)
_PLACING = Cues({"at", "of"})
_SAINTS = frozenset({"st", "saint"})
_JOINERS = frozenset({"of", "and", "&", "for", "the", "at", "-", "'", "de", "del", "la", "los", "las"})


_CARE = frozenset(lx.read_words("care_words.txt"))
_OF_HEADS = frozenset({"children's", "childrens", "hospital", "hospitals", "clinic", "university", "univ", "institute"})
_HOLY = frozenset({"holy", "sacred", "our", "blessed", "mother"})
_HOLY_AND_SAINTS = Cues(_HOLY | _SAINTS)
_LETTERHEAD_LINES = 4
_LONGEST_SHORTENED = 5
# Endings of clinical words that no list holds ("spasticity", "incontinence").
_CLINICAL_ENDING = re.compile(
    r"(?:ity|ence|ance|tion|sion|ment|ics?|al|ive|ous|ology|opathy|itis|oma|osis|ing|ed|ery|uria)$"
)


def _glued(words: Words, k: int) -> bool:
    """Whether a dash joins two words: with blanks around it, it parts a place from what is said of it."""
    return words.starts[k] == words.ends[k - 1] and words.starts[k + 1 : k + 2] == [words.ends[k]]


class FacilityRecognizer(NoteRecognizer):
    """Facilities and organisations by their head word."""

    kinds = ("FACILITY", "ORGANIZATION")

    def __init__(self) -> None:
        super().__init__()
        self._generic = frozenset(lx.read_words("generic_places.txt"))
        self._breakers = frozenset(lx.read_words("place_breakers.txt"))
        self._documents = frozenset(lx.read_words("document_words.txt"))

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Capitalised runs that end in a head word and hold a word of their own."""
        yield from self._saints(words)
        yield from self._letterhead(words)
        yield from self._placed(words)
        yield from small_headed(words)
        yield from listed_houses(words)
        done = -1
        for i in words.among(_ALL_HEADS):
            low = words.lower[i]
            if i <= done or not words.words[i][0].isupper():
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
            if not own or (low == "league" and len(own) < 2):
                # "Little League elbow"
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

    def _letterhead(self, words: Words) -> Iterator[Hit]:
        """The name of a place that opens one of the first lines: "Night Owl Sleep", "Tidewater Chest & Sleep"."""
        line_of = words.line_of
        for first in words.capitals:
            line = line_of[first]
            if line >= _LETTERHEAD_LINES:
                return
            # Where a line, or a column of it, begins.
            if (
                first == 0
                or line_of[first - 1] != line
                or words.starts[first] - words.ends[first - 1] >= 2
                or (words.words[first - 1] in ",;|/-*:" and words.starts[first] > words.ends[first - 1])
            ):
                last = self._run_end(words, first, words.at(words.line_end(line)))
                hit = self._named_place(words, first, last)
                if hit is not None:
                    yield hit

    @staticmethod
    def _run_end(words: Words, first: int, end: int) -> int:
        """One past the last capitalised word of a run; joiners inside it belong to it."""
        k = last = first
        while k < end and k - first < 9 and (k == first or words.starts[k] - words.ends[k - 1] <= 1):
            form = words.words[k]
            if form[0].isupper():
                last = k + 1
            elif not (words.lower[k] in _JOINERS or form in ".&'") or (form == "-" and not _glued(words, k)):
                break
            elif form == "." and k > first and len(words.words[k - 1]) > _LONGEST_SHORTENED:
                # A sentence ends; "St.", "Univ." and "Assoc." go on.
                break
            k += 1
        return last

    def _named_place(self, words: Words, first: int, last: int) -> Hit | None:
        """A run that has a word of care and words of its own, and none of a document's title or a person."""
        content = [k for k in range(first, last) if words.words[k][0].isalpha() and words.lower[k] not in _JOINERS]
        own, care = [], 0
        for k in content:
            low, bits = words.lower[k], words.bits[k]
            if (
                len(low) == 1
                or low in self._breakers
                or bits & (lx.TITLE | lx.WEEKDAY)
                or (bits & lx.CREDENTIAL and low not in _CARE)
            ):
                return None
            if low in self._generic or low in _STRONG_HEADS or low in _TAIL_HEADS or low in _CARE:
                care += 1
            elif low in self._documents or bits & lx.IDLABEL:
                return None
            else:
                own.append(k)
        if not care or not own or len(content) < 2:
            return None
        if any(words.words[k].isdigit() or words.words[k] == ":" for k in range(first, min(last + 1, len(words)))):
            return None
        caps = all(words.words[k].isupper() for k in content)
        # In capitals a clinical word is no name, though somebody may be called so ("CT ABD", "NM BONE SCAN").
        plain = lx.CLINICAL if caps else 0
        proper = any(
            not words.bits[k] & (lx.ORDINARY | lx.CLINICAL)
            or (words.bits[k] & (lx.NAME | lx.CITY) and not words.bits[k] & plain)
            for k in own
        )
        titled = not caps and own[0] <= first + 1 and len(content) > 2
        score = MAYBE if caps and not proper else 0.7 if proper else 0.6 if titled else MAYBE
        if _CLINICAL_ENDING.search(words.lower[own[0]]) and not words.bits[own[0]] & (lx.NAME | lx.CITY):
            score = min(score, MAYBE)
        end = last - 1
        while end > first and not words.words[end][0].isalpha():
            end -= 1
        return Hit(words.starts[first], words.ends[end], "FACILITY", score)

    def _placed(self, words: Words) -> Iterator[Hit]:
        """ "Women's Health at Orchard Hill", "University Hospital at Bayside", "Children's of the Ozarks"."""
        n = len(words)
        for i in words.among(_PLACING):
            joiner = words.lower[i]
            if not 0 < i < n - 1 or not words.words[i - 1][0].isupper() or words.starts[i] - words.ends[i - 1] != 1:
                continue
            before = words.lower[i - 1]
            if joiner == "at" and not (before in self._generic or before in _STRONG_HEADS or before in _TAIL_HEADS):
                continue
            if joiner == "of" and before not in _OF_HEADS:
                continue
            k = i + 1 + (words.lower[i + 1] == "the")
            last = self._run_end(words, k, n) if k < n and words.words[k][0].isupper() else k
            line = words.line_of[i]
            while last > k and (words.line_of[last - 1] != line or not words.words[last - 1][0].isalpha()):
                last -= 1
            own = [t for t in range(k, last) if words.lower[t] not in self._generic]
            if last <= k or not own or words.line_of[k] != line or words.bits[k] & (lx.MONTH | lx.WEEKDAY | lx.TITLE):
                continue
            start = i - 1
            while (
                start > 0
                and words.words[start - 1][0].isupper()
                and words.line_of[start - 1] == line
                and words.starts[start] - words.ends[start - 1] == 1
                and i - start < 5
                and words.lower[start - 1] not in self._breakers
                and words.lower[start - 1] not in self._documents
            ):
                start -= 1
            proper = any(
                not words.bits[t] & (lx.ORDINARY | lx.CLINICAL) or words.bits[t] & (lx.NAME | lx.CITY) for t in own
            )
            if joiner == "at" and start == i - 1 and before not in _STRONG_HEADS and not before.endswith("'s"):
                # "Rehab at Chisholm Trail": what was done there, and where.
                start = k
            yield Hit(words.starts[start], words.ends[last - 1], "FACILITY", 0.75 if proper or len(own) > 1 else MAYBE)

    def _saints(self, words: Words) -> Iterator[Hit]:
        """ "St. Brigid's": a saint in the possessive is a place."""
        for i in words.among(_HOLY_AND_SAINTS):
            if not words.words[i][0].isupper():
                continue
            if words.lower[i] in _HOLY:
                yield from self._holy(words, i)
            else:
                k = i + 2 if i + 1 < len(words) and words.words[i + 1] == "." else i + 1
                if (
                    k < len(words)
                    and words.words[k][0].isupper()
                    and words.lower[k].endswith("'s")
                    and words.starts[k] - words.ends[k - 1] <= 1
                    and words.lower[k + 1 : k + 2] != ["wort"]
                ):
                    yield Hit(words.starts[i], words.ends[k], "FACILITY", 0.8)

    def _holy(self, words: Words, i: int) -> Iterator[Hit]:
        """ "Holy Redeemer of the Plains", "Our Lady of Sorrows", "Sacred Heart": names of church houses."""
        if i + 1 >= len(words) or words.starts[i + 1] - words.ends[i] != 1:
            return
        end = self._run_end(words, i, min(len(words), i + 7))
        while end > i and (words.line_of[end - 1] != words.line_of[i] or not words.words[end - 1][0].isalpha()):
            end -= 1
        second = words.lower[i + 1]
        if words.lower[i] in ("our", "mother") and second != "lady":
            return
        if end - i >= 2 and words.words[i + 1][0].isupper() and second not in ("see", "spirit", "communion", "bible"):
            yield Hit(words.starts[i], words.ends[end - 1], "FACILITY", 0.7)

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
                if low in self._breakers and not (k > 1 and words.words[k - 2] == "-"):
                    break
                if bits & lx.CREDENTIAL and form.isupper() and low in ("md", "rn", "np", "pa", "do"):
                    break
                k -= 1
            elif (
                low in _JOINERS
                and (form != "-" or _glued(words, k - 1))
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
