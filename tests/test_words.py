"""The shared tokens of redaction: where things stand, found without a pass over all of them."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.redaction import lexicon as lx
from noteproc.redaction.words import Cues, Words, matches

PIECES = [
    "Dr",
    "may",
    "May's",
    "o'",
    "x'call",
    "call",
    "5",
    "120",
    "12mg",
    "'",
    "-",
    ":",
    "\n",
    " ",
    "  ",
    "_",
    "é",
    "Ünal",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_shortcuts_find_what_a_pass_over_all_tokens_finds(text: str) -> None:
    words = Words(text)
    every = range(len(words))
    assert "".join(words.words) == re.sub(r"\s+", "", text)
    assert all(text[a:b] == w for a, b, w in zip(words.starts, words.ends, words.words, strict=True))
    assert [text.count("\n", 0, start) for start in words.starts] == words.line_of
    assert words.numbers == [i for i in every if words.words[i].isdecimal()]
    assert words.capitals == [i for i in every if words.words[i][0].isupper()]
    assert words.of_class(lx.TITLE | lx.MONTH) == [i for i in every if words.bits[i] & (lx.TITLE | lx.MONTH)]
    assert list(words.is_class(lx.MARK)) == [len(w) == 1 and not w.isalnum() for w in words.words]
    assert list(words.is_class(lx.LOWER)) == [w.islower() for w in words.words]
    assert words.among({"call", "dr", "-", "no"}) == [i for i in every if words.lower[i] in ("call", "dr", "-")]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_pattern_tried_where_its_words_stand_finds_all_its_matches(text: str) -> None:
    pattern = re.compile(r"\b(?:call|may)\b(?:\W{0,2}\d{1,3})?", re.IGNORECASE)
    tried = matches(pattern, text, Words(text).opening({"call", "may", "none"}))
    assert [m.span() for m in tried] == [m.span() for m in pattern.finditer(text)]


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_cues_stand_where_a_search_for_their_words_finds_them(text: str) -> None:
    cues, same = Cues({"may", ":", "call"}), Cues([":", "call", "may"])
    assert cues is same, "made twice they would be counted twice"
    words = Words(text)
    assert words.among(cues) == words.among(frozenset(cues))
    assert words.opening(cues) == words.opening(frozenset(cues))


def test_single_capitals_with_a_dot_behind_them() -> None:
    text = "J. R. Doe, p.o. K .5 E.R. B"
    assert [text[at] for at in Words(text).dotted()] == ["J", "R", "E", "R"]
