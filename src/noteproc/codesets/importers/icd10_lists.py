"""ICD-10-CM and ICD-10-PCS as lists: the order file, the codes file, and the addenda of both.

Source: CMS, ICD-10-CM/PCS order file description: 1-5 order, 7-13 code, 15 billable, 17-76 short title, 78- long.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.readings import DIAGNOSIS_CODE, PCS_CODE, Found, Importer, Item, Left, Reading, dotted

_ORDER = re.compile(r"(\d{5}) ([0-9A-Z]{3,7}) {1,5}([01]) (.{60}) (.+)")
_CODES = re.compile(r"([0-9A-Z]{3,7}) {1,5}(\S.+)")
_PCS = re.compile(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{2}(?:[0-9A-HJ-NP-Z]{4})?")
_ADDENDUM = re.compile(
    r"(Add|Delete|Revise from|Revise to|No change)\s*:?\s+(?:\d{5}\s+)?([A-Z][0-9A][0-9A-Z](?:\.?[0-9A-Z]{1,4})?)"
    r"(?:\s+([01])(?=\s))?\s+(\S.*)",
    re.I,
)


def _lines(document: Document) -> list[str]:
    return [line for line in document.first_lines if line.strip()]


def _system(codes: list[str]) -> str:
    """Which of the two the codes are of; "" for neither. A table's three characters fit both by themselves."""
    if codes and all(DIAGNOSIS_CODE.fullmatch(code) for code in codes):
        whole = [code for code in codes if len(code) == 7]
        if len(whole) < len([code for code in codes if len(code) > 3]) or not all(map(PCS_CODE.fullmatch, whole)):
            return "icd10cm_order"
        if not whole:
            return "icd10cm_order"
    if codes and all(_PCS.fullmatch(code) for code in codes):
        return "icd10pcs_order"
    return ""


def _order_family(document: Document) -> str:
    lines = _lines(document)
    rows = [match for line in lines if (match := _ORDER.fullmatch(line.rstrip()))]
    return _system([row[2] for row in rows]) if rows and len(rows) >= 0.9 * len(lines) else ""


def _codes_family(document: Document) -> str:
    lines = _lines(document)
    rows = [match for line in lines if (match := _CODES.fullmatch(line.rstrip()))]
    if len(rows) < 3 or len(rows) < 0.9 * len(lines):
        return ""
    # Title words, not a second column of codes.
    if any(not re.search(r"[a-z]{3}", row[2]) for row in rows):
        return ""
    return _system([row[1] for row in rows])


def _read_order(document: Document) -> Reading:
    family = _order_family(document)
    counts: Counter[str] = Counter()
    return Reading((family,), _order_items(document, family, counts), counts=counts)


def _order_items(document: Document, family: str, counts: Counter[str]) -> Iterator[Item]:
    form = DIAGNOSIS_CODE if family == "icd10cm_order" else _PCS
    for line, text in document.lines():
        if not text.strip():
            continue
        match = _ORDER.fullmatch(text.rstrip())
        if not match or not form.fullmatch(match[2]):
            yield Left(line, "not order number, code, flag and two titles")
            continue
        counts["billable" if match[3] == "1" else "headers"] += 1
        code = dotted(match[2]) if family == "icd10cm_order" else match[2]
        yield Found(family, code, (match[3], match[4].strip(), " ".join(match[5].split())), line)


def _read_codes(document: Document) -> Reading:
    family = _codes_family(document)
    return Reading((family,), _codes_items(document, family))


def _codes_items(document: Document, family: str) -> Iterator[Item]:
    form = DIAGNOSIS_CODE if family == "icd10cm_order" else PCS_CODE
    for line, text in document.lines():
        if not text.strip():
            continue
        match = _CODES.fullmatch(text.rstrip())
        if not match or not form.fullmatch(match[1]):
            yield Left(line, "no code with its title")
        else:
            # This file lists billable codes alone.
            code = dotted(match[1]) if family == "icd10cm_order" else match[1]
            yield Found(family, code, ("1", "", " ".join(match[2].split())), line)


def _knows_addenda(document: Document) -> bool:
    lines = _lines(document)
    hits = sum(_ADDENDUM.fullmatch(line.strip()) is not None for line in lines)
    return hits >= 2 and hits * 2 > len(lines)


def _read_addenda(document: Document) -> Reading:
    return Reading(("icd10cm_addenda",), _addenda_items(document))


def _addenda_items(document: Document) -> Iterator[Item]:
    for line, text in document.lines():
        if not text.strip():
            continue
        match = _ADDENDUM.fullmatch(text.strip())
        if match:
            values = (match[1].lower(), match[3] or "", " ".join(match[4].split()))
            yield Found("icd10cm_addenda", dotted(match[2]), values, line)
        else:
            yield Left(line, "not an action, a code and its title")


ORDER = Importer("ICD-10 order file", lambda d: _order_family(d) != "", _read_order, fiscal=True)
CODES = Importer("ICD-10 codes file", lambda d: _codes_family(d) != "", _read_codes, fiscal=True)
ADDENDA = Importer("ICD-10-CM addenda", _knows_addenda, _read_addenda, fiscal=True)
