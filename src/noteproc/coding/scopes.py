"""Scopes: families in which each technique that was used is a code of its own."""

from __future__ import annotations

from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.coding.ranges import CodeRanges
from noteproc.text.tables import rows


@lru_cache(maxsize=1)
def _families() -> tuple[CodeRanges, ...]:
    table = rows(dictionaries_dir() / "rules" / "scopes.tsv", ("family",))
    return tuple(CodeRanges.parse(r["family"]) for r in table)


@lru_cache(maxsize=20_000)
def both_stand(code: str, other: str) -> bool:
    """Whether two codes of one family of scopes are two techniques that are coded side by side."""
    return any(code in family and other in family for family in _families())
