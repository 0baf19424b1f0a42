"""Options that several commands share."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from noteproc.errors import ConfigError

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Day = Annotated[
    str | None,
    typer.Option("--dos", help="Date of service, as 2026-03-02; chooses the releases.", show_default="newest releases"),
]


def day_of(written: str | None) -> str | None:
    """A date of service as typed.

    Raises:
        ConfigError: it is no ISO date.
    """
    if written is None:
        return None
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        raise ConfigError("--dos must be a date, as 2026-03-02") from None
