"""The Restructured BETOS Classification System. Layout from documentation.

Source: CMS, RBCS data dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets.families import FAMILIES
from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import PROCEDURE_CODE, Found, Importer, Item, Left, Reading, day

_COLUMNS = {
    "code": r"HCPCS CD",
    "rbcs": r"RBCS ID",
    "category": r"RBCS CAT",
    "category_text": r"RBCS CAT DESC",
    "subcategory": r"RBCS CAT SUBCAT|RBCS SUBCAT",
    "subcategory_text": r"RBCS SUBCAT DESC",
    "family": r"RBCS FAM(?:ILY )?NUMB",
    "family_text": r"RBCS FAM(?:ILY)? DESC",
    "major": r"RBCS MAJOR IND",
    "added": r"HCPCS CD ADD DT",
    "ended": r"HCPCS CD END DT",
    "assigned": r"RBCS (?:ASSIGNMENT|ANALYSIS) (?:EFF|START) DT",
    "assignment_ended": r"RBCS (?:ASSIGNMENT|ANALYSIS) END DT",
}
_DATES = ("added", "ended", "assigned", "assignment_ended")


def _heading(document: Document) -> Heading | None:
    return heading(document, _COLUMNS, ("code", "rbcs", "category"))


def _read(document: Document) -> Reading:
    found = _heading(document)
    assert found is not None
    return Reading(("rbcs",), _items(document, found))


def _items(document: Document, found: Heading) -> Iterator[Item]:
    for row in table(document, found):
        if isinstance(row, Left):
            yield row
            continue
        days = {name: day(row[name], "12/31/9999", "9999-12-31", "99991231") for name in _DATES}
        if not PROCEDURE_CODE.fullmatch(row["code"]):
            yield Left(row.line, "the first cell is no procedure code")
        elif any(value is None for value in days.values()):
            yield Left(row.line, "no date")
        else:
            values = tuple((days[name] or "") if name in days else row[name] for name in _KEPT)
            yield Found("rbcs", row["code"], values, row.line)


_KEPT = FAMILIES["rbcs"].columns
RBCS = Importer("RBCS", lambda d: _heading(d) is not None, _read)
