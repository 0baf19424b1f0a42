"""Commands about codes: lookup, codesets."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteproc.cli.options import AsJson, Day, day_of
from noteproc.errors import ConfigError, ReadError
from noteproc.files.atomic import atomic_text

if TYPE_CHECKING:
    from noteproc.codesets import CodeSets, LookupHit

System = Annotated[
    str | None, typer.Option("--system", help="ICD-10-CM, ICD-10-PCS, HCPCS or CPT.", show_default="all")
]

_SYSTEMS = ("ICD-10-CM", "ICD-10-PCS", "HCPCS", "CPT")

codesets = typer.Typer(help="The code sets that are loaded.", no_args_is_help=True)


def lookup(
    words: Annotated[
        str | None, typer.Argument(help="Words, a code, the beginning of one or a range.", show_default=False)
    ] = None,
    system: System = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many hits.")] = 10,
    billable: Annotated[
        bool | None,
        typer.Option("--billable/--headers", help="Only codes for a claim, or only headers.", show_default="both"),
    ] = None,
    within: Annotated[
        str, typer.Option("--within", help="A chapter (13), a range (S00-S99) or the beginning of a code (M80).")
    ] = "",
    dos: Day = None,
    pick: Annotated[bool, typer.Option("--pick", help="Choose among the hits while typing.")] = False,
    queries: Annotated[
        Path | None, typer.Option("--queries", help='Many queries: {"id", "text"} a line.', show_default=False)
    ] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", help="Where the answers to --queries go.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find codes by words, abbreviations or code.

    Without words in a terminal, or with --pick, a picker opens; what is chosen goes to standard output.

    Example: `noteproc lookup "hip fracture" --system ICD-10-CM --limit 5`
    """
    from noteproc.codesets import CodeSets
    from noteproc.codesets import lookup as look_up

    if system is not None and system not in _SYSTEMS:
        raise ConfigError(f"--system must be one of {', '.join(_SYSTEMS)}")
    pick = pick or (words is None and queries is None and sys.stdin.isatty())
    if (words is None and not pick) == (queries is None) or (queries is None) != (answers is None):
        raise ConfigError("give words, or --queries FILE with --answers FILE")
    day = day_of(dos)
    sets = CodeSets.open()
    on = None if day is None else date.fromisoformat(day)

    def find(text: str) -> Sequence[LookupHit]:
        return look_up(text, system=system, limit=limit, billable=billable, within=within, on=on, codesets=sets)

    if queries is not None and answers is not None:
        with atomic_text(answers) as out:
            for query_id, text in _queries(queries):
                out.write(json.dumps({"id": query_id, "codes": [hit.code for hit in find(text)]}) + "\n")
        return
    if on is not None:
        for name, release in sets.releases_on(on).items():
            if not release and system in (None, name):
                print(f"{name}: no release that was in force on {day} is loaded", file=sys.stderr)
    if pick:
        from noteproc.cli.picker import pick as choose

        chosen = choose(find, words or "")
        hits: Sequence[LookupHit] = () if chosen is None else (chosen,)
    else:
        hits = find(words or "")
    if as_json:
        print(json.dumps([{name: getattr(hit, name) for name in hit.__slots__} for hit in hits], ensure_ascii=False))
    elif pick:
        for hit in hits:
            print(f"{hit.code}\t{hit.system}\t{hit.title}")
    elif hits:
        from rich.console import Console
        from rich.table import Table

        table = Table()
        for column in ("code", "system", "score", "title", "found by"):
            table.add_column(column, overflow="fold")
        for hit in hits:
            table.add_row(hit.code, hit.system, f"{hit.score:.2f}", hit.title, hit.why)
        Console().print(table)
        for licence in _licences([hit.system for hit in hits], sets):
            print(licence)
    else:
        print("nothing found: try fewer or other words")
    if not hits:
        raise typer.Exit(1)


def _licences(systems: Sequence[str], sets: CodeSets) -> list[str]:
    """The copyright lines that must stand under titles of an imported CPT file."""
    from noteproc.codesets import CPT
    from noteproc.codesets.store import STARTER_VERSION

    loaded = [s for s in sets.summaries() if s.system == CPT and s.version != STARTER_VERSION]
    return [s.licence for s in loaded if CPT in systems]


@codesets.command("list")
def list_codesets(as_json: AsJson = False) -> None:
    """List the code sets (system, version, codes, source), and the official files that were imported.

    Example: `noteproc codesets list`
    """
    from noteproc.codesets import CodeSets, Library

    summaries = CodeSets.open().summaries()
    releases = Library.open().releases()
    if as_json:
        rows = [asdict(s) for s in summaries] + [asdict(r) for r in releases]
        print(json.dumps(rows, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for column in ("system", "version", "codes", "from", "sources", "licence"):
        table.add_column(column, overflow="fold")
    for s in summaries:
        more = f" and {len(s.sources) - 1} more" if len(s.sources) > 1 else ""
        table.add_row(s.system, s.version, f"{s.codes:,}", s.effective_from, s.sources[0] + more, s.licence)
    Console().print(table)
    if releases:
        table = Table(title="imported (all of it with --json)", title_justify="left")
        for column in ("no.", "family", "release", "in force", "rows", "file"):
            table.add_column(column, overflow="fold")
        for r in releases:
            family = f"{r.family} ({r.variant})" if r.variant else r.family
            size = f"{r.rows:,}, {r.rejected} left out" if r.rejected else f"{r.rows:,}"
            span = f"{r.effective_from or '?'} to {r.effective_to or '?'}"
            table.add_row(str(r.imported), family, r.version, span, size, r.file)
        Console().print(table)


def _queries(path: Path) -> list[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ReadError("cannot be read as UTF-8 text", path=path.name) from None
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found.append((str(row["id"]), str(row["text"])))
        except (ValueError, KeyError, TypeError):
            raise ReadError(f'line {number} is not a JSON object with "id" and "text"', path=path.name) from None
    return found
