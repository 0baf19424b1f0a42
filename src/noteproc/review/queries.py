"""The draft of a query to the physician: what the note says, what is asked, and a free choice of answers.

Source: AHIMA/ACDIS, Guidelines for Achieving a Compliant Query Practice (2022): clinical indicators are quoted, nothing
leads to an answer, "other" and "unable to determine" are offered, and the effect on payment is not named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from noteproc.review.standing import CodeStanding
from noteproc.review.vocabulary import table

_MOST_QUOTES = 6


def draft_query(code: CodeStanding | None, text: str, note_id: str, picked: Sequence[tuple[int, int]] = ()) -> str:
    """A draft, to be read and changed by a person before anybody sees it.

    Args:
        code: the code that the query is about; None for a query on picked words alone.
        text: the note as it may be shown.
        note_id: its id.
        picked: words that the reviewer picked, as code points; they are quoted first.
    """
    spans = list(picked) + ([(e["start"], e["end"]) for e in code.evidence] if code else [])
    quotes = list(dict.fromkeys(_quote(text, start, end) for start, end in spans))[:_MOST_QUOTES]
    missing = list(code.suggestion.get("missing", ())) if code else []
    asks = [row for row in table("questions") if row["missing"] in missing]
    lines = [f"Query on note {note_id}", ""]
    if quotes:
        lines += ["The note says:", *(f"  - {quote}" for quote in quotes), ""]
    if asks:
        wanted = " and ".join(row["ask"] for row in asks)
        lines += [f"Based on your clinical judgment, please document {wanted}:"]
    else:
        lines += ["Based on your clinical judgment, please document what these findings represent:"]
    options = [o for row in asks if row["options"] for o in row["options"].split(" | ")]
    lines += [f"  [ ] {option}" for option in options]
    if not options:
        lines += ["  [ ] ______________________________"]
    lines += ["  [ ] other: ______________________________", "  [ ] unable to determine", ""]
    lines += ["Please answer in the medical record."]
    return "\n".join(lines) + "\n"


def words_of_money(text: str) -> tuple[str, ...]:
    """Words of payment in a text, what it quotes left out, in the order of the list."""
    spoken = re.sub(r'"[^"]*"', " ", text)
    folded = " ".join(re.findall(r"[a-z][a-z-]*", spoken.casefold()))
    listed = (row["word"] for row in table("money"))
    return tuple(word for word in listed if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", folded))


def _quote(text: str, start: int, end: int) -> str:
    """The sentence or line around some words, cut to a readable length."""
    low = max(text.rfind(mark, 0, start) + len(mark) if text.rfind(mark, 0, start) >= 0 else 0 for mark in ("\n", ". "))
    ends = [at for mark in ("\n", ". ") if (at := text.find(mark, end)) >= 0]
    high = min(ends, default=len(text))
    low, high = max(low, start - 80), min(high, end + 80)
    words = " ".join(text[low:high].split())
    return f'"{words}"'
