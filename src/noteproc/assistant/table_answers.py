"""Answers about modifiers, indicators, guidelines, documentation, visits, and what is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from noteproc.assistant.answers import Answer, Sentence, answer, said
from noteproc.assistant.desk import Desk
from noteproc.assistant.questions import Question, every_topic, section_of, topics
from noteproc.codesets.citations import Citation, cite_release
from noteproc.codesets.facts import Fact, facts, facts_of, meaning
from noteproc.pages.modifiers import modifier_page, modifier_uses
from noteproc.pages.procedures import em_title
from noteproc.text.fold import tokens

_SAID = {"yes": "applies to", "no": "does not apply to", "documented": "applies only with documentation to"}
_MINUTES = re.compile(r"\b(\d{1,3})\s*-?\s*min")
_LEVELS = ("straightforward", "low", "moderate", "high")
_SERVICES = ("office", "hospital", "emergency", "nursing", "home", "consultation", "discharge", "critical")


def modifiers(desk: Desk, question: Question) -> Answer:
    """Which modifiers apply to each code."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    for code in question.codes:
        for use in modifier_uses(desk.shelf, code):
            when = "" if use.verdict == "no" else f" {use.when}"
            sentences.append(
                Sentence(f"{use.modifier} {_SAID[use.verdict]} {code}: {use.name}; {use.why}.{when}", use.citation)
            )
        if not desk.shelf.value(code, "pctc"):
            missing.append(desk.shelf.missing("pprrvu", code))
    return answer("modifiers", sentences, missing)


