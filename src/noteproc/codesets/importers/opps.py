"""OPPS Addendum B and ASC Addendum AA; short descriptors (AMA) are dropped. Layouts from documentation.

Source: CMS, Hospital Outpatient PPS, Addendum B; CMS, ASC Payment Rates, Addendum AA.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from noteproc.codesets.families import FAMILIES
from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import PROCEDURE_CODE, Found, Importer, Item, Left, Reading

_WHEN = r"(?:(?:[A-Z]+ )?(?:CY )?20\d\d )?"  # "October 2025", "CY 2026": some years name the quarter over a column
_OPPS = {
    "code": r"HCPCS(?: CODE)?",
    "status": rf"{_WHEN}(?:SI|STATUS INDICATOR)",
    "apc": rf"{_WHEN}APC",
    "relative_weight": rf"{_WHEN}RELATIVE WEIGHT",
    "payment_rate": rf"{_WHEN}PAYMENT RATE",
    "national_copayment": r"NATIONAL UNADJUSTED COPAYMENT",
    "minimum_copayment": r"MINIMUM UNADJUSTED COPAYMENT",
    "note": r"NOTES?",
    "change": r"INDICATES A CHANGE.*|CHANGE.*",
}
_ASC = {
    "code": r"HCPCS(?: CODE)?",
    "multiple_discount": r"SUBJECT TO MULTIPLE PROCEDURE DISCOUNTING",
    "comment": rf"{_WHEN}(?:FINAL )?COMMENT INDICATOR",
    "payment_indicator": rf"{_WHEN}(?:FINAL )?PAYMENT INDICATOR",
    "payment_weight": rf"{_WHEN}(?:FINAL )?PAYMENT WEIGHT",
    "payment_rate": rf"{_WHEN}(?:FINAL )?PAYMENT RATE",
}
_OPPS_NEEDED = ("code", "status", "apc", "payment_rate")
_ASC_NEEDED = ("code", "payment_indicator", "payment_rate", "payment_weight")


def _importer(name: str, family: str, columns: Mapping[str, str], needed: tuple[str, ...]) -> Importer:
    def find(document: Document) -> Heading | None:
        return heading(document, columns, needed)

    def items(document: Document, found: Heading) -> Iterator[Item]:
        kept = FAMILIES[family].columns
        for row in table(document, found):
            if isinstance(row, Left):
                yield row
            elif not PROCEDURE_CODE.fullmatch(row["code"]):
                yield Left(row.line, "the first cell is no procedure code")
            else:
                yield Found(family, row["code"], tuple(row[column] for column in kept), row.line)

    def read(document: Document) -> Reading:
        found = find(document)
        assert found is not None
        return Reading((family,), items(document, found))

    return Importer(name, lambda document: find(document) is not None, read)


OPPS_B = _importer("OPPS Addendum B", "opps_b", _OPPS, _OPPS_NEEDED)
ASC_AA = _importer("ASC Addendum AA", "asc_aa", _ASC, _ASC_NEEDED)
