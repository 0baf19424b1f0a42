"""A reviewer's own keys and looks, kept in the user's data folder: nothing of any note."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noteproc.errors import ConfigError
from noteproc.files.atomic import write_text
from noteproc.review.vocabulary import table

FILE = "review-preferences.json"
_THEMES = ("system", "light", "dark")


class Preferences:
    """What a reviewer set.

    Args:
        path: the file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, Any]:
        """Keys by command, theme, and whether the next note opens by itself; the defaults where nothing is set."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return self._checked(told)
        except (OSError, ValueError, ConfigError):
            return self._checked({})

    def write(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Keep what was set; what was not said stays as it is.

        Raises:
            ConfigError: a key is the browser's own, given twice, or no single character.
        """
        checked = self._checked({**self.read(), **given})
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_text(self._path, json.dumps(checked, ensure_ascii=False, indent=1) + "\n", mode=0o600)
        return checked

    @staticmethod
    def _checked(told: object) -> dict[str, Any]:
        if not isinstance(told, dict):
            raise ConfigError("preferences are an object")
        keys = {row["command"]: row["key"] for row in table("keys")}
        given = told.get("keys", {})
        if not isinstance(given, dict) or not given.keys() <= keys.keys():
            raise ConfigError("no such command")
        keys |= given
        owned = {row["key"]: row["why"] for row in table("browser_keys")}
        for key in keys.values():
            if not isinstance(key, str) or len(key) != 1 or not key.isprintable() or key.isspace():
                raise ConfigError("a key is one character")
            if key in owned:
                raise ConfigError(f"that key belongs to the browser: {owned[key]}")
        if len(set(keys.values())) < len(keys):
            raise ConfigError("two commands have one key")
        theme, advance = told.get("theme", "system"), told.get("advance", True)
        if theme not in _THEMES or not isinstance(advance, bool):
            raise ConfigError("no such preference")
        return {"keys": keys, "theme": theme, "advance": advance}
