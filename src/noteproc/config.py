"""Configuration: defaults, then a TOML file, then ``NOTEPROC_*`` in the environment, then what the caller says."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from noteproc.errors import ConfigError

SettingChoice: TypeAlias = Literal["auto", "outpatient", "inpatient"]
ReplacementStyle: TypeAlias = Literal["tag", "label", "mask"]

_ENV_PREFIX = "NOTEPROC_"
# Variables that belong to other rooms: where the cache and the library lie is no setting of a run.
_ENV_ELSEWHERE = frozenset({"NOTEPROC_CACHE", "NOTEPROC_DATA", "NOTEPROC_KEY", "NOTEPROC_TOKEN"})


@dataclass(frozen=True, slots=True)
class Config:
    """What a run may be told.

    Args:
        setting: decides whether uncertain diagnoses are coded; ``auto`` reads it off the note.
        policy: the redaction policy, by name or path.
        replacement: numbered tag, plain label, or mask of the same length.
        workers: processes, 1 or more.
        time_limit: seconds that a note may take for every 100,000 characters begun, 1 or more.
        report_notes: how many notes ``report.html`` shows, 0 or more.
        id_column, text_column: columns of a CSV or keys of a JSON line; "" guesses among the usual names.
        line_column: the column that numbers the rows of one note; "" guesses, "none" takes every row for a note.
        dictionaries: folders of the user's own dictionaries.
        canaries: phrases that must stand in no output; a note that shows one is quarantined.
        vault: the vault that keeps what reversible policies take out, and draws surrogates and date offsets.
        key_file: the file with the vault's key; "" looks into ``NOTEPROC_KEY`` and the system's key store.
    """

    setting: SettingChoice = "auto"
    policy: str = "safe_harbor"
    replacement: ReplacementStyle = "tag"
    workers: int = 1
    time_limit: int = 120
    report_notes: int = 200
    id_column: str = ""
    text_column: str = ""
    line_column: str = ""
    dictionaries: tuple[str, ...] = ()
    canaries: tuple[str, ...] = ()
    vault: str = ""
    key_file: str = ""

    def __post_init__(self) -> None:
        _one_of("setting", self.setting, get_args(SettingChoice))
        _one_of("replacement", self.replacement, get_args(ReplacementStyle))
        if self.workers < 1:
            raise ConfigError("workers must be 1 or more")
        if self.time_limit < 1:
            raise ConfigError("time_limit must be 1 or more")
        if self.report_notes < 0:
            raise ConfigError("report_notes must be 0 or more")


def load_config(
    path: Path | None = None, *, environment: Mapping[str, str] | None = None, said: Mapping[str, object] | None = None
) -> Config:
    """The configuration of a run.

    Args:
        path: a TOML file with keys of ``Config``, or None.
        environment: where ``NOTEPROC_WORKERS=2`` and the like are looked for; the process's own by default.
        said: what the caller says himself; None values are left out.

    Raises:
        ConfigError: an unknown key or a value of the wrong kind; the message names what is allowed.
    """
    config = Config()
    if path is not None:
        config = _apply(config, _read_toml(path), f"{path.name}: ")
    env = os.environ if environment is None else environment
    found = {
        key.removeprefix(_ENV_PREFIX).lower(): value
        for key, value in env.items()
        if key.startswith(_ENV_PREFIX) and key not in _ENV_ELSEWHERE
    }
    config = _apply(config, found, "environment: ")
    return _apply(config, {k: v for k, v in (said or {}).items() if v is not None}, "")


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path.name}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name}: is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: is not valid TOML: {error}") from None


def _apply(config: Config, values: Mapping[str, object], where: str) -> Config:
    kinds = {f.name: type(getattr(config, f.name)) for f in fields(config)}
    changes: dict[str, object] = {}
    for key, value in values.items():
        if key not in kinds:
            raise ConfigError(f"{where}unknown key {key!r}; allowed: {', '.join(sorted(kinds))}")
        changes[key] = _cast(key, value, kinds[key], where)
    try:
        return replace(config, **changes)  # type: ignore[arg-type]
    except ConfigError as error:
        raise ConfigError(f"{where}{error}") from None


def _cast(key: str, value: object, kind: type, where: str) -> object:
    if kind is int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ConfigError(f"{where}{key} must be a whole number")
        try:
            return int(value)
        except ValueError:
            raise ConfigError(f"{where}{key} must be a whole number") from None
    if kind is tuple:
        if isinstance(value, str):
            # A canary may hold a colon, as a time does; a line end it never holds.
            return tuple(part for part in value.split("\n" if key == "canaries" else os.pathsep) if part)
        if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
            return tuple(value)
        raise ConfigError(f"{where}{key} must be a list of {'phrases' if key == 'canaries' else 'paths'}")
    if not isinstance(value, str):
        raise ConfigError(f"{where}{key} must be text")
    return value


def shown_settings(config: Config) -> dict[str, object]:
    """The settings for a manifest: of canaries only how many, of the vault and its key only whether."""
    hidden = {"canaries": len(config.canaries), "vault": bool(config.vault), "key_file": bool(config.key_file)}
    return {**asdict(config), **hidden}


def _one_of(key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(f"{key} must be one of {', '.join(allowed)}")
