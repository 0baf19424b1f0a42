"""The user's cache directory, and files in it that are built once, whole or not at all."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from noteproc.errors import ModelError

_COMPILED = re.compile(r"[0-9a-f]{16}")
_KEPT = 6  # data and dictionaries change a few times a year; a developer's more often


def cache_root() -> Path:
    """Where this user's caches belong: ``NOTEPROC_CACHE``, ``XDG_CACHE_HOME``, or the platform's place.

    Source: XDG Base Directory Specification 0.8; Apple File System Programming Guide; Microsoft known folders.
    """
    own = os.environ.get("NOTEPROC_CACHE")
    if own:
        return Path(own)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "noteproc"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "noteproc" / "Cache"
    xdg = os.environ.get("XDG_CACHE_HOME")
    return (Path(xdg) if xdg and os.path.isabs(xdg) else Path.home() / ".cache") / "noteproc"


def writable_folder(wanted: Path, name: str) -> Path:
    """``wanted/name``, made if need be; a private temporary folder where it can be neither written nor is filled.

    A filled folder that is read-only was prepared (``noteproc prepare``) and is used as it is.

    Raises:
        ModelError: neither can be written.
    """
    folder = wanted / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        if folder.is_dir() and any(folder.iterdir()):
            return folder
    try:
        private = Path(tempfile.mkdtemp(prefix="noteproc-"))
        folder = private / name
        folder.mkdir()
    except OSError as error:
        raise ModelError(
            f"no folder can be written for the compiled code sets ({type(error).__name__}): set NOTEPROC_CACHE"
        ) from None
    owner = os.getpid()
    atexit.register(_remove_own, private, owner)
    return folder


def _remove_own(folder: Path, owner: int) -> None:
    # A forked worker inherits the exit handler but not the folder.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def build_once(path: Path, build: Callable[[Path], None], is_good: Callable[[Path], bool]) -> None:
    """Makes the file or folder ``path`` with ``build`` unless a good one is there.

    It is built under a temporary name beside it and moved into place, so no reader ever sees half of it. Where
    the platform has file locks, a second process waits for the first instead of building too.

    Args:
        path: the file or folder to make; its parent exists.
        build: makes it at the path that it is given, where nothing stands yet.
        is_good: whether an existing one can be used.
    """
    if is_good(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path.with_name(path.name + ".lock")):
        if is_good(path):
            return
        workplace = Path(tempfile.mkdtemp(prefix=path.name + ".", suffix=".tmp", dir=path.parent))
        try:
            unfinished = workplace / path.name
            build(unfinished)
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            os.replace(unfinished, path)
        finally:
            shutil.rmtree(workplace, ignore_errors=True)


def prune(folder: Path) -> None:
    """Removes the oldest of the compiled folders beside ``folder``, itself never, so that a cache stays small."""
    with contextlib.suppress(OSError):
        os.utime(folder)
        siblings = [p for p in folder.parent.iterdir() if _COMPILED.fullmatch(p.name) and p != folder]
        siblings.sort(key=lambda p: p.stat().st_mtime, reverse=True)
        for old in siblings[_KEPT - 1 :]:
            shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows: two processes may build at the same time, and the moves are atomic all the same
        yield
        return
    with path.open("a") as handle:
        # A file system without locks (some network mounts) is treated as the platform without them.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
