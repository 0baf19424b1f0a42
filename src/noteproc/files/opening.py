"""Opening the files of inputs, those packed with gzip as if they were not."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from noteproc.errors import ReadError

PACKED = ".gz"
_MAGIC = b"\x1f\x8b\x08"
# Text packs to a tenth or a thirtieth. What grows beyond that without end was made to fill a disk.
_LARGEST_GROWTH = 200
_ALWAYS_ALLOWED = 64 << 20


def is_packed(path: Path) -> bool:
    """Whether a file is packed with gzip, as its beginning says.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def unpacked_name(path: Path) -> Path:
    """The name that a file has without its packing: ``notes.csv`` of ``notes.csv.gz``."""
    return path.with_suffix("") if path.suffix.lower() == PACKED else path


def open_binary(path: Path) -> BinaryIO:
    """A file to read, unpacked as it is read where it is packed.

    Reading may raise ReadError where what is packed is damaged, cut off, or grows as no text does.

    Raises:
        OSError: it cannot be opened.
    """
    if not is_packed(path):
        return path.open("rb")
    return cast(BinaryIO, io.BufferedReader(_Unpacked(path), 1 << 16))


class _Unpacked(io.RawIOBase):
    """The content of a packed file, with an eye on its size."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.open(path, "rb")  # noqa: SIM115 - closed with this one
        self._most = max(_ALWAYS_ALLOWED, _LARGEST_GROWTH * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            data = self._file.read(len(view))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise ReadError("is packed with gzip, and damaged or cut off") from None
        if self._file.tell() > self._most:
            raise ReadError(
                f"is packed with gzip, and more than {_LARGEST_GROWTH} times as large unpacked: unpack it yourself"
            )
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise ReadError("is packed with gzip, and damaged or cut off") from None

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()
