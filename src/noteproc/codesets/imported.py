"""Imported systems as codes and phrases of the compiled store, so that the look-up finds them.

Only the look-up: what a note is coded with stays what the dictionaries and the tabular list say. The starter's own
words stay the title of a CPT code that it holds, so that no descriptor of the AMA gets into the results of a run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from noteproc.codesets.families import ICD10PCS
from noteproc.codesets.library import Library
from noteproc.codesets.phrasing import title_phrases
from noteproc.codesets.releases import Release, Row
from noteproc.codesets.tables import CPT, HCPCS, ICD10CM

# Best title first. An ICD-10-CM list has titles alone, no notes: it speaks for days on which the tabular list of this
# installation was not in force.
_SYSTEMS = {
    ICD10CM: ("icd10cm_order",),
    HCPCS: ("hcpcs",),
    ICD10PCS: ("icd10pcs_order",),
    CPT: ("cpt_long", "cpt_medium", "cpt_short", "cpt_consumer"),
}
_INDEXES = ("icd10cm_index", "icd10cm_eindex")
_SEARCHED = frozenset(family for families in _SYSTEMS.values() for family in families) | frozenset(_INDEXES)
_PART = re.compile(r"\s*,\s*")


@dataclass(frozen=True, slots=True)
class ImportedCode:
    """A code of an imported release.

    Args:
        code: as written.
        title: the official title.
        billable: whether it could stand on a claim when the release began.
        parent: the code above, or None.
        phrases: the words that lead to it; none where a newer release gives them.
        quotable: whether the title may stand in an export.
    """

    code: str
    title: str
    billable: bool
    parent: str | None
    phrases: tuple[str, ...]
    quotable: bool


@dataclass(frozen=True, slots=True)
class ImportedSystem:
    """One version of one system, from one file or several.

    Args:
        system, version: which.
        releases: the imports behind it, best title first.
        newest: whether none of the system is newer.
    """

    system: str
    version: str
    releases: tuple[Release, ...]
    newest: bool


def searched(library: Library) -> tuple[Release, ...]:
    """The imports that the look-up draws on, in the order of import."""
    return tuple(release for release in library.releases() if release.family in _SEARCHED)


def imported_systems(library: Library) -> tuple[ImportedSystem, ...]:
    """The systems that were imported: each version once, oldest first; of a re-issued file the last import."""
    found = []
    for system, families in _SYSTEMS.items():
        by_version: dict[tuple[str, str], dict[str, Release]] = {}
        for release in library.releases():
            if release.family in families:
                by_version.setdefault((release.effective_from, release.version), {})[release.family] = release
        for key in sorted(by_version):
            held = by_version[key]
            chosen = tuple(held[family] for family in families if family in held)
            found.append(ImportedSystem(system, key[1], chosen, key == max(by_version)))
    return tuple(found)


def imported_codes(library: Library, imported: ImportedSystem) -> Iterator[ImportedCode]:
    """The codes of an imported system, in code order."""
    rows: dict[str, list[Row]] = {}
    for release in imported.releases:
        for row in library.all_rows(release):
            rows.setdefault(row.code, []).append(row)
    for code in sorted(rows):
        texts = list(dict.fromkeys(text for row in rows[code] for text in _texts(row)))
        values, release = rows[code][0].values, rows[code][0].release
        ended = values.get("terminated", "")
        billable = values.get("billable", "1") == "1" and not (ended and ended <= release.effective_from)
        yield ImportedCode(
            code=code,
            title=texts[0],
            billable=billable,
            parent=_parent(imported.system, code, rows),
            phrases=tuple(texts) if imported.newest and billable and imported.system != ICD10CM else (),
            quotable=imported.system != CPT and not values.get("quotes_cpt"),
        )


def index_phrases(library: Library) -> Iterator[tuple[str, str]]:
    """Words and codes of the newest imported indexes, in their order; the terms above stand behind."""
    for family in _INDEXES:
        held = library.releases(family)
        if not held:
            continue
        for row in library.all_rows(max(held, key=lambda r: (r.effective_from, r.imported))):
            # A main term of the External Cause Index is one common word: "cut", "fall", "struck".
            if not row.code or (family == "icd10cm_eindex" and row.values["level"] == "0"):
                continue
            for text in title_phrases(" ".join(reversed(_PART.split(row.values["term"])))):
                yield row.code, text


def _parent(system: str, code: str, known: Collection[str]) -> str | None:
    """The longest code of the list that this one continues; codes of CPT and HCPCS stand side by side."""
    if system not in (ICD10CM, ICD10PCS):
        return None
    return next((code[:n].rstrip(".") for n in range(len(code) - 1, 2, -1) if code[:n].rstrip(".") in known), None)


def _texts(row: Row) -> list[str]:
    return [text for name in ("long", "text", "short") if (text := row.values.get(name, ""))]
