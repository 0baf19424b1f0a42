"""XML of the official files, without what makes XML dangerous: no document types, no entities, nothing external."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from typing import BinaryIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from noteproc.codesets.importers.documents import Document
from noteproc.errors import CodeSetError

_BLOCK = 1 << 16
_DEEPEST = 60
LINE = "line"  # the attribute under which each element carries its line; no official file has one of this name


def read_tree(document: Document) -> Element:
    """The document's root element; each element carries its line in the attribute ``LINE``.

    Raises:
        CodeSetError: not well-formed (cut off, or in another encoding than it says), or with a document type.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise CodeSetError("is nested deeper than any official file", path=document.name)
        builder.start(tag, {**attributes, LINE: str(parser.CurrentLineNumber)})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: object) -> None:
        raise CodeSetError(
            "declares a document type or entities: no official file does", path=document.name,
            line=parser.CurrentLineNumber,
        )  # fmt: skip

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        with document.opened() as stream:
            _feed(parser, stream)
        return builder.close()
    except expat.ExpatError as error:
        raise CodeSetError(
            f"is not whole, well-formed XML ({expat.ErrorString(error.code)})", path=document.name, line=error.lineno
        ) from None
    except (OSError, EOFError, zipfile.BadZipFile, LookupError, ValueError) as error:
        raise CodeSetError(f"cannot be read ({type(error).__name__})", path=document.name) from None


def _feed(parser: expat.XMLParserType, stream: BinaryIO) -> None:
    while block := stream.read(_BLOCK):
        parser.Parse(block, False)
    parser.Parse(b"", True)


def root_tag(document: Document) -> str:
    """The name of the root element, or "" where the document is no XML."""
    if not document.is_xml:
        return ""
    found: list[str] = []
    parser = expat.ParserCreate()

    def start(tag: str, _: dict[str, str]) -> None:
        found.append(tag)

    parser.StartElementHandler = start
    with suppress(expat.ExpatError, LookupError, ValueError):
        parser.Parse(document.head, False)
    return found[0] if found else ""


def words(element: Element | None) -> str:
    """All text of an element, spaces normalised; "" for None."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def line_of(element: Element) -> int:
    """The line on which an element starts."""
    return int(element.get(LINE) or 0)
