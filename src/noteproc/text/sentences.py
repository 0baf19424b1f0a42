"""Where sentences begin and end in clinical text: wrapped lines, lists, "Dr. ", "q.d." and all."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import NamedTuple

from noteproc.artifacts import dictionaries_dir
from noteproc.text.tables import rows

# A line shorter than this is a line of its own; a longer one without an end mark was probably wrapped.
_WRAP_WIDTH = 56

_LINE = re.compile(r"[^\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+")
_ITEM = re.compile(r"\s*(?:[-*•◦▪·●–—>+]+\s|\(?\d{1,2}[.):]\s|\(?[a-zA-Z][.)]\s|\[[ xX]?\]|#\s?\d|#\S)")
_HEADINGISH = re.compile(r"\s*(?:[A-Z][A-Z0-9 /&()+'-]{2,40}(?::|$)|[A-Za-z][\w /&().-]{0,40}:(?:\s|$))")
# Each run of marks is read from its start alone; the mark comes first in the pattern, so that the engine passes over
# everything else.
_END = re.compile(
    r"[.!?;/-](?:(?<![.!?][.!?])(?<=[.!?])[.!?]*[)\]\"'”’]*(?=\s)|(?<=;)(?=\s)|(?<=\s-)-+(?=\s)|(?<=\s/)/\s)"
)
_NEXT = re.compile(r"\S")
_IN_WORD = re.compile(r"[\w./-]+")
# No abbreviation is longer.
_LONGEST = 40
# A sentence is no longer than this: text without an end mark is cut between words, so that no rule of a sentence
# works over a whole file.
_LIMIT = 4000
_OPEN_END = re.compile(r"(?:,|\b(?:and|or|of|the|with|in|to|a|an|for|by|on|at|from|left|right|no|is|was|were|as))\s*\Z")
_OPEN_LONGEST = 8  # more letters than any of these words has


class Sentence(NamedTuple):
    """A sentence, list item or heading line.

    Attributes:
        start, end: code points, white space at both ends left out.
    """

    start: int
    end: int


_SENTENCE = partial(tuple.__new__, Sentence)


@lru_cache(maxsize=1)
def _abbreviations() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    found: dict[str, set[str]] = {"always": set(), "digit": set(), "lettered": set()}
    for row in rows(dictionaries_dir() / "context" / "sentence_abbreviations.tsv", ("kind", "words")):
        found[row["kind"]].update(row["words"].split())
    return frozenset(found["always"]), frozenset(found["digit"]), frozenset(found["lettered"])


def split(text: str) -> list[Sentence]:
    """The sentences of ``text`` in order; together they hold every character that is not white space."""
    found: list[Sentence] = []
    for start, end in _blocks(text):
        _split_block(text, start, end, found)
    return found


def _blocks(text: str) -> list[tuple[int, int]]:
    """Runs of lines that were wrapped from one paragraph."""
    blocks: list[tuple[int, int]] = []
    line_start = previous_end = -1
    for m in _LINE.finditer(text):
        line = m.group()
        if not line.strip():
            previous_end = -1
            continue
        if previous_end >= 0 and blocks and _continues(text[line_start:previous_end], line):
            gap = text[previous_end : m.start()]
            if gap.count("\n") + gap.count("\r") - gap.count("\r\n") <= 1:
                blocks[-1] = (blocks[-1][0], m.end())
                line_start, previous_end = m.span()
                continue
        blocks.append((m.start(), m.end()))
        line_start, previous_end = m.span()
    return blocks


def _continues(above: str, line: str) -> bool:
    """True where ``line`` goes on with the sentence that the line ``above`` left open at its end."""
    last = above.rstrip()
    if not last or last.endswith((".", "!", "?", ":", ";")):
        return False
    wrapped = len(last) >= _WRAP_WIDTH or (len(last) >= 30 and line.lstrip()[:1].islower())
    if not wrapped and _OPEN_END.search(last[-_OPEN_LONGEST:]) is None:
        return False
    return not (_ITEM.match(line) or _HEADINGISH.match(line))


def _split_block(text: str, start: int, end: int, found: list[Sentence]) -> None:
    always, digit, lettered = _abbreviations()
    begin = start
    for m in _END.finditer(text, start, end):
        if m.group()[0] == ".":
            word = _last_word(text, begin, m.start())
            if word < m.start():
                last = text[word : m.start()].lower()
                if last in always:
                    continue
                after = ""
                if len(last) == 1 or last in digit:
                    after = _following(text, m.end()) if m.end() - m.start() == 1 else "A"
                if len(last) == 1 and last.isalpha() and after.isupper():
                    continue
                if last in digit and after.isdigit():
                    continue
                # "E. coli", but not "hepatitis C. follow up in a month".
                if len(last) == 1 and text[word].isupper() and after.islower():
                    ahead = text[max(begin, word - _LONGEST) : word].replace("-", " ").split()
                    if not ahead or ahead[-1].lower() not in lettered:
                        continue
                # "1. Hypertension": the number of a list item is no sentence.
                if last.isdigit() and len(last) <= 2 and not text[begin:word].strip():
                    continue
        _add(text, begin, m.end(), found)
        begin = m.end()
    _add(text, begin, end, found)


def _last_word(text: str, begin: int, end: int) -> int:
    """Where the word that ends at ``end`` begins; dots, slashes and hyphens are part of it."""
    space = text.rfind(" ", begin, end) + 1
    if space and end - space <= _LONGEST and text[space:end].isalpha():
        return space
    backward = _IN_WORD.match(text[max(begin, end - _LONGEST) : end][::-1])
    return end if backward is None else end - backward.end()


def _following(text: str, at: int) -> str:
    """The first character at or after ``at`` that is not white space, or ""."""
    found = _NEXT.search(text, at)
    return found.group() if found is not None else ""


def _add(text: str, start: int, end: int, found: list[Sentence]) -> None:
    while end - start > _LIMIT:
        low, high = start + _LIMIT // 2, start + _LIMIT
        space = max(text.rfind(" ", low, high), text.rfind("\n", low, high))
        cut = space if space >= 0 else high
        _add(text, start, cut, found)
        start = cut
    piece = text[start:end]
    told = piece.lstrip()
    if told:
        start = end - len(told)
        found.append(_SENTENCE((start, start + len(told.rstrip()))))
