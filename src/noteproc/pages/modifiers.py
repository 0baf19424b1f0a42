"""Which modifiers apply to a procedure, and what a modifier means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from noteproc.codesets.citations import Citation, cite_row
from noteproc.codesets.facts import Fact, facts, facts_of
from noteproc.pages.shelf import Shelf
from noteproc.pages.statements import Page, Section, Statement

Verdict: TypeAlias = Literal["yes", "no", "documented"]
_SAID: dict[Verdict, str] = {"yes": "applies", "no": "does not apply", "documented": "with documentation only"}


@dataclass(frozen=True, slots=True)
class ModifierUse:
    """Whether a modifier may stand on a code.

    Args:
        modifier: two characters.
        verdict: yes, no, or only with documentation.
        why: the reason, with the indicator that decides.
        name, when: what the modifier says and when to use it.
        citation: the indicator's source line, or the rule's.
    """

    modifier: str
    verdict: Verdict
    why: str
    name: str
    when: str
    citation: Citation


def modifier_uses(shelf: Shelf, code: str) -> tuple[ModifierUse, ...]:
    """The modifiers about which the loaded tables decide something for a code, in the order of the modifier table."""
    decided: dict[str, tuple[Fact, Citation, str]] = {}
    fields = {field["field"]: field for field in facts("fields")}
    for rule in facts("modifier_rules"):
        name, citation = rule["field"], rule.cite()
        if name == "kind":
            value, shown = _kind(shelf, code), ""
        else:
            found = shelf.field(code, fields[name])
            if not found:
                continue
            value, citation = found[0].value, found[0].citation
            shown = f" ({found[0].label}: {value})"
        if value in rule["values"].split(","):
            for modifier in rule["modifiers"].split(","):
                # An indicator of the code decides before a rule about its kind.
                decided.setdefault(modifier, (rule, citation, shown))
    uses = []
    for fact in facts("modifiers"):
        if fact["modifier"] in decided:
            rule, citation, shown = decided[fact["modifier"]]
            uses.append(
                ModifierUse(
                    fact["modifier"],
                    cast(Verdict, rule["verdict"]),
                    f"{rule['why']}{shown}",
                    fact["name"],
                    fact["when"],
                    citation,
                )
            )
    return tuple(uses)


def modifier_section(shelf: Shelf, code: str) -> Section:
    """The modifiers of a code's page: those that may apply first."""
    uses = sorted(modifier_uses(shelf, code), key=lambda use: ("yes", "documented", "no").index(use.verdict))
    statements = tuple(
        Statement(
            use.modifier,
            _SAID[use.verdict],
            f"{use.name}; {use.why}" + (f". {use.when}" if use.verdict != "no" else ""),
            use.citation,
        )
        for use in uses
    )
    missing = () if shelf.value(code, "pctc") else (shelf.missing("pprrvu", code),)
    return Section("modifiers", "Modifiers", statements, missing)


def modifier_page(shelf: Shelf, modifier: str) -> Page | None:
    """The page of a modifier, or None where no loaded table knows it."""
    written = modifier.strip().lstrip("-").upper()
    statements: list[Statement] = []
    title, own, notice = "", True, ""
    for fact in facts_of("modifiers", written):
        title = fact["name"]
        statements += [
            Statement(label, "", fact[column], fact.cite())
            for label, column in (("what it says", "name"), ("when to use", "when"), ("when not", "not_when"))
            if fact[column]
        ]
    for family, column in (("hcpcs_modifiers", "long"), ("cpt_modifiers", "text")):
        for row in shelf.rows(family, written):
            if row.values.get(column):
                title, own = title or row.values[column], own and bool(title)
                notice = row.release.licence if family == "cpt_modifiers" else notice
                statements.append(Statement("official text", "", row.values[column], cite_row(row)))
    if not statements:
        return None
    family = "cpt_modifiers" if written.isdigit() else "hcpcs_modifiers"
    missing = () if shelf.rows(family, written) else (shelf.missing(family, written),)
    section = Section("modifier", "What it says and when to use it", tuple(statements), missing)
    return Page("modifier", "", written, title, own, (section,), notice, shelf.on or "")


def _kind(shelf: Shelf, code: str) -> str:
    """How the rules class a code: a visit, drug, supply, diagnostic service or procedure."""
    if facts_of("em_levels", code):
        return "visit"
    entry = shelf.procedure(code)
    if entry is not None and entry.kind in ("drug", "supply"):
        return entry.kind
    return "diagnostic" if shelf.value(code, "pctc") in ("1", "2", "3", "4", "6", "8") else "procedure"
