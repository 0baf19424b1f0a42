"""Puts short pieces of ``fragments.tsv`` between the sentences of a training note, their slots filled with inventions.

Used by ``models/train.py`` alone. Every choice comes from the ``random.Random`` handed in.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from marked import Pieces
from surrogates import Surrogates

from noteproc.redaction import lexicon as lx

_SLOT = re.compile(r"\{(\w+)\}")
_SEAM = re.compile(r"(?<=[.;])[ ](?=[A-Z])|\n")
_LETTERS = "abcdefghijklmnoprstvwyz"
_CREDENTIALS = ("RN", "MD", "DO", "PA-C", "NP", "FNP-BC", "LPN", "DPM", "RT", "CNM", "CRNA", "PT, DPT", "PharmD", "MA")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
_MONTHS_LATE = ("November", "December")
_SERVICES = (
    *("rad onc", "med onc", "surg", "ortho", "psych", "sports psych", "anes", "cards", "GI", "ID", "endo", "neuro"),
    *("hepatology", "ENT", "uro", "OB", "peds", "derm", "pulm", "renal", "wound care", "nutrition", "SW", "LC", "PT"),
)
_ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty-first",
    "twenty-second",
    "twenty-third",
)


class Fragments:
    """Invents fragments.

    Args:
        surrogates: names, places and numbers.
        rng: the only source of chance.
    """

    def __init__(self, surrogates: Surrogates, rng: random.Random) -> None:
        self._surrogates = surrogates
        self._rng = rng
        self._things = lx.read_words("everyday_words.txt")
        self._forms: dict[str, list[str]] = {}
        for line in lx.read_lines(Path(__file__).with_name("fragments.tsv")):
            kind, _, words = line.partition("\t")
            self._forms.setdefault(kind, []).append(words)

    def scattered(self, pieces: Pieces) -> Pieces:
        """The note with up to five fragments at line ends and between sentences."""
        rng = self._rng
        if rng.random() < 0.3:
            return pieces
        wanted = rng.randint(1, 5)
        seams = [
            (at, m.start(), m.end())
            for at, (kind, words) in enumerate(pieces)
            if not kind
            for m in _SEAM.finditer(words)
        ]
        chosen = sorted(rng.sample(seams, min(wanted, len(seams))), reverse=True)
        out = list(pieces)
        for at, start, end in chosen:
            words = out[at][1]
            seam = words[start:end]
            before = ("\n" if seam == "\n" and rng.random() < 0.6 else " ") if rng.random() < 0.9 else "   "
            glue = "" if words[:start].endswith((".", ";")) or "\n" in before else rng.choice((". ", ", ", "; ", ""))
            out[at : at + 1] = [
                ("", words[:start] + glue + before),
                *self.fragment(),
                ("", rng.choice(("", ".", ".", ",")) + (seam if seam == "\n" else rng.choice((" ", "  ", "\n")))),
                ("", words[end:]),
            ]
        return out

    def fragment(self) -> Pieces:
        """One fragment, in a case of its own."""
        rng = self._rng
        kind = rng.choices(("sign", "note", "plain"), (0.36, 0.38, 0.26))[0]
        form = rng.choice(self._forms[kind])
        out: Pieces = []
        at = 0
        for m in _SLOT.finditer(form):
            out.append(("", form[at : m.start()]))
            out.append(self._filled(m[1]))
            at = m.end()
        out.append(("", form[at:]))
        draw = rng.random()
        if draw < 0.08:
            return [(k, w.upper()) for k, w in out]
        if draw < 0.2:
            return [(k, w if k else w.lower()) for k, w in out]
        if draw < 0.3:
            return [(k, w.lower()) for k, w in out]
        return [(k, w) for k, w in out if w]

    def _filled(self, slot: str) -> tuple[str, str]:
        rng, s = self._rng, self._surrogates
        given, family = s.given().capitalize(), s.family().capitalize()
        letter = rng.choice(_LETTERS)
        if slot in ("i", "I", "j"):
            shown = self._letters()
            upper = slot == "I" or (slot == "i" and rng.random() < 0.5)
            return "NAME_CLINICIAN", shown.upper() if upper else shown
        if slot == "dotted":
            return "NAME_CLINICIAN", ".".join(self._letters().upper()) + "."
        if slot == "user":
            return "USERNAME", self._user()
        if slot in ("clin", "clinl", "oclin"):
            shown = self._full(given, family)
            kind = "NAME_OTHER" if slot == "oclin" else "NAME_CLINICIAN"
            return kind, shown.lower() if slot == "clinl" else shown
        if slot in ("fam", "faml"):
            return "NAME_CLINICIAN", family if slot == "fam" else family.lower()
        if slot in ("wfam", "wfamu"):
            wordy = rng.choice(s.wordy_last).capitalize()
            return "NAME_CLINICIAN", wordy if slot == "wfam" else wordy.upper()
        if slot == "ofam":
            return "NAME_OTHER", family
        if slot in ("pfirst", "pnick"):
            return "NAME_PATIENT", given if slot == "pfirst" or rng.random() < 0.5 else given[:3]
        if slot in ("pfam", "fampt"):
            return "NAME_PATIENT", family
        if slot in ("pfamu", "pfirstu"):
            return "NAME_PATIENT", (family if slot == "pfamu" else given).upper()
        if slot in ("pfamilyl", "pfirstl"):
            return "NAME_PATIENT", (family if slot == "pfamilyl" else given).lower()
        if slot == "first":
            return "NAME_OTHER", given
        if slot == "firstl":
            return "NAME_OTHER", given.lower() if rng.random() < 0.7 else given
        if slot == "first2":
            return "NAME_OTHER", f"{given}-{s.given().lower()}" if rng.random() < 0.5 else given
        if slot == "wordy":
            return "NAME_OTHER", rng.choice(s.wordy_first).capitalize()
        if slot == "grand":
            return "NAME_OTHER", rng.choice(("Abuela", "Nonna", "Oma", "Granny", "Lola", "Nana", "Teta"))
        if slot == "letter":
            return "NAME_OTHER", letter
        if slot == "nick":
            return "FACILITY", rng.choice(s.parts["NICK"])
        if slot in ("fac", "facl", "facu"):
            shown = s.facility()
            return "FACILITY", shown.lower() if slot == "facl" else shown.upper() if slot == "facu" else shown
        if slot in ("org", "orgl", "orgu"):
            shown = s.organization()
            return "ORGANIZATION", shown.lower() if slot == "orgl" else shown.upper() if slot == "orgu" else shown
        if slot in ("city", "cityl"):
            place = s.place() if rng.random() < 0.5 else self._town(family)
            return "CITY", place.lower() if slot == "cityl" else place
        if slot == "county":
            return "COUNTY", family
        if slot == "street":
            return "STREET", s.street()
        if slot == "road":
            head = rng.choice((f"Hwy {rng.randint(1, 400)}", f"{family} {rng.choice(s.parts['STREET'])}"))
            return "STREET", head if rng.random() < 0.7 else f"{rng.randint(2, 60)}th"
        if slot == "croad":
            return "STREET", f"County Road {rng.choice((str(rng.randint(2, 900)), rng.choice(_LETTERS).upper()))}"
        if slot == "ordinal":
            return "STREET", f"{rng.randint(4, 60)}th"
        if slot == "zip":
            return "ZIP", f"{rng.randint(1001, 99950):05d}"
        return self._plain(slot) or self._number(slot)

    def _plain(self, slot: str) -> tuple[str, str] | None:
        """What fills a slot without being anybody's: a word, a service, a product of no list."""
        rng, s = self._rng, self._surrogates
        if slot in ("thing", "thingc", "thingu"):
            thing = rng.choice(self._things)
            return "", thing if slot == "thing" else thing.capitalize() if slot == "thingc" else thing.upper()
        if slot == "brand":
            return "", s.family_spelling.invent(rng).capitalize()
        if slot == "brand2":
            return "", rng.choice(("Expert", "Opn", "XT", "Pro", "Plus", "Aera", "Max", "II", "S3", "Evo"))
        if slot == "cred":
            return "", rng.choice(_CREDENTIALS)
        if slot == "svc":
            return "", rng.choice(_SERVICES)
        if slot == "pro":
            return "", rng.choice(("her", "him", "them"))
        if slot == "num1":
            return "", str(rng.randint(1, 9))
        return None

    def _number(self, slot: str) -> tuple[str, str]:
        rng = self._rng
        month, day = rng.randint(1, 12), rng.randint(1, 31)
        year = rng.randint(2015, 2027)
        if slot == "sd":
            return "DATE", rng.choice((f"{month}/{day}", f"{month}/{day}", f"{month:02d}/{day:02d}", f"{month}-{day}"))
        if slot == "fd":
            return "DATE", rng.choice(
                (f"{month}/{day}/{year}", f"{month:02d}/{day:02d}/{year % 100}", f"{year}-{month:02d}-{day:02d}")
            )
        if slot == "iso":
            return "DATE", f"{year}-{month:02d}-{day:02d}T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
        if slot == "dots":
            return "DATE", f"{day:02d}.{month:02d}"
        if slot == "dots2":
            return "DATE", f"{month}.{day}.{year % 100}"
        if slot == "month":
            return "DATE", rng.choice(_MONTHS + _MONTHS_LATE)
        if slot == "monthw":
            return "DATE", rng.choice(("May", "March", "April", "August", "June", "Sept", "Oct"))
        if slot == "wd":
            return "DATE", self._worded()
        if slot == "time":
            return "", f"{rng.randint(0, 23):02d}{rng.choice(('', ':'))}{rng.randint(0, 59):02d}"
        if slot == "age90":
            return "AGE_90PLUS", str(rng.randint(90, 103))
        if slot in ("num", "num3"):
            return "OTHER_ID", str(rng.randint(10_000, 9_999_999) if slot == "num" else rng.randint(2, 999))
        kinds = {"id": "OTHER_ID", "dev": "DEVICE_ID", "mrn": "MRN", "lic": "LICENSE", "plan": "HEALTH_PLAN_ID"}
        if slot in kinds:
            return kinds[slot], self._identifier()
        return "PHONE", self._phone(slot)

    def _letters(self) -> str:
        return "".join(self._rng.choice(_LETTERS) for _ in range(self._rng.choice((2, 2, 2, 3, 3, 4))))

    def _user(self) -> str:
        rng, s = self._rng, self._surrogates
        given, family = s.given().lower(), s.family().lower().replace("-", "")
        tail = rng.choice(("", "", str(rng.randint(1, 9)), f"{rng.randint(1, 99):02d}"))
        shown = rng.choice(
            (
                given[0] + family + tail,
                given[0] + family[:7] + tail,
                family + given[0] + tail,
                f"{given}.{family}",
                f"{given[0]}.{family}",
                given[:3] + family[:3] + str(rng.randint(1, 999)),
                rng.choice(_LETTERS) + str(rng.randint(10_000, 999_999)),
            )
        )
        return shown.upper() if rng.random() < 0.25 else shown

    def _full(self, given: str, family: str) -> str:
        rng = self._rng
        letter = rng.choice(_LETTERS).upper()
        particle = rng.choice(("de la ", "van der ", "de ", "al-", "del ", "O'", "Mc", "St. "))
        return rng.choice(
            (
                f"{given} {family}",
                f"{given} {family}",
                f"{given[0]}. {family}",
                f"{given[0]}. {letter}. {family}",
                f"{given} {letter}. {family}",
                f"{family}, {given}",
                f"{family}, {letter}",
                f"{given} {letter}.",
                f"{given} {particle}{family}",
                f"{given[0]}. {particle}{family}",
                f"{given} {family}-{self._surrogates.family().capitalize()}",
            )
        )

    def _town(self, family: str) -> str:
        rng, parts = self._rng, self._surrogates.parts
        return rng.choice(
            (
                family + rng.choice(("ville", "ton", "burg", " Springs", " Falls", "", " City", "dale")),
                f"{rng.choice(parts['TREE'])} {rng.choice(parts['FEATURE'])}",
                f"Port {family}",
            )
        )

    def _worded(self) -> str:
        rng = self._rng
        day = rng.randint(1, 31)
        figure = f"{day}{'th' if 10 < day < 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"
        month = rng.choice(_MONTHS + _MONTHS_LATE)
        word = rng.choice(_ORDINALS)
        return rng.choice(
            (
                f"the {figure}",
                f"the {figure}",
                f"the {word} of {month}",
                f"{month} the {word}",
                f"the {figure} of {month}",
                f"the {word}",
                f"{figure} day of {month}",
                f"{month} {figure}",
            )
        )

    def _identifier(self) -> str:
        rng = self._rng
        upper = "ABCDEFGHJKLMNPRSTVWXYZ"
        form = rng.choice(
            (
                "######",
                "#######",
                "########",
                "@ ## ####",
                "@ ## ## ####",
                "@####",
                "@# ####",
                "@#-# ####",
                "@@@####",
                "@@-####",
                "@@-##-####",
                "@@#####",
                "@#@##@",
                "##@@#####",
                "##-####-@",
                "### ## #",
                "## ### #",
                "# # # # #",
                "# # # # @",
                "#### ## ####",
                "#### #### ##",
                "@@ #### #### ##",
                "@-## ### ###",
                "@@@-##-####",
                "##-##-##",
                "#### ####",
                "@@@@##",
                "# #### ####",
                "@@/##/#####",
                "@@##@@##",
                "###-##-####",
                "#####-###",
            )
        )
        return "".join(rng.choice("0123456789") if c == "#" else rng.choice(upper) if c == "@" else c for c in form)

    def _phone(self, slot: str) -> str:
        rng = self._rng
        if slot == "ph4":
            return str(rng.randint(1000, 99_999))
        form = (
            rng.choice(("###-####", "### ####", "###.####", "#-####", "###-# ###"))
            if slot == "ph7"
            else rng.choice(
                (
                    "###-###-####",
                    "(###) ###-####",
                    "### ### ####",
                    "###.###.####",
                    "### ### # ###",
                    "### ### #### x##",
                    "###-# ##-####",
                    "#### ### ###",
                    "### # # # ####",
                )
            )
        )
        return "".join(rng.choice("23456789") if c == "#" else c for c in form)
