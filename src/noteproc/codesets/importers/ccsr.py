"""Clinical Classifications Software Refined: diagnoses and procedures. Layout from documentation.

Source: AHRQ, HCUP, CCSR user guides: every field in single quotes, titles in double quotes in some releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.readings import DIAGNOSIS_CODE, PCS_CODE, Found, Importer, Item, Left, Reading, dotted

_FIELD = re.compile(r"""(?:'((?:[^']|'(?!,|$))*)'|"((?:[^"]|"")*)"|([^,]*))(?:,|$)""")


def _cells(line: str) -> list[str]:
    found = []
    place = 0
    while place < len(line):
        match = _FIELD.match(line, place)
        if match is None or match.end() == place:
            break
        text = next((group for group in match.groups() if group is not None), "")
        found.append(" ".join(text.replace("''", "'").replace('""', '"').split()).strip("'"))
        place = match.end()
    return found


def _names(document: Document) -> list[str]:
    line = next(iter(document.first_lines), "")
    return [name.upper() for name in _cells(line)] if "CCSR" in line.upper() else []


def _knows(document: Document) -> bool:
    names = _names(document)
    return len(names) > 2 and names[0] in ("ICD-10-CM CODE", "ICD-10-PCS", "ICD-10-PCS CODE")


def _read(document: Document) -> Reading:
    variant = "procedures" if "PCS" in _names(document)[0] else "diagnoses"
    return Reading(("ccsr",), _items(document, variant), variant=variant)


def _items(document: Document, variant: str) -> Iterator[Item]:
    names = _names(document)
    # "CCSR CATEGORY 1" (diagnoses), "PRCCSR" (procedures), each with a description beside it.
    categories = [
        (place, next((n for n in range(place + 1, min(place + 2, len(names))) if "DESC" in names[n]), None))
        for place, name in enumerate(names)
        if re.fullmatch(r"(?:CCSR CATEGORY \d|PRCCSR)", name)
    ]
    places = {
        key: next((place for place, name in enumerate(names) if re.fullmatch(pattern, name)), None)
        for key, pattern in (
            ("inpatient", r"DEFAULT CCSR CATEGORY IP"),
            ("inpatient_text", r"DEFAULT CCSR CATEGORY DESCRIPTION IP"),
            ("outpatient", r"DEFAULT CCSR CATEGORY OP"),
            ("outpatient_text", r"DEFAULT CCSR CATEGORY DESCRIPTION OP"),
        )
    }
    is_code = PCS_CODE if variant == "procedures" else DIAGNOSIS_CODE
    for line, text in document.lines():
        if line == 1 or not text.strip():
            continue
        cells = _cells(text)
        cells += [""] * (len(names) - len(cells)) if len(cells) == len(names) - 1 else []
        if len(cells) < len(names):
            yield Left(line, f"{len(cells)} cells instead of {len(names)}")
        elif not is_code.fullmatch(cells[0]):
            yield Left(line, "the first cell is no ICD-10 code")
        else:
            held = [
                f"{cells[place]}={'' if at is None else cells[at]}" for place, at in categories if cells[place].strip()
            ]
            defaults = tuple("" if place is None else cells[place] for place in places.values())
            code = cells[0] if variant == "procedures" else dotted(cells[0])
            yield Found("ccsr", code, (*defaults, "|".join(held)), line)


CCSR = Importer("CCSR", _knows, _read, fiscal=True)
