"""The AMA's CPT data files, read only where the user declares his licence. Layouts from documentation.

Source: AMA, CPT data files, read-me: LONGULT code, tab, text; LONGULF 80 columns (code 1-5, sequence 6-7, text 9-80);
MEDU text 7-54; SHORTU text 7-34; ConsumerDescriptor concept, code, text; ClinicianDescriptor concept, code, id, text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from noteproc.codesets.families import AMA, AMA_NOTICE
from noteproc.codesets.importers.documents import Document
from noteproc.codesets.importers.headings import Heading, heading, table
from noteproc.codesets.importers.readings import Found, Importer, Item, Left, Reading

_CODE = r"\d{4}[0-9TFUMA-Z]"
_LONG = re.compile(rf"({_CODE})\t([^\t]+)")
_LINED = re.compile(rf"({_CODE})(\d\d) (.{{1,72}})")
_COLUMNED = re.compile(rf"({_CODE}) (\S.*)")
_CONSUMER = re.compile(rf"\d+\t({_CODE})\t([^\t]+)")
_CLINICIAN = re.compile(rf"\d+\t({_CODE})\t\d+\t([^\t]+)")
_MODIFIER = re.compile(r"(\d\d|P[1-6]|[1-4]P|[A-Z]{2})\t([^\t]+)(?:\t([^\t]*))?")
_COPYRIGHT = re.compile(r"[^\n]*\bcopyright\b[^\n]*American Medical Association[^\n]*", re.I)
_SHORT, _MEDIUM = 28, 48  # the most characters of a short and of a medium descriptor
_PREAMBLE = 60  # lines of notices before the first code


def _body(document: Document) -> list[str]:
    """The first lines from the first that opens with a code (or number): before it stand the AMA's notices."""
    lines = [line for line in document.first_lines if line.strip()]
    for place, line in enumerate(lines[:_PREAMBLE]):
        if re.match(rf"(?:{_CODE}[\t \d]|\d+\t)", line):
            return lines[place:]
    return []


def _mostly(document: Document, form: re.Pattern[str]) -> bool:
    lines = _body(document)
    return len(lines) >= 3 and sum(form.fullmatch(line.rstrip()) is not None for line in lines) >= 0.9 * len(lines)


def _text_length(document: Document) -> int:
    return max((len(line.rstrip()) - 6 for line in _body(document)), default=0)


def _is_columned(document: Document) -> bool:
    # GEM and order files are columned too, in capitals and digits or with an order number first.
    return (
        _mostly(document, _COLUMNED)
        and not _mostly(document, _LINED)
        and not _mostly(document, re.compile(r"[0-9A-Z]+ +[0-9A-Z]+ +\d{5}"))
        and not _mostly(document, re.compile(r"\d{5} [0-9A-Z]{3,7} +[01] .*"))
    )


def _reader(family: str, form: re.Pattern[str]) -> Callable[[Document], Reading]:
    def items(document: Document) -> Iterator[Item]:
        opened = False
        for line, text in document.lines():
            match = form.fullmatch(text.rstrip())
            opened = opened or match is not None
            if match:
                yield Found(family, match[1], (" ".join(match[2].split()),), line)
            elif opened and text.strip():
                yield Left(line, "no code with its text")

    return lambda document: Reading((family,), items(document), notice=_notice(document))


def _read_lined(document: Document) -> Reading:
    return Reading(("cpt_long",), _lined_items(document), notice=_notice(document))


def _lined_items(document: Document) -> Iterator[Item]:
    """A descriptor goes on while the code is the same."""
    code, first, parts = "", 0, [""]
    for line, text in document.lines():
        match = _LINED.fullmatch(text.rstrip())
        if not match:
            if code and text.strip():
                yield Left(line, "no code with its text")
        elif match[1] == code:
            parts.append(match[3])
        else:
            if code:
                yield Found("cpt_long", code, (" ".join(" ".join(parts).split()),), first)
            code, first, parts = match[1], line, [match[3]]
    if code:
        yield Found("cpt_long", code, (" ".join(" ".join(parts).split()),), first)


