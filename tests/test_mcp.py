"""The MCP server, asked by the official client over standard input and output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import Tool

NOTE = "Mrs. Ada Byron, 78, seen 3/4/2025.\nAssessment: hypertension. No chest pain."
TOOLS = {"redact", "suggest_codes", "lookup_code", "show_code", "check_codes", "ask"}


class Asked:
    """One session with the server: what each call gave, as text and as data."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def tools(self) -> list[Tool]:
        return list((await self._client.list_tools()).tools)

    async def call(self, tool: str, **arguments: object) -> tuple[bool, str]:
        result = await self._client.call_tool(tool, arguments)
        return bool(result.is_error), " ".join(getattr(block, "text", "") for block in result.content)

    async def data(self, tool: str, **arguments: object) -> Any:
        failed, text = await self.call(tool, **arguments)
        assert not failed, tool
        return json.loads(text)


def session(work: Callable[[Asked], Coroutine[Any, Any, None]], *options: str) -> None:
    """Start the server as a program, do the work, hang up."""
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from noteproc.cli import main; main()", "mcp", *options],
        env=dict(os.environ),
    )

    async def run() -> None:
        async with Client(parameters) as client:
            await work(Asked(client))

    anyio.run(run)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "visit.txt").write_text(NOTE, encoding="utf-8")
    (folder / "scan.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "secret.txt").write_text("Ada Byron", encoding="utf-8")
    return folder


def test_an_assistant_sees_redacted_text_alone(notes: Path) -> None:
    async def work(asked: Asked) -> None:
        tools = await asked.tools()
        assert {tool.name for tool in tools} == TOOLS
        assert all(tool.annotations is not None and tool.annotations.read_only_hint for tool in tools)
        redacted = await asked.data("redact", file="visit.txt")
        assert redacted["text"].startswith("Mrs. [PATIENT_NAME_1], 78")
        assert [p["entity_type"] for p in redacted["phi"]] == ["PATIENT_NAME", "DATE"]
        coded = await asked.data("suggest_codes", file="visit.txt")
        first = coded["suggestions"][0]
        assert (first["code"], first["evidence"][0]["words"]) == ("I10", "hypertension")
        assert ("R07.9", "absent") in [(n["code"], n["reason"]) for n in coded["not_coded"]]
        assert "Byron" not in json.dumps([redacted, coded])
        for wrong in ({"text": NOTE}, {}, {"file": "visit.txt", "text": "x"}):
            failed, said = await asked.call("redact", **wrong)
            assert failed
            assert "Byron" not in said
        for path in ("../secret.txt", str(notes.parent / "secret.txt"), "none.txt", "scan.txt", ".", "a\0b"):
            failed, said = await asked.call("suggest_codes", file=path)
            assert failed
            assert "Byron" not in said

    session(work, "--notes", str(notes))


def test_tools_about_codes_and_phi_where_it_is_allowed() -> None:
    async def work(asked: Asked) -> None:
        redacted = await asked.data("redact", text=NOTE)
        assert [p["words"] for p in redacted["phi"]] == ["Ada Byron", "3/4/2025"]
        hits = (await asked.data("lookup_code", query="gallblader cancer", system="ICD-10-CM"))["hits"]
        assert hits[0]["code"] == "C23"
        assert (await asked.data("show_code", code="0201T"))["own_words"]
        assert await asked.data("show_code", code="Z99.99") == {"error": "not in the loaded data"}
        findings = (await asked.data("check_codes", codes=["E11.9", "E10.9"]))["findings"]
        assert "Excludes1" in {f["rule"] for f in findings}
        answer = await asked.data("ask", question="and unilateral?", before=["What is 0201T?"])
        assert "one side" in answer["sentences"][0]["text"]
        failed, _ = await asked.call("lookup_code", query="pain", within="99")
        assert failed

    session(work, "--allow-phi")
