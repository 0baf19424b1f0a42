"""Redaction policies: for each kind of identifier what becomes of it, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args

from noteproc.artifacts import dictionaries_dir
from noteproc.errors import ConfigError
from noteproc.redaction.entities import ENTITY_TYPES
from noteproc.redaction.zipcodes import VINTAGES, ZipVintage

Action: TypeAlias = Literal["tag", "label", "mask", "remove", "generalise", "surrogate", "shift", "keep"]
Choice: TypeAlias = Literal["redact", "keep"]

ACTIONS: tuple[Action, ...] = get_args(Action)
_VAULTED = frozenset({"surrogate", "shift"})
_KEYS = (
    "about",
    "actions",
    "allow",
    "default",
    "deny",
    "extends",
    "providers",
    "recognizers",
    "reversible",
    "state",
    "weekdays",
    "zip_vintage",
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What becomes of each kind of identifier.

    Args:
        name: the shipped name, or the stem of the user's file.
        about: one line for people.
        actions: entity type to action, for every entity type.
        providers: whether names of clinicians go. Safe Harbor does not ask for them.
        state: whether a state that stands by itself goes.
        zip_vintage: the census whose small ZIP3 areas are shown as ``000``.
        weekdays: dates shift by whole weeks.
        reversible: what is taken out is kept in a vault.
        allow: phrases that stay, folded to lower case with single blanks.
        deny: (entity type, phrase) pairs that always go.
        recognizers: files in Presidio's YAML.
    """

    name: str
    about: str
    actions: Mapping[str, Action]
    providers: Choice = "redact"
    state: Choice = "keep"
    zip_vintage: ZipVintage = "2020"
    weekdays: bool = False
    reversible: bool = False
    allow: tuple[str, ...] = field(default=(), repr=False)
    deny: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    recognizers: tuple[Path, ...] = field(default=(), repr=False)

    def action(self, entity_type: str) -> Action:
        """What becomes of an entity type, the switches for providers and states taken in."""
        if entity_type == "CLINICIAN_NAME" and self.providers == "keep":
            return "keep"
        if entity_type == "STATE" and self.state == "keep":
            return "keep"
        return self.actions[entity_type]

    @property
    def needs_vault(self) -> bool:
        """Whether an action draws from a vault (surrogates, shifted dates)."""
        return any(action in _VAULTED for action in self.actions.values())

    @property
    def kept(self) -> frozenset[str]:
        """The entity types that stay."""
        return frozenset(entity for entity in ENTITY_TYPES if self.action(entity) == "keep")

    @property
    def safe_harbor(self) -> bool:
        """Whether the output may be called Safe Harbor: nothing that 164.514(b)(2)(i) lists stays or is shifted."""
        fine = all(
            self.action(e) not in ("keep", "shift") for e in ENTITY_TYPES if e not in ("CLINICIAN_NAME", "STATE")
        )
        return fine and not self.reversible and not self.needs_vault

    def to_dict(self) -> dict[str, object]:
        """The policy for a manifest: names and switches, no phrase of the user's lists."""
        return {
            "name": self.name,
            "about": self.about,
            "actions": {entity: self.action(entity) for entity in ENTITY_TYPES},
            "providers": self.providers,
            "state": self.state,
            "zip_vintage": self.zip_vintage,
            "weekdays": self.weekdays,
            "reversible": self.reversible,
            "safe_harbor": self.safe_harbor,
            "allow": len(self.allow),
            "deny": len(self.deny),
            "recognizers": len(self.recognizers),
        }


def policy_names() -> tuple[str, ...]:
    """The names of the shipped policies, in order."""
    return tuple(sorted(path.stem for path in (dictionaries_dir() / "policies").glob("*.toml")))


def load_policy(name: str) -> Policy:
    """A policy by shipped name, or from the user's TOML file.

    Args:
        name: a shipped name, or a path that ends in ``.toml``.

    Raises:
        ConfigError: no such policy, an unknown key, entity type or action, a list that cannot be read; the message
            names what is allowed.
    """
    if name in policy_names():
        return _read(dictionaries_dir() / "policies" / f"{name}.toml", name)
    path = Path(name)
    if path.suffix == ".toml":
        return _read(path, path.stem)
    raise ConfigError(f"unknown policy; allowed: {', '.join(policy_names())}, or a path to a .toml file")


