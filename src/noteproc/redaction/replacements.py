"""What stands in a span's place: numbered tags, labels or masks, put in by presidio-anonymizer's operators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.spans import Span

Operator: TypeAlias = Literal["tag", "label", "mask"]

# ZIP3 areas that hold 20,000 people or fewer, 2020 Census.
# Source: 45 CFR 164.514(b)(2)(i)(B); Census 2020 ZCTA populations, vintage 2020 (18 areas).
SMALL_ZIP3_2020 = frozenset("036 059 102 202 203 204 205 369 556 692 753 772 821 823 878 879 884 893".split())
SMALL_ZIP3_2000 = frozenset("036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split())

_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
_COMPACT_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
TAG = re.compile(r"\[[A-Z][A-Z0-9_]{2,40}(?:_\d{1,5})?(?:: ?[0-9]{3,4})?\]|(?<![\w.])90\+(?!\w)")


def zip3(code: str, small: frozenset[str] = SMALL_ZIP3_2020) -> str:
    """The first three digits of a ZIP code, or ``000`` where too few people live there."""
    digits = "".join(c for c in code if c.isdigit())[:3]
    return "000" if len(digits) < 3 or digits in small else digits


def year_of(surface: str) -> str | None:
    """The year that a date shows in four digits, or None."""
    found = _YEAR.search(surface) or _COMPACT_YEAR.search(surface)
    return (found[1] if found.re is _COMPACT_YEAR else found.group()) if found else None


class Replacer:
    """Chooses and puts in the replacements of one note.

    Args:
        operator: ``tag`` (numbered), ``label`` (kind only) or ``mask`` (same length).
        small_zip3: ZIP3 areas shown as ``000``.
    """

    def __init__(self, operator: Operator, small_zip3: frozenset[str] = SMALL_ZIP3_2020) -> None:
        self.operator = operator
        self._small = small_zip3
        self._engine = AnonymizerEngine()

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
        counts: dict[str, int] = {}
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
        if self.operator == "mask":
            return "".join("█" if not c.isspace() else c for c in surface)
        if kind == "AGE_OVER_89":
            return "90+"
        stem = kind if self.operator == "label" else f"{kind}_{number}"
        if kind == "DATE":
            year = year_of(surface)
            if year is not None and year not in hidden_years:
                return f"[{stem}: {year}]"
        if kind == "ZIP_CODE":
            return f"[{stem}: {zip3(surface, self._small)}]"
        return f"[{stem}]"

    def apply(self, text: str, spans: Sequence[Span], replacements: Sequence[str]) -> str:
        """``text`` with each span replaced, in stretches so that a long note costs no more than its length."""
        out: list[str] = []
        at = 0
        for first in range(0, len(spans), 64):
            chunk = spans[first : first + 64]
            new = replacements[first : first + 64]
            end = chunk[-1].end
            out.append(self._stretch(text[at:end], at, chunk, new))
            at = end
        out.append(text[at:])
        return "".join(out)

    def _stretch(self, text: str, offset: int, spans: Sequence[Span], replacements: Sequence[str]) -> str:
        # One entity name a span, so that each has its own replacement whatever order the engine works in.
        results = [RecognizerResult(f"SPAN_{k}", s.start - offset, s.end - offset, 1.0) for k, s in enumerate(spans)]
        operators = {f"SPAN_{k}": OperatorConfig("replace", {"new_value": new}) for k, new in enumerate(replacements)}
        done = self._engine.anonymize(text, results, operators, merge_entities_with_spaces=False)
        if len(done.items) != len(spans):
            raise ValueError("spans and replacements do not match")
        return str(done.text)
