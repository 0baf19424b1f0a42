"""The Medicare physician fee schedule's relative value file; descriptors (AMA) are dropped while reading.

Source: CMS, PFS Relative Value Files, record layout (RVUPUF).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from noteproc.codesets.families import FAMILIES
from noteproc.codesets.importers.dates import Span
from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import PROCEDURE_CODE, Found, Importer, Item, Left, Reading

# The words over each column changed little in thirty years, their spreading over rows did.
_COLUMNS = {
    "code": r"HCPCS(?: CODE)?",
    "modifier": r"MOD(?:IFIER)?",
    "status": r"(?:STATUS CODE|STATUS)",
    "not_used_for_medicare": r"NOT USED FOR MEDICARE(?: PAYMENT)?",
    "work_rvu": r"(?:PHYSICIAN )?WORK RVUS?",
    "nonfacility_pe_rvu": r"(?:(?:TRANSITIONED|FULLY IMPLEMENTED) )?NON FAC(?:ILITY)? PE RVUS?",
    "nonfacility_na": r"NON FAC(?:ILITY)? NA INDICATOR",
    "facility_pe_rvu": r"(?:(?:TRANSITIONED|FULLY IMPLEMENTED) )?FAC(?:ILITY)? PE RVUS?",
    "facility_na": r"FAC(?:ILITY)? NA INDICATOR",
    "mp_rvu": r"MP RVUS?",
    "nonfacility_total": r"(?:TRANSITIONED )?NON FAC(?:ILITY)? TOTAL",
    "facility_total": r"(?:TRANSITIONED )?FAC(?:ILITY)? TOTAL",
    "pctc": r"PC ?TC IND(?:ICATOR)?",
    "global_days": r"GLOB(?:AL)? DAYS",
    "pre_op": r"PRE OP",
    "intra_op": r"INTRA OP",
    "post_op": r"POST OP",
    "multiple": r"MULT PROC",
    "bilateral": r"BILAT SURG",
    "assistant": r"ASST SURG",
    "co_surgeons": r"CO SURG",
    "team": r"TEAM SURG",
    "priced": r"PRIC IND",
    "endoscopic_base": r"ENDO BASE",
    "conversion_factor": r"CONV(?:ERSION)? FACTOR",
    "supervision": r"PHYSICIAN SUPERVISION OF DIAGNOSTIC PROCEDURES",
    "calculation_flag": r"CALCULATION FLAG",
    "imaging_family": r"DIAGNOSTIC IMAGING FAMILY INDICATOR",
    "nonfacility_pe_opps": r"NON FACILITY PE USED FOR OPPS PAYMENT AMOUNT",
    "facility_pe_opps": r"FACILITY PE USED FOR OPPS PAYMENT AMOUNT",
    "mp_opps": r"MP USED FOR OPPS PAYMENT AMOUNT",
}
_NEEDED = ("code", "modifier", "status", "work_rvu", "pctc", "global_days", "multiple", "bilateral", "team")
_KEPT = FAMILIES["pprrvu"].columns
_MONTHS = {"January": 1, "April": 4, "July": 7, "October": 10}
_TITLE = re.compile(r"(20\d\d) National Physician Fee Schedule Relative Value File (?:(\w+) Release)?", re.I)


def _heading(document: Document) -> Heading | None:
    return heading(document, _COLUMNS, _NEEDED)


def _read(document: Document) -> Reading:
    found = _heading(document)
    assert found is not None
    title = " ".join(cell for _, cells in document.first_rows[:12] for cell in cells if cell)
    variant = {True: "without QPP adjustment", False: ""}["nonqpp" in document.name.lower()]
    if not variant and re.search(r"(?<!non)qpp", document.name.lower()):
        variant = "with QPP adjustment"
    return Reading(("pprrvu",), _items(document, found), span=_span(title), variant=variant)


def _span(title: str) -> Span:
    match = _TITLE.search(title)
    if not match:
        return Span()
    start = f"{match[1]}-{_MONTHS.get((match[2] or 'January').capitalize(), 1):02d}-01"
    return Span(start, start, f"{match[1]}-12-31")


def _items(document: Document, found: Heading) -> Iterator[Item]:
    for row in table(document, found):
        if isinstance(row, Left):
            yield row
        elif not PROCEDURE_CODE.fullmatch(row["code"]):
            yield Left(row.line, "the first cell is no procedure code")
        else:
            yield Found("pprrvu", row["code"], tuple(row[name] for name in _KEPT), row.line)


PPRRVU = Importer("physician fee schedule (PPRRVU)", lambda d: _heading(d) is not None, _read)
