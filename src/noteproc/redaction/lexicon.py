"""The word lists of ``dictionaries/phi`` and what each word may be, as bits."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from noteproc.artifacts import dictionaries_dir, models_dir
from noteproc.errors import ModelError

FIRST = 1 << 0
LAST = 1 << 1
ORDINARY = 1 << 2
CLINICAL = 1 << 3
TITLE = 1 << 4
CREDENTIAL = 1 << 5
KIN = 1 << 6
MONTH = 1 << 7
WEEKDAY = 1 << 8
FACILITY = 1 << 9
ORG = 1 << 10
STREET = 1 << 11
STATE = 1 << 12
CITY = 1 << 13
IDLABEL = 1 << 14
PARTICLE = 1 << 15
ROLE = 1 << 16
DATECUE = 1 << 17
PLACECUE = 1 << 18
UNITWORD = 1 << 19
UNIT = 1 << 20
ABBREVIATION = 1 << 21
# How it is written.
CAPITAL = 1 << 24
UPPER = 1 << 25
LOWER = 1 << 26
ALPHABETIC = 1 << 27
NUMBER = 1 << 28
MARK = 1 << 29
SHORT = 1 << 30  # as many letters as initials have

NAME = FIRST | LAST
LONGEST_INITIALS = 4
_FORMS_KEPT = 60_000

_CLASSES = {
    "KIN": KIN,
    "ROLE": ROLE,
    "MONTH": MONTH,
    "WEEKDAY": WEEKDAY,
    "FACILITY": FACILITY,
    "ORG": ORG,
    "STREET": STREET,
    "UNIT": UNIT,
    "DATECUE": DATECUE,
    "PLACECUE": PLACECUE,
    "UNITWORD": UNITWORD,
    "IDLABEL": IDLABEL,
}


def read_lines(path: Path) -> list[str]:
    """The lines of a word list, without comments and blanks.

    Raises:
        ModelError: the file is missing.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise ModelError(f"the dictionary {path.name} is missing: reinstall noteproc") from None
    return [line for raw in text.splitlines() if (line := raw.rstrip()) and not line.startswith("#")]


def read_words(name: str) -> list[str]:
    """The blank-separated words of a list of ``dictionaries/phi``."""
    return [w for line in read_lines(dictionaries_dir() / "phi" / name) for w in line.split()]


def read_pairs(name: str) -> list[tuple[str, str]]:
    """The two columns of a table of ``dictionaries/phi``."""
    pairs = []
    for line in read_lines(dictionaries_dir() / "phi" / name):
        left, _, right = line.partition("\t")
        pairs.append((left.strip(), right.strip()))
    return pairs


def read_phrases(name: str) -> list[str]:
    """The phrases of a list of ``dictionaries/phi`` whose entries end at a line end or a semicolon."""
    lines = read_lines(dictionaries_dir() / "phi" / name)
    return [p for line in lines for part in line.split(";") if (p := part.strip())]


# A word as it is written, in lower case, what it may be, and that together with how it is written. A plain tuple: many
# thousands are kept, and every collection of garbage would visit named ones.
Form: TypeAlias = tuple[str, str, int, int]


class Forms(dict[str, Form]):
    """The forms seen of late, each judged once.

    Args:
        bits: gives the classes of a word in lower case.
    """

    def __init__(self, bits: Callable[[str], int]) -> None:
        super().__init__()
        self._bits = bits
        # Thousands of forms share a few hundred numbers: kept once, they are near when a note is read.
        self._numbers: dict[int, int] = {}

    def __missing__(self, text: str) -> Form:
        if len(self) >= _FORMS_KEPT:
            self.clear()
        lower = text.lower()
        if lower == text:
            lower = text
        bits = self._bits(lower)
        if text.isalpha():
            written = ALPHABETIC | SHORT * (2 <= len(lower) <= LONGEST_INITIALS)
            if text.islower():
                written |= LOWER
            else:
                written |= CAPITAL * text[0].isupper() | UPPER * text.isupper()
        else:
            written = (
                CAPITAL * text[0].isupper()
                | UPPER * text.isupper()
                | LOWER * text.islower()
                | NUMBER * text.isdecimal()
                | MARK * (not text[0].isalnum())
            )
        once = self._numbers.setdefault
        found = self[text] = (text, lower, once(bits, bits), once(bits | written, bits | written))
        return found


