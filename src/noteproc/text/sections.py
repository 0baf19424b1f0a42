"""Section headings in their many spellings, on their own line, before a colon, or inside a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from noteproc.artifacts import dictionaries_dir
from noteproc.errors import ConfigError
from noteproc.text.tables import rows

_WORDS = re.compile(r"[^\W_]+")
# A heading at the start of a line: numbering or bullets before it, a colon, dash or the line's end after it.
# Each repeat is bounded or begins with a mark of its own, so that no run of spaces or stars is read over and over.
_BEFORE = r"[ \t]*(?:[#*=•>~_-]+[ \t]*)?(?:\(?\d{1,2}[.)][ \t]*)?"
_FIRST_WORD = re.compile(rf"{_BEFORE}(?P<first>[A-Za-z][^\W_]*)")
_AT_LINE = re.compile(
    rf"{_BEFORE}(?P<h>[A-Za-z][\w /&.,'’+()-]{{0,60}}?)(?<![ \t])[ \t]*(?:[*=~_#]{{1,40}}[ \t]*)?"
    r"(?P<mark>:|\s[-–—]{1,2}\s|={2,}|\.(?=[ \t]+[A-Z])|[*=~_#-]{0,120}$)"
)
# Inside a line: after an end mark, a gap, "//" or "|". The capital comes first in the pattern, so that the engine
# passes over everything else.
_INLINE = re.compile(
    r"(?P<h>[A-Z](?:(?<=[ \t.;!?/)\]>][ \t].)|(?<=[ \t]\|[ \t].))[\w/&.-]{0,24}(?: [\w/&-]{1,16}){0,3}?):"
)
# A bare heading over a list ("dx", below it "- asthma").
_LIST_BELOW = re.compile(r"[ \t\r]*\n[-–—]{1,2}\s")
# Sections that run over several paragraphs even where the first stands in the heading's line.
_LONG = frozenset(
    [
        "hpi",
        "hospital_course",
        "assessment_plan",
        "plan",
        "procedure",
        "technique",
        "findings",
        "exam",
        "ed_course",
        "instructions",
        "consent",
    ]
)
# Sections that running text leaves by a sentence that begins like another section ("FHx: MI in father. Exam normal.").
_BRIEF = frozenset(["family", "social", "allergies", "pmh", "psh"])
_SENTENCE = re.compile(r"[.;][ \t]+(?P<first>[A-Z][A-Za-z]+)\b")
_ASIDE = re.compile(r"\([^()]*\)")
_BLANK = re.compile(r"\n[ \t\r]*\n\s*")
_LIST_ITEM = re.compile(r"\s*(?:[-*•◦·●#–]|\(?\d{1,2}[.):]|\(?[a-zA-Z][.)]\s)")
# One-letter headings (S, O, A, P) count only with a colon or alone in their line.
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a note under one heading.

    Args:
        name: the canonical name, or "" before the first heading.
        heading_start: code point at which the heading starts.
        start: code point at which the content starts.
        end: one past the content.
    """

    name: str
    heading_start: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SectionDefaults:
    """What a section says by itself.

    Args:
        diagnosis: the assertion of a bare diagnosis in it; "allergy" in a list of allergies.
        procedure: the assertion of a bare procedure in it.
        weight: how much a diagnosis in it counts, in [0, 1].
    """

    diagnosis: str
    procedure: str
    weight: float


def _key(heading: str) -> str:
    return " ".join(_WORDS.findall(heading.lower()))


