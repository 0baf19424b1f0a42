"""Proof of a run: every input has exactly one outcome, and every file is as it was written."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from noteproc.errors import ReadError
from noteproc.files.columns import Columns
from noteproc.files.inputs import sources
from noteproc.files.manifest import file_digest, read_manifest
from noteproc.intake import note_ids

STATUSES = ("done", "failed", "quarantined")


def verify(out: Path, inputs: Sequence[str] = ()) -> tuple[str, ...]:
    """What is wrong with the output folder of a finished run; nothing where all is well.

    Args:
        out: the output folder.
        inputs: what the run was told to read, to prove that each of them has an outcome; none asks about the folder
            alone.

    Raises:
        ReadError: there is no finished run.
        ConfigError: an input does not exist.
    """
    manifest, _ = read_manifest(out)
    problems = [*_changed_files(out, manifest)]
    try:
        problems += _outcomes(out, manifest)
        if inputs:
            problems += _unanswered(out, manifest, inputs)
    except ReadError as error:
        problems.append(str(error))
    except (OSError, ValueError, KeyError, TypeError):
        problems.append("a file of the run is damaged or missing")
    return tuple(problems)


def _changed_files(out: Path, manifest: dict[str, object]) -> Iterator[str]:
    files = manifest.get("files")
    if not isinstance(files, dict):
        raise ReadError("is not a manifest of this version", path="manifest.json")
    for name, digest in files.items():
        try:
            same = file_digest(out / name) == digest
        except OSError:
            yield f"{name} is missing"
            continue
        if not same:
            yield f"{name} was changed after the run"


def _outcomes(out: Path, manifest: dict[str, object]) -> Iterator[str]:
    """Outcomes against results, redacted notes and failures, one by one."""
    counts: Counter[str] = Counter()
    seen: set[int] = set()
    failed: Counter[tuple[str, str]] = Counter()
    _, outcomes = read_manifest(out)
    with (out / "results.jsonl").open("rb") as results:
        for outcome in outcomes:
            note_id, status = outcome["note_id"], outcome["status"]
            counts[status] += 1
            if hash(note_id) in seen:
                yield f"{note_id}: has two outcomes"
            seen.add(hash(note_id))
            if status != "done":
                failed[note_id, status] += 1
                continue
            line = results.readline().rstrip(b"\n")
            if hashlib.sha256(line).hexdigest() != outcome["sha256"]:
                yield f"{note_id}: its line in results.jsonl is missing or was changed"
                return
            try:
                text = (out / "redacted" / f"{note_id}.txt").read_bytes()
            except OSError:
                yield f"{note_id}: its redacted note is missing"
                continue
            if text != json.loads(line)["text"].encode("utf-8"):
                yield f"{note_id}: its redacted note was changed"
        if results.readline():
            yield "results.jsonl holds more lines than the manifest has outcomes"
    told = manifest["counts"]
    assert isinstance(told, dict)
    if any(told[status] != counts[status] for status in STATUSES) or told["notes"] != counts.total():
        yield "the counts of the manifest are not those of its outcomes"
    path = out / "failed.jsonl"
    if failed or path.exists():
        with path.open(encoding="utf-8") as lines:
            failed.subtract((row["note_id"], row["status"]) for row in map(json.loads, lines))
    yield from (f"{note_id}: failed.jsonl and the manifest differ" for (note_id, _), n in failed.items() if n)
    written = sum(path.is_file() for path in (out / "redacted").rglob("*")) if (out / "redacted").is_dir() else 0
    if written > counts["done"]:
        yield f"redacted/ holds {written - counts['done']} files of no outcome"


def _unanswered(out: Path, manifest: dict[str, object], inputs: Sequence[str]) -> Iterator[str]:
    """Inputs without an outcome, and outcomes without an input, in order."""
    config = manifest["config"]
    assert isinstance(config, dict)
    found, _ = sources(inputs)
    _, outcomes = read_manifest(out)
    columns = Columns(*(str(config.get(f"{column}_column", "")) for column in ("id", "text", "line")))
    ids = note_ids(found, columns)
    for number, named in enumerate(ids, 1):
        outcome = next(outcomes, None)
        if outcome is None:
            yield f"input {number} and those after it have no outcome"
            return
        if outcome["note_id"] not in named:
            yield f"outcome {number} belongs to another input: the inputs were changed, or named otherwise"
            return
    if next(outcomes, None) is not None:
        yield "the run has outcomes for more inputs than these"
