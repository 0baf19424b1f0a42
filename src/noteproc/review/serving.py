"""Running the workbench: the socket on this machine alone, the start link, the server."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from html import escape
from pathlib import Path

import uvicorn

from noteproc.codesets.shelf import data_root
from noteproc.errors import ConfigError
from noteproc.files.atomic import write_text
from noteproc.review.decisions import DecisionLog
from noteproc.review.desk import Desk, Reviewer
from noteproc.review.guard import Keys
from noteproc.review.originals import Originals
from noteproc.review.preferences import FILE, Preferences
from noteproc.review.results import FOLDER, Progress, Results
from noteproc.review.server import Workbench

USUAL_PORT = 8765
_TRIES = 20
_LEADING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>noteproc review</title>
<meta http-equiv="refresh" content="0;url={link}"></head>
<body><p><a href="{link}">Go to the workbench</a></p></body></html>
"""


def open_log(out: Path) -> DecisionLog:
    """The decisions log of an output folder, made if need be."""
    folder = out / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return DecisionLog(folder / "decisions.sqlite")


def listen(port: int | None) -> socket.socket:
    """A socket that only this machine reaches.

    Args:
        port: which; None takes the usual one, or one after it where that is taken. 0 takes any.

    Raises:
        ConfigError: it is taken.
    """
    for candidate in (port,) if port is not None else range(USUAL_PORT, USUAL_PORT + _TRIES):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name != "nt":  # there it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
        except OSError:
            listener.close()
            continue
        return listener
    raise ConfigError("the port is taken: name another with --port")


def serve(
    out: Path,
    reviewer: Reviewer,
    *,
    port: int | None = None,
    originals: Originals | None = None,
    ready: Callable[[str, Path], None] = lambda link, page: None,
    progress: Progress = lambda done: None,
) -> None:
    """Serve the workbench until it is interrupted.

    Args:
        out: the output folder of a run.
        reviewer: who decides.
        port: where; None for the usual one, or the next that is free.
        originals: where notes are found as they were.
        ready: called when the workbench listens, with the start link and a page that only this user can read and that
            leads there: a browser is opened on the page, as every user of the machine sees what a browser is opened on.
        progress: called while the run is indexed, with the number of notes so far.

    Raises:
        ConfigError: no finished run in the folder, or the port is taken.
        ReadError: the results cannot be read.
    """
    results = Results.open(out, progress)
    desk = Desk(results, open_log(out), reviewer, originals)
    listener = listen(port)
    keys = Keys(int(listener.getsockname()[1]))
    workbench = Workbench(desk, keys, Preferences(data_root() / FILE))
    # No log and no access log: paths and errors stay out of terminals and files.
    config = uvicorn.Config(
        workbench.app(), log_config=None, log_level="critical", access_log=False, server_header=False
    )
    server = uvicorn.Server(config)
    listener.listen(128)
    page = out / FOLDER / f"start-{keys.port}.html"
    write_text(page, _LEADING.format(link=escape(keys.link)), mode=0o600)
    try:
        ready(keys.link, page)
        server.run(sockets=[listener])
    finally:
        page.unlink(missing_ok=True)
        desk.close()
