"""The end of a run: its table, report, exports and manifest, all made of what the journal holds."""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from noteproc.config import Config, shown_settings
from noteproc.exports import EXPORT_NAMES, ExportKind, write_export
from noteproc.files.atomic import atomic_text
from noteproc.files.columns import Columns
from noteproc.files.inputs import Source
from noteproc.files.journal import Entry, Journal
from noteproc.files.known import KnownIdentifiers
from noteproc.files.manifest import file_digest, write_manifest
from noteproc.files.names import crosswalk_line
from noteproc.files.report import write_report
from noteproc.files.tables import SuggestionTable
from noteproc.intake import LEFT_OUT
from noteproc.redaction import Policy
from noteproc.redaction.vault import Vault
from noteproc.workers import public_id


@dataclass(frozen=True, slots=True)
class Completion:
    """What the end of a run must know.

    Args:
        config: the settings of the run.
        exports: other forms in which to write the results.
        keep_columns: columns of tables that stay in redacted copies as they are.
        policy: the redaction policy.
        vault: the open vault, where there is one.
        label_is_private: whether a note's name holds PHI.
        sources: the inputs.
        known: identifiers known beforehand.
        crosswalk: where the pairing of private names goes.
        began: when the run began, by ``time.monotonic``.
        skipped: how many files were of unknown kind.
        left_out: how much of what was read no reader could read, and how many ids came again.
    """

    config: Config
    exports: frozenset[ExportKind]
    keep_columns: tuple[str, ...]
    policy: Policy
    vault: Vault | None
    label_is_private: Callable[..., bool] = field(repr=False)
    sources: Sequence[Source] = field(repr=False)
    known: KnownIdentifiers = field(repr=False)
    crosswalk: Path = field(repr=False)
    began: float
    skipped: int
    left_out: Counter[str]

    def complete(self, journal: Journal, held: Set[str], out: Path) -> tuple[str, ...]:
        """Write what a finished run has beside its results, give everything its final name, and clear the journal.

        Args:
            journal: the run's.
            held: notes that were taken back after their outcome was written.
            out: the output folder.

        Returns:
            The names of what was written, in order.
        """
        counts = {status: journal.counts[status] for status in ("done", "failed", "quarantined")}
        counts["done"] -= len(held)
        counts["quarantined"] += len(held)
        final = {"results": out / "results.jsonl"}
        if counts["done"] < journal.notes:
            final["failed"] = out / "failed.jsonl"
        working = journal.path("results")
        with atomic_text(out / "suggestions.csv") as file, working.open(encoding="utf-8") as lines:
            table = SuggestionTable(file)
            for line in lines:
                table.add(json.loads(line))
        with working.open(encoding="utf-8") as lines:
            write_report(out / "report.html", map(json.loads, islice(lines, self.config.report_notes)), journal.notes)
        versions: object = {}
        with working.open(encoding="utf-8") as lines:
            if first := next(lines, ""):
                versions = json.loads(first)["versions"]
        files = {path.name: file_digest(journal.path(name)) for name, path in final.items() if name != "crosswalk"}
        files |= {name: file_digest(out / name) for name in ("suggestions.csv", "report.html")}
        exports = sorted(self.exports)
        for kind in exports:
            with working.open(encoding="utf-8") as lines:
                if kind == "copies":
                    proofs = self._write_copies(journal, held, out, map(json.loads, lines))
                else:
                    proofs = write_export(kind, out, map(json.loads, lines))
            files |= {path.relative_to(out).as_posix(): file_digest(path) for path in proofs}
        if private := journal.length("crosswalk") > 0:
            final["crosswalk"] = self.crosswalk
        manifest: dict[str, object] = {
            "schema_version": 1,
            "versions": versions,
            "python": platform.python_version(),
            "config": shown_settings(self.config),
            "policy": self.policy.to_dict(),
            "counts": {
                "notes": journal.notes,
                **counts,
                "files_of_unknown_kind": self.skipped,
                "files_without_notes": self.left_out["without_notes"],
                "repeated_ids": self.left_out["repeated_ids"],
                "notes_with_known_identifiers": self.left_out["known"],
                **{f"{key}_not_read" if key == "images" else key: self.left_out[key] for key in LEFT_OUT},
                **({"copies_withheld": self.left_out["copies_withheld"]} if "copies" in exports else {}),
                "cpus": os.cpu_count(),
            },
            "seconds": round(time.monotonic() - self.began, 3),
            "files": files,
        }
        outcomes = (Entry(e.note_id, "quarantined", "") if e.note_id in held else e for e in journal.entries())
        write_manifest(journal.folder / "manifest.json", manifest, map(Entry.to_dict, outcomes))
        journal.finish(final, out / "manifest.json")
        names = ["results.jsonl", *(["failed.jsonl"] if "failed" in final else []), "suggestions.csv", "report.html"]
        names += [*(EXPORT_NAMES[kind] for kind in exports), "manifest.json", "redacted/"]
        return tuple(names + ([self.crosswalk.name] if private else []))

    def _write_copies(
        self, journal: Journal, held: Set[str], out: Path, results: Iterator[dict[str, object]]
    ) -> tuple[Path, ...]:
        # Few runs write copies: the others need not load what writes every format.
        from noteproc.exports.copies import CopyPlan, write_copies
        from noteproc.redaction.fields import FieldRedactor

        config = self.config
        plan = CopyPlan(
            self.sources,
            Columns(config.id_column, config.text_column, config.line_column),
            self.keep_columns,
            self.known,
            self.label_is_private,
            public_id,
        )
        outcomes = ((e.note_id, "quarantined" if e.note_id in held else e.status) for e in journal.entries())
        fields = FieldRedactor(self.policy, config.replacement, self.vault)
        copies = write_copies(out / EXPORT_NAMES["copies"], plan, outcomes, results, fields)
        self.left_out["copies_withheld"] = copies.withheld
        journal.extend("crosswalk", "".join(crosswalk_line(name, label) for name, label in copies.renamed))
        return copies.paths


_OUR_FILES = ("results.jsonl", "failed.jsonl", "suggestions.csv", "report.html", "manifest.json")


def clear(out: Path) -> None:
    """Take away what a run has written to an output folder."""
    for name in _OUR_FILES:
        (out / name).unlink(missing_ok=True)
    for folder in ("redacted", ".run", *EXPORT_NAMES.values()):
        if (out / folder).is_dir():
            shutil.rmtree(out / folder)
        (out / folder).unlink(missing_ok=True)
