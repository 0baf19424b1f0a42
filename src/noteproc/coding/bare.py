"""Names of procedures without their verb: "tunneled chest port" in a title says "port placement".

The words of ``dictionaries/words/performing.tsv`` are what a title leaves out. A phrase without them is worth less: it
stands only where procedures are told (see ``performance``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CPT
from noteproc.text import lexicon
from noteproc.text.tables import rows

# What remains of the trust in a phrase; a match below ``LIMIT`` is one of these.
TRUST = 0.5
LIMIT = 0.505
_LEAST_KEYS = 2
_SURGERY = ("10004", "69990")
_HEART = ("92920", "93799")


@lru_cache(maxsize=1)
def performing() -> frozenset[str]:
    """The keys of the words that say that something was done."""
    words = lexicon.shipped()
    table = rows(dictionaries_dir() / "words" / "performing.tsv", ("words",))
    return frozenset(words.key(t) for row in table for t in row["words"].split())


def bare_keys(system: str, code: str, keys: Sequence[str]) -> list[str] | None:
    """The keys of a procedure's phrase without the verbs of doing, or None where nothing, or too little, is left.

    Args:
        system: of the code that the phrase leads to.
        code: only operations and work on the heart have titles of this kind.
        keys: of the phrase, in order.
    """
    if system != CPT or not (_SURGERY[0] <= code <= _SURGERY[1] or _HEART[0] <= code <= _HEART[1]):
        return None
    left = [key for key in keys if key not in performing()]
    return left if _LEAST_KEYS <= len(left) < len(keys) else None
