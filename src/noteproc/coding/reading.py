"""A note as the coding stage reads it: words with their keys, sentences, sections."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, KeysView
from functools import cached_property, lru_cache
from itertools import compress, count
from operator import attrgetter, not_

from noteproc.text import lexicon, sentences
from noteproc.text.fold import Token, placed, words
from noteproc.text.sections import Headings, Section

TAG = re.compile(r"\[[A-Z][A-Z_]{0,40}_\d{1,9}(?::[^\[\]]{0,80})?\]")
_NOT_OPERATIVE = frozenset(
    {"plan", "instructions", "consent", "family", "pmh", "psh", "allergies", "social", "orders", "template"}
)
# "With and without contrast", "w/ & w/o", "without and with".
_WITH_AND_WITHOUT = re.compile(
    r"\b(?:with|w/?)\s*(?:and|&|\+|/|then|followed by)\s*(?:without|w/?o\b|wo\b)"
    r"|\b(?:without|w/?o)\s*(?:and|&|\+|/|then|followed by)\s*(?:with|w)\b",
    re.I,
)
# "0930 infliximab started": so many lines that open with a time of day are a running record.
_CLOCKED = re.compile(r"\n(?:[01]\d|2[0-3]):?[0-5]\d(?:\s?[-–]\s?(?:[01]\d|2[0-3]):?[0-5]\d)?(?=[ \t]+[A-Za-z])")
_RECORD = 3
_ITEM = re.compile(r"(?:\A|[\n;])[\s\d.)(#*•>+–-]*\Z|\b\d{1,2}[.)]\s*\Z")
_LABEL = re.compile(r"(?:\b(?:dx|imp|diagnos[ie]s|impression|assessment|a/p|a)\s*[:>=.-]+\s*)\Z", re.I)
_ITEM_NUMBER = re.compile(r"(?<!\S)\(\d{1,2}\)(?=\s)")
_EYES = {"OD": "right", "OS": "left", "OU": "bilateral"}
_OF_EYES = frozenset(
    {
        *(
            "eye",
            "vision",
            "retina",
            "cataract",
            "iop",
            "cornea",
            "macular",
            "glaucoma",
            "len",
            "retinopathy",
            "eyelid",
        ),
        *("intravitreal", "amd", "armd", "macula", "keratitis", "iol", "conjunctivitis", "uveitis", "chalazion"),
        *("corneal", "retinal", "vitreous", "oct", "phaco", "lasik", "yag", "blepharitis", "pterygium"),
        *("keratoconus", "iridocyclitis", "iritis", "scleritis", "episcleritis", "hyphema", "ectropion", "entropion"),
        *("esotropia", "exotropia", "amblyopia", "myopia", "papilledema", "pseudophakia", "aphakia", "hordeolum"),
        *(
            "dacryocystitis",
            "oht",
            "stye",
            "pco",
            "erm",
            "csr",
            "crvo",
            "brvo",
            "crao",
            "brao",
            "poag",
            "npdr",
            "pdr",
            "drusen",
            "pinguecula",
            "visual",
        ),
    }
)
_LIDS = {
    "rul": ("right", "upper", "eyelid"),
    "rll": ("right", "lower", "eyelid"),
    "lul": ("left", "upper", "eyelid"),
    "lll": ("left", "lower", "eyelid"),
}
_OF_LIDS = frozenset(
    {"eyelid", "stye", "hordeolum", "chalazion", "ectropion", "entropion", "ptosis", "blepharitis", "lash"}
)
_OF_LUNGS = frozenset({"lung", "lobe", "pneumonia", "nodule", "bronchus", "pulmonary"})
# "AD" and "AS" are ears so near a word of ears alone: they stand for dementia and for a valve too.
_EARS = {"AD": "right", "AS": "left", "AU": "bilateral"}
_OF_EARS = frozenset(
    {"ear", "otitis", "cerumen", "wax", "tympanic", "tm", "otalgia", "otorrhea", "hearing", "tinnitus"}
)
_EAR_AWAY = 4
_CLAUSED = frozenset(",;.")
SIDES = frozenset({"left", "right", "bilateral"})
_SIDES = {"L": "left", "R": "right"}
_WITHOUT = frozenset("wW")
_ABRIDGED = frozenset({"wo", "Wo", "WO"})
# What stands before "wo" where something was done both with and without.
_WITH = frozenset({"w", "with", "and", "or"})
_ULTRASOUND = frozenset("uU")
_ABDOMEN = frozenset("aA")
_SIDE_LETTERS = frozenset("LRlr")
_JOINS = frozenset("'’/")
_LETTERS = _WITHOUT | _ABRIDGED | _ULTRASOUND | _ABDOMEN | _SIDE_LETTERS | frozenset(_EYES) | frozenset(_EARS)
_FORM, _KEY, _EXPANSION, _SHOUTED = map(attrgetter, lexicon.Spelling._fields)


class Reading:
    """The words of a note and where they stand.

    Attributes:
        text: the redacted text.
        words: its words in order, replacements of identifiers left out.
        gaps: what stands between each word and the next.
        forms: their folded forms.
        keys: their keys (see ``text.lexicon``).
        expansions: the keys that each stands for as an abbreviation, or ().
        meant: what plain words of doing mean besides, as keys, by the number of the word ("shelled out": removed).
        sentences: its sentences in order.
        sentence_of: a number into ``sentences`` for each word.
        sections: its sections in order.
    """

    def __init__(self, text: str, headings: Headings) -> None:
        self.text = text
        self._lexicon = lexicon.shipped()
        hidden = text
        if "[" in text:
            hidden = TAG.sub(lambda m: " " * (m.end() - m.start()), text)
        written, self._starts, self._ends, gaps = words(hidden)
        # Of work for each word only what C does is cheap.
        read = list(map(self._lexicon.spellings.__getitem__, written))
        self.forms: list[str] = list(map(_FORM, read))
        self.words: list[Token] = placed(self._starts, self._ends, self.forms)
        if hidden is not text:
            gaps = [text[end:start] for end, start in zip(self._ends, self._starts[1:], strict=False)]
        self.gaps: list[str] = gaps
        self.keys: list[str] = list(map(_KEY, read))
        self._read_items()
        self._read_meanings()
        self.expansions: list[tuple[str, ...]] = list(map(_EXPANSION, read))
        self._read_lids()
        self.meant: dict[int, tuple[str, ...]] = self._lexicon.means(self.forms)
        self._expanded: list[int] = list(compress(count(), self.expansions))
        self._flat: list[str] = []
        self._owners: list[int] = []
        self._operative: list[str] | None = None
        self._sided: list[int] | None = None
        self._said: frozenset[str] | None = None
        letters = list(compress(count(), map(_LETTERS.__contains__, written)))
        self._read_slashed([i for i in letters if written[i] in _WITHOUT], ("o", "out"), "without")
        self._read_slashed([i for i in letters if written[i] in _ULTRASOUND], ("s",), "ultrasound")
        self._read_abdomen([i for i in letters if written[i] in _ABDOMEN])
        self._read_abridged([i for i in letters if written[i] in _ABRIDGED])
        self._read_both()
        self._read_sides([i for i in letters if written[i] in _SIDE_LETTERS])
        self._read_capitals(list(compress(count(), map(_SHOUTED, read))))
        self._read_eyes([i for i in letters if written[i] in _EYES])
        self._read_ears([i for i in letters if written[i] in _EARS])
        self.sections: list[Section] = headings.find(text)
        self.sentences = _cut(sentences.split(text), self.sections, _clocked(text))
        self._heading_starts = [s.heading_start for s in self.sections]
        self.sentence_of: list[int] = []
        self._words_of: list[range] = []
        self._number_sentences()

    def section(self, offset: int) -> Section:
        """The section at a code point."""
        return self.sections[bisect_right(self._heading_starts, offset) - 1]

    def _number_sentences(self) -> None:
        """Which sentence each word stands in: the last one that has begun."""
        begins = [s.start for s in self.sentences[1:]]
        first = 0
        for number, last in enumerate([*(bisect_left(self._starts, begin) for begin in begins), len(self.words)]):
            self._words_of.append(range(first, last))
            self.sentence_of += [number] * (last - first)
            first = last

    def words_of(self, sentence: int) -> range:
        """The numbers of the words of a sentence."""
        return self._words_of[sentence]

    def word_after(self, offset: int) -> int:
        """The first word that ends after a code point, or -1."""
        word = bisect_right(self._ends, offset)
        return word if word < len(self.words) else -1

    def word_before(self, offset: int) -> int:
        """The last word that ends at or before a code point, or -1."""
        return bisect_right(self._ends, offset) - 1

    def sides_in(self, span: range) -> list[int]:
        """The words of a stretch that name a side."""
        if self._sided is None:
            self._sided = [i for i, key in enumerate(self.keys) if key in SIDES]
        return self._sided[bisect_left(self._sided, span.start) : bisect_left(self._sided, span.stop)]

    def span_near(self, first: int, last: int) -> range:
        """The words of the section around words ``first`` to ``last``, at most 150 either side."""
        section = self.section(self.words[first].start)
        low = max(bisect_left(self._starts, section.heading_start), first - 150)
        return range(low, max(min(bisect_left(self._starts, section.end), last + 151), last + 1))

    def operative_keys(self) -> list[str]:
        """The keys of the note, those of plans, advice, histories and consent blanked."""
        if self._operative is None:
            found = list(self.keys)
            edges = [bisect_left(self._starts, start) for start in (*self._heading_starts[1:], len(self.text) + 1)]
            first = 0
            for section, last in zip(self.sections, edges, strict=True):
                if section.name in _NOT_OPERATIVE:
                    found[first:last] = [""] * (last - first)
                first = last
            self._operative = found
        return self._operative

    def places(self, key: str) -> list[int]:
        """The words that are, stand for, or imply this key, in order; one that does so twice stands twice."""
        return self._by_key.get(key, [])

    def held(self) -> KeysView[str]:
        """What the words of the note are, stand for, or imply."""
        return self._by_key.keys()

    @cached_property
    def _by_key(self) -> dict[str, list[int]]:
        """The places of every key."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for i, own in enumerate(self.keys):
            found[own].append(i)
        implied = self._lexicon.implications
        more = [(i, said) for i in self._expanded for said in self.expansions[i]]
        more += [(i, said) for own in implied.keys() & found.keys() for said in implied[own] for i in found[own]]
        more += [(i, said) for i, keys in self.meant.items() for said in keys]
        for i, said in more:
            found[said].append(i)
        for said in {said for _, said in more}:
            found[said].sort()
        return found

    def says(self, keys: tuple[str, ...]) -> bool:
        """Whether the note holds these keys side by side, abbreviations written out."""
        if not keys:
            return False
        if self._said is None:
            stop = self._lexicon.stop
            long = [self.expansions[i] for i in self._expanded if self.keys[i] not in stop]
            plain = set(compress(self.keys, map(not_, self.expansions)))
            self._said = frozenset((plain - stop).union(*long))
        if not self._said.issuperset(keys):
            return False
        if len(keys) == 1:
            return True
        return next(self._runs(keys), None) is not None

    def _runs(self, keys: tuple[str, ...]) -> Iterator[int]:
        """Where these keys stand side by side among those of the words that count."""
        if not self._flat:
            said, stop = zip(self.keys, self.expansions, strict=True), self._lexicon.stop
            self._flat = [part for key, long in said if key not in stop for part in long or (key,)]
        wanted = list(keys)
        i = -1
        while True:
            try:
                i = self._flat.index(keys[0], i + 1)
            except ValueError:
                return
            if self._flat[i : i + len(keys)] == wanted:
                yield i

    def _run(self, start: int, length: int) -> list[int]:
        """The words of keys that stand side by side."""
        if not self._owners:
            said, stop = enumerate(zip(self.keys, self.expansions, strict=True)), self._lexicon.stop
            self._owners = [i for i, (key, long) in said if key not in stop for _ in long or (key,)]
        return self._owners[start : start + length]

    def tells(self, groups: tuple[tuple[str, ...], ...], stands: Callable[[int], bool]) -> bool:
        """Whether one sentence asserts each of some groups of keys, those of a group side by side."""
        if not all(map(self.says, groups)):
            return False
        found: list[set[int]] = []
        for keys in groups:
            runs = [self._run(n, len(keys)) for n in self._runs(keys)]
            found.append({self.sentence_of[run[0]] for run in runs if all(map(stands, run))})
        return bool(set.intersection(*found))

    def said_at(self, keys: tuple[str, ...]) -> tuple[int, ...]:
        """The words that hold these keys side by side, the first ones of the note; none where it does not say them."""
        if not self.says(keys):
            return ()
        return tuple(dict.fromkeys(self._run(next(self._runs(keys)), len(keys))))

    def between(self, left: int, right: int) -> str:
        """The text between word ``left`` and word ``right``."""
        return self.text[self.words[left].end : self.words[right].start]

    def _read_items(self) -> None:
        """The numbers of a list within a line say nothing: "(1) foot ulcer (2) diabetic neuropathy" is no type 2."""
        if "(1)" not in self.text or "(2)" not in self.text:
            return
        for m in _ITEM_NUMBER.finditer(self.text):
            self.keys[bisect_right(self._starts, m.start() + 1) - 1] = ""

    def _read_meanings(self) -> None:
        """Everyday words take the key of what they stand for here: the "crack" of a rib is a fracture."""
        meanings = self._lexicon.meanings
        if meanings.keys().isdisjoint(self.forms):
            return
        for i in [i for i, form in enumerate(self.forms) if form in meanings]:
            for key, beside, never, reach in meanings[self.forms[i]]:
                before, after = (reach[0], reach[1])
                near = self.forms[max(0, i - before) : i] + self.forms[i + 1 : i + 1 + after]
                if never.isdisjoint(near) and not (beside and beside.isdisjoint(near)):
                    self.keys[i] = key
                    break

    def _read_capitals(self, shouted: list[int]) -> None:
        """A stop word in capitals beside a word in small letters is an abbreviation ("severe AS")."""
        words, text = self.words, self.text
        for i in shouted:
            if any(
                not text[words[k].start : words[k].end].isupper() and words[k].form.isalpha()
                for k in (i - 1, i + 1)
                if 0 <= k < len(words)
            ):
                self.keys[i] = lexicon.capital(self.keys[i])

    def _read_slashed(self, letters: list[int], ends: tuple[str, ...], meant: str) -> None:
        """What a slash divides is one word: "w/o" and "w/out" are without, "u/s" is ultrasound."""
        words = self.words
        for i in letters:
            if i + 1 < len(words) and words[i + 1].form in ends and self.between(i, i + 1) == "/":
                self.keys[i] = self._lexicon.key(meant)
                self.keys[i + 1] = self._lexicon.key("of")

    def _read_abdomen(self, letters: list[int]) -> None:
        """The "A/P" behind "CT" is belly and pelvis."""
        for i in letters:
            if 0 < i < len(self.words) - 1 and self.forms[i - 1] == "ct" and self.forms[i + 1] == "p":
                self.keys[i], self.keys[i + 1] = self._lexicon.key("abdomen"), self._lexicon.key("pelvis")

    def _read_abridged(self, places: list[int]) -> None:
        """A "wo" by itself is without ("CT chest wo contrast"); that of "w/wo" is both."""
        for i in places:
            if not i or self.forms[i - 1] not in _WITH:
                self.keys[i] = self._lexicon.key("without")

    def _read_both(self) -> None:
        """What was done with and without something takes the key of "w/wo", not that of "without"."""
        if "without" not in self.keys:
            return
        for m in _WITH_AND_WITHOUT.finditer(self.text):
            for i in range(bisect_left(self._starts, m.start()), bisect_right(self._starts, m.end())):
                if self.keys[i] == "without":
                    self.keys[i] = "wo"

    def _read_eyes(self, sides: list[int]) -> None:
        """OD, OS and OU are sides in a note that speaks of eyes."""
        if sides and not _OF_EYES.isdisjoint(self.keys):
            for i in sides:
                self.keys[i] = _EYES[self.text[self.words[i].start : self.words[i].end]]

    def _read_lids(self) -> None:
        """RUL, RLL, LUL and LLL are eyelids in a note that speaks of these, and of no lung."""
        if _OF_LIDS.isdisjoint(self.keys) or not _OF_LUNGS.isdisjoint(self.keys):
            return
        for i, form in enumerate(self.forms):
            if form in _LIDS:
                self.expansions[i] = tuple(self._lexicon.key(word) for word in _LIDS[form])

    def _read_ears(self, sides: list[int]) -> None:
        """AD, AS and AU are sides beside a word of ears."""
        for i in sides:
            near = range(max(0, i - _EAR_AWAY), min(len(self.keys), i + _EAR_AWAY + 1))
            if any(self.keys[k] in _OF_EARS and _CLAUSED.isdisjoint(self.between(*sorted((i, k)))) for k in near):
                self.keys[i] = _EARS[self.text[self.words[i].start : self.words[i].end]]

    def _read_sides(self, letters: list[int]) -> None:
        """Single letters L and R are sides beside another word ("L knee", "hip R", "B/L"), never beside a number."""
        words, keys, text = self.words, self.keys, self.text
        for i in letters:
            word = words[i]
            letter = text[word.start]
            after = text[word.end : word.end + 1]
            before = text[word.start - 1 : word.start] if word.start else " "
            if letter.upper() == "L" and before in "/\\" and i and words[i - 1].form == "b":
                keys[i] = keys[i - 1] = "bilateral"
                continue
            if before in _JOINS or after in _JOINS:
                continue
            follows = words[i + 1] if i + 1 < len(words) else None
            if letter in "Ll" and follows is not None and follows.form == "spine" and follows.start == word.end + 1:
                # "L-spine" is that of the loins, never a left one.
                keys[i] = self._lexicon.key("lumbar")
                continue
            beside = follows is not None and follows.form[0].isalpha() and 0 < follows.start - word.end <= 2
            precedes = words[i - 1] if i else None
            litres = precedes is not None and precedes.form[-1:].isdigit() and word.start - precedes.end <= 1
            if (
                litres
                and letter.upper() == "L"
                and precedes is not None
                and text[: precedes.start].rstrip(" \t(#")[-1:] != "\n"
            ):
                continue
            if (letter in _SIDES and (beside or (precedes is not None and precedes.form[-1:].isalpha()))) or (
                letter in "lr" and beside and follows is not None and len(follows.form) > 2
            ):
                keys[i] = _SIDES[letter.upper()]


