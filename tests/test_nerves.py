"""Nerve conduction studies: each nerve of a table counts once for each kind of fibre."""

from __future__ import annotations

import pytest

from noteproc.coding.nerves import studies

TABLE = """NERVE CONDUCTION
Motor, right      latency  amp
  median - APB    5.1      6.2
  ulnar - ADM     2.9      9.8
Sensory, right    peak     amp
  median - dig 2  4.6      11
  sural           3.1      22
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TABLE, 4),
        (TABLE + "F wave median 28.9\n", 4),
        (TABLE + "H reflex right 29.1\n", 5),
        (TABLE.replace("Sensory, right", "Sensory, left"), 4),
        (TABLE + "Sensory, left     peak     amp\n  sural           3.3      20\n", 5),
        (TABLE.replace("CONDUCTION", "BLOCK"), None),
        ("NCS was normal for median and ulnar nerves.", None),
    ],
)
def test_nerves_are_counted(text: str, expected: int | None) -> None:
    assert studies(text) == expected
