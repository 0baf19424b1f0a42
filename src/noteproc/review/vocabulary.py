"""The words of the workbench, from ``dictionaries/review``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from noteproc.artifacts import dictionaries_dir
from noteproc.text.tables import rows

_COLUMNS = {
    "reasons": ("reason", "words"),
    "not_coded": ("reason", "words"),
    "keys": ("command", "group", "key", "does"),
    "browser_keys": ("key", "why"),
    "money": ("word",),
    "questions": ("missing", "ask", "options"),
    "scores": ("least", "name", "words"),
}


@cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table, in order.

    Raises:
        ConfigError: it is missing or wrong (file, line).
    """
    return tuple(rows(dictionaries_dir() / "review" / f"{name}.tsv", _COLUMNS[name]))


def words_of(name: str) -> dict[str, str]:
    """First column to second column."""
    first, second = _COLUMNS[name][:2]
    return {row[first]: row[second] for row in table(name)}


def band_of(score: float) -> Mapping[str, str]:
    """The score band that a score lies in."""
    return next(row for row in table("scores") if score >= float(row["least"]))
