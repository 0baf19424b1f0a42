"""What the token right before letters, and the one right behind them, says of their being initials."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from noteproc.redaction import lexicon as lx
from noteproc.redaction.letters import EVERYDAY, KINDS

_KEPT = 20_000
_CLASSES = KINDS[:5]
SIGNING = frozenset(w for w in lx.read_words("signing_words.txt") if len(w) > 1)
_DOING = frozenset(lx.read_words("doing_words.txt"))

# How the letters are written, as ``Reading`` has it, the token beside them, and how many blanks part the two: none, one
# or two for more.
Side: TypeAlias = tuple[str, str, str]


class _Told(dict[str, str]):
    """Tokens as a sign names them: figures by their number, names and capitals by their kind."""

    def __missing__(self, form: str) -> str:
        if len(self) >= _KEPT:
            self.clear()
        told = form.lower()
        if told.isdigit():
            told = f"#{min(4, len(told))}"
        elif told.isalpha() and len(told) > 1:
            bits = lx.lexicon().bits(told)
            if bits & lx.CREDENTIAL and len(told) > 2:
                told = "%credential"
            elif bits & lx.NAME and form[0].isupper() and not form.isupper() and told not in EVERYDAY:
                told = "%name"
        self[form] = told
        return told


TOLD = _Told()


def signs_before(side: Side) -> list[str]:
    """The signs of the token right before letters."""
    case, form, blanks = side
    low, told = form.lower(), TOLD[form]
    bits = lx.lexicon().bits(low)
    signs = [f"{case}<{told}{blanks}", f"<{told}", f"{case}gap{blanks}"]
    signs += [f"{case}<.{name}" for bit, name in _CLASSES if bits & bit]
    if low in SIGNING:
        signs.append(f"{case}<.signing")
    return signs


def signs_behind(side: Side) -> list[str]:
    """The signs of the token right behind letters."""
    case, form, blanks = side
    low, told = form.lower(), TOLD[form]
    bits = lx.lexicon().bits(low)
    signs = [f"{case}>{blanks}{told}", f">{told}"]
    signs += [f"{case}>.{name}" for bit, name in _CLASSES if bits & bit]
    if low in _DOING:
        signs.append(f"{case}>.doing")
    return signs


class Weighed(dict[Side, float]):
    """What the signs of tokens beside letters weigh together.

    Args:
        signs_of: ``signs_before`` or ``signs_behind``.
        weights: of each sign.
    """

    def __init__(self, signs_of: Callable[[Side], list[str]], weights: dict[str, float]) -> None:
        super().__init__()
        self._signs_of, self._weights = signs_of, weights

    def __missing__(self, side: Side) -> float:
        if len(self) >= _KEPT:
            self.clear()
        weight = self[side] = sum(self._weights.get(s, 0.0) for s in self._signs_of(side))
        return weight
