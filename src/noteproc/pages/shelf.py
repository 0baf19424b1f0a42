"""What a page is read from: the code sets, the imported library, the starter's facts, for one date of service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from noteproc.codesets import CPT, HCPCS, CodeEntry, CodeSets
from noteproc.codesets.citations import Citation, cite_entry, cite_row, family_name
from noteproc.codesets.facts import Fact, facts, facts_of, meaning
from noteproc.codesets.families import FAMILIES
from noteproc.codesets.library import Library
from noteproc.codesets.releases import Row
from noteproc.pages.statements import Section, Statement


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tables within reach.

    Args:
        codesets: entries and notes.
        library: the files that the user imported.
        on: the ISO date of service, or None for the newest releases.
    """

    codesets: CodeSets
    library: Library
    on: str | None = None

    def rows(self, family: str, code: str) -> tuple[Row, ...]:
        """The imported rows of a code in force on the date."""
        return self.library.rows(family, code, on=self.on)

    def loaded(self, family: str) -> bool:
        """Whether any release of a family is imported."""
        return bool(self.library.releases(family))

    def missing(self, family: str, code: str = "") -> str:
        """What to say where a family gives nothing: that it is not loaded, or that it has no row."""
        known = FAMILIES[family]
        if not self.loaded(family):
            return f"{family_name(family)}: not loaded; import {known.file}"
        when = f" for {self.on}" if self.on else ""
        return f"{family_name(family)}: loaded{when}, but it has no row for {code or 'this code'}"

    def entry(self, system: str, code: str) -> CodeEntry | None:
        """The entry of a code."""
        return self.codesets.entry(system, code)

    def procedure(self, code: str) -> CodeEntry | None:
        """The CPT or HCPCS entry of a code."""
        return self.codesets.entry(CPT, code) or self.codesets.entry(HCPCS, code)

    def field(self, code: str, field: Fact) -> tuple[Statement, ...]:
        """What is known of a field of a procedure: from the imported file, or else from the starter.

        Args:
            field: a row of the table ``fields``.
        """
        name = field["field"]
        family, column = field["family"], field["column"]
        if family and column:
            rows = [row for row in self.rows(family, code) if row.values.get(column)]
            if rows:
                several = len({_variant(row) for row in rows}) > 1
                return tuple(
                    _statement(field, row.values[column], _variant(row) if several else "", cite_row(row))
                    for row in rows
                )
        found = [
            _statement(field, fact["value"], "", fact.cite())
            for fact in facts_of("procedures", code)
            if fact["field"] == name
        ]
        if not found and name == "mue":
            entry = self.procedure(code)
            if entry is not None and "mue" in entry.flags:
                found = [_statement(field, entry.flags["mue"], "", cite_entry(entry))]
        return tuple(found)

    def value(self, code: str, name: str) -> str:
        """The first value of a field, or ""."""
        known = next((fact for fact in facts("fields") if fact["field"] == name), None)
        found = self.field(code, known) if known is not None else ()
        return found[0].value if found else ""

    def fields(self, code: str, section: str, title: str) -> Section:
        """The section of all fields that belong to it."""
        statements: list[Statement] = []
        missing: dict[str, None] = {}
        for field in facts("fields"):
            if field["section"] != section:
                continue
            found = self.field(code, field)
            statements += found
            # The HCPCS file classes its own codes only.
            if not found and field["family"] and (field["family"] != "hcpcs" or not code[0].isdigit()):
                missing[self.missing(field["family"], code)] = None
        return Section(section, title, tuple(statements), tuple(missing))


def noted(section: str, title: str, statements: Iterable[Statement], missing: Iterable[str] = ()) -> Section:
    """A section from statements; what is missing is said only where there are none."""
    found = tuple(statements)
    return Section(section, title, found, () if found else tuple(missing))


def _variant(row: Row) -> str:
    modifier = row.values.get("modifier", "") if row.family == "pprrvu" else ""
    named = (f"with modifier {modifier}" if modifier else "", row.release.variant)
    return ", ".join(part for part in named if part)


def _statement(field: Fact, value: str, variant: str, citation: Citation) -> Statement:
    known = meaning(field["field"], value)
    label = f"{field['label']} ({variant})" if variant else field["label"]
    return Statement(label, value, known["meaning"] if known else "", citation, field["field"])
