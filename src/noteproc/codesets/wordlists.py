"""Words named together (``dictionaries/words/lists.tsv``): ``{film}`` in a table of codes stands for each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import product

from noteproc.artifacts import dictionaries_dir
from noteproc.errors import ConfigError
from noteproc.text.tables import rows

_NAME = re.compile(r"\{([^{}|]*)\}")


@lru_cache(maxsize=1)
def _lists() -> Mapping[str, tuple[str, ...]]:
    table = rows(dictionaries_dir() / "words" / "lists.tsv", ("name", "words"))
    return {row["name"]: tuple(word.strip() for word in row["words"].split("|")) for row in table}


def written_out(phrase: str) -> tuple[str, ...]:
    """A phrase with each of its lists written out: one phrase for each choice of words, in the lists' order.

    Raises:
        ConfigError: a list that does not exist.
    """
    parts = _NAME.split(phrase)
    if len(parts) == 1:
        return (phrase,)
    # Text and names take turns.
    choices = [(part,) if n % 2 == 0 else _named(part) for n, part in enumerate(parts)]
    return tuple("".join(chosen) for chosen in product(*choices))


def alternatives(cell: str) -> str:
    """A condition with each of its lists written out as alternatives.

    Raises:
        ConfigError: a list that does not exist.
    """
    return _NAME.sub(lambda found: "|".join(_named(found.group(1))), cell)


def _named(name: str) -> tuple[str, ...]:
    known = _lists().get(name)
    if known is None:
        raise ConfigError(f"no list of words is named {name!r} (see words/lists.tsv)")
    return known
