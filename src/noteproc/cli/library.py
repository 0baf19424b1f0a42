"""Commands on the user's imported files: codesets import, families, verify, remove, diff."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteproc.cli.options import AsJson
from noteproc.errors import ConfigError

if TYPE_CHECKING:
    from noteproc.codesets import Difference, Release

Licences = Annotated[
    list[str] | None,
    typer.Option(
        "--licence", help="A licence that you have: ama-cpt for the CPT files of the AMA.", show_default=False
    ),
]


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="Official files, folders or zip archives of them.")],
    licence: Licences = None,
    version: Annotated[str, typer.Option("--release", help="The release's name, where the files do not say.")] = "",
    effective_from: Annotated[str, typer.Option("--from", help="First day in force, YYYY-MM-DD.")] = "",
    effective_to: Annotated[str, typer.Option("--to", help="Last day in force, YYYY-MM-DD.")] = "",
    as_json: AsJson = False,
) -> None:
    """Import official files, recognised by what they hold; all of them or, where one cannot be used, none.

    Example: `noteproc codesets import PPRRVU2026_Jul.csv ccipra-v322r0.zip`
    """
    from noteproc.codesets import FAMILIES, Library

    reports = Library.open().add(
        paths,
        licences=frozenset(licence or ()),
        version=version,
        effective_from=effective_from,
        effective_to=effective_to,
    )
    if as_json:
        print(json.dumps([asdict(report) for report in reports], ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("file", "outcome", "family", "release", "in force from", "rows", "rejected")
    for report in reports:
        if not report.releases:
            table.add_row(report.file, report.outcome, "", "", "", "", "")
        for r in report.releases:
            table.add_row(
                report.file, report.outcome, _family(r), r.version, r.effective_from, f"{r.rows:,}", str(r.rejected)
            )
    Console().print(table)
    for report in reports:
        for left in report.rejected:
            print(f"{report.file}:{left.line}: left out: {left.reason}")
    for notice in dict.fromkeys(r.licence for report in reports for r in report.releases if FAMILIES[r.family].declare):
        print(notice)


def list_families(as_json: AsJson = False) -> None:
    """List the official files that can be imported, what each brings, and which are loaded.

    Example: `noteproc codesets families`
    """
    from noteproc.codesets import FAMILIES, Library

    loaded = {release.family for release in Library.open().releases()}
    if as_json:
        rows = [
            {"family": f.name, "system": f.system, "holds": f.holds, "file": f.file, "loaded": f.name in loaded}
            for f in FAMILIES.values()
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("family", "loaded", "holds", "file")
    for family in FAMILIES.values():
        file = f"{family.file}; needs --licence {family.declare}" if family.declare else family.file
        table.add_row(family.name, "yes" if family.name in loaded else "", family.holds, file)
    Console().print(table)


def verify(as_json: AsJson = False) -> None:
    """Check that every imported release is as it was imported; exit 1 where one is not.

    Example: `noteproc codesets verify`
    """
    from noteproc.codesets import Library

    found = Library.open().verify()
    if as_json:
        print(json.dumps([{"imported": v.release.imported, "problem": v.problem} for v in found]))
    else:
        for v in found:
            print(f"{v.release.imported} {_family(v.release)} {v.release.version}: {v.problem or 'ok'}")
        if not found:
            print("nothing is imported")
    if any(v.problem for v in found):
        raise typer.Exit(1)


def remove(
    name: Annotated[str, typer.Argument(help="The number of an import, or a family.")],
    version: Annotated[
        str | None, typer.Option("--release", help="Only this release of the family.", show_default=False)
    ] = None,
) -> None:
    """Remove imported releases.

    Example: `noteproc codesets remove ptp --release v321r0`
    """
    from noteproc.codesets import FAMILIES, Library

    if not name.isdigit() and name not in FAMILIES:
        raise ConfigError(f"name the number of an import, or a family: {', '.join(FAMILIES)}")
    library = Library.open()
    if name.isdigit():
        gone = library.remove(imported=int(name), version=version)
    else:
        gone = library.remove(family=name, version=version)
    for release in gone:
        print(f"removed {release.imported} {_family(release)} {release.version} ({release.rows:,} rows)")


def diff(
    old: Annotated[str, typer.Argument(help="The number of an import, or a file.")],
    new: Annotated[str, typer.Argument(help="The number of a later import, or a file.")],
    licence: Licences = None,
    as_json: AsJson = False,
) -> None:
    """Show which codes came, went or changed from one release to another.

    Example: `noteproc codesets diff 3 7`
    """
    from noteproc.codesets import Library

    library = Library.open()
    if old.isdigit() and new.isdigit():
        differences: tuple[Difference, ...] = (library.diff(int(old), int(new)),)
    elif old.isdigit() or new.isdigit():
        raise ConfigError("name two imports by number, or two files")
    else:
        differences = library.diff_files(Path(old), Path(new), licences=frozenset(licence or ()))
    if as_json:
        print(json.dumps([asdict(d) for d in differences], ensure_ascii=False))
        return
    for difference in differences:
        _print_difference(difference)


def _print_difference(difference: Difference) -> None:
    count = {kind: sum(c.kind == kind for c in difference.changes) for kind in ("added", "removed", "changed")}
    print(
        f"{difference.new.family}: {difference.old.version} to {difference.new.version}: "
        + ", ".join(f"{n:,} {kind}" for kind, n in count.items())
    )
    for change in difference.changes:
        told = "; ".join(f"{name}: {change.before[name]!r} to {change.after[name]!r}" for name in change.before)
        print(f"{change.kind:8}{change.code or '(no code)'}{'  ' + told if told else ''}")


def _family(release: Release) -> str:
    return f"{release.family} ({release.variant})" if release.variant else release.family
