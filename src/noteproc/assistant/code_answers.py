"""Answers about one code: what it is, a field of it, a part of its page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from noteproc.assistant.answers import Answer, Sentence, answer, said
from noteproc.assistant.desk import Desk
from noteproc.assistant.questions import Question
from noteproc.codesets.citations import cite_entry
from noteproc.codesets.facts import facts
from noteproc.pages import Section, Statement
from noteproc.pages.diagnoses import crosswalk, seventh_characters

# A part of the page by kind of question; several are read in turn.
_PARTS: dict[str, tuple[str, ...]] = {
    "history": ("history", "changes"),
    "excludes1": ("excludes1",),
    "excludes2": ("excludes2",),
    "excludes": ("excludes1", "excludes2"),
    "includes": ("inclusion", "includes"),
    "code_first": ("code_first",),
    "use_additional": ("use_additional", "code_also"),
    "index": ("index",),
    "category": ("ccsr", "risk", "classes"),
    "addon": ("addon",),
    "payer": ("payer",),
    "near": ("near",),
    "steps": ("steps",),
    "indication": ("indications",),
    "aftercare": ("aftercare",),
    "facility": ("facility", "site"),
    "units": ("units",),
    "coverage": ("coverage",),
    "pair": ("edits",),
    "included": ("edits",),
}
_NOTED = frozenset({"inclusion", "includes", "excludes1", "excludes2", "code_first", "use_additional", "code_also"})
_PRICES = ("total_nonfacility", "total_facility", "conversion", "opps_rate", "asc_rate")
_SHOWN = 25


def described(desk: Desk, question: Question) -> Answer:
    """What a code is: title, place or licensed words, the main indicators, what tells it from near codes."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    notice = ""
    for code in question.codes:
        page = desk.page(code)
        if page is None:
            continue
        notice = page.notice or notice
        for name in ("what", "indications", "place", "inclusion", "indicators", "units", "near"):
            section = page.section(name)
            if section is None:
                continue
            if name == "place":
                sentences += _above(code, section)
            else:
                sentences += [said(s, code) for s in section.statements[:_SHOWN]]
            missing += section.missing if name == "what" else ()
        stem = re.compile(rf"\b{re.escape(code)}(?![\w.])")
        for fact in facts("guidelines"):
            if stem.search(fact["point"]):
                sentences.append(Sentence(f"{code}, guideline {fact['section']}: {fact['point']}", fact.cite()))
    return answer("describe", sentences, missing, notice)


def descriptors(desk: Desk, question: Question) -> Answer:
    """The licensed or official words of a code, where they are imported."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    notice = ""
    for code in question.codes:
        page = desk.page(code)
        section = None if page is None else page.section("what")
        if page is None or section is None:
            continue
        official = [s for s in section.statements if s.label.endswith("descriptor") or s.label == "title"]
        sentences += [said(s, code) for s in official]
        missing += section.missing
        notice = page.notice if official else notice
    return answer("descriptor", sentences, missing, notice)


def unit(desk: Desk, question: Question) -> Answer:
    """What one unit of a code is, and how many a day are expected."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    for code in question.codes:
        page = desk.page(code)
        for name in ("what", "units"):
            section = None if page is None else page.section(name)
            if section is not None:
                sentences += [said(s, code) for s in section.statements if name == "units" or s.label == "one unit"]
                missing += section.missing if name == "units" else ()
    return answer("unit", sentences, missing)


def price(desk: Desk, question: Question) -> Answer:
    """What imported schedules say of payment: values and rates. The starter has none, and no place is reckoned with."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    for code in question.codes:
        for row in facts("fields"):
            if row["field"] in _PRICES:
                found = desk.shelf.field(code, row)
                sentences += [said(s, code) for s in found]
                missing += () if found else (desk.shelf.missing(row["family"], code),)
    return answer("price", sentences, missing)


def crosswalked(desk: Desk, question: Question) -> Answer:
    """What the equivalence mappings give for a code."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    for code in question.codes:
        found = crosswalk(desk.shelf, code)
        sentences += [said(s, f"{code} maps to") for s in found]
        missing += () if found else (desk.shelf.missing("gem", code),)
    return answer("crosswalk", sentences, missing)


