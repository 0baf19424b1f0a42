"""Answers about two codes: together or not, covered or not, and what tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from noteproc.assistant.answers import Answer, Sentence, answer, said
from noteproc.assistant.desk import Desk
from noteproc.assistant.questions import Question
from noteproc.codesets import CodeEntry
from noteproc.codesets.citations import Citation, cite_entry, cite_release, cite_row
from noteproc.codesets.facts import facts, facts_of
from noteproc.codesets.releases import Row
from noteproc.pages.diagnoses import excluded_between
from noteproc.pages.procedures import edit_text

_COMPARED = ("status", "global", "bilateral", "pctc", "mue")


def together(desk: Desk, question: Question) -> Answer:
    """Whether codes may stand on one claim."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    for one, other in combinations(question.codes, 2):
        first, second = desk.diagnosis(one), desk.diagnosis(other)
        if first is not None and second is not None:
            sentences += _diagnoses(desk, first, second)
        elif first is None and second is None:
            found, gaps = _procedures(desk, one, other)
            sentences += [*found, *_visit(desk, one, other)]
            missing += gaps
        else:
            covered_ = covered(desk, Question("coverage", (one, other)))
            sentences += covered_.sentences
            missing += covered_.missing
    return answer("pair", sentences, missing)


def covered(desk: Desk, question: Question) -> Answer:
    """Whether the loaded coverage articles list diagnoses for procedures."""
    diagnoses = [code for code in question.codes if desk.diagnosis(code) is not None]
    procedures = [code for code in question.codes if desk.diagnosis(code) is None]
    sentences: list[Sentence] = []
    missing: list[str] = []
    for procedure in procedures:
        rows = desk.shelf.library.covered(procedure, on=desk.shelf.on)
        if not rows:
            missing.append(desk.shelf.missing("coverage", procedure))
            continue
        for diagnosis in diagnoses:
            sentences.append(_coverage(rows, procedure, diagnosis))
    return answer("coverage", sentences, missing)


def apart(desk: Desk, question: Question) -> Answer:
    """What tells codes apart: what each is, what the tables say of the pair, and the fields that differ."""
    sentences: list[Sentence] = []
    for code in question.codes:
        page = desk.page(code)
        section = None if page is None else page.section("what")
        if section is not None:
            sentences += [said(s, code) for s in section.statements[:1]]
    for one, other in combinations(question.codes, 2):
        for fact in facts("distinctions"):
            if {fact["code"], fact["near"]} == {one, other}:
                sentences.append(Sentence(fact["difference"], fact.cite()))
        first, second = desk.diagnosis(one), desk.diagnosis(other)
        if first is not None and second is not None:
            sentences += [_common(desk, first, second)]
            sentences += [said(s) for s in excluded_between(desk.shelf, first, second)]
        elif first is None and second is None:
            sentences += _differing(desk, one, other)
    return answer("difference", [s for s in sentences if s.text])


def _procedures(desk: Desk, one: str, other: str) -> tuple[list[Sentence], list[str]]:
    """Edits and included work of a pair; a verdict only where the edits are loaded."""
    sentences = []
    missing = []
    rows = desk.shelf.library.pairs(one, other, on=desk.shelf.on)
    for row in rows:
        sentences.append(Sentence(f"{one} with {other}: {edit_text(row)}", cite_row(row)))
    releases = desk.shelf.library.releases("ptp")
    if not releases:
        missing.append(desk.shelf.missing("ptp"))
    elif not rows:
        sentences.append(
            Sentence(f"{one} with {other}: no edit between them in the loaded table.", cite_release(releases[-1]))
        )
    for first, second in ((one, other), (other, one)):
        entry = desk.shelf.procedure(first)
        if entry is not None and second in entry.includes:
            sentences.append(
                Sentence(
                    f"{second} is part of {first} and is not coded beside it at the same site and session.",
                    cite_entry(entry),
                )
            )
        if entry is not None and second in entry.flags.get("addon", "").split(","):
            sentences.append(Sentence(f"{first} is an add-on code and may stand beside {second}.", cite_entry(entry)))
    for first, second in ((one, other), (other, one)):
        for row in desk.shelf.rows("addon", first):
            if row.values["primary"] == second:
                sentences.append(Sentence(f"{first} is an add-on code and may stand beside {second}.", cite_row(row)))
    return sentences, missing


