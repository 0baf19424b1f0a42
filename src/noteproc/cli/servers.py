"""The commands serve and mcp: the operations for other programs."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noteproc.cli.notes import ConfigFile, Policy
from noteproc.errors import ConfigError

if TYPE_CHECKING:
    from noteproc.service import Operations

_LOOPBACK = ("127.0.0.1", "localhost")


def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8710,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="A name by which the service may be called.", show_default=False)
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help="The file with the token.", show_default="NOTEPROC_TOKEN, else a new one"),
    ] = None,
    policy: Policy = None,
    config: ConfigFile = None,
) -> None:
    """Serve redaction, codes, look-up, pages and answers over HTTP, on this machine alone unless --host says more.

    Needs `pip install 'noteproc[service]'`. Every request shows the token as `Authorization: Bearer TOKEN`; a client
    of Comprehend Medical gives it as its access key id. The service is described at `/openapi.json`.

    Example: `noteproc serve --port 8710`
    """
    try:
        import uvicorn

        from noteproc.service.rest import application
    except ImportError:
        raise ConfigError("the service is not installed: pip install 'noteproc[service]'") from None
    given = _token(token_file)
    token = given or secrets.token_urlsafe(24)
    names = tuple(dict.fromkeys([*_LOOPBACK, host, *(name or ())]))
    app = application(_operations(policy, config), token, names)
    try:
        listener = socket.create_server((host, port))
    except (OSError, OverflowError):
        raise ConfigError(f"cannot listen on {host}:{port}: choose another --port or --host") from None
    if host not in _LOOPBACK:
        print(
            "noteproc: other machines reach this address, without encryption: put a TLS proxy before it",
            file=sys.stderr,
        )
    print(f"listening on http://{host}:{listener.getsockname()[1]} (stop with Ctrl-C)", file=sys.stderr)
    if not given:
        print(f"token: {token}", file=sys.stderr, flush=True)
    with listener:
        settings = uvicorn.Config(app, log_config=None, log_level="critical", access_log=False, server_header=False)
        uvicorn.Server(settings).run(sockets=[listener])


def mcp(
    notes: Annotated[
        Path | None, typer.Option("--notes", help="The only folder whose notes may be read.", show_default=False)
    ] = None,
    allow_phi: Annotated[
        bool, typer.Option("--allow-phi", help="Take text itself, and show what was taken out.")
    ] = False,
    policy: Policy = None,
    config: ConfigFile = None,
) -> None:
    """Serve read-only tools to an assistant over standard input and output (Model Context Protocol).

    Needs `pip install 'noteproc[mcp]'`. The assistant names notes by file below --notes and sees redacted text alone.

    Example: `noteproc mcp --notes notes/`
    """
    try:
        from noteproc.service.tools import Shelf, run
    except ImportError:
        raise ConfigError("the MCP server is not installed: pip install 'noteproc[mcp]'") from None
    if notes is not None and not notes.is_dir():
        raise ConfigError("--notes must be a folder")
    run(_operations(policy, config), Shelf(notes, allow_phi=allow_phi))


def _operations(policy: str | None, config: Path | None) -> Operations:
    from noteproc.config import load_config
    from noteproc.processor import NoteProcessor
    from noteproc.service import Operations

    return Operations(NoteProcessor(load_config(config, said={"policy": policy})))


def _token(file: Path | None) -> str:
    """The token that the person has set; "" where he has not.

    Raises:
        ConfigError: the file cannot be read, or the token is too short to keep anybody out.
    """
    if file is None:
        token = os.environ.get("NOTEPROC_TOKEN", "")
        if not token:
            return ""
    else:
        try:
            token = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ConfigError("--token-file cannot be read") from None
    token = token.strip()
    if len(token) < 16 or not token.isascii() or any(c.isspace() or c == "/" for c in token):
        raise ConfigError("a token is 16 or more letters, figures and marks, without blanks and slashes")
    return token
