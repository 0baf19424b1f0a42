"""Whether a condition or procedure that stands in a sentence is asserted of this patient, now.

Cue words open a scope (NegEx, ConText); it ends at a terminator, a stronger break, or the sentence's end. Sections
add what they say by themselves. The cue words are in ``dictionaries/context/cues.tsv``.
Source: W. Chapman et al., NegEx (2001); H. Harkema et al., ConText (2009); i2b2/VA 2010 assertion classes.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import compress, count
from typing import NamedTuple

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.reading import Reading
from noteproc.text import lexicon
from noteproc.text.fold import tokens
from noteproc.text.tables import rows

# The strongest class first: a father's "no stroke" is still the father's.
ORDER = (
    "template",
    "declined",
    "family",
    "other_person",
    "absent",
    "hypothetical",
    "planned",
    "possible",
    "historical",
)
# Classes whose scope a new verb ends; the others reach to the end of the sentence.
_SHORT_CLASSES = frozenset({"absent", "possible", "historical"})
_JOINING = frozenset({"and", "or", "with", "there", "reports", "also"})
_JOINING_LAST = frozenset({"or", "nor"})
_LINKS = frozenset({"which", "who", "has", "have", "had", "was", "is", "are", "were", "now", "then"})
_TURNING = frozenset({"but", "however", "although", "though", "except"})
# Cues that assert nothing themselves.
_SILENT = frozenset({"termination", "informant", "pseudo"})
# How far back a cue speaks of what stands before it, in words.
_BACKWARD = {"declined": 7, "historical": 6}
_LIST_CUES = frozenset({("denies",), ("denied",), ("denying",), ("negative", "for"), ("neg", "for"), ("deny",)})
_BOX = re.compile(r"\[\s?\]|☐|□|\(\s\)|\b_{2,}")
_TICKED = re.compile(r"\[\s?[xX✓]\s?\]|☒|☑|✓|✔|\([xX]\)")
_ANSWER = re.compile(
    r"\s*(?:(?:[?:=–-]|\bis\b)\s*)+(?:no\b|none\b|neg\b|negative\b|denie[sd]\b|never\b|absent\b|n/a\b|nil\b|n\b(?=\s*[.,;\n]|$)|\(-\)|0(?=\s*[.,;\n]|$))",
    re.I,
)
# "ESRD no." and "ATN - no": the answer closes the item.
_BARE_ANSWER = re.compile(r"\s+(?:no|none|nope|never)(?=\s*(?:[.;,\n]|$))", re.I)
# "Retention - bladder scan 150, none.": the item opens with the words and ends in the answer.
_ITEM_ANSWER = re.compile(
    r"\s*[:–—-](?=\s)[^.;\n]{0,70}?[,:→>-]\s*(?:so\s+)?(?:none|no|nope|neg|negative|never|never\s+dx'?d?|ruled\s+out|r/o'?d)"
    r"(?=\s*(?:[.;\n]|$))",
    re.I,
)
_ITEM_START = re.compile(r"(?:\A|[\n.;])[\s\d.)#*•\"'“-]*\Z")
_NEXT_ITEM = re.compile(r"\n\s*(?:\d{1,2}[.)]?\s|[-*•#]\s)")
_ARROW = re.compile(r"[-=–]{1,2}>|→")
# "Pneumonia in 2018": a year before the note's own.
_YEAR = re.compile(r"(?:19[3-9]|20[0-4])\d(?<![\d.,$/-]\d{4})(?![\d,/-]|\.\d)")
# The "in" of "son in law", and the like.
_SMALL = frozenset({"in", "to", "with", "of"})
# A new line that opens with a word of its own.
_NEW_LINE = re.compile(r"\n\s*(?:[-*•]\s*|\d{1,2}[.)]\s*)?[A-Z]")
_OPENING = re.compile(r"[:(]")
_CLAUSE_END = re.compile(r"[,;.()]")
_DENYING = frozenset({"no", "not", "without", "never", "denies"})
# How far a heading over a list ("not done:") and the verdict behind one reach, in words.
_LISTED = 16
_EARLIEST = 2022
_IN_YEAR = re.compile(
    r"(?:[\s\"”)]*(?:[\w-]+\s+){0,2}?"
    r"(?:\(|,|in|back in|around|circa|during|summer"
    r"|spring|fall|winter|early|late|mid)[\s-]*"
    # "shingles 2009", "melanoma L shoulder excised 2019"; but not "diagnosed 2019", "since 2019".
    r"|\s+(?:(?!(?:since|from|dx'?d?|diagnosed|onset|on|until|to|after|last|with|but|and)\b)[a-z]+\s+){0,2})"
    r"(?P<year>(?:19[3-9]|20[0-4])\d)(?![\d,/-]|\.\d)",
    re.I,
)
_MINUS = re.compile(r"(?:\(-\)|(?<![\w)])[-–](?=\w))\s*\Z")
# "0/12 nodes positive".
_NONE_OF = re.compile(r"(?<![\d.])0\s?(?:/|of|out of)\s?\d+\)?\s*(?:[a-z-]+\s+){0,2}\Z", re.I)
# "Below-knee amputation on the other side? No: both legs present."
_ANSWERED_NO = re.compile(r"\?\s{1,3}(?:no|nope|never)\b", re.I)
_QUESTION_BEFORE = re.compile(r"\?\s*\Z")
# "Pneumonia?", but not the pain of "knee pain ?cause".
_QUESTION_AFTER = re.compile(r"\s*(?:\?(?!\w)|\(\?\))")
# What the patterns above can begin with: most words are followed by none of it.
_OPENS_ANSWER = frozenset("?:=–-iI")
_OPENS_BARE = frozenset("nN")
_OPENS_ITEM = frozenset(":–—-")
_OPENS_QUESTION = frozenset("?(")
_OPENS = _OPENS_ANSWER | _OPENS_BARE | _OPENS_ITEM | _OPENS_QUESTION
_OPENS_BOX = frozenset("[☐□(_")
# Without one of these, and of a year, in a sentence no mark before or behind its words asserts anything.
_SIGNS, _ZERO = re.compile(r"[-–?\[☐□(_]"), re.compile(r"0(?<!\d0)\s?/")
_CENTURY = re.compile(r"(?:19[3-9]|20[0-4])\d")
# "Brought by his neighbor", "lives with her sister": the person is no subject of what follows.
_BY_WHOM = frozenset({"by", "per", "with", "to", "from", "via", "told"})


class Cue(NamedTuple):
    """A cue that was found: words ``start`` to ``end`` (exclusive) of the reading."""

    kind: str
    direction: str
    start: int
    end: int


_CUE = partial(tuple.__new__, Cue)


class Verdict(NamedTuple):
    """How a stretch of words is asserted.

    Attributes:
        kind: "present" or one of ``ORDER``.
        cues: the cues in whose scope it stands, in text order.
    """

    kind: str
    cues: tuple[Cue, ...] = ()

    def has(self, kind: str) -> bool:
        """Whether a cue of this class reaches the words, even where a stronger one decided."""
        return self.kind == kind or any(cue.kind == kind for cue in self.cues)


_PRESENT = Verdict("present")


class _Signs(NamedTuple):
    """What a sentence holds that may assert: its cues, those that tell something themselves and those that end what
    others say, whether there are marks and years at all, and whether it is a question that is answered with a no."""

    cues: list[Cue]
    telling: list[Cue]
    ends: list[Cue]
    marks: bool
    years: bool
    answered: bool


_Options = Sequence[tuple[tuple[str, ...], str, str]]
Table = Mapping[str, tuple[_Options, Mapping[str, _Options]]]


@lru_cache(maxsize=1)
def _table() -> Table:
    """The cues by their first word: those of one word, and the others by their second word, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
    for row in rows(dictionaries_dir() / "context" / "cues.tsv", ("class", "direction", "cues")):
        for cue in row["cues"].split("|"):
            forms = tuple(token.form for token in tokens(cue))
            if forms:
                found.setdefault(forms[0], []).append((forms, row["class"], row["direction"]))
    table: dict[str, tuple[_Options, Mapping[str, _Options]]] = {}
    for first, options in found.items():
        options.sort(key=lambda option: (-len(option[0]), option[1], option[2], option[0]))
        longer: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
        for option in options:
            if len(option[0]) > 1:
                longer.setdefault(option[0][1], []).append(option)
        table[first] = ([option for option in options if len(option[0]) == 1], longer)
    return table


