"""Many notes: workers, order, resume, and one outcome for every input.

The parent reads and writes; workers redact and code. Results are written in the order of the inputs whatever the
number of workers, so the same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import TypeAlias

from noteproc.completion import Completion, clear
from noteproc.config import Config, shown_settings
from noteproc.errors import ConfigError
from noteproc.exports import EXPORT_NAMES, ExportKind
from noteproc.files.atomic import atomic_text, clear_partial, write_text
from noteproc.files.columns import Columns
from noteproc.files.inputs import Source, sources
from noteproc.files.journal import Entry, Journal
from noteproc.files.known import KnownIdentifiers, read_known_identifiers
from noteproc.files.manifest import file_digest, read_manifest
from noteproc.files.names import crosswalk_line
from noteproc.intake import items_of, note_ids
from noteproc.interruption import Interruption
from noteproc.processor import NoteProcessor
from noteproc.records import Note
from noteproc.redaction import Policy, load_policy
from noteproc.redaction.keys import load_key
from noteproc.redaction.vault import Vault
from noteproc.settlement import Settlement
from noteproc.version import VERSION
from noteproc.workers import Item, Outcome, process_all, public_id

Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run of a batch is told.

    Args:
        inputs: files, folders, tables, or ``-``.
        out: the output folder.
        config: settings.
        resume: take up an unfinished run.
        force: replace the results of an earlier run.
        limit: only the first so many notes; None for all.
        known_identifiers: a table of what must not stay in notes, by note or patient.
        exports: other forms in which to write the results.
        keep_columns: columns of tables that stay in redacted copies as they are.
    """

    inputs: tuple[str, ...] = field(repr=False)
    out: Path = field(repr=False)
    config: Config
    resume: bool = False
    force: bool = False
    limit: int | None = None
    known_identifiers: Path | None = field(default=None, repr=False)
    exports: tuple[ExportKind, ...] = ()
    keep_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run gave.

    Args:
        notes: inputs with an outcome.
        failed: inputs that gave no result.
        quarantined: notes that the leak gate held back.
        suggestions: suggested codes in all.
        phi: redacted spans in all.
        seconds: wall time.
        files: what was written, in order.
        interrupted: whether it was stopped before the end.
        skipped: files in folders that were left out as of unknown kind.
        repeated: notes whose id another one had before, and which have another for that.
        known: notes of which the table of known identifiers told something.
        noteless: files of resources that are no notes.
        withheld: inputs of a format that can be copied which have no redacted copy.
        earlier: whether an earlier run had done it all.
    """

    notes: int
    failed: int
    quarantined: int
    suggestions: int
    phi: int
    seconds: float
    files: tuple[str, ...]
    interrupted: bool = False
    skipped: int = 0
    repeated: int = 0
    known: int = 0
    noteless: int = 0
    withheld: int = 0
    earlier: bool = False


def count_inputs(options: RunOptions) -> tuple[int | None, int]:
    """How many notes the inputs hold (None where tables make it unknown) and how many files are left out.

    Raises:
        ConfigError: an input does not exist, or the output lies where it must not.
    """
    found, skipped = _checked_sources(options)
    total = None if any(s.table for s in found) else len(found)
    if total is not None and options.limit is not None:
        total = min(total, options.limit)
    return total, skipped


def run(options: RunOptions, progress: Progress = lambda done, failed: None) -> RunSummary:
    """Redact and code every note of the inputs and write the output folder.

    Args:
        options: what to read, where to write and how.
        progress: called with (notes done, notes failed) as the run goes on.

    Raises:
        ConfigError: a bad input or output, or an unfinished run on other terms.
        NoteprocError: the code sets or models cannot be loaded.
        OSError: the output cannot be written; an unfinished run stays to be taken up.
    """
    began = time.monotonic()
    found, skipped = _checked_sources(options)
    policy = load_policy(options.config.policy)
    known = read_known_identifiers(options.known_identifiers) if options.known_identifiers else KnownIdentifiers()
    vault = _vault(options, policy)
    if _finished(options, found):
        return _summary(options.out, time.monotonic() - began)
    processor = NoteProcessor(options.config)
    settlement = Settlement(policy, vault)
    # Last of what may be refused: a run that cannot start leaves no folder, and takes no earlier results away.
    _make_ready(options)
    out = options.out.resolve()
    crosswalk = out.with_name(out.name + ".crosswalk.csv")
    streams = {
        "results": out / ".run" / "results.jsonl",
        "failed": out / ".run" / "failed.jsonl",
        "crosswalk": crosswalk.with_name(crosswalk.name + ".partial"),
    }
    known_digest = file_digest(options.known_identifiers) if options.known_identifiers else ""
    terms = {
        "version": VERSION,
        "config": {**shown_settings(options.config), "workers": 0, "report_notes": 0},
        "secrets": _digest((*options.config.canaries, known_digest)),
        "limit": options.limit,
        "exports": sorted(set(options.exports)),
        "keep_columns": sorted(set(options.keep_columns)),
        "inputs": _digest(s.label for s in found),
        "codesets": dict(processor.codesets.versions()),
    }
    totals = {"failed": 0, "quarantined": 0, "suggestions": 0, "phi": 0}
    with Journal(out, streams, terms, resume=options.resume) as journal, Interruption() as interruption:
        _count_earlier(journal, streams["results"], totals)
        left_out: Counter[str] = Counter()
        items = islice(items_of(found, _columns(options.config), known, left_out), options.limit)
        _recall(journal, items, streams["results"], settlement)
        outcomes = process_all(items, processor, options.config, interruption.asked)
        try:
            for outcome in outcomes:
                _write(journal, outcome, out, settlement)
                totals["failed"] += outcome.status == "failed"
                totals["quarantined"] += outcome.status == "quarantined"
                totals["suggestions"] += outcome.suggestions
                totals["phi"] += outcome.phi
                progress(journal.notes, totals["failed"] + totals["quarantined"])
        except KeyboardInterrupt:
            interruption.now()
        notes = journal.notes
        files: tuple[str, ...] = ()
        if not interruption.asked():
            held = _hold_late(journal, settlement, out)
            totals["quarantined"] += len(held)
            completion = Completion(
                options.config,
                frozenset(options.exports),
                options.keep_columns,
                policy,
                vault,
                processor.redactor.label_is_private,
                found,
                known,
                crosswalk,
                began,
                skipped,
                left_out,
            )
            files = completion.complete(journal, held, out)
    if vault is not None:
        vault.close()
    return RunSummary(
        notes,
        totals["failed"],
        totals["quarantined"],
        totals["suggestions"],
        totals["phi"],
        time.monotonic() - began,
        files,
        interruption.asked(),
        skipped,
        left_out["repeated_ids"],
        left_out["known"],
        left_out["without_notes"],
        left_out["copies_withheld"],
    )


def _columns(config: Config) -> Columns:
    return Columns(config.id_column, config.text_column, config.line_column)


def _checked_sources(options: RunOptions) -> tuple[tuple[Source, ...], int]:
    found, skipped = sources(options.inputs)
    if not found:
        raise ConfigError("the inputs hold no notes: no file of a kind that is read")
    out = options.out.resolve()
    for given in options.inputs:
        if given == "-":
            continue
        path = Path(given).resolve()
        if out == path or path in out.parents:
            raise ConfigError("the output folder must lie outside the inputs: nothing is written over them")
        if out in path.parents:
            raise ConfigError("an input lies inside the output folder: choose another with -o")
    return found, skipped


def _finished(options: RunOptions, found: Sequence[Source]) -> bool:
    """Whether a run that is taken up again is done, or had only its last renames left to do.

    Raises:
        ConfigError: the output folder holds something else, or a run that nobody asked to go on with or to replace.
    """
    out = options.out
    Journal.refuse_second(out)
    if out.is_dir() and Journal.carry_out(out) and options.resume:
        return True
    if out.exists() and not out.is_dir():
        raise ConfigError("the output is a file: name a folder with -o")
    if out.is_dir() and any(out.iterdir()):
        ours = (out / "manifest.json").exists() or Journal.unfinished(out)
        if not ours:
            raise ConfigError("the output folder holds files of something else: choose an empty or new one")
        if Journal.unfinished(out) and not (options.resume or options.force):
            raise ConfigError(
                "the output folder holds an unfinished run: go on with --resume, or start anew with --force"
            )
        if not Journal.unfinished(out) and options.resume and not options.force:
            _refuse_others(options, found)
            return True
        if not Journal.unfinished(out) and not options.force:
            raise ConfigError("the output folder holds the results of an earlier run: replace them with --force")
    return False


def _refuse_others(options: RunOptions, found: Sequence[Source]) -> None:
    """Stop where a finished run was another than the one that is to be taken up."""
    manifest, outcomes = read_manifest(options.out)
    ours, theirs = json.loads(json.dumps(shown_settings(options.config))), manifest["config"]
    assert isinstance(theirs, dict)
    free = ("workers", "report_notes")
    same = all(theirs.get(name) == value for name, value in ours.items() if name not in free)
    same = same and all((options.out / EXPORT_NAMES[kind]).exists() for kind in options.exports)
    ids = islice(note_ids(found, _columns(options.config)), options.limit)
    if not same or any(
        named is None or outcome is None or outcome["note_id"] not in named
        for named, outcome in zip_longest(ids, outcomes)
    ):
        raise ConfigError(
            "the run in the output folder is finished, and had other settings or inputs: replace it with --force, or "
            "choose another folder with -o"
        )


def _make_ready(options: RunOptions) -> None:
    out = options.out
    if out.is_dir() and not (options.resume and Journal.unfinished(out)):
        clear(out)
    elif out.is_dir():
        clear_partial(out)
    out.mkdir(parents=True, exist_ok=True)


def _summary(out: Path, seconds: float) -> RunSummary:
    """What a finished run gave, by its files."""
    manifest, _ = read_manifest(out)
    counts, files = manifest["counts"], manifest["files"]
    assert isinstance(counts, dict)
    assert isinstance(files, dict)
    suggestions = phi = 0
    with (out / "results.jsonl").open(encoding="utf-8") as lines:
        for result in map(json.loads, lines):
            suggestions += len(result["suggestions"])
            phi += len(result["phi"])
    names = (*files, "manifest.json", "redacted/")
    return RunSummary(
        counts["notes"],
        counts["failed"],
        counts["quarantined"],
        suggestions,
        phi,
        seconds,
        names,
        skipped=counts["files_of_unknown_kind"],
        repeated=counts.get("repeated_ids", 0),
        known=counts.get("notes_with_known_identifiers", 0),
        noteless=counts.get("files_without_notes", 0),
        withheld=counts.get("copies_withheld", 0),
        earlier=True,
    )


def _vault(options: RunOptions, policy: Policy) -> Vault | None:
    config = options.config
    if not config.vault:
        if policy.reversible or policy.needs_vault:
            raise ConfigError(
                f"the policy {policy.name} needs a vault: make one with noteproc vault init, name it with --vault"
            )
        return None
    return Vault.open(Path(config.vault), load_key(Path(config.key_file) if config.key_file else None))


def _recall(journal: Journal, items: Iterator[Item], results: Path, settlement: Settlement) -> None:
    """Skip the inputs that an interrupted run has written, and let the leak gate know what they held."""
    if not journal.notes:
        return
    with results.open(encoding="utf-8") as lines:
        # The shorter one first: zip must not take an item for which there is no entry.
        for entry, item in zip(journal.entries(), items, strict=False):
            if entry.status == "done" and isinstance(item.content, Note):
                settlement.recall(item.content, json.loads(next(lines)))


def _write(journal: Journal, outcome: Outcome, out: Path, settlement: Settlement) -> None:
    note_id = public_id(outcome.index) if outcome.private else outcome.note_id
    outcome = settlement.settle(outcome, note_id)
    lines: dict[str, str] = {}
    if outcome.private:
        lines["crosswalk"] = crosswalk_line(note_id, outcome.label)
    if outcome.status == "done":
        lines["results"] = outcome.line + "\n"
        path = out / "redacted" / f"{note_id}.txt"
        try:
            write_text(path, outcome.text, durable=False)
        except FileNotFoundError:  # the first note of its folder
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, outcome.text, durable=False)
    else:
        failure = {"note_id": note_id, "status": outcome.status, "reason": outcome.message}
        lines["failed"] = json.dumps(failure, ensure_ascii=False) + "\n"
    digest = hashlib.sha256(outcome.line.encode()).hexdigest() if outcome.line else ""
    journal.append(Entry(note_id, outcome.status, digest), lines)


def _count_earlier(journal: Journal, results: Path, totals: dict[str, int]) -> None:
    for status in ("failed", "quarantined"):
        totals[status] = journal.counts[status]
    if not journal.notes:
        return
    with results.open(encoding="utf-8") as lines:
        for line in lines:
            result = json.loads(line)
            totals["suggestions"] += len(result["suggestions"])
            totals["phi"] += len(result["phi"])


def _hold_late(journal: Journal, settlement: Settlement, out: Path) -> frozenset[str]:
    """Take back the notes that show what was taken out of another; their ids."""
    results = journal.folder / "results.jsonl"
    with results.open(encoding="utf-8") as lines:
        leaks = settlement.late_leaks(lines)
    if not leaks:
        return frozenset()
    with results.open(encoding="utf-8") as lines, atomic_text(journal.folder / "settled.jsonl", mode=0o600) as file:
        file.writelines(line for line in lines if json.loads(line)["note_id"] not in leaks)
    with (journal.folder / "failed.jsonl").open(encoding="utf-8") as lines:
        earlier = lines.read()
    with atomic_text(journal.folder / "refused.jsonl", mode=0o600) as file:
        file.write(earlier)
        for note_id, reason in leaks.items():
            file.write(json.dumps({"note_id": note_id, "status": "quarantined", "reason": reason}) + "\n")
            (out / "redacted" / f"{note_id}.txt").unlink(missing_ok=True)
    journal.replace("results", journal.folder / "settled.jsonl")
    journal.replace("failed", journal.folder / "refused.jsonl")
    return frozenset(leaks)


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
