"""Commands of the review workbench: open it, export decisions, say what they tell."""

from __future__ import annotations

import getpass
import json
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from noteproc.errors import ConfigError

Out = Annotated[Path, typer.Argument(help="The output folder of noteproc run.", show_default=False)]
Reading = Annotated[
    str,
    typer.Option("--reading", help="An independent reading, by its reviewer's name.", show_default="the shared one"),
]


class _OpenByDefault(TyperGroup):
    """``noteproc review OUT`` opens the workbench; other words are commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help",):
            args = ["open", *args]
        return super().parse_args(ctx, args)


review = typer.Typer(
    cls=_OpenByDefault,
    help="Review the suggestions of a run in the browser: `noteproc review OUT`.",
    no_args_is_help=True,
)


@review.command("open")
def open_workbench(
    out: Out,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="Where to listen on 127.0.0.1.", show_default="8765, or next"),
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Print the link only; open no browser.")] = False,
    reviewer: Annotated[
        str | None, typer.Option("--reviewer", help="Your name, for the log.", show_default="your login")
    ] = None,
    independent: Annotated[
        bool, typer.Option("--independent", help="Read without seeing what others decided, to measure agreement.")
    ] = False,
    originals: Annotated[
        Path | None, typer.Option("--originals", help="The inputs of the run, to show originals.", show_default=False)
    ] = None,
    vault: Annotated[
        Path | None, typer.Option("--vault", help="The vault of the run, to show originals.", show_default=False)
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file", help="The file with the vault's key.", show_default="NOTEPROC_KEY, then the key store"
        ),
    ] = None,
) -> None:
    """Open the workbench on 127.0.0.1: see the words, decide, move on. Ctrl-C ends it; every decision is saved.

    Example: `noteproc review open out --reviewer "A. Lovelace"`, or just `noteproc review out`
    """
    from noteproc.review.desk import Reviewer
    from noteproc.review.originals import Originals
    from noteproc.review.serving import serve

    name = " ".join((reviewer or getpass.getuser()).split())[:80]
    if not name or not name.isprintable():
        raise ConfigError("--reviewer needs a name")
    resolved = out.resolve()
    found = None
    if originals is not None or vault is not None:
        found = Originals(originals, vault, key_file, resolved.with_name(resolved.name + ".crosswalk.csv"))

    def ready(link: str, page: Path) -> None:
        print(f"reviewing {out} as {name}: {link}", flush=True)
        print("Ctrl-C ends the workbench; every decision is saved as it is made", file=sys.stderr, flush=True)
        if not no_open:
            webbrowser.open(page.resolve().as_uri())

    def progress(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\rindexing the run, once: {done:,} notes ", end="", file=sys.stderr, flush=True)

    try:
        serve(
            out, Reviewer(name, name if independent else ""), port=port, originals=found, ready=ready, progress=progress
        )
    except KeyboardInterrupt:
        print("ended; every decision is saved", file=sys.stderr)


@review.command("export")
def export(
    out: Out,
    to: Annotated[str, typer.Option("--to", help="csv, jsonl, fhir, learn or phi.")] = "csv",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file to write.", show_default="standard output")
    ] = None,
    reading: Reading = "",
) -> None:
    """Write what was decided: csv, jsonl or fhir; learn for `noteproc dictionaries learn`; phi for redaction's owners.

    Example: `noteproc review export out --to fhir -o decisions.fhir.json`
    """
    from noteproc.files.atomic import atomic_text
    from noteproc.review.export import exported
    from noteproc.review.results import Results
    from noteproc.review.serving import open_log

    results = Results.open(out)
    log = open_log(out)
    try:
        if output is None:
            sys.stdout.writelines(exported(results, log, to, reading=reading))
        else:
            with atomic_text(output, mode=0o600) as file:
                file.writelines(exported(results, log, to, reading=reading))
            print(f"written: {output}")
    finally:
        log.close()


@review.command("stats")
def stats(out: Out, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what the decisions tell: acceptance by code, system and score, time a note, agreement, calibration.

    Example: `noteproc review stats out`
    """
    from noteproc.review.results import Results
    from noteproc.review.serving import open_log
    from noteproc.review.statistics import statistics

    log = open_log(out)
    try:
        told = statistics(Results.open(out), log)
    finally:
        log.close()
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    s, t = told["suggestions"], told["seconds_a_note"]
    print(f"notes: {', '.join(f'{n} {name}' for name, n in told['notes'].items())}")
    accepted = f"{s['accepted']} accepted ({_percent(s['acceptance'])})"
    print(f"suggestions: {s['decided']} decided, {accepted}; {s['added']} added")
    if t["notes"]:
        print(f"time a note: median {t['median']} s, mean {t['mean']} s over {t['notes']} notes")
    for title, key in (("by system", "by_system"), ("by score", "by_score"), ("by code", "by_code")):
        table = Table(title=title, title_justify="left")
        for column in ("", "decided", "accepted", "share"):
            table.add_column(column)
        for row in told[key]:
            table.add_row(row["name"], str(row["decided"]), str(row["accepted"]), _percent(row["acceptance"]))
        Console().print(table)
    for row in told["agreement"]:
        print(
            f"{' and '.join(row['reviewers'])}: {_percent(row['agreement'])} of {row['codes']} codes alike "
            f"on {row['notes']} notes, kappa {row['kappa']}"
        )
    calibration = told["calibration"]
    for row in calibration["bins"]:
        print(
            f"scores {row['from']:.1f}-{row['to']:.1f}: mean {row['mean_score']:.2f}, "
            f"accepted {_percent(row['accepted_share'])} of {row['decided']}"
        )
    if calibration["brier"] is not None:
        print(f"calibration: expected error {calibration['expected_error']}, Brier score {calibration['brier']}")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
