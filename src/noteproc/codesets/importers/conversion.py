"""The ICD-10-CM conversion table: each new code, when it began, and what was coded before. Layout from documentation.

Source: CDC/NCHS, ICD-10-CM conversion table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import DIAGNOSIS_CODE, Found, Importer, Item, Left, Reading, day, dotted

_COLUMNS = {
    "code": r"CURRENT CODE(?: ASSIGNMENT)?|(?:NEW )?CODE",
    "effective": r"EFFECTIVE(?: DATE)?|DATE EFFECTIVE",
    "previous": r"PREVIOUS CODE(?: S)?(?: ASSIGNMENT)?|PREVIOUS CODES(?: ASSIGNMENT)?",
}


def _heading(document: Document) -> Heading | None:
    return heading(document, _COLUMNS, ("code", "effective", "previous"))


def _read(document: Document) -> Reading:
    found = _heading(document)
    assert found is not None
    return Reading(("icd10cm_conversion",), _items(document, found))


def _items(document: Document, found: Heading) -> Iterator[Item]:
    for row in table(document, found):
        if isinstance(row, Left):
            yield row
            continue
        year = re.fullmatch(r"(?:FY ?)?(20\d\d)", row["effective"])
        effective = f"{int(year[1]) - 1}-10-01" if year else day(row["effective"])
        previous = [code for code in re.split(r"[\s,;/&]+|\band\b", row["previous"]) if code]
        if not DIAGNOSIS_CODE.fullmatch(row["code"]) or effective is None:
            yield Left(row.line, "no code with the date on which it began")
        elif not previous or not all(DIAGNOSIS_CODE.fullmatch(code) for code in previous):
            yield Left(row.line, "the previous codes are not codes")
        else:
            for code in previous:
                old = dotted(code)
                yield Found("icd10cm_conversion", dotted(row["code"]), (effective, old), row.line, old)


CONVERSION = Importer("ICD-10-CM conversion table", lambda d: _heading(d) is not None, _read, fiscal=True)
