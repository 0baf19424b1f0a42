"""Every rule over a set of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from noteproc.codesets import CodeSets
from noteproc.records import Coding, CodingContext, Finding
from noteproc.rules.case import Case, Claim
from noteproc.rules.coverage import covered
from noteproc.rules.dates import dated
from noteproc.rules.edits import edited
from noteproc.rules.excludes import excluded_pairs
from noteproc.rules.limits import limited
from noteproc.rules.person import personal
from noteproc.rules.procedures import procedural
from noteproc.rules.sequence import sequenced
from noteproc.rules.specificity import specific
from noteproc.rules.validity import valid

_RULES = (valid, specific, excluded_pairs, sequenced, personal, procedural, edited, limited, covered, dated)
_LEVELS = {"error": 0, "warning": 1, "info": 2}


def check(
    codes: Sequence[Coding],
    context: CodingContext,
    codesets: CodeSets,
    *,
    units: Mapping[str, int] | None = None,
    claim: Claim | None = None,
) -> tuple[tuple[Coding, Finding], ...]:
    """What the rules have to say about codes that would be reported together.

    Args:
        codes: in the order in which they would stand, best or principal first.
        context: sex, age, setting and the releases that the date of service asks for.
        codesets: where entries and notes are read.
        units: units by code, where not one.
        claim: imported files to hold the codes against (edits, unit limits, coverage), with date and modifiers.

    Returns:
        Each finding with the code it belongs to: in the order of the codes, then errors, warnings, infos.
    """
    case = Case.of(codes, context, codesets, units, claim)
    found = dict.fromkeys((place, finding) for rule in _RULES for place, finding in rule(case))
    order = sorted(found, key=lambda pair: (pair[0], _LEVELS[pair[1].level], pair[1].rule, pair[1].message))
    return tuple((case.codings[place], finding) for place, finding in order)
