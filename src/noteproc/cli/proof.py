"""Commands that show what redaction did: the Safe Harbor report of a run, and why a word of a note went or stayed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from noteproc.cli.options import AsJson
from noteproc.config import load_config
from noteproc.errors import ConfigError, ReadError


def audit(
    out: Annotated[Path, typer.Argument(help="The output folder of a run.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Print the Safe Harbor report of a run: all 18 identifiers, what was found and what became of it; no PHI.

    Example: `noteproc audit out --json`
    """
    from noteproc.audit import audit as audit_run

    report = audit_run(out)
    if as_json:
        print(json.dumps(report.to_dict()))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console()
    verdict = "does what Safe Harbor lists" if report.safe_harbor else "is NOT Safe Harbor"
    console.print(f"Policy {report.policy}: it {verdict} (45 CFR 164.514(b)(2)(i)).", markup=False)
    console.print(f"ZIP rule by census {report.zip_vintage}; names of providers: {report.providers}.", markup=False)
    console.print(", ".join(f"{count} notes {status}" for status, count in report.notes.items()) + ".", markup=False)
    console.print(f"The leak gate {report.gate}.", markup=False)
    table = Table("", "identifier", "found", "action", "automated", "look at")
    for line in report.lines:
        actions = ", ".join(sorted(set(line.actions.values()))) or "-"
        total = str(sum(line.counts.values())) if line.counts else "-"
        table.add_row(line.letter, f"{line.title}\n{line.rule}", total, actions, line.automated, line.remark)
    console.print(table)
    for remark in report.by_hand:
        console.print(f"By hand: {remark}", markup=False)


def explain(
    note: Annotated[str, typer.Argument(help="A note, or - for standard input.", show_default=False)],
    offset: Annotated[
        int | None, typer.Option("--offset", help="Only what stands at this character.", show_default=False)
    ] = None,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Show the words as well: PHI on your terminal.")
    ] = False,
    policy: Annotated[
        str | None, typer.Option("--policy", help="Redaction policy.", show_default="safe_harbor")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="A TOML file with settings.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show who spoke for and against each identifier of a note, and what decided.

    Example: `noteproc explain note.txt --offset 120 --show-text`
    """
    from noteproc.files.inputs import Unreadable, read, sources
    from noteproc.redaction import Redactor
    from noteproc.redaction.explanation import explain as explain_note

    settings = load_config(config, said={"policy": policy})
    found = next((n for s in sources([note])[0] for n in read(s)), None)
    if found is None or isinstance(found, Unreadable):
        raise ReadError("the note cannot be read" if found is None else found.message)
    try:
        told = explain_note(Redactor(policy=settings.policy, operator=settings.replacement), found, offset)
    except ValueError as error:
        raise ConfigError(f"--offset: {error} of {len(found.text)} characters") from None
    if as_json:
        rows = []
        for e in told:
            row: dict[str, object] = {key: getattr(e, key) for key in e.__slots__ if key != "voices"}
            row["voices"] = [{key: getattr(v, key) for key in v.__slots__} for v in e.voices]
            rows.append(row | ({"text": found.text[e.start : e.end]} if show_text else {}))
        print(json.dumps(rows, ensure_ascii=False))
        return
    for e in told:
        words = f" {' '.join(found.text[e.start : e.end].split())!r}" if show_text else ""
        verdict = f"{e.entity_type}, {e.action}" if e.entity_type else "stays"
        sys.stdout.write(f"{e.start}-{e.end}{words}: {verdict} ({e.score:.2f})\n  decided: {e.decided}\n")
        for v in e.voices:
            shield = f", the shield left {v.shielded:.2f}" if v.shielded != v.score else ""
            sys.stdout.write(f"  {v.recognizer} {v.start}-{v.end} {v.entity_type} {v.score:.2f}{shield}\n")
