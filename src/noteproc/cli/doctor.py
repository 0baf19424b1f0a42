"""The doctor: what is installed, loaded, stale or missing."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from noteproc.errors import NoteprocError
from noteproc.version import VERSION

_LIBRARIES = ("spacy", "presidio-analyzer", "presidio-anonymizer", "rapidfuzz", "simple-icd-10-cm", "numpy")


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what is installed, loaded, stale or missing; exit 1 where something is.

    Example: `noteproc doctor`
    """
    checks: list[tuple[str, Callable[[], str]]] = [
        ("python", platform.python_version),
        ("noteproc", lambda: VERSION),
        *((name, lambda name=name: version(name)) for name in _LIBRARIES),
        ("dictionaries", _dictionaries),
        ("imported files", _library),
        ("code sets", _codesets),
        ("redaction", _redaction),
        ("coding", _coding),
    ]
    rows = []
    for name, check in checks:
        try:
            rows.append({"part": name, "state": "ok", "detail": check()})
        except PackageNotFoundError:
            rows.append({"part": name, "state": "missing", "detail": f"pip install {name}"})
        except NoteprocError as error:
            rows.append({"part": name, "state": "broken", "detail": str(error)})
    if as_json:
        print(json.dumps(rows))
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table("part", "state", "detail")
        for row in rows:
            colour = "green" if row["state"] == "ok" else "red"
            table.add_row(row["part"], f"[{colour}]{row['state']}[/{colour}]", row["detail"])
        Console().print(table)
    if any(row["state"] != "ok" for row in rows):
        raise typer.Exit(1)


def _dictionaries() -> str:
    from noteproc.artifacts import dictionaries_dir

    folder = dictionaries_dir()
    tables = sum(1 for _ in folder.rglob("*.tsv"))
    return f"{tables} tables in {folder}"


def _library() -> str:
    from noteproc.codesets import Library
    from noteproc.codesets.shelf import data_root

    releases = Library.open().releases()
    families = ", ".join(dict.fromkeys(f"{r.family} {r.version}" for r in releases))
    return f"{families or 'none'} in {data_root()}"


def _codesets() -> str:
    from noteproc.codesets import CodeSets

    return ", ".join(f"{s.system} {s.version} ({s.codes:,} codes)" for s in CodeSets.open().summaries())


def _redaction() -> str:
    from noteproc.records import Note
    from noteproc.redaction import Redactor

    redacted = Redactor().redact(Note("doctor", "Patient: Jane Sample, MRN 0012345, seen by Dr. Sample on 03/14/2025."))
    return f"self-test found {len(redacted.phi)} identifiers"


def _coding() -> str:
    from noteproc.coding import Coder
    from noteproc.records import RedactedNote

    result = Coder().code(RedactedNote.already_redacted("doctor", "Assessment: essential hypertension."))
    return f"self-test found {', '.join(s.coding.code for s in result.suggestions) or 'nothing'}"
