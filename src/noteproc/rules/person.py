"""Codes against the person's sex and age."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from noteproc.codesets import CodeNames
from noteproc.codesets.tables import read_rules
from noteproc.records import Finding
from noteproc.rules.case import Case

_OLDEST = 90  # "90+" stands for every age from here on


def personal(case: Case) -> Iterator[tuple[int, Finding]]:
    """Codes that the documented sex or age does not fit; nothing where it is not known."""
    sex, age = case.context.sex, case.context.age
    years = _OLDEST if age == "90+" else age
    for place, entry in case.diagnoses():
        if sex is not None:
            for only, source in _sexes_of(entry.code):
                if only != sex:
                    yield place, Finding("warning", "Sex", f"{entry.code} is a diagnosis of {only} patients", source)
                    break
        if years is not None:
            for low, high, source in _ages_of(entry.code):
                if not low <= years <= high:
                    span = f"from {low}" if high > 200 else f"to {high}" if low == 0 else f"{low} to {high}"
                    yield place, Finding("warning", "Age", f"{entry.code} belongs to ages {span} years", source)
                    break


@lru_cache(maxsize=20_000)
def _sexes_of(code: str) -> tuple[tuple[str, str], ...]:
    """The rows of ``sex.tsv`` that name a code."""
    return tuple((sex, source) for codes, sex, source in _sexes() if codes.hold(code))


@lru_cache(maxsize=20_000)
def _ages_of(code: str) -> tuple[tuple[int, int, str], ...]:
    """The rows of ``age.tsv`` that name a code."""
    return tuple((low, high, source) for codes, low, high, source in _ages() if codes.hold(code))


@lru_cache(maxsize=1)
def _sexes() -> tuple[tuple[CodeNames, str, str], ...]:
    table = read_rules("sex.tsv", ("codes", "sex", "source"))
    return tuple((CodeNames((r["codes"],)), r["sex"], r["source"]) for r in table)


@lru_cache(maxsize=1)
def _ages() -> tuple[tuple[CodeNames, int, int, str], ...]:
    table = read_rules("age.tsv", ("codes", "from", "to", "source"))
    return tuple((CodeNames((r["codes"],)), int(r["from"] or 0), int(r["to"] or 999), r["source"]) for r in table)
