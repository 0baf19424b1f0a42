"""The sections of a diagnosis' page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from noteproc.codesets import ICD10CM, CodeEntry, covers
from noteproc.codesets.citations import cite_entry, cite_row
from noteproc.pages.shelf import Shelf, noted
from noteproc.pages.statements import Section, Statement

_NOTES = {
    "inclusion": ("inclusion", "Inclusion terms", "inclusion term"),
    "includes": ("includes", "Includes", "Includes"),
    "excludes1": ("excludes1", "Excludes1: never together", "Excludes1"),
    "excludes2": ("excludes2", "Excludes2: not included here", "Excludes2"),
    "code_first": ("code_first", "Code first", "Code first"),
    "use_additional": ("use_additional", "Use additional code", "Use additional code"),
    "code_also": ("code_also", "Code also", "Code also"),
    "note": ("notes", "Notes", "Note"),
}
_MOST = 60


def diagnosis_sections(shelf: Shelf, entry: CodeEntry) -> tuple[Section, ...]:
    """Every section of an ICD-10-CM code, in reading order."""
    sections = [
        Section("what", "What it is", tuple(_what(shelf, entry))),
        Section("place", "Place in the tree", tuple(_place(shelf, entry))),
        *_note_sections(shelf, entry),
        Section("seventh", "7th character", seventh_characters(shelf, entry)),
        noted("ccsr", "CCSR category", _ccsr(shelf, entry), (shelf.missing("ccsr", entry.code),)),
        noted("risk", "HCC and CC status", _risk(shelf, entry), (shelf.missing("hcc", entry.code), _cc_missing(shelf))),
        noted("gem", "ICD-9 crosswalk", crosswalk(shelf, entry.code), (shelf.missing("gem", entry.code),)),
        noted("index", "Index entries that lead here", _index(shelf, entry), _index_missing(shelf, entry)),
        noted("changes", "Changes between releases", _changes(shelf, entry), _changes_missing(shelf, entry)),
        noted("coverage", "Procedures it is covered for", _covered_for(shelf, entry), _coverage_missing(shelf, entry)),
    ]
    return tuple(s for s in sections if s.statements or s.missing)


def _what(shelf: Shelf, entry: CodeEntry) -> Iterator[Statement]:
    cite = cite_entry(entry)
    yield Statement("title", "", entry.title, cite)
    below = shelf.codesets.children(ICD10CM, entry.code)
    said = "may stand on a claim" if entry.billable else f"a heading: one of the {len(below)} codes below it is needed"
    yield Statement("billable", "yes" if entry.billable else "no", said, cite)
    for row in shelf.rows("icd10cm_order", entry.code):
        yield Statement("order file", "yes" if row.values["billable"] == "1" else "", row.values["long"], cite_row(row))


def _place(shelf: Shelf, entry: CodeEntry) -> Iterator[Statement]:
    for code in reversed(shelf.codesets.ancestors(ICD10CM, entry.code, blocks=True)):
        above = shelf.entry(ICD10CM, code)
        if above is not None:
            label = f"chapter {code}" if code.isdigit() else code
            yield Statement(label, "above", above.title, cite_entry(above))
    for code in shelf.codesets.children(ICD10CM, entry.code)[:_MOST]:
        below = shelf.entry(ICD10CM, code)
        if below is not None:
            yield Statement(code, "below", below.title, cite_entry(below))


def _note_sections(shelf: Shelf, entry: CodeEntry) -> Iterator[Section]:
    for kind, (name, title, label) in _NOTES.items():
        statements = tuple(
            Statement(
                "own" if note.code == entry.code else f"from {'chapter ' if note.code.isdigit() else ''}{note.code}",
                " ".join(note.codes),
                note.text,
                cite_entry(entry, place=note.code, note=label),
            )
            for note in shelf.codesets.notes(ICD10CM, entry.code, kind)
        )
        if statements:
            yield Section(name, title, statements)


def seventh_characters(shelf: Shelf, entry: CodeEntry) -> tuple[Statement, ...]:
    """The 7th characters that a code may take (or that stand beside its own), with what each says."""
    notes = shelf.codesets.notes(ICD10CM, entry.code, "seventh")
    place = notes[0].code if notes else entry.code
    stem = entry
    if len(entry.code) == 8 and entry.parent is not None:
        stem = shelf.entry(ICD10CM, entry.parent) or entry
    codes = [c for c in shelf.codesets.children(ICD10CM, stem.code) if len(c) == 8]
    if not codes and notes:
        # A heading further up: the characters of its first code that takes one.
        first = next((c for c in shelf.codesets.leaves(ICD10CM, stem.code) if len(c) == 8), None)
        above = shelf.entry(ICD10CM, first) if first else None
        if above is not None and above.parent is not None:
            stem = shelf.entry(ICD10CM, above.parent) or stem
            codes = [c for c in shelf.codesets.children(ICD10CM, stem.code) if len(c) == 8]
    found = []
    for code in codes:
        below = shelf.entry(ICD10CM, code)
        if below is not None:
            said = below.title.removeprefix(stem.title).strip(" ,;")
            found.append(Statement(code[-1], code, said, cite_entry(entry, place=place, note="7th character")))
    return tuple(found)


def _ccsr(shelf: Shelf, entry: CodeEntry) -> Iterator[Statement]:
    for row in shelf.rows("ccsr", entry.code):
        for side in ("inpatient", "outpatient"):
            if row.values.get(f"default_{side}"):
                yield Statement(
                    f"default, {side}", row.values[f"default_{side}"], row.values[f"default_{side}_text"], cite_row(row)
                )
        if row.values.get("categories"):
            yield Statement("categories", "", row.values["categories"], cite_row(row))


def _risk(shelf: Shelf, entry: CodeEntry) -> Iterator[Statement]:
    for row in shelf.rows("hcc", entry.code):
        yield Statement(row.values["model"], row.values["category"], "pays in this model's category", cite_row(row))
    for row in shelf.rows("cc", entry.code):
        level = row.values["level"]
        said = "a major complication or comorbidity" if level == "MCC" else "a complication or comorbidity"
        beside = f"not beside a principal diagnosis of its list {row.values['exclusions']}"
        yield Statement(level, "MS-DRG", f"{said}; {beside}" if row.values["exclusions"] else said, cite_row(row))


def _cc_missing(shelf: Shelf) -> str:
    """That the lists are not loaded; a code that a loaded list does not name is no complication."""
    return "" if shelf.library.releases("cc") else shelf.missing("cc", "")


def crosswalk(shelf: Shelf, code: str) -> tuple[Statement, ...]:
    """What the equivalence mappings give for a code, ICD-9 codes with or without their dot."""
    found = []
    for written in dict.fromkeys((code, code.replace(".", ""))):
        for row in shelf.rows("gem", written):
            how = "approximate" if row.values["approximate"] == "1" else "exact"
            target = row.values["target"]
            found.append(
                Statement(target or "no equivalent", row.values["direction"], how if target else "", cite_row(row))
            )
    return tuple(found)


def _index(shelf: Shelf, entry: CodeEntry) -> Iterator[Statement]:
    wanted = [entry.code, *shelf.codesets.ancestors(ICD10CM, entry.code)]
    for code in wanted:
        found = False
        for family in ("icd10cm_index", "icd10cm_eindex", "icd10cm_neoplasm", "icd10cm_drugs"):
            for row in shelf.rows(family, code)[:_MOST]:
                found = True
                yield Statement(row.values.get("as_written") or code, "", row.values["term"], cite_row(row))
        if found:
            return


def _index_missing(shelf: Shelf, entry: CodeEntry) -> Iterator[str]:
    family = "icd10cm_eindex" if re.match("[V-Y]", entry.code) else "icd10cm_index"
    yield shelf.missing(family, entry.code)


def _changes(shelf: Shelf, entry: CodeEntry) -> Iterator[Statement]:
    for row in shelf.rows("icd10cm_addenda", entry.code):
        yield Statement(row.values["action"], "", row.values["text"], cite_row(row))
    for row in shelf.rows("icd10cm_conversion", entry.code):
        yield Statement("coded before as", row.values["previous"], row.values["effective"], cite_row(row))
    for row in shelf.library.linked("icd10cm_conversion", entry.code, on=shelf.on):
        yield Statement("replaced by", row.code, row.values["effective"], cite_row(row))


def _changes_missing(shelf: Shelf, entry: CodeEntry) -> Iterator[str]:
    yield shelf.missing("icd10cm_addenda", entry.code)
    yield shelf.missing("icd10cm_conversion", entry.code)


def _covered_for(shelf: Shelf, entry: CodeEntry) -> Iterator[Statement]:
    told: set[tuple[str, str]] = set()
    for row in shelf.rows("coverage", entry.code):
        if row.values["kind"] != "diagnosis":
            continue
        for other in shelf.library.linked(
            "coverage", f"{row.values['article']}|{row.values['article_version']}", on=shelf.on
        ):
            key = (other.code, row.values["article"])
            if other.values["kind"] == "procedure" and key not in told:
                told.add(key)
                yield Statement(other.code, f"article {row.values['article']}", "", cite_row(row))


def _coverage_missing(shelf: Shelf, entry: CodeEntry) -> Iterator[str]:
    yield shelf.missing("coverage", entry.code)


def excluded_between(shelf: Shelf, one: CodeEntry, other: CodeEntry) -> tuple[Statement, ...]:
    """The Excludes notes of either code that name the other."""
    found = []
    for first, second in ((one, other), (other, one)):
        for kind in ("excludes1", "excludes2"):
            for note in shelf.codesets.notes(ICD10CM, first.code, kind):
                if any(covers(n, second.code) and not covers(n, first.code) for n in note.codes):
                    label = _NOTES[kind][2]
                    cite = cite_entry(first, place=note.code, note=label)
                    found.append(Statement(f"{first.code}, {second.code}", label, note.text, cite, kind))
    return tuple(found)
