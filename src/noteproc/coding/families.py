"""The codes below a concept, and the words of their titles that tell them apart. Compiled beside the code sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias, cast

from noteproc.codesets import ICD10CM, CodeSets
from noteproc.codesets.blocks import Blocks, Name
from noteproc.coding.reading import SIDES
from noteproc.text import lexicon

# "without x", and whole lists: "without x, y, and z".
WITHOUT = re.compile(
    r"\b(?:without|not|no|non)\b\s+(?:mention of\s+|an?\s+)?((?:[^,;]*,)+\s*(?:and|or)\s[^,;]*"
    r"|(?:(?!\swith\s)(?!\s(?:of\s)?(?:the\s)?(?:left|right|unspecified|other|bilateral|upper|lower)\b)[^,;])*)",
    re.I,
)
# What a title says about other places of the classification, not about the patient.
NEC = re.compile(r",?\s*\bnot elsewhere classified\b", re.I)
UNSPECIFIED = re.compile(r"(?<!and )\b(?:unspecified(?! behavior)|not specified|NOS)\b", re.I)
# Words in parentheses "may be present or absent" without changing the code (Guidelines I.A.7).
_NONESSENTIAL = re.compile(r"\s*\([^()]*\)")
# "Unspecified as acute or chronic": neither is said.
_UNSPECIFIED_AS = re.compile(r"(?<=unspecified) as [^,]*", re.I)
# "Chronic or unspecified": it need not be said.
_EITHER = re.compile(r"\b(?!applicable\b)\w+ or (?=unspecified\b)", re.I)
_OTHER = re.compile(r"\bother\b", re.I)
_EXTENSION = re.compile(r",\s*(?:initial|subsequent) encounter.*$|,\s*sequela$", re.I)
_JOINED = re.compile(r"\band\b", re.I)
# What a word of a title that the note does not say costs, and one that a code may hold all the same.
ABSENT = 0.9
BY_DEFAULT = 0.06
# What a denial of a title costs that the note says nothing about; what "unspecified" and "without" are worth, and what
# "other" costs, where the note says nothing more.
UNMENTIONED, MODEST, OTHER = 0.02, 0.05, 0.45
# Raised with every change of how titles are read and of what they are worth: older files are then built anew.
_SCHEME = 6
_CATEGORY = 3  # letters of a code that name its category
_WHOLE = 8  # letters of a code with its seventh character

# A stem: its code, title and billable codes, the keys of its title in a fixed order, the sides among them, the keys
# that it denies, unspecified, other.
_Stem: TypeAlias = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...], bool, bool]
# A family in the file: the fields of its leaves, the keys that these name and deny, those of the concept, and which
# leaves hold each.
_Packed: TypeAlias = tuple[
    tuple[tuple[Any, ...], ...], frozenset[str], frozenset[str], frozenset[str], Mapping[str, Sequence[int]]
]


class Leaf(NamedTuple):
    """A billable code, or the stem of one that takes a seventh character.

    Attributes:
        code: with the dot; for a stem, without the seventh character.
        title: its title without the extension's words.
        codes: the billable codes: one, or one for each seventh character.
        plain: words of its title beyond the concept's, in a fixed order; no sides.
        sides: the sides among them.
        denied: words that its title says are not there.
        unspecified, other: whether the title says so.
        side: the side that counts, or "".
        lacking: how many of the plain words must be said.
        unsaid: what it loses when the note says none of them.
        silent: what it is worth where the note says nothing of it, but for its side.
    """

    code: str
    title: str
    codes: tuple[str, ...]
    plain: tuple[str, ...]
    sides: tuple[str, ...]
    denied: frozenset[str]
    unspecified: bool
    other: bool
    side: str
    lacking: int
    unsaid: float
    silent: float

    @property
    def keys(self) -> frozenset[str]:
        """Words of its title beyond the concept's."""
        return frozenset((*self.plain, *self.sides))


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The codes below a concept.

    Attributes:
        leaves: in the book's order.
        named, denied: the keys that any of them holds, and those that any says are not there.
        telling: both.
        known: the keys of the concept and of its leaves.
        holding: which leaves name or deny a key, by number; no sides.
    """

    leaves: tuple[Leaf, ...]
    named: frozenset[str]
    denied: frozenset[str]
    telling: frozenset[str]
    known: frozenset[str]
    holding: Mapping[str, Sequence[int]]


_NONE: frozenset[str] = frozenset()
_EMPTY = Family((), _NONE, _NONE, _NONE, _NONE, {})
_LEAF = partial(tuple.__new__, Leaf)


class Families:
    """The families of every concept of ICD-10-CM.

    Args:
        codesets: the loaded code sets.
    """

    def __init__(self, codesets: CodeSets) -> None:
        self._codesets = codesets
        stamp = f"families {_SCHEME} {lexicon.fingerprint()} {codesets.fingerprint()}"
        self._blocks = Blocks.open(codesets.cache_path("families.bin"), stamp, lambda: _compiled(codesets))
        self.of = lru_cache(maxsize=4096)(self._read)

    def _read(self, base: str) -> Family:
        """The family of a concept; an empty one where there is no such code."""
        entry = self._codesets.entry(ICD10CM, base)
        if entry is None:
            return _EMPTY
        if len(entry.code) == _WHOLE:
            stem = _stem(self._codesets, entry.code[:-1], (entry.code,))
            return _family(_packed([stem], frozenset(_title_keys(_EXTENSION.sub("", entry.title)))))
        found = self._blocks.get(entry.code)
        return _EMPTY if found is None else _family(cast(_Packed, found))


def _leaf(stem: _Stem, shared: frozenset[str]) -> Leaf:
    """The leaf of a stem below a concept that shares some keys with its title."""
    code, title, codes, plain, sides, refused, unspecified, other = stem
    plain = tuple([key for key in plain if key not in shared])
    sides = tuple([key for key in sides if key not in shared])
    denied = frozenset(refused).difference(shared)
    lacking = len(plain) - len(lexicon.shipped().default.intersection(plain))
    unsaid = ABSENT * lacking + BY_DEFAULT * (len(plain) - lacking)
    modest = MODEST if unspecified or denied else 0.0
    silent = modest - unsaid - UNMENTIONED * len(denied) - (OTHER if other else 0.0)
    side = max(sides, default="")
    return Leaf(code, title, codes, plain, sides, denied, unspecified, other, side, lacking, unsaid, silent)


def _packed(stems: Sequence[_Stem], common: frozenset[str]) -> _Packed:
    """The family of some stems, whose titles share some keys with that of their concept, for the file."""
    leaves = [_leaf(stem, common) for stem in stems]
    named = _NONE.union(*[leaf.keys for leaf in leaves])
    denied = _NONE.union(*[leaf.denied for leaf in leaves])
    holding: dict[str, list[int]] = {}
    for number, leaf in enumerate(leaves):
        for key in (*leaf.plain, *leaf.denied):
            holding.setdefault(key, []).append(number)
    return tuple(map(tuple, leaves)), named, denied, common, holding


def _family(packed: _Packed) -> Family:
    leaves, named, denied, common, holding = packed
    telling = named | denied
    return Family(tuple(map(_LEAF, leaves)), named, denied, telling, telling | common, holding)


@lru_cache(maxsize=1000)
def _title_keys(title: str) -> tuple[str, ...]:
    words = lexicon.shipped()
    return tuple(dict.fromkeys(k for k in words.keys(title) if k not in words.filler))


def _stem(codesets: CodeSets, stem: str, codes: tuple[str, ...]) -> _Stem:
    title = _EXTENSION.sub("", _title(codesets, codes[0]))
    title = _NONESSENTIAL.sub("", _EITHER.sub("", _UNSPECIFIED_AS.sub("", title)))
    if len(codes) > 1 and len(codes[0]) == _WHOLE:
        # The title of a stem says nothing of the stage or encounter that its last character will add.
        title = _title(codesets, stem) or title
    said = NEC.sub("", title)
    denied = tuple(dict.fromkeys(k for part in WITHOUT.findall(said) for k in _title_keys(part)))
    keys = frozenset(_title_keys(WITHOUT.sub(" ", said)))
    unspecified, other = UNSPECIFIED.search(title) is not None, _OTHER.search(title) is not None
    return stem, title, codes, tuple(sorted(keys - SIDES)), tuple(sorted(keys & SIDES)), denied, unspecified, other


def _title(codesets: CodeSets, code: str) -> str:
    entry = codesets.entry(ICD10CM, code)
    return "" if entry is None else entry.title


def _compiled(codesets: CodeSets) -> Iterator[tuple[Name, object]]:
    """The family of each concept that is no code with its seventh character."""
    for _, group in groupby(codesets.codes(ICD10CM), key=lambda code: code[:_CATEGORY]):
        below: dict[str, list[str]] = {}
        stems: dict[str, list[str]] = {}
        for code in group:
            entry = codesets.entry(ICD10CM, code)
            if entry is None or not entry.billable:
                continue
            stems.setdefault(_stem_of(code), []).append(code)
            for above in (code, *codesets.ancestors(ICD10CM, code)):
                below.setdefault(above, []).append(code)
        read = {stem: _stem(codesets, stem, tuple(codes)) for stem, codes in stems.items()}
        places = {stem: place for place, stem in enumerate(read)}
        every = list(read.values())
        for base, codes in below.items():
            if len(base) < _WHOLE:
                first, last = sorted(places[_stem_of(code)] for code in (codes[0], codes[-1]))
                own = every[first : last + 1]
                yield base, _packed(own, _common(own, _shared(codesets, base, codes)))


def _stem_of(code: str) -> str:
    return code[:-1] if len(code) == _WHOLE else code


def _common(stems: Sequence[_Stem], shared: Iterable[str]) -> frozenset[str]:
    """What the titles below a concept share with its own, and what all of them say, which tells none apart: "eye" of
    the conjunctivitis of either, unsaid of that of both."""
    one = [frozenset(plain) for _, _, _, plain, sides, *_ in stems if "bilateral" not in sides]
    return frozenset(shared).union(*([frozenset.intersection(*one)] if one and len(stems) > 1 else ()))


def _shared(codesets: CodeSets, base: str, codes: Sequence[str]) -> tuple[str, ...]:
    """The keys of a concept's title, less those that its heading joins ("subluxation and dislocation") and its codes
    may tell apart."""
    title = _EXTENSION.sub("", _title(codesets, base))
    shared = _title_keys(title)
    if not _JOINED.search(_title(codesets, base)):
        return shared
    titles = [_title_keys(t) for t in sorted({_EXTENSION.sub("", _title(codesets, code)) for code in codes})]
    return tuple(key for key in shared if len(titles) < 2 or sum(key in t for t in titles) in (0, len(titles)))
