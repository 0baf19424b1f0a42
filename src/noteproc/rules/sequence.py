"""What stands first, what follows, and what goes together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from noteproc.codesets import ICD10CM, CodeEntry, CodeNames, CodeNote, covers
from noteproc.codesets.tables import read_rules
from noteproc.records import Finding
from noteproc.rules.case import Case, tabular

_MANIFESTATION = re.compile(
    r"\bin (?:other )?(?:\w+ ){0,4}(?:diseases|conditions|disorders) classified elsewhere\b", re.I
)
_OPTIONAL = re.compile(r"\bif (?:applicable|known|present|any|desired|appropriate)\b|\bany\b", re.I)


def sequenced(case: Case) -> Iterator[tuple[int, Finding]]:
    """Code first, use additional code, code also, and codes that never stand first."""
    diagnoses = list(case.diagnoses())
    entries = [entry for _, entry in diagnoses]
    for rank, (place, entry) in enumerate(diagnoses):
        before, after = entries[:rank], entries[rank + 1 :]
        for found in (
            *_code_first(case, entry, before, after),
            *_additional(case, entry, before, after),
            *_also(case, entry, before, after),
            *_never_first(entry, before, after),
        ):
            yield place, found


def is_manifestation(entry: CodeEntry) -> bool:
    """Whether a code names a manifestation of a disease that is coded first.

    Source: ICD-10-CM Official Guidelines FY 2026, I.A.13.
    """
    return entry.system == ICD10CM and _is_manifestation(entry.title)


@lru_cache(maxsize=20_000)
def _is_manifestation(title: str) -> bool:
    return _MANIFESTATION.search(title) is not None


def _code_first(case: Case, entry: CodeEntry, before: list[CodeEntry], after: list[CodeEntry]) -> Iterator[Finding]:
    notes = _near(case, entry, "code_first")
    late = next(((n, e) for n in notes for e in after if _names(n, e)), None)
    if late and not any(_names(n, e) for n in notes for e in before):
        note, other = late
        yield Finding(
            "warning", "CodeFirst", f"{other.code} stands before {entry.code}", tabular(note.code, "Code first")
        )
    elif is_manifestation(entry) and not before:
        source = tabular(notes[0].code, "Code first") if notes else "ICD-10-CM Official Guidelines FY 2026, I.A.13"
        yield Finding(
            "error", "Manifestation", f"{entry.code} is a manifestation: the underlying disease is coded first", source
        )
    elif notes and not any(_names(n, e) for n in notes for e in before):
        required = [n for n in notes if n.codes and not _OPTIONAL.search(n.text)]
        if required:
            yield Finding(
                "info",
                "CodeFirst",
                f"is there an underlying condition to code before {entry.code}? ({', '.join(required[0].codes[:8])})",
                tabular(required[0].code, "Code first"),
            )


def _additional(case: Case, entry: CodeEntry, before: list[CodeEntry], after: list[CodeEntry]) -> Iterator[Finding]:
    # The lines of one note ("to identify control using: insulin, oral drugs") are alternatives: any one answers it.
    asking = _near(case, entry, "use_additional")
    for place, notes in groupby(asking, key=lambda note: note.code) if asking else ():
        lines = list(notes)
        source = tabular(place, "Use additional code")
        if any(_names(note, e) for note in lines for e in after):
            continue
        early = next((e for e in before if any(_names(note, e) for note in lines)), None)
        if early is not None:
            if not any(_names(note, entry) for note in _near(case, early, "code_first")):
                yield Finding(
                    "warning", "UseAdditional", f"{early.code} follows {entry.code} as an additional code", source
                )
            continue
        asked = list(dict.fromkeys(c for note in lines if not _OPTIONAL.search(note.text) for c in note.codes))
        if asked and not any(_OPTIONAL.search(note.text) for note in lines if not note.codes):
            shown = ", ".join(asked[:8]) + (" ..." if len(asked) > 8 else "")
            yield Finding("info", "UseAdditional", f"{entry.code} asks for an additional code ({shown})", source)


def _also(case: Case, entry: CodeEntry, before: list[CodeEntry], after: list[CodeEntry]) -> Iterator[Finding]:
    for note in _near(case, entry, "code_also"):
        if note.codes and not _OPTIONAL.search(note.text) and not any(_names(note, e) for e in (*before, *after)):
            yield Finding(
                "info",
                "CodeAlso",
                f"is a condition named beside {entry.code} to be coded too? ({', '.join(note.codes[:8])})",
                tabular(note.code, "Code also"),
            )


def _never_first(entry: CodeEntry, before: list[CodeEntry], after: list[CodeEntry]) -> Iterator[Finding]:
    for needs, why, source in _secondary(entry.code):
        others = (*before, *after)
        if needs and not any(covers(n, e.code) for n in needs for e in others):
            yield Finding("warning", "NeedsCompanion", f"{entry.code} by itself: {why}", source)
        elif not before and after:
            yield Finding("error", "NeverFirst", f"{entry.code} does not stand first: {why}", source)
        elif not others and not needs:
            yield Finding("warning", "NeverFirst", f"{entry.code} stands alone: {why}", source)
    if not before:
        for source in _drug_order(entry.code):
            yield Finding("error", "NeverFirst", f"{entry.code} does not stand first", source)


def _near(case: Case, entry: CodeEntry, kind: str) -> tuple[CodeNote, ...]:
    """The notes of a kind from the code up to its category; a chapter's speak of everything and ask nothing."""
    notes = case.codesets.notes(ICD10CM, entry.code, kind)
    return tuple([n for n in notes if not n.code.isdigit() and "-" not in n.code]) if notes else ()


def _names(note: CodeNote, entry: CodeEntry) -> bool:
    return bool(note.codes) and CodeNames.of(note.codes).hold(entry.code)


def _before_seventh(code: str) -> str:
    return code[-2] if len(code) == 8 else code[-1]


@lru_cache(maxsize=20_000)
def _secondary(code: str) -> tuple[tuple[tuple[str, ...], str, str], ...]:
    """The rows of ``secondary_only.tsv`` that name a code."""
    return tuple((needs, why, source) for codes, needs, why, source in _secondary_only() if codes.hold(code))


@lru_cache(maxsize=20_000)
def _drug_order(code: str) -> tuple[str, ...]:
    """The sources of the rows of ``drug_codes.tsv`` that name a code and its character before the seventh."""
    return tuple(
        source for codes, character, source in _drug_orders() if codes.hold(code) and _before_seventh(code) == character
    )


@lru_cache(maxsize=1)
def _secondary_only() -> tuple[tuple[CodeNames, tuple[str, ...], str, str], ...]:
    table = read_rules("secondary_only.tsv", ("codes", "needs", "why", "source"))
    return tuple(
        (CodeNames((r["codes"],)), tuple(n.strip() for n in r["needs"].split("|") if n.strip()), r["why"], r["source"])
        for r in table
    )


@lru_cache(maxsize=1)
def _drug_orders() -> tuple[tuple[CodeNames, str, str], ...]:
    table = read_rules("drug_codes.tsv", ("codes", "character", "order", "source"))
    return tuple((CodeNames((r["codes"],)), r["character"], r["source"]) for r in table)
