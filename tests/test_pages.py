"""What a reader sees, in a real browser without a network."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from noteproc.files.report import write_report
from tests.test_files import RESULT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def rendered(page: Path, profile: Path) -> str:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --dump-dom --virtual-time-budget=3000"
    )
    command = [CHROMIUM, *flags.split(), f"--user-data-dir={profile}", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_the_report_shows_codes_words_and_nothing_as_markup(tmp_path: Path) -> None:
    left_out = {
        "system": "ICD-10-CM",
        "code": "R07.9",
        "display": "Chest pain",
        "start": 0,
        "end": 3,
        "reason": "absent",
    }
    write_report(tmp_path / "r.html", [{**RESULT, "not_coded": [left_out]}], 1)
    page = rendered(tmp_path / "r.html", tmp_path / "profile")
    assert re.search(r"<b>I10</b>", page)
    assert re.search(r'<span class="ev"[^>]*>hypertension</span>', page)
    assert "&lt;/script&gt;&lt;b&gt;x&lt;/b&gt;" in page
    assert "left out: absent" in page
    assert "1 of 1 notes" in page


def test_an_empty_run_says_so(tmp_path: Path) -> None:
    write_report(tmp_path / "r.html", [], 3)
    assert "No note gave a result." in rendered(tmp_path / "r.html", tmp_path / "profile")
