"""The reviewer's desk: everything that a browser may ask for on the notes of one run, as plain calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from noteproc.codesets import CPT, HCPCS, CodeSets, Library, lookup
from noteproc.errors import ConfigError
from noteproc.pages import Page, Pages
from noteproc.redaction.entities import ENTITY_TYPES
from noteproc.review.actions import Actions
from noteproc.review.decisions import Decision, DecisionLog, Thread
from noteproc.review.originals import Originals
from noteproc.review.queries import draft_query
from noteproc.review.results import Placed, Results
from noteproc.review.standing import Key, Standing
from noteproc.review.views import Viewer, as_original, left_out, told
from noteproc.review.worklist import Worklist
from noteproc.version import VERSION

_MOST_HITS = 12
_MOST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who decides.

    Args:
        name: as given at the start.
        reading: "" for the reading that all share, the reviewer's own name for an independent one.
    """

    name: str
    reading: str = ""


@dataclass(slots=True)
class Desk:
    """The desk of one reviewer over one run.

    Args:
        results: the run.
        log: its decisions.
        reviewer: who decides.
        originals: where notes are found as they were, or None.
    """

    results: Results
    log: DecisionLog
    reviewer: Reviewer
    originals: Originals | None = None
    codesets: CodeSets = field(default_factory=CodeSets.open)
    library: Library = field(default_factory=Library.open)
    worklist: Worklist = field(init=False)
    pages: Pages = field(init=False)
    viewer: Viewer = field(init=False)

    def __post_init__(self) -> None:
        self.worklist = Worklist(self.results, self.log, self.reviewer.reading)
        self.pages = Pages(self.codesets, self.library)
        self.viewer = Viewer(self.codesets, self.library)

    def close(self) -> None:
        """Close the files."""
        self.worklist.close()
        self.log.close()

    def view(self, place: int) -> dict[str, Any]:
        """A note as it stands, with nothing in it that was marked as a missed identifier.

        Raises:
            ReadError: there is no such note.
        """
        placed = self.results.read(place)
        return self._view(placed, self._standing(placed))

    def decide(
        self, place: int, revision: int, action: str, data: Mapping[str, Any], seconds: float = 0.0
    ) -> dict[str, Any]:
        """Write a decision to the log; the note as it stands then.

        Args:
            place: the note.
            revision: the newest decision on it that the reviewer had seen.
            action, data: what is decided.
            seconds: how long the note was worked on since the last decision.

        Raises:
            ConfigError: the decision makes no sense; nothing was written.
            StaleDecision: somebody else was faster; nothing was written.
            ReadError: there is no such note.
        """
        placed = self.results.read(place)
        standing = self._standing(placed)
        if standing.revision == revision:
            text = str(placed.result["text"])
            actions = Actions(standing, text, len(placed.result["phi"]), self.find, tuple(ENTITY_TYPES))
            data = actions.checked(action, data)
        return self._view(placed, self._append(placed, revision, action, data, seconds))

    def undo(self) -> dict[str, Any] | None:
        """Undo the reviewer's newest decision that is in force, on whatever note.

        Returns:
            The note as it stands then, with what was undone under ``told``; None where nothing is left to undo.
        """
        for decision in self.log.newest(self.reviewer.name, self.reviewer.reading):
            placed = self._placed(decision)
            if placed is None:
                continue
            standing = self._standing(placed)
            if any(d.seq == decision.seq for d in standing.done):
                after = self._append(placed, standing.revision, "undo", {"of": decision.seq}, 0.0)
                return {**self._view(placed, after), "told": f"{decision.action} {told(decision)}".strip()}
        return None

    def redo(self) -> dict[str, Any] | None:
        """Make the decision again that was undone last; what comes back is that of :meth:`undo`."""
        for decision in self.log.newest(self.reviewer.name, self.reviewer.reading, "undo"):
            placed = self._placed(decision)
            if placed is None:
                continue
            standing = self._standing(placed)
            again = standing.undone[-1] if standing.undone else None
            if again is not None and again.seq == decision.data["of"]:
                after = self._append(placed, standing.revision, "redo", {"of": again.seq}, 0.0)
                return {**self._view(placed, after), "told": f"{again.action} {told(again)}".strip()}
        return None

    def find(self, system: str, code: str) -> dict[str, Any]:
        """System, version, code, display and kind of a code that may stand on a claim.

        Raises:
            ConfigError: no loaded table knows it, or it is a heading.
        """
        entry = self.codesets.entry(system, code.strip().upper())
        if entry is not None:
            if not entry.billable:
                raise ConfigError(f"{entry.code} is a heading: choose a code below it")
            # An imported CPT title is licensed text: it is shown, never written.
            display = entry.title if entry.own_words or system != CPT else ""
            return {
                "system": system,
                "version": entry.version,
                "code": entry.code,
                "display": display,
                "kind": entry.kind,
            }
        page = self.pages.show(code, system=system)
        if page is None or page.system == "modifier":
            raise ConfigError("no loaded table knows that code")
        kind = "procedure" if system != HCPCS else "supply"
        display = page.title if page.own_words or system != CPT else ""
        return {"system": system, "version": page.version, "code": page.code, "display": display, "kind": kind}

    def hits(self, words: str, system: str | None = None, limit: int = _MOST_HITS) -> list[dict[str, Any]]:
        """The look-up's answer to some words."""
        found = lookup(words[:400], system=system, limit=limit, codesets=self.codesets)
        return [
            {"system": h.system, "code": h.code, "title": h.title, "billable": h.billable, "phrase": h.phrase}
            for h in found
        ]

    def supported(self, place: int, start: int, end: int) -> dict[str, Any]:
        """What some words of a note support: codes that stand on them, codes left out, and what the look-up finds.

        Args:
            place: the note.
            start, end: code points in its redacted text.
        """
        placed = self.results.read(place)
        standing = self._standing(placed)
        text = standing.masked(str(placed.result["text"]))
        codes = [c for c in standing.codes.values() if any(_meet(e, start, end) for e in c.evidence)]
        unused = [n for n in placed.result["not_coded"] if _meet(n, start, end)]
        return {
            "codes": [{"system": c.system, "code": c.code, "display": c.display, "verdict": c.verdict} for c in codes],
            "not_coded": [left_out(n) for n in unused],
            "hits": self.hits(text[start:end], limit=8),
        }

    def page(self, system: str | None, code: str) -> Page | None:
        """The code page."""
        return self.pages.show(code, system=system)

    def draft(self, place: int, key: Key | None, picked: Sequence[tuple[int, int]] = ()) -> str:
        """The draft of a query to the physician.

        Raises:
            ConfigError: the note has no such code.
        """
        placed = self.results.read(place)
        standing = self._standing(placed)
        if key is not None and key not in standing.codes:
            raise ConfigError("the note has no such code")
        code = standing.codes[key] if key else None
        return draft_query(code, standing.masked(str(placed.result["text"])), placed.note_id, picked)

    def history(self, place: int) -> list[dict[str, Any]]:
        """Who did what on a note, newest first."""
        placed = self.results.read(place)
        return [
            {
                "seq": d.seq,
                "at": d.at,
                "who": d.who,
                "action": d.action,
                "what": told(d),
                "earlier": d.digest != placed.digest,
                "reading": d.reading,
                "versions": d.versions,
            }
            for d in reversed(self.log.history(placed.note_id))
        ]

    def original(self, place: int) -> dict[str, Any]:
        """The note as it was before redaction, every offset carried over; that it was shown goes into the log first.

        Raises:
            ConfigError: the review was started without originals.
            ReadError: the original is not there.
        """
        if self.originals is None:
            raise ConfigError("the originals are not at hand: start with --originals, or with --vault and its key")
        placed = self.results.read(place)
        text = self.originals.text(placed.result)
        self.log.note(self._thread(placed), self.reviewer.name, "original", {}, self._versions(placed))
        return as_original(self._view(placed, self._standing(placed)), placed, text)

    def _append(self, placed: Placed, revision: int, action: str, data: Mapping[str, Any], seconds: float) -> Standing:
        decisions = self.log.append(
            self._thread(placed),
            revision,
            self.reviewer.name,
            action,
            data,
            versions=self._versions(placed),
            tally=lambda known: Standing(placed.result, known).tally(),
            seconds=min(max(seconds, 0.0), _MOST_SECONDS),
        )
        return Standing(placed.result, decisions)

    def _standing(self, placed: Placed) -> Standing:
        return Standing(placed.result, self.log.thread(self._thread(placed)))

    def _thread(self, placed: Placed) -> Thread:
        return Thread(placed.note_id, placed.digest, self.reviewer.reading)

    def _placed(self, decision: Decision) -> Placed | None:
        place = self.results.place_of(decision.note_id)
        if place is None:
            return None
        placed = self.results.read(place)
        return placed if placed.digest == decision.digest else None

    def _versions(self, placed: Placed) -> dict[str, Any]:
        here = {"noteproc": VERSION, "codesets": dict(self.codesets.versions())}
        return {"result": placed.result["versions"], "review": here}

    def _view(self, placed: Placed, standing: Standing) -> dict[str, Any]:
        shown = self.viewer.note(placed, standing)
        mine = standing.last_of(self.reviewer.name) is not None
        return {**shown, "can_undo": mine, "earlier": self._earlier(placed)}

    def _earlier(self, placed: Placed) -> int:
        """How many decisions were made on another result of the same note: they are kept, and do not count here."""
        history = self.log.history(placed.note_id)
        return sum(d.digest != placed.digest and d.revision is not None for d in history)


def _meet(e: Mapping[str, Any], start: int, end: int) -> bool:
    return bool(e["start"] < end and start < e["end"])
