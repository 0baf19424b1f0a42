"""Commands that take notes: run, redact, code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from noteproc.cli.options import AsJson
from noteproc.config import Config, load_config
from noteproc.errors import ConfigError, NoteprocError
from noteproc.exports import EXPORT_KINDS

Inputs = Annotated[
    list[str],
    typer.Argument(
        help="Files (text, tables, HL7 v2, FHIR, C-CDA, RTF, Word, PDF, HTML), folders (files of unknown kind "
        "are left out and counted), or - for standard input.",
        show_default=False,
    ),
]
ConfigFile = Annotated[Path | None, typer.Option("--config", help="A TOML file with settings.", show_default=False)]
Setting = Annotated[str | None, typer.Option("--setting", help="auto, outpatient or inpatient.", show_default="auto")]
Policy = Annotated[str | None, typer.Option("--policy", help="Redaction policy.", show_default="safe_harbor")]
Replacement = Annotated[str | None, typer.Option("--replacement", help="tag, label or mask.", show_default="tag")]
VaultFile = Annotated[
    Path | None, typer.Option("--vault", help="The vault that reversible policies need.", show_default=False)
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="The file with the vault's key.", show_default="NOTEPROC_KEY, then the key store"),
]
IdColumn = Annotated[
    str | None, typer.Option("--id-column", help="Column that holds the note id.", show_default="guessed")
]
TextColumn_ = Annotated[
    str | None,
    typer.Option(
        "--text-column",
        help="Column that holds the text, or a key in a JSON object, as note.text.",
        show_default="guessed",
    ),
]
LineColumn = Annotated[
    str | None,
    typer.Option(
        "--line-column",
        help="Column that numbers the rows of one note, which are joined; none: every row is a note.",
        show_default="guessed",
    ),
]


def run(
    inputs: Inputs,
    out: Annotated[Path, typer.Option("-o", "--out", help="Output folder, outside the inputs.", show_default=False)],
    workers: Annotated[int | None, typer.Option("--workers", help="Processes.", show_default="1")] = None,
    time_limit: Annotated[
        int | None,
        typer.Option(
            "--time-limit", help="Seconds that a note may take, for each 100,000 characters.", show_default="120"
        ),
    ] = None,
    setting: Setting = None,
    policy: Policy = None,
    replacement: Replacement = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was cut off; a finished one stays.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the results of an earlier run.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be read.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N notes.", show_default=False)
    ] = None,
    report_notes: Annotated[
        int | None, typer.Option("--report-notes", help="Notes shown in report.html.", show_default="200")
    ] = None,
    id_column: IdColumn = None,
    text_column: TextColumn_ = None,
    line_column: LineColumn = None,
    dictionaries: Annotated[
        list[Path] | None, typer.Option("--dictionary", help="A folder of your own dictionaries.", show_default=False)
    ] = None,
    known_identifiers: Annotated[
        Path | None,
        typer.Option("--known-identifiers", help="A CSV of names and numbers, by note or patient.", show_default=False),
    ] = None,
    exports: Annotated[
        list[str] | None,
        typer.Option("--write", help=f"Also write the results as {', '.join(EXPORT_KINDS)}.", show_default=False),
    ] = None,
    keep_columns: Annotated[
        list[str] | None,
        typer.Option("--keep-column", help="A column that --write copies leaves as it is.", show_default=False),
    ] = None,
    vault: VaultFile = None,
    key_file: KeyFile = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Redact and code notes, and write the results to a folder.

    Writes results.jsonl, redacted/, suggestions.csv, report.html and manifest.json; failed.jsonl where a note failed.

    Example: `noteproc run notes/ -o out --workers 4`
    """
    from noteproc.batch import RunOptions, count_inputs
    from noteproc.batch import run as run_batch
    from noteproc.review.results import Results

    said = {
        "workers": workers,
        "time_limit": time_limit,
        "setting": setting,
        "policy": policy,
        "replacement": replacement,
        "report_notes": report_notes,
        "id_column": id_column,
        "text_column": text_column,
        "line_column": line_column,
        "dictionaries": tuple(map(str, dictionaries)) if dictionaries else None,
        "vault": str(vault) if vault else None,
        "key_file": str(key_file) if key_file else None,
    }
    settings = load_config(config, said=said)
    written = tuple(kind for kind in EXPORT_KINDS if kind in (exports or ()))
    if unknown := set(exports or ()) - set(written):
        raise ConfigError(f"--write knows no {', '.join(sorted(unknown))}; allowed: {', '.join(EXPORT_KINDS)}")
    kept = tuple(keep_columns or ())
    if kept and "copies" not in written:
        raise ConfigError("--keep-column tells what stays in redacted copies: it needs --write copies")
    options = RunOptions(tuple(inputs), out, settings, resume, force, limit, known_identifiers, written, kept)
    total, skipped = count_inputs(options)
    _show_columns(options.inputs, settings)
    if dry_run:
        many = "an unknown number of notes (tables are counted as they are read)" if total is None else f"{total} notes"
        print(f"would read {many}; {skipped} files of unknown kind are left out; nothing is written")
        return
    try:
        with _progress(total) as step:
            summary = run_batch(options, step)
    except OSError as error:  # an input that cannot be read costs itself alone
        why = error.strerror or type(error).__name__
        raise NoteprocError(
            f"the output folder, or the crosswalk beside it, cannot be written: {why}; "
            "mend that and go on with the same command and --resume"
        ) from None
    if not summary.interrupted:
        # Made here, so that the workbench opens the run at once.
        Results.open(out)
    if as_json:
        fields = ("notes", "failed", "quarantined", "suggestions", "phi", "seconds", "files", "interrupted")
        counted = {
            name: getattr(summary, name) for name in (*fields, "skipped", "noteless", "withheld", "repeated", "known")
        }
        print(json.dumps(counted))
    elif summary.interrupted:
        print(f"interrupted after {summary.notes} notes: go on with the same command and --resume", file=sys.stderr)
    else:
        rate = summary.notes / summary.seconds if summary.seconds else 0.0
        done = f"in {summary.seconds:.1f} s ({rate:.1f} a second)"
        if summary.earlier:
            done = "were done before, and nothing is left to do"
        print(
            f"{summary.notes} notes {done}: "
            f"{summary.phi} identifiers redacted, {summary.suggestions} codes suggested, {summary.failed} notes failed"
            + (f", {summary.quarantined} held back by the leak gate" if summary.quarantined else "")
        )
        print(f"look at {out / 'report.html'} (in a browser), {out / 'suggestions.csv'}, {out / 'results.jsonl'}")
        if summary.failed or summary.quarantined:
            print(f"what failed and why: {out / 'failed.jsonl'}", file=sys.stderr)
        if summary.skipped:
            print(
                f"{summary.skipped} files of unknown kind were left out: name one as an input itself to have it read",
                file=sys.stderr,
            )
        if summary.noteless:
            print(f"{summary.noteless} files hold FHIR resources, but no notes", file=sys.stderr)
        if summary.withheld:
            print(
                f"{summary.withheld} inputs have no redacted copy: none of their notes has a result, or they were "
                "changed since they were read",
                file=sys.stderr,
            )
        if known_identifiers:
            print(
                f"{summary.known} notes are named in the table of known identifiers, by the ids of results.jsonl",
                file=sys.stderr,
            )
        if summary.repeated:
            print(
                f"{summary.repeated} notes have an id that another had before: they end in ~2 and so on; if they are "
                "pieces of one note, name the column that puts them in order with --line-column",
                file=sys.stderr,
            )
    if summary.interrupted:
        raise typer.Exit(130)
    if summary.failed or summary.quarantined:
        raise typer.Exit(1)


