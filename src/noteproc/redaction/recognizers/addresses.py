"""Street lines, post boxes, towns with their states, counties and ZIP codes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.recognizers.corners import bracketed, corners
from noteproc.redaction.shapes import UNIT
from noteproc.redaction.words import Cues, Words, matches

_SUFFIXES = (
    "street|st|avenue|ave|av|boulevard|blvd|road|rd|lane|ln|drive|dr|court|ct|circle|cir|place|pl|way|terrace"
    "|terr|ter|trail|trl|parkway|pkwy|highway|hwy|square|sq|loop|alley|aly|plaza|plz|crescent|cres|turnpike|tpke|path"
    "|row|run|ridge|bend|crossing|xing|commons|cove|point|walk|expressway|freeway|causeway|broadway|hollow|annex"
    "|heights|mews|close|gardens|esplanade|landing|extension"
)
_SUFFIX = f"(?:{_SUFFIXES})"
_STREET = re.compile(
    rf"(?<![\w.,/-])(?:[NSEW]?\d{{1,6}}[A-Za-z]?(?:[\s-]\d/\d)?(?:-\d{{1,4}})?)\s{{1,3}}(?:(?:[NSEW]{{1,2}}\.?|north"
    rf"|south|east|west|northeast|northwest|southeast|southwest)\s{{1,3}})?"
    rf"(?:[A-Za-z'][\w'.-]{{0,20}}\s{{1,3}}|\d{{1,3}}(?:st|nd|rd|th)\s{{1,3}}){{1,4}}?{_SUFFIX}\b\.?(?:\s(?:(?:[NS][EW]?|[EW])\b\.?"
    rf"|north\b|south\b|east\b|west\b))?(?:{UNIT}){{0,2}}",
    re.IGNORECASE,
)
_ROUTE = re.compile(
    rf"(?<![\w.,/-])(?:[NSEW]?\d{{1,6}}\s{{1,3}})(?:[NSEW]\.?\s{{1,3}})?(?:(?:county|state|us|u\.s\.|old|farm)\s{{1,3}})?(?:road|rd"
    rf"|highway|hwy|route|rte|rt|fm|cr|sr|rural\s{{1,3}}route)\s{{1,3}}#?\d{{1,5}}[A-Za-z]?\b(?!\.\d)(?:{UNIT})?"
    rf"|(?<![\w.])(?:rural\s{{1,3}}route|r\.?\s?r\.?|hc)\s?#?\s?\d{{1,3}}[,\s]+box\s{{1,3}}\d{{1,5}}[A-Za-z]?",
    re.IGNORECASE,
)
_BOX = re.compile(r"\b(?:p\.?\s?o\.?\s?box|post\s{1,3}office\s{1,3}box|po\s{1,3}bx)\s{1,3}#?\d{1,6}\b", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"(?<![\w.,/-])\d{{1,6}}\s{{1,3}}(?:(?:[NSEW]{{1,2}}\.?)\s{{1,3}})?\d{{1,3}}(?:st|nd|rd|th)\s{{1,3}}{_SUFFIX}\b\.?(?:{UNIT})?",
    re.IGNORECASE,
)
_ROAD = re.compile(
    r"\b(?:on|at|off|near|along|of)\s{1,3}((?:[A-Z][\w'-]{1,20}\s){1,3}(?:Road|Rd|Street|Avenue|Ave|Lane|Boulevard|Blvd|Highway|Parkway))\b"
)
# "1650 W. Capitol", "118 S 13th": a house, a letter of the compass and a name.
_COMPASS = re.compile(
    rf"(?<![\w.,/-])\d{{2,5}}\s[NSEW]\.?\s(?:[A-Z][a-z]{{2,15}}(?:\s[A-Z][a-z]{{2,15}})?|\d{{1,3}}(?:st|nd|rd|th))\b(?:{UNIT})?"
)
# "Off Rt 19", "on I-80", "on MT-1".
_NUMBERED_ROAD = re.compile(
    r"\b(?:on|off|near|along|at|from|of|hwy|down|past|behind)\s{1,2}((?:(?:Rte?|Route|Hwy|Highway|US|U\.S\.|SR|CR|FM)\.?\s{1,2}|"
    r"(?:I|US|SR|[A-Z]{2})-)\d{1,4}[A-Z]?(?:\s{1,2}(?:at|@|mm|mile|exit)\s{1,2}(?:exit\s{1,2})?\d{1,4})?)\b(?![-/.]\d)"
)
# "hwy 34", "interstate 10", "I-80": a road by its number wherever it stands; "I-131" is no road.
_HIGHWAY = re.compile(
    r"\b(?:(?:(?:us|u\.s\.|state|county|old|farm|navajo)\s)?(?:hwy|highway|interstate|route|rte)\s"
    r"(?:#?[1-9]\d{0,3}[A-Z]?\b(?![-/.]\d)"
    r"|(?:five|eight|ten|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b"
    r"(?:[ -](?:one|two|three|four|five|six|seven|eight|nine)\b)?)|i-(?!12[1345]\b|131\b)\d{2,3}\b(?![-/.]\d))",
    re.IGNORECASE,
)
_HIGHWAYS = Cues(
    {"hwy", "highway", "interstate", "route", "rte", "i", "us", "u", "state", "county", "old", "farm", "navajo"}
)
# "mile marker 127", "at MP 331", "near exit 9".
_MILE = re.compile(
    r"\b(?:mile\s?(?:marker|post)|milepost|(?:(?<=at )|(?<=near )|(?<=past )|(?<=around ))(?:mile|mm|mp|exit))"
    r"\s#?\d{1,4}[A-Z]?\b(?![-/.]\d)",
    re.IGNORECASE,
)
_MILES = Cues({"mile", "milemarker", "milepost", "mm", "mp", "exit"})
_ZIP = re.compile(r"\d{5}(?:-\d{4})?(?![\w-]|\.\d)")
_COUNTY = re.compile(
    r"\b((?:(?:St\.|Saint|San|Santa|El|La|Los|Del|De|Fort|Prince|King|Queen|New|North|South|East"
    r"|West)\s{1,3})?[A-Z][\w'.-]{2,20}(?:\s[A-Z][\w'-]{2,20})?)\s{1,3}(?:County|Parish|Borough|COUNTY|PARISH|Co\.)(?![\w])"
)
_COUNTY_OF = re.compile(r"\b[Cc]ounty\s{1,3}of\s{1,3}([A-Z][\w'-]{2,20}(?:\s[A-Z][\w'-]{2,20})?)")
_NOT_STREET = re.compile(
    r"^\S+\s{1,3}(?:o'?clock|mg|mcg|ml|cc|cm|mm|units?|weeks?|days?|hours?|hrs?|min(?:utes)?|years?|yrs?|yo|y|months?|pounds?"
    r"|lbs?|miles?|blocks?|steps?|feet|ft|tablets?|caps?|times|x|fr|french|gauge|and|or|of|to|in|on|at|was|were|is|the|by|with|for|beats"
    r"|degrees|percent|g|kg)\b",
    re.IGNORECASE,
)


# "age 9   school Pine Ridge": figures that say their own meaning are no house.
_NO_HOUSE = re.compile(r"\b(?:age|aged|grade|gr|visit|day|week|wk|pod|hd|room|rm|bed|x)[ :#]{1,3}$", re.IGNORECASE)
_HEAD_LINE = re.compile(r"^\d{1,3}[MF]\s|\b(?:MRN|DOB|DOS|DOV|SSN|PT|PCP|ID)\b")
_STREET_WORDS = frozenset(w for w, kind in lx.read_pairs("word_classes.tsv") if kind == "STREET") | {
    "terr",
    "extension",
}
_STREETS = Cues(_SUFFIXES.split("|"))
_LONGEST_HOUSE = 6
# How far behind a house the kind of its street may begin: four words of up to 21 letters between them.
_HOUSE_TO_STREET = 130
# The same of the word of a road with a number: a letter of the compass and whose road it is.
_HOUSE_TO_ROUTE = 40
_COMPASS_LETTERS = Cues("nsew")
_COMPASS_POINTS = frozenset("NSEWnsewſ")
_ROUTE_WORDS = Cues({"road", "rd", "highway", "hwy", "route", "rte", "rt", "fm", "cr", "sr", "rr", "hc", "box"})
_BOX_WORDS = Cues({"box", "bx", "obox", "pobox"})
# The words with which the patterns above begin, where they begin with no number.
_ROUTE_OPENINGS = Cues({"rural", "r", "rr", "hc"})
_BOX_OPENINGS = Cues({"p", "po", "pobox", "post"})
_ROAD_OPENINGS = Cues({"on", "at", "off", "near", "along", "of"})
_NUMBERED_ROAD_OPENINGS = Cues({"on", "off", "near", "along", "at", "from", "of", "hwy", "down", "past", "behind"})
_COUNTIES = Cues({"county"})
_COUNTY_WORDS = Cues({"county", "parish", "borough", "co"})
_COUNTIES_SHOWN = ("County", "Parish", "Borough", "COUNTY", "PARISH", "Co.")
_AFTER_STREET = re.compile(
    r"[\s,]{0,4}\n?[ \t]{0,40}([A-Za-z][A-Za-z.' -]{1,30}?)[\s,]{1,3}([A-Z]{2}"
    r"|[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)\.?[\s,]{1,3}(\d{5}(?:-\d{4})?)(?!\d)"
)
_TOWN_AFTER_STREET = re.compile(
    r",[ \t]{0,20}\n?[ \t]{0,40}([A-Z][A-Za-z.']{1,20}(?:[ -][A-Z][A-Za-z.']{1,20}){0,2})(?:,[ ]?([A-Z]{2}"
    r"|[A-Z][a-z]+)\b)?"
)


class AddressRecognizer(NoteRecognizer):
    """Street addresses, towns, counties and ZIP codes."""

    kinds = ("STREET_ADDRESS", "CITY", "COUNTY", "STATE", "ZIP_CODE")

    def __init__(self) -> None:
        super().__init__()
        names = sorted(self.lexicon.states.values(), key=lambda s: (-len(s), s))
        self._state = re.compile(
            r"(?:"
            + "|".join(sorted(self.lexicon.states))
            + r"|"
            + "|".join(re.escape(n.title()).replace(" Of ", " of ") for n in names)
            + r"|[A-Z][a-z]{2,4}\.)(?!\w)"
        )
        self._state_names = frozenset(names)
        self._abbreviations = {name: short for short, name in self.lexicon.states.items()}
        self._zips = {state: tuple(starts.split()) for state, starts in lx.read_pairs("state_zips.tsv")}

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every part of an address."""
        text = words.text
        seen = words.vocabulary.keys()
        # A house number may have a letter of the compass before it.
        suffixes = words.opening(_STREETS)
        streets = bool(suffixes) and not seen.isdisjoint(_STREET_WORDS)
        routes = words.opening(_ROUTE_WORDS)
        before_streets = self._houses(words, suffixes, _HOUSE_TO_STREET) if streets else []
        before_routes = self._houses(words, routes, _HOUSE_TO_ROUTE)
        for pattern, score, starts in (
            (_STREET, 0.9, before_streets),
            (_ROUTE, 0.93, sorted([*before_routes, *words.opening(_ROUTE_OPENINGS)]) if routes else ()),
            (_BOX, 0.97, words.opening(_BOX_OPENINGS) if words.among(_BOX_WORDS) else ()),
            (_NUMBERED, 0.95, before_streets),
        ):
            for m in matches(pattern, text, starts):
                shown = m.group()
                if "\n" in shown or _NOT_STREET.match(shown) or _HEAD_LINE.search(shown):
                    continue
                if _NO_HOUSE.search(text, max(0, m.start() - 10), m.start()):
                    continue
                doubtful = pattern is _STREET and not self._proper(shown)
                end = bracketed(text, m.start() + len(shown.rstrip(" ,")))
                yield Hit(m.start(), end, "STREET_ADDRESS", MAYBE if doubtful else score)
                if not doubtful:
                    yield from self._after_street(text, end)
        if streets:
            for m in matches(_ROAD, text, words.opening(_ROAD_OPENINGS)):
                yield Hit(m.start(1), m.end(1), "STREET_ADDRESS", 0.8)
        for m in matches(_COMPASS, text, [words.starts[i - 1] for i in words.among(_COMPASS_LETTERS) if i]):
            yield Hit(m.start(), m.end(), "STREET_ADDRESS", 0.75)
        for m in matches(_NUMBERED_ROAD, text, words.opening(_NUMBERED_ROAD_OPENINGS)):
            plain = m[1][:2].isupper() and m[1][2:3] == "-" and not self.lexicon.bits(m[1][:2].lower()) & lx.STATE
            if not plain or m[1][:2] in ("US", "SR"):
                yield Hit(m.start(1), m.end(1), "STREET_ADDRESS", 0.7)
        for pattern, openings in ((_HIGHWAY, _HIGHWAYS), (_MILE, _MILES)):
            for m in matches(pattern, text, words.opening(openings)):
                yield Hit(m.start(), m.end(), "STREET_ADDRESS", 0.65)
        yield from corners(words)
        yield from self._town_and_state(words)
        counties = words.among(_COUNTY_WORDS) and any(shown in text for shown in _COUNTIES_SHOWN)
        for m in _COUNTY.finditer(text) if counties else ():
            first = m[1].split()[0].lower()
            if first not in ("the", "our", "this", "your", "local", "his", "her", "rural", "neighboring", "another"):
                yield Hit(m.start(), m.end(), "COUNTY", 0.55 if m.group().endswith("Co.") else 0.93)
        for m in matches(_COUNTY_OF, text, words.opening(_COUNTIES)):
            yield Hit(m.start(1), m.end(1), "COUNTY", 0.93)
        yield from self._cities(words)

    @staticmethod
    def _houses(words: Words, marks: list[int], reach: int) -> list[int]:
        """Where the number of a house may begin, with the letter of the compass before it or without.

        Args:
            words: the words of the text.
            marks: where words of streets begin, in order.
            reach: how far before one of them.
        """
        text, numbers = words.text, words.numbers
        near: set[int] = set()
        for mark in marks:
            near.update(numbers[bisect_left(numbers, words.at(mark - reach)) : bisect_left(numbers, words.at(mark))])
        houses: list[int] = []
        for i in sorted(near):
            start, end = words.starts[i], words.ends[i]
            if end - start <= _LONGEST_HOUSE:
                before = text[start - 1] if start else " "
                if before in _COMPASS_POINTS:
                    houses.append(start - 1)
                if not (before.isalnum() or before in "_.,/-"):
                    houses.append(start)
        return houses

    def _proper(self, shown: str) -> bool:
        parts = shown.split()[1:]
        alphabetic = [p.strip(".,#") for p in parts if p[:1].isalpha()]
        if not alphabetic:
            return True
        capital = sum(p[:1].isupper() for p in alphabetic)
        if capital == len(alphabetic):
            suffix = alphabetic[-1].lower()
            return not (
                suffix
                in (
                    "dr",
                    "st",
                    "ct",
                    "pl",
                    "pt",
                    "close",
                    "point",
                    "run",
                    "row",
                    "path",
                    "walk",
                    "way",
                    "place",
                    "ridge",
                )
                and len(alphabetic) == 1
            )
        bits = [self.lexicon.bits(p.lower()) for p in alphabetic[:-1]]
        return (
            bool(bits)
            and all(not b & (lx.ORDINARY | lx.CLINICAL | lx.UNITWORD) or b & lx.NAME for b in bits)
            and len(shown.split()[0]) >= 2
        )

    def _after_street(self, text: str, end: int) -> Iterator[Hit]:
        """Town, state and ZIP that follow a street line, on the same line or the next."""
        m = _AFTER_STREET.match(text, end)
        if m and (m[2].upper() in self.lexicon.states or m[2].lower() in self._state_names):
            yield Hit(m.start(1), m.end(2), "CITY", 0.97)
            yield Hit(m.start(3), m.end(3), "ZIP_CODE", 0.98)
            return
        m = _TOWN_AFTER_STREET.match(text, end)
        if m and not self.lexicon.bits(m[1].split()[0].lower()) & (lx.ORDINARY | lx.KIN | lx.IDLABEL) | (
            m[1].lower() in self.lexicon.cities
        ):
            if m[2] and (m[2] in self.lexicon.states or m[2].lower() in self._state_names):
                yield Hit(m.start(1), m.end(2), "CITY", 0.96)
            else:
                yield Hit(m.start(1), m.end(1), "CITY", 0.75)

    def _town_and_state(self, words: Words) -> Iterator[Hit]:
        """ "Town, ST" and "Town, ST 12345", read from the state backwards."""
        text, n = words.text, len(words)
        for i in words.of_class(lx.STATE):
            form, state_end = words.words[i], i
            if not form[0].isupper():
                continue
            if form == "OR" and i + 1 < n and words.words[i + 1].isdigit() and len(words.words[i + 1]) < 3:
                # An operating room and its number.
                continue
            if words.lower[i] in ("id", "de") and i + 1 < n and words.words[i + 1] == ":":
                # A label.
                continue
            if form in self.lexicon.states or words.lower[i] in self._state_names:
                pass
            elif i + 1 < n and f"{words.lower[i]} {words.lower[i + 1]}" in self._state_names:
                state_end = i + 1
            else:
                continue
            zip_at = state_end + 1
            while zip_at < n and words.words[zip_at] in ",." and zip_at < state_end + 3:
                zip_at += 1
            zipped = None
            if zip_at < n and words.starts[zip_at] - words.ends[state_end] <= 4:
                zipped = _ZIP.match(text, words.starts[zip_at])
                if zipped and not self._in_state(zipped.group(), form):
                    zipped = None
            comma = i > 0 and words.words[i - 1] == ","
            k = i - 2 if comma else i - 1
            if k < 0 or (words.line_of[k] != words.line_of[i] and not zipped):
                if zipped:
                    yield Hit(zipped.start(), zipped.end(), "ZIP_CODE", 0.95)
                continue
            start = self._town(words, k)
            town = text[words.starts[start] : words.ends[k]].lower() if start <= k else ""
            known = town in self.lexicon.cities
            if start <= k and not zipped and not known and self._abbreviated(words, start, k):
                continue
            if zipped:
                yield Hit(zipped.start(), zipped.end(), "ZIP_CODE", 0.97)
                if start <= k:
                    yield Hit(words.starts[start], words.ends[state_end], "CITY", 0.95)
            elif start <= k and comma:
                credential = form in (
                    "MD",
                    "PA",
                    "DC",
                    "DO",
                    "MS",
                    "MA",
                    "OR",
                    "IN",
                    "ME",
                    "LA",
                    "HI",
                    "OK",
                    "CO",
                    "AL",
                    "ID",
                    "PR",
                    "MI",
                    "CT",
                    "PA",
                    "DE",
                    "MT",
                    "NE",
                    "VT",
                    "VA",
                    "SD",
                    "ND",
                    "IA",
                )
                yield Hit(
                    words.starts[start], words.ends[state_end], "CITY", 0.93 if known or not credential else MAYBE
                )
            elif (
                start <= k
                and not comma
                and form in self.lexicon.states
                and start > 0
                and words.words[start - 1] in (",", "/")
                and form not in ("OR", "IN", "ME", "OK", "HI", "MD", "PA", "DO", "MS", "CT", "MI")
            ):
                yield Hit(words.starts[start], words.ends[state_end], "CITY", 0.75)
            elif (
                start <= k and known and form not in ("OR", "IN", "ME", "OK", "HI", "MD", "PA", "MS", "CT", "MI", "PT")
            ):
                yield Hit(words.starts[start], words.ends[state_end], "CITY", 0.85)

    def _in_state(self, code: str, state: str) -> bool:
        """Whether a ZIP code lies in a state: the Postal Service deals their first figures out by state."""
        known = self._zips.get(state if len(state) == 2 else self._abbreviations.get(state.lower(), ""))
        return known is None or code.startswith(known)

    @staticmethod
    def _abbreviated(words: Words, start: int, k: int) -> bool:
        """Whether what stands before a state is letters alone in a text that is written otherwise: "RPR NR, RI"."""
        return not words.upper and all(
            words.words[at].isupper() and len(words.words[at]) < 4 and words.words[at] not in ("ST", "MT", "FT")
            for at in range(start, k + 1)
        )

    def _town(self, words: Words, k: int) -> int:
        """The first token of a capitalised town name that ends at ``k``; ``k + 1`` where there is none."""
        start = k + 1
        steps = 0
        while k >= 0 and steps < 4:
            form, low, bits = words.words[k], words.lower[k], words.bits[k]
            if form == "." and k and words.lower[k - 1] in ("st", "ste", "ft", "mt"):
                k -= 1
                continue
            if not form[0].isupper() or not form[0].isalpha():
                break
            if steps and words.starts[start] - words.ends[k] > 2:
                break
            if (
                bits & (lx.UNIT | lx.STREET)
                and steps
                and low not in ("st", "ft", "mt", "lake", "park", "grove", "point", "glen", "heights")
            ):
                break
            if bits & (lx.CREDENTIAL | lx.ROLE | lx.KIN | lx.DATECUE | lx.IDLABEL) and not bits & (lx.CITY | lx.NAME):
                break
            start = k
            steps += 1
            k -= 1
        return start

    def _cities(self, words: Words) -> Iterator[Hit]:
        """Known towns after words of place: "lives in Duluth"."""
        text, n = words.text, len(words)
        bits = self.lexicon.bits
        cities = self.lexicon.cities
        for i in words.of_class(lx.CITY):
            if not words.words[i][0].isupper():
                continue
            for size in (3, 2, 1):
                if i + size > n:
                    continue
                phrase = " ".join(words.lower[i : i + size]).replace(" . ", ". ")
                if phrase in cities and all(
                    words.words[k][0].isupper() for k in range(i, i + size) if words.words[k][0].isalpha()
                ):
                    before = words.lower[i - 1] if i else ""
                    earlier = words.lower[i - 2] if i > 1 else ""
                    placed = (
                        before in ("in", "from", "near", "outside", "to", "of", "at", "around")
                        or bits(before) & lx.PLACECUE
                    )
                    strong = placed and (
                        bits(earlier) & lx.PLACECUE
                        or before in ("near", "outside")
                        or earlier
                        in ("home", "born", "grew", "move", "moved", "house", "office", "clinic", "family", "hospital")
                    )
                    other = any(words.bits[k] & (lx.NAME | lx.ORDINARY | lx.CLINICAL) for k in range(i, i + size))
                    score = 0.9 if strong else 0.6 if placed and before != "of" else MAYBE
                    if not other and not (
                        words.lower[i + size : i + size + 1] and words.lower[i + size] in self.lexicon.eponym_heads
                    ):
                        score = max(score, 0.6)
                    yield Hit(words.starts[i], words.ends[i + size - 1], "CITY", score)
                    k = i + size
                    zipped = (
                        _ZIP.match(text, words.starts[k]) if k < n and words.line_of[k] == words.line_of[i] else None
                    )
                    if zipped and words.starts[k] - words.ends[k - 1] <= 2:
                        yield Hit(zipped.start(), zipped.end(), "ZIP_CODE", 0.9)
                    break