def _read(path: Path, name: str) -> Policy:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"policy {path.name}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise ConfigError(f"policy {path.name}: is not valid TOML in UTF-8") from None
    return _Reader(path, told).policy(name)


class _Reader:
    def __init__(self, path: Path, told: Mapping[str, object]) -> None:
        self._path = path
        self._told = told
        for key in told:
            if key not in _KEYS:
                raise self._error(f"unknown key {key!r}; allowed: {', '.join(_KEYS)}")

    def _error(self, message: str) -> ConfigError:
        return ConfigError(f"policy {self._path.name}: {message}")

    def policy(self, name: str) -> Policy:
        base = Policy(name, "", dict.fromkeys(ENTITY_TYPES, "tag"))
        if "extends" in self._told:
            extended = self._one_of("extends", policy_names())
            if extended == name:
                raise self._error("extends itself")
            base = replace(load_policy(extended), name=name)
        default = self._told.get("default")
        actions: dict[str, Action] = dict(base.actions)
        if default is not None:
            actions = dict.fromkeys(ENTITY_TYPES, cast(Action, self._one_of("default", ACTIONS)))
        for entity, action in self._table("actions").items():
            self._known(entity)
            if action not in ACTIONS:
                raise self._error(f"unknown action for {entity}; allowed: {', '.join(ACTIONS)}")
            if action == "shift" and entity != "DATE":
                raise self._error("only DATE can be shifted")
            actions[entity] = action
        if default == "shift":
            raise self._error("only DATE can be shifted")
        deny = [(e, phrase) for e, given in self._table("deny").items() for phrase in self._phrases(f"deny {e}", given)]
        for entity, _ in deny:
            self._known(entity)
        choices = get_args(Choice)
        return replace(
            base,
            about=str(self._told.get("about", base.about)),
            actions=actions,
            providers=cast(Choice, self._one_of("providers", choices, base.providers)),
            state=cast(Choice, self._one_of("state", choices, base.state)),
            zip_vintage=cast(ZipVintage, self._one_of("zip_vintage", VINTAGES, base.zip_vintage)),
            weekdays=self._switch("weekdays", base.weekdays),
            reversible=self._switch("reversible", base.reversible),
            allow=(*base.allow, *(_folded(p) for p in self._phrases("allow", self._told.get("allow", [])))),
            deny=(*base.deny, *deny),
            recognizers=(*base.recognizers, *self._files("recognizers")),
        )

    def _known(self, entity: str) -> None:
        if entity not in ENTITY_TYPES:
            raise self._error(f"unknown entity type {entity!r}; allowed: {', '.join(ENTITY_TYPES)}")

    def _one_of(self, key: str, allowed: tuple[str, ...], otherwise: str = "") -> str:
        value = self._told.get(key, otherwise)
        if value not in allowed:
            raise self._error(f"{key} must be one of {', '.join(allowed)}")
        return str(value)

    def _switch(self, key: str, otherwise: bool) -> bool:
        value = self._told.get(key, otherwise)
        if not isinstance(value, bool):
            raise self._error(f"{key} must be true or false")
        return value

    def _table(self, key: str) -> Mapping[str, object]:
        value = self._told.get(key, {})
        if not isinstance(value, dict):
            raise self._error(f"{key} must be a table of entity types")
        return value

    def _list(self, key: str, value: object) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self._error(f"{key} must be a list of texts")
        return value

    def _phrases(self, key: str, value: object) -> list[str]:
        phrases: list[str] = []
        for entry in self._list(key, value):
            if entry.endswith(".txt"):
                phrases += self._lines(self._path.parent / entry)
            else:
                phrases.append(entry.strip())
        return phrases

    def _lines(self, path: Path) -> list[str]:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise self._error(f"{path.name} cannot be read ({type(error).__name__})") from None
        return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]

    def _files(self, key: str) -> list[Path]:
        paths = [self._path.parent / entry for entry in self._list(key, self._told.get(key, []))]
        for path in paths:
            if not path.is_file():
                raise self._error(f"{path.name} does not exist")
        return paths


def _folded(phrase: str) -> str:
    return " ".join(phrase.lower().split())
