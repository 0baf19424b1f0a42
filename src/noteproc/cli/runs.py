"""Commands about finished runs: verify, diff."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from noteproc.cli.options import AsJson


def verify(
    out: Annotated[Path, typer.Argument(help="The output folder of a run.", show_default=False)],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", help="What the run was told to read; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove that every input of a run has exactly one outcome and every file is as it was written; exit 1 where not.

    With --input, named as for `noteproc run` and in the same order, the inputs themselves are counted again.

    Example: `noteproc verify out`
    """
    from noteproc.files.manifest import read_manifest
    from noteproc.verification import verify as verify_run

    problems = verify_run(out, inputs or ())
    counts = read_manifest(out)[0]["counts"]
    if as_json:
        print(json.dumps({"problems": problems, "counts": counts}))
    else:
        for problem in problems:
            print(problem)
        if not problems and isinstance(counts, dict):
            told = ", ".join(f"{counts[status]} {status}" for status in ("done", "failed", "quarantined"))
            print(f"{counts['notes']} inputs, one outcome each: {told}; every file is as it was written")
    if problems:
        raise typer.Exit(1)


def diff(
    old: Annotated[Path, typer.Argument(help="The output folder of a run.", show_default=False)],
    new: Annotated[Path, typer.Argument(help="The output folder of a later run.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show which notes' identifiers or codes changed from one run to another, and what else did; exit 1 where any.

    Example: `noteproc diff out-january out-february`
    """
    from noteproc.changes import compare

    changes = compare(old, new)
    if as_json:
        for name, (was, now) in changes.versions.items():
            print(json.dumps({"setting": name, "old": was, "new": now}))
    else:
        for name, (was, now) in changes.versions.items():
            print(f"{name}: {was} to {now}")
    count = 0
    for change in changes.notes:
        count += 1
        if as_json:
            print(json.dumps(change.to_dict(), ensure_ascii=False))
            continue
        print(f"{change.note_id}{f': only in the {change.only_in} run' if change.only_in else ''}")
        for mark, items in (
            ("- PHI", change.phi_gone),
            ("+ PHI", change.phi_new),
            ("-", change.codes_gone),
            ("+", change.codes_new),
            ("~", change.codes_changed),
        ):
            for item in items:
                print(f"  {mark} {item}")
    if not as_json:
        print(f"{count} notes changed" if count else "no note changed")
    if count:
        raise typer.Exit(1)
