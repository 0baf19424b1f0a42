"""Varies a whole note: case, line breaks, labels, typing, and a head line or a signature that it may not have had.

Used by ``models/train.py`` alone. Every choice comes from the ``random.Random`` handed in.
"""

from __future__ import annotations

import random
import re

from marked import Pieces
from surrogates import Surrogates

_GAPS = ("   ", "  ", " | ", " / ", "; ", ", ", "\n", " - ", "\t")
_SIGNATURES = (
    "\n-{i}",
    "\n{i}",
    " {i}",
    " {i} {time}",
    "\n{i} {date} {time}",
    "\n{date} {i}",
    "\naddended {date} {i}",
    "\naddendum {date}: no change. {i}",
    "\nsigned {n}",
    "\n/s/ {n}",
    "\n{n}, MD",
    "\n{n} RN",
    "\n{I}/{l}",
    "\n{I}:{l}",
    "\nD: {date} T: {date} {I}/{l}",
    "\n~{i}",
    "\nrev. {dotted}",
    "\n({i})",
    "\ndict {n} / {l}",
    "\ncc: {n}",
)
_PLAIN_ENDS = (
    "\nf/u prn",
    "\nrtc",
    "\n- wbat",
    " tid",
    "\nnpo",
    "\nprn",
    "\nabx",
    "\n--",
    "\nEND",
    "\nfull code",
    "\npt/ot",
)
_LABELS = ("MRN ", "MRN: ", "ID ", "chart ", "#", "", "", "", "")


def garnish(pieces: Pieces, surrogates: Surrogates, rng: random.Random) -> Pieces:
    """The note with, now and then, a head line in front and a signature behind."""
    if rng.random() < 0.3:
        pieces = [*_head_line(surrogates, rng), *pieces]
    draw = rng.random()
    if draw < 0.3:
        kind, words = pieces[-1]
        pieces = [*pieces[:-1], (kind, words.rstrip()), *_signature(surrogates, rng), ("", "\n")]
    elif draw < 0.4:
        kind, words = pieces[-1]
        pieces = [*pieces[:-1], (kind, words.rstrip()), ("", rng.choice(_PLAIN_ENDS))]
    return pieces


def excerpt(pieces: Pieces, rng: random.Random) -> Pieces:
    """Now and then a few lines of the note alone, so that where a line stands does not say what it is."""
    if rng.random() > 0.2:
        return pieces
    lines: list[Pieces] = [[]]
    for kind, words in pieces:
        if kind:
            lines[-1].append((kind, words))
            continue
        first, *rest = words.split("\n")
        lines[-1].append(("", first))
        lines += [[("", line)] for line in rest]
    wanted = rng.choice((1, 1, 2, 3, 5, 8, 13))
    first_line = rng.randrange(len(lines))
    chosen = lines[first_line : first_line + wanted]
    out: Pieces = []
    for at, line in enumerate(chosen):
        out += [("", "\n"), *line] if at else line
    return out if any(words.strip() for _, words in out) else pieces


def _head_line(surrogates: Surrogates, rng: random.Random) -> Pieces:
    gap = rng.choice(_GAPS)
    fields: list[Pieces] = []
    if rng.random() < 0.5:
        fields.append([("FACILITY", surrogates.facility())])
    first, last = surrogates.given().title(), surrogates.family().title()
    letter = rng.choice("ABCDEFGHJKLMNPRSTVW")
    name = rng.choice(
        [
            f"{first} {last}",
            f"{last}, {first}",
            f"{last.upper()}, {first.upper()} {letter}",
            f"{first} {letter}. {last}",
            f"{first[0]}. {last}",
            last,
            f"{last}/{first}",
            f"{first} {last}".lower(),
            f"VAN {last}, {first}".upper(),
        ]
    )
    fields.append([("", rng.choice(["", "", "", "pt ", "Pt: ", "NAME ", "Patient "])), ("NAME_PATIENT", name)])
    if rng.random() < 0.6:
        fields.append([("", f"{rng.randint(1, 89)}{rng.choice(['', ' ', ' y/o ', 'yo '])}{rng.choice('MF')}")])
    if rng.random() < 0.7:
        fields.append([("", rng.choice(_LABELS)), ("MRN", _number(rng))])
    if rng.random() < 0.6:
        fields.append([("", rng.choice(["", "", "DOS ", "seen "])), ("DATE", surrogates.date(_date(rng)))])
    if rng.random() < 0.3:
        fields.append([("", rng.choice(["dob ", "DOB: ", "b. ", "born "])), ("DATE", surrogates.date(_date(rng)))])
    if rng.random() < 0.4:
        who = rng.choice([surrogates.family().title(), f"{surrogates.given().title()} {surrogates.family().title()}"])
        fields.append([("", rng.choice(["", "Dr. ", "surgeon ", "PCP ", "att "])), ("NAME_CLINICIAN", who)])
    if rng.random() < 0.2:
        rng.shuffle(fields)
    out: Pieces = []
    for at, field in enumerate(fields):
        if at:
            out.append(("", gap if rng.random() < 0.8 else rng.choice(_GAPS)))
        out += field
    return [*out, ("", rng.choice(["\n", "\n\n", "\n", "  "]))]


