"""Speed, side by side with peers, on the same notes in one run, one core, one numeric thread.

    make bench                      # or: python benchmarks/speed.py --notes 60, or over gold files of your own

Redaction against Presidio's default analyzer (en_core_web_sm) and philter-lite, where they are installed whole; coding
against spaCy's PhraseMatcher with a RapidFuzz pass over the same phrases. Figures are CPU time; trust the ratios.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from peers import philter, presidio

from noteproc.codesets import CodeSets
from noteproc.coding import Coder
from noteproc.evaluation import load_gold
from noteproc.records import Note, RedactedNote
from noteproc.redaction import Redactor

ROOT = Path(__file__).resolve().parents[1]
# Linux counts what the parent held before it became another program as the child's too, but for this line.
ALONE = """
import json, re, resource, sys, time
from pathlib import Path
def peak():
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
"""
WORKER = """
from noteproc.records import Note
from noteproc.redaction import Redactor
redactor = Redactor()
redactor.redact(Note("first", "Seen by Dr. Ann Lee on 3/14/2025."))
first = time.process_time()
from noteproc.evaluation import load_gold
for note in load_gold(sorted(Path(sys.argv[1], "corpus", "phi").glob("*.jsonl"))).values():
    redactor.redact(Note("next", note.text))
print(json.dumps({"start to first result, CPU s": round(first, 2), "peak memory of a worker MB": peak()}))
"""
CODER = """
from noteproc.coding import Coder
from noteproc.records import RedactedNote
began = time.process_time()
coder = Coder()
coder.code(RedactedNote.already_redacted("first", "Assessment: type 2 diabetes with neuropathy."))
load = time.process_time() - began
from noteproc.evaluation import load_gold
for note in load_gold(sorted(Path(sys.argv[1], "corpus", "codes").glob("*.jsonl"))).values():
    coder.code(RedactedNote.already_redacted("next", note.text))