def _clocked(text: str) -> list[int]:
    """Where the lines of a running record begin, each with its time of day; none where hardly a line does."""
    found = [m.start() for m in _CLOCKED.finditer("\n" + text)]
    return found if len(found) >= _RECORD else []


def _cut(found: list[sentences.Sentence], sections: list[Section], lines: list[int]) -> list[sentences.Sentence]:
    """Sentences, cut where a section or a line of a running record begins inside one."""
    marks = sorted({s.heading_start for s in sections} | {s.start for s in sections} | set(lines))
    pieces: list[sentences.Sentence] = []
    for sentence in found:
        begin = sentence.start
        inside = marks[bisect_right(marks, begin) : bisect_right(marks, sentence.end - 1)]
        if not inside:
            pieces.append(sentence)
            continue
        for mark in inside:
            pieces.append(sentences.Sentence(begin, mark))
            begin = mark
        pieces.append(sentences.Sentence(begin, sentence.end))
    return pieces


def opens_item(reading: Reading, word: int) -> bool:
    """Whether a word opens a line or an item of a list, or follows "Dx:"."""
    start = reading.words[word].start
    before = reading.text[max(0, start - 40) : start]
    told = before.rstrip()
    if told[-1:].isalpha() and "\n" not in before[len(told) :]:
        return False
    return _ITEM.search(before) is not None or _LABEL.search(before) is not None


@lru_cache(maxsize=4096)
def phrase_keys(phrase: str) -> tuple[str, ...]:
    """The keys of a few words of a dictionary, for looking whether they stand near."""
    return tuple(lexicon.shipped().keys(phrase))
