"""Excludes1: two codes that cannot stand together."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets import ICD10CM, covers
from noteproc.records import Finding
from noteproc.rules.case import Case, tabular


def excluded_pairs(case: Case) -> Iterator[tuple[int, Finding]]:
    """One finding a pair, at the code whose own or inherited note excludes the other.

    Source: ICD-10-CM Official Guidelines FY 2026, I.A.12.a.
    """
    diagnoses = list(case.diagnoses())
    told: set[frozenset[int]] = set()
    for place, entry in diagnoses:
        for note in case.codesets.notes(ICD10CM, entry.code, "excludes1"):
            for other_place, other in diagnoses:
                pair = frozenset((place, other_place))
                if len(pair) < 2 or pair in told:
                    continue
                # A note of a chapter or block that names the code's own place excludes nothing from itself.
                if any(covers(n, other.code) and not covers(n, entry.code) for n in note.codes):
                    told.add(pair)
                    yield (
                        place,
                        Finding(
                            "error",
                            "Excludes1",
                            f"{other.code} is not coded beside {entry.code} unless the two are unrelated",
                            tabular(note.code, "Excludes1"),
                        ),
                    )