def _number(rng: random.Random) -> str:
    lead = "".join(rng.choice("ABCDEFGHKLMNPRSTVWXZ") for _ in range(rng.choice([0, 0, 1, 2, 2, 3])))
    form = rng.choice(
        ["######", "#######", "########", "##-####", "## ## ## ##", "##-###", "#####-#", "## ###", "####", "###-##-#"]
    )
    digits = "".join(rng.choice("0123456789") if ch == "#" else ch for ch in form)
    return lead + (rng.choice(["", "-", " "]) if lead else "") + digits


def _date(rng: random.Random) -> str:
    return rng.choice(
        ["3/14/26", "03/14/2026", "2026-03-14", "3-14-26", "14Mar2026", "3.14.26", "March 14, 2026", "3/14"]
    )


def _signature(surrogates: Surrogates, rng: random.Random) -> Pieces:
    letters = "".join(rng.choice("abcdefghijklmnoprstvwz") for _ in range(rng.choice([2, 2, 3])))
    other = "".join(rng.choice("abcdefghijklmnoprstvwz") for _ in range(rng.choice([2, 3])))
    name = rng.choice(
        [
            f"{surrogates.given().title()} {surrogates.family().title()}",
            f"{letters[0].upper()}. {surrogates.family().title()}",
        ]
    )
    fields = {
        "{i}": ("NAME_CLINICIAN", rng.choice([letters, letters.upper()])),
        "{I}": ("NAME_CLINICIAN", letters.upper()),
        "{l}": ("NAME_CLINICIAN", other),
        "{dotted}": ("NAME_CLINICIAN", ".".join(letters.upper()) + "."),
        "{n}": ("NAME_CLINICIAN", name if rng.random() < 0.8 else name.lower()),
        "{time}": ("", f"{rng.randint(0, 23):02d}{rng.choice(['', ':'])}{rng.randint(0, 59):02d}"),
    }
    out: Pieces = []
    for part in re.split(r"(\{\w+\})", rng.choice(_SIGNATURES)):
        out.append(("DATE", surrogates.date(_date(rng))) if part == "{date}" else fields.get(part, ("", part)))
    return out


def disturb(pieces: Pieces, rng: random.Random) -> Pieces:
    """Case, line breaks, labels and typing varied over the whole note."""
    draw = rng.random()
    if draw < 0.09:
        return [(k, w.upper()) for k, w in pieces]
    if draw < 0.19:
        return [(k, w.lower()) for k, w in pieces]
    if draw < 0.27:
        return [(k, w.replace("\n", "  ")) for k, w in pieces]
    if draw < 0.34:
        return [(k, re.sub(r"\n(?!\n)", " ", w) if not k else w) for k, w in pieces]
    if draw < 0.42:
        return [(k, re.sub(r"\. ", ".\n", w) if not k else w) for k, w in pieces]
    if draw < 0.50:
        return [
            (
                k,
                re.sub(r"(?<=\w)\.(?= [A-Z])|[:#]", lambda m: "" if rng.random() < 0.4 else m.group(), w)
                if not k
                else w,
            )
            for k, w in pieces
        ]
    if draw < 0.56:
        return [(k, _typing(w, rng) if not k else w) for k, w in pieces]
    if draw < 0.62:
        return [(k, re.sub(r"\b(Dr|Mr|Mrs|Ms)\. ?", lambda m: m[1] + " ", w) if not k else w) for k, w in pieces]
    if draw < 0.68:
        return [(k, w.lower() if k and rng.random() < 0.5 else w) for k, w in pieces]
    return pieces


def _typing(words: str, rng: random.Random) -> str:
    out = []
    for ch in words:
        draw = rng.random()
        if ch.isalpha() and draw < 0.008:
            continue
        out.append(
            ch + ch
            if ch.isalpha() and draw < 0.012
            else {"l": "1", "O": "0", "I": "l"}.get(ch, ch)
            if draw > 0.98
            else ch
        )
    return "".join(out)
