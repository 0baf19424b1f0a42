"""Which words count as the same word: forms of a word, plain abbreviations, and words that carry little.

A phrase and a note are compared by word *keys*. ``key`` folds a word (``text.fold``), joins its forms ("renal",
"kidneys" and "kidney") and cuts the endings of verbs; digits, sides and negating words keep keys of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from noteproc.artifacts import dictionaries_dir
from noteproc.text.fold import fold, tokens
from noteproc.text.tables import rows

# Changed by hand with ``_stem`` or ``fold``.
_SCHEME = b"keys 8"
_KEPT = 200_000
_KEPT_ENDINGS = frozenset(
    {"bleeding", "during", "evening", "morning", "feeding", "blood", "burning", "clothing", "skinned", "hearing"}
)


def capital(form: str) -> str:
    """The key of an abbreviation in capitals that reads like a stop word ("AS", "IT"), so that both stay apart."""
    return form + "^"


def _stem(word: str) -> str:
    """``word`` without a verb's ending, so that "dislocated" and "dislocate" meet; short words are left alone."""
    if len(word) < 6 or word in _KEPT_ENDINGS or not word.isalpha():
        return word
    if word.endswith("ization") and len(word) > 10:
        # "Embolization" and "embolized".
        return word[:-5]
    if (word.endswith("ation") and len(word) > 7) or (word.endswith("ction") and len(word) > 8):
        return word[:-3]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            stem = word[: -len(ending)]
            if len(stem) > 4 and stem[-1] == stem[-2] and stem[-1] not in "ls":
                stem = stem[:-1]
            return stem[:-1] if stem.endswith("e") else stem
    return word[:-1] if word.endswith("e") and len(word) > 5 else word


class Spelling(NamedTuple):
    """What a word as written says by itself.

    Attributes:
        form: folded.
        key: its key.
        expansion: the keys of the words that it stands for, or ().
        shouted: whether it is a stop word in capitals, and so perhaps an abbreviation ("AS").
    """

    form: str
    key: str
    expansion: tuple[str, ...]
    shouted: bool


class Meaning(NamedTuple):
    """What an everyday word stands for by what stands near.

    Attributes:
        key: of the word that it stands for, or "" where it says nothing.
        beside: folded words of which one must stand near; none: it always stands for it.
        never: folded words of which none may.
        reach: how many words before it and how many behind it they may stand.
    """

    key: str
    beside: frozenset[str]
    never: frozenset[str]
    reach: tuple[int, int]


