"""The Safe Harbor report of a run: every identifier with its rule, what was found, what became of it; no PHI inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from noteproc.artifacts import dictionaries_dir
from noteproc.errors import ReadError
from noteproc.files.manifest import read_manifest
from noteproc.redaction.entities import ENTITIES

_STATUSES = ("done", "failed", "quarantined")


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One identifier of 45 CFR 164.514(b)(2)(i).

    Args:
        letter: A to R.
        title: the identifier.
        rule: the rule, in our words.
        counts: entity type to how many spans were redacted.
        actions: entity type to what the policy does with it.
        automated: ``yes``, ``in part`` or ``no``.
        remark: what a person has to look at.
    """

    letter: str
    title: str
    rule: str
    counts: Mapping[str, int]
    actions: Mapping[str, str]
    automated: str
    remark: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The report.

    Args:
        policy: the name of the policy that the run followed.
        safe_harbor: whether that policy does all that Safe Harbor lists.
        zip_vintage: the census behind the ZIP rule.
        providers: whether names of clinicians were redacted or kept.
        notes: outcomes, by status.
        gate: what the leak gate says.
        lines: A to R, in order.
        by_hand: what no program can do.
    """

    policy: str
    safe_harbor: bool
    zip_vintage: str
    providers: str
    notes: Mapping[str, int]
    gate: str
    lines: tuple[AuditLine, ...]
    by_hand: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """The report as JSON-ready values."""
        told: dict[str, object] = {key: getattr(self, key) for key in self.__slots__ if key not in ("lines", "notes")}
        told["notes"] = dict(self.notes)
        told["by_hand"] = list(self.by_hand)
        told["identifiers"] = [{key: getattr(line, key) for key in line.__slots__} for line in self.lines]
        return told


def audit(out: Path) -> Audit:
    """The report of a finished run.

    Args:
        out: its output folder.

    Raises:
        ReadError: there is no finished run, or its files are damaged.
    """
    manifest, _ = read_manifest(out)
    policy, outcomes = manifest.get("policy"), manifest.get("counts")
    if not isinstance(policy, dict) or not isinstance(outcomes, dict):
        raise ReadError("is not a manifest of this version", path="manifest.json")
    counts = dict.fromkeys((e.name for e in ENTITIES), 0)
    try:
        with (out / "results.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                for span in json.loads(line)["phi"]:
                    counts[span["entity_type"]] += 1
        missing = [status for status in _STATUSES if status not in outcomes]
    except (OSError, ValueError, KeyError, TypeError):
        raise ReadError("is damaged or missing", path="results.jsonl") from None
    if missing:
        raise ReadError("is not a manifest of this version", path="manifest.json")
    notes = {status: int(outcomes[status]) for status in _STATUSES}
    held = notes["quarantined"]
    gate = f"held back {held} of {sum(notes.values())} notes; their text was not written"
    told = tuple(_line(row, counts, policy) for row in _rows("safe_harbor.tsv", 5))
    by_hand = tuple(row[0] for row in _rows("by_hand.tsv", 1))
    return Audit(
        str(policy["name"]),
        bool(policy["safe_harbor"]),
        str(policy["zip_vintage"]),
        str(policy["providers"]),
        notes,
        gate,
        told,
        by_hand,
    )


def _line(row: list[str], counts: Mapping[str, int], policy: Mapping[str, object]) -> AuditLine:
    letter, title, rule, automated, remark = row
    kinds = [e.name for e in ENTITIES if e.identifier == letter]
    actions = policy["actions"]
    assert isinstance(actions, dict)
    shown = {kind: str(actions[kind]) for kind in kinds}
    return AuditLine(letter, title, rule, {kind: counts[kind] for kind in kinds}, shown, automated, remark)


def _rows(name: str, cells: int) -> list[list[str]]:
    lines = (dictionaries_dir() / "policies" / name).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [row + [""] * (cells - len(row)) for row in rows]
