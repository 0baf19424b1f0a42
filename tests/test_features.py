"""What the tagger sees of a token, told one token at a time, as the whole columns are made."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.redaction import lexicon as lx
from noteproc.redaction.features import CONTEXT_ROWS, bucket, candidates, context_rows
from noteproc.redaction.words import Words

PIECES = [
    "Dr",
    "seen",
    "Ruth",
    "MRN",
    ":",
    ".",
    ";",
    "12",
    "-",
    "the",
    "DOB",
    "son",
    "é",
    "\n",
    "\n\n",
    " ",
    "  ",
    "PAIN",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)
CUE = lx.TITLE | lx.KIN | lx.ROLE | lx.DATECUE | lx.PLACECUE | lx.IDLABEL | lx.CREDENTIAL


def columns(words: Words, k: int) -> tuple[int, int, int, int]:
    """The columns of one token, read off its line."""
    lines = words.line_of
    line = [i for i in range(len(words)) if lines[i] == lines[k]]
    heads = [i for i in line[:5] if words.lower[i] == ":"]
    label = bucket(" ".join(words.lower[line[0] : heads[0]]), CONTEXT_ROWS[1]) if heads else 0
    cue, since = 0, 99
    for i in range(line[0], k):
        low = words.lower[i]
        since += 1
        if words.bits[i] & CUE and len(low) > 1:
            cue, since = bucket(low, CONTEXT_ROWS[1], 31), 0
        elif low == ":" and i > line[0]:
            cue, since = bucket(words.lower[i - 1] + ":", CONTEXT_ROWS[1], 31), 0
        elif low in ".;" and i < line[-1] and words.starts[i + 1] > words.ends[i]:
            cue, since = 0, 99
    alphabetic = [words.words[i] for i in line if words.words[i].isalpha()]
    capitals = sum(map(str.isupper, alphabetic))
    loud = bool(alphabetic) and capitals * 10 >= len(alphabetic) * 8
    page = 1 if lines[k] < 6 else 2 if len(words.line_starts) - lines[k] <= 6 else 3
    before = lines[line[0] - 1] if line[0] else -2
    short = 0 if len(line) > 12 else 1 if len(line) > 5 else 2
    return (
        1 + 7 * (loud + 2 * bool(label)) + min(k - line[0], 6) + 28 * bool(since),
        cue if since <= 6 else label,
        1 + min(since, 7) + 8 * page,
        1 + (lines[k] - before > 1) + 2 * short + 6 * (k == line[-1]),
    )


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_context_of_every_token(text: str) -> None:
    words = Words(text)
    assert [tuple(row) for row in context_rows(words).tolist()] == [columns(words, k) for k in range(len(words))]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("Seen with Ruth for pain, 12 days", ["Seen", "Ruth", "12"]),
        ("Pain today\nseen with ruth for pain", ["Pain", "seen", "with", "ruth", "for", "pain"]),
        ("The pain of zubizarreta", ["The", "zubizarreta"]),
        ("pain is O - Neil", ["O", "-", "Neil"]),
    ],
)
def test_candidates(text: str, chosen: list[str]) -> None:
    words = Words(text)
    assert [w for w, wanted in zip(words.words, candidates(words), strict=True) if wanted] == chosen
