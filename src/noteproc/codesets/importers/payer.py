"""A payer's policies, in a table that the user writes: payer, code, policy, and what else he has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import (
    DIAGNOSIS_CODE,
    PROCEDURE_CODE,
    Found,
    Importer,
    Item,
    Left,
    Reading,
    day,
    dotted,
)

_COLUMNS = {
    "payer": r"PAYER",
    "code": r"CODE",
    "topic": r"TOPIC|TAXONOMY",
    "policy": r"POLICY",
    "effective_from": r"EFFECTIVE FROM",
    "effective_to": r"EFFECTIVE TO",
    "source": r"SOURCE",
}


def _heading(document: Document) -> Heading | None:
    return heading(document, _COLUMNS, ("payer", "code", "policy"))


def _read(document: Document) -> Reading:
    found = _heading(document)
    assert found is not None
    return Reading(("payer",), _items(document, found))


def _items(document: Document, found: Heading) -> Iterator[Item]:
    # A table typed by hand may end without a line end.
    for row in table(document, found, whole=False):
        if isinstance(row, Left):
            yield row
            continue
        start, end = day(row["effective_from"]), day(row["effective_to"])
        code = row["code"].upper()
        if start is None or end is None:
            yield Left(row.line, "write dates as YYYY-MM-DD")
        elif not row["payer"] or not row["policy"]:
            yield Left(row.line, "payer or policy is empty")
        elif PROCEDURE_CODE.fullmatch(code) or re.fullmatch(r"[A-Z]{2}|\d{2}|\d{3}[0-9A-Z]{6}X", code):
            yield Found("payer", code, (row["payer"], row["topic"], row["policy"], start, end, row["source"]), row.line)
        elif DIAGNOSIS_CODE.fullmatch(code):
            values = (row["payer"], row["topic"], row["policy"], start, end, row["source"])
            yield Found("payer", dotted(code), values, row.line)
        else:
            yield Left(row.line, "no code, modifier or taxonomy")


PAYER = Importer("a payer's policies", lambda d: _heading(d) is not None, _read)
