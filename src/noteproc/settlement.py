"""What happens to a note's outcome on its way from a worker to the output, in the order of the inputs.

Workers emit numbered tags. Here, and only here, surrogates and shifted dates are drawn from the vault, so the bytes are
the same for any number of workers; what reversible policies take out goes into the vault; and what was taken out of a
patient's notes is remembered, in memory, for the last look of the leak gate across them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from noteproc.records import Note
from noteproc.redaction import Policy
from noteproc.redaction.gate import GateView, SharedSurfaces, Surfaces, leak_message
from noteproc.redaction.substitution import Taken, substituted, substitutes
from noteproc.redaction.vault import Vault
from noteproc.workers import Outcome


class Settlement:
    """Settles outcomes, in order.

    Args:
        policy: what becomes of identifiers.
        vault: where surrogates are drawn from and what was taken out is kept; needed where the policy says so.
    """

    def __init__(self, policy: Policy, vault: Vault | None = None) -> None:
        self._policy = policy
        self._vault = vault
        self._shared = SharedSurfaces()
        self._patients: dict[str, str] = {}

    def settle(self, outcome: Outcome, note_id: str) -> Outcome:
        """The outcome as it is written.

        Args:
            outcome: as the worker gave it.
            note_id: the id that the note has in the output.
        """
        if outcome.status != "done":
            return outcome
        patient = outcome.patient
        if not (patient or self._vault):
            return outcome
        result = json.loads(outcome.line)
        if patient:
            self._remember(patient, note_id, result, outcome.withheld)
        if self._vault is None:
            return outcome
        taken = Taken.of(result["phi"], outcome.withheld)
        if self._policy.needs_vault:
            scope = f"patient\n{patient}" if patient else f"note\n{note_id}"
            result = substituted(result, substitutes(taken, self._policy, self._vault, scope))
        text = str(result["text"])
        kept = [
            (p["redacted_start"], p["redacted_end"], original)
            for p, original in zip(result["phi"], outcome.withheld, strict=True)
        ]
        self._vault.keep_note(note_id, text, kept)
        self._vault.commit()
        if text == outcome.text:
            return outcome
        return replace(outcome, line=json.dumps(result, ensure_ascii=False), text=text)

    def recall(self, note: Note, result: Mapping[str, object]) -> None:
        """Take in a note that an earlier, interrupted part of the run has written."""
        patient = note.metadata.get("patient_id", "")
        phi = result["phi"]
        if patient and isinstance(phi, list):
            self._remember(patient, str(result["note_id"]), result, [note.text[p["start"] : p["end"]] for p in phi])

    def late_leaks(self, lines: Iterable[str]) -> dict[str, str]:
        """The last look: notes that show what was taken out of another, by id, and what was found.

        Args:
            lines: the results of the run (``results.jsonl``).
        """
        found: dict[str, str] = {}
        if len(self._patients) < 2:
            return found
        for line in lines:
            result = json.loads(line)
            note_id = str(result["note_id"])
            if note_id not in self._patients:
                continue
            replaced = [(p["redacted_start"], p["redacted_end"]) for p in result["phi"]]
            leaks = self._shared.check(self._patients[note_id], note_id, GateView(result["text"], replaced))
            if leaks:
                found[note_id] = leak_message(leaks)
        return found

    def _remember(self, patient: str, note_id: str, result: Mapping[str, object], withheld: Sequence[str]) -> None:
        phi = result["phi"]
        assert isinstance(phi, list)
        kinds = [str(p["entity_type"]) for p in phi]
        self._patients[note_id] = patient
        self._shared.add(patient, note_id, Surfaces.of(zip(kinds, withheld, strict=True)))