def part(desk: Desk, question: Question) -> Answer:
    """The parts of the page that a question of some kind asks for."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    notice = ""
    for code in question.codes:
        page = desk.page(code)
        for name in _PARTS[question.kind]:
            section = None if page is None else page.section(name)
            if page is None or section is None:
                continue
            notice = page.notice or notice
            sentences += [_of_section(code, section, s) for s in section.statements[:_SHOWN]]
            missing += section.missing
        if not sentences and not missing:
            missing.append(f"{code} has no such statement in the loaded tables")
    return answer(question.kind, sentences, missing, notice if sentences else "")


def field(desk: Desk, question: Question) -> Answer:
    """The value of a field for each code, with its meaning."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    row = next(fact for fact in facts("fields") if fact["field"] == question.field)
    for code in question.codes:
        found = desk.shelf.field(code, row)
        sentences += [said(s, code) for s in found]
        if not found:
            missing.append(
                desk.shelf.missing(row["family"], code) if row["family"] else f"{row['label']} of {code}: not known"
            )
    return answer("field", sentences, missing)


def billable(desk: Desk, question: Question) -> Answer:
    """Whether a code may stand on a claim."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    for code in question.codes:
        entry = desk.diagnosis(code)
        if entry is not None:
            below = desk.shelf.codesets.children("ICD-10-CM", entry.code)
            rest = "" if entry.billable else f" The codes below it: {', '.join(below[:20])}."
            verdict = "is billable" if entry.billable else "is not billable: it is a heading"
            until = f" until {entry.effective_to}" if entry.effective_to else ""
            said_ = f"{entry.code} {verdict} ({entry.title}){until}.{rest}"
            sentences.append(Sentence(said_, cite_entry(entry)))
            continue
        row = next(fact for fact in facts("fields") if fact["field"] == "status")
        found = desk.shelf.field(code, row)
        sentences += [said(s, code) for s in found]
        if not found:
            missing.append(desk.shelf.missing("pprrvu", code))
    return answer("billable", sentences, missing)


def children(desk: Desk, question: Question) -> Answer:
    """The codes below a code."""
    return answer("children", (s for code in question.codes for s in _below(desk, code)))


def parent(desk: Desk, question: Question) -> Answer:
    """Where a code stands in the tree."""
    sentences: list[Sentence] = []
    for code in question.codes:
        page = desk.page(code)
        section = None if page is None else page.section("place")
        if section is not None:
            sentences += _above(code, section)
    return answer("parent", sentences)


def seventh(desk: Desk, question: Question) -> Answer:
    """The 7th characters of a code."""
    sentences = []
    for code in question.codes:
        entry = desk.diagnosis(code)
        if entry is not None:
            sentences += [
                Sentence(f"{code}, 7th character {s.label}: {s.text} ({s.value}).", s.citation)
                for s in seventh_characters(desk.shelf, entry)
            ]
    missing = () if sentences else (f"{', '.join(question.codes)}: the tabular list asks for no 7th character here",)
    return answer("seventh", sentences, missing)


def _above(code: str, section: Section) -> list[Sentence]:
    return [
        Sentence(f"{code} is in {s.label}, {s.text}.", s.citation) for s in section.statements if s.value == "above"
    ]


def _of_section(code: str, section: Section, statement: Statement) -> Sentence:
    """A statement with the name of its section: a note's text names its codes itself."""
    name = section.title.partition(":")[0]
    if section.name in _NOTED:
        where = "" if statement.label == "own" else f" ({statement.label})"
        return Sentence(f"{code}, {name}{where}: {statement.text}.", statement.citation)
    if statement.label == name.lower() or section.name in ("steps", "indications", "aftercare"):
        return Sentence(f"{code}: {statement.text}", statement.citation)
    return said(statement, f"{code}, {name.lower()}:")


def _below(desk: Desk, code: str) -> Iterator[Sentence]:
    for below in desk.shelf.codesets.children("ICD-10-CM", code):
        entry = desk.diagnosis(below)
        if entry is not None:
            yield Sentence(f"{entry.code}: {entry.title}.", cite_entry(entry))
