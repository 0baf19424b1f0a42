"""Procedures that did not exist, or no longer did, on the date of service."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets.citations import cite_row
from noteproc.codesets.facts import facts_of
from noteproc.records import Finding
from noteproc.rules.case import Case


def dated(case: Case) -> Iterator[tuple[int, Finding]]:
    """Codes used before they were added or after they ended; nothing where the date of service is not known."""
    claim = case.claim
    if claim is None or not claim.on:
        return
    for place, coding in enumerate(case.codings):
        if coding.system == "ICD-10-CM":
            continue
        for fact in facts_of("history", coding.code):
            if fact["event"].startswith("added") and claim.on < fact["date"]:
                said = f"{coding.code} was added on {fact['date']}, after the date of service"
                yield place, Finding("error", "EffectiveDates", said, str(fact.cite()))
            if fact["event"].startswith("deleted") and claim.on >= fact["date"]:
                said = f"{coding.code} was deleted on {fact['date']}"
                yield place, Finding("error", "EffectiveDates", said, str(fact.cite()))
        for row in claim.library.rows("hcpcs", coding.code):
            added, ended = row.values.get("added", ""), row.values.get("terminated", "")
            if ended and claim.on > ended:
                said = f"{coding.code} ended on {ended}, before the date of service"
                yield place, Finding("error", "EffectiveDates", said, str(cite_row(row)))
            elif added and claim.on < added:
                said = f"{coding.code} was added on {added}, after the date of service"
                yield place, Finding("error", "EffectiveDates", said, str(cite_row(row)))
