"""What an importer is, and what it gives: rows of families, rows it leaves out, and the release they belong to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from noteproc.codesets.importers.dates import Span, iso
from noteproc.codesets.importers.documents import Document

PROCEDURE_CODE = re.compile(r"\d{4}[0-9A-Z]|[A-V]\d{4}")
DIAGNOSIS_CODE = re.compile(r"[A-Z][0-9A][0-9A-Z](?:\.?[0-9A-Z]{1,4})?")
PCS_CODE = re.compile(r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{6}")


@dataclass(frozen=True, slots=True)
class Found:
    """A row.

    Args:
        family: which family it belongs to.
        code: its code, or "".
        values: in the order of the family's columns.
        line: where it stands.
        link: what else it can be found by, or "".
    """

    family: str
    code: str
    values: tuple[str, ...]
    line: int
    link: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A row that is left out: where it stands and why, without its words."""

    line: int
    reason: str


Item: TypeAlias = Found | Left


@dataclass(slots=True)
class Reading:
    """A document being read.

    Args:
        families: those that it fills.
        items: its rows, read as they are asked for.
        span: the release, as the document itself says.
        variant: which of several files that hold at the same time.
        counts: what the importer counts while it reads.
        notice: a copyright line of the document's own, or "".
    """

    families: tuple[str, ...]
    items: Iterator[Item]
    span: Span = field(default_factory=Span)
    variant: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Importer:
    """Knows one official file.

    Args:
        name: of the file, for messages.
        knows: whether a document is such a file, by what it holds.
        read: reads one that it knows.
        fiscal: whether a bare year in a name means October to September.
        declare: the licence to declare, or "".
    """

    name: str
    knows: Callable[[Document], bool]
    read: Callable[[Document], Reading]
    fiscal: bool = False
    declare: str = ""


def day(text: str, *open_ended: str) -> str | None:
    """A cell as an ISO date; "" for an empty cell or one of ``open_ended``; None for no date."""
    return "" if text.strip() in open_ended else iso(text)


def dotted(code: str) -> str:
    """An ICD-10-CM code with its dot."""
    plain = code.replace(".", "")
    return plain if len(plain) <= 3 else f"{plain[:3]}.{plain[3:]}"
