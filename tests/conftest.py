"""What every test runs under: no network but loopback, one numeric thread, folders of the session's own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[1]

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_connect = socket.socket.connect
_getaddrinfo = socket.getaddrinfo


class NetworkUsed(AssertionError):
    """Something tried to leave the machine."""


def _guarded_connect(self: socket.socket, address: object) -> None:
    if self.family != socket.AF_UNIX:
        host = address[0] if isinstance(address, tuple) else address
        if host not in _LOOPBACK:
            raise NetworkUsed("a socket was opened to something else than loopback")
    _connect(self, address)  # type: ignore[arg-type]


def _guarded_getaddrinfo(host: object, *args: object, **kwargs: object) -> object:
    if host is not None and host not in _LOOPBACK:
        raise NetworkUsed("a host name was looked up")
    return _getaddrinfo(host, *args, **kwargs)  # type: ignore[arg-type]


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded_connect)
        patch.setattr(socket, "getaddrinfo", _guarded_getaddrinfo)
        yield


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTEPROC_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("NOTEPROC_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample notes."""
    return ROOT / "samples" / "notes"


@pytest.fixture(scope="session")
def shared_eval() -> Path:
    """The measuring sets beside the checkout; the test is skipped where they are absent."""
    folder = ROOT.parent / "shared" / "eval"
    if not folder.is_dir():
        pytest.skip("the measuring sets are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real official files beside the checkout; the test is skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the official files are not beside this checkout")
    return folder
