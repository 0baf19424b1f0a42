"""The commands show and check: one code's page, and rules over a set of codes."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from noteproc.cli.options import AsJson, Day, day_of
from noteproc.errors import ConfigError

if TYPE_CHECKING:
    from noteproc.pages import Page

_SYSTEMS = ("ICD-10-CM", "CPT", "HCPCS", "ICD-10-PCS", "modifier")


def show(
    code: Annotated[str, typer.Argument(help="A code or a modifier.")],
    system: Annotated[
        str | None, typer.Option("--system", help=f"One of {', '.join(_SYSTEMS)}.", show_default="the first that fits")
    ] = None,
    dos: Day = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the page to this HTML file.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show everything that is loaded about a code, each statement with its source.

    Example: `noteproc show 0201T`
    """
    from noteproc.files.atomic import atomic_text
    from noteproc.pages import Pages, page_html

    if system is not None and system not in _SYSTEMS:
        raise ConfigError(f"--system must be one of {', '.join(_SYSTEMS)}")
    page = Pages().show(code, system=system, on=day_of(dos))
    if page is None:
        print(f"{code.upper()}: not in the loaded data")
        raise typer.Exit(1)
    if html is not None:
        with atomic_text(html) as out:
            out.write(page_html(page))
    if as_json:
        print(json.dumps(page.to_dict(), ensure_ascii=False))
    elif html is not None:
        print(f"written: {html}")
    else:
        _print_page(page)


def check(
    codes: Annotated[list[str], typer.Argument(help="Codes in claim order; a modifier after a dash: 22511-59.")],
    dos: Day = None,
    setting: Annotated[str, typer.Option("--setting", help="outpatient or inpatient.")] = "outpatient",
    age: Annotated[
        int | None, typer.Option("--age", min=0, max=150, help="The patient's age in years.", show_default="not known")
    ] = None,
    sex: Annotated[
        str | None, typer.Option("--sex", help="female or male, as documented.", show_default="not known")
    ] = None,
    units: Annotated[
        list[str] | None, typer.Option("--units", help="Units of a code, as J1885=2; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a set of codes against each other, the date, the person and the imported edits.

    Exit codes: 0 nothing wrong, 1 at least one error, 2 usage.

    Example: `noteproc check 0201T M80.08XA --dos 2026-03-02 --setting outpatient`
    """
    from noteproc.codesets import CodeSets, Library
    from noteproc.rules import examine

    if setting not in ("outpatient", "inpatient"):
        raise ConfigError("--setting must be outpatient or inpatient")
    if sex not in (None, "female", "male"):
        raise ConfigError("--sex must be female or male")
    day = day_of(dos)
    found = examine(
        codes,
        CodeSets.open(),
        Library.open(),
        on=None if day is None else date.fromisoformat(day),
        setting=cast(Literal["outpatient", "inpatient"], setting),
        age=age,
        sex=cast(Literal["female", "male"] | None, sex),
        units=_units(units or []),
    )
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False))
    else:
        for coding, finding in found.findings:
            print(
                f"{finding.level:8} {coding.code:9} {finding.rule}: {finding.message}\n{'':19}source: {finding.source}"
            )
        if not found.findings:
            print("nothing found against these codes")
        for line in found.not_checked:
            print(line)
    if found.wrong:
        raise typer.Exit(1)


def _print_page(page: Page) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    own = " (our own words)" if page.own_words else ""
    console.print(Text(f"{page.system} {page.code}", style="bold"), Text(page.title + own))
    console.print(Text(f"release {page.version}" + (f", date of service {page.on}" if page.on else ""), style="dim"))
    for section in page.sections:
        console.print(Text(f"\n{section.title}", style="bold"))
        for statement in section.statements:
            value = f" {statement.value}" if statement.value and statement.value != statement.label else ""
            said = f": {statement.text}" if statement.text else ""
            console.print(Text(f"  {statement.label}{value}{said}"))
            console.print(Text(f"      [{statement.citation}]", style="dim"))
        for line in section.missing:
            console.print(Text(f"  {line}", style="yellow"))
    if page.notice:
        console.print(Text(f"\n{page.notice}", style="dim"))


def _units(written: list[str]) -> dict[str, int]:
    found = {}
    for item in written:
        match = re.fullmatch(r"([0-9A-Za-z.]+)=(\d{1,6})", item)
        if match is None:
            raise ConfigError("--units must be CODE=NUMBER, as J1885=2")
        found[match.group(1).upper()] = int(match.group(2))
    return found
