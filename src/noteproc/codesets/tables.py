"""The tables of the dictionaries: tab-separated, or comma-separated for a user's own; checked row by row.

A table's first row names its columns; ``#`` opens a comment line. One folder per code system: ``icd10cm``, ``cpt``,
``hcpcs``. A folder of a user's own may also hold ``preferences.tsv`` (or ``.csv``): codes to prefer or never suggest.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets.conditions import When
from noteproc.codesets.wordlists import alternatives, written_out
from noteproc.errors import CodeSetError, ConfigError
from noteproc.text.tables import rows

ICD10CM = "ICD-10-CM"
CPT = "CPT"
HCPCS = "HCPCS"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "icd10cm": ("code", "phrases", "when"),
    "cpt": ("code", "description", "phrases", "when", "includes", "flags"),
    "hcpcs": ("code", "description", "phrases", "when", "unit", "flags"),
    "preferences": ("system", "code", "preference"),
}
SYSTEMS: Mapping[str, str] = {"icd10cm": ICD10CM, "cpt": CPT, "hcpcs": HCPCS}
# A user's table of diagnoses may leave `when` away; so may the shipped ones, where a row ends early.
_OPTIONAL = frozenset({"when", "includes", "flags", "unit"})

_CODE_FORM: Mapping[str, re.Pattern[str]] = {
    "icd10cm": re.compile(r"[A-Z][0-9A-Z][0-9A-Z](?:\.[0-9A-Z]{1,4})?"),
    "cpt": re.compile(r"\d{4}[0-9TFUM]"),
    "hcpcs": re.compile(r"[A-V]\d{4}"),
}
_FLAG = re.compile(r"[a-z][a-z0-9_-]*(?:=[^\s;|=]+)?")
_PREFERENCES = ("prefer", "never")

Complaint: TypeAlias = Callable[[Path, int, str], Exception]


def system_of(code: str) -> str:
    """The code system that a code's shape belongs to, for CPT and HCPCS; "" for other shapes."""
    if re.fullmatch(r"\d{4}[0-9A-Z]", code):
        return CPT
    return HCPCS if re.fullmatch(r"[A-V]\d{4}", code) else ""


def shipped_complaint(path: Path, line: int, reason: str) -> Exception:
    """What is wrong with a table of this installation."""
    return CodeSetError(reason, path=f"{path.parent.name}/{path.name}", line=line)


def user_complaint(path: Path, line: int, reason: str) -> Exception:
    """What is wrong with a table of the user's: a configuration error, with file, line and reason."""
    return ConfigError(f"{path.parent.name}/{path.name}:{line}: {reason}")


@dataclass(frozen=True, slots=True)
class TermRow:
    """One row of a dictionary table.

    Args:
        system: the code's system.
        code: as written, with its dot.
        description: our own words for the code, or "" (never for ICD-10-CM).
        phrases: how it is written in notes.
        when: what must stand near.
        includes: codes that are part of this one.
        flags: facts by name; a bare flag is "yes".
        unit: what one unit is, or "".
        path, line: where the row stands.
    """

    system: str
    code: str
    description: str
    phrases: tuple[str, ...]
    when: When
    includes: tuple[str, ...]
    flags: Mapping[str, str]
    unit: str
    path: Path
    line: int


@dataclass(frozen=True, slots=True)
class PreferenceRow:
    """A code that a user prefers, or never wants suggested."""

    system: str
    code: str
    preference: str


