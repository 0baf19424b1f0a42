"""What may stay of a ZIP code.

Source: 45 CFR 164.514(b)(2)(i)(B): the first three digits stay only where all ZIP codes that share them hold more than
20,000 people by the current census, else they become 000.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias, get_args

from noteproc.redaction.lexicon import read_pairs

ZipVintage: TypeAlias = Literal["2020", "2000", "strict"]
VINTAGES: tuple[ZipVintage, ...] = get_args(ZipVintage)


@lru_cache(maxsize=3)
def small_zip3(vintage: ZipVintage) -> frozenset[str]:
    """The ZIP3 areas that are shown as ``000``: by one census or (``strict``) both, and those where nobody lives."""
    wanted = {"none", "2020", "2000"} if vintage == "strict" else {"none", vintage}
    return frozenset(
        code for census, codes in read_pairs("small_zip3.tsv") if census in wanted for code in codes.split()
    )


def zip3(code: str, vintage: ZipVintage = "2020") -> str:
    """The first three digits of a ZIP code, or ``000`` where too few people live there."""
    digits = "".join(c for c in code if c.isdigit())[:3]
    return "000" if len(digits) < 3 or digits in small_zip3(vintage) else digits
