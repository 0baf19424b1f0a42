"""Medicare coverage articles: which procedures they speak of, and which diagnoses they list as covered.

Two tables, joined on article and version when they are asked. Layouts from documentation.
Source: CMS, Medicare Coverage Database, downloadable databases, data dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import (
    DIAGNOSIS_CODE,
    PROCEDURE_CODE,
    Found,
    Importer,
    Item,
    Left,
    Reading,
    dotted,
)

_SHARED = {"article": r"ARTICLE ID", "version": r"ARTICLE VERSION"}
_PROCEDURES = {**_SHARED, "code": r"HCPC CODE ID|HCPCS? CODE", "group": r"HCPC CODE GROUP"}
_DIAGNOSES = {**_SHARED, "code": r"ICD10 CODE ID|ICD10 CODE", "group": r"ICD10 COVERED GROUP"}
_NEEDED = ("article", "version", "code")


def _kind(document: Document) -> tuple[str, Heading] | None:
    for kind, columns in (("procedure", _PROCEDURES), ("diagnosis", _DIAGNOSES)):
        found = heading(document, columns, _NEEDED)
        names = " ".join(name for _, cells in document.first_rows[:1] for name in cells).lower()
        # The list of diagnoses that are not covered has the same columns but one.
        if found is not None and "noncovered" not in names and (kind == "procedure" or "group" in found.places):
            return kind, found
    return None


def _read(document: Document) -> Reading:
    known = _kind(document)
    assert known is not None
    return Reading(("coverage",), _items(document, *known), variant=known[0])


def _items(document: Document, kind: str, found: Heading) -> Iterator[Item]:
    form = PROCEDURE_CODE if kind == "procedure" else DIAGNOSIS_CODE
    for row in table(document, found):
        if isinstance(row, Left):
            yield row
        elif not form.fullmatch(row["code"].upper()) or not row["article"].isdigit() or not row["version"].isdigit():
            yield Left(row.line, "no article, version or code")
        else:
            code = row["code"].upper() if kind == "procedure" else dotted(row["code"].upper())
            link = f"{row['article']}|{row['version']}"
            yield Found("coverage", code, (kind, row["article"], row["version"], row["group"]), row.line, link)


COVERAGE = Importer("Medicare coverage articles", lambda d: _kind(d) is not None, _read)