class _Spellings(dict[str, Spelling]):
    """Spellings by the word as written, made when first asked for."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self._lexicon = lexicon

    def __missing__(self, written: str) -> Spelling:
        words = self._lexicon
        folded = fold(written)
        key = words.key(folded)
        shouted = key in words.stop and len(written) > 1 and written.isupper()
        made = Spelling(folded, key, words.expansion(folded, written), shouted)
        if len(self) < _KEPT:
            self[written] = made
        return made


class Lexicon:
    """The word tables of ``dictionaries/words``, loaded once.

    Attributes:
        stop: keys of words that never count.
        filler: keys of words that say nothing about which disease is meant.
        default: keys that a code may hold though the note does not say them.
        passing: keys that may stand between the words of a phrase: these, and those that say which, not what.
        manner: keys that say how a condition is, or how far: they belong to the condition that they stand with.
        vague: keys that half of all titles hold: they speak for none of them.
        adverb: keys that say how something was done: they may stand between the words that tell it.
        acts: plain word of doing, folded -> behind which words alone it is one, and what it means, as keys.
        lowercase: abbreviations that are read in small letters too.
        ordinary: everyday words, as written: in a text all in capitals they are no abbreviations.
        implications: key -> the keys that it says besides itself.
        meanings: folded word -> what it stands for beside certain words.
        spellings: word as written -> what it says; any word may be asked for.
    """

    def __init__(self) -> None:
        folder = dictionaries_dir() / "words"
        self._forms: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        for row in rows(folder / "forms.tsv", ("word", "forms")):
            for form in row["forms"].split():
                self._forms.setdefault(fold(form), fold(row["word"]))
        light: dict[str, frozenset[str]] = {}
        for row in rows(folder / "light.tsv", ("kind", "words")):
            light[row["kind"]] = frozenset(self.key(w) for w in row["words"].split())
        self.stop = light["stop"]
        self.filler = light["filler"]
        self.default = light["default"]
        self.passing = self.stop | self.filler | light.get("axis", frozenset())
        self.manner = light["manner"]
        self.vague = light["vague"]
        self.adverb = light.get("adverb", frozenset())
        self._expansions: dict[str, tuple[str, ...]] = {}
        for row in rows(folder / "expansions.tsv", ("short", "long")):
            short = [t.form for t in tokens(row["short"])]
            if len(short) == 1:
                long = (self.key(t.form) for t in tokens(row["long"]))
                self._expansions[short[0]] = tuple(key for key in long if key not in self.stop)
        self.implications: dict[str, tuple[str, ...]] = {}
        for row in rows(folder / "implied.tsv", ("word", "implies")):
            key = self.key(fold(row["word"]))
            self.implications[key] = tuple(self.key(fold(word)) for word in row["implies"].split())
        self.acts: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
            fold(row["word"]): (
                frozenset(map(fold, row["behind"].split())),
                tuple(dict.fromkeys(self.key(fold(word)) for word in row["means"].split())),
            )
            for row in rows(folder / "acts.tsv", ("word", "behind", "means"))
        }
        self.lowercase = frozenset(light.get("lowercase", ()))
        self.ordinary = frozenset(
            words
            for row in rows(folder / "light.tsv", ("kind", "words"))
            if row["kind"] == "ordinary"
            for words in row["words"].split()
        )
        self.meanings: dict[str, tuple[Meaning, ...]] = {}
        for row in rows(folder / "meanings.tsv", ("words", "means", "beside", "never", "reach")):
            beside, never = (frozenset(fold(word) for word in row[c].split()) for c in ("beside", "never"))
            before, _, after = row["reach"].partition("/")
            reach = (int(before), int(after))
            meaning = Meaning("" if row["means"] == "-" else self.key(row["means"]), beside, never, reach)
            for word in row["words"].split():
                self.meanings[word] = (*self.meanings.get(word, ()), meaning)
        self._capitals_only = light.get("capitals", frozenset())
        self.spellings = _Spellings(self)

    def key(self, folded: str) -> str:
        """The key of a folded word."""
        known = self._keys.get(folded)
        if known is None:
            known = self._make_key(folded)
            if len(self._keys) < _KEPT:
                self._keys[folded] = known
        return known

    def _make_key(self, folded: str) -> str:
        joined = self._forms.get(folded)
        if joined is not None:
            return _stem(joined)
        stem = _stem(folded)
        return _stem(self._forms.get(stem, stem))

    def means(self, forms: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """The plain words of doing among folded words, by number, with the keys that each means beside its own."""
        return {
            i: self.acts[form][1]
            for i, form in enumerate(forms)
            if form in self.acts and (not self.acts[form][0] or (i and forms[i - 1] in self.acts[form][0]))
        }

    def implied(self, key: str) -> tuple[str, ...]:
        """The keys that a key says besides itself (a part implies its whole), or ()."""
        return self.implications.get(key, ())

    def joined(self, folded: str) -> str:
        """The word that a folded word is a form of; itself where it is none."""
        return self._forms.get(folded, folded)

    def expansion(self, folded: str, written: str) -> tuple[str, ...]:
        """The keys of the words that an abbreviation stands for, or ().

        Args:
            folded: the folded word.
            written: the word as it stands; one that is also a plain word counts only in capitals.
        """
        longer = self._expansions.get(folded)
        if longer is None or (len(written) > len(folded) and not written.endswith(("s", "’s", "'s"))):
            return ()
        if len(written) > len(folded) and written.isupper():
            # "MCLS" is no plural of "MCL".
            return ()
        if folded in self._capitals_only and not written.isupper():
            return ()
        return longer

    def keys(self, phrase: str) -> list[str]:
        """The keys of the words of a phrase, stop words left out, abbreviations written out, in order."""
        found: list[str] = []
        for token in tokens(phrase):
            written = phrase[token.start : token.end]
            if token.form in self.stop and len(written) > 1 and written.isupper():
                found.append(capital(token.form))
                continue
            _, own, longer, _ = self.spellings[written]
            for key in longer or (own,):
                if key not in self.stop:
                    found.append(key)
            if phrase[token.end : token.end + 1] == "+":
                found.append(self.key("positive"))
        return found


@lru_cache(maxsize=1)
def shipped() -> Lexicon:
    """The shipped lexicon, loaded once a process."""
    return Lexicon()


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Changes with any word table or with the way keys are made: compiled phrases carry it."""
    digest = hashlib.sha256(_SCHEME)
    for name in ("acts.tsv", "expansions.tsv", "forms.tsv", "light.tsv", "lists.tsv", "performing.tsv"):
        digest.update((dictionaries_dir() / "words" / name).read_bytes())
    return digest.hexdigest()[:16]
