"""Redacted copies of the inputs in their own formats, made by reading them once more beside their results.

The copies hold nothing that the results do not vouch for: a note whose text is no longer what was redacted costs its
file the copy. Documents that can only be read (Word, PDF, RTF, HTML, C-CDA) have their redacted text in ``redacted/``.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from noteproc.errors import ReadError
from noteproc.exports.copied_fhir import copy_fhir
from noteproc.exports.copied_hl7 import copy_hl7
from noteproc.exports.copied_rows import copy_csv, copy_jsonl, copy_parquet
from noteproc.exports.results import Result
from noteproc.exports.verdicts import Verdicts, as_read
from noteproc.files.atomic import atomic_binary
from noteproc.files.columns import Columns
from noteproc.files.decoding import decoded
from noteproc.files.document import Document
from noteproc.files.documents import LARGEST
from noteproc.files.inputs import Source, read, source_kind
from noteproc.files.kinds import SUFFIXES, Kind
from noteproc.files.known import KnownIdentifiers
from noteproc.files.names import UniqueIds
from noteproc.files.opening import PACKED, is_packed, open_binary, unpacked_name
from noteproc.redaction.fields import FieldRedactor

_COPIED: frozenset[Kind] = frozenset({"text", "csv", "jsonl", "parquet", "hl7", "fhir"})


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """What copies are made of.

    Args:
        sources: the inputs, in order.
        columns: which columns of tables were read.
        kept: columns of tables that stay as they are.
        private: whether a label holds PHI.
        known: what the user knows of notes beside what their files say.
        public: the id of a note, by its position in the run, where its own holds PHI.
    """

    sources: Sequence[Source]
    columns: Columns
    kept: Collection[str]
    known: KnownIdentifiers
    private: Callable[[str], bool]
    public: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Copies:
    """What was written.

    Args:
        paths: the copies, in order.
        withheld: how many inputs of a format that can be copied have none.
        renamed: (name of the copy, label of its input) where the label holds PHI.
    """

    paths: tuple[Path, ...]
    withheld: int
    renamed: tuple[tuple[str, str], ...]


class _NothingLeft(Exception):
    """No note of an input has a result."""


def write_copies(
    folder: Path, plan: CopyPlan, outcomes: Iterable[tuple[str, str]], results: Iterator[Result], fields: FieldRedactor
) -> Copies:
    """Write the redacted copies of a run's inputs.

    Args:
        folder: where to; it is made.
        plan: of what.
        outcomes: id and status of each note of the run, in order.
        results: the lines of ``results.jsonl``, in order.
        fields: makes the fields of notes safe.
    """
    folder.mkdir(parents=True, exist_ok=True)
    verdicts = Verdicts(outcomes, results, fields, plan.known)
    names = UniqueIds()
    paths: list[Path] = []
    renamed: list[tuple[str, str]] = []
    withheld = 0
    for source in plan.sources:
        began = verdicts.taken
        kind = _kind(source)
        if source.path is None or kind not in _COPIED:
            verdicts.skip(sum(1 for _ in read(source, plan.columns)))
            continue
        suffix = _suffix(source.path)
        name = source.relative
        if plan.private(source.label):
            name = plan.public(began) + suffix
            renamed.append((name, source.relative))
        path = folder / names.take(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with atomic_binary(path) as out:
                _copy(kind, source.path, out, plan, verdicts)
                if verdicts.taken == began:  # a table without a row, say, has an outcome nonetheless
                    raise _NothingLeft
            paths.append(path)
        except (ReadError, OSError, ValueError, _NothingLeft):
            # The next input's notes come after all of this one's, read or not.
            whole = sum(1 for _ in read(source, plan.columns))
            verdicts.skip(began + whole - verdicts.taken)
            withheld += 1
    return Copies(tuple(paths), withheld, tuple(renamed))


def _suffix(path: Path) -> str:
    """The suffix of a file's name, and of its packing; what is none of a format may be a name."""
    suffix, packed = unpacked_name(path).suffix.lower(), path.suffix.lower() == PACKED
    return (suffix if suffix in SUFFIXES else "") + (PACKED if packed else "")


def _kind(source: Source) -> Kind | None:
    if source.path is None:
        return None
    try:
        return source_kind(source.path) or "text"
    except (OSError, ReadError):
        return None


def _copy(kind: Kind, path: Path, out: BinaryIO, plan: CopyPlan, verdicts: Verdicts) -> None:
    if is_packed(path):
        # Nothing of the day or of a name stands in it, so that the same copy has the same bytes.
        with gzip.GzipFile("", "wb", fileobj=out, mtime=0) as packed:
            _copy_plain(kind, path, cast(BinaryIO, packed), plan, verdicts)
    else:
        _copy_plain(kind, path, out, plan, verdicts)


def _copy_plain(kind: Kind, path: Path, out: BinaryIO, plan: CopyPlan, verdicts: Verdicts) -> None:
    if kind == "text":
        _copy_text(path, out, verdicts)
    elif kind == "hl7":
        if not copy_hl7(path, out, verdicts):
            raise _NothingLeft
    elif kind == "fhir":
        if not copy_fhir(path, out, verdicts):
            raise _NothingLeft
    else:
        copy = {"csv": copy_csv, "jsonl": copy_jsonl, "parquet": copy_parquet}[kind]
        copy(path, out, plan.columns, verdicts, plan.kept)


def _copy_text(path: Path, out: BinaryIO, verdicts: Verdicts) -> None:
    verdict = verdicts.next()
    if verdict.result is None:
        raise _NothingLeft
    with open_binary(path) as file:
        text, encoding = decoded(file.read(LARGEST + 1))
    document = Document()
    document.add("text", text)
    if not as_read(verdict, document.note("")):
        raise ReadError("was changed since it was read")
    out.write(encoding.bom + encoding.encoded(str(verdict.result["text"])))
