"""Procedures, drugs and supplies: add-on codes and included work."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets import CodeEntry
from noteproc.records import Finding
from noteproc.rules.case import Case

# Whatever is reported for a visit (the evaluation and management section).
_VISITS = "99202-99499"


def procedural(case: Case) -> Iterator[tuple[int, Finding]]:
    """Add-on codes without a primary, work that is part of another code."""
    procedures = list(case.procedures())
    codes = {entry.code for _, entry in procedures}
    for place, entry in procedures:
        source = f"{entry.system} {entry.version}, {entry.code}"
        primaries = _primaries(entry)
        if case.claim is not None and case.claim.library.rows("addon", entry.code, on=case.claim.day):
            pass  # the imported list of add-ons speaks for it
        elif _is_addon(entry) and not (
            any(_covers(p, code) for p in primaries for code in codes) if primaries else _any_primary(procedures, entry)
        ):
            wanted = f" ({', '.join(primaries[:8])})" if primaries else ""
            yield (
                place,
                Finding(
                    "error",
                    "AddOn",
                    f"{entry.code} is an add-on code and stands only beside its primary procedure{wanted}",
                    f"{source}: add-on",
                ),
            )
        for _, other in procedures:
            if entry.code != other.code and entry.code in other.includes:
                yield (
                    place,
                    Finding(
                        "error",
                        "Included",
                        f"{entry.code} is part of {other.code} and is not coded beside it (same site and session)",
                        f"{other.system} {other.version}, {other.code}: includes",
                    ),
                )


def _is_addon(entry: CodeEntry) -> bool:
    return "addon" in entry.flags


def _any_primary(procedures: list[tuple[int, CodeEntry]], entry: CodeEntry) -> bool:
    return any(e.system == entry.system and e.code != entry.code and not _is_addon(e) for _, e in procedures)


def _primaries(entry: CodeEntry) -> tuple[str, ...]:
    """The codes or ranges that an add-on names as its primaries; none where it is a bare flag."""
    named = entry.flags.get("addon", "")
    if named == "visit":
        return (_VISITS,)
    return () if named == "yes" else tuple(code for code in named.split(",") if code)


def _covers(named: str, code: str) -> bool:
    low, _, high = named.partition("-")
    return low <= code <= (high or low)
