"""Code numbers that a note itself prints ("CPT 88305 x2", "(90833 w/ 99214)"), told from other numbers."""

from __future__ import annotations

import re

_MODIFIER = re.compile(r"\s?-\s?(?:2[2-9]|5[0-9]|6[2-6]|7[6-9]|[A-Z]{2})\b")
_TIMES = re.compile(r"\s?[x×]\s?\d{1,2}\b")
_NAMED = re.compile(
    r"\b(?:cpt|hcpcs|codes?|coded|charges?|charged|billed|billing|bill|bills|procedure codes?|coding|superbill|e/?m"
    r"|level of service|los)\b[^\n]{0,60}\Z"
    r"|(?:;|\beach)\s*\Z",
    re.I,
)
# Another code within a few characters: codes stand in company.
_OTHER = re.compile(r"(?<![\w.$-])(?:[0-9]{5}|[0-9]{4}[FTU]|[A-V][0-9]{4})(?![\w-]|\.\d)")
_LISTED = re.compile(r"^[ \t\-*•]*(?:[0-9]{5}|[0-9]{4}[FTU]|[A-V][0-9]{4})[ \t]+[A-Za-z(]", re.M)
_BEFORE, _AFTER = 90, 24


def _lines_beside(text: str, start: int, end: int) -> str:
    """The line before the one that begins at ``start`` and the one after ``end``."""
    above = text.rfind("\n", 0, max(0, start - 1)) + 1
    below = text.find("\n", end)
    after = text.find("\n", below + 1) if below >= 0 else -1
    return text[above:start] + (text[below + 1 : after if after >= 0 else None] if below >= 0 else "")


def is_printed(text: str, start: int, end: int) -> bool:
    """Whether the number at ``start`` to ``end`` is printed as a code: named so, in brackets, or in company."""
    if (start and text[start - 1] in "#$.-/") or text[end : end + 1] in ("%",):
        return False
    line_start = text.rfind("\n", 0, start) + 1
    before = text[max(line_start, start - _BEFORE) : start]
    if _MODIFIER.match(text, end) or _TIMES.match(text, end) or _NAMED.search(before):
        return True
    if not before.strip() and text[end : end + 1] == " " and _LISTED.search(_lines_beside(text, line_start, end)):
        # One of several lines that begin with a code: "97140 manual 15 min", "97110 ex 15 min".
        return True
    opened = before.rfind("(")
    if opened >= 0 and ")" not in before[opened:]:
        closed = text.find(")", end, end + _AFTER)
        if closed >= 0 and "\n" not in text[end:closed]:
            return True
    return _OTHER.search(text, max(line_start, start - 16), start) is not None or (
        _OTHER.search(text, end, end + 16) is not None
    )
