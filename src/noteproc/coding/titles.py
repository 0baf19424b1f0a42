"""The title of a note, which names what the note reports."""

from __future__ import annotations

from noteproc.coding.telling import telling

# A title stands in the first lines, and is short.
_LINES = 7
_WIDTH = 110
_LABEL_WIDTH = 64


class Title:
    """The first lines of one note, or the label that opens a note without lines.

    Args:
        text: of the note.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = _end_of_lines(text)
        self._label_end = _end_of_label(text)

    def holds(self, start: int, end: int) -> bool:
        """Whether the words between two code points stand in the title, and nothing on their line says otherwise."""
        if start < self._label_end:
            return True
        if start >= self._end:
            return False
        line_start = self._text.rfind("\n", 0, start) + 1
        line_end = self._text.find("\n", start)
        line = self._text[line_start : line_end if line_end >= 0 else None]
        untitled = telling()["untitled"]
        rest = untitled.search(line, 0, start - line_start) or untitled.search(line, min(end - line_start, len(line)))
        return len(line) <= _WIDTH and rest is None


def names_act(text: str) -> bool:
    """Whether the first line of a note names an act and no visit: "IVC filter placement", "ICU procedures"."""
    title = text.lstrip()[:_WIDTH].partition("\n")[0]
    return telling()["act of title"].search(title) is not None and telling()["untitled"].search(title) is None


def _end_of_lines(text: str) -> int:
    end = 0
    for _ in range(_LINES):
        following = text.find("\n", end)
        if following < 0:
            # Of a note of a few lines the first may be its title.
            return text.find("\n") + 1
        end = following + 1
    return end


def _end_of_label(text: str) -> int:
    """Where the label ends that opens a note without lines ("Trigger point injection: ...")."""
    label = text[: max(0, text.find(":", 0, _LABEL_WIDTH))]
    told_apart = any(telling()[kind].search(label) for kind in ("untitled", "elsewhere"))
    return 0 if told_apart or "\n" in label else len(label)
