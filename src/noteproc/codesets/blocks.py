"""Compiled values that are read one by one: a memory-mapped file of marshalled blocks, each found by its name.

A process that meets a few hundred categories of a classification reads those and no others, each in some microseconds.
"""

from __future__ import annotations

import marshal
import mmap
import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias, cast

from noteproc.codesets.cache import build_once
from noteproc.errors import ModelError

Name: TypeAlias = str | int
Built: TypeAlias = Iterable[tuple[Name, object]]

# Python may change how it marshals: a file is read by the format that wrote it.
_FORMAT = f"noteproc blocks 2 {marshal.version}"
_TAIL = 24
# Before each block: its length and its check sum.
_HEAD = struct.Struct(">II")


class Blocks:
    """The blocks of one file. Reading only; safe to fork and to share between threads.

    Args:
        path: as :meth:`open` makes it.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.name
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        places, size = _tail(self._bytes[-_TAIL:])
        self._places: dict[Name, int] = marshal.loads(self._bytes[places : places + size])

    @classmethod
    def open(cls, path: Path, stamp: str, build: Callable[[], Built]) -> Blocks:
        """The blocks at ``path``, built first where they are not there, not whole, or of another stamp.

        Args:
            path: its folder exists.
            stamp: one line that changes with whatever the blocks are made from.
            build: makes the blocks, each with its name: values that can be packed.
        """
        head = f"{_FORMAT} {stamp}\n".encode()
        build_once(path, lambda target: _write(target, head, build()), lambda file: _is_good(file, head))
        return cls(path)

    def get(self, name: Name) -> object | None:
        """The value of a name, or None where there is none.

        Raises:
            ModelError: the file was damaged since it was built.
        """
        place = self._places.get(name)
        if place is None:
            return None
        size, check = _HEAD.unpack_from(self._bytes, place)
        start = place + _HEAD.size
        blob = self._bytes[start : start + size]
        if zlib.crc32(blob) != check:
            raise ModelError(f"{self._file} is damaged: remove it from the cache folder and start again")
        return unpack(blob)


def pack(value: object) -> bytes:
    """A value of plain tuples, dicts, sets, strings and numbers, for a block of which only parts are read."""
    return marshal.dumps(cast(Any, value))


def unpack(packed: bytes) -> object:
    """The value that was packed."""
    found: object = marshal.loads(packed)
    return found


def _write(path: Path, head: bytes, blocks: Built) -> None:
    places: dict[Name, int] = {}
    with path.open("wb") as file:
        at = file.write(head)
        for name, value in blocks:
            blob = pack(value)
            places[name] = at
            at += file.write(_HEAD.pack(len(blob), zlib.crc32(blob)) + blob)
        table = marshal.dumps(places)
        file.write(table)
        file.write(b"".join(number.to_bytes(8, "big") for number in (at, len(table), zlib.crc32(table))))


def _tail(tail: bytes) -> tuple[int, int]:
    """Where the table of names lies, and how long it is."""
    return int.from_bytes(tail[:8], "big"), int.from_bytes(tail[8:16], "big")


def _is_good(path: Path, head: bytes) -> bool:
    try:
        with path.open("rb") as file:
            if file.read(len(head)) != head:
                return False
            file.seek(-_TAIL, 2)
            tail = file.read(_TAIL)
            start, size = _tail(tail)
            if start + size + _TAIL != file.tell():
                return False
            file.seek(start)
            return zlib.crc32(file.read(size)) == int.from_bytes(tail[16:], "big")
    except OSError:
        return False
