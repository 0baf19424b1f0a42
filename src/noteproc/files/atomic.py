"""Atomic writes: a reader sees the old file or the whole new one, never a half."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO


@contextmanager
def atomic_binary(path: Path, *, mode: int = 0o644, durable: bool = True) -> Iterator[BinaryIO]:
    """A file that takes its place only when the block ends without error.

    Args:
        path: the file to make or replace; its folder must exist.
        mode: permission bits, set before anything is written.
        durable: whether it must outlast a power cut too, which costs some milliseconds.

    Raises:
        OSError: the folder cannot be written or the disk is full; ``path`` is as it was.
    """
    # Texts, not paths: a run makes one file a note.
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:40]}.{secrets.token_hex(6)}.partial")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


@contextmanager
def atomic_text(path: Path, *, mode: int = 0o644, durable: bool = True) -> Iterator[TextIO]:
    """A text file (UTF-8, ``\\n``) that takes its place only when the block ends without error.

    Args and errors are those of :func:`atomic_binary`.
    """
    with atomic_binary(path, mode=mode, durable=durable) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            yield text
            text.flush()
        finally:
            text.detach()


def write_bytes(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write one whole file atomically."""
    with atomic_binary(path, mode=mode) as file:
        file.write(data)


def write_text(path: Path, text: str, *, mode: int = 0o644, durable: bool = True) -> None:
    """Write one whole text file (UTF-8, line ends as they are) atomically; see :func:`atomic_binary`."""
    with atomic_binary(path, mode=mode, durable=durable) as file:
        file.write(text.encode("utf-8"))


def clear_partial(folder: Path) -> None:
    """Remove what writes that were killed have left below a folder."""
    for path in folder.rglob(".*.partial"):
        path.unlink(missing_ok=True)
