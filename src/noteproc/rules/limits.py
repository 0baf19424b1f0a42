"""Units over the daily limit, and add-on codes against the imported list of their primaries."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets import CodeEntry
from noteproc.codesets.citations import cite_row
from noteproc.codesets.facts import facts_of, meaning
from noteproc.records import Finding
from noteproc.rules.case import Case


def limited(case: Case) -> Iterator[tuple[int, Finding]]:
    """Medically unlikely edits and add-on code edits.

    Source: CMS, NCCI policy manual, chapter I; CMS, NCCI add-on code edits (types 1 to 3).
    """
    codes = {coding.code for coding in case.codings}
    for place, coding in enumerate(case.codings):
        if coding.system == "ICD-10-CM":
            continue
        yield from ((place, finding) for finding in _units(case, coding.code, case.entries[place]))
        yield from ((place, finding) for finding in _primary(case, coding.code, codes))


def _units(case: Case, code: str, entry: CodeEntry | None) -> Iterator[Finding]:
    units = case.units.get(code, 1)
    for most, source, how in _limits(case, code, entry):
        if most.isdigit() and units > int(most):
            yield Finding(
                "warning",
                "Units",
                f"{units} units of {code}: more than the {most} a day that Medicare expects{how}",
                source,
            )
            return


def _limits(case: Case, code: str, entry: CodeEntry | None) -> Iterator[tuple[str, str, str]]:
    """The limits of a code: of the imported table, else of the starter."""
    rows = () if case.claim is None else case.claim.library.rows("mue", code, on=case.claim.day)
    for row in rows:
        if row.release.variant in ("", "practitioner"):
            known = meaning("mai", row.values.get("indicator", ""))
            yield row.values["units"], str(cite_row(row)), f". {known['meaning']}" if known else ""
    if rows:
        return
    for fact in facts_of("procedures", code):
        if fact["field"] == "mue":
            yield fact["value"], str(fact.cite()), ""
    if entry is not None and "mue" in entry.flags:
        yield entry.flags["mue"], f"{entry.system} {entry.version}, {entry.code}: medically unlikely edit", ""


def _primary(case: Case, code: str, codes: set[str]) -> Iterator[Finding]:
    if case.claim is None:
        return
    rows = case.claim.library.rows("addon", code, on=case.claim.day)
    if case.claim.day is None:
        rows = tuple(row for row in rows if not row.values.get("deleted"))
    named = sorted({row.values["primary"] for row in rows} - {""})
    # Types 2 and 3 leave (part of) the list to the contractor: any other procedure may be the primary.
    open_list = any(row.values.get("type", "") in ("2", "3") for row in rows)
    others = codes - {code}
    if rows and not others.intersection(named) and not (open_list and _procedures(case, code)):
        shown = ", ".join(named[:8]) + (" ..." if len(named) > 8 else "")
        yield Finding(
            "error",
            "AddOn",
            f"{code} is an add-on code and stands only beside its primary procedure" + (f" ({shown})" if shown else ""),
            str(cite_row(rows[0])),
        )


def _procedures(case: Case, code: str) -> bool:
    return any(c.system != "ICD-10-CM" and c.code != code for c in case.codings)
