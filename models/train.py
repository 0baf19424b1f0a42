"""Train the PHI tagger from ``corpus/`` and write ``models/phi_tagger`` (``make model``).

Deterministic: one seed, whole notes held out by a hash of their id, and the held-out score printed on the card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import time
from collections import Counter, defaultdict
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")

import glance
import numpy as np
from fragments import Fragments
from marked import MarkedText, Pieces, join, pieces_of, unmark
from noise import disturb, excerpt, garnish
from surrogates import Surrogates
from thinc.api import (
    Adam,
    Embed,
    Linear,
    Maxout,
    Model,
    NumpyOps,
    Softmax,
    add,
    chain,
    concatenate,
    expand_window,
    fix_random_seed,
    residual,
    set_current_ops,
)

from noteproc.artifacts import choose_models, models_dir
from noteproc.redaction import features, lexicon
from noteproc.redaction.plaintext import PlainText
from noteproc.redaction.words import Words

ROOT = Path(__file__).resolve().parents[1]
SEED = 20261122
WIDTH = 96
DEPTH = 4
PIECES = 2
# Into so many numbers a layer puts what a word and its neighbours say, before it looks at that.
RANK = 64
PAD = DEPTH
# So many letters in a row that so many notes hold unmarked are an abbreviation rather than initials.
_ABBREVIATED = (2, 3, 4)
_COMMON = 3

TYPES = {
    "NAME_PATIENT": "PATIENT_NAME",
    "NAME_CLINICIAN": "CLINICIAN_NAME",
    "NAME_OTHER": "OTHER_NAME",
    "DATE": "DATE",
    "DATE_WEAK": "DATE_WEAK",
    "AGE_90PLUS": "AGE_OVER_89",
    "STREET": "STREET_ADDRESS",
    "CITY": "CITY",
    "STATE": "STATE",
    "COUNTY": "COUNTY",
    "ZIP": "ZIP_CODE",
    "FACILITY": "FACILITY",
    "ORGANIZATION": "ORGANIZATION",
    "PHONE": "PHONE_NUMBER",
    "FAX": "PHONE_NUMBER",
    "EMAIL": "EMAIL_ADDRESS",
    "URL": "EMAIL_ADDRESS",
    "IP": "EMAIL_ADDRESS",
    "SSN": "US_SSN",
    "MRN": "MEDICAL_RECORD_NUMBER",
    "HEALTH_PLAN_ID": "HEALTH_PLAN_ID",
    "ACCOUNT": "ACCOUNT_NUMBER",
    "LICENSE": "LICENSE_NUMBER",
    "VEHICLE": "VEHICLE_ID",
    "DEVICE_ID": "DEVICE_ID",
    "OTHER_ID": "OTHER_ID",
    "USERNAME": "USERNAME",
}
LABELS = ["O", *(f"{p}-{t}" for t in sorted(set(TYPES.values())) for p in "BI")]
LABEL_INDEX = {label: i for i, label in enumerate(LABELS)}


def read_corpus() -> dict[str, str]:
    """Every marked note, by id."""
    notes: dict[str, str] = {}
    for path in sorted(p for kind in ("phi", "codes") for p in (ROOT / "corpus" / kind).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                note = json.loads(line)
            except ValueError:
                continue
            notes[f"{path.parent.name}/{path.stem}/{note['id']}"] = note["marked"]
    return notes


def held_out(note_id: str, prefix: str) -> bool:
    """The notes of some corpus files (so some writers' styles), or a tenth of all by a hash of the id."""
    if prefix:
        return note_id.startswith(tuple(prefix.split(",")))
    return hashlib.sha256(note_id.encode()).digest()[0] < 26


def faker_names() -> tuple[list[str], list[str]]:
    """Given and family names of Faker's locales in Latin letters (training only; none where Faker is missing)."""
    try:
        from importlib import import_module, resources

        providers = resources.files("faker.providers.person")
    except (ImportError, ModuleNotFoundError):
        return [], []
    first: set[str] = set()
    last: set[str] = set()
    plain = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
    for entry in sorted(p.name for p in providers.iterdir()):
        if not re.fullmatch(r"[a-z]{2}(_[A-Z]{2})?", entry):
            continue
        provider = getattr(import_module(f"faker.providers.person.{entry}"), "Provider", None)
        for attribute in dir(provider):
            target = (
                first if attribute.startswith("first_name") else last if attribute.startswith("last_name") else None
            )
            values = getattr(provider, attribute, None)
            if target is None or not isinstance(values, (list, tuple, dict)):
                continue
            for value in values:
                if (
                    isinstance(value, str)
                    and plain.fullmatch(value)
                    and max(map(ord, value)) < 0x250
                    and len(value) > 1
                ):
                    target.add(value.lower())
    return sorted(first), sorted(last)


def vocabulary(notes: list[str], first: list[str], last: list[str]) -> dict[str, str]:
    """Ordinary and clinical words, from the unmarked words of the corpus, the dictionaries and ICD-10-CM."""
    lower: dict[str, set[int]] = defaultdict(set)
    upper: dict[str, set[int]] = defaultdict(set)
    short: dict[str, set[int]] = defaultdict(set)
    word = re.compile(r"[^\W\d_]+")
    for number, marked in enumerate(notes):
        for kind, text in pieces_of(marked):
            if kind:
                continue
            for m in word.finditer(text):
                (lower if m.group().islower() else upper)[m.group().lower()].add(number)
                if len(m.group()) in _ABBREVIATED:
                    short[m.group().lower()].add(number)
    clinical = Counter[str]()
    for path in sorted((ROOT / "dictionaries").glob("*/*.tsv")):
        if path.parent.name == "phi":
            continue
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            for m in word.finditer(line):
                clinical[m.group().lower()] += 1
    clinical.update(_icd_words())
    names = lexicon.lexicon()
    faker_all = {*first, *last}
    out: dict[str, str] = {}
    for w in sorted({*lower, *upper, *clinical, *first, *last}):
        if len(w) < 2:
            continue
        is_name = bool(names.bits(w) & lexicon.NAME) or w in faker_all
        ordinary = len(lower.get(w, ())) >= (2 if is_name else 1)
        clin = clinical.get(w, 0) > 0 or len(upper.get(w, ())) >= 2
        kind = ("O" if ordinary else "") + (
            "C" if clin and not (is_name and clinical.get(w, 0) < 3 and not ordinary) else ""
        )
        if len(short.get(w, ())) >= _COMMON:
            kind += "A"
        if kind:
            out[w] = kind
    return out


def _icd_words() -> Counter[str]:
    from importlib.util import find_spec

    spec = find_spec("simple_icd_10_cm")
    out: Counter[str] = Counter()
    if spec is None or spec.origin is None:
        return out
    for path in sorted(Path(spec.origin).parent.glob("data/*.xml")):
        text = re.sub(r"<[^>]*>", " ", path.read_text(encoding="utf-8"))
        out.update(m.group().lower() for m in re.finditer(r"[^\W\d_]{2,}", text))
    return out


_word_row = lru_cache(maxsize=200_000)(features.word_row)


class Copies:
    """Notes told anew, with other people and places, line breaks and noise.

    Args:
        first, last: given and family names that surrogates may bear besides those of the lists.
    """

    def __init__(self, rng: random.Random, first: list[str], last: list[str]) -> None:
        self.rng = rng
        self.surrogates = Surrogates(rng, first, last)
        self.fragments = Fragments(self.surrogates, rng)

    def of(self, notes: list[str], count: int, *, substitute_all: bool) -> list[Pieces]:
        """``count`` copies of each marked note; the first one keeps its people, unless all are to be substituted."""
        told = []
        for marked in notes:
            for copy in range(count):
                pieces = pieces_of(marked)
                if copy or substitute_all:
                    pieces = self.surrogates.substitute(pieces)
                if copy:
                    pieces = self.fragments.scattered(excerpt(pieces, self.rng))
                told.append(disturb(garnish(pieces, self.surrogates, self.rng), self.rng))
        return told


def encode(note: MarkedText) -> tuple[Words, np.ndarray, np.ndarray]:
    """The tokens, feature rows and label indexes of a note."""
    plain = PlainText(note.text)
    words = Words(plain.text)
    forms = lexicon.lexicon().forms
    if len(plain.text) != len(note.text):
        raise ValueError("a training note holds invisible characters")
    rows = np.array([_word_row(forms[w]) for w in words.words], dtype="i").reshape(-1, len(features.WORD_ROWS))
    rows = np.concatenate([rows, features.context_rows(words)], axis=1)
    y = np.zeros(len(words), dtype="i")
    for start, end, kind in note.spans:
        if kind not in TYPES:
            continue
        for k, i in enumerate(words.within(start, end)):
            y[i] = LABEL_INDEX[("B-" if k == 0 else "I-") + TYPES[kind]]
    return words, rows, y


def build() -> tuple[Model, dict[str, Model]]:
    """The network and its parts by name."""
    sizes = (WIDTH, WIDTH // 2, WIDTH // 2, WIDTH // 2, WIDTH // 2, WIDTH // 2)
    word = [Embed(size, rows, column=i) for i, (size, rows) in enumerate(zip(sizes, features.WORD_ROWS, strict=True))]
    context = [Embed(WIDTH, rows, column=len(word) + i) for i, rows in enumerate(features.CONTEXT_ROWS)]
    mix = Maxout(nO=WIDTH, nI=sum(sizes), nP=PIECES, normalize=True, dropout=0.2)
    squeezes = [Linear(nO=RANK, nI=WIDTH * 3) for _ in range(DEPTH)]
    layers = [Maxout(nO=WIDTH, nI=RANK, nP=PIECES, normalize=True, dropout=0.25) for _ in range(DEPTH)]
    out = Softmax(nO=len(LABELS), nI=WIDTH)
    model = chain(
        add(chain(concatenate(*word), mix), *context),
        *(residual(chain(expand_window(1), *pair)) for pair in zip(squeezes, layers, strict=True)),
        out,
    )
    parts: dict[str, Model] = {f"word_{i}": m for i, m in enumerate(word)}
    parts.update({f"context_{i}": m for i, m in enumerate(context)})
    parts["mix"] = mix
    parts.update({f"squeeze{i}": m for i, m in enumerate(squeezes)})
    parts.update({f"layer{i}": m for i, m in enumerate(layers)})
    parts["out"] = out
    return model, parts


def _linear_and_norm(model: Model) -> tuple[Model, Model]:
    nodes = {node.name.split(">")[0]: node for node in model.walk()}
    return nodes["maxout"], nodes["layernorm"]


def export(parts: dict[str, Model], folder: Path) -> None:
    """Write the weights as half floats."""
    arrays: dict[str, np.ndarray] = {}
    for name, part in parts.items():
        if name.startswith(("word_", "context_")):
            arrays[name] = next(node for node in part.walk() if node.has_param("E")).get_param("E")
        elif name == "out" or name.startswith("squeeze"):
            arrays[f"{name}_W"], arrays[f"{name}_b"] = part.get_param("W"), part.get_param("b")
        else:
            maxout, norm = _linear_and_norm(part)
            key = name
            arrays[f"{key}_W"], arrays[f"{key}_b"] = maxout.get_param("W"), maxout.get_param("b")
            arrays[f"{key}_g"], arrays[f"{key}_n"] = norm.get_param("G"), norm.get_param("b")
    folder.mkdir(parents=True, exist_ok=True)
    arrays.update(glance.nothing_spared(WIDTH))
    np.savez_compressed(folder / "weights.npz", **{k: v.astype(np.float16) for k, v in sorted(arrays.items())})
    meta = {
        "labels": LABELS,
        "depth": DEPTH,
        "width": WIDTH,
        "pieces": PIECES,
        "word_rows": list(features.WORD_ROWS),
        "context_rows": list(features.CONTEXT_ROWS),
    }
    (folder / "labels.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")


def load(parts: dict[str, Model], folder: Path) -> None:
    """Take the exported weights, so that the score is of what ships."""
    with np.load(folder / "weights.npz") as stored:
        for name, part in parts.items():
            if name.startswith(("word_", "context_")):
                next(node for node in part.walk() if node.has_param("E")).set_param("E", stored[name].astype("f"))
            elif name == "out" or name.startswith("squeeze"):
                part.set_param("W", stored[f"{name}_W"].astype("f"))
                part.set_param("b", stored[f"{name}_b"].astype("f"))
            else:
                maxout, norm = _linear_and_norm(part)
                maxout.set_param("W", stored[f"{name}_W"].astype("f"))
                maxout.set_param("b", stored[f"{name}_b"].astype("f"))
                norm.set_param("G", stored[f"{name}_g"].astype("f"))
                norm.set_param("b", stored[f"{name}_n"].astype("f"))


def spans_of(tags: np.ndarray) -> set[tuple[int, int, str]]:
    out, start, kind = set(), -1, ""
    for i, tag in enumerate([*tags, 0]):
        label = LABELS[int(tag)]
        if start >= 0 and not (label.startswith("I-") and label[2:] == kind):
            out.add((start, i, kind))
            start = -1
        if start < 0 and label != "O":
            start, kind = i, label[2:]
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--copies", type=int, default=3, help="surrogate copies of a note in an epoch")
    parser.add_argument("--everything", action="store_true", help="train on all notes (the shipped model)")
    parser.add_argument(
        "--without", default="", help="hold out the notes whose id starts so, e.g. phi/c/,codes/b/, instead of a tenth"
    )
    parser.add_argument("--models", type=Path, help="write to this folder instead of models/")
    args = parser.parse_args()
    if args.models:
        choose_models(args.models)
    started = time.time()
    # NumPy's own matrix product takes a third of the time of BLIS here.
    set_current_ops(NumpyOps(use_blis=False))
    fix_random_seed(SEED)
    rng = random.Random(SEED)
    notes = read_corpus()
    corpus_hash = hashlib.sha256("\n".join(f"{k}\t{v}" for k, v in sorted(notes.items())).encode()).hexdigest()[:16]
    train_notes = [v for k, v in sorted(notes.items()) if args.everything or not held_out(k, args.without)]
    test_notes = [unmark(v) for k, v in sorted(notes.items()) if held_out(k, args.without)]
    folder = models_dir() / "phi_tagger"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocabulary.tsv").unlink(missing_ok=True)
    lexicon.lexicon.cache_clear()
    first, last = faker_names()
    words = vocabulary(train_notes, first, last)
    lines = [f"{w}\t{k}" for w, k in sorted(words.items())]
    base = lexicon.lexicon()
    lines += [f"{w}\tF" for w in first if not base.bits(w) & lexicon.FIRST]
    lines += [f"{w}\tL" for w in last if not base.bits(w) & lexicon.LAST]
    (folder / "vocabulary.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lexicon.lexicon.cache_clear()

    copies = Copies(rng, first, last)
    model, parts = build()
    model.initialize(np.zeros((4, len(features.WORD_ROWS) + len(features.CONTEXT_ROWS)), dtype="i"))
    optimizer = Adam(0.002, L2=1e-5, grad_clip=1.0)
    unknown = np.array([features.bucket("?", rows) for rows in features.WORD_ROWS], dtype="i")
    noise = np.random.default_rng(SEED)
    ordinary = lexicon.ORDINARY
    bits = lexicon.lexicon().bits
    steps = 0
    for epoch in range(args.epochs):
        batch_notes = copies.of(train_notes, args.copies, substitute_all=bool(epoch % 2))
        rng.shuffle(batch_notes)
        optimizer.learn_rate = 0.002 * (
            1.0 if epoch < args.epochs * 0.6 else 0.3 if epoch < args.epochs * 0.85 else 0.1
        )
        loss, tokens = 0.0, 0
        rows: list[np.ndarray] = []
        tags: list[np.ndarray] = []
        size = 0
        for number, pieces in enumerate(batch_notes):
            note_words, x, y = encode(join(pieces))
            # A word that the corpus itself made "ordinary" would give its own label away: forget that now and then.
            forget = noise.random(len(y)) < 0.10
            for i in np.flatnonzero(forget):
                word = note_words.words[i]
                x[i, 5] = features.bucket(
                    str(bits(word.lower()) & ~(ordinary | lexicon.CLINICAL)), features.WORD_ROWS[5]
                )
            hide = noise.random(len(y)) < 0.15
            x[hide, :2] = unknown[:2]
            hide_names = noise.random(len(y)) < 0.15
            for i in np.flatnonzero(hide_names & (y > 0)):
                x[i, 5] = features.bucket("0", features.WORD_ROWS[5])
            pad = np.zeros((PAD, x.shape[1]), dtype="i")
            rows += [x, pad]
            tags += [y, np.full(PAD, -1, dtype="i")]
            size += len(y)
            if size > 1500 or number == len(batch_notes) - 1:
                feats, gold = np.concatenate(rows), np.concatenate(tags)
                guesses, backprop = model.begin_update(feats)
                d = guesses.copy()
                real = gold >= 0
                index = np.flatnonzero(real)
                loss -= float(np.log(guesses[index, gold[index]] + 1e-8).sum())
                d[index, gold[index]] -= 1.0
                d[~real] = 0.0
                backprop((d / max(1, len(index)) * 8).astype("f"))
                model.finish_update(optimizer)
                tokens += len(index)
                rows, tags, size = [], [], 0
                steps += 1
        print(f"epoch {epoch} loss {loss / tokens:.4f} tokens {tokens} {time.time() - started:.0f}s", flush=True)
    with model.use_params(optimizer.averages):
        export(parts, folder)
    glance.fit(folder, [join(pieces) for pieces in copies.of(train_notes, 2, substitute_all=False)])
    load(parts, folder)

    right = wrong = missed = touched = total = 0
    by: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for note in test_notes:
        _, x, y = encode(note)
        guess = model.predict(x).argmax(axis=1)
        got, want = spans_of(guess), spans_of(y)
        right += len(got & want)
        wrong += len(got - want)
        missed += len(want - got)
        for start, end, kind in want:
            total += 1
            hit = bool((guess[start:end] > 0).all())
            touched += hit
            by[kind][0] += 1
            by[kind][1] += hit
        for _, _, kind in got - want:
            by[kind][2] += 1
    card = {
        "corpus_notes": len(notes),
        "corpus_sha256": corpus_hash,
        "versions": {name: version(name) for name in ("numpy", "thinc", "faker")},
        "seed": SEED,
        "epochs": args.epochs,
        "copies": args.copies,
    }
    score = {
        "held_out": args.without or "a tenth of the notes, by a hash of the id",
        "held_out_notes": len(test_notes),
        "precision": round(right / max(1, right + wrong), 4),
        "recall": round(right / max(1, right + missed), 4),
        "covered": round(touched / max(1, total), 4),
        "by_type": {k: f"covered {v[1]}/{v[0]}, extra {v[2]}" for k, v in sorted(by.items())},
    }
    if not args.everything:
        # Notes that were trained on say nothing: what ships is judged by models/crossvalidate.py.
        card["held_out_run"] = score
    card["trained_on_all"] = args.everything
    print(json.dumps(card, indent=1))
    print(f"{time.time() - started:.0f} seconds")
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