def table_files(folder: Path) -> tuple[Path, ...]:
    """The tables of a folder, in name order."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(p for p in folder.iterdir() if p.suffix in {".tsv", ".csv"} and p.is_file()))


def read_terms(
    path: Path, name: str, *, complain: Complaint = shipped_complaint, reject: Callable[[int, str], None] | None = None
) -> Iterator[TermRow]:
    """The rows of one table of codes.

    Args:
        path: the table.
        name: its folder: ``icd10cm``, ``cpt`` or ``hcpcs``.
        complain: makes the exception for a bad row.
        reject: takes line and reason of a bad row, which is then left out; by default a bad row raises.

    Raises:
        CodeSetError, ConfigError: as ``complain`` makes them: file, line and reason.
    """
    for line, row in _rows(path, name, complain):
        try:
            yield _term(path, line, name, row)
        except ConfigError as error:
            if reject is None:
                raise complain(path, line, str(error)) from None
            reject(line, str(error))


def _term(path: Path, line: int, name: str, row: Mapping[str, str]) -> TermRow:
    if missing := next((c for c in COLUMNS[name] if c not in _OPTIONAL and not row[c].strip()), None):
        raise ConfigError(f"nothing in column {missing}")
    code = row["code"].strip().upper()
    if not _CODE_FORM[name].fullmatch(code):
        raise ConfigError(f"not a code of {SYSTEMS[name]}: {code!r}")
    phrases = tuple(dict.fromkeys(p for phrase in _split(row["phrases"]) for p in written_out(phrase)))
    if not all(phrases):
        raise ConfigError("empty phrase: two `|` meet, or one stands at an end")
    if any(len(p) < 2 for p in phrases):
        raise ConfigError("a phrase of one character matches anywhere: write two or more")
    flags: dict[str, str] = {}
    for flag in re.split(r"[\s;|]+", row.get("flags", "").strip()):
        if flag and not _FLAG.fullmatch(flag):
            raise ConfigError(f"not a flag: {flag!r} (write name or name=value)")
        if flag:
            key, _, value = flag.partition("=")
            flags[key] = value or "yes"
    return TermRow(
        system=SYSTEMS[name],
        code=code,
        description=row.get("description", "").strip(),
        phrases=phrases,
        when=When.parse(alternatives(row["when"])),
        includes=tuple(c for c in re.split(r"[\s;,|]+", row.get("includes", "").strip()) if c),
        flags=flags,
        unit=row.get("unit", "").strip(),
        path=path,
        line=line,
    )


def read_preferences(path: Path) -> Iterator[PreferenceRow]:
    """The rows of a user's table of preferences.

    Raises:
        ConfigError: file, line and reason.
    """
    for line, row in _rows(path, "preferences", user_complaint):
        system, code, preference = (row[c].strip() for c in COLUMNS["preferences"])
        if system not in SYSTEMS.values():
            raise user_complaint(path, line, f"unknown system {system!r}; known: {', '.join(SYSTEMS.values())}")
        if preference not in _PREFERENCES:
            raise user_complaint(path, line, f"preference is {preference!r}; write one of {', '.join(_PREFERENCES)}")
        yield PreferenceRow(system, code.upper(), preference)


def read_rules(name: str, columns: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """The lines of a table of ``dictionaries/rules``, as strings by column.

    Raises:
        ConfigError: the table is missing or its heading differs.
    """
    return rows(dictionaries_dir() / "rules" / name, columns)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in cell.split("|"))


def _rows(path: Path, name: str, complain: Complaint) -> Iterator[tuple[int, dict[str, str]]]:
    columns = COLUMNS[name]
    header: list[str] | None = None
    for line, cells in _lines(path, complain):
        if header is None:
            header = [c.strip() for c in cells]
            needed = [c for c in columns if c not in _OPTIONAL]
            if any(c not in header for c in needed) or any(c not in columns for c in header):
                raise complain(path, line, f"the first row names the columns: {', '.join(columns)}")
            continue
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(header):
            raise complain(path, line, f"{len(cells)} columns; the first row names {len(header)}")
        row = dict.fromkeys(columns, "")
        row.update(zip(header, cells, strict=False))
        yield line, row


def _lines(path: Path, complain: Complaint) -> Iterator[tuple[int, list[str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise complain(path, path.read_bytes()[: error.start].count(b"\n") + 1, "not UTF-8") from None
    except OSError as error:
        raise complain(path, 1, f"cannot be read ({type(error).__name__})") from None
    if path.suffix == ".csv":
        reader = csv.reader(io.StringIO(text))
        for cells in reader:
            if cells and any(c.strip() for c in cells) and not cells[0].startswith("#"):
                yield reader.line_num, cells
    else:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                yield number, line.split("\t")
