"""Medically Unlikely Edits: practitioner, outpatient hospital and supplier tables.

Source: CMS, NCCI Medically Unlikely Edits, file heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import PROCEDURE_CODE, Found, Importer, Item, Left, Reading

_COLUMNS = {
    "code": r"HCPCS CPT CODE|CPT HCPCS CODE|HCPCS CODE",
    "units": r"(?:PRACTITIONER|OUTPATIENT HOSPITAL|FACILITY.*|DME.*) SERVICES MUE VALUES?|DME.* MUE VALUES?",
    "indicator": r"MUE ADJUDICATION INDICATOR",
    "rationale": r"MUE RATIONALE",
}
_NEEDED = ("code", "units", "indicator")
_SERVICES = (("practitioner", "PRACTITIONER"), ("outpatient hospital", "OUTPATIENT"), ("supplier", "DME"))


def _heading(document: Document) -> Heading | None:
    return heading(document, _COLUMNS, _NEEDED)


def _read(document: Document) -> Reading:
    found = _heading(document)
    assert found is not None
    cells = next(cells for line, cells in document.first_rows if line == found.line)
    over = cells[found.places["units"]].upper()
    service = next((name for name, word in _SERVICES if word in over), "")
    return Reading(("mue",), _items(document, found, service), variant=service)


def _items(document: Document, found: Heading, service: str) -> Iterator[Item]:
    for row in table(document, found):
        if isinstance(row, Left):
            yield row
            continue
        indicator = re.match(r"([123])\b", row["indicator"])
        if not PROCEDURE_CODE.fullmatch(row["code"]):
            yield Left(row.line, "the first cell is no procedure code")
        elif not row["units"].isdigit() or not indicator:
            yield Left(row.line, "no number of units, or an unknown adjudication indicator")
        else:
            values = (service, row["units"], indicator[1], row["indicator"], row["rationale"])
            yield Found("mue", row["code"], values, row.line)


MUE = Importer("Medically Unlikely Edits (MUE)", lambda d: _heading(d) is not None, _read)
