"""Codes against the loaded releases: known, current, and each once."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets.facts import facts_of
from noteproc.codesets.store import STARTER_VERSION
from noteproc.records import Finding
from noteproc.rules.case import Case

_INCOMPLETE = "not in the starter, which holds some codes only; import the official file to know whether it is valid"
_LISTS = ("pprrvu", "opps_b", "mue", "hcpcs", "cpt_long", "cpt_medium", "cpt_short")


def valid(case: Case) -> Iterator[tuple[int, Finding]]:
    """Unknown codes, releases that were not in force on the date of service, codes named twice."""
    versions = case.codesets.versions()
    seen: set[tuple[str, str]] = set()
    out_of_date: set[tuple[str, str]] = set()
    for place, (coding, entry) in enumerate(zip(case.codings, case.entries, strict=True)):
        loaded = versions.get(coding.system)
        source = f"{coding.system} {loaded}" if loaded else "loaded code sets"
        if loaded is None:
            yield place, Finding("warning", "NotLoaded", f"no release of {coding.system} is loaded", source)
            continue
        if entry is None and loaded == STARTER_VERSION:
            if not _known(case, coding.code):
                yield place, Finding("warning", "NotInStarter", f"{coding.code}: {_INCOMPLETE}", source)
            continue
        if entry is None:
            yield place, Finding("error", "UnknownCode", f"{coding.code} is not in {coding.system} {loaded}", source)
            continue
        wanted = case.context.releases.get(coding.system)
        release = coding.system, entry.version
        if wanted is not None and wanted != entry.version and release not in out_of_date:
            # It is said of the release, not of each of its codes.
            out_of_date.add(release)
            yield (
                place,
                Finding(
                    "warning",
                    "EffectiveDates",
                    f"{coding.system} release {entry.version} was not in force on the date of service",
                    f"{source}, in force {entry.effective_from or '?'} to {entry.effective_to or '?'}",
                ),
            )
        if (coding.system, entry.code) in seen:
            yield place, Finding("warning", "Repeated", f"{coding.code} stands twice", source)
        seen.add((coding.system, entry.code))


def _known(case: Case, code: str) -> bool:
    """Whether another table than the starter names a code: the visits' table, or an imported file."""
    if facts_of("em_levels", code):
        return True
    claim = case.claim
    return claim is not None and any(claim.library.rows(family, code, on=claim.day) for family in _LISTS)
