"""What was decided, for other programs: tables, JSON lines, FHIR, and what owners of coding and redaction learn from.

Only notes that somebody has decided on are exported. Words of a note appear as they may be shown, missed identifiers
hidden.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from noteproc.errors import ConfigError
from noteproc.files.tables import defuse
from noteproc.review.decisions import DecisionLog, Thread
from noteproc.review.fhir import bundle
from noteproc.review.results import Placed, Results
from noteproc.review.standing import CodeStanding, Key, Standing


@dataclass(frozen=True, slots=True)
class Format:
    """One form of export."""

    name: str
    file: str
    media_type: str
    about: str


FORMATS = {
    f.name: f
    for f in (
        Format("csv", "decisions.csv", "text/csv", "one row a code, for spreadsheets"),
        Format("jsonl", "decisions.jsonl", "application/x-ndjson", "one line a note, with everything"),
        Format("fhir", "decisions.fhir.json", "application/fhir+json", "a FHIR R4 Bundle of what was accepted"),
        Format("learn", "learn.jsonl", "application/x-ndjson", "for noteproc dictionaries learn"),
        Format(
            "phi", "phi-corrections.jsonl", "application/x-ndjson", "for the owners of redaction: offsets, no words"
        ),
    )
}
_COLUMNS = (
    "note_id",
    "note_status",
    "sequence",
    "system",
    "code",
    "display",
    "kind",
    "verdict",
    "reason",
    "replaced_by",
    "units",
    "modifiers",
    "origin",
    "score",
    "reviewer",
    "decided_at",
    "evidence",
    "evidence_start",
    "evidence_end",
    "comments",
    "code_set_version",
    "engine_version",
)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A note that somebody has decided on."""

    placed: Placed
    standing: Standing

    @property
    def text(self) -> str:
        """The text as it may be shown."""
        return self.standing.masked(str(self.placed.result["text"]))

    def said(self, key: Key | None) -> list[dict[str, str]]:
        """The comments on a code, or on the note."""
        raw = str(self.placed.result["text"])
        return [
            {"text": self.standing.said(r, raw), "who": r.who, "at": r.at}
            for r in self.standing.comments
            if r.key == key
        ]


def reviewed(results: Results, log: DecisionLog, reading: str = "") -> Iterator[Reviewed]:
    """The notes of a reading that were decided on, in the order of the run."""
    touched = {(d.note_id, d.digest) for d in log.all() if d.reading == reading and d.revision is not None}
    for place in sorted(p for note_id, _ in touched if (p := results.place_of(note_id)) is not None):
        placed = results.read(place)
        if (placed.note_id, placed.digest) in touched:
            standing = Standing(placed.result, log.thread(Thread(placed.note_id, placed.digest, reading)))
            yield Reviewed(placed, standing)


def exported(results: Results, log: DecisionLog, form: str, *, reading: str = "") -> Iterator[str]:
    """The export, piece by piece.

    Args:
        results: the run.
        log: its decisions.
        form: a key of ``FORMATS``.
        reading: "" for the shared reading, a reviewer's name for an independent one.

    Raises:
        ConfigError: no such format.
    """
    if form not in FORMATS:
        raise ConfigError(f"no such format; allowed: {', '.join(FORMATS)}")
    notes = reviewed(results, log, reading)
    if form == "csv":
        yield from _csv(notes)
    elif form == "fhir":
        yield from bundle((n.placed, n.standing, n.text) for n in notes)
    else:
        lines = {"jsonl": _lines, "learn": _lessons, "phi": _corrections}[form]
        for note in notes:
            for line in lines(note):
                yield json.dumps(line, ensure_ascii=False) + "\n"


def _csv(notes: Iterator[Reviewed]) -> Iterator[str]:
    buffer = io.StringIO()
    rows = csv.writer(buffer, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for note in notes:
        for sequence, code in enumerate(_claim_order(note.standing), 1):
            rows.writerow([defuse(cell) for cell in _cells(note, sequence, code)])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cells(note: Reviewed, sequence: int, code: CodeStanding) -> tuple[object, ...]:
    text, result = note.text, note.placed.result
    quotes = [" ".join(text[e["start"] : e["end"]].split()) for e in code.evidence]
    first: Mapping[str, Any] = code.evidence[0] if code.evidence else {}
    return (
        result["note_id"],
        note.standing.status,
        sequence if code.verdict == "accepted" else "",
        code.system,
        code.code,
        code.display,
        code.kind,
        code.verdict,
        code.reason,
        code.replaced_by,
        code.units,
        " ".join(code.modifiers),
        code.origin,
        code.score,
        code.who,
        code.at,
        " … ".join(quotes),
        first.get("start"),
        first.get("end"),
        "; ".join(c["text"] for c in note.said(code.key)),
        code.version,
        result["versions"]["noteproc"],
    )


def _claim_order(standing: Standing) -> list[CodeStanding]:
    return [*standing.having("accepted"), *standing.having("undecided"), *standing.having("rejected")]


def _lines(note: Reviewed) -> Iterator[dict[str, Any]]:
    standing, result = note.standing, note.placed.result
    raw = str(result["text"])
    yield {
        "schema_version": 1,
        "note_id": result["note_id"],
        "setting": result["setting"],
        "status": standing.status,
        "revision": standing.revision,
        "text": note.text,
        "codes": [
            {
                "system": c.system,
                "version": c.version,
                "code": c.code,
                "display": c.display,
                "kind": c.kind,
                "verdict": c.verdict,
                "reason": c.reason,
                "replaced_by": c.replaced_by,
                "units": c.units,
                "modifiers": list(c.modifiers),
                "origin": c.origin,
                "score": c.score,
                "reviewer": c.who,
                "at": c.at,
                "evidence": [{"start": e["start"], "end": e["end"], "role": e["role"]} for e in c.evidence],
                "comments": note.said(c.key),
            }
            for c in _claim_order(standing)
        ],
        "comments": note.said(None),
        "queries": [
            {"code": r.key[1] if r.key else "", "text": standing.said(r, raw), "who": r.who, "at": r.at}
            for r in standing.queries
        ],
        "query_open": standing.asked,
        "phi_corrections": list(_corrections(note)),
        "versions": result["versions"],
    }


def _lessons(note: Reviewed) -> Iterator[dict[str, Any]]:
    for code in _claim_order(note.standing):
        if code.verdict == "undecided":
            continue
        terms = [e["term"] for e in code.evidence if e.get("term")]
        if not terms and code.evidence:
            terms = [" ".join(note.text[e["start"] : e["end"]].split()) for e in code.evidence]
        yield {"code": code.code, "accepted": code.verdict == "accepted", "term": terms[0] if terms else ""}


def _corrections(note: Reviewed) -> Iterator[dict[str, Any]]:
    phi = note.placed.result["phi"]
    offsets = note.placed.offsets
    note_id = note.placed.note_id
    for mask in note.standing.masks:
        for start, end in mask.spans:
            yield {
                "note_id": note_id,
                "correction": "missed",
                "entity_type": mask.entity_type,
                "start": offsets.to_source(start),
                "end": offsets.to_source(end, end=True),
                "redacted_start": start,
                "redacted_end": end,
                "who": mask.who,
                "at": mask.at,
            }
    for place, who in note.standing.exposed.items():
        span = phi[place]
        yield {
            "note_id": note_id,
            "correction": "not_phi",
            "entity_type": span["entity_type"],
            "recognizer": span["recognizer"],
            "start": span["start"],
            "end": span["end"],
            "redacted_start": span["redacted_start"],
            "redacted_end": span["redacted_end"],
            "who": who,
        }
