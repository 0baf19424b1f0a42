"""Code preservation: codes suggested from the redacted text against codes suggested from the original.

    python benchmarks/preservation.py corpus/codes/*.jsonl [--sample 50] [--json]

Prints the share of notes whose suggested codes are the same set, and the share of single codes that are in both.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from noteproc.coding import Coder
from noteproc.evaluation import load_gold
from noteproc.records import Note, NoteResult, RedactedNote
from noteproc.redaction import Redactor


@dataclass(frozen=True, slots=True)
class Preservation:
    """What redaction did to the codes of some notes.

    Args:
        notes: how many.
        same: how many gave the same set of codes.
        codes: codes suggested from the original texts, in all.
        lost: of these, not suggested from the redacted text.
        gained: suggested from the redacted text alone.
        changed: the notes that differ, with what was lost and gained.
    """

    notes: int
    same: int
    codes: int
    lost: int
    gained: int
    changed: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]

    @property
    def share(self) -> float:
        """The share of codes that are suggested from both texts, in [0, 1]."""
        both = self.codes - self.lost
        return both / (both + self.lost + self.gained) if self.codes or self.gained else 1.0


def preservation(notes: Iterable[tuple[str, str]], redactor: Redactor, coder: Coder) -> Preservation:
    """Code every (id, text) twice: redacted, and as it is, under the same context."""
    counts = {"notes": 0, "same": 0, "codes": 0, "lost": 0, "gained": 0}
    changed = []
    for note_id, text in notes:
        redacted = redactor.redact(Note(note_id, text))
        original = RedactedNote.already_redacted(note_id, text, redacted.context)
        before, after = _codes(coder.code(original)), _codes(coder.code(redacted))
        lost, gained = tuple(sorted(before - after)), tuple(sorted(after - before))
        counts["notes"] += 1
        counts["same"] += before == after
        counts["codes"] += len(before)
        counts["lost"] += len(lost)
        counts["gained"] += len(gained)
        if lost or gained:
            changed.append((note_id, lost, gained))
    return Preservation(**counts, changed=tuple(changed))


def _codes(result: NoteResult) -> frozenset[str]:
    return frozenset(s.coding.code for s in result.suggestions)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", nargs="+", type=Path, help="marked notes, JSON lines")
    parser.add_argument("--sample", type=int, default=0, help="only so many notes, spread evenly")
    parser.add_argument("--json", action="store_true", help="print JSON")
    told = parser.parse_args(arguments)
    gold = list(load_gold(told.gold).values())
    step = -(-len(gold) // told.sample) if told.sample else 1
    found = preservation([(g.note_id, g.text) for g in gold[::step]], Redactor(), Coder())
    figures = {key: getattr(found, key) for key in ("notes", "same", "codes", "lost", "gained", "share", "changed")}
    if told.json:
        print(json.dumps(figures))
        return
    print(f"{found.same} of {found.notes} notes give the same codes")
    print(f"{100 * found.share:.2f} % of the codes are suggested from both texts ({found.codes} from the originals)")
    for note_id, lost, gained in found.changed:
        print(f"  {note_id}: lost {' '.join(lost) or '-'}, gained {' '.join(gained) or '-'}")


if __name__ == "__main__":
    main()
