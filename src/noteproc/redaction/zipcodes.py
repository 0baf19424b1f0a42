"""What may stay of a ZIP code.

Source: 45 CFR 164.514(b)(2)(i)(B): the first three digits stay only where all ZIP codes that share them hold more than
20,000 people by the current census, else they become 000.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias, get_args

from noteproc.artifacts import dictionaries_dir

ZipVintage: TypeAlias = Literal["2020", "2000", "strict"]
VINTAGES: tuple[ZipVintage, ...] = get_args(ZipVintage)

# Source: Census 2020, ZCTA populations (18 areas); HHS de-identification guidance of 2012, Census 2000 (17 areas).
SMALL_ZIP3_2020 = frozenset("036 059 102 202 203 204 205 369 556 692 753 772 821 823 878 879 884 893".split())
SMALL_ZIP3_2000 = frozenset("036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split())

_SMALL: dict[str, frozenset[str]] = {
    "2020": SMALL_ZIP3_2020,
    "2000": SMALL_ZIP3_2000,
    "strict": SMALL_ZIP3_2020 | SMALL_ZIP3_2000,
}


def zip3(code: str, vintage: ZipVintage = "2020") -> str:
    """The first three digits of a ZIP code, or ``000`` where 20,000 people or fewer live there, or nobody."""
    digits = "".join(c for c in code if c.isdigit())[:3]
    return "000" if len(digits) < 3 or digits in _SMALL[vintage] or digits in _without_people() else digits


@lru_cache(maxsize=1)
def _without_people() -> frozenset[str]:
    text = (dictionaries_dir() / "phi" / "zip3_without_people.txt").read_text(encoding="utf-8")
    return frozenset(w for line in text.splitlines() if not line.startswith("#") for w in line.split())
