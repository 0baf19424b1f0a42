"""The starter's facts: what is known of codes, indicators and modifiers where no official file is imported.

Every row is our own wording or a bare fact, and names the source it is taken from; see ``dictionaries/facts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets.citations import Citation
from noteproc.text.tables import numbered_rows

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "procedures": ("codes", "field", "value", "effective", "source"),
    "history": ("codes", "date", "event", "source"),
    "notes": ("codes", "aspect", "text", "source"),
    "distinctions": ("code", "near", "difference", "source"),
    "em_levels": ("code", "service", "patient", "decision", "minutes", "note", "source"),
    "fields": ("field", "label", "words", "family", "column", "section"),
    "indicators": ("field", "value", "meaning", "source"),
    "modifiers": ("modifier", "name", "when", "not_when", "source"),
    "modifier_rules": ("modifiers", "field", "values", "verdict", "why"),
    "guidelines": ("topic", "section", "point", "words", "source"),
    "documentation": ("topic", "words", "point", "source"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a table of facts.

    Args:
        table: the table's name, without its suffix.
        values: the row by column.
        line: 1-based line in the table.
    """

    table: str
    values: Mapping[str, str]
    line: int

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def cite(self) -> Citation:
        """The row's source line."""
        date = self.values.get("effective") or self.values.get("date") or ""
        source = self.values.get("source") or "noteproc"
        return Citation(source, "", date, f"starter facts/{self.table}.tsv line {self.line}")


def facts(table: str) -> tuple[Fact, ...]:
    """The rows of a table of facts, in its order.

    Args:
        table: ``procedures``, ``history``, ``notes``, ``distinctions``, ``em_levels``, ``fields``, ``indicators``,
            ``modifiers``, ``modifier_rules``, ``guidelines`` or ``documentation``.

    Raises:
        ConfigError: the table is missing or malformed.
    """
    return _read(table)


def facts_of(table: str, code: str) -> tuple[Fact, ...]:
    """The rows of a table that name a code in their ``codes`` or ``code`` column, in its order."""
    return _by_code(table).get(code.upper(), ())


def meaning(field: str, value: str) -> Fact | None:
    """What an indicator's value means, or None."""
    return _meanings().get((field, value))


def words_of(fact: Fact) -> tuple[str, ...]:
    """The phrases of a row's ``words`` column."""
    return tuple(word for word in (w.strip() for w in fact["words"].split("|")) if word)


@cache
def _read(table: str) -> tuple[Fact, ...]:
    path = dictionaries_dir() / "facts" / f"{table}.tsv"
    return tuple(Fact(table, row, line) for line, row in numbered_rows(path, _COLUMNS[table]))


@cache
def _by_code(table: str) -> Mapping[str, tuple[Fact, ...]]:
    found: dict[str, list[Fact]] = {}
    for fact in _read(table):
        for code in _named(fact):
            found.setdefault(code, []).append(fact)
    return {code: tuple(rows) for code, rows in found.items()}


def _named(fact: Fact) -> Iterator[str]:
    for code in (fact.values.get("codes") or fact.values.get("code") or fact.values.get("modifier") or "").split(","):
        if code.strip():
            yield code.strip()


@lru_cache(maxsize=1)
def _meanings() -> Mapping[tuple[str, str], Fact]:
    return {(fact["field"], fact["value"]): fact for fact in _read("indicators")}
