"""Where a note stands: its result with all decisions of one reading applied, undone ones left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from noteproc.review.decisions import Decision, Tally

Key: TypeAlias = tuple[str, str]
Verdict: TypeAlias = Literal["undecided", "accepted", "rejected"]
Status: TypeAlias = Literal["open", "started", "query", "done"]

STATUSES: tuple[Status, ...] = ("open", "started", "query", "done")
KINDS = ("diagnosis", "procedure", "supply", "drug")


@dataclass(slots=True)
class CodeStanding:
    """One code of a note and what was decided on it.

    Args:
        system, version, code, display, kind: which code.
        origin: ``engine`` where it was suggested, ``person`` where a reviewer brought it.
        suggestion: the suggestion of the result, empty for a reviewer's own.
        evidence: the words that support it, as in the contract.
        verdict: what was decided.
        reason: why it was rejected, by the name in ``dictionaries/review/reasons.tsv``.
        replaced_by: the code that stands in its place.
        units, modifiers: as they stand.
        who, at: the newest verdict's author and time.
    """

    system: str
    version: str
    code: str
    display: str
    kind: str
    origin: str
    suggestion: Mapping[str, Any] = field(default_factory=dict, repr=False)
    evidence: list[Mapping[str, Any]] = field(default_factory=list, repr=False)
    verdict: Verdict = "undecided"
    reason: str = ""
    replaced_by: str = ""
    units: int = 1
    modifiers: tuple[str, ...] = ()
    who: str = ""
    at: str = ""

    @property
    def key(self) -> Key:
        """System and code."""
        return self.system, self.code

    @property
    def score(self) -> float | None:
        """The engine's score, None for a reviewer's own code."""
        return float(self.suggestion["score"]) if self.suggestion else None


@dataclass(frozen=True, slots=True)
class Mask:
    """Identifying words that redaction had missed: hidden wherever they stand in the note.

    Args:
        entity_type: what they are.
        spans: code points in the redacted text.
        who, at: who marked them, and when.
    """

    entity_type: str
    spans: tuple[tuple[int, int], ...]
    who: str
    at: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment or a query to the physician, on the note or (with a code) on one code."""

    key: Key | None
    text: str = field(repr=False)
    who: str
    at: str


