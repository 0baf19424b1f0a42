"""XML from strangers: no document type, no entities of its own, bounded depth and size."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from noteproc.errors import ReadError

_DEEPEST = 200
_MOST_ELEMENTS = 4_000_000


class _Target:
    """Builds the tree, and stops where the document asks for more than a document may."""

    def __init__(self) -> None:
        self._builder = TreeBuilder()
        self._depth = self._elements = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise ReadError("declares a document type, as entity bombs do: it is not read")

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST:
            raise ReadError("is nested too deeply")
        if self._elements > _MOST_ELEMENTS:
            raise ReadError("has too many elements")
        return self._builder.start(tag, attributes)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return self._builder.end(tag)

    def data(self, data: str) -> None:
        self._builder.data(data)

    def close(self) -> Element:
        return self._builder.close()


def parse_xml(data: bytes) -> Element:
    """The root of an XML document.

    Raises:
        ReadError: it is not well-formed, declares a document type, or is too deep; tells the line, never a word.
    """
    parser = XMLParser(target=_Target())
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        raise ReadError(f"is not well-formed XML (line {error.position[0]})") from None
    except (ValueError, LookupError, AssertionError):
        raise ReadError("is not XML in a known encoding") from None
    return root


def local(tag: object) -> str:
    """The name of an element without its namespace; "" for what is no element."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
