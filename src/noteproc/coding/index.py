"""The compiled phrase index: every phrase of the code sets as word keys, found by its rarest key.

One file beside the compiled code sets, memory-mapped: arrays of numbers, and two blobs of text (keys and phrases).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from noteproc.codesets import CPT, HCPCS, CodeSets
from noteproc.codesets.cache import build_once
from noteproc.coding.bare import TRUST, bare_keys
from noteproc.text import lexicon
from noteproc.text.fold import tokens

Ints = NDArray[np.int32]

# Longer phrases are sentences of the manual that no clinician writes.
MAX_KEYS = 8
_MAGIC = b"noteproc phrases 14\n"
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


class Heads(NamedTuple):
    """The phrases of which one key is the rarest.

    Attributes:
        single: those that consist of it alone.
        partners: the others, by their second rarest key: each with the keys that remain.
    """

    single: tuple[int, ...]
    partners: Mapping[int, tuple[tuple[int, tuple[int, ...]], ...]]


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
        self._longest: dict[int, int] = {}
        self._head_start = cast(Ints, array("head_start"))
        self._head_phrases = cast(Ints, array("head_phrases"))
        self._head_partners = cast(Ints, array("head_partners"))
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

    def longest_key(self, number: int) -> int:
        """How many letters the longest key of a phrase has."""
        known = self._longest.get(number)
        if known is None:
            keys = self.keys[number, : self.counts[number]].tolist()
            known = self._longest[number] = max(len(self.words[key]) for key in keys)
        return known

    def _decode(self, number: int) -> str:
        start, end = int(self._text_start[number]), int(self._text_start[number + 1])
        return bytes(self._text[start:end]).decode()

    def heads(self, key: int) -> Heads:
        """The phrases of which ``key`` is the rarest key; of keys that are as rare, the first in the alphabet."""
        start, end = self._head_start[key : key + 2].tolist()
        single: list[int] = []
        partners: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        phrases = self._head_phrases[start:end]
        for phrase, second, keys in zip(
            phrases.tolist(), self._head_partners[start:end].tolist(), self.keys[phrases].tolist(), strict=True
        ):
            if second < 0:
                single.append(phrase)
            else:
                rest = tuple(k for k in keys[: self.counts[phrase]] if k not in (key, second))
                partners.setdefault(second, []).append((phrase, rest))
        return Heads(tuple(single), {second: tuple(found) for second, found in partners.items()})


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
    heads: list[tuple[int, int, int]] = []
    for number, row in enumerate(rows):
        numbers = [vocabulary[key] for key in row[5]]
        keys_array[number, : len(numbers)] = numbers
        head, second, *_ = (*(vocabulary[k] for k in sorted(row[5], key=lambda key: (frequency[key], key))), -1)
        heads.append((head, second, number))
    heads.sort()
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
        "head_start": np.searchsorted(np.array([h for h, _, _ in heads]), np.arange(size + 1)).astype(np.int32),
        "head_partners": np.array([p for _, p, _ in heads], dtype=np.int32),
        "head_phrases": np.array([n for _, _, n in heads], dtype=np.int32),
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
