"""Commands that measure a run against gold notes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from noteproc.cli.options import AsJson

Gold = Annotated[list[Path], typer.Argument(help="Gold notes, JSON lines.", show_default=False)]
Results = Annotated[Path, typer.Option("--results", help="results.jsonl of a run over them.", show_default=False)]

evaluate = typer.Typer(help="Figures of a run against gold notes.", no_args_is_help=True)


@evaluate.command("phi")
def phi(gold: Gold, results: Results, as_json: AsJson = False) -> None:
    """What leaked and what was redacted for nothing.

    Example: `noteproc evaluate phi gold.jsonl --results out/results.jsonl`
    """
    from noteproc.evaluation import evaluate_phi, load_gold, load_results

    _show(evaluate_phi(load_gold(gold), load_results(results)).to_dict(), as_json)


@evaluate.command("codes")
def codes(gold: Gold, results: Results, as_json: AsJson = False) -> None:
    """Which codes were found, which were extra, which traps fired.

    Example: `noteproc evaluate codes gold.jsonl --results out/results.jsonl`
    """
    from noteproc.evaluation import evaluate_codes, load_gold, load_results

    _show(evaluate_codes(load_gold(gold), load_results(results)).to_dict(), as_json)


def _show(figures: dict[str, object], as_json: bool) -> None:
    if as_json:
        print(json.dumps(figures))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "value")
    for name, value in _flat(figures):
        table.add_row(name, "-" if value is None else str(value))
    Console().print(table)


def _flat(figures: dict[str, object], prefix: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in figures.items():
        rows += _flat(value, f"{prefix}{name} ") if isinstance(value, dict) else [(prefix + name, value)]
    return rows
