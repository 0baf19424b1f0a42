"""The sections of a procedure's page."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.codesets import CPT, CodeEntry
from noteproc.codesets.citations import cite_entry, cite_row
from noteproc.codesets.facts import Fact, facts, facts_of, meaning
from noteproc.codesets.releases import Row
from noteproc.pages.modifiers import modifier_section
from noteproc.pages.shelf import Shelf, noted
from noteproc.pages.statements import Section, Statement

_DESCRIPTORS = (
    ("cpt_short", "short descriptor"),
    ("cpt_medium", "medium descriptor"),
    ("cpt_long", "long descriptor"),
    ("cpt_consumer", "consumer descriptor"),
    ("cpt_clinician", "clinician descriptor"),
)
_ASPECTS = {
    "indication": ("indications", "When it is done"),
    "step": ("steps", "How it is done"),
    "aftercare": ("aftercare", "Aftercare"),
    "document": ("documentation", "What the record has to show"),
}
_MOST = 60  # edits or diagnoses shown; more are counted


def procedure_sections(shelf: Shelf, code: str, entry: CodeEntry | None) -> tuple[Section, ...]:
    """Every section of a CPT or HCPCS code, in reading order."""
    sections = [
        _what(shelf, code, entry),
        *_clinical(code),
        shelf.fields(code, "indicators", "Fee-schedule indicators"),
        shelf.fields(code, "values", "Relative values"),
        modifier_section(shelf, code),
        noted("history", "History", _history(code), ("no history of this code is loaded",)),
        edit_section(shelf, code, entry),
        _addons(shelf, code, entry),
        shelf.fields(code, "units", "Units"),
        shelf.fields(code, "facility", "Hospital outpatient and ambulatory surgical center"),
        shelf.fields(code, "classes", "Classes"),
        shelf.fields(code, "site", "Site of service"),
        coverage_section(shelf, code),
        payer_section(shelf, code),
        noted("near", "Near codes", near_codes(shelf, code), ("no near codes are described in the starter",)),
    ]
    return tuple(s for s in sections if s.statements or s.missing)


def em_level(code: str) -> Fact | None:
    """The row of the visit table for a code, or None."""
    return next(iter(facts_of("em_levels", code)), None)


def em_title(level: Fact) -> str:
    """What a visit code stands for, in our own words."""
    patient = "" if level["patient"] == "any" else f", {level['patient']} patient"
    decision = "" if level["decision"] == "none" else f", {level['decision']} decision making"
    minutes = f", or {level['minutes']} minutes on the date" if level["minutes"] and decision else ""
    return f"{level['service'].capitalize()}{patient}{decision}{minutes}"


def _what(shelf: Shelf, code: str, entry: CodeEntry | None) -> Section:
    statements: list[Statement] = []
    if entry is not None:
        statements.append(Statement("what it is", "", entry.title, cite_entry(entry)))
        if entry.unit:
            statements.append(Statement("one unit", entry.unit, "", cite_entry(entry)))
    level = em_level(code)
    if level is not None:
        statements.append(Statement("what it is", "", em_title(level), level.cite()))
        if level["minutes"]:
            statements.append(Statement("total time", level["minutes"], "minutes or more on the date", level.cite()))
        if level["note"]:
            statements.append(Statement("remark", "", level["note"], level.cite()))
    missing = []
    if (entry is None and code[0].isdigit()) or (entry is not None and entry.system == CPT):
        for family, label in _DESCRIPTORS:
            rows = shelf.rows(family, code)
            statements += [Statement(label, "", row.values["text"], cite_row(row)) for row in rows]
            if not rows and family in ("cpt_short", "cpt_medium", "cpt_long"):
                missing.append(shelf.missing(family, code))
    else:
        rows = shelf.rows("hcpcs", code)
        for row in rows:
            statements += [
                Statement(f"{column} descriptor", "", row.values[column], cite_row(row))
                for column in ("short", "long")
                if row.values.get(column)
            ]
            statements += [
                Statement(label, row.values[column], "", cite_row(row))
                for column, label in (("added", "added"), ("effective", "in force from"), ("terminated", "ended"))
                if row.values.get(column)
            ]
        if not rows:
            missing.append(shelf.missing("hcpcs", code))
    return Section("what", "What it is", tuple(statements), tuple(missing))


def _clinical(code: str) -> Iterator[Section]:
    notes = facts_of("notes", code)
    for aspect, (name, title) in _ASPECTS.items():
        found = tuple(Statement(aspect, "", note["text"], note.cite()) for note in notes if note["aspect"] == aspect)
        if found:
            yield Section(name, title, found)


def _history(code: str) -> Iterator[Statement]:
    for fact in facts_of("history", code):
        yield Statement(fact["date"], fact["date"], fact["event"], fact.cite())


def edit_text(row: Row) -> str:
    """An edit in words: what it forbids, whether a modifier opens it, why, and whether it still holds."""
    pair = f"column 1 {row.code}, column 2 {row.values['other']}"
    known = meaning("ptp", row.values.get("modifier", ""))
    how = known["meaning"] if known else ""
    why = f" Reason: {row.values['rationale']}." if row.values.get("rationale") else ""
    ended = row.values.get("deleted", "")
    if ended and ended == row.values.get("effective"):
        return f"{pair}: an edit that was taken back on its first day, {ended}, and does not apply.{why}"
    if ended:
        return f"{pair}: an edit until {ended}, no longer in force after it. {how}{why}"
    return f"{pair}: the column 2 code is not paid beside the column 1 code. {how}{why}"


def edit_section(shelf: Shelf, code: str, entry: CodeEntry | None) -> Section:
    """Edits against other codes, and work that the starter says is included."""
    rows = shelf.library.pairs(code, on=shelf.on)
    statements = []
    for row in rows[:_MOST]:
        other = row.values["other"] if row.code == code else row.code
        statements.append(Statement(other, row.values.get("modifier", ""), edit_text(row), cite_row(row), "ptp"))
    missing = []
    if len(rows) > _MOST:
        missing.append(f"{len(rows) - _MOST} more edits are loaded: ask about a pair with `noteproc check`")
    if entry is not None and entry.includes:
        statements.append(
            Statement(
                "included work",
                ", ".join(entry.includes),
                f"part of {code} at the same site and session, not coded beside it",
                cite_entry(entry),
            )
        )
    if not rows:
        missing.append(shelf.missing("ptp", code))
    return Section("edits", "Edits against other codes", tuple(statements), tuple(missing))


def _addons(shelf: Shelf, code: str, entry: CodeEntry | None) -> Section:
    statements = [
        Statement(row.values["primary"], row.values.get("type", ""), "primary procedure it may stand beside",
                  cite_row(row))
        for row in shelf.rows("addon", code)[:_MOST]
    ]  # fmt: skip
    statements += [
        Statement(row.code, row.values.get("type", ""), "add-on code that may stand beside it", cite_row(row))
        for row in shelf.library.linked("addon", code, on=shelf.on)[:_MOST]
    ]
    named = "" if entry is None else entry.flags.get("addon", "")
    if not statements and entry is not None and named:
        wanted = "its primary procedure" if named == "yes" else ", ".join(named.split(","))
        statements.append(Statement("add-on code", "", f"stands only beside {wanted}", cite_entry(entry)))
    return noted("addon", "Add-on codes", statements, (shelf.missing("addon", code),))


def coverage_section(shelf: Shelf, code: str) -> Section:
    """The diagnoses that coverage articles list for a procedure."""
    rows = shelf.library.covered(code, on=shelf.on)
    statements = []
    for row in rows[:_MOST]:
        entry = shelf.entry("ICD-10-CM", row.code)
        title = "" if entry is None else entry.title
        statements.append(Statement(row.code, f"article {row.values['article']}", title, cite_row(row)))
    more = (f"{len(rows) - _MOST} more covered diagnoses are loaded",) if len(rows) > _MOST else ()
    return Section("coverage", "Covered diagnoses", tuple(statements), more or (
        () if statements else (shelf.missing("coverage", code),)
    ))  # fmt: skip


def payer_section(shelf: Shelf, code: str) -> Section:
    """What the user's own table of payer policies says of a code."""
    statements = (
        Statement(row.values["payer"], row.values.get("topic", ""), row.values["policy"], cite_row(row))
        for row in shelf.rows("payer", code)
    )
    return noted("payer", "Payer policies", statements, (shelf.missing("payer", code),))


def near_codes(shelf: Shelf, code: str) -> tuple[Statement, ...]:
    """The codes that are mistaken for this one, and what tells them apart."""
    found = []
    for fact in facts("distinctions"):
        if code in (fact["code"], fact["near"]):
            other = fact["near"] if fact["code"] == code else fact["code"]
            found.append(Statement(other, "", fact["difference"], fact.cite()))
    return tuple(found)
