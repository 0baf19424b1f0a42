"""Codes as notes name them: ``M89.7-``, ``S02-S12``, ``E08.0-E08.9``, and what such a name covers."""

from __future__ import annotations

import re
from functools import lru_cache

_CODE = r"[A-Z][0-9A][0-9A-Z](?:\.[0-9A-Z]{1,4})?"
_NAMED = re.compile(rf"\b({_CODE})(?:\s*-\s*({_CODE})|(\.?-))?(?![0-9A-Za-z])")
_PARENTHESIS = re.compile(r"\(([^()]*)\)")
_LAST = re.compile(r"[\(\[]([^()\[\]]*)[\)\]]\s*\.?\s*$")


def named_codes(text: str) -> tuple[str, ...]:
    """The codes and ranges that stand in the parentheses of a note, as written, in order, each once."""
    found: dict[str, None] = {}
    for parenthesis in _PARENTHESIS.finditer(text):
        for match in _NAMED.finditer(parenthesis.group(1)):
            found.setdefault(re.sub(r"\s+", "", match.group()))
    return tuple(found)


def sole_code(text: str) -> tuple[str, str] | None:
    """A note's words and code, when it is words followed by exactly one code in parentheses."""
    last = _LAST.search(text)
    if not last or ("(" in text[: last.start()] and _NAMED.search(text[: last.start()])):
        return None
    match = _NAMED.fullmatch(last.group(1).strip())
    if not match or match.group(2):
        return None
    return text[: last.start()].strip(" ,;"), match.group(1)


@lru_cache(maxsize=100_000)
def plain(code: str) -> str:
    """A code without its dot, in capitals: the form in which codes compare."""
    return code.replace(".", "").upper()


def covers(named: str, code: str) -> bool:
    """Whether a code or range, as a note writes it, covers ``code``: the code itself and everything below it.

    Source: ICD-10-CM Official Guidelines FY 2026, section I.A.3 and the tabular list's use of the dash.
    """
    return CodeNames.of((named,)).hold(code)


class CodeNames:
    """Codes and ranges, as notes write them, read once and asked often; see :func:`covers`.

    Args:
        names: as written.
    """

    __slots__ = ("_initials", "_prefixes", "_ranges")

    def __init__(self, names: tuple[str, ...]) -> None:
        prefixes: list[str] = []
        ranges: list[tuple[str, str]] = []
        for named in names:
            low, dash, high = named.partition("-")
            low, high = plain(low), plain(high)
            if dash and high:
                ranges.append((low, high))
            else:
                prefixes.append(low)
        self._prefixes = tuple(prefixes)
        self._ranges = tuple(ranges)
        # The first characters of what may be covered, in either case: most codes open with none of them.
        opening = [(prefix, prefix) for prefix in prefixes] + ranges
        points = [point for low, high in opening for point in range(ord(low[0]), ord(high[0]) + 1)]
        self._initials = frozenset(letter for point in points for letter in (chr(point), chr(point).lower()))

    @classmethod
    def of(cls, names: tuple[str, ...]) -> CodeNames:
        """These names, read once a process."""
        return _names(names)

    def hold(self, code: str) -> bool:
        """Whether any of the names covers ``code``."""
        if code[:1] not in self._initials:
            return False
        target = plain(code)
        if target.startswith(self._prefixes):
            return True
        return bool(self._ranges) and any(
            target[: len(low)] >= low and target[: len(high)] <= high for low, high in self._ranges
        )


@lru_cache(maxsize=50_000)
def _names(names: tuple[str, ...]) -> CodeNames:
    return CodeNames(names)
