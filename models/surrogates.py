"""Replaces each marked span of a note by an invented one of its kind, one new name for each old one.

Used by ``models/train.py`` alone. Every choice comes from the ``random.Random`` handed in.
"""

from __future__ import annotations

import calendar
import random
import re
from collections import defaultdict
from pathlib import Path

from marked import Pieces

from noteproc.redaction import lexicon as lx

_NAMES = {"NAME_PATIENT", "NAME_CLINICIAN", "NAME_OTHER"}
_MONTHS = ([m.lower() for m in calendar.month_name[1:]], [m.lower() for m in calendar.month_abbr[1:]])
_END = "$"


def read_parts() -> dict[str, list[str]]:
    """The parts of invented places and organisations, by kind."""
    parts: dict[str, list[str]] = defaultdict(list)
    for line in lx.read_lines(Path(__file__).with_name("surrogate_parts.tsv")):
        kind, _, words = line.partition("\t")
        parts[kind].append(words)
    return dict(parts)


class Spelling:
    """Invents names that are in no list but are spelled like those of one, from runs of three letters.

    Args:
        names: the list, lower case.
    """

    def __init__(self, names: list[str]) -> None:
        self._next: dict[str, list[str]] = defaultdict(list)
        for name in names:
            framed = f"^^{name}{_END}"
            for i in range(len(framed) - 2):
                self._next[framed[i : i + 2]].append(framed[i + 2])

    def invent(self, rng: random.Random) -> str:
        """A name of three to twelve letters."""
        while True:
            out, state = "", "^^"
            while len(out) < 13:
                ch = rng.choice(self._next[state])
                if ch == _END:
                    break
                out += ch
                state = state[1] + ch
            if 3 <= len(out) <= 12:
                return out


def like(pattern: str, word: str) -> str:
    """``word`` in the case of ``pattern``."""
    if pattern.isupper() and len(pattern) > 1:
        return word.upper()
    if pattern.islower():
        return word.lower()
    return "-".join(p[:1].upper() + p[1:] for p in word.split("-"))


