"""The compiled phrase index: every phrase of the code sets as word keys, found by its rarest pair of keys.

One file beside the compiled code sets, memory-mapped: arrays of numbers, and two blobs of text (keys and phrases).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from noteproc.codesets import CPT, HCPCS, CodeSets
from noteproc.codesets.cache import build_once
from noteproc.coding.bare import TRUST, bare_keys
from noteproc.text import lexicon
from noteproc.text.fold import tokens

Ints = NDArray[np.int32]
Keys = NDArray[np.uint64]

# Longer phrases are sentences of the manual that no clinician writes.
MAX_KEYS = 8
_MAGIC = b"noteproc phrases 13\n"
_BLOOM_BITS = 22
# "Other asthma" is what is left when the named kinds are taken away: nobody means it by saying "asthma".
_OTHER = re.compile(r"\bother\b", re.I)
_CONJUNCTIONS = frozenset({"and", "or", "with", "w"})
_TRUST = {
    source: rank
    for rank, source in enumerate(("excludes", "includes", "inclusion", "title", "index", "starter", "user"))
}
_OFFICIAL = frozenset({"title", "inclusion", "includes", "excludes"})
# A single word of the tabular list is taken from there only when its form shows that it is no everyday word.
_MEDICAL = re.compile(
    r"(?:itis|osis|asis|oma|emia|uria|pathy|algia|plegia|paresis|phobia|trophy|plasia|megaly|rrhea|rrhagia|ectasis"
    r"|ectasia|penia|cele|lithiasis|malacia|sclerosis|stenosis|edema|spasm|pnea|phagia|phasia|opia|opsia|cytosis"
    r"|philia|thorax|cardia|tension|derma|tonia|kinesia|esthesia|mnesia|lexia|oxia|apnea|dema|ism|ia|ema|ilia|ea)$"
)
_SOURCES = ("title", "inclusion", "includes", "excludes", "index", "starter", "user")


class PhraseIndex:
    """The phrases of the loaded code sets, ready to be matched.

    Attributes:
        vocabulary: key -> its number.
        words: number -> key.
        keys: a row a phrase of key numbers, in the phrase's order, filled up with ``len(words)``.
        counts: how many keys each phrase has.
        code, system, condition: numbers into ``codes``, ``systems``, ``conditions``.
        weight: how far each phrase is trusted, in (0, 1].
        joined: whether the phrase itself holds a conjunction.
        rarity: the weight of each key: rare words say more.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            file.readline()
            header = json.loads(file.readline())
            base = file.tell()
        places: Mapping[str, tuple[str, list[int], int]] = header["arrays"]

        def array(name: str) -> NDArray[np.generic]:
            dtype, shape, offset = places[name]
            if 0 in shape:
                return np.zeros(shape, dtype=dtype)
            # A plain view of the mapping: numpy's own memmap class is slow to index.
            return np.asarray(np.memmap(path, dtype=dtype, mode="r", offset=base + offset, shape=tuple(shape)))

        self.words: list[str] = bytes(cast(NDArray[np.uint8], array("words"))).decode().split("\n")
        self.vocabulary: dict[str, int] = {word: i for i, word in enumerate(self.words)}
        self.systems: list[str] = header["systems"]
        self.conditions: list[str] = header["conditions"]
        self.codes: list[str] = bytes(cast(NDArray[np.uint8], array("codes"))).decode().split("\n")
        self.keys = cast(Ints, array("keys"))
        self.counts: list[int] = cast(Ints, array("counts")).tolist()
        self.code: list[int] = cast(Ints, array("code")).tolist()
        self.system: list[int] = cast(Ints, array("system")).tolist()
        self.condition: list[int] = cast(Ints, array("condition")).tolist()
        self.weight: list[float] = cast(NDArray[np.float32], array("weight")).tolist()
        self.joined: list[int] = cast(NDArray[np.uint8], array("joined")).tolist()
        self.source: list[int] = cast(NDArray[np.uint8], array("source")).tolist()
        self.rarity: list[float] = cast(NDArray[np.float32], array("rarity")).tolist()
        self._phrases: dict[int, str] = {}
        self._pair_keys = cast(Keys, array("pair_keys"))
        self._pair_start = cast(Ints, array("pair_start"))
        self._pair_phrases = cast(Ints, array("pair_phrases"))
        self._single_start = cast(Ints, array("single_start"))
        self._single_phrases = cast(Ints, array("single_phrases"))
        self._bloom = cast(NDArray[np.uint8], array("bloom"))
        self._text = cast(NDArray[np.uint8], array("text"))
        self._text_start = cast(NDArray[np.int64], array("text_start"))

    @classmethod
    def open(cls, codesets: CodeSets) -> PhraseIndex:
        """The index of these code sets; compiled on first use beside them."""
        path = codesets.cache_path("phrases.bin")
        stamp = lexicon.fingerprint().encode() + b"\n"

        def current(file: Path) -> bool:
            try:
                with file.open("rb") as handle:
                    return handle.readline() == _MAGIC[:-1] + b" " + stamp
            except OSError:
                return False

        build_once(path, lambda target: _build(target, codesets, _MAGIC[:-1] + b" " + stamp), current)
        return cls(path)

    def phrase(self, number: int) -> str:
        """The words of a phrase, as its dictionary has them."""
        known = self._phrases.get(number)
        if known is None:
            known = self._phrases[number] = self._decode(number)
        return known

    def _decode(self, number: int) -> str:
        start, end = int(self._text_start[number]), int(self._text_start[number + 1])
        return bytes(self._text[start:end]).decode()

    def singles(self, key: int) -> list[int]:
        """The phrases that consist of this key alone."""
        start, end = self._single_start[key : key + 2].tolist()
        return cast(list[int], self._single_phrases[start:end].tolist()) if end > start else []

    def has_single(self, keys: Ints) -> NDArray[np.bool_]:
        """For each key, whether a phrase consists of it alone."""
        return self._single_start[keys + 1] > self._single_start[keys]

    def pairs(self, first: Ints, second: Ints) -> tuple[Ints, Ints]:
        """The phrases whose two rarest keys are ``first[i]`` and ``second[i]``.

        Returns:
            The indexes ``i``, and beside each a phrase; one line a phrase.
        """
        keys = _pair(first, second, len(self.words))
        maybe = np.nonzero(self._bloom[_slot(keys)])[0]
        wanted = keys[maybe]
        at = np.searchsorted(self._pair_keys, wanted)
        at[at == len(self._pair_keys)] = 0
        real = self._pair_keys[at] == wanted if len(self._pair_keys) else np.zeros(len(at), dtype=bool)
        maybe, at = maybe[real], at[real]
        starts = self._pair_start[at]
        lengths = self._pair_start[at + 1] - starts
        rows = np.repeat(maybe, lengths)
        offsets = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return rows.astype(np.int32), self._pair_phrases[np.repeat(starts, lengths) + offsets]


