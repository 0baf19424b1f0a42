"""The command ask: one question, or a conversation."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from noteproc.cli.options import AsJson, Day, day_of

if TYPE_CHECKING:
    from noteproc.assistant import Answer


def ask(
    question: Annotated[
        list[str] | None, typer.Argument(help="The question; without one, a conversation begins.", show_default=False)
    ] = None,
    dos: Day = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question about codes from the loaded tables, each sentence with its source.

    Without a question a conversation begins: `new` forgets what was said, an empty line or `quit` ends it.
    Exit codes: 0 answered, 1 not in the loaded data, 2 usage.

    Example: `noteproc ask "can 22511 and 0201T be billed together?"`
    """
    from noteproc.assistant import Assistant

    assistant = Assistant(on=day_of(dos))
    if question:
        found = assistant.ask(" ".join(question))
        _print(found, as_json)
        if not found.found:
            raise typer.Exit(1)
        return
    prompt = "? " if sys.stdin.isatty() and not as_json else ""
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            return
        if line.lower() in ("", "quit", "exit"):
            return
        if line.lower() == "new":
            assistant.forget()
            continue
        _print(assistant.ask(line), as_json)


def _print(found: Answer, as_json: bool) -> None:
    from noteproc.assistant import NOT_LOADED

    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False))
        return
    for sentence in found.sentences:
        print(f"{sentence.text}\n    [{sentence.citation}]")
    if not found.found:
        print(NOT_LOADED)
    for line in found.missing:
        print(f"- {line}")
    if found.notice:
        print(found.notice)
