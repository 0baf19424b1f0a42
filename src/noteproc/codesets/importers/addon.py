"""NCCI add-on code edits. Layout from documentation and other parsers, not from the bytes of a file.

Source: CMS, NCCI Add-on Code Edits: type 1 names its primaries, type 2 leaves them to the contractor, type 3
names some.
"""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import PROCEDURE_CODE, Found, Importer, Item, Left, Reading, day

_COLUMNS = {
    "type": r"(?:AOC )?(?:EDIT )?TYPE|AOC EDIT TYPE|TYPE OF (?:AOC|EDIT)",
    "code": r"ADD ?ON(?: CODE)?|AOC(?: CODE)?",
    "primary": r"PRIMARY(?: CODES?| PROCEDURE CODES?)?",
    "effective": r"AOC EDIT EFF(?:ECTIVE)? (?:DT|DATE)|(?:EDIT )?EFF(?:ECTIVE)?(?: DT| DATE)?",
    "deleted": r"AOC EDIT DEL(?:ETION)? (?:DT|DATE)|(?:EDIT )?DEL(?:ETION)?(?: DT| DATE)?",
    "notes": r"SPECIAL INSTRUCTIONS? NOTES|(?:SPECIAL )?INSTRUCTIONS?|NOTES?",
}
_NEEDED = ("code", "primary", "type")
_NONE = ("*", "00000000", "99999999", "NULL")


def _heading(document: Document) -> Heading | None:
    return heading(document, _COLUMNS, _NEEDED)


def _read(document: Document) -> Reading:
    found = _heading(document)
    assert found is not None
    return Reading(("addon",), _items(document, found))


def _items(document: Document, found: Heading) -> Iterator[Item]:
    for row in table(document, found):
        if isinstance(row, Left):
            yield row
            continue
        effective, deleted = day(_whole(row["effective"]), *_NONE), day(_whole(row["deleted"]), *_NONE)
        kind = {"I": "1", "II": "2", "III": "3"}.get(row["type"].upper(), row["type"])
        # CCCCC stands for whatever primary the contractor accepts.
        primary = row["primary"].upper()
        if not PROCEDURE_CODE.fullmatch(row["code"]):
            yield Left(row.line, "no add-on code")
        elif kind not in ("1", "2", "3"):
            yield Left(row.line, "the type is not 1, 2 or 3")
        elif primary and primary != "CCCCC" and not PROCEDURE_CODE.fullmatch(primary):
            yield Left(row.line, "the primary is no procedure code")
        elif effective is None or deleted is None:
            yield Left(row.line, "no date")
        else:
            values = (primary, kind, effective, deleted, row["notes"])
            yield Found("addon", row["code"], values, row.line, "" if primary == "CCCCC" else primary)


def _whole(date: str) -> str:
    """A day of the year (``2013001``) as some years of the file write it, as the first of that year."""
    return f"{date[:4]}0101" if len(date) == 7 and date.isdigit() and date.endswith("001") else date


ADDON = Importer("NCCI add-on code edits", lambda d: _heading(d) is not None, _read)
