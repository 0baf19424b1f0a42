"""JSON with the places of its values, so that one can be changed and the rest left as it is, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from noteproc.errors import ReadError

JsonPath: TypeAlias = tuple[str | int, ...]

_BLANK = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_SCALAR = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity")
_DEEPEST = 200


@dataclass(slots=True)
class Node:
    """A value and where it stands.

    Args:
        path: its keys and positions from the root.
        start, end: code points of the value.
        member: where it starts with its key; the same as ``start`` in a list.
        value: of a string its text, of a number or word the same as written, of others None.
        children: of an object or list, in order.
        kind: ``object``, ``list``, ``string`` or ``scalar``.
    """

    path: JsonPath
    start: int
    end: int
    member: int
    value: str | None = field(repr=False)
    children: list[Node]
    kind: str

    @property
    def key(self) -> str | int:
        """The last key of its path; "" for the root."""
        return self.path[-1] if self.path else ""

    def get(self, key: str | int) -> Node | None:
        """A child by key or position."""
        return next((child for child in self.children if child.path[-1] == key), None)

    def at(self, path: JsonPath) -> Node | None:
        """The value at the end of a path from here."""
        node: Node | None = self
        for key in path:
            node = node.get(key) if node is not None else None
        return node

    def text(self, key: str) -> str:
        """The string under a key, or ""."""
        child = self.get(key)
        return child.value or "" if child is not None and child.kind == "string" else ""

    def walk(self) -> Iterator[Node]:
        """The value and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


def parse_json(text: str) -> Node:
    """The values of a JSON text.

    Raises:
        ReadError: it is no JSON, or nested too deeply.
    """
    return _Parser(text).root()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text

    def root(self) -> Node:
        at = self._blank(0)
        node = self._value(at, at, ())
        if self._blank(node.end) != len(self._text):
            raise self._wrong(node.end)
        return node

    def _wrong(self, at: int) -> ReadError:
        return ReadError(f"is not valid JSON (character {at})")

    def _blank(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        return found.end() if found else at

    def _value(self, at: int, member: int, path: JsonPath) -> Node:
        if len(path) > _DEEPEST:
            raise ReadError("is nested too deeply")
        opening = self._text[at : at + 1]
        if opening == "{":
            return self._object(at, member, path)
        if opening == "[":
            return self._list(at, member, path)
        if opening == '"':
            value, end = self._string(at)
            return Node(path, at, end, member, value, [], "string")
        found = _SCALAR.match(self._text, at)
        if not found:
            raise self._wrong(at)
        return Node(path, at, found.end(), member, found[0], [], "scalar")

    def _string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self._text, at)
        if not found:
            raise self._wrong(at)
        try:
            return json.loads(found[0]), found.end()
        except ValueError:
            raise self._wrong(at) from None

    def _object(self, start: int, member: int, path: JsonPath) -> Node:
        children: list[Node] = []
        at = self._blank(start + 1)
        while self._text[at : at + 1] != "}":
            if children:
                at = self._comma(at)
            key, end = self._string(at)
            colon = self._blank(end)
            if self._text[colon : colon + 1] != ":":
                raise self._wrong(colon)
            children.append(self._value(self._blank(colon + 1), at, (*path, key)))
            at = self._blank(children[-1].end)
        return Node(path, start, at + 1, member, None, children, "object")

    def _list(self, start: int, member: int, path: JsonPath) -> Node:
        children: list[Node] = []
        at = self._blank(start + 1)
        while self._text[at : at + 1] != "]":
            if children:
                at = self._comma(at)
            children.append(self._value(at, at, (*path, len(children))))
            at = self._blank(children[-1].end)
        return Node(path, start, at + 1, member, None, children, "list")

    def _comma(self, at: int) -> int:
        if self._text[at : at + 1] != ",":
            raise self._wrong(at)
        return self._blank(at + 1)


def rewritten(text: str, root: Node, new: dict[JsonPath, str], gone: set[JsonPath]) -> str:
    """The text with some values changed and some taken out, each with one comma.

    Args:
        text: as parsed.
        root: of it.
        new: path to the JSON that stands there instead.
        gone: paths of members and elements that are taken out.
    """
    out: list[str] = []

    def write(node: Node) -> None:
        if node.path in new:
            out.append(new[node.path])
            return
        if not node.children:
            out.append(text[node.start : node.end])
            return
        first, last = node.children[0], node.children[-1]
        out.append(text[node.start : first.member])
        any_kept = False
        for number, child in enumerate(node.children):
            if child.path in gone:
                continue
            if any_kept:
                # What parted this child from the one before it, which may be gone.
                out.append(text[node.children[number - 1].end : child.member])
            any_kept = True
            out.append(text[child.member : child.start])
            write(child)
        out.append(text[last.end : node.end])

    start = root.start
    write(root)
    return text[:start] + "".join(out) + text[root.end :]


def json_string(value: str, like: str) -> str:
    """A string as JSON, with escapes beyond ASCII where the text it goes into has them.

    Args:
        value: the string.
        like: the JSON string that it replaces.
    """
    return json.dumps(value, ensure_ascii=like.isascii() and "\\u" in like)