def redact(
    inputs: Inputs,
    policy: Policy = None,
    replacement: Replacement = None,
    vault: VaultFile = None,
    key_file: KeyFile = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Print notes without PHI; with a vault, `noteproc restore` puts it back.

    Example: `noteproc redact note.txt` or `cat note.txt | noteproc redact -`
    """
    from noteproc.files.inputs import Unreadable, read, sources
    from noteproc.redaction import LeakGate, Redactor
    from noteproc.redaction.gate import leak_message
    from noteproc.redaction.keys import load_key
    from noteproc.redaction.substitution import settled_note
    from noteproc.redaction.vault import Vault

    said = {
        "policy": policy,
        "replacement": replacement,
        "vault": str(vault) if vault else None,
        "key_file": str(key_file) if key_file else None,
    }
    settings = load_config(config, said=said)
    redactor = Redactor(policy=settings.policy, operator=settings.replacement)
    gate = LeakGate(settings.canaries, redactor.policy.kept)
    opened = None
    if settings.vault:
        opened = Vault.open(Path(settings.vault), load_key(Path(settings.key_file) if settings.key_file else None))
    elif redactor.policy.needs_vault:
        opened = Vault.in_memory()
    failed = 0
    for number, note in enumerate((n for s in sources(inputs)[0] for n in read(s)), 1):
        if isinstance(note, Unreadable):
            failed += 1
            print(f"noteproc: input {number}: {note.message}", file=sys.stderr)
            continue
        redacted = redactor.redact(note)
        leaks = gate.check(note, redacted)
        if leaks:
            failed += 1
            print(f"noteproc: input {number}: {leak_message(leaks)}, so it is not shown", file=sys.stderr)
            continue
        if redactor.label_is_private(note.note_id, note, redacted):
            redacted = replace(redacted, note_id=f"note-{number:06d}")
        if opened is not None:
            redacted = settled_note(redacted, note, redactor.policy, opened)
        if as_json:
            phi = [{name: getattr(p, name) for name in p.__slots__} for p in redacted.phi]
            print(json.dumps({"note_id": redacted.note_id, "text": redacted.text, "phi": phi}, ensure_ascii=False))
        else:
            sys.stdout.write(redacted.text if redacted.text.endswith("\n") else redacted.text + "\n")
    if failed:
        raise typer.Exit(1)


def code(
    inputs: Inputs,
    setting: Setting = None,
    already_redacted: Annotated[
        bool, typer.Option("--already-redacted", help="The text holds no PHI: skip redaction.")
    ] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Print the codes that notes support, with the words.

    Example: `noteproc code note.txt --json`
    """
    from rich.console import Console
    from rich.table import Table

    from noteproc.files.inputs import Unreadable, read, sources
    from noteproc.processor import NoteProcessor
    from noteproc.records import CodingContext, RedactedNote

    settings = load_config(config, said={"setting": setting})
    processor = NoteProcessor(settings)
    failed = 0
    for number, note in enumerate((n for s in sources(inputs)[0] for n in read(s)), 1):
        if isinstance(note, Unreadable):
            failed += 1
            print(f"noteproc: input {number}: {note.message}", file=sys.stderr)
            continue
        if already_redacted:
            context = CodingContext(setting="inpatient" if settings.setting == "inpatient" else "outpatient")
            redacted = RedactedNote.already_redacted(f"note-{number:06d}", note.text, context)
        else:
            redacted = processor.redact(note)
            if processor.redactor.label_is_private(note.note_id, note, redacted):
                redacted = replace(redacted, note_id=f"note-{number:06d}")
        result = processor.coder.code(redacted)
        if as_json:
            print(json.dumps(result.to_dict(), ensure_ascii=False))
            continue
        table = Table(title=f"{result.note_id} ({result.setting})", title_justify="left", expand=False)
        for column in ("code", "system", "score", "description", "words"):
            table.add_column(column, overflow="fold")
        for s in result.suggestions:
            words = " … ".join(" ".join(result.text[e.start : e.end].split()) for e in s.evidence[:3])
            table.add_row(s.coding.code, s.coding.system, f"{s.score:.2f}", s.coding.display, words)
        Console().print(table)
    if failed:
        raise typer.Exit(1)


def _show_columns(inputs: Sequence[str], settings: Config) -> None:
    """Say on standard error what the columns of the tables are taken for, tables of one make once."""
    from noteproc.files.columns import Columns
    from noteproc.files.inputs import described_tables, sources

    shown: dict[str, list[int]] = {}
    columns = Columns(settings.id_column, settings.text_column, settings.line_column)
    for number, words in described_tables(sources(inputs)[0], columns):
        shown.setdefault(words, []).append(number)
    for words, numbers in shown.items():
        which = f"input {numbers[0]}" if len(numbers) == 1 else f"input {numbers[0]} and {len(numbers) - 1} more"
        print(f"noteproc: {which}: {words}", file=sys.stderr)


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, and none where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda done, failed: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("notes"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failures]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("notes", total=total, rate="", failures="")

        def step(done: int, failed: int) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:.1f}/s" if speed else ""
            bar.update(task, completed=done, rate=rate, failures=f"[red]{failed} failed[/red]" if failed else "")

        yield step
