"""General Equivalence Mappings between ICD-9 and ICD-10, diagnoses and procedures, both ways.

Source: CMS, ICD-10-CM/PCS General Equivalence Mappings, documentation for technical users: source, target, five flags
(approximate, no map, combination, scenario, choice list).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.readings import DIAGNOSIS_CODE, PCS_CODE, Found, Importer, Item, Left, Reading, dotted

_ROW = re.compile(r"([0-9A-Z]{3,7}) +([0-9A-Z]{2,7}|NoDx|NoPCS|NODX|NOPCS) +([01])([01])([01])(\d)(\d)\s*")
_OLD = re.compile(r"\d{3,5}|V\d{2,4}|E\d{3,4}|\d{2,4}")


def _direction(document: Document) -> str:
    """What maps to what, by where the target starts and how long the codes are."""
    lines = [line for line in document.first_lines if line.strip()]
    rows = [match for line in lines if (match := _ROW.fullmatch(line))]
    if not rows or len(rows) < len(lines):
        return ""
    if all(len(row[1]) == 7 for row in rows):
        return "ICD-10-PCS to ICD-9"
    targets = [row[2] for row in rows if row[4] == "0"]
    # No section of ICD-10-PCS is named by a letter under which ICD-10-CM has codes of seven characters.
    if targets and all(PCS_CODE.fullmatch(target) for target in targets):
        return "ICD-9 to ICD-10-PCS"
    starts = {row.start(2) for row in rows}
    if starts == {8}:
        return "ICD-10-CM to ICD-9"
    return "ICD-9 to ICD-10-CM" if starts == {6} else ""


def _read(document: Document) -> Reading:
    direction = _direction(document)
    return Reading(("gem",), _items(document, direction), variant=direction)


def _items(document: Document, direction: str) -> Iterator[Item]:
    source, _, target = direction.partition(" to ")
    for line, text in document.lines():
        if not text.strip():
            continue
        match = _ROW.fullmatch(text)
        if not match:
            yield Left(line, "not source, target and five flags")
            continue
        if not _fits(source, match[1]) or not (match[4] == "1" or _fits(target, match[2])):
            yield Left(line, f"not a code of {source}, or not one of {target}")
            continue
        found = "" if match[4] == "1" else _written(target, match[2])
        values = (found, direction, match[3], match[4], match[5], match[6], match[7])
        yield Found("gem", _written(source, match[1]), values, line, found)


def _fits(system: str, code: str) -> bool:
    form = {"ICD-10-CM": DIAGNOSIS_CODE, "ICD-10-PCS": PCS_CODE}.get(system, _OLD)
    return form.fullmatch(code) is not None


def _written(system: str, code: str) -> str:
    return dotted(code) if system == "ICD-10-CM" else code


GEMS = Importer("General Equivalence Mappings", lambda d: _direction(d) != "", _read)
