"""Numbers written in groups or with marks between: how far one reaches."""

from __future__ import annotations

from functools import lru_cache

from noteproc.redaction import lexicon as lx
from noteproc.redaction.words import Words

_LONGEST_NUMBER = 30
_LONGEST_GROUP = 7
_LONGEST_LEAD = 4


def unbroken(words: Words, first: int, last: int) -> tuple[int, int]:
    """The run without a blank in which a number stands: letters, figures and the marks between them."""
    forms, starts, ends = words.words, words.starts, words.ends
    n = len(forms)
    while first > 0 and ends[first - 1] == starts[first] and ends[last] - starts[first - 1] <= _LONGEST_NUMBER:
        step = 1 if forms[first - 1][0].isalnum() else 2
        mark = "" if step == 1 else forms[first - 1]
        if step == 2 and (mark not in "-/._" or first < 2 or ends[first - 2] != starts[first - 1]):
            break
        if not forms[first - step][0].isalnum():
            break
        if mark and not forms[first - 2].isdigit() and mark != "-":
            break
        first -= step
    while last + 1 < n and starts[last + 1] == ends[last] and ends[last + 1] - starts[first] <= _LONGEST_NUMBER:
        step = 1 if forms[last + 1][0].isalnum() else 2
        mark = "" if step == 1 else forms[last + 1]
        if step == 2 and (mark not in "-/._" or last + 2 >= n or starts[last + 2] != ends[last + 1]):
            break
        if not forms[last + step][0].isalnum():
            break
        if mark and not forms[last + 2].isdigit() and mark != "-":
            break
        last += step
    return first, last


def grouped(words: Words, first: int, last: int) -> tuple[int, int]:
    """The run with the groups that stand apart from it: "H 536 220", "60771 2298 4", "STS 3 0 1 - 5 5 2"."""
    while (step := _next_group(words, last)) > last and words.ends[step] - words.starts[first] <= _LONGEST_NUMBER:
        last = step
    groups = last > first
    while first > 0 and words.starts[first] - words.ends[first - 1] == 1 and _on_line(words, first - 1, first):
        form = words.words[first - 1]
        if not groups or not form.isdigit() or len(form) > _LONGEST_GROUP or _measured(words, first - 1):
            break
        if words.ends[last] - words.starts[first - 1] > _LONGEST_NUMBER:
            break
        first -= 1
    if first > 0 and _on_line(words, first - 1, first) and words.starts[first] - words.ends[first - 1] == 1:
        form, b = words.words[first - 1], words.bits[first - 1]
        glued = (
            first > 1
            and words.ends[first - 2] == words.starts[first - 1]
            and (words.words[first - 2][0].isalnum() or words.words[first - 2] in "-/._")
        )
        known = lx.IDLABEL | lx.ABBREVIATION | lx.ORDINARY | lx.TITLE | lx.CREDENTIAL | lx.ROLE | lx.MONTH
        plain = len(form) > 1 and (b & known or words.lower[first - 1] in words_of_labels())
        if form.isupper() and form.isalpha() and len(form) <= _LONGEST_LEAD and not glued and not plain:
            first -= 1
    return first, last


def _next_group(words: Words, last: int) -> int:
    """The index of the last token of the next group of a number; ``last`` where none follows."""
    n, k = len(words), last + 1
    if k >= n or not _on_line(words, last, k) or words.starts[k] - words.ends[last] > 1:
        return last
    if words.words[k] == "-" and k + 1 < n and words.starts[k + 1] - words.ends[k] <= 1:
        k += 1
    elif words.starts[k] - words.ends[last] != 1:
        return last
    form = words.words[k]
    closing = form.isupper() and len(form) == 1 and form.isalpha() and words.words[last].isdigit()
    if closing:
        after = words.words[k + 1] if k + 1 < n and _on_line(words, k, k + 1) else "."
        return k if after[0] in ".,;)" and words.words[k] not in ("M", "F", "L", "R", "I", "A") else last
    if not form.isdigit() or len(form) > _LONGEST_GROUP or _measured(words, k):
        return last
    # A group behind a whole number is part of it only where the number is written in groups.
    spaced = " " in words.text[words.starts[max(0, last - 1)] : words.ends[last]] or len(words.words[last]) <= 4
    return k if spaced else last


def _measured(words: Words, k: int) -> bool:
    """Whether figures go on with a mark or a unit, so that they are a time, a share or an amount."""
    if k + 1 >= len(words):
        return False
    glued = words.starts[k + 1] == words.ends[k]
    if glued and (words.words[k + 1] in "/.%:+" or words.words[k + 1].isalpha()):
        dot = words.words[k + 1] == "." and not (k + 2 < len(words) and words.starts[k + 2] == words.ends[k + 1])
        return not dot
    return bool(words.bits[k + 1] & lx.UNITWORD) and _on_line(words, k, k + 1)


def _on_line(words: Words, i: int, k: int) -> bool:
    return words.line_of[i] == words.line_of[k]


@lru_cache(maxsize=1)
def words_of_labels() -> frozenset[str]:
    """Every word of a label in front of a number."""
    return frozenset(w for label, _ in lx.read_pairs("labels.tsv") for w in label.split())
