"""NCCI procedure-to-procedure edits between the procedures of a claim."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from noteproc.codesets.citations import cite_row
from noteproc.codesets.tables import read_rules
from noteproc.records import Finding
from noteproc.rules.case import Case


def edited(case: Case) -> Iterator[tuple[int, Finding]]:
    """One finding an edit, at the column 2 code, which is the one that is not paid.

    Source: CMS, NCCI policy manual, chapter I, "modifiers and modifier indicators".
    """
    claim = case.claim
    if claim is None:
        return
    places = {coding.code: place for place, coding in enumerate(case.codings) if coding.system != "ICD-10-CM"}
    for one, other in combinations(places, 2):
        for row in claim.library.pairs(one, other, on=claim.day):
            if claim.day is None and row.values.get("deleted"):
                continue
            second = row.values["other"]
            place, source = places[second], str(cite_row(row))
            used = sorted(m for code in (one, other) for m in claim.modifiers.get(code, ()) if m in _bypassing())
            why = row.values.get("rationale") or "no reason given"
            said = f"{second} is not paid beside {row.code} (NCCI edit: {why})"
            indicator = row.values.get("modifier", "")
            if indicator == "0":
                yield place, Finding("error", "Edit", f"{said}; no modifier opens it", source)
            elif indicator == "1" and used:
                told = f"{said}; modifier {', '.join(used)} opens it where the record shows a separate service"
                yield place, Finding("info", "Edit", told, source)
            elif indicator == "1":
                told = f"{said}, unless a modifier shows a separate site, session or service"
                yield place, Finding("error", "Edit", told, source)


@lru_cache(maxsize=1)
def _bypassing() -> frozenset[str]:
    """The modifiers that may open an edit."""
    return frozenset(row["modifier"] for row in read_rules("ptp_modifiers.tsv", ("modifier", "source")))
