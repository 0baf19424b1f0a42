"""A real browser on the workbench: Debian's Chromium, driven by Playwright, by its keyboard."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from noteproc.review.desk import Desk
from noteproc.review.guard import Keys
from noteproc.review.preferences import Preferences
from noteproc.review.server import Workbench
from noteproc.review.serving import listen

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
# Our policy forbids a page to evaluate strings, so waiting is for elements.
_SETTLED = "body[data-ready]:not([data-busy], [data-calling]), body[data-ready]:not([data-calling]) dialog[open]"


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium; the test is skipped, and says so, where there is none."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the workbench was not looked at in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


@contextmanager
def served(desk: Desk, data: Path) -> Iterator[str]:
    """A workbench in a thread of this process; gives the start link."""
    listener = listen(0)
    keys = Keys(int(listener.getsockname()[1]))
    app = Workbench(desk, keys, Preferences(data / "preferences.json")).app()
    config = uvicorn.Config(app, log_config=None, log_level="critical", access_log=False)
    server = uvicorn.Server(config)
    listener.listen()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield keys.link
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        desk.close()


class Process:
    """A workbench as a stranger starts it: a process of its own, that can be killed."""

    def __init__(self, out: Path, reviewer: str = "Ada") -> None:
        command = [sys.executable, "-c", "from noteproc.cli import main; main()", "review", str(out), "--no-open"]
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--reviewer", reviewer], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/start\?token=\S+", line)
        assert found, line
        self.link = found[0]

    def kill(self) -> str:
        """End it as a power cut would; what it had printed on standard error."""
        self.process.kill()
        _, told = self.process.communicate()
        return told


@dataclass
class Keyboard:
    """A reviewer who has no mouse: counts the keys."""

    page: Any
    pressed: int = 0
    errors: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, each when the last has done its work."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1
            self.settle()

    def type(self, words: str) -> None:
        """Type words into the field that has the focus."""
        self.page.keyboard.type(words)

    def settle(self) -> None:
        """Wait until the workbench has nothing more to do, or asks something."""
        self.page.wait_for_selector(_SETTLED, state="attached")

    def text(self, selector: str) -> str:
        """The words of an element."""
        return str(self.page.inner_text(selector))

    @property
    def note(self) -> str:
        """The note that is shown."""
        return str(self.page.inner_text("#note-title"))

    @property
    def code(self) -> str:
        """The code that is chosen."""
        return str(self.page.inner_text('.code[aria-selected="true"] b').split(",")[0]).split("\n")[0]

    def verdicts(self) -> dict[str, str]:
        """Each code's verdict."""
        script = (
            "Array.from(document.querySelectorAll('.code'), row => "
            "[row.querySelector('b').firstChild.data, row.className.split(' ')[1]])"
        )
        return dict(self.page.evaluate(script))

    def hits(self, code: str) -> None:
        """Wait until the look-up has answered what was typed, and shows a code."""
        self.page.wait_for_selector(f"#finder-hits[data-settled] .hit:has-text('{code}')")


def visit(browser: Any, link: str, **options: Any) -> Keyboard:
    """A new browser profile that opens the start link."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True, **options)
    page = context.new_page()
    keyboard = Keyboard(page)

    def asked(dialog: Any) -> None:
        keyboard.errors.append("a dialog of the browser")
        dialog.dismiss()

    page.on("pageerror", lambda error: keyboard.errors.append(str(error)))
    page.on("console", lambda m: keyboard.errors.append(m.text) if m.type == "error" and "409" not in m.text else None)
    page.on("dialog", asked)
    page.goto(link)
    page.wait_for_selector("body[data-ready]")
    keyboard.settle()
    return keyboard