def modifier_use(desk: Desk, question: Question) -> Answer:
    """Whether one modifier applies to a code."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    for code in question.codes:
        uses = {use.modifier: use for use in modifier_uses(desk.shelf, code)}
        for modifier in question.modifiers:
            use = uses.get(modifier)
            if use is None:
                missing.append(f"whether {modifier} applies to {code}: no loaded indicator decides it")
                continue
            sentences.append(Sentence(f"{modifier} ({use.name}) {_SAID[use.verdict]} {code}: {use.why}.", use.citation))
    return answer("modifier_use", sentences, missing)


def modifier(desk: Desk, question: Question) -> Answer:
    """What modifiers mean and when to use them."""
    sentences: list[Sentence] = []
    missing: list[str] = []
    notice = ""
    if not question.modifiers:
        return answer("modifier", _modifiers_for(question))
    for name in question.modifiers:
        page = modifier_page(desk.shelf, name)
        if page is None:
            missing.append(f"modifier {name}: in no loaded table")
            continue
        notice = page.notice or notice
        sentences += [said(s, f"Modifier {name},") for s in page.sections[0].statements]
    return answer("modifier", sentences, missing, notice)


def indicator(desk: Desk, question: Question) -> Answer:
    """What a value of an indicator means."""
    fact = meaning(question.field, question.value)
    row = next(f for f in facts("fields") if f["field"] == question.field)
    if fact is None:
        return answer("indicator", ())
    return answer(
        "indicator", (Sentence(f"{row['label'].capitalize()} {fact['value']}: {fact['meaning']}", fact.cite()),)
    )


def guideline(desk: Desk, question: Question) -> Answer:
    """The guideline points on a subject, each with its section."""
    section = section_of(question.asked)
    found = (
        tuple(f for f in facts("guidelines") if section in f["section"].lower().split(", "))
        if section
        else topics(question.asked, "guidelines")
    )
    return answer("guideline", (_point(fact) for fact in found))


def contrasted(desk: Desk, question: Question) -> Answer:
    """The guideline points on every subject that a question names side by side."""
    return answer("difference", (_point(fact) for fact in every_topic(question.asked, "guidelines")))


def term(desk: Desk, question: Question) -> Answer:
    """What a field is, and what its values mean."""
    row = next(f for f in facts("fields") if f["field"] == question.field)
    values = [f for f in facts("indicators") if f["field"] == question.field]
    head = Sentence(f"A field of codes: {row['label']}.", row.cite())
    return answer("term", (head, *(Sentence(f"{f['value']}: {f['meaning']}", f.cite()) for f in values)))


def _modifiers_for(question: Question) -> Iterator[Sentence]:
    """The modifiers whose name and use hold all words of a question."""
    asked = {t.form for t in tokens(question.words)} - {"modifier"}
    for fact in facts("modifiers"):
        if asked and asked <= {t.form for t in tokens(f"{fact['name']} {fact['when']}")}:
            yield Sentence(f"Modifier {fact['modifier']}: {fact['name']}. {fact['when']}", fact.cite())


def document(desk: Desk, question: Question) -> Answer:
    """What a record has to show for a condition or a code."""
    sentences: list[Sentence] = []
    for code in question.codes:
        sentences += [Sentence(f["text"], f.cite()) for f in facts_of("notes", code) if f["aspect"] == "document"]
        level = next(iter(facts_of("em_levels", code)), None)
        if level is not None:
            sentences.append(Sentence(f"{code}: {em_title(level)}.", level.cite()))
            sentences += [_documented(f) for f in facts("documentation") if f["topic"] == "office visit"]
        title = "" if sentences else desk.title(code).lower()
        sentences += [_documented(fact) for fact in (topics(title, "documentation") if title else ())]
    if not question.codes:
        sentences = [_documented(fact) for fact in topics(question.asked, "documentation")]
    return answer("document", sentences)


def visit(desk: Desk, question: Question) -> Answer:
    """Time or decision making of visit codes."""
    sentences = []
    for code in question.codes:
        for fact in facts_of("em_levels", code):
            minutes = f" {fact['minutes']} minutes on the date, where time is used." if fact["minutes"] else ""
            note = f" {fact['note'].capitalize()}." if fact["note"] else ""
            decision = "" if fact["decision"] == "none" else f" Decision making: {fact['decision']}."
            sentences.append(
                Sentence(f"{code}, {fact['service']}, patient {fact['patient']}:{decision}{minutes}{note}", fact.cite())
            )
    if not question.codes:
        return level(desk, question)
    missing = () if sentences else (f"{', '.join(question.codes)}: not in the table of visits",)
    return answer(question.kind, sentences, missing)


def level(desk: Desk, question: Question) -> Answer:
    """The visit code that minutes or a level of decision making lead to."""
    asked = question.asked
    minutes = _MINUTES.search(asked)
    decision = next((name for name in reversed(_LEVELS) if re.search(rf"\b{name}\b", asked)), "")
    service = next((name for name in _SERVICES if name in asked), "office" if "visit" in asked else "")
    patient = next((name for name in ("new", "established") if re.search(rf"\b{name}\b", asked)), "")
    if service and question.kind == "time" and not minutes and not decision:
        # The minutes are what is asked for.
        return answer("level", _minutes_of(service, patient))
    if (not service and not patient) or not (minutes or decision):
        return guideline(desk, question)
    fitting = [
        fact
        for fact in facts("em_levels")
        if (not service or service in fact["service"]) and (not patient or fact["patient"] in (patient, "any"))
        and fact["decision"] != "none"
    ]  # fmt: skip
    if minutes:
        fitting = [f for f in fitting if f["minutes"] and int(f["minutes"]) <= int(minutes.group(1))]
        best = {(f["service"], f["patient"]): f for f in sorted(fitting, key=lambda f: int(f["minutes"]))}
        fitting = list(best.values())
    else:
        fitting = [f for f in fitting if decision in f["decision"].split(" or ")]
    return answer("level", (Sentence(f"{f['code']}: {em_title(f)}.", f.cite()) for f in fitting))


def _minutes_of(service: str, patient: str) -> Iterator[Sentence]:
    for f in facts("em_levels"):
        if service in f["service"] and f["minutes"] and (not patient or f["patient"] in (patient, "any")):
            yield Sentence(f"{f['code']}: {em_title(f)}; {f['minutes']} minutes.", f.cite())


def loaded(desk: Desk, question: Question) -> Answer:
    """Which releases are loaded."""
    return answer("loaded", _releases(desk))


def _releases(desk: Desk) -> Iterator[Sentence]:
    for s in desk.pages.codesets.summaries():
        span = f", in force {s.effective_from} to {s.effective_to or 'now'}" if s.effective_from else ""
        yield Sentence(
            f"{s.system}, release {s.version}: {s.codes} codes{span}.",
            Citation(s.sources[0] if s.sources else s.system, s.version, s.effective_from),
        )
    for release in desk.shelf.library.releases():
        yield Sentence(
            f"{release.family}, release {release.version or 'not named'}: {release.rows} rows.", cite_release(release)
        )


def _point(fact: Fact) -> Sentence:
    return Sentence(f"{fact['section']}: {fact['point']}", fact.cite())


def _documented(fact: Fact) -> Sentence:
    return Sentence(fact["point"], fact.cite())
