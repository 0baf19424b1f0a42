"""PHI figures of the redactor over gold notes, and what it left or took for nothing.

    python benchmarks/phi.py corpus/unseen/*.jsonl --errors 100
    python benchmarks/phi.py corpus/phi/a.jsonl --models FOLDER     # with a tagger that has not learned from them

The scoring is ``noteproc.evaluation``'s, the same as of ``noteproc score``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from noteproc.artifacts import choose_models
from noteproc.evaluation import evaluate_phi, load_gold
from noteproc.evaluation.gold import GoldNote
from noteproc.records import Note

_WEAK = frozenset({"STATE", "DATE_WEAK"})
_AROUND = 36


def redacted(gold: Mapping[str, GoldNote]) -> dict[str, dict[str, object]]:
    """What the redactor finds in each note, in the form of ``results.jsonl``."""
    from noteproc.redaction import Redactor

    redactor = Redactor()
    results: dict[str, dict[str, object]] = {}
    for note_id, note in gold.items():
        done = redactor.redact(Note(note_id, note.text))
        phi = [
            {"start": p.start, "end": p.end, "entity_type": p.entity_type, "replacement": p.replacement}
            for p in done.phi
        ]
        results[note_id] = {"text": done.text, "phi": phi}
    return results


def errors(gold: Mapping[str, GoldNote], results: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """One line a leak and one a span that holds no PHI."""
    for note_id, note in gold.items():
        phi = results[note_id]["phi"]
        assert isinstance(phi, list)
        text = note.text
        covered = {i for p in phi for i in range(p["start"], p["end"])}
        marked = {i for s in note.spans for i in range(s.start, s.end)}
        for s in note.spans:
            if s.gold_type in _WEAK or s.optional:
                continue
            if any(i not in covered for i in range(s.start, s.end) if text[i].isalnum()):
                yield f"LEAK {note_id} {s.gold_type} {_shown(text, s.start, s.end)}"
        for p in phi:
            if marked.isdisjoint(range(p["start"], p["end"])):
                yield f"OVER {note_id} {p['entity_type']} {_shown(text, p['start'], p['end'])}"


def _shown(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    return f"{before!r} >>{text[start:end]!r}<< {after!r}"


def main() -> None:
    """Print one line of figures a file, and the errors where asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--models", type=Path, help="models other than the shipped ones")
    parser.add_argument("--errors", type=int, default=0, help="show so many")
    args = parser.parse_args()
    if args.models:
        choose_models(args.models)
    for path in args.gold:
        gold = load_gold([path])
        results = redacted(gold)
        shown = list(errors(gold, results))
        print("\n".join(shown[: args.errors]))
        figures = evaluate_phi(gold, results).to_dict()
        print(json.dumps({"file": f"{path.parent.name}/{path.stem}", **figures}))


if __name__ == "__main__":
    main()
