"""OMOP NOTE_NLP: one row for each code that was found, and for each that was seen and left out.

Source: OMOP Common Data Model 5.4, table NOTE_NLP. Concepts are 0 ("no matching concept"), since no vocabulary is at
hand: ``term_modifiers`` has the code. ``nlp_date`` is the unknown day of the model's conventions, 1970-01-01, since the
same notes must give the same bytes. ``note_source_value`` is a column of our own that joins to NOTE.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from noteproc.exports.results import Result, items, main_evidence, whole
from noteproc.files.atomic import atomic_text
from noteproc.files.tables import defuse

COLUMNS = (
    "note_nlp_id",
    "note_id",
    "section_concept_id",
    "snippet",
    "offset",
    "lexical_variant",
    "note_nlp_concept_id",
    "note_nlp_source_concept_id",
    "nlp_system",
    "nlp_date",
    "nlp_datetime",
    "term_exists",
    "term_temporal",
    "term_modifiers",
    "note_source_value",
)
_LONGEST = 250
_AROUND = 60
_UNKNOWN_DAY = "1970-01-01"
_TEMPORAL = {"historical": "Past", "planned": "Future", "hypothetical": "Future"}


def write(path: Path, results: Iterator[Result]) -> tuple[Path, ...]:
    """Write the table."""
    number = 0
    with atomic_text(path) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for order, result in enumerate(results, 1):
            for found, evidence in _findings(result):
                number += 1
                rows.writerow(defuse(cell) for cell in (number, order, *_cells(result, found, evidence)))
    return (path,)


def _findings(result: Result) -> Iterator[tuple[Mapping[str, object], Mapping[str, object]]]:
    for suggestion in items(result, "suggestions"):
        evidence = main_evidence(suggestion)
        if evidence is not None:
            yield suggestion, evidence
    for left in items(result, "not_coded"):
        yield left, left


def _cells(result: Result, found: Mapping[str, object], evidence: Mapping[str, object]) -> tuple[object, ...]:
    text = str(result["text"])
    start, end = whole(evidence, "start"), whole(evidence, "end")
    reason = str(found.get("reason", ""))
    said = str(evidence.get("assertion", reason))
    versions = result.get("versions")
    program = versions.get("noteproc", "") if isinstance(versions, dict) else ""
    told = {
        "code": found["code"],
        "system": found["system"],
        "version": found.get("version"),
        "score": found.get("score"),
        "section": evidence.get("section"),
        "assertion": evidence.get("assertion"),
        "reason": reason,
    }
    return (
        0,
        " ".join(text[max(0, start - _AROUND) : end + _AROUND].split())[:_LONGEST],
        start,
        " ".join(text[start:end].split())[:_LONGEST],
        0,
        0,
        f"noteproc {program}".strip(),
        _UNKNOWN_DAY,
        "",
        "N" if reason else "Y",
        _TEMPORAL.get(said, "Present"),
        ";".join(f"{key}={value}" for key, value in told.items() if value not in (None, "")),
        result["note_id"],
    )
