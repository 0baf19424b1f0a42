"""The compiled index of the look-up: which phrases hold which words, and how rare each word is.

Arrays in the cache directory, memory-mapped: a process loads them in milliseconds and shares them with others.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from noteproc.codesets.cache import build_once
from noteproc.codesets.entries import Phrase
from noteproc.codesets.sets import CodeSets
from noteproc.codesets.wording import SearchWords
from noteproc.errors import ModelError

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

_FORMAT = 2
_SOURCE_WORTH = {
    "title": 1.0,
    "inclusion": 1.0,
    "includes": 0.9,
    "excludes": 0.93,
    "index": 1.0,
    "starter": 0.995,
    "user": 1.02,
}

# A phrase that needs something beside it ("MI" for mitral insufficiency) yields to its plain meaning.
_CONDITIONAL_WORTH = 0.9


class SearchIndex:
    """The arrays of one index.

    Attributes:
        keys: the vocabulary, sorted; a key's number is its place.
        number: the number of a key.
        rarity: by key: the logarithm of how few categories hold it, times the key's own lightness.
        starts, postings: ``postings[starts[k]:starts[k + 1]]`` are the phrases that hold key ``k``.
        word_starts, words: the keys of each phrase, in order, in the same layout.
        total: by phrase: the sum of its distinct keys' rarity.
        worth: by phrase: how far its source is trusted, near 1.
        code: by phrase: the place of its code in ``codes``.
        codes: (system, code) pairs.
    """

    def __init__(self, folder: Path) -> None:
        named = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        self.keys: list[str] = named["keys"]
        self.codes: list[tuple[str, str]] = [(system, code) for system, code in named["codes"]]
        self.number = {key: n for n, key in enumerate(self.keys)}
        arrays = {
            name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))
            for name in ("rarity", "starts", "postings", "word_starts", "words", "total", "worth", "code")
        }
        self.rarity: Floats = arrays["rarity"]
        self.starts: Ints = arrays["starts"]
        self.postings: Ints = arrays["postings"]
        self.word_starts: Ints = arrays["word_starts"]
        self.words: Ints = arrays["words"]
        self.total: Floats = arrays["total"]
        self.worth: Floats = arrays["worth"]
        self.code: Ints = arrays["code"]

    def phrases_with(self, key: int) -> Ints:
        """The phrases that hold a key, ascending."""
        return self.postings[self.starts[key] : self.starts[key + 1]]

    def words_of(self, phrase: int) -> list[int]:
        """The keys of a phrase, in order."""
        found: list[int] = self.words[self.word_starts[phrase] : self.word_starts[phrase + 1]].tolist()
        return found


def open_index(codesets: CodeSets, words: SearchWords) -> SearchIndex:
    """The index of these code sets, built on first use.

    Raises:
        ModelError: it cannot be written.
    """
    folder = codesets.cache_path(f"search-{_FORMAT}-{words.seal}")

    def load() -> SearchIndex:
        build_once(folder, lambda path: _build(codesets.phrases(imported=True), words, path), Path.is_dir)
        return SearchIndex(folder)

    try:
        try:
            return load()
        except (ValueError, KeyError, EOFError, FileNotFoundError):
            # Cut short or damaged: made anew, once.
            shutil.rmtree(folder, ignore_errors=True)
            return load()
    except OSError as error:
        raise ModelError(
            f"the look-up's index cannot be written ({type(error).__name__}): set NOTEPROC_CACHE"
        ) from None


def _build(phrases: Iterable[Phrase], words: SearchWords, folder: Path) -> None:
    cut: list[tuple[str, ...]] = []
    codes: dict[tuple[str, str], int] = {}
    code_of: list[int] = []
    worth: list[float] = []
    seen: dict[tuple[int, tuple[str, ...]], int] = {}
    for phrase in phrases:
        keys = words.keys(phrase.text)
        if not keys:
            continue
        code = codes.setdefault((phrase.system, phrase.code), len(codes))
        alone = phrase.when.holds(lambda clause: False, lambda quantity: None)
        trust = _SOURCE_WORTH[phrase.source] * (1.0 if alone else _CONDITIONAL_WORTH)
        if (code, keys) in seen:
            at = seen[code, keys]
            worth[at] = max(worth[at], trust)
            continue
        seen[code, keys] = len(cut)
        cut.append(keys)
        code_of.append(code)
        worth.append(trust)
    categories: dict[str, set[str]] = {}
    pairs = list(codes)
    for keys, code in zip(cut, code_of, strict=True):
        for key in keys:
            categories.setdefault(key, set()).add(pairs[code][1][:3])
    vocabulary = sorted(categories)
    number = {key: n for n, key in enumerate(vocabulary)}
    everything = len({code[:3] for _, code in pairs})
    rarity = np.array(
        [words.lightness(key) * math.log(1 + everything / len(categories[key])) for key in vocabulary], dtype=np.float32
    )
    distinct = [sorted({number[key] for key in keys}) for keys in cut]
    holders: list[list[int]] = [[] for _ in vocabulary]
    for phrase_number, held in enumerate(distinct):
        for key_number in held:
            holders[key_number].append(phrase_number)
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "rarity": rarity,
        "starts": _starts(holders),
        "postings": np.array([p for held in holders for p in held], dtype=np.int32),
        "word_starts": _starts(cut),
        "words": np.array([number[key] for keys in cut for key in keys], dtype=np.int32),
        "total": np.array([sum(float(rarity[k]) for k in held) for held in distinct], dtype=np.float32),
        "worth": np.array(worth, dtype=np.float32),
        "code": np.array(code_of, dtype=np.int32),
    }
    folder.mkdir()
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    (folder / "names.json").write_text(json.dumps({"keys": vocabulary, "codes": pairs}), encoding="utf-8")


def _starts(groups: Sequence[Sequence[object]]) -> Ints:
    return np.cumsum([0, *(len(group) for group in groups)], dtype=np.int32)