def _visit(desk: Desk, one: str, other: str) -> list[Sentence]:
    """What holds for a visit beside a procedure that has a global period."""
    found = []
    for visit, procedure in ((one, other), (other, one)):
        if not facts_of("em_levels", visit) or facts_of("em_levels", procedure):
            continue
        days = next(f for f in facts("fields") if f["field"] == "global")
        held = desk.shelf.field(procedure, days)
        if held and held[0].value in ("000", "010", "090"):
            found.append(said(held[0], procedure))
            name = "57" if held[0].value == "090" else "25"
            found += [
                Sentence(f"Modifier {name} ({f['name']}) on {visit}: {f['when']}", f.cite())
                for f in facts_of("modifiers", name)
            ]
    return found


def _diagnoses(desk: Desk, first: CodeEntry, second: CodeEntry) -> list[Sentence]:
    found = []
    for statement in excluded_between(desk.shelf, first, second):
        verdict = (
            "are not coded together unless they are unrelated"
            if statement.field == "excludes1"
            else "may both be coded where the patient has both"
        )
        found.append(
            Sentence(f"{first.code} and {second.code} {verdict} ({statement.value}: {statement.text}).",
                     statement.citation)
        )  # fmt: skip
    if not found:
        found.append(
            Sentence(
                f"No Excludes note of {first.code} or {second.code} names the other.",
                cite_entry(first, note=f"and {second.code}, Excludes notes"),
            )
        )
    return found


def _coverage(rows: Sequence[Row], procedure: str, diagnosis: str) -> Sentence:
    listed = [row for row in rows if row.code == diagnosis]
    below = [row for row in rows if row.code.startswith(diagnosis)]
    articles = ", ".join(dict.fromkeys(row.values["article"] for row in listed or below or rows))
    if listed:
        return Sentence(
            f"Yes: {diagnosis} is among the covered diagnoses of {procedure} (article {articles}).", cite_row(listed[0])
        )
    if below:
        codes = ", ".join(row.code for row in below[:10])
        return Sentence(
            f"{diagnosis} itself is not listed for {procedure}, but codes below it are: {codes} (article {articles}).",
            cite_row(below[0]),
        )
    count = len({row.code for row in rows})
    return Sentence(
        f"No: {diagnosis} is not among the {count} covered diagnoses of {procedure} (article {articles}).",
        cite_release(rows[0].release),
    )


def _common(desk: Desk, first: CodeEntry, second: CodeEntry) -> Sentence:
    above = desk.shelf.codesets.ancestors("ICD-10-CM", second.code, blocks=True)
    mine = (first.code, *desk.shelf.codesets.ancestors("ICD-10-CM", first.code, blocks=True))
    shared = next((code for code in mine if code in (second.code, *above)), None)
    entry = None if shared is None else desk.diagnosis(shared)
    if entry is None:
        return Sentence(f"{first.code} and {second.code} stand in different chapters.", cite_entry(first))
    where = f"chapter {entry.code}" if entry.code.isdigit() else entry.code
    return Sentence(f"Both stand under {where}, {entry.title}.", cite_entry(entry))


def _differing(desk: Desk, one: str, other: str) -> list[Sentence]:
    found = []
    for fact in facts("fields"):
        if fact["field"] in _COMPARED:
            here, there = desk.shelf.field(one, fact), desk.shelf.field(other, fact)
            if here and there and here[0].value != there[0].value:
                text = f"{fact['label'].capitalize()}: {one} has {here[0].value}, {other} has {there[0].value}."
                found.append(Sentence(text, _both(here[0].citation, there[0].citation)))
    return found


def _both(one: Citation, other: Citation) -> Citation:
    if one == other:
        return one
    return Citation(one.source, one.release, one.date, f"{one.place}; {other}")
