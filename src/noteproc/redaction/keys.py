"""The key of a vault: 32 random bytes, in a file, in the environment or in the system's key store."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from noteproc.errors import ConfigError

KEY_BYTES = 32
VARIABLE = "NOTEPROC_KEY"
_SERVICE, _USER = "noteproc", "vault"


def new_key() -> bytes:
    """A fresh random key."""
    return secrets.token_bytes(KEY_BYTES)


def write_key(path: Path, key: bytes) -> None:
    """Write a key to a new file that its owner alone can read.

    Raises:
        ConfigError: the file exists already: a key is never written over.
        OSError: it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(f"{path.name} exists already: a key is never written over") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.urlsafe_b64encode(key) + b"\n")


def load_key(path: Path | None = None, *, environment: Mapping[str, str] | None = None) -> bytes:
    """The key from ``path``, else from ``NOTEPROC_KEY``, else from the system's key store.

    Raises:
        ConfigError: there is none, or it is no key; says where it was looked for.
    """
    if path is not None:
        try:
            return _decoded(path.read_text(encoding="ascii"), path.name)
        except OSError as error:
            raise ConfigError(f"the key file {path.name} cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise ConfigError(f"{path.name} holds no key") from None
    told = (os.environ if environment is None else environment).get(VARIABLE, "")
    if told:
        return _decoded(told, VARIABLE)
    stored = _stored()
    if stored:
        return _decoded(stored, "the system's key store")
    raise ConfigError(
        f"there is no key: name its file with --key-file, set {VARIABLE}, or keep it with noteproc[keyring]"
    )


def store_key(key: bytes) -> None:
    """Keep a key in the system's key store.

    Raises:
        ConfigError: the package ``keyring`` is not installed, or the store refuses.
    """
    try:
        import keyring
    except ImportError:
        raise ConfigError("the system's key store needs the package keyring: install noteproc[keyring]") from None
    try:
        keyring.set_password(_SERVICE, _USER, base64.urlsafe_b64encode(key).decode("ascii"))
    except Exception as error:
        raise ConfigError(f"the system's key store refused the key ({type(error).__name__})") from None


def _stored() -> str:
    try:
        import keyring
    except ImportError:
        return ""
    try:
        return keyring.get_password(_SERVICE, _USER) or ""
    except Exception:
        return ""


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text.strip().encode("ascii"))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{where} holds no key: {KEY_BYTES} bytes in base64 are needed, as noteproc vault init makes them"
        )
    return key
