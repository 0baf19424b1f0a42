"""A long text in windows, so that what detection costs, in time and in memory, grows with its length alone.

Windows are cut at line ends, else at blanks. Each shows some text around its core, so that what stands at a cut is seen
whole; what begins in the core belongs to the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words

_CORE = 20_000
_MARGIN = 400


@dataclass(slots=True)
class Window:
    """A stretch of a text.

    Args:
        text: what it shows.
        offset: where that begins in the whole text.
        start, end: its core, in offsets of the whole text.
    """

    text: str = field(repr=False)
    offset: int
    start: int
    end: int
    _words: Words | None = field(default=None, repr=False)

    @property
    def words(self) -> Words:
        """The words of what it shows; made anew each time unless ``keep`` was called."""
        return self._words or Words(self.text)

    def keep(self, words: Words) -> None:
        """Hold its words in memory."""
        self._words = words

    def whole(self, span: Span) -> Span:
        """A span of what it shows, in offsets of the whole text."""
        return span.over(span.start + self.offset, span.end + self.offset) if self.offset else span

    def own(self, span: Span) -> Span:
        """A span of the whole text, in offsets of what it shows."""
        return span.over(span.start - self.offset, span.end - self.offset) if self.offset else span

    def owns(self, at: int) -> bool:
        """Whether an offset of what it shows lies in its core."""
        return self.start <= at + self.offset < self.end


def windows(text: str) -> Iterator[Window]:
    """The windows of a text in order: one for all but long ones."""
    at = 0
    while len(text) - at > _CORE * 3 // 2:
        cut = text.rfind("\n\n", at + _CORE // 2, at + _CORE)
        for mark in ("\n", " "):
            if cut < 0:
                cut = text.rfind(mark, at + _CORE // 2, at + _CORE)
        cut = at + _CORE if cut < 0 else cut + 1
        yield _window(text, at, cut)
        at = cut
    yield _window(text, at, len(text))


def _window(text: str, start: int, end: int) -> Window:
    """The window of a core, with so much around it as whole words fill."""
    first, last = max(0, start - _MARGIN), min(len(text), end + _MARGIN)
    if first:
        blank = max(text.find(mark, first, start) for mark in (" ", "\n"))
        first = blank + 1 if blank >= 0 else first
    if last < len(text):
        blank = max(text.rfind(mark, end, last) for mark in (" ", "\n"))
        last = blank if blank >= 0 else last
    return Window(text[first:last], first, start, end)
