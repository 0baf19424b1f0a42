"""What stands in a span's place: numbered tags, labels or masks, put in by presidio-anonymizer's operators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from presidio_anonymizer.operators import Redact, Replace

from noteproc.redaction.entities import ENTITY_TYPES, NAME_TYPES
from noteproc.redaction.policy import Action, Policy
from noteproc.redaction.spans import Span
from noteproc.redaction.zipcodes import zip3

Operator: TypeAlias = Literal["tag", "label", "mask"]

_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
_COMPACT_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_NUMBERED = re.compile(r"\[([A-Z][A-Z0-9_]{2,40})_(\d{1,5})(?:: ?[0-9]{3,4})?\]")
# Only what redaction itself writes: a user's name in brackets is none of it.
TAG = re.compile(r"\[(?:" + "|".join(sorted(ENTITY_TYPES)) + r")(?:_\d{1,5})?(?:: ?[0-9]{3,4})?\]|(?<![\w.])90\+(?!\w)")


def year_of(surface: str) -> str | None:
    """The year that a date shows in four digits, or None."""
    found = _YEAR.search(surface) or _COMPACT_YEAR.search(surface)
    return (found[1] if found.re is _COMPACT_YEAR else found.group()) if found else None


class Replacer:
    """Chooses and puts in the replacements of one note.

    Args:
        operator: how tags are written: ``tag`` (numbered), ``label`` (kind only) or ``mask`` (same length).
        policy: what becomes of each kind. Surrogates and shifted dates are numbered tags here: what stands in their
            place is drawn from the vault by whoever writes the notes in order.
    """

    def __init__(self, operator: Operator, policy: Policy) -> None:
        self.operator = operator
        self._policy = policy
        self._replace, self._redact = Replace(), Redact()

    def action(self, kind: str) -> Action:
        """What becomes of an entity type, the style of tags taken in."""
        action = self._policy.action(kind)
        return self.operator if self.operator != "tag" and action in ("tag", "label", "generalise") else action

    def replacements(
        self, text: str, spans: Sequence[Span], persons: Mapping[Span, int], *, hidden_years: frozenset[str]
    ) -> list[str]:
        """The replacement of each span, in order.

        Args:
            text: the plain text.
            spans: disjoint, in order.
            persons: the person that a name span speaks of; spans of one person share one number.
            hidden_years: years that would show an age over 89 and so do not stay.
        """
        numbers: dict[tuple[str, object], int] = {}
        counts = _numbers_taken(text)
        out = []
        for span in spans:
            surface = text[span.start : span.end]
            kind = span.entity_type
            key: object = (
                persons.get(span, surface.casefold()) if kind in NAME_TYPES else " ".join(surface.casefold().split())
            )
            number = numbers.get((kind, key))
            if number is None:
                counts[kind] = counts.get(kind, 0) + 1
                number = numbers[(kind, key)] = counts[kind]
            out.append(self._one(kind, surface, number, hidden_years))
        return out

    def _one(self, kind: str, surface: str, number: int, hidden_years: frozenset[str]) -> str:
        action = self.action(kind)
        if action == "remove":
            return ""
        if action == "mask":
            return "".join("█" if not c.isspace() else c for c in surface)
        generalised = self._policy.action(kind) in ("generalise", "shift")
        if kind == "AGE_OVER_89" and generalised:
            return "90+"
        stem = kind if action == "label" else f"{kind}_{number}"
        if kind == "DATE" and generalised:
            year = year_of(surface)
            if year is not None and year not in hidden_years:
                return f"[{stem}: {year}]"
        if kind == "ZIP_CODE" and generalised:
            return f"[{stem}: {zip3(surface, self._policy.zip_vintage)}]"
        return f"[{stem}]"

    def apply(self, text: str, spans: Sequence[Span], replacements: Sequence[str]) -> str:
        """``text`` with each span replaced."""
        out: list[str] = []
        at = 0
        for span, new in zip(spans, replacements, strict=True):
            operator = self._replace if new else self._redact
            surface = text[span.start : span.end]
            out += (text[at : span.start], operator.operate(surface, {"new_value": new}))
            at = span.end
        out.append(text[at:])
        return "".join(out)


def _numbers_taken(text: str) -> dict[str, int]:
    """The highest number of each kind among the tags that a text holds already, so that no two people share one."""
    taken: dict[str, int] = {}
    if "[" in text:
        for found in _NUMBERED.finditer(text):
            taken[found[1]] = max(taken.get(found[1], 0), int(found[2]))
    return taken
