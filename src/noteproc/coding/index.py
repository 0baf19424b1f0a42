"""The compiled phrase index: every phrase of the code sets as word keys, found by its rarest key.

Two files beside the compiled code sets, memory-mapped: arrays of numbers with two blobs of text (keys and phrases),
and for each key what to look for where a note has it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from noteproc.codesets import CPT, HCPCS, ICD10CM, CodeSets, Quantity, When, Words
from noteproc.codesets.blocks import Blocks, Name, pack, unpack
from noteproc.codesets.cache import build_once
from noteproc.coding.bare import TRUST, bare_keys
from noteproc.coding.gaps import BREAKERS
from noteproc.coding.looks import Look
from noteproc.coding.reading import phrase_keys
from noteproc.text import lexicon
from noteproc.text.fold import tokens

Ints = NDArray[np.int32]

# Longer phrases are sentences of the manual that no clinician writes.
MAX_KEYS = 8
# How much more may stand between the two words of an act, which has further words that must stand in the note.
_TOLD = 0.5
# Raised with every change of what is compiled and how: older files are then built anew.
_MAGIC = b"noteproc phrases 24\n"
_WHEN = "when "  # before the number of a condition, among the blocks
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


# What holds for a phrase wherever it is found: its number, keys, system and code, trust, the summed rarity of its keys;
# whether it holds a conjunction, a word that breaks others, a number; and what may lie between its words.
Plan: TypeAlias = tuple[int, tuple[int, ...], str, str, float, float, bool, bool, bool, float]
# Phrases that share their two rarest keys, each with the keys that remain.
Pairs: TypeAlias = tuple[tuple[Plan, tuple[int, ...]], ...]
# The phrases of which one key is the rarest: those that consist of it alone, and the second rarest keys of the others.
Heads: TypeAlias = tuple[tuple[Plan, ...], frozenset[int]]
# The same in the file. The others are packed by their second key, which seldom stands beside the first.
_Packed: TypeAlias = tuple[tuple[Plan, ...], dict[int, bytes]]
# A condition: as written, whether it makes its phrase an act, the sign of one, or a name; which of its clauses are
# of words, and their fields.
_Condition: TypeAlias = tuple[str, tuple[bool, bool, bool], tuple[bool, ...], tuple[tuple[Any, ...], ...]]


_Answer = TypeVar("_Answer")


class PhraseIndex:
    """The phrases of the loaded code sets, ready to be matched.

    Attributes:
        vocabulary: key -> its number.
        words: number -> key.
        keys: a row a phrase of key numbers, in the phrase's order, filled up with ``len(words)``.
        counts: how many keys each phrase has.
        source: where each phrase comes from, as a number.
        heads: key number -> the phrases of which it is the rarest; of keys that are as rare, the first in the alphabet.
        alone: key number -> the phrases that consist of it alone.
        apart: key number -> whether none of some keys is the second rarest of the others.
        phrase: number of a phrase -> its words, as its dictionary has them.
        when: number of a phrase -> what must stand near for it to mean its code.
        look: number of a phrase -> what it looks like.
    """

    def __init__(self, path: Path, stamp: str) -> None:
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
        self.codes: list[str] = bytes(cast(NDArray[np.uint8], array("codes"))).decode().split("\n")
        self.keys = cast(Ints, array("keys"))
        # Bytes are read as fast as lists, and no number of them is an object.
        self.counts = bytes(cast(NDArray[np.uint8], array("counts")))
        self.source = bytes(cast(NDArray[np.uint8], array("source")))
        self._conditions: list[str] = header["conditions"]
        self._condition: list[int] = cast(Ints, array("condition")).tolist()
        self._code, self._system = array("code").data, cast(Ints, array("system"))
        self._weight = cast(NDArray[np.float32], array("weight"))
        self._joined = cast(NDArray[np.uint8], array("joined"))
        self._rarity = cast(NDArray[np.float32], array("rarity"))
        self._pairs: dict[tuple[int, int], Pairs] = {}
        # What is asked for one by one: numpy is slow to hand out single numbers.
        self._text = array("text").data
        self._text_start = array("text_start").data
        self._key = self.keys.reshape(-1).data
        blocks = Blocks.open(path.with_name("heads.bin"), stamp, self._blocks)
        self.heads = _Heads(blocks)
        self.alone = _Alone(self.heads)
        self.apart = _Apart(self.heads)
        self._condition_of = _Kept(lambda number: _when(cast(_Condition, blocks.get(f"{_WHEN}{number}"))))
        self.phrase = _Kept(self._decode).__getitem__
        self.when = _Kept(lambda number: self._condition_of[self._condition[number]]).__getitem__
        self.look = _Kept(self._read_look).__getitem__

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
        return cls(path, (_MAGIC[:-1] + b" " + stamp[:-1]).decode())

    def _read_look(self, number: int) -> Look:
        first = number * MAX_KEYS
        keys = [self.words[key] for key in self._key[first : first + self.counts[number]]]
        return Look.of(self.phrase(number), self.codes[self._code[number]], keys)

    def _decode(self, number: int) -> str:
        return str(self._text[self._text_start[number] : self._text_start[number + 1]], "utf-8")

    def plan(self, number: int) -> Plan:
        """What holds for a phrase wherever it is found."""
        keys = tuple(self.keys[number, : self.counts[number]].tolist())
        names = [self.words[key] for key in keys]
        system = self.systems[self._system[number]]
        # What was done is told with more words between than what is found.
        slack = 0.0 if system == ICD10CM else 0.6
        when = When.parse(self._conditions[self._condition[number]])
        told = _TOLD if when.act or when.sign else 0.0
        return (
            number,
            keys,
            system,
            self.codes[self._code[number]],
            float(self._weight[number]),
            sum(float(self._rarity[key]) for key in keys),
            bool(self._joined[number]),
            any(name in BREAKERS for name in names),
            len(keys) > 1 and any(name[0].isdigit() for name in names),
            # A two-word phrase torn apart is mostly chance; a longer one has more words that vouch for it.
            0.75 + slack + told if len(keys) == 2 else 0.5 + slack + (0.6 + 0.2 * slack) * (len(keys) - 1),
        )

    def pairs(self, key: int, second: int) -> Pairs:
        """The phrases of which ``key`` is the rarest key and ``second``, one of its partners, the next."""
        known = self._pairs.get((key, second))
        if known is None:
            known = self._pairs[key, second] = cast(Pairs, unpack(self.heads.packed(key, second)))
        return known

    def _blocks(self) -> Iterator[tuple[Name, object]]:
        yield from self._by_head()
        for number, text in enumerate(self._conditions):
            yield f"{_WHEN}{number}", _compiled(When.parse(text))

    def _by_head(self) -> Iterator[tuple[Name, object]]:
        frequency = Counter(
            key for row, count in zip(self.keys.tolist(), self.counts, strict=True) for key in row[:count]
        )
        single: dict[int, list[Plan]] = {}
        partners: dict[int, dict[int, list[tuple[Plan, tuple[int, ...]]]]] = {}
        for number in range(len(self.counts)):
            plan = self.plan(number)
            # Keys are numbered by the alphabet.
            head, *others = sorted(plan[1], key=lambda key: (frequency[key], key))
            if others:
                rest = tuple(key for key in plan[1] if key not in (head, others[0]))
                partners.setdefault(head, {}).setdefault(others[0], []).append((plan, rest))
            else:
                single.setdefault(head, []).append(plan)
        for key in range(len(self.words)):
            beside = partners.get(key, {})
            if key in single or beside:
                yield key, (tuple(single.get(key, ())), {second: pack(tuple(beside[second])) for second in beside})


def _compiled(when: When) -> _Condition:
    """A condition with the keys of its words."""
    clauses = [
        (*clause[:3], tuple(keys for keys in map(phrase_keys, clause.alternatives) if keys))
        if isinstance(clause, Words)
        else clause[:]
        for clause in when.clauses
    ]
    return (
        when.text,
        (when.act, when.sign, when.name),
        tuple(isinstance(clause, Words) for clause in when.clauses),
        tuple(clauses),
    )


def _when(condition: _Condition) -> When:
    """The condition that was compiled."""
    text, tells, kinds, clauses = condition
    found: list[Words | Quantity] = []
    for of_words, fields in zip(kinds, clauses, strict=True):
        if of_words:
            alternatives, negated, needed, keys = fields
            found.append(Words(alternatives, negated, needed, keys, frozenset(key[0] for key in keys)))
        else:
            found.append(Quantity._make(fields))
    return When(text, tuple(found), *tells)


class _Kept(dict[int, _Answer]):
    """Answers by number, each worked out when it is first asked for."""

    def __init__(self, read: Callable[[int], _Answer]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, number: int) -> _Answer:
        found = self[number] = self._read(number)
        return found


class _Heads(dict[int, Heads]):
    """What the index holds under each key, read when a note first has it."""

    def __init__(self, blocks: Blocks) -> None:
        super().__init__()
        self._blocks = blocks
        self._others: dict[int, dict[int, bytes]] = {}

    def __missing__(self, key: int) -> Heads:
        single, others = cast(_Packed, self._blocks.get(key) or ((), {}))
        self._others[key] = others
        found = self[key] = single, frozenset(others)
        return found

    def packed(self, key: int, second: int) -> bytes:
        """The phrases of a key, asked for before, and one of its partners."""
        return self._others[key][second]


class _Alone(dict[int, tuple[Plan, ...]]):
    """Asked of every key, and mostly empty."""

    def __init__(self, heads: _Heads) -> None:
        super().__init__()
        self._heads = heads

    def __missing__(self, key: int) -> tuple[Plan, ...]:
        found = self[key] = self._heads[key][0]
        return found


class _Apart(dict[int, Callable[[AbstractSet[int]], bool]]):
    """Asked of every key of every sentence, and mostly true: one call of what C does."""

    def __init__(self, heads: _Heads) -> None:
        super().__init__()
        self._heads = heads

    def __missing__(self, key: int) -> Callable[[AbstractSet[int]], bool]:
        found = self[key] = self._heads[key][1].isdisjoint
        return found


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
    systems = sorted({row[1] for row in rows})
    codes = sorted({row[2] for row in rows})
    conditions = sorted({row[3] for row in rows} | {""})
    code_number = {code: i for i, code in enumerate(codes)}
    condition_number = {condition: i for i, condition in enumerate(conditions)}
    keys_array = np.full((len(rows), MAX_KEYS), len(vocabulary), dtype=np.int32)
    for number, row in enumerate(rows):
        numbers = [vocabulary[key] for key in row[5]]
        keys_array[number, : len(numbers)] = numbers
    text = [row[0].encode() for row in rows]
    total = max(1, len(rows))
    arrays: dict[str, NDArray[np.generic]] = {
        "words": np.frombuffer("\n".join(sorted(frequency)).encode(), dtype=np.uint8),
        "codes": np.frombuffer("\n".join(codes).encode(), dtype=np.uint8),
        "keys": keys_array,
        "counts": np.array([len(row[5]) for row in rows], dtype=np.uint8),
        "code": np.array([code_number[row[2]] for row in rows], dtype=np.int32),
        "system": np.array([systems.index(row[1]) for row in rows], dtype=np.int32),
        "condition": np.array([condition_number[row[3]] for row in rows], dtype=np.int32),
        "weight": np.array([row[4] for row in rows], dtype=np.float32),
        "joined": np.array([row[6] for row in rows], dtype=np.uint8),
        "source": np.array([row[7] for row in rows], dtype=np.uint8),
        "rarity": np.array([np.log(total / frequency[w]) for w in sorted(frequency)], dtype=np.float32),
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
