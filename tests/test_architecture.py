"""Data moves one way: the imports between rooms are those of the picture in the README, and no others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "noteproc"

# Room -> the rooms it may import. Every room may import records, errors and artifacts.
FREE = {"records", "errors", "artifacts", "version"}
ALLOWED: dict[str, set[str]] = {
    "records": set(),
    "errors": set(),
    "artifacts": set(),
    "version": set(),
    "config": set(),
    "text": set(),
    "redaction": {"text"},
    "codesets": {"text"},
    "rules": {"codesets"},
    "coding": {"text", "codesets", "rules"},
    "pages": {"codesets"},
    "assistant": {"text", "codesets", "rules", "pages"},
    "processor": {"redaction", "coding", "codesets", "config"},
    "files": set(),
    "workers": {"processor", "config"},
    "settlement": {"redaction", "workers"},
    "interruption": set(),
    "intake": {"workers", "files"},
    "completion": {"intake", "workers", "redaction", "files", "exports", "config"},
    "batch": {
        "completion",
        "intake",
        "interruption",
        "settlement",
        "workers",
        "processor",
        "redaction",
        "files",
        "exports",
        "config",
    },
    "spark": {"workers", "processor", "redaction", "config"},
    "verification": {"intake", "files"},
    "changes": {"files"},
    "audit": {"redaction", "files"},
    "evaluation": set(),
    "exports": {"text", "codesets", "redaction", "files"},
    "service": {"exports", "processor", "redaction", "codesets", "rules", "pages", "assistant"},
    "review": {"exports", "text", "redaction", "codesets", "rules", "pages", "processor", "files", "config"},
    "cli": {
        "config",
        "text",
        "redaction",
        "codesets",
        "rules",
        "coding",
        "processor",
        "files",
        "exports",
        "workers",
        "settlement",
        "batch",
        "audit",
        "verification",
        "changes",
        "evaluation",
        "pages",
        "assistant",
        "service",
        "review",
    },
    "__init__": {"redaction", "coding", "codesets", "processor", "config"},
}
# Borrowed parts stay behind their door.
DOORS = {
    "presidio_analyzer": {"redaction"},
    "presidio_anonymizer": {"redaction"},
    "spacy": {"redaction", "coding", "text"},
    "thinc": {"redaction"},
    "typer": {"cli"},
    "rich": {"cli"},
    "prompt_toolkit": {"cli"},
    "cryptography": {"redaction"},
    "keyring": {"redaction"},
    "yaml": {"redaction"},
    "openpyxl": {"codesets"},
    "pypdf": {"files"},
    "pyarrow": {"files", "exports", "spark"},
    "fastapi": {"service"},
    "starlette": {"review", "service"},
    "uvicorn": {"cli", "review"},
    "jinja2": {"review"},
    "mcp": {"service"},
    "pyspark": {"spark"},
    "sqlite3": {"codesets", "redaction", "review"},
}


def room(path: Path) -> str:
    part = path.relative_to(SOURCE).parts[0]
    return part.removesuffix(".py")


def imported(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.append(node.module or "")
            if node.module == "noteproc":
                names += [f"noteproc.{alias.name}" for alias in node.names]
    return names


MODULES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_imports_are_those_of_the_picture(path: Path) -> None:
    here = room(path)
    assert here in ALLOWED, f"{here} is a room that the picture does not have"
    for name in imported(path):
        top, _, rest = name.partition(".")
        if top == "noteproc" and rest:
            other = rest.split(".")[0]
            assert other == here or other in FREE | ALLOWED[here], f"{here} may not import {other}"
        if top in DOORS:
            assert here in DOORS[top], f"{here} may not import {top}"


def test_every_room_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = {room(path) for path in MODULES} - {"__init__", "version"}
    assert [r for r in sorted(rooms) if f"`{r}" not in readme] == []


def test_the_library_never_prints() -> None:
    for path in MODULES:
        if room(path) == "cli":
            continue
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        ]
        assert not calls, path
