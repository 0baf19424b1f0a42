"""The picker of the look-up, with keys from a pipe and no screen."""

from __future__ import annotations

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from noteproc.cli.picker import pick
from noteproc.codesets import LookupHit, lookup

UP, DOWN, ENTER, ESCAPE, CLEAR, RUBOUT = "\x1b[A", "\x1b[B", "\r", "\x1b", "\x15", "\x7f"


def chosen(keys: str, words: str = "") -> LookupHit | None:
    with create_pipe_input() as pipe:
        pipe.send_text(keys)
        return pick(lambda text: lookup(text, limit=5), words, keys=pipe, screen=DummyOutput())


def second(text: str) -> str:
    return lookup(text, limit=5)[1].code


@pytest.mark.parametrize(
    ("keys", "words", "code"),
    [
        ("gallbladder cancer" + ENTER, "", "C23"),
        ("gallblader cancer" + ENTER, "", "C23"),
        (ENTER, "gallbladder cancer", "C23"),
        ("x" + CLEAR + "gallbladder cancer" + ENTER, "heart", "C23"),
        ("gallbladder cancerx" + RUBOUT + ENTER, "", "C23"),
        (DOWN + DOWN + UP + UP + UP + ENTER, "gallbladder cancer", "C23"),
        (CLEAR + "M80.08X" + DOWN + ENTER, "heart", "M80.08XD"),
        # Enter without a hit takes nothing and stays
        ("zzqxv" + ENTER + CLEAR + "gallbladder cancer" + ENTER, "", "C23"),
    ],
)
def test_what_is_taken(keys: str, words: str, code: str) -> None:
    hit = chosen(keys, words)
    assert hit is not None
    assert hit.code == code


def test_the_mark_moves_down() -> None:
    hit = chosen(DOWN + ENTER, "heart failure")
    assert hit is not None
    assert hit.code == second("heart failure")


@pytest.mark.parametrize("leave", [ESCAPE, "\x03", "\x04"])
def test_leaving_takes_nothing(leave: str) -> None:
    assert chosen(leave, "gallbladder cancer") is None