def _pair(first: Ints, second: Ints, size: int) -> Keys:
    low = np.minimum(first, second).astype(np.uint64)
    high = np.maximum(first, second).astype(np.uint64)
    return cast(Keys, low * np.uint64(size) + high)


def _slot(keys: Keys) -> NDArray[np.uint64]:
    mixed = keys * np.uint64(0x9E3779B97F4A7C15)
    return cast(NDArray[np.uint64], mixed >> np.uint64(64 - _BLOOM_BITS))


def _build(path: Path, codesets: CodeSets, magic: bytes) -> None:
    words = lexicon.shipped()
    rows: list[tuple[str, str, str, str, float, list[str], bool, int]] = []
    seen: dict[tuple[str, str, str, tuple[str, ...]], int] = {}
    # Of phrases with the same keys the most trusted one stays; the order is the code sets' own otherwise.
    ordered = sorted(codesets.phrases(), key=lambda p: (-_TRUST[p.source], -p.weight))
    for phrase in ordered:
        if phrase.source == "title" and phrase.system == "ICD-10-CM" and len(phrase.code) == 8:
            continue
        if phrase.source == "title" and phrase.system == "ICD-10-CM" and _OTHER.search(phrase.text):
            continue
        keys = list(dict.fromkeys(k for k in words.keys(phrase.text) if k not in words.filler))
        if not keys or len(keys) > MAX_KEYS or (len(keys) == 1 and len(keys[0]) < 2):
            continue
        if len(keys) == 1 and phrase.source in _OFFICIAL and not _MEDICAL.search(keys[0]):
            continue
        identity = (phrase.system, phrase.code, phrase.when.text, tuple(sorted(keys)))
        joined = any(t.form in _CONJUNCTIONS for t in tokens(phrase.text))
        if identity in seen:
            # "ACDF" comes before "anterior cervical discectomy and fusion": the "and" may stand there all the same.
            if joined:
                rows[seen[identity]] = (*rows[seen[identity]][:6], True, rows[seen[identity]][7])
            continue
        seen[identity] = len(rows)
        source = _SOURCES.index(phrase.source)
        rows.append((phrase.text, phrase.system, phrase.code, phrase.when.text, phrase.weight, keys, joined, source))
    for system in (CPT, HCPCS):
        for code in codesets.codes(system):
            # A note may print the number itself; ``printed`` tells it from others.
            rows.append((code, system, code, "", 1.0, [code.lower()], False, _SOURCES.index("starter")))
    for row in list(rows):
        left = bare_keys(row[1], row[2], row[5])
        identity = (*row[1:4], tuple(sorted(left or ())))
        if left is not None and identity not in seen:
            seen[identity] = len(rows)
            rows.append((*row[:4], min(row[4], 1.0) * TRUST, left, *row[6:]))
    frequency: Counter[str] = Counter(key for row in rows for key in row[5])
    vocabulary = {word: i for i, word in enumerate(sorted(frequency))}
    size = len(vocabulary)
    systems = sorted({row[1] for row in rows})
    codes = sorted({row[2] for row in rows})
    conditions = sorted({row[3] for row in rows} | {""})
    code_number = {code: i for i, code in enumerate(codes)}
    condition_number = {condition: i for i, condition in enumerate(conditions)}
    keys_array = np.full((len(rows), MAX_KEYS), size, dtype=np.int32)
    pairs: list[tuple[int, int]] = []
    singles: list[tuple[int, int]] = []
    for number, row in enumerate(rows):
        numbers = [vocabulary[key] for key in row[5]]
        keys_array[number, : len(numbers)] = numbers
        if len(numbers) == 1:
            singles.append((numbers[0], number))
        else:
            rare = sorted(row[5], key=lambda key: (frequency[key], key))[:2]
            low, high = sorted(vocabulary[key] for key in rare)
            pairs.append((low * size + high, number))
    pairs.sort()
    singles.sort()
    pair_values = np.array([p for p, _ in pairs], dtype=np.uint64)
    unique, first = np.unique(pair_values, return_index=True)
    bloom = np.zeros(1 << _BLOOM_BITS, dtype=np.uint8)
    if len(unique):
        bloom[_slot(unique)] = 1
    text = [row[0].encode() for row in rows]
    total = max(1, len(rows))
    arrays: dict[str, NDArray[np.generic]] = {
        "words": np.frombuffer("\n".join(sorted(frequency)).encode(), dtype=np.uint8),
        "codes": np.frombuffer("\n".join(codes).encode(), dtype=np.uint8),
        "keys": keys_array,
        "counts": np.array([len(row[5]) for row in rows], dtype=np.int32),
        "code": np.array([code_number[row[2]] for row in rows], dtype=np.int32),
        "system": np.array([systems.index(row[1]) for row in rows], dtype=np.int32),
        "condition": np.array([condition_number[row[3]] for row in rows], dtype=np.int32),
        "weight": np.array([row[4] for row in rows], dtype=np.float32),
        "joined": np.array([row[6] for row in rows], dtype=np.uint8),
        "source": np.array([row[7] for row in rows], dtype=np.uint8),
        "rarity": np.array([np.log(total / frequency[w]) for w in sorted(frequency)], dtype=np.float32),
        "pair_keys": unique,
        "pair_start": np.append(first, len(pairs)).astype(np.int32),
        "pair_phrases": np.array([n for _, n in pairs], dtype=np.int32),
        "single_start": np.searchsorted(np.array([k for k, _ in singles]), np.arange(size + 1)).astype(np.int32),
        "single_phrases": np.array([n for _, n in singles], dtype=np.int32),
        "bloom": bloom,
        "text": np.frombuffer(b"".join(text), dtype=np.uint8),
        "text_start": np.cumsum([0, *(len(t) for t in text)]).astype(np.int64),
    }
    _write(path, magic, arrays, systems, conditions)


def _write(
    path: Path, magic: bytes, arrays: Mapping[str, NDArray[np.generic]], systems: list[str], conditions: list[str]
) -> None:
    places: dict[str, tuple[str, list[int], int]] = {}
    offset = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, list(array.shape), offset)
        offset += -(-array.nbytes // 64) * 64
    header = json.dumps({"arrays": places, "systems": systems, "conditions": conditions}, sort_keys=True).encode()
    # Aligned so that every array may be mapped where it lies.
    header += b" " * (-(len(magic) + len(header) + 1) % 64) + b"\n"
    with path.open("wb") as file:
        file.write(magic + header)
        for array in arrays.values():
            blob = np.ascontiguousarray(array).tobytes()
            file.write(blob + b"\0" * (-len(blob) % 64))
