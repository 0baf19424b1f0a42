"""Keys in the system's key store: kept, found again, and refusals that say so."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from noteproc.errors import ConfigError
from noteproc.redaction.keys import load_key, new_key, store_key


class Store(ModuleType):
    """A key store in memory, in place of the package ``keyring``."""

    def __init__(self, *, broken: bool = False) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self._broken = broken

    def set_password(self, service: str, user: str, word: str) -> None:
        if self._broken:
            raise RuntimeError("locked: the key was hunter2")
        self.kept[service, user] = word

    def get_password(self, service: str, user: str) -> str | None:
        if self._broken:
            raise RuntimeError("locked")
        return self.kept.get((service, user))


def test_a_key_is_kept_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    monkeypatch.setitem(sys.modules, "keyring", store)
    key = new_key()
    store_key(key)
    assert list(store.kept) == [("noteproc", "vault")]
    assert load_key(environment={}) == key


def test_the_environment_comes_before_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", Store())
    store_key(new_key())
    with pytest.raises(ConfigError, match="NOTEPROC_KEY holds no key"):
        load_key(environment={"NOTEPROC_KEY": "short"})


def test_an_empty_store_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", Store())
    with pytest.raises(ConfigError, match="there is no key"):
        load_key(environment={})


def test_a_store_that_refuses_is_named_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", Store(broken=True))
    with pytest.raises(ConfigError, match="refused the key") as told:
        store_key(new_key())
    assert "hunter2" not in str(told.value)
    with pytest.raises(ConfigError, match="there is no key"):
        load_key(environment={})


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match=r"noteproc\[keyring\]"):
        store_key(new_key())
