"""The words that tell what was done, given, handed out or read, by kind (``dictionaries/context/performed.tsv``)."""

from __future__ import annotations

from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.wordlists import WordList
from noteproc.text.fold import fold
from noteproc.text.tables import rows


@lru_cache(maxsize=1)
def _rows() -> dict[str, list[str]]:
    table = rows(dictionaries_dir() / "context" / "performed.tsv", ("kind", "words"))
    return {row["kind"]: row["words"].split("|") for row in table}


@lru_cache(maxsize=1)
def telling() -> dict[str, WordList]:
    """The lists by kind, to be looked for in text."""
    return {kind: WordList(words) for kind, words in _rows().items()}


@lru_cache(maxsize=8)
def forms(kind: str) -> frozenset[str]:
    """The words of one kind, folded, to be compared with single words of a note."""
    return frozenset(fold(word.strip()) for word in _rows()[kind])
