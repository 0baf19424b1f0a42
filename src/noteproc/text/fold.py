"""Folding: what makes two spellings of a word the same word.

Accents, case, ligatures, British spelling and plurals are folded away; digits, laterality and negating words are
never touched. Folding is idempotent and works word by word, so offsets stay those of the text as read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache, partial
from itertools import accumulate
from typing import NamedTuple

# Words keep inner digits ("t2dm", "b12") and inner apostrophes; everything else separates, but for "d/o", a disorder.
_WORD = re.compile(r"([dD]/[oO](?![^\W_])|[^\W_]+(?:['’][^\W_]+)*)")

_POSSESSIVE = re.compile(r"['’]s?$")

# British to American, on folded letters; each pair is safe on any medical word that holds it.
_BRITISH = (
    ("haem", "hem"),
    ("aemi", "emi"),
    ("oedem", "edem"),
    ("oesoph", "esoph"),
    ("oestr", "estr"),
    ("anaes", "anes"),
    ("paed", "ped"),
    ("gynaec", "gynec"),
    ("caec", "cec"),
    ("caes", "ces"),
    ("faec", "fec"),
    ("foet", "fet"),
    ("rrhoe", "rrhe"),
    ("coeli", "celi"),
    ("dyspnoe", "dyspne"),
    ("apnoe", "apne"),
    ("leukae", "leuke"),
    ("ischae", "ische"),
    ("aetiol", "etiol"),
    ("tumour", "tumor"),
    ("colour", "color"),
    ("labour", "labor"),
    ("behaviour", "behavior"),
    ("odour", "odor"),
    ("fibre", "fiber"),
    ("centre", "center"),
    ("litre", "liter"),
    ("metre", "meter"),
    ("sulph", "sulf"),
    ("grey", "gray"),
    ("ageing", "aging"),
    ("isation", "ization"),
    ("ised", "ized"),
    ("ising", "izing"),
    ("ialling", "ialing"),
    ("mould", "mold"),
)
_ANY_BRITISH = re.compile("|".join(british for british, _ in _BRITISH))
_PLURAL_KEPT = frozenset(
    {"as", "is", "us", "his", "has", "was", "does", "this", "its", "gas", "yes", "plus", "ms", "s"}
)
_GREEK_PLURAL = (("oses", "osis"), ("ases", "asis"), ("eses", "esis"), ("yses", "ysis"), ("ices", "ex"))


class Token(NamedTuple):
    """A word of a text.

    Attributes:
        start, end: code points in the text it was cut from.
        form: the folded form, for comparison only.
    """

    start: int
    end: int
    form: str


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """The folded form of one word: accents, case, possessive, British spelling and plural folded away."""
    if word.isascii():
        plain = word.lower()
    else:
        plain = unicodedata.normalize("NFKD", word)
        plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
        plain = plain.replace("æ", "ae").replace("œ", "oe").replace("ß", "ss")
    if "'" in plain or "’" in plain:
        plain = _POSSESSIVE.sub("", plain).replace("'", "").replace("’", "")
    if not plain.isalpha() or len(plain) < 4:
        return plain
    if _ANY_BRITISH.search(plain):
        for british, american in _BRITISH:
            plain = plain.replace(british, american)
    return _singular(plain)


def _singular(word: str) -> str:
    if word in _PLURAL_KEPT or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if len(word) > 5:
        for plural, single in _GREEK_PLURAL[:4]:
            if word.endswith(plural) and not word.endswith(("diseases", "noses", "doses", "cases", "bases", "phases")):
                return word[: -len(plural)] + single
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def lowered(text: str) -> str:
    """``text`` in small letters, each at its own place: patterns in one case are found several times as fast."""
    small = text.lower()
    # Very few letters become two.
    return small if len(small) == len(text) else "".join(c.lower() if c.isascii() else c for c in text)


def tokens(text: str) -> list[Token]:
    """The words of ``text`` in order, with their offsets and folded forms."""
    found = words(text)
    return placed(found.starts, found.ends, map(fold, found.written))


class Words(NamedTuple):
    """The words of a text in order.

    Attributes:
        written: each as written.
        starts, ends: code points.
        gaps: what stands between each and the next.
    """

    written: list[str]
    starts: list[int]
    ends: list[int]
    gaps: list[str]


def words(text: str) -> Words:
    """The words of ``text`` and where they stand."""
    # Words and what stands between them by turns. Of work for each word of each note only what C does is cheap.
    pieces = _WORD.split(text)
    edges = list(accumulate(map(len, pieces)))
    return Words(pieces[1::2], edges[:-1:2], edges[1::2], pieces[2:-1:2])


def placed(starts: Iterable[int], ends: Iterable[int], forms: Iterable[str]) -> list[Token]:
    """Tokens from their parts."""
    return list(map(_TOKEN, zip(starts, ends, forms, strict=True)))


_TOKEN = partial(tuple.__new__, Token)
