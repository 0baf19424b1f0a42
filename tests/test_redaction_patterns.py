"""Every regular expression of the redaction room against adversarial repeats: cost grows with length, not faster.

Nothing is timed. A pattern that runs away would take hours here; the process-wide watchdog then ends the run and says
where it stood.
"""

from __future__ import annotations

import faulthandler
import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import noteproc.redaction
from noteproc.records import Note
from noteproc.redaction import Redactor

_SIZE = 200_000
# One a line would be long: "|" parts them.
_JOINED = (
    "1|1-|1/|1.|1 |12/34/|a|A|A |a.|Aa |A-|Mr. |Dr |a@|x1|:| |\n|\t |( |St. |may |one hundred and |1 Main |of the |_a"
)
_REPEATS = tuple(re.split(r"\|", _JOINED))


@pytest.fixture(autouse=True, scope="module")
def watchdog() -> Iterator[None]:
    faulthandler.dump_traceback_later(540, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    found: list[tuple[str, re.Pattern[str]]] = []
    for info in pkgutil.walk_packages(noteproc.redaction.__path__, "noteproc.redaction."):
        module = importlib.import_module(info.name)
        for name, value in sorted(vars(module).items()):
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found.append((f"{info.name.rsplit('.', 1)[-1]}.{name}", value))
    return found


_FOUND = _patterns()


def test_patterns_are_found() -> None:
    assert len(_FOUND) > 60


@pytest.mark.parametrize("name, pattern", _FOUND, ids=[name for name, _ in _FOUND])
def test_adversarial_repeats(name: str, pattern: re.Pattern[str]) -> None:
    text = "\n#".join(repeat * (_SIZE // len(_REPEATS) // len(repeat)) for repeat in _REPEATS)
    assert sum(1 for _ in pattern.finditer(text)) <= len(text)


@pytest.mark.parametrize(
    "repeat",
    [
        "7",
        "A",
        "1 ",
        "1234 ",
        "kj\n",
        "^A~B",
        "\ud800",
        "1/2 ",
        "Dr. A",
        "a.b@",
        "\u202e1\u200b",
        "\x00\x07 ",
        "\U0001f600 ",
    ],
)
def test_long_line_of_one_kind(repeat: str) -> None:
    text = repeat * (_SIZE // len(repeat))
    done = Redactor().redact(Note("long", text))
    rebuilt, at = [], 0
    for span in done.phi:
        rebuilt += [text[at : span.start], span.replacement]
        at = span.end
    assert "".join([*rebuilt, text[at:]]) == done.text
