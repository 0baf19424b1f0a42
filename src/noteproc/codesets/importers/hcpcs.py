"""HCPCS Level II: the fixed-width text and the table (csv, xlsx), codes and modifiers.

Source: CMS, HCPCS Level II record layout (positions 1-5 code, 6-10 sequence, 11 record, 12-91 long text, 92-119 short
text, and what follows); record 3 opens a code, 4 continues its text, 7 opens a modifier, 8 continues.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from noteproc.codesets.families import FAMILIES
from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import Found, Importer, Item, Left, Reading, day

_CODE = re.compile(r"[A-V]\d{4}")
_MODIFIER = re.compile(r"[A-Z][A-Z0-9]|\d[A-Z]")
_RECORD = re.compile(r"(?:[A-V]\d{4}|   [A-Z0-9]{2})\d{5}[3478]")
# Name, first and last position (1-based, both included), and how often the field repeats.
_FIELDS: Mapping[str, tuple[int, int, int]] = {
    "short": (92, 119, 1),
    "pricing": (120, 121, 4),
    "multiple_pricing": (128, 128, 1),
    "statute": (171, 180, 1),
    "lab_certification": (181, 183, 8),
    "cross_reference": (205, 209, 5),
    "coverage": (230, 230, 1),
    "asc_group": (231, 232, 1),
    "processing_note": (253, 256, 1),
    "betos": (257, 259, 1),
    "tos": (261, 261, 5),
    "anesthesia_units": (266, 268, 1),
    "added": (269, 276, 1),
    "effective": (277, 284, 1),
    "terminated": (285, 292, 1),
    "action": (293, 293, 1),
}
_COLUMNS = {
    "code": r"HCPC",
    "sequence": r"SEQNUM",
    "record": r"RECID",
    "long": r"LONG DESCRIPTION",
    "short": r"SHORT DESCRIPTION",
    **{f"pricing {n}": rf"PRICE ?{n}" for n in range(1, 5)},
    "multiple_pricing": r"MULT PI",
    "statute": r"STATUTE",
    **{f"lab_certification {n}": rf"LABCERT ?{n}" for n in range(1, 9)},
    **{f"cross_reference {n}": rf"XREF ?{n}" for n in range(1, 6)},
    "coverage": r"COV",
    "asc_group": r"ASC GRP",
    "processing_note": r"PROCNOTE",
    "betos": r"BETOS",
    **{f"tos {n}": rf"TOS ?{n}" for n in range(1, 6)},
    "anesthesia_units": r"ANEST BU",
    "added": r"ADD D(?:ATE|T)",
    "effective": r"ACT EFF D(?:ATE|T)",
    "terminated": r"TERM D(?:ATE|T)",
    "action": r"ACTION CD",
}
_DATES = ("added", "effective", "terminated")
_KEPT = FAMILIES["hcpcs"].columns
_UNLISTED = re.compile(
    r"\b(?:not otherwise (?:classified|specified|coded)|unlisted|unclassified|nos|noc|miscellaneous)\b", re.I
)
# Five digits, or four and a T, that a descriptor names: a CPT code, and words of the AMA may stand around it.
_QUOTES_CPT = re.compile(r"(?<![\d,.$])\d{4}[0-9TF](?![\d,.])")


def _knows_text(document: Document) -> bool:
    records = [line for line in document.first_lines if _RECORD.match(line)]
    return len(records) >= 3 and any(len(line.rstrip()) > 260 for line in records)


def _read_text(document: Document) -> Reading:
    counts: Counter[str] = Counter()
    return Reading(("hcpcs", "hcpcs_modifiers"), _text_items(document, counts), counts=counts)


def _text_items(document: Document, counts: Counter[str]) -> Iterator[Item]:
    held: tuple[int, str] | None = None
    more: list[str] = []
    opened = False
    for line, text in document.lines():
        if not opened and not _RECORD.match(text):
            continue  # the disclaimer
        opened = True
        record = text[10:11]
        if not text.strip():
            continue
        if not _RECORD.match(text):
            yield Left(line, "no record of a code or modifier")
        elif record in "37":
            if held is not None:
                yield _text_item(*held, more, counts)
            held, more = (line, text), []
        elif held is None or held[1][:5] != text[:5]:
            yield Left(line, "goes on with a text that did not begin")
        else:
            more.append(text[11:91])
    if held is not None:
        yield _text_item(*held, more, counts)


def _text_item(line: int, text: str, more: list[str], counts: Counter[str]) -> Item:
    if len(text.rstrip()) < 277:
        return Left(line, "the record is shorter than its layout")
    values: dict[str, str] = {"long": " ".join(" ".join((text[11:91], *more)).split())}
    for name, (first, last, times) in _FIELDS.items():
        width = last - first + 1
        parts = (text[first - 1 + n * width : last + n * width].strip() for n in range(times))
        values[name] = " ".join(part for part in parts if part)
    return _item(line, text[:5].strip(), values, counts)


def _heading(document: Document) -> Heading | None:
    return heading(document, _COLUMNS, ("code", "sequence", "record", "long", "short", "added", "effective"))


def _read_table(document: Document) -> Reading:
    found = _heading(document)
    assert found is not None
    counts: Counter[str] = Counter()
    return Reading(("hcpcs", "hcpcs_modifiers"), _table_items(document, found, counts), counts=counts)


def _table_items(document: Document, found: Heading, counts: Counter[str]) -> Iterator[Item]:
    counts["columns"] = len(next(cells for line, cells in document.first_rows if line == found.line))
    held: tuple[int, str, dict[str, str]] | None = None
    for row in table(document, found):
        if isinstance(row, Left):
            yield row
            continue
        # A code's later lines carry the rest of its text, as in the fixed-width file.
        if row["record"] in ("4", "8") and held is not None and held[1] == row["code"]:
            held[2]["long"] = f"{held[2]['long']} {row['long']}".strip()
            continue
        if held is not None:
            yield _item(*held, counts)
        values: dict[str, str] = {}
        for name, cell in row.cells.items():
            column = name.partition(" ")[0]
            values[column] = f"{values.get(column, '')} {cell}".strip()
        held = (row.line, row["code"], values)
    if held is not None:
        yield _item(*held, counts)


def _item(line: int, code: str, values: dict[str, str], counts: Counter[str]) -> Item:
    family = "hcpcs" if _CODE.fullmatch(code) else "hcpcs_modifiers"
    if family != "hcpcs" and not _MODIFIER.fullmatch(code):
        return Left(line, "the first cell is no HCPCS code or modifier")
    for name in _DATES:
        date = day(values.get(name, ""), "00000000")
        if date is None:
            return Left(line, f"no date of the form YYYYMMDD: {name}")
        values[name] = date
    text = f"{values['long']} {values.get('short', '')}"
    values["unlisted"] = "yes" if _UNLISTED.search(text) else ""
    values["quotes_cpt"] = "yes" if _QUOTES_CPT.search(text) else ""
    if family == "hcpcs":
        counts["codes"] += 1
        counts["terminated"] += bool(values["terminated"])
    else:
        counts["modifiers"] += 1
    return Found(family, code, tuple(values.get(name, "") for name in _KEPT), line)


HCPCS_TEXT = Importer("HCPCS Level II (text)", _knows_text, _read_text)
HCPCS_TABLE = Importer("HCPCS Level II (table)", lambda d: _heading(d) is not None, _read_table)
