"""Other forms of a run's results, each derived from ``results.jsonl`` when the run ends.

An export writes whole files, each in one step, so that an interrupted one is simply made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from noteproc.exports.results import Result

ExportKind: TypeAlias = Literal["brat", "comprehend", "copies", "docbin", "fhir", "omop"]
EXPORT_KINDS: tuple[ExportKind, ...] = get_args(ExportKind)
# What each export may have written in an output folder: files and folders.
EXPORT_NAMES: Mapping[ExportKind, str] = {
    "brat": "brat",
    "comprehend": "comprehend.jsonl",
    "copies": "copies",
    "docbin": "docbin",
    "fhir": "fhir.ndjson",
    "omop": "note_nlp.csv",
}

_Writer: TypeAlias = Callable[[Path, Iterator[Result]], tuple[Path, ...]]


def write_export(kind: ExportKind, out: Path, results: Iterator[Result]) -> tuple[Path, ...]:
    """Write the results of a run in another form.

    Args:
        kind: which form; copies of the inputs need more than results, see ``noteproc.exports.copies``.
        out: the output folder.
        results: the lines of ``results.jsonl``, in order, read as they are needed.

    Returns:
        The files whose hashes prove the export, in order.
    """
    writer: _Writer = import_module(f"noteproc.exports.{kind}").write
    return writer(out / EXPORT_NAMES[kind], results)
