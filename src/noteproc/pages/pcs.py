"""The sections of an ICD-10-PCS code's page."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets.citations import cite_row
from noteproc.pages.shelf import Shelf, noted
from noteproc.pages.statements import Section, Statement


def pcs_sections(shelf: Shelf, code: str) -> tuple[Section, ...]:
    """Every section of an ICD-10-PCS code, in reading order."""
    what = tuple(
        Statement(label, "", row.values[column], cite_row(row))
        for row in shelf.rows("icd10pcs_order", code)
        for label, column in (("title", "long"), ("short title", "short"))
        if row.values.get(column)
    )
    return (
        noted("what", "What it is", what, (shelf.missing("icd10pcs_order", code),)),
        noted("table", "Its table", _table(shelf, code), (shelf.missing("icd10pcs_tables", code[:3]),)),
        noted("gem", "ICD-9 crosswalk", _mapped(shelf, code), (shelf.missing("gem", code),)),
    )


def _table(shelf: Shelf, code: str) -> Iterator[Statement]:
    for row in shelf.rows("icd10pcs_tables", code[:3]):
        yield Statement(row.values["operation"], row.values["section"], row.values.get("definition", ""), cite_row(row))
        return


def _mapped(shelf: Shelf, code: str) -> Iterator[Statement]:
    for row in shelf.rows("gem", code):
        yield Statement(row.values["target"], row.values.get("direction", ""), "", cite_row(row))
