"""Reading the contract of ``results.jsonl`` back, for those who write it in other forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Result: TypeAlias = Mapping[str, object]


def items(record: Mapping[str, object], key: str) -> Sequence[Mapping[str, object]]:
    """The records in a list of a record."""
    found = record.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list | tuple) else []


def words(record: Mapping[str, object], key: str) -> Sequence[str]:
    """The texts in a list of a record."""
    found = record.get(key)
    return [str(item) for item in found] if isinstance(found, list | tuple) else []


def whole(record: Mapping[str, object], key: str) -> int:
    """A whole number of a record."""
    found = record[key]
    assert isinstance(found, int)
    return found


def score(record: Mapping[str, object], key: str = "score") -> float:
    """A score of a record, in [0, 1]."""
    found = record.get(key, 1.0)
    assert isinstance(found, int | float)
    return float(found)


def main_evidence(suggestion: Mapping[str, object]) -> Mapping[str, object] | None:
    """The words that a suggestion rests on first."""
    found = items(suggestion, "evidence")
    return next((e for e in found if e.get("role") == "main"), found[0] if found else None)
