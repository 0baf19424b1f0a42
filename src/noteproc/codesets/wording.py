"""How words of a query and of a code's phrases meet in the look-up.

The look-up joins more than a note's matcher may: adjective and noun ("cardiac", "heart"), disease and syndrome,
compound words and their parts, broader words at a price. All of it is data, in ``dictionaries/search`` and
``dictionaries/words``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from noteproc.artifacts import dictionaries_dir
from noteproc.text.fold import fold, tokens
from noteproc.text.lexicon import Lexicon, shipped
from noteproc.text.tables import rows

_NUMERAL = re.compile(r"\d+[a-z]{0,2}\d?|[ivx]{1,5}[a-d]?|[a-z]\d*")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_ROMAN_PART = re.compile(r"(viii|vii|vi|iv|ix|iii|ii|i|v|x)([a-d]\d?)?")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")


@dataclass(frozen=True, slots=True)
class Broader:
    """Keys that may answer for a word, and how well, in (0, 1]; the word may be several keys, all of them asked for."""

    keys: tuple[str, ...]
    worth: float
    word: frozenset[str]


class SearchWords:
    """The search tables, loaded once; turns words into keys.

    Attributes:
        defaults: sets of plain words that mark a child as its header's default, the surest first.
        inherited: keys of words that speak of a hereditary disease.
        frames: keys of words that make a phrase speak of something around a condition ("history", "screening").
        seal: sixteen hexadecimal digits that change with any table the keys depend on.
    """

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        folder = dictionaries_dir() / "search"
        self._lexicon = lexicon or shipped()
        self.seal = _seal(folder, folder.parent / "words")
        self._endings = tuple(
            (row["ending"], row["noun"], int(row["stem"]))
            for row in rows(folder / "endings.tsv", ("ending", "noun", "stem"))
        )
        self._prefixes = frozenset(row["prefix"] for row in rows(folder / "prefixes.tsv", ("prefix",)))
        self._combining = tuple(
            sorted(
                ((row["form"], row["word"]) for row in rows(folder / "combining_forms.tsv", ("form", "word"))),
                key=lambda pair: (-len(pair[0]), pair[0]),
            )
        )
        self._rewrites: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        pairs = []
        for row in rows(folder / "synonyms.tsv", ("word", "same")):
            target = self._plain(row["word"])
            pairs += [(self._plain(same), target) for same in row["same"].split("|")]
        for source, target in pairs:
            if source and source != target:
                self._rewrites.setdefault(source[0], []).append((source, target))
        for options in self._rewrites.values():
            options.sort(key=lambda option: -len(option[0]))
        self._light: dict[str, float] = {}
        for row in rows(folder / "light.tsv", ("weight", "words")):
            for word in row["words"].split():
                for key in self.keys(word):
                    self._light.setdefault(key, float(row["weight"]))
        self.defaults: tuple[frozenset[str], ...] = tuple(
            frozenset(row["words"].split()) for row in rows(folder / "defaults.tsv", ("words",))
        )
        self.frames = self._keys_of(folder / "frames.tsv")
        self.inherited = self._keys_of(folder / "inherited.tsv")
        self._broader: dict[str, list[Broader]] = {}
        for row in rows(folder / "broader.tsv", ("word", "broader", "worth")):
            named = self.keys(row["word"])
            broader = Broader(self.keys(row["broader"]), float(row["worth"]), frozenset(named))
            for key in broader.word:
                self._broader.setdefault(key, []).append(broader)

    def keys(self, text: str) -> tuple[str, ...]:
        """The keys of a text's words, in order: folded, joined, rewritten to one word of each meaning."""
        return self._rewritten(self._plain(text))

    def _keys_of(self, path: Path) -> frozenset[str]:
        return frozenset(key for row in rows(path, ("word",)) for key in self.keys(row["word"]))

    def lightness(self, key: str) -> float:
        """How much of its rarity's weight a key keeps, in [0, 1]."""
        return self._light.get(key, 1.0)

    def broader(self, key: str, query: Sequence[str]) -> Sequence[Broader]:
        """What may answer for a key of a query when it does not stand there itself."""
        return [broader for broader in self._broader.get(key, ()) if broader.word.issubset(query)]

    def parts(self, key: str) -> Iterator[tuple[str, str]]:
        """The cuts of a compound into the key of its opening form and its rest, longest form first."""
        for form, word in self._combining:
            if key.startswith(form) and len(key) - len(form) >= 4:
                for meant in self.keys(word)[-1:]:
                    yield meant, key[len(form) :]

    @staticmethod
    @lru_cache(maxsize=100_000)
    def is_numeral(key: str) -> bool:
        """Whether a key is a number, a roman numeral or a single letter: what tells members of one family apart."""
        return bool(_NUMERAL.fullmatch(key))

    def is_plain_numeral(self, key: str) -> bool:
        """Whether a key is a numeral that names nothing by itself, as "C8" and "B12" do."""
        return self.is_numeral(key) and (len(key) == 1 or key[0].isdigit())

    def stem(self, folded: str) -> str:
        """The key of one folded word, before rewriting."""
        numeral = _number(folded)
        if numeral is not None:
            return numeral
        key = self._lexicon.key(folded)
        if len(key) >= 5 and key.isalpha():
            for ending, noun, before in self._endings:
                if key.endswith(ending) and len(key) - len(ending) >= before:
                    key = key[: len(key) - len(ending)] + noun
                    break
        return key.rstrip("aeiouy") if len(key) > 6 and key.isalpha() else key

    def _plain(self, text: str) -> tuple[str, ...]:
        found: list[str] = []
        prefix = ""
        for token in tokens(text):
            form = token.form
            longer = self._lexicon.expansion(form, text[token.start : token.end])
            if not longer and not prefix and form in self._prefixes:
                prefix = form
                continue
            # "gastro-oesophageal" is one word; a prefix before an abbreviation or at the end is a word of its own.
            if prefix and longer:
                found.append(self.stem(prefix))
            elif prefix:
                form = fold(prefix + form)
            prefix = ""
            found += [self.stem(fold(part)) for part in longer] or [self.stem(form)]
        if prefix:
            found.append(self.stem(prefix))
        return tuple(found)

    def _rewritten(self, plain: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        at = 0
        while at < len(plain):
            for source, target in self._rewrites.get(plain[at], ()):
                if plain[at : at + len(source)] == source:
                    found += target
                    at += len(source)
                    break
            else:
                found.append(plain[at])
                at += 1
        return tuple(found)


def _number(word: str) -> str | None:
    """Roman numerals and ordinals as arabic numbers; a letter that follows stays ("iia" is "2a")."""
    ordinal = _ORDINAL.fullmatch(word)
    if ordinal:
        return ordinal.group(1)
    roman = _ROMAN_PART.fullmatch(word)
    if roman and word not in ("i", "v", "x", "id", "vid"):
        return f"{_ROMAN[roman.group(1)]}{roman.group(2) or ''}"
    return None


def _seal(*folders: Path) -> str:
    seal = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.glob("*.tsv")):
            seal.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return seal.hexdigest()[:16]


@lru_cache(maxsize=1)
def search_words() -> SearchWords:
    """The shipped search words, loaded once a process."""
    return SearchWords()