class Standing:
    """A note's state.

    Args:
        result: the result, as ``NoteResult.to_dict``.
        decisions: of one thread, in order.

    Attributes:
        codes: by system and code, in the order in which they would stand on the claim.
        masks: identifiers that redaction had missed.
        exposed: places in the result's ``phi`` that a reviewer says are no identifiers.
        comments, queries: what was said, in order.
        asked: an answer from the physician is awaited.
        revision: the newest decision.
        undone: decisions that can be made again, the last undone last.
        done: decisions in force, in order.
    """

    def __init__(self, result: Mapping[str, Any], decisions: Sequence[Decision] = ()) -> None:
        self.codes: dict[Key, CodeStanding] = {}
        self.masks: list[Mask] = []
        self.exposed: dict[int, str] = {}
        self.comments: list[Remark] = []
        self.queries: list[Remark] = []
        self.asked = False
        self.finished = False
        self.revision = decisions[-1].revision or 0 if decisions else 0
        self.done, self.undone = _in_force(decisions)
        for suggestion in result["suggestions"]:
            code = _suggested(suggestion)
            self.codes[code.key] = code
        for decision in self.done:
            _APPLY[decision.action](self, decision)

    @property
    def status(self) -> Status:
        """How far the note is."""
        if self.asked:
            return "query"
        if self.finished or (self.codes and not any(c.verdict == "undecided" for c in self.codes.values())):
            return "done"
        return "started" if self.done else "open"

    def having(self, verdict: Verdict) -> list[CodeStanding]:
        """The codes with a verdict, in claim order."""
        return [code for code in self.codes.values() if code.verdict == verdict]

    def tally(self) -> Tally:
        """What the worklist shows."""
        return Tally(self.status, len(self.having("accepted")), len(self.having("undecided")))

    def spans(self) -> list[tuple[int, int]]:
        """Every masked stretch, in order."""
        return sorted({span for mask in self.masks for span in mask.spans})

    def masked(self, text: str) -> str:
        """The note's text with missed identifiers hidden, each character by one block, so that offsets hold."""
        for start, end in self.spans():
            hidden = "".join(c if c.isspace() else "█" for c in text[start:end])
            text = text[:start] + hidden + text[end:]
        return text

    def said(self, remark: Remark, text: str) -> str:
        """A remark with missed identifiers hidden in it too.

        Args:
            remark: a comment or query.
            text: the note's redacted text, where the masks' words stand.
        """
        told = remark.text
        for words in sorted({text[start:end] for start, end in self.spans()}, key=lambda w: (-len(w), w)):
            pattern = r"\s+".join(map(re.escape, words.split()))
            told = re.sub(pattern, lambda m: "█" * len(m.group()), told, flags=re.IGNORECASE)
        return told

    def last_of(self, who: str) -> Decision | None:
        """The newest decision in force that a reviewer made."""
        return next((d for d in reversed(self.done) if d.who == who), None)

    def _accept(self, d: Decision) -> None:
        self._judge(self.codes[_key(d)], d, "accepted")

    def _reject(self, d: Decision) -> None:
        code = self.codes[_key(d)]
        self._judge(code, d, "rejected")
        code.reason = str(d.data.get("reason", ""))

    def _replace(self, d: Decision) -> None:
        old = self.codes[_key(d)]
        self._judge(old, d, "rejected")
        old.reason, old.replaced_by = "replaced", str(d.data["by"]["code"])
        new = self._bring(d.data["by"], old.evidence)
        self._judge(new, d, "accepted")
        keys = [key for key in self.codes if key != new.key]
        keys.insert(keys.index(old.key), new.key)
        self.codes = {key: self.codes[key] for key in keys}

    def _add(self, d: Decision) -> None:
        evidence = [{"start": a, "end": b, "role": "main"} for a, b in d.data["evidence"]]
        self._judge(self._bring(d.data, evidence), d, "accepted")

    def _units(self, d: Decision) -> None:
        self.codes[_key(d)].units = int(d.data["units"])

    def _modifiers(self, d: Decision) -> None:
        self.codes[_key(d)].modifiers = tuple(d.data["modifiers"])

    def _sequence(self, d: Decision) -> None:
        wanted = [(str(system), str(code)) for system, code in d.data["order"]]
        first = [key for key in wanted if key in self.codes]
        self.codes = {key: self.codes[key] for key in (*first, *(k for k in self.codes if k not in set(first)))}

    def _comment(self, d: Decision) -> None:
        self.comments.append(_remark(d))

    def _query(self, d: Decision) -> None:
        self.queries.append(_remark(d))
        self.asked = True

    def _answered(self, d: Decision) -> None:
        self.asked = False

    def _mask(self, d: Decision) -> None:
        spans = tuple((int(a), int(b)) for a, b in d.data["spans"])
        self.masks.append(Mask(str(d.data["entity_type"]), spans, d.who, d.at))

    def _expose(self, d: Decision) -> None:
        self.exposed[int(d.data["phi"])] = d.who

    def _finish(self, d: Decision) -> None:
        self.finished = True

    def _judge(self, code: CodeStanding, d: Decision, verdict: Verdict) -> None:
        code.verdict, code.who, code.at, code.reason, code.replaced_by = verdict, d.who, d.at, "", ""

    def _bring(self, data: Mapping[str, Any], evidence: Iterable[Mapping[str, Any]]) -> CodeStanding:
        key = (str(data["system"]), str(data["code"]))
        code = self.codes.get(key)
        if code is None:
            code = CodeStanding(key[0], str(data["version"]), key[1], str(data["display"]), str(data["kind"]), "person")
            self.codes[key] = code
        known = {(e["start"], e["end"]) for e in code.evidence}
        code.evidence += [e for e in evidence if (e["start"], e["end"]) not in known]
        return code


_APPLY: dict[str, Callable[[Standing, Decision], None]] = {
    "accept": Standing._accept,
    "reject": Standing._reject,
    "replace": Standing._replace,
    "add": Standing._add,
    "units": Standing._units,
    "modifiers": Standing._modifiers,
    "sequence": Standing._sequence,
    "comment": Standing._comment,
    "query": Standing._query,
    "answered": Standing._answered,
    "mask": Standing._mask,
    "expose": Standing._expose,
    "finish": Standing._finish,
}
ACTIONS = frozenset(_APPLY)


def _in_force(decisions: Sequence[Decision]) -> tuple[list[Decision], list[Decision]]:
    done: list[Decision] = []
    undone: list[Decision] = []
    for d in decisions:
        if d.action == "undo":
            undone += [x for x in done if x.seq == d.data["of"]]
            done = [x for x in done if x.seq != d.data["of"]]
        elif d.action == "redo":
            done = sorted([*done, *(x for x in undone if x.seq == d.data["of"])], key=lambda x: x.seq)
            undone = [x for x in undone if x.seq != d.data["of"]]
        else:
            done.append(d)
            undone.clear()
    return done, undone


def _suggested(s: Mapping[str, Any]) -> CodeStanding:
    return CodeStanding(
        s["system"],
        s["version"],
        s["code"],
        s["display"],
        s["kind"],
        "engine",
        s,
        list(s["evidence"]),
        units=s["units"],
        modifiers=tuple(s["modifiers"]),
    )


def _key(d: Decision) -> Key:
    return str(d.data["system"]), str(d.data["code"])


def _remark(d: Decision) -> Remark:
    return Remark(_key(d) if d.data.get("code") else None, str(d.data["text"]), d.who, d.at)
