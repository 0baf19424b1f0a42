"""The findings of the rules on the codes of a note as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from noteproc.codesets import CodeSets, Library
from noteproc.records import Coding, CodingContext
from noteproc.review.standing import CodeStanding, Standing
from noteproc.rules import Claim, check


def standing_codes(standing: Standing) -> list[CodeStanding]:
    """What is on the claim: accepted codes, then those that nobody has decided on."""
    return standing.having("accepted") + standing.having("undecided")


def findings_of(
    codes: Sequence[CodeStanding], context: CodingContext, codesets: CodeSets, library: Library
) -> list[dict[str, Any]]:
    """What the rules say about codes that would be reported together.

    Args:
        codes: in claim order.
        context: setting, age and sex.
        codesets: entries and notes.
        library: imported edits, limits and coverage.

    Returns:
        Findings as in the contract, each with the system and code that it belongs to.
    """
    codings = [Coding(c.system, c.version, c.code, c.display) for c in codes]
    units = {c.code: c.units for c in codes if c.units > 1}
    claim = Claim(library, "", {c.code: c.modifiers for c in codes if c.modifiers})
    found = check(codings, context, codesets, units=units, claim=claim)
    return [
        {
            "system": coding.system,
            "code": coding.code,
            "level": finding.level,
            "rule": finding.rule,
            "message": finding.message,
            "source": finding.source,
        }
        for coding, finding in found
    ]
