"""The shapes of requests and answers, as OpenAPI shows them. Answers follow the contract of ``results.jsonl``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from noteproc.records import Assertion, Kind, Level, MatchKind, Reason, Role, Setting, Sex
from noteproc.redaction.entities import ENTITY_TYPES

LONGEST_NOTE = 2_000_000  # code points
Query = Annotated[str, Field(min_length=1, max_length=2_000)]
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z][0-9A-Za-z. -]*$")]
System = Literal["ICD-10-CM", "ICD-10-PCS", "HCPCS", "CPT"]
Day = Annotated[date | None, Field(description="Date of service; chooses the releases.")]


class Asked(BaseModel):
    """A request: unknown keys are refused, so that a misspelt one is not silently left out."""

    model_config = ConfigDict(extra="forbid")


class KnownIn(Asked):
    """An identifier that the caller knows: it is swept for through the whole note."""

    entity_type: Annotated[str, Field(pattern=f"^({'|'.join(ENTITY_TYPES)})$")]
    value: Annotated[str, Field(min_length=1, max_length=500)]


class NoteIn(Asked):
    """A note as it was written, with what is known of it."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]
    note_id: Annotated[str, Field(min_length=1, max_length=200)] = "note"
    setting: Literal["auto", "outpatient", "inpatient"] = "auto"
    age: Annotated[int | None, Field(ge=0, le=150)] = None
    sex: Sex | None = None
    date_of_service: date | None = None
    known: Annotated[list[KnownIn], Field(max_length=1000, description="Identifiers that must not stay.")] = Field(
        default_factory=list
    )


class RedactedIn(Asked):
    """A text that somebody else has redacted: the caller vouches that it holds no PHI."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]
    note_id: Annotated[str, Field(min_length=1, max_length=200)] = "note"
    setting: Setting = "outpatient"
    age: Annotated[int | Literal["90+"] | None, Field()] = None
    sex: Sex | None = None


class LookupIn(Asked):
    """What to look up, and what the hits must be."""

    query: Query
    system: System | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 10
    billable: bool | None = None
    within: Annotated[
        str,
        Field(
            pattern=r"^(0?[1-9]|1[0-9]|2[0-2]|[A-Za-z0-9.]{3,8}(-[A-Za-z0-9.]{3,8})?|)$",
            description="A chapter of ICD-10-CM (13), a range (S00-S99) or the beginning of a code (M80).",
        ),
    ] = ""
    on: Day = None


class CheckIn(Asked):
    """Codes in claim order, each with its modifiers behind dashes (22511-59), the visit and the person."""

    codes: Annotated[list[Code], Field(min_length=1, max_length=200)]
    on: Day = None
    setting: Setting = "outpatient"
    age: Annotated[int | None, Field(ge=0, le=150)] = None
    sex: Sex | None = None
    units: dict[str, Annotated[int, Field(ge=1, le=1_000_000)]] = Field(default_factory=dict)


class AskIn(Asked):
    """A question; ``before`` holds the earlier ones of the conversation, oldest first."""

    question: Query
    before: Annotated[list[Query], Field(max_length=50)] = Field(default_factory=list)
    on: Day = None


class PhiOut(BaseModel):
    """One redacted stretch: offsets in code points, never its words."""

    start: int
    end: int
    entity_type: str
    score: float
    recognizer: str
    replacement: str
    redacted_start: int
    redacted_end: int


class RedactedOut(BaseModel):
    """A note without PHI."""

    note_id: str
    text: str
    phi: list[PhiOut]


class EvidenceOut(BaseModel):
    """The words that support a code, by offsets."""

    start: int
    end: int
    source_start: int
    source_end: int
    term: str
    match_kind: MatchKind
    score: float
    section: str
    assertion: Assertion
    role: Role


class AlternativeOut(BaseModel):
    """A near code, and what tells it apart."""

    system: str
    code: str
    why: str


class FindingOut(BaseModel):
    """What a rule has to say."""

    level: Level
    rule: str
    message: str
    source: str


class SuggestionOut(BaseModel):
    """A code that the note supports."""

    rank: int
    system: str
    version: str
    code: str
    display: str
    kind: Kind
    score: float
    units: int
    modifiers: list[str]
    evidence: list[EvidenceOut]
    alternatives: list[AlternativeOut]
    missing: list[str]
    findings: list[FindingOut]


class NotCodedOut(BaseModel):
    """A code that was seen and left out, and why."""

    system: str
    code: str
    display: str
    start: int
    end: int
    source_start: int
    source_end: int
    term: str
    section: str
    reason: Reason


class ResultOut(BaseModel):
    """A note redacted and coded: the contract of ``results.jsonl``."""

    schema_version: int
    note_id: str
    setting: Setting
    text: str
    phi: list[PhiOut]
    suggestions: list[SuggestionOut]
    not_coded: list[NotCodedOut]
    versions: dict[str, object]


class HitOut(BaseModel):
    """One hit of the look-up."""

    system: str
    code: str
    title: str
    score: float
    phrase: str
    billable: bool
    why: str


class LookupOut(BaseModel):
    """Hits, best first."""

    hits: list[HitOut]


class StatementOut(BaseModel):
    """One thing that a table says of a code."""

    label: str
    value: str
    text: str
    source: str


class SectionOut(BaseModel):
    """One section of a code page, and what is not loaded for it."""

    name: str
    title: str
    statements: list[StatementOut]
    missing: list[str]


class PageOut(BaseModel):
    """Everything that is loaded about a code."""

    system: str
    version: str
    code: str
    title: str
    own_words: bool
    on: str
    notice: str
    sections: list[SectionOut]


class CodeFindingOut(FindingOut):
    """A finding, with the code it belongs to."""

    code: str


class CheckOut(BaseModel):
    """What was found against a set of codes, and what could not be checked."""

    findings: list[CodeFindingOut]
    not_checked: list[str]


class SentenceOut(BaseModel):
    """One sentence of an answer."""

    text: str
    source: str


class AnswerOut(BaseModel):
    """An answer; ``found`` is false where the loaded data does not hold one."""

    kind: str
    found: bool
    sentences: list[SentenceOut]
    missing: list[str]
    notice: str


class HealthOut(BaseModel):
    """That the service is up, and which version."""

    status: Literal["ok"]
    version: str


class ErrorOut(BaseModel):
    """What went wrong and what to do; never a word of a note."""

    error: str
