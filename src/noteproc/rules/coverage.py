"""Procedures against the diagnoses that coverage articles list for them."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets import ICD10CM
from noteproc.codesets.citations import cite_row
from noteproc.records import Finding
from noteproc.rules.case import Case


def covered(case: Case) -> Iterator[tuple[int, Finding]]:
    """A procedure for which none of the claim's diagnoses is listed; nothing where no article names it."""
    claim = case.claim
    if claim is None:
        return
    diagnoses = [coding.code for coding in case.codings if coding.system == ICD10CM]
    for place, coding in enumerate(case.codings):
        if coding.system == ICD10CM or not diagnoses:
            continue
        rows = claim.library.covered(coding.code, on=claim.day)
        listed = {row.code for row in rows}
        if rows and not listed.intersection(diagnoses):
            articles = ", ".join(dict.fromkeys(row.values["article"] for row in rows))
            yield (
                place,
                Finding(
                    "warning",
                    "NotCovered",
                    f"none of {', '.join(diagnoses)} is among the covered diagnoses of {coding.code} "
                    f"(article {articles})",
                    str(cite_row(rows[0])),
                ),
            )
