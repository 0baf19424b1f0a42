"""A claim as a person types it, examined: codes and modifiers as text, everything loaded held against them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from noteproc.codesets import CPT, HCPCS, ICD10CM, CodeSets, system_of
from noteproc.records import Coding, CodingContext, Finding, Setting, Sex
from noteproc.rules.case import Claim
from noteproc.rules.check import check

if TYPE_CHECKING:
    from noteproc.codesets.library import Library

# What an import would add to the examination, by family.
_UNCHECKED = {
    "ptp": "NCCI procedure-to-procedure edits",
    "mue": "unit limits (only those of the starter)",
    "addon": "add-on code edits (only those of the starter)",
    "coverage": "covered diagnoses",
}


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found against a claim.

    Args:
        codings: the codes as the loaded sets write them, in the order given.
        findings: each with the code it belongs to, as :func:`noteproc.rules.check` orders them.
        not_checked: what could not be held against the codes, as no file for it is loaded.
    """

    codings: tuple[Coding, ...]
    findings: tuple[tuple[Coding, Finding], ...]
    not_checked: tuple[str, ...]

    @property
    def wrong(self) -> bool:
        """Whether at least one finding is an error."""
        return any(finding.level == "error" for _, finding in self.findings)

    def to_dict(self) -> dict[str, object]:
        """The examination as JSON-ready values."""
        return {
            "findings": [
                {"code": c.code, "level": f.level, "rule": f.rule, "message": f.message, "source": f.source}
                for c, f in self.findings
            ],
            "not_checked": list(self.not_checked),
        }


def examine(
    codes: Sequence[str],
    codesets: CodeSets,
    library: Library,
    *,
    on: date | None = None,
    setting: Setting = "outpatient",
    age: int | None = None,
    sex: Sex | None = None,
    units: Mapping[str, int] | None = None,
) -> Examination:
    """Hold codes against each other, the date, the person and the imported files.

    Args:
        codes: in claim order, each with its modifiers behind dashes ("22511-59").
        codesets: where entries and notes are read.
        library: the imported files.
        on: the date of service; the newest releases answer where it is not known.
        setting, age, sex: the visit and the person; age in years, 0 or more.
        units: units by code, where not one.
    """
    split = [code.strip().upper().split("-") for code in codes]
    codings = tuple(_coding(codesets, parts[0]) for parts in split)
    modifiers = {
        coding.code: tuple(part for part in parts[1:] if part) for coding, parts in zip(codings, split, strict=True)
    }
    counted = {_coding(codesets, code.strip().upper()).code: number for code, number in (units or {}).items()}
    context = CodingContext(
        setting=setting,
        age=None if age is None else "90+" if age >= 90 else age,
        sex=sex,
        releases={} if on is None else dict(codesets.releases_on(on)),
    )
    claim = Claim(library, "" if on is None else on.isoformat(), modifiers)
    findings = check(codings, context, codesets, units=counted, claim=claim)
    missing = tuple(
        f"not loaded, so not checked: {what}" for family, what in _UNCHECKED.items() if not library.releases(family)
    )
    return Examination(codings, findings, missing)


def _coding(sets: CodeSets, code: str) -> Coding:
    """A code with the system that knows it, or whose codes have its shape."""
    for system in (ICD10CM, CPT, HCPCS):
        entry = sets.entry(system, code)
        if entry is not None:
            return Coding(system, "", entry.code, entry.title)
    return Coding(system_of(code) or ICD10CM, "", re.sub(r"\s+", "", code), "")
