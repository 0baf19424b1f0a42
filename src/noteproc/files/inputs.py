"""Inputs: what a command line names (files, folders, tables, standard input) as a stream of notes.

The order is that of the arguments; within a folder, of the relative paths. What a file is, its beginning says, and only
then its suffix. A source that cannot be read gives an ``Unreadable`` in its place, so that every input has exactly one
outcome.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from noteproc.errors import ConfigError, ReadError
from noteproc.files.columns import Columns, begins_table
from noteproc.files.documents import LARGEST, document_of
from noteproc.files.gathering import gathered, text_between
from noteproc.files.kinds import HEAD, MANY, SUFFIXES, Kind, kind_of, opening
from noteproc.files.opening import open_binary, unpacked_name
from noteproc.files.rows import row_label, rows_note
from noteproc.files.tabular import chosen_columns
from noteproc.records import Note

STANDARD_INPUT = "-"
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_LARGEST_OWNER = 512
_TABLES = frozenset({"csv", "jsonl", "parquet"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read notes from.

    Args:
        label: its name relative to what the user named, without suffix. It may hold PHI.
        path: where it is, or None for standard input.
        table: whether it may hold many notes.
        relative: its path relative to what the user named, suffix and all. It may hold PHI.
        among: whether other files are read beside it, which may hold the notes that it has none of.
    """

    label: str = field(repr=False)
    path: Path | None = field(repr=False)
    table: bool
    relative: str = field(default="", repr=False)
    among: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input that gave no note, and why (never with a word of it).

    Args:
        label: what the note would have been called. It may hold PHI.
        message: the reason.
    """

    label: str = field(repr=False)
    message: str


def sources(inputs: Sequence[str]) -> tuple[tuple[Source, ...], int]:
    """The files behind the arguments, and how many files in folders were left out as of unknown kind.

    Raises:
        ConfigError: an argument names nothing.
    """
    found: list[Source] = []
    skipped = 0
    for given in inputs:
        if given == STANDARD_INPUT:
            found.append(Source("stdin", None, table=False))
            continue
        path = Path(given)
        if path.is_dir():
            for file in sorted(_below(path), key=lambda p: p.relative_to(path).as_posix()):
                named = unpacked_name(file).suffix.lower() in SUFFIXES
                if not _is_trace(file) and (named or file.is_dir() or _known_content(file)):
                    found.append(_source(file, file.relative_to(path)))
                else:
                    skipped += 1
        elif path.exists():
            found.append(_source(path, Path(path.name)))
        else:
            raise ConfigError(f"input {len(found) + 1} does not exist: name a file, a folder, or - for standard input")
    if len(found) > 1:
        found = [replace(source, among=True) for source in found]
    return tuple(found), skipped


def _below(folder: Path) -> Iterator[Path]:
    """The files in a folder, and what hides notes: links that lead nowhere, folders that are not entered."""
    shut: list[Path] = []
    root = folder.resolve()
    for at, folders, files in os.walk(folder, onerror=lambda error: shut.append(Path(os.fsdecode(error.filename)))):
        for name in folders:
            path = Path(at, name)
            # What a link within the folder leads to is read where it lies.
            if path.is_symlink() and root not in (target := path.resolve()).parents and target != root:
                yield path
        yield from (path for name in files if (path := Path(at, name)).is_file() or path.is_symlink())
    yield from shut


def _source(path: Path, relative: Path) -> Source:
    unpacked = unpacked_name(relative)
    named = SUFFIXES.get(unpacked.suffix.lower())
    label = unpacked.with_suffix("") if named else relative
    return Source(_clean(label.as_posix()), path, table=named in MANY, relative=_clean(relative.as_posix()))


def _is_trace(path: Path) -> bool:
    """Whether a file is no input but what a system has left in a folder: by its name and its size or beginning."""
    try:
        if path.name in ("Thumbs.db", "desktop.ini", ".DS_Store"):
            return True
        if path.name.startswith("~$"):  # who has a document open in Word
            return path.stat().st_size <= _LARGEST_OWNER
        if path.name.startswith("._"):  # what a Mac keeps of a file on a share
            with path.open("rb") as file:
                return file.read(4) == b"\0\x05\x16\x07"
    except OSError:
        pass
    return False


def _known_content(path: Path) -> bool:
    try:
        return source_kind(path) not in (None, "image")
    except (OSError, ReadError):
        return False


def source_kind(path: Path) -> Kind | None:
    """What a file is.

    Raises:
        OSError: it cannot be opened.
    """
    with open_binary(path) as file:
        head = file.read(HEAD)
    return kind_of(head, unpacked_name(path).suffix)


def described_tables(found: Sequence[Source], columns: Columns) -> Iterator[tuple[int, str]]:
    """Of each table among the sources its number, counted from 1, and what its columns are taken for."""
    for number, source in enumerate(found, 1):
        if source.path is None or not source.table:
            continue
        try:
            kind = source_kind(source.path)
            chosen = chosen_columns(source.path, kind, columns) if kind in _TABLES else None
        except (OSError, ReadError):
            continue  # the run says why
        if chosen is not None:
            between = text_between(source.path, str(kind), columns) if chosen.line else ""
            yield number, chosen.described(between)


_GUESS = Columns()


def read(source: Source, columns: Columns = _GUESS) -> Iterator[Note | Unreadable]:
    """The notes of one source. Ids are as written there: they may hold PHI and need not be unique.

    Only a file of FHIR resources, read among others, may give nothing at all.
    """
    try:
        for item in _read(source, columns):
            yield _writable(item)
    except OSError as error:
        yield Unreadable(source.label, f"cannot be read: {error.strerror or type(error).__name__}")
    except ReadError as error:
        yield Unreadable(source.label, str(error))
    except Exception as error:  # whatever a damaged file does costs it alone; the cause may quote it
        yield Unreadable(source.label, f"is damaged or not what it seems ({type(error).__name__})")


def _read(source: Source, columns: Columns) -> Iterator[Note | Unreadable]:
    if source.path is None:
        data = sys.stdin.buffer.read(LARGEST + 1)
        kind = kind_of(data[:HEAD])
    elif source.path.is_dir():
        link = source.path.is_symlink()
        raise ReadError(
            "is a link to a folder, which is not followed: name that folder as an input"
            if link
            else "is a folder that cannot be read"
        )
    else:
        data = None
        kind = source_kind(source.path)
    if source.path is not None and kind in _TABLES:
        yield from _read_table(source, source.path, kind, columns)
    elif kind == "hl7":
        from noteproc.files.hl7 import hl7_notes

        yield from hl7_notes(source.path or data or b"", source.label)
    elif kind == "fhir":
        from noteproc.files.fhir import fhir_notes

        yield from fhir_notes(source.path or data or b"", source.label, noteless=source.among)
    else:
        if data is None and source.path is not None:
            with open_binary(source.path) as file:
                data = file.read(LARGEST + 1)
        if kind in (None, "text") and begins_table(opening((data or b"")[:HEAD])):
            raise ReadError("begins as a table of notes: give it as a file named .csv, .tsv or .jsonl")
        yield document_of(data or b"", kind).note(source.label)


def _read_table(source: Source, path: Path, kind: Kind, columns: Columns) -> Iterator[Note | Unreadable]:
    found = None
    for found in gathered(path, kind, columns):
        first, chosen = found.rows[0], found.chosen
        if found.problem or chosen is None:
            yield Unreadable(row_label(first, chosen, source.label), found.problem)
            continue
        try:
            yield rows_note(found.rows, chosen, source.label, found.between)
        except ReadError as error:
            yield Unreadable(row_label(first, chosen, source.label), str(error))
    if found is None:
        raise ReadError("holds no rows")


def _writable(item: Note | Unreadable) -> Note | Unreadable:
    """The item with half characters, which no output can hold, replaced one for one."""
    if isinstance(item, Unreadable):
        return replace(item, label=_clean(item.label))
    if item.text.isascii() and item.note_id.isascii() and all(v.isascii() for v in item.metadata.values()):
        return item
    metadata = {key: _clean(value) for key, value in item.metadata.items()}
    return replace(item, note_id=_clean(item.note_id), text=_clean(item.text), metadata=metadata)


def _clean(text: str) -> str:
    return text if text.isascii() else _LONE_SURROGATES.sub("\ufffd", text)