class Headings:
    """The known headings: the shipped table and, over it, a user's own.

    Args:
        user_tables: further tables of the same columns (``section``, ``headings``).

    Raises:
        ConfigError: a table is malformed or names an unknown section.
    """

    def __init__(self, user_tables: tuple[Path, ...] = ()) -> None:
        folder = dictionaries_dir() / "sections"
        self.defaults: Mapping[str, SectionDefaults] = {
            row["section"]: SectionDefaults(row["diagnosis"], row["procedure"], float(row["weight"]))
            for row in rows(folder / "defaults.tsv", ("section", "diagnosis", "procedure", "weight"))
        }
        self._names: dict[str, str] = {}
        for path in (folder / "headings.tsv", *user_tables):
            for row in rows(path, ("section", "headings")):
                if row["section"] not in self.defaults:
                    raise ConfigError(f"{path.name}: no section is called {row['section']!r}")
                for heading in row["headings"].split("|"):
                    self._names[_key(heading)] = row["section"]
        self._first_words = frozenset(key.split(" ", 1)[0] for key in self._names)

    def name(self, heading: str) -> str | None:
        """The canonical name of a heading as written, or None."""
        return self._names.get(_key(heading))

    def _paragraph_end(self, text: str, name: str, content: int, end: int) -> int:
        """The end of a section whose heading stands in the line of its text: its paragraph, unless a list goes on."""
        line_end = text.find("\n", content, end)
        if name in _LONG or line_end < 0 or not text[content:line_end].strip():
            return end
        for blank in _BLANK.finditer(text, content, end):
            if not _LIST_ITEM.match(text, blank.end(), end):
                return blank.end() if text[blank.end() : end].strip() else end
        return end

    def _brief_end(self, text: str, name: str, content: int, end: int) -> int:
        """The end of a section that was opened inside a line."""
        if name in _BRIEF:
            for sentence in _SENTENCE.finditer(text, content, end):
                if self._names.get(sentence["first"].lower(), name) != name:
                    return sentence.start("first")
        return end

    def _read_line(self, text: str, start: int, end: int, marks: dict[int, tuple[str, int]]) -> None:
        """Adds the heading that opens a line: where it starts, its section and where the content starts."""
        m = _AT_LINE.match(text, start, start + len(text[start:end].rstrip(" \t\r")))
        if m is None:
            return
        name = self._names.get(_key(m["h"])) or self._names.get(_key(_ASIDE.sub(" ", m["h"])))
        if name is None:
            return
        mark, content = m["mark"], m.end()
        if content == m.endpos and mark != ":":
            below = _LIST_BELOW.match(text, content)
            content = end if below is None else below.end()
            mark = mark if below is None else "-"
        if mark == "." and not m["h"].isupper():
            return
        if len(m["h"].strip()) <= _SHORT and mark != ":" and mark.strip(" \t\r") == "" and not m["h"].isupper():
            return
        # "History of ..." is no heading: a bare line must be short and stand alone.
        marks[m.start("h")] = (name, content)

    def find(self, text: str) -> list[Section]:
        """The sections of ``text`` in order; they cover it without a gap."""
        marks: dict[int, tuple[str, int]] = {}
        inline: set[int] = set()
        start = 0
        for line in text.split("\n"):
            end = start + len(line)
            first = _FIRST_WORD.match(text, start, end)
            if first is not None and first["first"].lower() in self._first_words:
                self._read_line(text, start, end, marks)
            # Whatever is told inside a line ends with a colon.
            colon = line.rfind(":")
            for m in _INLINE.finditer(text, start, start + colon + 1) if colon > 0 else ():
                name = self._names.get(_key(m["h"]))
                if name is not None and m.start("h") not in marks:
                    marks[m.start("h")] = (name, m.end())
                    inline.add(m.start("h"))
            start = end + 1
        found: list[Section] = []
        starts = sorted(marks)
        if not starts or starts[0] > 0:
            found.append(Section("", 0, 0, starts[0] if starts else len(text)))
        for at, following in zip(starts, [*starts[1:], len(text)], strict=False):
            name, content = marks[at]
            end = self._paragraph_end(text, name, content, following)
            if at in inline:
                end = self._brief_end(text, name, content, end)
            found.append(Section(name, at, min(content, following), end))
            if end < following:
                found.append(Section("", end, end, following))
        return found


@lru_cache(maxsize=1)
def shipped() -> Headings:
    """The shipped headings, loaded once a process."""
    return Headings()


def section_at(sections: list[Section], offset: int) -> Section:
    """The section that holds ``offset``; ``sections`` as ``Headings.find`` gives them."""
    return sections[max(0, bisect_right(sections, offset, key=lambda s: s.heading_start) - 1)]