print(json.dumps({"load to first result, CPU s": round(load, 2), "peak memory of a process that codes MB": peak()}))
"""
LONG = """
from noteproc.evaluation import load_gold
from noteproc.records import Note
from noteproc.redaction import Redactor
notes = [note.text for note in load_gold(sorted(Path(sys.argv[1], "corpus", "phi").glob("*.jsonl"))).values()]
line = " ".join(" ".join(notes).split())
size = int(sys.argv[2]) << 20
text = (line * (1 + size // len(line)))[:size]
redactor = Redactor()
began = time.process_time()
redactor.redact(Note("long", text))
spent = time.process_time() - began
print(json.dumps({"ms/KB": round(1000 * spent / (size >> 10), 2), "peak memory MB": peak()}))
"""
LONG_MB = (1, 5)
TURN = 20
PASSES = 5
SIZES_KB = (1, 10, 100, 1000)
FUZZY_PHRASES = 20_000  # the fuzzy peer gets this many phrases, and one sentence in ten, or it would never end


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def redaction(texts: Sequence[str], kilobytes: float, behind: Sequence[str]) -> dict[str, object]:
    """Our redactor and its peers over the same texts, in turns; before that they read the texts ``behind`` them."""
    redactor = Redactor()
    tools: dict[str, Callable[[str], object] | None] = {
        "noteproc": lambda text: redactor.redact(Note("timed", text)),
        "presidio default": presidio(),
        "philter-lite": philter(),
    }
    here = {name: tool for name, tool in tools.items() if tool is not None}
    for tool in here.values():
        for text in behind or texts[:1]:
            tool(text)
    # As a worker does: what was loaded stays for good and is not looked through again, for all tools alike.
    gc.collect()
    gc.freeze()
    # In turns of some notes, so that a busy machine slows all alike. The first pass judges every word that it meets
    # for the first time; a worker with other notes behind it knows most of them.
    spent = {name: [0.0, 0.0] for name in here}
    for again in (0, 1):
        for first in range(0, len(texts), TURN):
            for name, tool in here.items():
                turn = texts[first : first + TURN]
                spent[name][again] += cpu(lambda tool=tool, turn=turn: [tool(text) for text in turn])
    figures: dict[str, object] = {
        f"{name} ms/KB, first and later passes": [round(1000 * s / kilobytes, 3) for s in spent[name]] for name in here
    }
    for name in tools:
        if name not in here:
            figures[name] = "not installed whole"
        elif name != "noteproc":
            ratios = [theirs / ours for theirs, ours in zip(spent[name], spent["noteproc"], strict=True)]
            figures[f"times faster than {name}, first and later passes"] = [round(ratio, 1) for ratio in ratios]
    return {
        **figures,
        "noteproc ms/KB by size of one note": redaction_growth(redactor, texts, "\n\n"),
        "noteproc ms/KB by size, all in one line": redaction_growth(
            redactor, [" ".join(t.split()) for t in texts], " "
        ),
        "one note in one line": {f"{size} MB": fresh(LONG, str(size)) for size in LONG_MB},
        **fresh(WORKER),
    }


def redaction_growth(redactor: Redactor, texts: Sequence[str], between: str) -> dict[str, float]:
    """CPU milliseconds a KB for one note of each size, joined from others."""
    joined = between.join(texts)
    found = {}
    for size in SIZES_KB:
        text = (joined * (1 + size * 1024 // len(joined)))[: size * 1024]
        repeats = max(1, 20 // size)
        redactor.redact(Note("grown", text[:20_000]))
        spent = cpu(lambda text=text, repeats=repeats: [redactor.redact(Note("grown", text)) for _ in range(repeats)])
        found[f"{size} KB"] = round(1000 * spent / repeats / size, 2)
    return found


def fresh(script: str, *arguments: str) -> dict[str, object]:
    """What a script tells that runs in a process of its own, after ``ALONE``."""
    command = [sys.executable, "-c", ALONE + script, str(ROOT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, object] = json.loads(done.stdout)
    return told


def growth(coder: Coder, texts: Sequence[str]) -> dict[str, float]:
    """CPU milliseconds a KB for one note of 1 KB, 10 KB, 100 KB and 1 MB, joined from others."""
    joined = "\n\n".join(texts)
    found = {}
    for size in SIZES_KB:
        text = (joined * (1 + size * 1024 // len(joined)))[: size * 1024]
        note = RedactedNote.already_redacted("grown", text)
        coder.code(note)
        repeats = max(1, 20 // size)
        spent = cpu(lambda note=note, repeats=repeats: [coder.code(note) for _ in range(repeats)])
        found[f"{size} KB"] = round(1000 * spent / repeats / size, 3)
    return found


def coding(texts: Sequence[str], kilobytes: float) -> dict[str, object]:
    """Our coder and literal plus fuzzy phrase matching over the same phrases."""
    import spacy
    from rapidfuzz import process
    from spacy.matcher import PhraseMatcher

    sets = CodeSets.open()
    coder = Coder(sets)
    coder.code(RedactedNote.already_redacted("warm", texts[0]))
    gc.freeze()  # as a worker does
    notes = [RedactedNote.already_redacted(str(i), text) for i, text in enumerate(texts)]
    ours = cpu(lambda: [coder.code(note) for note in notes])
    # The first pass reads every code that these notes lead to, and judges each word that it meets for the first time; a
    # running service has them in memory.
    grown = growth(coder, texts)
    phrases = sorted({phrase.text for phrase in sets.phrases()})
    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    building = cpu(lambda: matcher.add("p", list(nlp.pipe(phrases))))
    # Other processes slow every pass: in turns both meet them alike, and the best pass is what the work costs.
    again = literal = math.inf
    for _ in range(PASSES):
        again = min(again, cpu(lambda: [coder.code(note) for note in notes]))
        literal = min(literal, cpu(lambda: [matcher(nlp(text)) for text in texts]))
    sentences = [s.strip() for text in texts for s in text.replace("\n", ". ").split(". ") if len(s.strip()) > 8][::10]
    some = phrases[:: max(1, len(phrases) // FUZZY_PHRASES)]
    fuzzy = cpu(lambda: [process.extract(sentence, some, limit=3) for sentence in sentences])
    fuzzy_size = sum(map(len, sentences)) / 1024
    scale = len(phrases) / len(some)
    return {
        "noteproc ms/KB, first pass": round(1000 * ours / kilobytes, 3),
        "noteproc ms/KB, later passes": round(1000 * again / kilobytes, 3),
        "noteproc ms/KB by size of one note": grown,
        **fresh(CODER),
        "phrases": len(phrases),
        "PhraseMatcher ms/KB": round(1000 * literal / kilobytes, 3),
        "PhraseMatcher build s": round(building, 1),
        "noteproc, later passes, in PhraseMatcher's time": round(again / literal, 2),
        "rapidfuzz.process.extract ms/KB (scaled from a sample)": round(1000 * fuzzy / fuzzy_size * scale, 1),
        "times faster than both": round(
            (1000 * literal / kilobytes + 1000 * fuzzy / fuzzy_size * scale) / (1000 * ours / kilobytes), 1
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="*", help="files of gold notes, instead of those of corpus/")
    parser.add_argument("--notes", type=int, default=80, help="over how many of them to run")
    parser.add_argument("--behind", type=int, default=0, help="let the tools read so many notes of corpus/phi first")
    parser.add_argument("--only", choices=["redaction", "coding"])
    arguments = parser.parse_args()
    gold = load_gold(arguments.gold or sorted((ROOT / "corpus").rglob("*.jsonl")))
    every = max(1, len(gold) // arguments.notes)
    texts = [note.text for note in list(gold.values())[::every]][: arguments.notes]
    kilobytes = sum(len(text.encode()) for text in texts) / 1024
    print(json.dumps({"notes": len(texts), "KB": round(kilobytes)}))
    if arguments.only != "coding":
        others = load_gold(sorted((ROOT / "corpus" / "phi").glob("*.jsonl"))) if arguments.behind else {}
        behind = [note.text for note in list(others.values())[: arguments.behind]]
        print(json.dumps({"redaction": redaction(texts, kilobytes, behind)}, indent=1))
    if arguments.only != "redaction":
        print(json.dumps({"coding": coding(texts, kilobytes)}, indent=1))


if __name__ == "__main__":
    main()
