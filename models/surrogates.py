"""Multiplies marked notes: each marked span is replaced by an invented one, cases and line breaks are varied.

Used by ``models/train.py`` alone. Every choice comes from the ``random.Random`` handed in.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from noteproc.redaction import lexicon as lx

_MARK = re.compile(r"⟦([A-Z_0-9]+)\|([^⟦⟧|]*)⟧")
_NAMES = {"NAME_PATIENT", "NAME_CLINICIAN", "NAME_OTHER"}
_MONTHS = (
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
)
_CARE = [
    "Hospital",
    "Medical Center",
    "Regional Medical Center",
    "Memorial Hospital",
    "General Hospital",
    "Community Hospital",
    "Clinic",
    "Health Center",
    "Family Medicine",
    "Internal Medicine",
    "Orthopedics",
    "Surgical Associates",
    "Heart Center",
    "Cancer Center",
    "Rehab",
    "Rehabilitation Center",
    "Nursing Home",
    "Manor",
    "Care Center",
    "Urgent Care",
    "Pharmacy",
    "Surgery Center",
    "Imaging",
    "Dialysis",
    "Hospice",
    "Pediatrics",
    "Women's Health",
    "Home Health",
    "Eye Institute",
    "Pain Center",
    "Behavioral Health",
    "Elementary School",
    "High School",
    "Middle School",
    "University Hospital",
    "Children's Hospital",
    "Veterans Hospital",
    "Skilled Nursing",
    "Assisted Living",
    "Health System",
    "Healthcare",
    "Wellness Center",
]
_CARE_FIRST = [
    "St. {last}",
    "Saint {first}",
    "Mount {last}",
    "Our Lady of {place}",
    "{place}",
    "{place} {feature}",
    "{last}",
    "{feature} {feature}",
    "{tree} {feature}",
    "Good Samaritan",
    "Sacred Heart",
    "Mercy",
    "Providence",
    "Holy {word}",
    "North {place}",
    "South {place}",
    "East {place}",
    "West {feature}",
    "{last}-{last}",
    "{tree}",
    "{place} County",
    "{word} {feature}",
    "Lake {last}",
]
_FEATURES = [
    "Ridge",
    "Valley",
    "Creek",
    "River",
    "Hills",
    "Lake",
    "Bay",
    "Harbor",
    "Grove",
    "Meadow",
    "Meadows",
    "Springs",
    "Canyon",
    "Mesa",
    "Prairie",
    "Point",
    "Shore",
    "Falls",
    "Crossing",
    "Park",
    "Haven",
    "Summit",
    "Bluff",
    "Pines",
    "Oaks",
    "Brook",
    "Bridge",
    "Glen",
    "Hollow",
    "Island",
    "Mountain",
    "View",
    "Plains",
    "Forest",
    "Field",
    "Gate",
    "Landing",
    "Mill",
    "Orchard",
    "Run",
]
_TREES = [
    "Oak",
    "Maple",
    "Cedar",
    "Elm",
    "Birch",
    "Pine",
    "Willow",
    "Aspen",
    "Sycamore",
    "Juniper",
    "Magnolia",
    "Cypress",
    "Laurel",
    "Hickory",
    "Walnut",
    "Redwood",
    "Spruce",
    "Ash",
    "Poplar",
    "Linden",
]
_WORDS = [
    "Blue",
    "Silver",
    "Golden",
    "Green",
    "White",
    "Red",
    "Copper",
    "Iron",
    "Stone",
    "Granite",
    "Sunrise",
    "Sunset",
    "Liberty",
    "Unity",
    "Hope",
    "Grace",
    "Trinity",
    "Cross",
    "Family",
    "Pioneer",
    "Frontier",
    "Heritage",
    "Evergreen",
    "Crystal",
    "Clear",
    "Bright",
    "High",
    "Eagle",
    "Falcon",
    "Heron",
]
_ORG_LAST = [
    "Inc",
    "Inc.",
    "LLC",
    "Construction",
    "Logistics",
    "Insurance",
    "Mutual",
    "Foods",
    "Baptist Church",
    "Lutheran Church",
    "School District",
    "Fire Department",
    "Police Department",
    "Trucking",
    "Freight",
    "Farms",
    "Market",
    "Bakery",
    "Motors",
    "Manufacturing",
    "Steel",
    "Supply",
    "Medical Supply",
    "Roofing",
    "Electric",
    "Union Local 212",
    "Transit",
    "Casino",
    "Health Plan",
    "Foundation",
    "Credit Union",
    "Law Group",
    "& Sons",
    "Brothers",
    "Airlines",
    "Industries",
    "Landscaping",
    "Plumbing",
    "Staffing",
]
_STREET_LAST = [
    "Street",
    "St",
    "St.",
    "Avenue",
    "Ave",
    "Ave.",
    "Road",
    "Rd",
    "Rd.",
    "Lane",
    "Ln",
    "Drive",
    "Dr",
    "Dr.",
    "Court",
    "Ct",
    "Ct.",
    "Blvd",
    "Boulevard",
    "Way",
    "Place",
    "Pl",
    "Terrace",
    "Circle",
    "Cir",
    "Trail",
    "Pkwy",
    "Hwy",
    "Loop",
]


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with its spans: (start, end, type), in order."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def unmark(marked: str) -> MarkedText:
    """The text and spans of a note in the corpus format."""
    pieces = pieces_of(marked)
    return join(pieces)


def pieces_of(marked: str) -> list[tuple[str, str]]:
    """The note as (type or "", words) pieces."""
    pieces: list[tuple[str, str]] = []
    at = 0
    for m in _MARK.finditer(marked):
        pieces.append(("", marked[at : m.start()]))
        pieces.append((m[1], m[2]))
        at = m.end()
    pieces.append(("", marked[at:]))
    return pieces


def join(pieces: list[tuple[str, str]]) -> MarkedText:
    """Pieces put together again."""
    out: list[str] = []
    spans: list[tuple[int, int, str]] = []
    at = 0
    for kind, words in pieces:
        if kind and words:
            spans.append((at, at + len(words), kind))
        out.append(words)
        at += len(words)
    return MarkedText("".join(out), tuple(spans))


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
        self.first = sorted({w for w in lx.read_words("first_names.txt") if len(w) > 1})
        self.last = sorted({w for w in lx.read_words("surnames.txt") if len(w) > 1})
        self.extra_first, self.extra_last = extra_first, extra_last
        self.cities = sorted(set(lx.read_phrases("cities.txt")))
        self.holidays = lx.read_phrases("holidays.txt")
        self._first_set, self._last_set = set(self.first), set(self.last)
        self.wordy_first = [w for w in self.first if w in _WORDY]
        self.wordy_last = [w for w in self.last if w in _WORDY]

    def given(self) -> str:
        draw = self.rng.random()
        pool = self.wordy_first if draw < 0.1 else self.extra_first if draw < 0.5 and self.extra_first else self.first
        return self.rng.choice(pool)

    def family(self) -> str:
        draw = self.rng.random()
        pool = self.wordy_last if draw < 0.1 else self.extra_last if draw < 0.5 and self.extra_last else self.last
        name = self.rng.choice(pool)
        if draw > 0.95:
            name += "-" + self.rng.choice(self.last)
        elif draw > 0.9:
            name = "".join(self.rng.choice(_SYLLABLES) for _ in range(self.rng.randint(2, 3)))
        return name

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
        return " ".join(p.capitalize() for p in self.rng.choice(self.cities).split())

    def facility(self) -> str:
        head = self.rng.choice(_CARE_FIRST).format(
            last=self.family().capitalize(),
            first=self.given().capitalize(),
            place=self.place(),
            feature=self.rng.choice(_FEATURES),
            tree=self.rng.choice(_TREES),
            word=self.rng.choice(_WORDS),
        )
        return f"{head} {self.rng.choice(_CARE)}"

    def organization(self) -> str:
        head = self.rng.choice(
            [
                self.family().capitalize(),
                self.place(),
                self.rng.choice(_TREES) + " " + self.rng.choice(_FEATURES),
                self.rng.choice(_WORDS),
            ]
        )
        return f"{head} {self.rng.choice(_ORG_LAST)}"

    def street(self) -> str:
        name = self.rng.choice(
            [self.family().capitalize(), self.rng.choice(_TREES), self.rng.choice(_FEATURES), self.place()]
        )
        side = self.rng.choice(["", "", "", "N ", "S. ", "West "])
        line = f"{self.rng.randint(1, 19999)} {side}{name} {self.rng.choice(_STREET_LAST)}"
        if self.rng.random() < 0.25:
            line += f", {self.rng.choice(['Apt', 'Apt.', 'Unit', '#', 'Suite', 'Ste'])} {self.rng.randint(1, 900)}"
        return line

    def substitute(self, pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The same note about other people, places, days and numbers; one new name for each old one."""
        mapping: dict[str, str] = {}
        out: list[tuple[str, str]] = []
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
            if key in ("jr", "sr", "ii", "iii", "iv") or (key in _PARTICLES and len(tokens) > 1):
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


