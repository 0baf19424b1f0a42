"""What a diagnosis weighs: risk-adjustment categories (HCC), and complications of a hospital stay (MCC, CC).

Layouts from documentation.
Source: CMS, Risk Adjustment, ICD-10 mappings (a column a model, "CMS-HCC Model Category V28"); CMS, Acute Inpatient
PPS, tables 6I (complete MCC list) and 6J (complete CC list).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import DIAGNOSIS_CODE, Found, Importer, Item, Left, Reading, dotted

_MODEL = re.compile(
    r"(CMS HCC ESRD|CMS HCC|RXHCC|RX HCC)(?: MODEL)?(?: CATEGORY)? V ?(\d{1,2})(?: MODEL)?(?: CATEGORY)?"
)
_NAMES = {"CMS HCC ESRD": "CMS-HCC ESRD", "CMS HCC": "CMS-HCC", "RXHCC": "RxHCC", "RX HCC": "RxHCC"}
_CODE = r"(?:ICD ?10 ?(?:CM)? ?)?(?:DIAGNOSIS )?CODE"
_HCC = {"code": _CODE, "text": r"DESCRIPTION.*", "model": _MODEL.pattern}
_TABLE = re.compile(r"\bCOMPLETE (MCC|CC) LIST\b", re.IGNORECASE)
_CC = {"code": _CODE, "text": r"(?:CODE |DIAGNOSIS )?DESCRIPTION.*", "exclusions": r"(?:PDX|CC|PRINCIPAL|EXCLUSION).*"}


def _hcc_heading(document: Document) -> Heading | None:
    return heading(document, _HCC, ("code", "text", "model"))


def _models(document: Document, found: Heading) -> dict[int, str]:
    """By place in the row: the model whose categories stand there."""
    above: Sequence[str] = next((cells for line, cells in document.first_rows if line == found.line), ())
    models = {}
    for place, cell in enumerate(above):
        match = _MODEL.fullmatch(" ".join(re.sub(r"[^A-Z0-9]+", " ", cell.upper()).split()))
        if match:
            models[place] = f"{_NAMES[match[1]]} V{match[2].zfill(2)}"
    return models


def _read_hcc(document: Document) -> Reading:
    found = _hcc_heading(document)
    assert found is not None
    return Reading(("hcc",), _hcc_items(document, found, _models(document, found)))


def _hcc_items(document: Document, found: Heading, models: dict[int, str]) -> Iterator[Item]:
    for line, cells in document.rows():
        if line <= found.line or not any(cells):
            continue
        code = cells[found.places["code"]] if len(cells) > found.places["code"] else ""
        if len(cells) <= max(models, default=0):
            # Notes stand below the table.
            if DIAGNOSIS_CODE.fullmatch(code):
                yield Left(line, f"{len(cells)} cells instead of {max(models, default=0) + 1}")
            continue
        held = {place: cells[place] for place in models if cells[place]}
        if not DIAGNOSIS_CODE.fullmatch(code):
            if held:
                yield Left(line, "the first cell is no ICD-10-CM code")
        elif not all(re.fullmatch(r"\d{1,3}(?:\.0)?", category) for category in held.values()):
            yield Left(line, "a category is no number")
        else:
            for place, category in held.items():
                yield Found("hcc", dotted(code), (models[place], category.removesuffix(".0")), line)


def _level(document: Document) -> str:
    match = next((found for line in document.first_lines if (found := _TABLE.search(line))), None)
    return match[1].upper() if match else ""


def _cc_heading(document: Document) -> Heading | None:
    return heading(document, _CC, ("code", "text")) if _level(document) else None


def _read_cc(document: Document) -> Reading:
    found = _cc_heading(document)
    assert found is not None
    level = _level(document)
    return Reading(("cc",), _cc_items(document, found, level), variant=level)


def _cc_items(document: Document, found: Heading, level: str) -> Iterator[Item]:
    for row in table(document, found):
        if isinstance(row, Left):
            yield row
        elif not DIAGNOSIS_CODE.fullmatch(row["code"]):
            yield Left(row.line, "the first cell is no ICD-10-CM code")
        else:
            yield Found("cc", dotted(row["code"]), (level, row["exclusions"]), row.line)


HCC = Importer("HCC mappings", lambda d: _hcc_heading(d) is not None, _read_hcc)
CC = Importer("MS-DRG complications list", lambda d: _cc_heading(d) is not None, _read_cc, fiscal=True)