class Lexicon:
    """What a lower-case word may be.

    Args:
        bits: word to the sum of the class bits above.
    """

    __slots__ = (
        "_bits",
        "_state_names",
        "cities",
        "clinician_titles",
        "eponym_heads",
        "eponyms",
        "forms",
        "labels",
        "phrases",
        "states",
        "titles",
    )

    def __init__(self, bits: dict[str, int]) -> None:
        self._bits = bits
        self.forms = Forms(self.bits)
        self.titles = dict(read_pairs("titles.tsv"))
        self.labels = {tuple(label.split()): kind for label, kind in read_pairs("labels.tsv")}
        self.states = {abbreviation: name.lower() for abbreviation, name in read_pairs("states.tsv")}
        self._state_names = frozenset(self.states.values())
        self.cities = frozenset(read_phrases("cities.txt"))
        self.eponym_heads = frozenset(read_words("eponym_heads.txt"))
        self.eponyms = frozenset(read_words("eponyms.txt"))
        self.phrases = frozenset(read_phrases("clinical_phrases.txt"))

    def is_state(self, words: str) -> bool:
        """Whether some words are the name of a state and not also that of a city (New York, Washington)."""
        name = " ".join(words.lower().split())
        return name in self._state_names and name not in self.cities

    def bits(self, word: str) -> int:
        """The classes of a word in lower case; 0 for an unknown one."""
        found = self._bits.get(word)
        if found is not None:
            return found
        if word.endswith("'s"):
            return self._bits.get(word[:-2], 0)
        return 0


def _base_bits() -> dict[str, int]:
    bits: dict[str, int] = {}

    def add(word: str, bit: int) -> None:
        bits[word] = bits.get(word, 0) | bit

    for word in read_words("first_names.txt"):
        add(word, FIRST)
        if "-" in word:
            for piece in word.split("-"):
                add(piece, FIRST)
    for word in read_words("surnames.txt"):
        add(word, LAST)
        for piece in word.split("-"):
            if len(piece) > 2:
                add(piece, LAST)
    for word in read_words("name_particles.txt"):
        add(word, PARTICLE)
    for word, _ in read_pairs("titles.tsv"):
        add(word, TITLE)
    for word in read_words("credentials.txt"):
        add(word, CREDENTIAL)
    for word in read_words("everyday_words.txt"):
        add(word, ORDINARY)
    for word in read_words("brands.txt"):
        for piece in word.split("-"):
            if len(piece) > 2:
                add(piece, CLINICAL)
    for word, kind in read_pairs("word_classes.tsv"):
        add(word, _CLASSES[kind])
    for abbreviation, name in read_pairs("states.tsv"):
        add(abbreviation.lower(), STATE)
        for piece in name.lower().split():
            add(piece, STATE)
    for city in read_phrases("cities.txt"):
        for piece in city.replace(".", "").split():
            add(piece, CITY)
    return bits


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of this process, read once.

    Raises:
        ModelError: a dictionary or the vocabulary of the tagger is missing.
    """
    bits = _base_bits()
    vocabulary = models_dir() / "phi_tagger" / "vocabulary.tsv"
    if vocabulary.is_file():
        kinds = {"O": ORDINARY, "C": CLINICAL, "A": ABBREVIATION, "F": FIRST, "L": LAST}
        made = {
            kind: sum(kinds[letter] for letter in kind) for kind in ("O", "C", "A", "OC", "OA", "CA", "OCA", "F", "L")
        }
        # Words and kinds in turns: no word holds a blank.
        told = vocabulary.read_text(encoding="utf-8").split()
        for word, kind in zip(told[::2], told[1::2], strict=True):
            bits[word] = bits.get(word, 0) | made[kind]
    return Lexicon(bits)
