"""Reading the small tab-separated tables of ``dictionaries/``: a heading row, then rows; ``#`` opens a comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from noteproc.errors import ConfigError


def rows(path: Path, columns: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """The rows of a table, in the file's order, missing trailing cells empty.

    Args:
        path: the table.
        columns: what its heading row must hold, in this order.

    Raises:
        ConfigError: the file is missing, its heading differs, or a row has too many cells (with file and line).
    """
    for _, row in numbered_rows(path, columns):
        yield row


def numbered_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a table with their 1-based lines, as :func:`rows` gives them.

    Raises:
        ConfigError: as for :func:`rows`.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name}: cannot be read ({type(error).__name__})") from None
    seen_heading = False
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not seen_heading:
            if tuple(cells) != columns:
                raise ConfigError(f"{path.name}:{number}: the first row must be {' <TAB> '.join(columns)}")
            seen_heading = True
            continue
        if len(cells) > len(columns):
            raise ConfigError(f"{path.name}:{number}: {len(cells)} cells, at most {len(columns)} are allowed")
        cells += [""] * (len(columns) - len(cells))
        yield number, dict(zip(columns, (c.strip() for c in cells), strict=True))