def disturb(pieces: list[tuple[str, str]], rng: random.Random) -> list[tuple[str, str]]:
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


_PARTICLES = frozenset(lx.read_words("name_particles.txt"))
_SYLLABLES = [
    "ka",
    "mo",
    "ri",
    "ta",
    "ne",
    "lo",
    "vi",
    "sha",
    "dre",
    "mik",
    "tor",
    "bel",
    "zan",
    "qui",
    "fer",
    "nor",
    "wic",
    "hal",
    "sten",
    "gro",
    "pau",
    "lin",
    "der",
    "by",
    "ton",
    "ski",
    "oni",
    "ez",
    "ova",
    "ian",
    "ue",
    "yo",
    "chi",
    "nak",
    "ada",
    "ola",
]
_WORDY = frozenset(
    [
        "rose",
        "hunter",
        "grace",
        "april",
        "may",
        "june",
        "will",
        "chase",
        "mark",
        "bill",
        "art",
        "faith",
        "hope",
        "joy",
        "payne",
        "short",
        "long",
        "young",
        "bell",
        "graves",
        "parkinson",
        "foley",
        "babinski",
        "hodgkin",
        "crohn",
        "cushing",
        "addison",
        "park",
        "day",
        "rice",
        "bush",
        "stone",
        "brown",
        "white",
        "green",
        "gray",
        "cook",
        "baker",
        "price",
        "head",
        "foot",
        "hand",
        "heart",
        "temple",
        "skinner",
        "burns",
        "pope",
        "love",
        "strong",
        "little",
        "major",
        "early",
        "moody",
        "best",
        "christian",
        "frank",
        "dean",
        "case",
        "banks",
        "waters",
        "fields",
        "forest",
        "miles",
        "angel",
        "jesus",
        "virginia",
        "florence",
        "dallas",
        "paris",
        "jordan",
        "israel",
        "chad",
        "carolina",
        "georgia",
        "madison",
        "austin",
        "lincoln",
        "lane",
        "summer",
        "autumn",
        "dawn",
        "ivy",
        "iris",
        "lily",
        "violet",
        "pearl",
        "ruby",
        "crystal",
        "amber",
        "melody",
        "harmony",
        "sage",
        "reed",
        "glen",
        "dale",
        "rocky",
        "rusty",
        "sandy",
        "sunny",
        "star",
        "destiny",
        "mercy",
        "patience",
        "prudence",
        "constance",
        "pain",
        "lung",
        "brain",
        "bone",
        "cord",
        "black",
        "wood",
        "woods",
        "hill",
        "rivers",
        "brooks",
        "field",
        "church",
        "bishop",
        "king",
        "knight",
        "farmer",
        "fisher",
        "mason",
        "potter",
        "sharp",
        "wise",
        "good",
        "fox",
        "wolf",
        "hawk",
        "crane",
        "bird",
        "lamb",
        "drake",
        "swan",
        "wells",
        "cross",
        "cotton",
        "hood",
        "close",
        "english",
        "french",
        "nurse",
        "doctor",
        "winter",
        "frost",
        "snow",
    ]
)