class Assertions:
    """The assertions of a note, worked out sentence by sentence when asked.

    Args:
        reading: the note.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._signs: dict[int, _Signs] = {}
        self._stands: dict[int, bool] = {}
        table = _table()
        self._starts = list(compress(count(), map(table.__contains__, reading.forms)))
        self._years = [m.start() for m in _CENTURY.finditer(reading.text)]
        # No note is older than the code sets that it is coded with.
        told = (_YEAR.match(reading.text, start) for start in self._years)
        self._year = max([_EARLIEST, *(int(m.group()) for m in told if m is not None)])

    def of(self, first: int, last: int, *, own: frozenset[int] = frozenset()) -> Verdict:
        """The verdict on words ``first`` to ``last`` (inclusive) of one sentence.

        Args:
            own: words that belong to the phrase itself: a cue made of them does not speak about it.
        """
        reading = self._reading
        sentence = reading.sentence_of[first]
        signs = self._read(sentence)
        reached: list[Cue] = []
        for cue in signs.telling:
            if cue.end <= first or cue.start > last:
                away = "backward" if cue.end <= first else "forward"
                if cue.direction != away and self._reaches(cue, first, last, sentence):
                    reached.append(cue)
                continue
            if cue.kind == "planned" and own and first < cue.start <= last and cue.start not in own:
                # "Implant desired, to be placed".
                reached.append(cue)
                continue
            if own and first < cue.start and cue.end <= last:
                if cue.kind == "possible" and cue.direction == "forward" and own.isdisjoint(range(cue.start, cue.end)):
                    # "Cheek r/o BCC", read as the cancer of the cheek.
                    reached.append(cue)
                continue
            among = own and cue.start <= last and first < cue.end
            overlap = next((i for i in range(cue.start, cue.end) if i in own), None) if among else None
            if overlap is not None and cue.kind == "other_person" and cue.direction == "both":
                if all(i in own or self._reading.forms[i] in _SMALL for i in range(cue.start, cue.end)):
                    continue
                # The "mother" of a mother-in-law is none.
                reached.append(cue)
                continue
            if overlap is not None:
                if cue.kind != "absent" or cue.direction != "forward" or overlap == cue.start:
                    continue
                # "No prior DVT", where the phrase itself holds "prior".
                cue = cue._replace(end=overlap)
            if self._reaches(cue, first, last, sentence):
                reached.append(cue)
        kinds = self._marks(first, last, sentence, signs)
        if not kinds and not reached:
            return _PRESENT
        kinds.update(cue.kind for cue in reached)
        for kind in ORDER:
            if kind in kinds:
                return Verdict(kind, tuple(reached))
        return Verdict("present", tuple(reached))

    def stands(self, word: int) -> bool:
        """Whether a single word is said of the patient and not denied, doubted or only warned of."""
        known = self._stands.get(word)
        if known is None:
            said = self.of(word, word).kind in ("present", "historical", "planned", "declined")
            known = self._stands[word] = said and not self._is_denied_within(word)
        return known

    def _is_denied_within(self, word: int) -> bool:
        """Whether a word belongs to a cue that opens with a denial ("without complication")."""
        words = self._reading.words
        return any(
            cue.start < word < cue.end and words[cue.start].form in _DENYING
            for cue in self.cues(self._reading.sentence_of[word])
        )

    def cues(self, sentence: int) -> list[Cue]:
        """The cues of a sentence, in order; words inside a longer cue give none of their own."""
        return self._read(sentence).cues

    def _read(self, sentence: int) -> _Signs:
        known = self._signs.get(sentence)
        if known is None:
            text, (start, end) = self._reading.text, self._reading.sentences[sentence]
            cues = self._find(sentence)
            known = self._signs[sentence] = _Signs(
                cues,
                [cue for cue in cues if cue.kind not in _SILENT],
                [cue for cue in cues if cue.kind == "termination"],
                _SIGNS.search(text, start, end) is not None or _ZERO.search(text, start, end) is not None,
                bool(self._years) and bool(_within(self._years, start, end)),
                text[end - 1] == "?" and _ANSWERED_NO.match(text, end - 1) is not None,
            )
        return known

    def _find(self, sentence: int) -> list[Cue]:
        said = self._reading.forms
        table = _table()
        found: list[Cue] = []
        span = self._reading.words_of(sentence)
        after = span.start
        for i in _within(self._starts, span.start, span.stop):
            if i < after:
                continue
            single, longer = table[said[i]]
            length = 0
            for forms, kind, direction in longer.get(said[i + 1], ()) if longer and i + 1 < span.stop else ():
                size = len(forms)
                if size < length:
                    break
                if i + size <= span.stop and tuple(said[i : i + size]) == forms:
                    length = size
                    found.append(_CUE((kind, direction, i, i + size)))
            if not length:
                found += [_CUE((kind, direction, i, i + 1)) for _, kind, direction in single]
            after = i + max(1, length)
        return _without_informants(found, said) if found else found

    def _reaches(self, cue: Cue, first: int, last: int, sentence: int) -> bool:
        if cue.direction == "next":
            # "Non tender", but not the ulcer of a "non healing ulcer".
            return cue.end == first
        if cue.direction == "sentence":
            # "Bleeding, infection, bile leak and a larger cut were covered": the whole list was only a warning.
            return True
        forward = cue.direction in ("forward", "both", "opening") and cue.end <= first
        if forward and cue.kind == "possible" and self._arrow(cue.end, first):
            return False
        if cue.direction == "opening" and cue.start != self._reading.words_of(sentence).start:
            return False
        backward = cue.direction in ("backward", "both") and cue.start > last
        if not forward and not backward:
            return False
        if backward and cue.kind == "absent" and self._leads_on(cue, sentence):
            return False
        low, high = (cue.end, first) if forward else (last + 1, cue.start)
        if cue.kind in ("family", "other_person"):
            if backward and _NEW_LINE.search(
                self._reading.text, self._reading.words[last].end, self._reading.words[cue.start].start
            ):
                # "Dx: fall from ladder\nPlan: home with wife".
                return False
            return not self._clause_breaks(low, high, sentence, hard=forward) and (forward or high - low <= 6)
        if cue.kind in _SHORT_CLASSES:
            for other in self._read(sentence).ends:
                if low <= other.start < high and not self._inside_cue(other, sentence):
                    # "..., which has resolved": what follows may still speak of it through these.
                    if backward and self._reading.words[other.start].form in _LINKS:
                        continue
                    return False
        else:
            for other in self._read(sentence).ends:
                if low <= other.start < high and self._reading.forms[other.start] in _TURNING:
                    return False
        if forward:
            return self._forward(cue, first, sentence)
        if cue.kind in ("declined", "planned", "absent") and ":" in self._reading.between(cue.start - 1, cue.start):
            # "Ultrasound, traction, needles: not used".
            return high - low <= _LISTED // 2 and not self._clause_breaks(low, high - 1, sentence, hard=True)
        if cue.kind in ("historical", "possible", "absent", "hypothetical", "planned", "declined"):
            # What follows the words speaks of them only when it is near, and in the same clause.
            return high - low <= _BACKWARD.get(cue.kind, 4) and not self._clause_breaks(
                low, high, sentence, hard=cue.kind == "historical"
            )
        return True

    def _leads_on(self, cue: Cue, sentence: int) -> bool:
        """Whether "r/o" speaks of the words that follow it, and not of those before."""
        words = self._reading.words
        if tuple(words[i].form for i in range(cue.start, cue.end)) != ("r", "o"):
            return False
        if cue.end >= self._reading.words_of(sentence).stop or words[cue.end].form in _BY_WHOM:
            return False
        return not self._reading.between(cue.end - 1, cue.end).strip()

    def _opens_item_between(self, low: int, high: int) -> bool:
        """Whether a new item of a list begins between ("no surgery now\n3 Dry eye")."""
        text, words = self._reading.text, self._reading.words
        gap = text[words[low - 1].end : words[high].start]
        return "\n" in gap and _NEXT_ITEM.search(gap) is not None

    def _arrow(self, low: int, high: int) -> bool:
        """Whether an arrow stands between: "concerning for BCC -> shave biopsy" doubts the cancer alone."""
        text, words = self._reading.text, self._reading.words
        return _ARROW.search(text, words[low - 1].end, words[high].start) is not None

    def _forward(self, cue: Cue, first: int, sentence: int) -> bool:
        reading = self._reading
        if first - cue.end > 40:
            return False
        if cue.kind in _SHORT_CLASSES and self._opens_item_between(cue.end, first):
            return False
        if cue.kind == "declined" and ":" in reading.between(cue.end - 1, cue.end):
            # "Not done: ultrasound, traction".
            return first - cue.end <= _LISTED and not self._clause_breaks(cue.end + 1, first, sentence, hard=True)
        if cue.kind == "declined":
            return first - cue.end <= 4 and not self._clause_breaks(cue.end, first, sentence, hard=False)
        if cue.kind == "historical":
            return first - cue.end <= 12
        if cue.kind == "possible":
            return first - cue.end <= 8 and not self._clause_breaks(cue.end, first, sentence, hard=True)
        if cue.kind != "absent":
            return not (cue.kind == "planned" and first - cue.end > 14)
        if first > cue.end and _OPENING.search(reading.between(cue.end, first)):
            # "No manipulation: walking boot", "no bleeding (permanent AF)".
            return False
        forms = tuple(reading.forms[cue.start : cue.end])
        if forms[-1] in ("not", "never"):
            # "COPD not in exacerbation, hypokalemia": the next item is told.
            listed = forms[-1] == "not" and self._clause_breaks(cue.end, first, sentence, hard=False)
            return first - cue.end <= 3 and not listed
        if forms in _LIST_CUES:
            return True
        # "No x, y, or z": a comma keeps the scope open while the list goes on in short items.
        commas = [i for i in range(cue.end - 1, first) if "," in reading.gaps[i] or " - " in reading.gaps[i]]
        if not commas:
            return first - cue.end <= 10
        span = reading.words_of(sentence)
        if not _JOINING_LAST.isdisjoint(reading.forms[commas[-1] : min(span.stop, first + 8)]):
            return True
        if forms == ("no",) and self._is_tied(cue, sentence):
            # "Varices no bleeding, encephalopathy": it speaks of the item before the comma alone.
            return False
        bounds = [cue.end, *(c + 1 for c in commas)]
        widths = [b - a for a, b in itertools.pairwise(bounds)]
        end = first
        while end + 1 < span.stop and not _CLAUSE_END.search(reading.gaps[end]):
            end += 1
        tail = end - bounds[-1] + 1
        return max(widths) <= 3 and tail <= 3

    def _is_tied(self, cue: Cue, sentence: int) -> bool:
        """Whether a denial stands behind a noun of its own item, with no mark and no verb between."""
        reading = self._reading
        before = cue.start - 1
        if before < reading.words_of(sentence).start or reading.between(before, cue.start) != " ":
            return False
        if reading.keys[before] in lexicon.shipped().stop or reading.words[before].form in _JOINING:
            return False
        return not any(
            other.end == cue.start for other in self.cues(sentence) if other.kind in ("termination", "informant")
        )

    def _inside_cue(self, cue: Cue, sentence: int) -> bool:
        return any(
            other.start <= cue.start < other.end for other in self.cues(sentence) if other.kind not in ("termination",)
        )

    def _clause_breaks(self, low: int, high: int, sentence: int, *, hard: bool) -> bool:
        reading = self._reading
        for i in range(max(low - 1, 0), min(high, len(reading.words) - 1)):
            gap = reading.gaps[i]
            if gap == " ":
                continue
            if ";" in gap or ("." in gap and " " in gap) or "\n\n" in gap or (not hard and ("," in gap or ":" in gap)):
                return True
            if not hard and ")" in gap and "\n" in gap:
                return True
        return False

    def _marks(self, first: int, last: int, sentence: int, signs: _Signs) -> set[str]:
        """Assertions that punctuation makes: "?x", "x: no", "-x", "[ ] x"."""
        reading = self._reading
        text = reading.text
        start, end = reading.words[first].start, reading.words[last].end
        begin = reading.sentences[sentence].start
        found: set[str] = set()
        follows = text[end : end + 2].lstrip()[:1]
        if not follows or follows in _OPENS:
            answer = self._answer(start, end)
            if answer:
                found.add(answer)
        if signs.answered:
            found.add("absent")
        dated = signs.years and _IN_YEAR.match(text, end, min(end + 40, reading.sentences[sentence].end))
        if dated and int(dated["year"]) < self._year:
            found.add("historical")
        if not signs.marks:
            return found
        before = text[max(begin, start - 60) : start]
        if (
            ("-" in before or "–" in before)
            and _MINUS.search(before)
            and not before.strip(" -–\t").endswith((":", ","))
            and before.strip()
        ):
            tail = before.rstrip()
            if tail.endswith("(-)") or (len(tail) > 1 and tail[-2] in " ,;(" and text[begin:start].strip() != "-"):
                found.add("absent")
        if "0" in before and _NONE_OF.search(before):
            found.add("absent")
        if "?" in before and _QUESTION_BEFORE.search(before) and not before.rstrip(" ?").endswith("."):
            found.add("possible")
        if not _OPENS_BOX.isdisjoint(before):
            found |= self._box(before)
        return found

    def _answer(self, start: int, end: int) -> str:
        """What follows the words of a stretch answers of them: "absent", "possible" or ""."""
        text = self._reading.text
        after = text[end : end + 24]
        follows = after.lstrip()[:1]
        if (follows in _OPENS_ANSWER and _ANSWER.match(after)) or (
            follows in _OPENS_BARE and _BARE_ANSWER.match(after)
        ):
            return "absent"
        if not follows or follows in _OPENS_ITEM:
            item = _ITEM_ANSWER.match(text, end, end + 100)
            if item is not None and _ITEM_START.search(text, max(0, start - 30), start) is not None:
                return "absent"
        return "possible" if follows in _OPENS_QUESTION and _QUESTION_AFTER.match(after) else ""

    @staticmethod
    def _box(before: str) -> set[str]:
        boxes = [m.end() for m in _BOX.finditer(before)]
        ticks = [m.end() for m in _TICKED.finditer(before)]
        unticked = boxes and (not ticks or boxes[-1] > ticks[-1]) and "," not in before[boxes[-1] :]
        return {"template"} if unticked else set()


def _within(places: list[int], start: int, end: int) -> list[int]:
    """The places from ``start`` to ``end``, exclusive; ``places`` ascend."""
    return places[bisect_left(places, start) : bisect_left(places, end)]


def _without_informants(found: list[Cue], forms: Sequence[str]) -> list[Cue]:
    """Cues, less the relatives that only tell the story ("mother reports fever")."""
    kept: list[Cue] = []
    for n, cue in enumerate(found):
        if cue.kind in ("family", "other_person") and any(
            other.kind == "informant" and 0 <= other.start - cue.end <= 1 for other in found[n + 1 : n + 4]
        ):
            continue
        if cue.kind in ("family", "other_person") and any(
            forms[i] in _BY_WHOM for i in range(max(0, cue.start - 2), cue.start)
        ):
            continue
        kept.append(cue)
    return kept
