"""Codes that are not complete: headers, missing 7th characters, sides that nobody stated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from noteproc.codesets import ICD10CM, CodeEntry, CodeSets
from noteproc.records import Finding
from noteproc.rules.case import Case, tabular

_SIDE = re.compile(r"\b(?:right|left|bilateral)\b", re.I)
_UNSPECIFIED = re.compile(r"\bunspecified\b", re.I)


def specific(case: Case) -> Iterator[tuple[int, Finding]]:
    """What a code lacks to be as complete as the code set demands."""
    for place, entry in case.diagnoses():
        if not entry.billable:
            below = case.codesets.children(ICD10CM, entry.code)
            missing = _seventh(below)
            if missing:
                yield (
                    place,
                    Finding(
                        "error",
                        "SeventhCharacter",
                        f"{entry.code} lacks its 7th character: one of {', '.join(missing)}",
                        tabular(_seventh_place(case.codesets, entry), "7th character"),
                    ),
                )
            else:
                shown = ", ".join(below[:6]) + (" ..." if len(below) > 6 else "")
                yield (
                    place,
                    Finding(
                        "error",
                        "NotBillable",
                        f"{entry.code} is a heading: a code below it is needed ({shown})",
                        "ICD-10-CM Official Guidelines FY 2026, I.B.2",
                    ),
                )
        elif _side_missing(case.codesets, entry.code, entry.title, entry.parent):
            yield (
                place,
                Finding(
                    "warning",
                    "Laterality",
                    f"the side is not stated for {entry.code}",
                    "ICD-10-CM Official Guidelines FY 2026, I.B.13",
                ),
            )


def _seventh(below: tuple[str, ...]) -> tuple[str, ...]:
    if below and all(len(code) == 8 for code in below):
        return tuple(code[-1] for code in below)
    return ()


def _seventh_place(codesets: CodeSets, entry: CodeEntry) -> str:
    notes = codesets.notes(ICD10CM, entry.code, "seventh")
    return notes[0].code if notes else entry.code


@lru_cache(maxsize=20_000)
def _side_missing(codesets: CodeSets, code: str, title: str, parent: str | None) -> bool:
    """Whether a code says "unspecified" in the place where its siblings name a side."""
    for _ in range(2):
        if parent is None or parent.isdigit():
            return False
        if _UNSPECIFIED.search(title) and not _SIDE.search(title):
            siblings = codesets.children(ICD10CM, parent)
            titles = [e.title for c in siblings if c != code and (e := codesets.entry(ICD10CM, c))]
            sides = [re.sub(r"\s+", " ", _SIDE.sub("unspecified", t)).lower() for t in titles if _SIDE.search(t)]
            if title.lower() in sides:
                return True
        above = codesets.entry(ICD10CM, parent)
        if above is None or len(code) != 8:
            return False
        code, title, parent = above.code, above.title, above.parent
    return False
