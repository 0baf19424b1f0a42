"""Gold notes: text with PHI spans, codes and traps, from JSON lines.

Two forms are read: ``marked`` text with PHI inline as ``⟦TYPE|words⟧``, and plain ``text`` with ``spans``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from noteproc.errors import ReadError

_MARK = re.compile(r"⟦([A-Z_0-9]+)\|([^⟦⟧|]*)⟧")
_SYSTEM_ALIASES = {"ICD10CM": "ICD-10-CM", "ICD10PCS": "ICD-10-PCS"}


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A marked stretch of PHI. ``optional`` spans count in no headline."""

    start: int
    end: int
    gold_type: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class GoldCode:
    """A code that a coder gave, or a trap: a code that must not be given.

    Args:
        system, code: as in ``Coding``; the code may be "" on a trap.
        role: reportable, mention, or trap.
        spans: its evidence, code points in the source text.
    """

    system: str
    code: str
    role: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class GoldNote:
    """A note with its gold. ``codes`` is None where the note has no code gold at all; ``kind`` is that of the note."""

    note_id: str
    text: str = field(repr=False)
    spans: tuple[GoldSpan, ...]
    codes: tuple[GoldCode, ...] | None
    traps: tuple[GoldCode, ...] = ()
    kind: str = ""


def load_gold(paths: Sequence[Path]) -> dict[str, GoldNote]:
    """Gold notes by id, in file order.

    Raises:
        ReadError: a file cannot be read or a line is not a gold note; names file and line.
    """
    notes: dict[str, GoldNote] = {}
    for path in paths:
        for number, row in _json_lines(path):
            try:
                note = _note(row)
            except (KeyError, TypeError, ValueError):
                raise ReadError(f"line {number} is not a gold note", path=path.name) from None
            notes[note.note_id] = note
    return notes


def load_results(path: Path) -> dict[str, Mapping[str, object]]:
    """Results of a run (``results.jsonl``) by the last part of their note id.

    Raises:
        ReadError: the file cannot be read or a line is not a result.
    """
    results: dict[str, Mapping[str, object]] = {}
    for number, row in _json_lines(path):
        note_id = row.get("note_id")
        if not isinstance(note_id, str):
            raise ReadError(f"line {number} is not a result", path=path.name)
        results[PurePosixPath(note_id).name.removesuffix(".txt")] = row
    return results


def _json_lines(path: Path) -> list[tuple[int, dict[str, object]]]:
    rows = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise ReadError("cannot be read as UTF-8 text", path=path.name) from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise ReadError(f"line {number} is not JSON", path=path.name) from None
        if not isinstance(row, dict):
            raise ReadError(f"line {number} is not a JSON object", path=path.name)
        rows.append((number, row))
    return rows


def _note(row: Mapping[str, object]) -> GoldNote:
    codes, traps = _listed(row.get("codes")), _listed(row.get("traps"))
    if "marked" in row:
        text, spans = _unmark(str(row["marked"]))
    else:
        text = str(row["text"])
        spans = tuple(
            GoldSpan(_number(s["start"]), _number(s["end"]), str(s["type"]), bool(s.get("optional")))
            for s in _listed(row.get("spans"))
        )
    return GoldNote(
        str(row["id"]),
        text,
        spans,
        None if row.get("codes") is None else tuple(_code(c, text, str(c.get("role", "reportable"))) for c in codes),
        tuple(_code(t, text, "trap") for t in traps),
        str(row.get("kind", "")),
    )


def _unmark(marked: str) -> tuple[str, tuple[GoldSpan, ...]]:
    plain: list[str] = []
    spans: list[GoldSpan] = []
    position = length = 0
    for match in _MARK.finditer(marked):
        plain.append(marked[position : match.start()])
        length += match.start() - position
        spans.append(GoldSpan(length, length + len(match[2]), match[1]))
        plain.append(match[2])
        length += len(match[2])
        position = match.end()
    return "".join(plain) + marked[position:], tuple(spans)


def _code(row: Mapping[str, object], text: str, role: str) -> GoldCode:
    spans: list[tuple[int, int]] = []
    if row.get("evidence") is not None:
        more = row.get("evidence_more")
        wanted = [(str(row["evidence"]), _number(row.get("nth", 1)))]
        wanted += [(str(words), 1) for words in more] if isinstance(more, list) else []
        for words, nth in wanted:
            at = -1
            for _ in range(nth):
                at = text.find(words, at + 1)
            if at >= 0:
                spans.append((at, at + len(words)))
    elif row.get("start") is not None:
        spans.append((_number(row["start"]), _number(row["end"])))
    system = str(row.get("system", ""))
    return GoldCode(_SYSTEM_ALIASES.get(system, system), str(row.get("code") or ""), role, tuple(spans))


def _listed(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("not a whole number")
    return value
