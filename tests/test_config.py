"""Configuration: who wins, and what a wrong key gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from noteproc.config import Config, load_config
from noteproc.errors import ConfigError


def test_flags_win_over_environment_over_file(tmp_path: Path) -> None:
    file = tmp_path / "noteproc.toml"
    file.write_text('workers = 2\nsetting = "inpatient"\nreport_notes = 5\n', encoding="utf-8")
    config = load_config(
        file, environment={"NOTEPROC_WORKERS": "3", "NOTEPROC_REPORT_NOTES": "7"}, said={"workers": 4, "setting": None}
    )
    assert config == Config(setting="inpatient", workers=4, report_notes=7)


@pytest.mark.parametrize(
    "toml, words",
    [
        ("worker = 2", "unknown key 'worker'; allowed:.*workers"),
        ('setting = "ward"', "auto, outpatient, inpatient"),
        ("workers = 0", "1 or more"),
        ('workers = "many"', "whole number"),
        ("workers = true", "whole number"),
        ("dictionaries = 3", "list of paths"),
        ("workers = ", "not valid TOML"),
    ],
)
def test_a_bad_file_says_what_is_allowed(tmp_path: Path, toml: str, words: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(toml, encoding="utf-8")
    with pytest.raises(ConfigError, match=words) as caught:
        load_config(file, environment={})
    assert str(caught.value).startswith("bad.toml: ")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        load_config(tmp_path / "none.toml", environment={})


def test_an_unknown_variable_is_an_error_but_the_cache_is_not() -> None:
    assert load_config(environment={"NOTEPROC_CACHE": "x", "HOME": "y"}) == Config()
    with pytest.raises(ConfigError, match="environment: unknown key 'wokers'"):
        load_config(environment={"NOTEPROC_WOKERS": "3"})
