"""NCCI procedure-to-procedure edits. The files are large, so each row is read by itself and little is done to it.

Source: CMS, NCCI PTP Coding Edits, file heading; ``*`` as deletion date: in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from noteproc.codesets.importers.dates import iso
from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading
from noteproc.codesets.importers.readings import PROCEDURE_CODE, Found, Importer, Item, Left, Reading

_COLUMNS = {
    "code": r"COLUMN 1",
    "other": r"COLUMN 2",
    "before": r"(?:PRIOR TO 1996|IN EXISTENCE(?: PRIOR TO 1996)?)",
    "effective": r"EFFECTIVE(?: DATE)?",
    "deleted": r"DELETION(?: DATE(?: NO DATA)?)?",
    "modifier": r"MODIFIER(?: 0 NOT ALLOWED(?: 1 ALLOWED(?: 9 NOT APPLICABLE)?)?)?",
    "rationale": r"PTP EDIT RATIONALE",
}
_NEEDED = ("code", "other", "effective", "deleted", "modifier")
_VARIANTS = (("ccipra", "practitioner"), ("ccioph", "outpatient hospital"), ("ccidme", "supplier"))


def _heading(document: Document) -> Heading | None:
    return heading(document, _COLUMNS, _NEEDED)


def _read(document: Document) -> Reading:
    found = _heading(document)
    assert found is not None
    low = document.name.lower()
    variant = next((variant for mark, variant in _VARIANTS if mark in low), "")
    return Reading(("ptp",), _items(document, found), variant=variant)


@lru_cache(maxsize=4096)
def _date(text: str) -> str | None:
    return "" if text == "*" else iso(text)


def _items(document: Document, found: Heading) -> Iterator[Item]:
    one, two, start, end, allowed = (found.places[name] for name in _NEEDED)
    before, why = found.places.get("before"), found.places.get("rationale")
    is_code = PROCEDURE_CODE.fullmatch
    for line, cells in document.rows():
        # Below its first row the heading goes on, for some rows without a code.
        if line <= found.line or len(cells) < found.width or not cells[one]:
            if line > found.line and any(cells) and cells[0]:
                yield Left(line, f"{len(cells)} cells instead of {found.width}")
            continue
        code, other = cells[one], cells[two]
        effective, deleted = _date(cells[start]), _date(cells[end])
        if not is_code(code) or not is_code(other):
            yield Left(line, "columns 1 and 2 are not two procedure codes")
        elif not effective or deleted is None:
            yield Left(line, "no effective or deletion date")
        elif cells[allowed] not in ("0", "1", "9"):
            yield Left(line, "the modifier indicator is not 0, 1 or 9")
        else:
            old = "yes" if before is not None and cells[before] == "*" else ""
            rationale = "" if why is None else cells[why]
            yield Found("ptp", code, (other, old, effective, deleted, cells[allowed], rationale), line, other)


PTP = Importer("NCCI procedure-to-procedure edits (PTP)", lambda d: _heading(d) is not None, _read)