class Surrogates:
    """Invents replacements.

    Args:
        rng: the only source of chance.
        extra_first, extra_last: more given and family names (Faker's), lower case.
    """

    def __init__(self, rng: random.Random, extra_first: list[str], extra_last: list[str]) -> None:
        self.rng = rng
        self.parts = read_parts()
        self.first = sorted({w for w in lx.read_words("first_names.txt") if len(w) > 1})
        self.last = sorted({w for w in lx.read_words("surnames.txt") if len(w) > 1})
        self.extra_first, self.extra_last = extra_first, extra_last
        self.cities = sorted(set(lx.read_phrases("cities.txt")))
        self.holidays = lx.read_phrases("holidays.txt")
        self._first_set, self._last_set = set(self.first), set(self.last)
        wordy = frozenset(self.parts["WORDY_NAME"])
        self.wordy_first = [w for w in self.first if w in wordy]
        self.wordy_last = [w for w in self.last if w in wordy]
        self._particles = frozenset(lx.read_words("name_particles.txt"))
        self._given_spelling = Spelling([*self.first, *extra_first])
        self.family_spelling = Spelling([*self.last, *extra_last])

    def given(self) -> str:
        """A given name: a word, one of a list, or one of no list."""
        draw = self.rng.random()
        if draw > 0.75:
            return self._given_spelling.invent(self.rng)
        pool = self.wordy_first if draw < 0.1 else self.extra_first if draw < 0.4 and self.extra_first else self.first
        return self.rng.choice(pool)

    def family(self) -> str:
        """A family name: a word, one of a list, a double one, or one of no list."""
        draw = self.rng.random()
        if draw > 0.72:
            return self.family_spelling.invent(self.rng)
        pool = self.wordy_last if draw < 0.1 else self.extra_last if draw < 0.4 and self.extra_last else self.last
        name = self.rng.choice(pool)
        return f"{name}-{self.rng.choice(self.last)}" if draw > 0.67 else name

    def letters(self, surface: str) -> str:
        """Digits for digits and, half the time, letters for letters."""
        swap = self.rng.random() < 0.5
        out = []
        for ch in surface:
            if ch.isdigit():
                out.append(self.rng.choice("0123456789"))
            elif swap and ch.isalpha() and ch.isascii():
                new = self.rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ")
                out.append(new if ch.isupper() else new.lower())
            else:
                out.append(ch)
        return "".join(out)

    def date(self, surface: str) -> str:
        """Another day, written the same way."""
        low = surface.lower()
        if any(h.lower() == low for h in self.holidays):
            return self.rng.choice(self.holidays)
        month_first = True

        def number(m: re.Match[str]) -> str:
            nonlocal month_first
            digits = m.group()
            if len(digits) == 4:
                return str(self.rng.randint(1928, 2027))
            if len(digits) > 4:
                return f"{self.rng.randint(1990, 2027)}{self.rng.randint(1, 12):02d}{self.rng.randint(1, 28):02d}"[
                    : len(digits)
                ]
            if month_first and "/" in surface:
                month_first = False
                value = self.rng.randint(1, 12)
            elif int(digits) > 31:
                value = self.rng.randint(0, 99)
            else:
                value = self.rng.randint(1, 28)
            return f"{value:02d}" if len(digits) == 2 and (digits[0] == "0" or self.rng.random() < 0.4) else str(value)

        def month(m: re.Match[str]) -> str:
            word = m.group().lower()
            for names in _MONTHS:
                if word in names:
                    return like(m.group(), self.rng.choice(names))
            return m.group()

        return re.sub(r"[A-Za-z]+", month, re.sub(r"\d+", number, surface))

    def place(self) -> str:
        """A town."""
        return " ".join(p.capitalize() for p in self.rng.choice(self.cities).split())

    def facility(self) -> str:
        """A place of care or a school."""
        pick, parts = self.rng.choice, self.parts
        words = {
            "last": self.family().capitalize(),
            "first": self.given().capitalize(),
            "place": self.place(),
            "feature": pick(parts["FEATURE"]),
            "tree": pick(parts["TREE"]),
            "word": pick(parts["WORD"]),
        }
        head, care = pick(parts["CARE_FORM"]).format(**words), pick(parts["CARE"])
        draw = self.rng.random()
        if draw < 0.1:
            return head
        if draw < 0.2:
            # Names like no facility's: "Kinetic Works", "Tiny Acorns", "The Mill".
            own = pick(self.parts["OWN"])
            other = pick(self.parts["OWN"])
            return pick((f"{own} {other}", f"The {own}", f"{own} {care}", f"{words['place']} {own}", f"{head} {other}"))
        if self.rng.random() < 0.4:
            return pick(parts["CARE_WHOLE"]).format(head=head, care=care, **words)
        if self.rng.random() < 0.05:
            return head.replace(" ", "") + " " + care
        return f"{head} {care}"

    def organization(self) -> str:
        """An employer, insurer, church or other body."""
        pick, parts = self.rng.choice, self.parts
        head = pick(
            [
                self.family().capitalize(),
                self.place(),
                pick(parts["OWN"]),
                f"{pick(parts['OWN'])} {pick(parts['OWN'])}",
                f"{pick(parts['TREE'])} {pick(parts['FEATURE'])}",
                f"{pick(parts['WORD'])} {pick(parts['FEATURE'])}",
                pick(parts["WORD"]),
                f"{self.family().capitalize()} & {self.family().capitalize()}",
            ]
        )
        return head if self.rng.random() < 0.2 else f"{head} {pick(parts['ORG'])}"

    def street(self) -> str:
        """A street line."""
        name = self.rng.choice(
            [
                self.family().capitalize(),
                self.rng.choice(self.parts["TREE"]),
                self.rng.choice(self.parts["FEATURE"]),
                self.place(),
            ]
        )
        side = self.rng.choice(["", "", "", "N ", "S. ", "West "])
        line = f"{self.rng.randint(1, 19999)} {side}{name} {self.rng.choice(self.parts['STREET'])}"
        if self.rng.random() < 0.25:
            line += f", {self.rng.choice(['Apt', 'Apt.', 'Unit', '#', 'Suite', 'Ste'])} {self.rng.randint(1, 900)}"
        return line

    def substitute(self, pieces: Pieces) -> Pieces:
        """The same note about other people, places, days and numbers; one new name for each old one."""
        mapping: dict[str, str] = {}
        out: Pieces = []
        for kind, words in pieces:
            if not kind:
                out.append((kind, words))
            elif kind in _NAMES:
                out.append((kind, self._name(words, mapping)))
            elif kind in ("DATE", "DATE_WEAK"):
                out.append((kind, self.date(words)))
            elif kind == "CITY":
                out.append((kind, like_phrase(words, self.place()) if self.rng.random() < 0.8 else words))
            elif kind == "FACILITY":
                short = len(words.split()) < 2
                out.append((kind, words if short or self.rng.random() < 0.4 else like_phrase(words, self.facility())))
            elif kind == "ORGANIZATION":
                short = len(words.split()) < 2
                out.append(
                    (kind, words if short or self.rng.random() < 0.6 else like_phrase(words, self.organization()))
                )
            elif kind == "STREET":
                keep = not words[:1].isdigit() or self.rng.random() < 0.2
                out.append((kind, words if keep else like_phrase(words, self.street())))
            elif kind in ("EMAIL", "URL", "COUNTY", "STATE", "AGE_90PLUS"):
                out.append((kind, words))
            else:
                out.append((kind, self.letters(words)))
        return out

    def _name(self, surface: str, mapping: dict[str, str]) -> str:
        tokens = list(re.finditer(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", surface))
        comma = "," in surface

        def swap(m: re.Match[str]) -> str:
            word = m.group()
            key = word.lower()
            if key in ("jr", "sr", "ii", "iii", "iv") or (key in self._particles and len(tokens) > 1):
                return word
            if key not in mapping:
                if len(word) == 1:
                    mapping[key] = self.rng.choice("abcdefghijklmnoprstvwyz")
                elif len(word) <= 3 and (word.isupper() or not set(key) & set("aeiouy")) and len(tokens) == 1:
                    mapping[key] = "".join(self.rng.choice("abcdefghijklmnoprstvwyz") for _ in word)
                else:
                    is_first, is_last = key in self._first_set, key in self._last_set
                    given = is_first if is_first != is_last else (m is not tokens[-1]) != comma
                    mapping[key] = self.given() if given else self.family()
            return like(word, mapping[key])

        parts, at = [], 0
        for m in tokens:
            parts.append(surface[at : m.start()])
            parts.append(swap(m))
            at = m.end()
        parts.append(surface[at:])
        return "".join(parts)


def like_phrase(pattern: str, phrase: str) -> str:
    """``phrase`` in the case of ``pattern``."""
    if pattern.isupper():
        return phrase.upper()
    if pattern.islower():
        return phrase.lower()
    return phrase
