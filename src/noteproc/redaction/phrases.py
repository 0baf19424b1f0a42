"""The phrases that a policy lets stay or always takes out, and states where the policy redacts them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from noteproc.redaction.lexicon import read_pairs
from noteproc.redaction.policy import Policy
from noteproc.redaction.spans import Span

DENY_LIST = "DenyList"
STATE_NAMES = "StateNames"


class PolicyPhrases:
    """Applies the allow list, the deny list and the ``state`` switch of a policy to what detection found.

    Args:
        policy: where the lists come from.
    """

    def __init__(self, policy: Policy) -> None:
        self._allow = _pattern(policy.allow)
        self._deny: list[tuple[str, str, re.Pattern[str]]] = []
        kinds = sorted({kind for kind, _ in policy.deny})
        for kind in kinds:
            pattern = _pattern(phrase for k, phrase in policy.deny if k == kind)
            if pattern is not None:
                self._deny.append((kind, DENY_LIST, pattern))
        if policy.state == "redact":
            names = _pattern(name for _, name in read_pairs("states.tsv"))
            if names is not None:
                self._deny.append(("STATE", STATE_NAMES, names))

    def allowed(self, text: str) -> list[tuple[int, int]]:
        """Where the allow list's phrases stand."""
        return [] if self._allow is None else [m.span() for m in self._allow.finditer(text)]

    def settled(self, text: str, spans: Sequence[Span]) -> list[Span]:
        """The spans without those inside an allowed phrase, and with those of the deny list, which wins."""
        stay = self.allowed(text)
        kept = [s for s in spans if not any(a <= s.start and s.end <= b for a, b in stay)]
        return kept + self._denied(text, stay)

    def _denied(self, text: str, stay: Sequence[tuple[int, int]]) -> list[Span]:
        found = []
        for kind, who, pattern in self._deny:
            for m in pattern.finditer(text):
                if who == STATE_NAMES and (not m.group()[0].isupper() or any(a <= m.start() < b for a, b in stay)):
                    continue
                found.append(Span(m.start(), m.end(), kind, 1.0 if who == DENY_LIST else 0.6, who))
        return found


def _pattern(phrases: Iterable[str]) -> re.Pattern[str] | None:
    """A whole-word pattern of phrases, the longest first, blanks as wide as they come."""
    forms = sorted({" ".join(p.split()) for p in phrases if p.strip()}, key=lambda p: (-len(p), p))
    if not forms:
        return None
    bodies = "|".join(r"\s+".join(map(re.escape, form.split(" "))) for form in forms)
    return re.compile(rf"(?<!\w)(?:{bodies})(?!\w)", re.IGNORECASE)
