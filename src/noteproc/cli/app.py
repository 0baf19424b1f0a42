"""The tree of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from noteproc.cli import (
    ask,
    codes,
    doctor,
    house,
    library,
    measure,
    notes,
    prepare,
    proof,
    review,
    runs,
    servers,
    show,
    vaults,
)
from noteproc.version import VERSION

app = typer.Typer(
    name="noteproc",
    help="Clinical notes in, PHI out, suggested codes with the words that support them. Works offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"noteproc {VERSION}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Clinical notes in, PHI out, suggested codes with the words that support them. Works offline."""


app.command("run")(notes.run)
app.command("redact")(notes.redact)
app.command("code")(notes.code)
app.command("why")(house.why)
app.command("lookup")(codes.lookup)
app.command("show")(show.show)
app.command("check")(show.check)
app.command("ask")(ask.ask)
codes.codesets.command("import")(library.import_files)
codes.codesets.command("families")(library.list_families)
codes.codesets.command("verify")(library.verify)
codes.codesets.command("remove")(library.remove)
codes.codesets.command("diff")(library.diff)
app.add_typer(review.review, name="review")
app.add_typer(codes.codesets, name="codesets")
app.add_typer(measure.evaluate, name="evaluate")
app.add_typer(house.dictionaries, name="dictionaries")
app.command("restore")(vaults.restore)
app.add_typer(vaults.vault, name="vault")
app.command("audit")(proof.audit)
app.command("verify")(runs.verify)
app.command("diff")(runs.diff)
app.command("explain")(proof.explain)
app.command("serve")(servers.serve)
app.command("mcp")(servers.mcp)
app.command("prepare")(prepare.prepare)
app.command("doctor")(doctor.doctor)
