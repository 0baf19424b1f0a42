"""The ICD-10-CM tabular list (XML) and the full code list, read chapter by chapter.

Seventh characters are inherited from the nearest ``sevenChrDef`` above a code and padded with ``X`` to their place;
only those that stand in the official list of codes are made.
Source: ICD-10-CM Tabular List of Diseases and Injuries, April 1 2026; Official Guidelines FY 2026, I.A.4 and I.A.5.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from noteproc.codesets.entries import CodeNote, NoteKind
from noteproc.codesets.ranges import named_codes, plain
from noteproc.errors import CodeSetError

_NOTES: tuple[tuple[str, NoteKind], ...] = (
    ("notes", "note"),
    ("includes", "includes"),
    ("inclusionTerm", "inclusion"),
    ("excludes1", "excludes1"),
    ("excludes2", "excludes2"),
    ("codeFirst", "code_first"),
    ("useAdditionalCode", "use_additional"),
    ("codeAlso", "code_also"),
    ("sevenChrNote", "seventh"),
)
_INSTRUCTION = re.compile(
    r"(this (category|code)|the (selection|following)|use two|for vertical|any (congenital \w+ )?condition)\b", re.I
)


@dataclass(frozen=True, slots=True)
class TabularCode:
    """A chapter, section, header or code of the tabular list.

    Args:
        code: "1", "A00-A09", "A00", "A00.1", "M80.08XA".
        title: official; the title of a seventh-character code ends in the extension's words.
        parent: the code above, None for a chapter.
        level: "chapter", "section", "code" or "seventh" (a code that a seventh character made).
        billable: nothing stands below.
        notes: the notes that stand here.
    """

    code: str
    title: str
    parent: str | None
    level: str
    billable: bool
    notes: tuple[CodeNote, ...]


def read_tabular(xml: Path, listing: Path) -> Iterator[TabularCode]:
    """Every code in the order of the book, headers before what stands below.

    Args:
        xml: the tabular list.
        listing: the full code list, one code a line, without dots.

    Raises:
        CodeSetError: a file is missing, or is not what it should be.
    """
    try:
        listed = frozenset(listing.read_text(encoding="ascii").split())
        empty = True
        for _, element in ET.iterparse(xml, events=("end",)):
            if element.tag == "chapter":
                empty = False
                yield from _chapter(element, listed)
                element.clear()
    except ET.ParseError as error:
        raise CodeSetError(
            "not well-formed XML: reinstall simple-icd-10-cm", path=xml.name, line=error.position[0]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CodeSetError(
            f"cannot be read ({type(error).__name__}): reinstall simple-icd-10-cm", path=xml.name
        ) from None
    if empty:
        raise CodeSetError("no chapter in it: not a tabular list", path=xml.name)


def _chapter(chapter: ET.Element, listed: frozenset[str]) -> Iterator[TabularCode]:
    name = _text(chapter.find("name"))
    yield TabularCode(name, _unranged(_text(chapter.find("desc"))), None, "chapter", False, _notes(chapter, name))
    for section in chapter.findall("section"):
        block = section.get("id") or ""
        heading = _unranged(_text(section.find("desc")))
        # A section of one category bears that category's own code: it would stand in the book twice.
        single = "-" not in block
        if not single:
            yield TabularCode(block, heading, name, "section", False, _notes(section, block))
        for diag in section.findall("diag"):
            yield from _code(diag, name if single else block, (), listed, _notes(section, block) if single else ())


def _code(
    diag: ET.Element,
    parent: str,
    extensions: tuple[tuple[str, str], ...],
    listed: frozenset[str],
    extra: tuple[CodeNote, ...] = (),
) -> Iterator[TabularCode]:
    code, title = _text(diag.find("name")), _text(diag.find("desc"))
    own = tuple((e.get("char") or "", _text(e)) for e in diag.findall("sevenChrDef/extension"))
    extensions = own or extensions
    below = diag.findall("diag")
    sevenths: list[tuple[str, str]] = []
    if not below and extensions:
        stem = plain(code).ljust(6, "X")
        sevenths = [(stem + char, words) for char, words in extensions if stem + char in listed]
    yield TabularCode(code, title, parent, "code", not below and not sevenths, extra + _notes(diag, code))
    for seventh, words in sevenths:
        yield TabularCode(f"{seventh[:3]}.{seventh[3:]}", f"{title}, {words}", code, "seventh", True, ())
    for child in below:
        yield from _code(child, code, extensions, listed)


def _notes(element: ET.Element, code: str) -> tuple[CodeNote, ...]:
    found = []
    for tag, kind in _NOTES:
        for note in element.findall(f"{tag}/note"):
            words = _text(note)
            # A few inclusion and includes terms are instructions to the coder, not names of the condition.
            told: NoteKind = "note" if kind in ("inclusion", "includes") and _INSTRUCTION.match(words) else kind
            if words:
                found.append(CodeNote(told, words, named_codes(words), code))
    return tuple(found)


def _unranged(title: str) -> str:
    return re.sub(r"\s*\([A-Z]\d[0-9A-Z]-[A-Z]\d[0-9A-Z]\)$", "", title)


def _text(element: ET.Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())
