"""The records of a code page."""

from __future__ import annotations

from dataclasses import dataclass

from noteproc.codesets.citations import Citation


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a table says.

    Args:
        label: what it is about ("global days", "22511").
        value: the bare value ("XXX"), or "".
        text: what it means, as a sentence or a title.
        citation: where it comes from.
        field: the name of the field in ``dictionaries/facts/fields.tsv``, or "".
    """

    label: str
    value: str
    text: str
    citation: Citation
    field: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page.

    Args:
        name: its key ("indicators").
        title: its heading.
        statements: in the order in which they are read.
        missing: what is not loaded, and the file that would fill it.
    """

    name: str
    title: str
    statements: tuple[Statement, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is loaded about one code.

    Args:
        system, version, code, title: which code, of which release.
        own_words: the title is our own wording.
        sections: in the order in which they are read; a section without statements says what is missing.
        notice: the copyright or trademark line that has to stand with it, or "".
        on: the ISO date of service that the page speaks of, or "" for the newest releases.
    """

    system: str
    version: str
    code: str
    title: str
    own_words: bool
    sections: tuple[Section, ...]
    notice: str
    on: str

    def section(self, name: str) -> Section | None:
        """The section of that name, or None."""
        return next((section for section in self.sections if section.name == name), None)

    def to_dict(self) -> dict[str, object]:
        """The page as JSON-ready values."""
        return {
            "system": self.system,
            "version": self.version,
            "code": self.code,
            "title": self.title,
            "own_words": self.own_words,
            "on": self.on,
            "notice": self.notice,
            "sections": [
                {
                    "name": s.name,
                    "title": s.title,
                    "statements": [
                        {"label": t.label, "value": t.value, "text": t.text, "source": str(t.citation)}
                        for t in s.statements
                    ],
                    "missing": list(s.missing),
                }
                for s in self.sections
            ],
        }
