"""Excludes1: two codes that cannot stand together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from noteproc.codesets import ICD10CM, CodeNames, CodeSets, covers
from noteproc.records import Finding
from noteproc.rules.case import Case, tabular


def excluded_pairs(case: Case) -> Iterator[tuple[int, Finding]]:
    """One finding a pair, at the code whose own or inherited note excludes the other.

    Source: ICD-10-CM Official Guidelines FY 2026, I.A.12.a.
    """
    diagnoses = list(case.diagnoses())
    told: set[frozenset[int]] = set()
    for place, entry in diagnoses:
        anywhere = _excluded_anywhere(case.codesets, entry.code)
        if not any(anywhere.hold(other.code) for _, other in diagnoses):
            continue
        for note in case.codesets.notes(ICD10CM, entry.code, "excludes1"):
            excluded = _excluded(note.codes, entry.code)
            for other_place, other in diagnoses:
                if excluded.hold(other.code) and other.code.endswith(note.seventh):
                    pair = frozenset((place, other_place))
                    if len(pair) < 2 or pair in told:
                        continue
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


@lru_cache(maxsize=20_000)
def _excluded_anywhere(codesets: CodeSets, code: str) -> CodeNames:
    """What any of a code's notes keeps apart from it."""
    notes = codesets.notes(ICD10CM, code, "excludes1")
    return CodeNames(tuple(dict.fromkeys(name for note in notes for name in note.codes if not covers(name, code))))


@lru_cache(maxsize=20_000)
def _excluded(names: tuple[str, ...], code: str) -> CodeNames:
    """What a note keeps apart from ``code``: one of a chapter or block excludes nothing from the code's own place."""
    return CodeNames(tuple(name for name in names if not covers(name, code)))
