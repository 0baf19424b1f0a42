"""What coding weighs before it suggests: a code with the mentions that speak for it."""

from __future__ import annotations

from typing import NamedTuple

from noteproc.coding.mentions import Mention
from noteproc.records import Alternative, Reason


class Candidate(NamedTuple):
    """A code that words of the note lead to.

    Args:
        system, code: which code.
        base: the concept from which it was composed.
        mentions: for it, the strongest first.
        support: words of the note that made it specific, as numbers.
        reason: why it is not coded, or None.
        score: in [0, 1]; 0 until ranking has seen it.
        specific: whether the words chose it among its family rather than a default.
        unspecified: whether its title says that something is not documented.
        composed: whether words outside the phrase helped to choose it.
        units: how many.
        modifiers: in claim order.
        alternatives, missing: as in ``records.Suggestion``.
        wanted: whether a diagnosis of the note asks for it beside itself.
        derived: whether a rule made it from other candidates.
        echoes: mentions that say the same less well; they are shown, not weighed.
    """

    system: str
    code: str
    base: str
    mentions: tuple[Mention, ...]
    support: tuple[int, ...] = ()
    reason: Reason | None = None
    score: float = 0.0
    specific: bool = True
    unspecified: bool = False
    composed: bool = False
    units: int = 1
    modifiers: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    missing: tuple[str, ...] = ()
    wanted: bool = False
    derived: bool = False
    echoes: tuple[Mention, ...] = ()

    def without(self, reason: Reason) -> Candidate:
        """The same, not coded for this reason."""
        return self._replace(reason=reason)
