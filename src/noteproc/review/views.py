"""What a browser gets to see of a note: plain values, nothing in them that was marked as a missed identifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from noteproc.codesets import CodeSets, Library
from noteproc.records import Setting
from noteproc.redaction.context import context_of_redacted
from noteproc.review.claims import findings_of, standing_codes
from noteproc.review.decisions import Decision
from noteproc.review.results import Placed
from noteproc.review.standing import CodeStanding, Remark, Standing
from noteproc.review.vocabulary import band_of, words_of


class Viewer:
    """Makes views of notes.

    Args:
        codesets: titles, entries and notes.
        library: imported edits, limits and coverage, for the findings.
    """

    def __init__(self, codesets: CodeSets, library: Library) -> None:
        self._codesets = codesets
        self._library = library

    def note(self, placed: Placed, standing: Standing) -> dict[str, Any]:
        """A note as it stands, with nothing in it that was marked as a missed identifier."""
        result, text = placed.result, str(placed.result["text"])
        setting: Setting = "inpatient" if result["setting"] == "inpatient" else "outpatient"
        context = context_of_redacted(text, {p["entity_type"] for p in result["phi"]}, setting)
        findings = findings_of(standing_codes(standing), context, self._codesets, self._library)
        return {
            "place": placed.place,
            "note_id": placed.note_id,
            "setting": setting,
            "revision": standing.revision,
            "status": standing.status,
            "text": standing.masked(text),
            "original": False,
            "versions": result["versions"],
            "phi": [
                {
                    "start": p["redacted_start"],
                    "end": p["redacted_end"],
                    "entity_type": p["entity_type"],
                    "recognizer": p["recognizer"],
                    "score": p["score"],
                    "exposed": standing.exposed.get(n, ""),
                }
                for n, p in enumerate(result["phi"])
            ],
            "masks": [
                {"start": a, "end": b, "entity_type": m.entity_type, "who": m.who}
                for m in standing.masks
                for a, b in m.spans
            ],
            "codes": [self._code(c, standing, findings, text) for c in standing.codes.values()],
            "not_coded": [left_out(n) for n in result["not_coded"]],
            "findings": findings,
            "comments": [_said(r, standing, text) for r in standing.comments if r.key is None],
            "queries": [_said(r, standing, text) for r in standing.queries],
            "asked": standing.asked,
        }

    def _code(
        self, c: CodeStanding, standing: Standing, findings: Iterable[Mapping[str, Any]], text: str
    ) -> dict[str, Any]:
        near = [
            {**a, "title": entry.title if (entry := self._codesets.entry(a["system"], a["code"])) else ""}
            for a in c.suggestion.get("alternatives", ())
        ]
        band = band_of(c.score) if c.score is not None else None
        return {
            "system": c.system,
            "code": c.code,
            "version": c.version,
            "display": c.display or self._title(c.system, c.code),
            "kind": c.kind,
            "origin": c.origin,
            "verdict": c.verdict,
            "reason": c.reason,
            "reason_words": words_of("reasons").get(c.reason, "Replaced" if c.reason == "replaced" else ""),
            "replaced_by": c.replaced_by,
            "units": c.units,
            "modifiers": list(c.modifiers),
            "who": c.who,
            "at": c.at,
            "score": c.score,
            "band": {"name": band["name"], "words": band["words"]} if band else None,
            "evidence": [
                {k: e.get(k, "") for k in ("start", "end", "role", "term", "match_kind", "section", "assertion")}
                for e in c.evidence
            ],
            "alternatives": near,
            "missing": list(c.suggestion.get("missing", ())),
            "findings": [f for f in findings if (f["system"], f["code"]) == c.key],
            "comments": [_said(r, standing, text) for r in standing.comments if r.key == c.key],
        }

    def _title(self, system: str, code: str) -> str:
        entry = self._codesets.entry(system, code)
        return entry.title if entry else ""


def as_original(view: Mapping[str, Any], placed: Placed, text: str) -> dict[str, Any]:
    """A view with the original's text, every offset carried over.

    Args:
        view: of the redacted note.
        placed: its result.
        text: the original.
    """
    offsets = placed.offsets

    def carried(item: Mapping[str, Any]) -> dict[str, Any]:
        start, end = offsets.to_source(item["start"]), offsets.to_source(item["end"], end=True)
        return {**item, "start": start, "end": end}

    return {
        **view,
        "text": text,
        "original": True,
        "phi": [
            {**shown, "start": p["start"], "end": p["end"]}
            for shown, p in zip(view["phi"], placed.result["phi"], strict=True)
        ],
        "masks": [carried(m) for m in view["masks"]],
        "not_coded": [carried(n) for n in view["not_coded"]],
        "codes": [{**c, "evidence": [carried(e) for e in c["evidence"]]} for c in view["codes"]],
    }


def left_out(n: Mapping[str, Any]) -> dict[str, Any]:
    """A code that was seen and not coded, with its reason in words."""
    shown = {k: n[k] for k in ("system", "code", "display", "start", "end", "term", "reason")}
    return {**shown, "words": words_of("not_coded").get(n["reason"], "")}


def told(d: Decision) -> str:
    """A decision in a few words: codes and counts, nothing of the note."""
    data = d.data
    code = str(data.get("code", ""))
    if d.action == "replace":
        return f"{code} by {data['by']['code']}"
    if d.action == "reject":
        return f"{code}: {words_of('reasons').get(data['reason'], data['reason'])}"
    if d.action == "units":
        return f"{code}: {data['units']}"
    if d.action == "modifiers":
        return f"{code}: {' '.join(data['modifiers']) or 'none'}"
    if d.action == "mask":
        return f"{data['entity_type']} in {len(data['spans'])} places"
    if d.action in ("undo", "redo"):
        return f"decision {data['of']}"
    if d.action == "sequence":
        return " ".join(pair[1] for pair in data["order"])
    return code


def _said(remark: Remark, standing: Standing, text: str) -> dict[str, Any]:
    told = standing.said(remark, text)
    return {"code": remark.key[1] if remark.key else "", "text": told, "who": remark.who, "at": remark.at}
