"""A server of the Model Context Protocol: the operations as read-only tools for an assistant.

A language model should not see what a note says of a person: notes are named by their file below one folder, and only
redacted text comes back, unless the person who starts the server says otherwise.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from mcp.server import MCPServer
from mcp.types import ToolAnnotations
from pydantic import Field

from noteproc.errors import ConfigError, ReadError
from noteproc.records import Note, Setting, Sex
from noteproc.service.operations import Operations
from noteproc.service.schemas import LONGEST_NOTE, System
from noteproc.version import VERSION

_READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_INSTRUCTIONS = (
    "Redaction of clinical notes and medical codes (ICD-10-CM, CPT, HCPCS) from tables on this machine. Answers come "
    "from loaded tables alone, each statement with its source; suggested codes are for a person to confirm."
)
NoteFile = Annotated[str, Field(description="A note's file, relative to the folder that the server was given.")]
NoteText = Annotated[str, Field(description="A note's text; refused unless the server was started with --allow-phi.")]
Day = Annotated[date | None, Field(description="Date of service; chooses the releases.")]


class Shelf:
    """Where notes may come from.

    Args:
        folder: the only folder whose files are read; None where none was named.
        allow_phi: whether text itself may be handed in, and what was taken out may be shown.
    """

    def __init__(self, folder: Path | None = None, *, allow_phi: bool = False) -> None:
        self._folder = None if folder is None else folder.resolve()
        self.allow_phi = allow_phi

    def note(self, file: str, text: str) -> Note:
        """The note that a caller names by file or, where that is allowed, hands in.

        Raises:
            ConfigError: neither or both, text that is not allowed, or no folder.
            ReadError: no such file below the folder, or no text in it.
        """
        if bool(file) == bool(text):
            raise ConfigError("name a file, or hand in text: one of the two")
        if text:
            if not self.allow_phi:
                raise ConfigError("text is taken only by a server started with --allow-phi; name a file instead")
            if len(text) > LONGEST_NOTE:
                raise ConfigError(f"a note holds at most {LONGEST_NOTE} characters")
            return Note("note", text)
        if self._folder is None:
            raise ConfigError("no folder of notes was named when the server was started (--notes DIR)")
        path = (self._folder / file).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise ReadError("there is no such file in the folder of notes")
        try:
            return Note("note", path.read_bytes().decode("utf-8"))
        except (OSError, UnicodeDecodeError):
            raise ReadError("the file cannot be read as UTF-8 text") from None


def server(operations: Operations, shelf: Shelf) -> MCPServer:
    """The server and its tools.

    Args:
        operations: what they call.
        shelf: where notes may come from.
    """
    offered = MCPServer("noteproc", version=VERSION, instructions=_INSTRUCTIONS, log_level="CRITICAL")

    @offered.tool(annotations=_READ_ONLY)
    def redact(file: NoteFile = "", text: NoteText = "") -> dict[str, object]:
        """A note without protected health information, and what kinds were taken out where."""
        note = shelf.note(file, text)
        redacted = operations.redact(note)
        phi = [
            {"start": p.redacted_start, "end": p.redacted_end, "entity_type": p.entity_type, "score": p.score}
            | ({"words": note.text[p.start : p.end]} if shelf.allow_phi else {})
            for p in redacted.phi
        ]
        return {"text": redacted.text, "phi": phi}

    @offered.tool(annotations=_READ_ONLY)
    def suggest_codes(file: NoteFile = "", text: NoteText = "") -> dict[str, object]:
        """The codes that a note supports as reportable, with the words of the redacted note that support each."""
        result = operations.process(shelf.note(file, text))
        return {
            "text": result.text,
            "setting": result.setting,
            "suggestions": [
                {
                    "system": s.coding.system,
                    "code": s.coding.code,
                    "display": s.coding.display,
                    "score": s.score,
                    "units": s.units,
                    "modifiers": list(s.modifiers),
                    "evidence": [
                        {"start": e.start, "end": e.end, "words": result.text[e.start : e.end], "role": e.role}
                        for e in s.evidence
                    ],
                    "missing": list(s.missing),
                    "findings": [f"{f.level}: {f.message} [{f.source}]" for f in s.findings],
                }
                for s in result.suggestions
            ],
            "not_coded": [
                {"system": n.coding.system, "code": n.coding.code, "display": n.coding.display, "reason": n.reason}
                for n in result.not_coded
            ],
            "versions": dict(result.versions),
        }

    @offered.tool(annotations=_READ_ONLY)
    def lookup_code(
        query: Annotated[str, Field(min_length=1, max_length=2000)],
        system: System | None = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 10,
        billable: bool | None = None,
        within: str = "",
        on: Day = None,
    ) -> dict[str, object]:
        """Find codes by words, abbreviation, code, part of a code or range."""
        return operations.lookup(query, system=system, limit=limit, billable=billable, within=within, on=on)

    @offered.tool(annotations=_READ_ONLY)
    def show_code(code: str, system: System | None = None, on: Day = None) -> dict[str, object]:
        """Everything that is loaded about a code or modifier, each statement with its source."""
        return operations.show(code, system=system, on=on) or {"error": "not in the loaded data"}

    @offered.tool(annotations=_READ_ONLY)
    def check_codes(
        codes: Annotated[list[str], Field(min_length=1, description="Claim order; modifiers after a dash: 22511-59.")],
        on: Day = None,
        setting: Setting = "outpatient",
        age: Annotated[int | None, Field(ge=0, le=150)] = None,
        sex: Sex | None = None,
        units: dict[str, Annotated[int, Field(ge=1)]] | None = None,
    ) -> dict[str, object]:
        """Hold codes against each other, the date, the person and the imported edits."""
        return operations.check(codes, on=on, setting=setting, age=age, sex=sex, units=units)

    @offered.tool(annotations=_READ_ONLY)
    def ask(
        question: Annotated[str, Field(min_length=1, max_length=2000)],
        before: Annotated[list[str], Field(description="Earlier questions, oldest first.")] = [],  # noqa: B006
        on: Day = None,
    ) -> dict[str, object]:
        """Answer a question about codes, modifiers, edits or coverage from the loaded tables, with sources."""
        return operations.ask([*before, question], on=on)

    return offered


def run(operations: Operations, shelf: Shelf, transport: Literal["stdio"] = "stdio") -> None:
    """Serve over standard input and output until the other side hangs up."""
    server(operations, shelf).run(transport)
