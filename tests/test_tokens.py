"""Where tokens stand: the passes over arrays find what a pattern finds."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.redaction.tokens import tokens

TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[^\w\s]|_")
TEXTS = st.text(st.sampled_from("abZ'12_-. \n\t\x00\x1cé°²٣中\u2028") | st.characters(), max_size=40)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_tokens_stand_where_a_pattern_finds_them(text: str) -> None:
    found = tokens(text)
    assert list(zip(found.starts, found.ends, strict=True)) == [m.span() for m in TOKEN.finditer(text)]
    assert list(found.breaks) == [at for at, c in enumerate(text) if c == "\n"]
    assert list(found.inner) == [m.start() for m in re.finditer(r"(?<=[^\W\d_])'(?=[^\W\d_])", text)]
