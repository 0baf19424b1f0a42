"""What changed between two runs over the same notes: identifiers, codes, and the versions that may be why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from noteproc.errors import ReadError
from noteproc.files.manifest import read_manifest

_SCORE = 0.005  # scores nearer than this are shown alike


@dataclass(frozen=True, slots=True)
class NoteChange:
    """What changed in one note.

    Args:
        note_id: the note.
        only_in: "old" or "new" where the other run has no result of it, else "".
        phi_gone, phi_new: redacted stretches, as "START-END TYPE", that one run alone has.
        codes_gone, codes_new: suggested codes, as "SYSTEM CODE", with the reason where the other run left it out.
        codes_changed: codes that both suggest with another score, number of units or modifiers.
    """

    note_id: str
    only_in: str = ""
    phi_gone: tuple[str, ...] = ()
    phi_new: tuple[str, ...] = ()
    codes_gone: tuple[str, ...] = ()
    codes_new: tuple[str, ...] = ()
    codes_changed: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The change as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RunChanges:
    """What changed between two runs.

    Args:
        versions: by name of a version or setting: what it was and what it is.
        notes: the notes that changed, read as they are asked for.
    """

    versions: Mapping[str, tuple[object, object]]
    notes: Iterator[NoteChange]


def compare(old: Path, new: Path) -> RunChanges:
    """Compare the output folders of two finished runs.

    Raises:
        ReadError: one of them is no finished run, or is damaged.
    """
    before, after = _terms(old), _terms(new)
    versions = {
        name: (before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }
    return RunChanges(versions, _notes(old, new))


def _terms(out: Path) -> dict[str, object]:
    manifest, _ = read_manifest(out)
    told: dict[str, object] = {}
    for part in ("versions", "config", "policy"):
        _flatten(part, manifest.get(part), told)
    return {name: value for name, value in told.items() if name not in ("config.workers", "config.report_notes")}


def _flatten(name: str, value: object, into: dict[str, object]) -> None:
    if isinstance(value, dict):
        for key, below in value.items():
            _flatten(f"{name}.{key}", below, into)
    else:
        into[name] = value


def _notes(old: Path, new: Path) -> Iterator[NoteChange]:
    places = _places(new / "results.jsonl")
    try:
        with (old / "results.jsonl").open("rb") as before, (new / "results.jsonl").open("rb") as after:
            for line in before:
                was = json.loads(line)
                place = places.pop(was["note_id"], None)
                if place is None:
                    yield NoteChange(was["note_id"], "old")
                    continue
                after.seek(place)
                other = after.readline()
                if other != line and (change := _change(was, json.loads(other))) is not None:
                    yield change
    except (OSError, ValueError, KeyError, TypeError):
        raise ReadError("is damaged or missing", path="results.jsonl") from None
    for note_id in places:
        yield NoteChange(note_id, "new")


def _places(path: Path) -> dict[str, int]:
    """By note id: where its line begins."""
    found: dict[str, int] = {}
    at = 0
    try:
        with path.open("rb") as lines:
            for line in lines:
                found[json.loads(line)["note_id"]] = at
                at += len(line)
    except (OSError, ValueError, KeyError, TypeError):
        raise ReadError("is damaged or missing", path="results.jsonl") from None
    return found


def _change(was: dict[str, list[dict[str, object]]], now: dict[str, list[dict[str, object]]]) -> NoteChange | None:
    gone, new = ([f"{p['start']}-{p['end']} {p['entity_type']}" for p in result["phi"]] for result in (was, now))
    before, after = ({f"{s['system']} {s['code']}": s for s in result["suggestions"]} for result in (was, now))
    changed = tuple(told for code in before if code in after and (told := _told(code, before[code], after[code])))
    change = NoteChange(
        str(was["note_id"]),
        "",
        tuple(p for p in gone if p not in set(new)),
        tuple(p for p in new if p not in set(gone)),
        tuple(_why(code, now) for code in before if code not in after),
        tuple(_why(code, was) for code in after if code not in before),
        changed,
    )
    return change if change != NoteChange(change.note_id) else None


def _why(code: str, other: dict[str, list[dict[str, object]]]) -> str:
    """A code, and why the other run left it out where it saw it."""
    reasons = [str(n["reason"]) for n in other["not_coded"] if f"{n['system']} {n['code']}" == code]
    return f"{code} ({reasons[0]} in the other run)" if reasons else code


def _told(code: str, was: dict[str, object], now: dict[str, object]) -> str:
    parts = []
    if abs(float(str(was["score"])) - float(str(now["score"]))) > _SCORE:
        parts.append(f"score {was['score']} to {now['score']}")
    parts += [f"{name} {was[name]} to {now[name]}" for name in ("units", "modifiers") if was[name] != now[name]]
    return f"{code}: {', '.join(parts)}" if parts else ""
