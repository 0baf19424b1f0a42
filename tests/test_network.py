"""The guard that keeps the other tests honest."""

from __future__ import annotations

import socket

import pytest

from tests.conftest import NetworkUsed


def test_a_connection_off_the_machine_is_refused() -> None:
    with socket.socket() as s, pytest.raises(NetworkUsed):
        s.connect(("192.0.2.1", 80))


def test_a_name_lookup_is_refused() -> None:
    with pytest.raises(NetworkUsed):
        socket.getaddrinfo("publicsuffix.org", 443)


def test_loopback_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