def _read_modifiers(document: Document) -> Reading:
    def items() -> Iterator[Item]:
        opened = False
        for line, text in document.lines():
            match = _MODIFIER.fullmatch(text.rstrip())
            opened = opened or match is not None
            if match:
                yield Found("cpt_modifiers", match[1], (" ".join(match[2].split()), match[3] or ""), line)
            elif opened and text.strip():
                yield Left(line, "no modifier with its text")

    return Reading(("cpt_modifiers",), items(), notice=_notice(document))


def _knows_modifiers(document: Document) -> bool:
    lines = [line for line in document.first_lines if line.strip()]
    hits = [match[1] for line in lines if (match := _MODIFIER.fullmatch(line.rstrip()))]
    # Two-letter codes with a tab behind are anybody's; 26, 59 and TC together are the modifiers of CPT.
    return len(hits) >= 3 and len(hits) * 2 > len(lines) and "26" in hits and any(h in hits for h in ("50", "59"))


_LIST = {
    "concept": r"CONCEPT ID",
    "code": r"(?:CPT|CURRENT) ?CODE|CODE",
    "cpt_long": r"(?:CPT )?LONG(?: DESCRIPTOR)?",
    "cpt_medium": r"(?:CPT )?MEDIUM(?: DESCRIPTOR)?",
    "cpt_short": r"(?:CPT )?SHORT(?: DESCRIPTOR)?",
    "cpt_consumer": r"CONSUMER(?: FRIENDLY)?(?: DESCRIPTOR)?",
}
_TEXTS = ("cpt_long", "cpt_medium", "cpt_short", "cpt_consumer")


def _list_heading(document: Document) -> Heading | None:
    return heading(document, _LIST, ("concept", "code", "cpt_long", "cpt_medium", "cpt_short"))


def _read_list(document: Document) -> Reading:
    found = _list_heading(document)
    assert found is not None
    families = tuple(name for name in _TEXTS if name in found.places)
    return Reading(families, _list_items(document, found, families), notice=_notice(document))


def _list_items(document: Document, found: Heading, families: tuple[str, ...]) -> Iterator[Item]:
    for row in table(document, found):
        if isinstance(row, Left):
            yield row
        elif not re.fullmatch(_CODE, row["code"]):
            yield Left(row.line, "no CPT code")
        else:
            for family in families:
                if row[family]:
                    yield Found(family, row["code"], (row[family],), row.line)


def _notice(document: Document) -> str:
    """The AMA's own copyright line where the file carries one."""
    match = _COPYRIGHT.search("\n".join(document.first_lines[:_PREAMBLE]))
    return " ".join(match[0].split())[:300] if match else AMA_NOTICE


def _importer(name: str, knows: Callable[[Document], bool], read: Callable[[Document], Reading]) -> Importer:
    return Importer(name, knows, read, declare=AMA)


CPT_IMPORTERS = (
    _importer("CPT long descriptors (LONGULT)", lambda d: _mostly(d, _LONG), _reader("cpt_long", _LONG)),
    _importer("CPT long descriptors (LONGULF)", lambda d: _mostly(d, _LINED), _read_lined),
    _importer(
        "CPT medium descriptors (MEDU)",
        lambda d: _is_columned(d) and _SHORT < _text_length(d) <= _MEDIUM,
        _reader("cpt_medium", _COLUMNED),
    ),
    _importer(
        "CPT short descriptors (SHORTU)",
        lambda d: _is_columned(d) and _text_length(d) <= _SHORT,
        _reader("cpt_short", _COLUMNED),
    ),
    _importer("CPT consumer descriptors", lambda d: _mostly(d, _CONSUMER), _reader("cpt_consumer", _CONSUMER)),
    _importer("CPT clinician descriptors", lambda d: _mostly(d, _CLINICIAN), _reader("cpt_clinician", _CLINICIAN)),
    _importer("CPT modifiers", _knows_modifiers, _read_modifiers),
    _importer("CPT consolidated code list", lambda d: _list_heading(d) is not None, _read_list),
)
