"""When a phrase means a code: the ``when`` column of the dictionaries.

Clauses are separated by ``;`` and must all hold. A clause is a list of alternatives separated by ``|``, of which one
must stand near; a leading ``!`` turns it into words of which none may stand near, a leading ``+`` into words without
which the code is never assumed (of procedures that share a phrase the plainest else stands). Such words, or a bare
``+``, also say that the phrase is an act: whoever tells it, did it. A numeric clause names a quantity and an inclusive
range with either end open: ``cm 2.6-7.5``, ``age 65-``, ``age -17``, ``count 3-``, ``minutes 30-``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from noteproc.errors import ConfigError

QUANTITIES = (
    "age",
    "bmi",
    "cm",
    "count",
    "days",
    "excised",
    "gap",
    "grams",
    "hours",
    "kg",
    "length",
    "levels",
    "mg",
    "miles",
    "minutes",
    "ml",
    "mm",
    "months",
    "percent",
    "sqcm",
    "stations",
    "studies",
    "tumor",
    "units",
    "views",
    "weeks",
    "years",
)
# What says that a phrase is an act, or, though something must stand in what was done, a name or the sign of an act.
_ACT, _NAME, _SIGN = "+", "=", "~"
_NUMBER = r"\d+(?:\.\d+)?"
_RANGE = re.compile(rf"(?P<name>[a-z]+)\s+(?P<low>{_NUMBER})?\s*-\s*(?P<high>{_NUMBER})?")


class Words(NamedTuple):
    """One clause over words: any of them near or, negated, none of them near; needed: never assumed.

    Args:
        alternatives: as written.
        keys: of each alternative that has any, where a phrase index has compiled them.
        openings: the first of each.
    """

    alternatives: tuple[str, ...]
    negated: bool = False
    needed: bool = False
    keys: tuple[tuple[str, ...], ...] = ()
    openings: frozenset[str] = frozenset()


class Quantity(NamedTuple):
    """One clause over a number: ``low <= value <= high``; an end that is None is open."""

    name: str
    low: float | None
    high: float | None
    negated: bool = False

    def admits(self, value: float) -> bool:
        """Whether the value lies in the range (outside it, for a negated clause)."""
        inside = (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return inside is not self.negated


Clause: TypeAlias = Words | Quantity


@dataclass(frozen=True, slots=True)
class When:
    """A parsed ``when`` cell. An empty one always holds.

    Args:
        text: the cell as written, stripped.
        clauses: in the order written; all must hold.
        act: whether the phrase is an act: whoever tells it, did it.
        sign: whether it is a sign of one: it was done where nothing says that it is planned.
        name: whether it only names one, which counts where an operation is told.
    """

    text: str = ""
    clauses: tuple[Clause, ...] = ()
    act: bool = False
    sign: bool = False
    name: bool = False

    @classmethod
    def parse(cls, text: str) -> When:
        """The condition that a cell writes down.

        Raises:
            ConfigError: an empty clause or alternative, or a range that holds no number.
        """
        return _parse(text.strip())

    def __bool__(self) -> bool:
        return bool(self.clauses)

    def holds(self, near: Callable[[Words], bool], number: Callable[[str], float | None]) -> bool:
        """Whether every clause holds.

        Args:
            near: whether any of a clause's words or phrases, as written in the dictionary, stands near.
            number: the value of a quantity by name, None when the note gives none (the clause then fails).
        """
        for clause in self.clauses:
            if isinstance(clause, Words):
                if near(clause) is clause.negated:
                    return False
            else:
                value = number(clause.name)
                if value is None or not clause.admits(value):
                    return False
        return True


ALWAYS = When()


@lru_cache(maxsize=8192)
def _parse(text: str) -> When:
    if not text:
        return ALWAYS
    parts = [part.strip() for part in text.split(";")]
    name, sign = _NAME in parts, _SIGN in parts
    act = any(part.startswith("+") for part in parts) and not (name or sign)
    return When(text, tuple(_clause(part) for part in parts if part not in (_ACT, _NAME, _SIGN)), act, sign, name)


def _clause(text: str) -> Clause:
    negated, needed = text.startswith("!"), text.startswith("+")
    body = text[1:].strip() if negated or needed else text
    if not body:
        raise ConfigError("empty clause in `when`: write words, or leave the cell empty")
    ranged = _RANGE.fullmatch(body)
    if ranged and ranged["name"] in QUANTITIES:
        low, high = (float(ranged[end]) if ranged[end] else None for end in ("low", "high"))
        if low is None and high is None:
            raise ConfigError(f"range without a number in `when`: {body!r}")
        if low is not None and high is not None and low > high:
            raise ConfigError(f"range runs backwards in `when`: {body!r}")
        return Quantity(ranged["name"], low, high, negated)
    alternatives = tuple(a.strip() for a in body.split("|"))
    if not all(alternatives):
        raise ConfigError("empty alternative in `when`: two `|` meet, or one stands at an end")
    if any(a.startswith(("!", "+")) for a in alternatives):
        raise ConfigError("`!` or `+` stands inside a clause in `when`: it is said of the whole clause and opens it")
    return Words(alternatives, negated, needed)
