"""No pattern of redaction runs away: twice the text takes about twice the steps, whatever is repeated in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.backtracking import Backtracking, RunsAway

# Every pattern that the redaction room hands to ``re``, with its flags; run by itself, before anything is compiled.
_COLLECT = """
import importlib, json, pkgutil, re, sys
seen = set()
flags_at = {"compile": 0, "sub": 3, "split": 2, "search": 1, "match": 1, "fullmatch": 1, "findall": 1, "finditer": 1}
def watched(name, plain):
    def call(pattern, *args, **kwargs):
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if isinstance(pattern, str) and caller.startswith("noteproc.redaction"):
            given = args[flags_at[name]] if len(args) > flags_at[name] else 0
            seen.add((pattern, int(kwargs.get("flags", given))))
        return plain(pattern, *args, **kwargs)
    return call
for name in flags_at:
    setattr(re, name, watched(name, getattr(re, name)))
import noteproc.redaction
for module in pkgutil.walk_packages(noteproc.redaction.__path__, "noteproc.redaction."):
    importlib.import_module(module.name)
from noteproc.records import Note
from noteproc.redaction import Redactor
from noteproc.redaction.gate import LeakGate
note = Note("a", sys.stdin.read(), metadata={"patient_name": "Ann Olawale", "known:FACILITY": "Mercy Hill"})
for policy in ("safe_harbor", "limited_data_set"):
    LeakGate(("canary",)).check(note, Redactor(policy=policy).redact(note))
print(json.dumps(sorted(seen)))
"""
_NOTE = """Mercy Hill Hospital, 2286 Sycamore Ct., Apt 22, Ashford, NY 58960
Patient: Ann Olawale   MRN: 00483921   DOB 04/11/1943   SSN 930-92-3435
Dr. Short, RN, seen 3/14, member ID 0828-83740-18, (412) 555-7734, a_b@c.org, TSH 1.8 (1/8), QX12345, RS/kd
"""
_UNITS = [" ", "a", "A", "1", "a ", "1 ", "1-", "a.", "A. ", "1/", "\n", "A-", ", ", "(", "_", "é", "[", "'a"]
_SHORT = 40
_IDLE = 14
_LIMIT = 200_000
# Twice the text takes twice the steps, and somewhat more where a bound is not reached yet; four times is quadratic.
_MOST = 3.3


def growth(pattern: str, flags: int) -> tuple[float, str]:
    """How many times the steps grow when the text doubles, at worst, and by what."""
    counted = Backtracking(pattern, flags)
    worst = (0.0, "")
    for before, unit in dict.fromkeys([*(("", u) for u in _UNITS), *counted.pumps()]):
        if not unit:
            continue
        texts = [before + unit * -(-size // len(unit)) + "\x00" for size in (_SHORT, 2 * _SHORT, 4 * _SHORT)]
        try:
            if counted.steps(texts[0], limit=_LIMIT) > _SHORT * _IDLE:
                once, twice = (counted.steps(text, limit=_LIMIT) for text in texts[1:])
                worst = max(worst, (twice / once, before + unit))
        except RunsAway:
            return float("inf"), before + unit
    return worst


def test_no_pattern_of_redaction_runs_away() -> None:
    done = subprocess.run([sys.executable, "-c", _COLLECT], input=_NOTE, capture_output=True, text=True, check=True)
    patterns = json.loads(done.stdout)
    assert len(patterns) > 150
    found = {pattern: growth(pattern, flags) for pattern, flags in patterns}
    assert {pattern: told for pattern, told in found.items() if told[0] > _MOST} == {}


@pytest.mark.parametrize(
    "pattern", [r"(?:a+)+b", r"(?:a|aa)+b", r"[a-z]+@", r"a*a*b", r"\s+$", r"(?:\w+\s?)*!", r"a.*b"]
)
def test_what_runs_away_is_told(pattern: str) -> None:
    assert growth(pattern, 0)[0] > _MOST


@pytest.mark.parametrize(
    "pattern",
    [r"\d{1,3}(?:[./-]\d{1,3})*", r"(?<![a-z])[a-z]+@", r"[a-z]{1,20}@", r"\b(?:foo|fo+|bar)\b", r"\w+(?:-\w+)*"],
)
def test_what_does_not_is_let_be(pattern: str) -> None:
    assert growth(pattern, 0)[0] <= _MOST


@pytest.mark.parametrize("text", ["", "aab", "xaabab", "ABAB", "a-b_c", "12/34", "\n\nab\n", "aXbXc", "'a'a'"])
@pytest.mark.parametrize(
    "pattern",
    [
        r"a+?b",
        r"(?:ab|a)*b$",
        r"^\s*ab$",
        r"(a|x)\1b",
        r"(?<=a)b|(?!a)\w",
        r"\bab\b",
        r"[^a-c]+",
        r"(?i:AB)+",
        r".{2,3}",
    ],
)
def test_it_reads_patterns_as_re_does(pattern: str, text: str) -> None:
    for flags in (0, re.MULTILINE, re.DOTALL):
        assert Backtracking(pattern, flags).found(text) == [m.span() for m in re.finditer(pattern, text, flags)]
