"""The records of the code sets: codes, the notes that stand at them, and the phrases that lead to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from noteproc.codesets.conditions import When
from noteproc.records import Kind

_SEVENTH = re.compile(r"\bwith 7th character ([A-Z])\b")
NoteKind: TypeAlias = Literal[
    "inclusion",
    "includes",
    "excludes1",
    "excludes2",
    "code_first",
    "use_additional",
    "code_also",
    "seventh",
    "note",
]
PhraseSource: TypeAlias = Literal["title", "inclusion", "includes", "excludes", "index", "starter", "user"]


class CodeEntry(NamedTuple):
    """One code of one release of a code system, headers included.

    Args:
        system: ``ICD-10-CM``, ``HCPCS`` or ``CPT``.
        version: the release it was read from.
        code: as written in claims' tables, with the dot ("M80.08XA").
        title: the official title, or our own words where ``own_words`` is true.
        billable: whether the code may stand on a claim (a header may not).
        parent: the next code up, or None at the top of the hierarchy.
        kind: what the code reports.
        own_words: the title is our own wording, not the code set's.
        flags: facts about the code by name ("addon" -> "yes"); see ``dictionaries/README.md``.
        unit: what one unit of the code is ("10 mg"), or "".
        includes: codes whose work is part of this one and is not coded beside it.
        effective_from, effective_to: ISO dates of the release, or "" where the source gives none.
    """

    system: str
    version: str
    code: str
    title: str
    billable: bool
    parent: str | None
    kind: Kind
    own_words: bool
    flags: Mapping[str, str]
    unit: str
    includes: tuple[str, ...]
    effective_from: str
    effective_to: str


class CodeNote(NamedTuple):
    """An instructional note of the tabular list.

    Args:
        kind: which instruction it is.
        text: the note, whitespace normalised.
        codes: the codes and ranges named in its parentheses, as written ("M89.7-", "S02-S12").
        code: where it stands; the codes below inherit it.
    """

    kind: NoteKind
    text: str
    codes: tuple[str, ...]
    code: str

    @property
    def seventh(self) -> str:
        """The one 7th character of which the note speaks ("S62.- with 7th character B"), or ""."""
        found = _SEVENTH.search(self.text) if "7th" in self.text else None
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that lead to a code.

    Args:
        text: the words, in normal case.
        system: the code's system.
        code: the code that the words by themselves prove; it may be a header.
        when: what must stand near for the phrase to mean this code.
        source: where the phrase comes from.
        weight: how far the phrase is trusted, in (0, 1].
    """

    text: str
    system: str
    code: str
    when: When
    source: PhraseSource
    weight: float


@dataclass(frozen=True, slots=True)
class LookupHit:
    """One answer of the look-up.

    Args:
        system, code, title: the code.
        score: how well its phrase and the query answer each other, in [0, 1].
        phrase: the words that matched, as the code sets hold them, folded.
        billable: whether the code may stand on a claim.
        why: how the query led to it: the words that answered, those read as others, those that nothing answered.
    """

    system: str
    code: str
    title: str
    score: float
    phrase: str
    billable: bool
    why: str
