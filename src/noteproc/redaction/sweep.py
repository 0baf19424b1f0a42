"""The second look: once a person, a number or a place is known, every other mention of it in the note goes too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import ENTITY_TYPES, ID_TYPES, NAME_TYPES, PLACE_TYPES
from noteproc.redaction.initials import OWNED, SIGNS, initials_of
from noteproc.redaction.lexicon import Lexicon
from noteproc.redaction.misspelled import LONG_PART, Misspelled
from noteproc.redaction.neighbours import has_result
from noteproc.redaction.people import People, Person, ordinary
from noteproc.redaction.professions import is_profession
from noteproc.redaction.shapes import measured
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words, matches

NAME = "SweepRecognizer"
_DOTTED = re.compile(r"(?<![\w.])[A-Z]\.\s?(?:[A-Z]\.\s?)?[A-Z]\.(?!\w)")
_KNOWN_KEYS = {
    "patient_name": "PATIENT_NAME",
    "patient_mrn": "MEDICAL_RECORD_NUMBER",
    "patient_id": "MEDICAL_RECORD_NUMBER",
    "patient_dob": "DATE",
}
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_SHORTEST_NAME = 3
_SHORTEST_NUMBER = 5
_LONGEST_NUMBER = 40
# So many of a number's first characters tell where it may stand: few enough that many numbers share them.
_BEGINNING = 4
_SHORTEST_ACCOUNT_NAME = 3
_SHORTEST_CUT = 6
_SHORTEST_KNOWN = 3
_SEPARATORS = re.compile(r"[\s./()_:#-]+")
_JOINERS = frozenset("-./()_:#")
_ID_SWEPT = ID_TYPES | {"PHONE_NUMBER", "FAX_NUMBER"}


def known_identifiers(metadata: Mapping[str, str]) -> list[tuple[str, str]]:
    """The (entity type, surface) pairs that a caller handed in with a note, in key order."""
    out: list[tuple[str, str]] = []
    for key in sorted(metadata):
        kind = key.removeprefix("known:") if key.startswith("known:") else _KNOWN_KEYS.get(key)
        if kind in ENTITY_TYPES:
            out.extend((kind, value) for line in metadata[key].splitlines() if (value := line.strip()))
    return out


def squeezed(text: str) -> str:
    """A number without what separates its figures, lower case."""
    return _SEPARATORS.sub("", text).lower()


class Sweep:
    """Looks for known persons, numbers and places.

    Args:
        text: the note in plain view.
        spans: what was found in it; what stands there is looked for elsewhere.
        people: who is named in it.
        known: what the caller knows, from ``known_identifiers``.
        lexicon: tells names from ordinary words.
    """

    def __init__(
        self, text: str, spans: Sequence[Span], people: People, known: Iterable[tuple[str, str]], lexicon: Lexicon
    ) -> None:
        self._lexicon = lexicon
        self._by_part: dict[str, Person] = {}
        for person in people.persons:
            for part in person.parts:
                if len(part) >= 2 and not lexicon.bits(part) & lx.PARTICLE:
                    self._by_part.setdefault(part, person)
        self._part_forms = {form for part in self._by_part for form in (part, part + "'s")}
        self._alike = Misspelled(self._by_part, lexicon)
        self._owners = _owners(people)
        self._owned = {letters for letters in self._owners if 2 <= len(letters) <= lx.LONGEST_INITIALS}
        made = _accounts(people)
        self._accounts = made | {form[:size] for form in made for size in range(_SHORTEST_CUT, len(form))}
        self._numbers = self._surfaces(text, spans, known)
        self._beginnings = {number[:size] for number in self._numbers for size in range(1, _BEGINNING + 1)}
        self._longest = max(map(len, self._numbers), default=0)
        places, self._short = self._place_names(text, spans)
        self._places = _by_rarest_piece(places)

    def over(self, words: Words, covered: Sequence[int]) -> Iterator[Span]:
        """Every other mention of what is known, over the words of the note or of a stretch of it.

        Args:
            words: the words to look at.
            covered: for each of their characters whether it goes already.
        """
        yield from self._persons(words, covered)
        yield from self._standing(words)
        yield from self._placed(words)

    def _persons(self, words: Words, covered: Sequence[int]) -> Iterator[Span]:
        """A part of the name, misspelled or not, initials where people sign, user names."""
        by_part = self._by_part
        mixed_case = not (words.upper or words.text.islower())
        for i in words.among(self._part_forms):
            stem = words.lower[i].removesuffix("'s")
            start = words.starts[i]
            if not covered[start] and self._plausible(words, i, stem, mixed_case):
                yield Span(start, start + len(stem), by_part[stem].role(), 0.9, NAME)
        if self._alike:
            unknown = words.is_class(lx.CAPITAL) & ~words.is_class(lx.ORDINARY | lx.CLINICAL)
            for i in unknown.nonzero()[0].tolist():
                if len(words.lower[i]) < LONG_PART:
                    continue
                stem, start = words.lower[i].removesuffix("'s"), words.starts[i]
                meant = self._alike.part(stem)
                if meant and stem not in by_part and not covered[start]:
                    yield Span(start, start + len(stem), by_part[meant].role(), 0.8, NAME)
        if self._owners:
            yield from self._initials(words, covered)
        yield from self._user_names(words, covered)

    def _user_names(self, words: Words, covered: Sequence[int]) -> Iterator[Span]:
        """User names made of a known person's name: "jpayne", "hvandermeer2", "SKANAGAR"."""
        for i in words.among(self._accounts):
            form, bits = words.words[i], words.bits[i]
            if covered[words.starts[i]] or bits & (lx.ORDINARY | lx.CLINICAL | lx.NAME | lx.CITY):
                continue
            if form[0].isupper() and not form.isupper():
                continue
            last = i
            if i + 1 < len(words) and words.starts[i + 1] == words.ends[i] and words.words[i + 1].isdigit():
                last = i + 1
            yield Span(words.starts[i], words.ends[last], "USERNAME", 0.8, NAME)

    def _plausible(self, words: Words, i: int, stem: str, mixed_case: bool) -> bool:
        lexicon = self._lexicon
        form = words.words[i]
        after = words.lower[i + 1] if i + 1 < len(words) else ""
        close = i + 1 < len(words) and words.starts[i + 1] - words.ends[i] <= 1
        if close and after in lexicon.eponym_heads:
            return False
        if stem in lexicon.eponyms and (self._paired(words, i) or has_result(words.text, words.starts[i] + len(stem))):
            return False
        if len(stem) <= 2 and not form[0].isupper():
            return False
        if i and words.lower[i - 1] in ("the", "a", "an", "this", "each", "any", "no") and ordinary(lexicon, stem):
            return False
        if not ordinary(lexicon, stem):
            return form[0].isupper() or len(stem) >= _SHORTEST_NAME or not mixed_case
        if not form[0].isupper():
            return False
        if form.isupper() and len(form) > 1:
            # Among capitals an ordinary word is a name only beside another part of a name.
            neighbours = [words.words[k] for k in (i - 1, i + 1) if 0 <= k < len(words)]
            return not mixed_case and any(
                bool(lexicon.bits(w.lower()) & (lx.FIRST | lx.TITLE)) and not ordinary(lexicon, w.lower())
                for w in neighbours
            )
        text = words.text
        phrase = text[words.starts[i] : words.ends[i] + 20].lower()
        if phrase.startswith(tuple(lexicon.phrases)):
            return False
        before = words.words[i - 1] if i else ""
        sentence_start = i == 0 or before in ".:;!?-•*" or words.line_of[i] != words.line_of[i - 1]
        named_next = close and bool(lexicon.bits(after) & lx.NAME) and words.words[i + 1][0].isupper()
        possessive = form.endswith("'s")
        verb_next = after in (
            "is",
            "was",
            "has",
            "had",
            "will",
            "can",
            "denies",
            "reports",
            "states",
            "says",
            "said",
            "and",
            "who",
            "tolerated",
            "presents",
            "presented",
            "lives",
            "does",
            "did",
            "would",
            "called",
            "feels",
            "agrees",
            "understands",
            "returns",
            "comes",
            "continues",
            "remains",
            "needs",
            "takes",
            "describes",
        )
        if sentence_start:
            # "; Ellis 1 wk": a name that is a finding too, but no word of every day; "Ash, "my hand is tired.""
            meant = bool(lexicon.bits(stem) & lx.LAST) and not lexicon.bits(stem) & lx.ORDINARY
            return (
                named_next
                or meant
                or after in ('"', "“")
                or possessive
                or (verb_next and not (stem in ("will", "may") and after in ("have", "be", "need")))
            )
        return True

    def _paired(self, words: Words, i: int) -> bool:
        """Whether an eponym stands in a pair of them: "Hill-Sachs", "Crowe Davis"."""
        eponyms = self._lexicon.eponyms
        for step in (-1, 1):
            k = i + step
            if 0 <= k < len(words) and words.words[k] == "-":
                k += step
            if 0 <= k < len(words) and words.lower[k].removesuffix("'s") in eponyms and words.words[k][0].isupper():
                return words.line_of[k] == words.line_of[i]
        return False

    def _initials(self, words: Words, covered: Sequence[int]) -> Iterator[Span]:
        owners = self._owners
        for m in matches(_DOTTED, words.text, words.dotted()):
            found = owners.get("".join(c for c in m.group().lower() if c.isalpha()))
            if found is None or covered[m.start()] or is_profession(words.text, *m.span()):
                continue
            yield Span(m.start(), m.end(), found.role(), 0.75, NAME)
        weights = initials_of(words).weights()
        for i in words.among(self._owned):
            if covered[words.starts[i]] or measured(words, i):
                continue
            if weights.get(i, -9.0) + OWNED >= SIGNS:
                yield Span(words.starts[i], words.ends[i], owners[words.lower[i]].role(), 0.8, NAME)

    def _surfaces(
        self, text: str, spans: Iterable[Span], known: Iterable[tuple[str, str]]
    ) -> dict[str, tuple[str, float]]:
        """The found and known numbers without what separates their figures, each with its kind and score."""
        surfaces: dict[str, tuple[str, float]] = {}
        for span in spans:
            if span.entity_type not in _ID_SWEPT:
                continue
            number = squeezed(text[span.start : span.end])
            if (
                _SHORTEST_NUMBER <= len(number) <= _LONGEST_NUMBER
                and sum(map(str.isdigit, number)) >= _SHORTEST_NUMBER - 1
            ):
                surfaces.setdefault(number, (span.entity_type, 0.85))
        for kind, value in known:
            if kind in PLACE_TYPES and self._says_nothing(value):
                continue
            number = squeezed(value)
            if kind not in NAME_TYPES and len(number) >= _SHORTEST_KNOWN:
                surfaces[number] = (kind, 0.97)
        return surfaces

    def _standing(self, words: Words) -> Iterator[Span]:
        """Where numbers stand as runs of figures and letters with little between them, in one pass."""
        surfaces, beginnings = self._numbers, self._beginnings
        if not surfaces:
            return
        for low in [low for low in words.vocabulary if low[:_BEGINNING] in beginnings]:
            for i in words.vocabulary[low]:
                joined, k = low, i
                while joined[:_BEGINNING] in beginnings and len(joined) <= self._longest:
                    hit = surfaces.get(joined)
                    if hit is not None:
                        yield Span(words.starts[i], words.ends[k], hit[0], hit[1], NAME)
                    step = _joined(words, k)
                    if step == k:
                        break
                    k = step
                    joined += words.lower[k]

    def _says_nothing(self, place: str) -> bool:
        """Whether the name of a place is made of ordinary words alone: "NORMAL", "Emergency Department", "SELF"."""
        words = re.findall(r"[^\W_]+", place.lower())
        return all(w.isalpha() and ordinary(self._lexicon, w) for w in words)

    def _place_names(self, text: str, spans: Iterable[Span]) -> tuple[dict[str, str], dict[str, str]]:
        """The found facilities, organisations and towns, and the initials of long ones, each with its kind."""
        surfaces: dict[str, str] = {}
        short: dict[str, str] = {}
        for span in spans:
            if span.entity_type not in ("FACILITY", "ORGANIZATION", "CITY") or span.score < 0.6:
                continue
            shown = text[span.start : span.end]
            pieces = re.findall(r"[^\W\d_]+", shown)
            if (len(pieces) >= 2 and len(shown) >= 6) or (
                span.entity_type == "CITY"
                and len(shown) > 3
                and not ordinary(self._lexicon, shown.lower())
                and shown.lower() not in self._lexicon.eponyms
            ):
                surfaces.setdefault(shown, span.entity_type)
            if len(pieces) >= 3 and span.entity_type != "CITY":
                letters = "".join(p[0] for p in pieces if p[0].isupper())
                if len(letters) >= 3:
                    short.setdefault(letters, span.entity_type)
        return surfaces, short

    def _placed(self, words: Words) -> Iterator[Span]:
        for piece, places in words.standing(self._places.keys()):
            for shown, inside, kind in self._places[piece]:
                for at in _elsewhere(words, shown, inside, places):
                    yield Span(at, at + len(shown), kind, 0.8, NAME)
        for i in words.among({letters.lower() for letters in self._short}):
            found = self._short.get(words.words[i])
            if found is not None and not words.bits[i] & (lx.CLINICAL | lx.ORDINARY | lx.CREDENTIAL):
                yield Span(words.starts[i], words.ends[i], found, 0.8, NAME)


def _owners(people: People) -> dict[str, Person]:
    """The letters by which somebody may sign, and whose they are."""
    owners: dict[str, Person] = {}
    # Staff sign, so letters are theirs before they are a patient's.
    for person in sorted(people.persons, key=lambda p: p.role() == "PATIENT_NAME"):
        letters = person.initials
        if len(letters) >= 2:
            owners.setdefault(letters, person)
            owners.setdefault(letters[0] + letters[-1], person)
        for part in person.parts:
            # Somebody known by letters alone, in a column or at the end of each entry.
            if len(person.parts) == 1 and len(part) <= lx.LONGEST_INITIALS:
                owners.setdefault(part, person)
    return owners


def _accounts(people: People) -> set[str]:
    """The user names that can be made of the names of persons."""
    made: set[str] = set()
    for person in people.persons:
        full = [p.replace("'", "") for p in person.parts if len(p) > 1]
        if not person.surname or not person.initials:
            continue
        family = "".join(p for p in full if p != full[0]) if len(full) > 1 else full[0] if full else ""
        given = full[0] if len(full) > 1 else ""
        for tail in {family, person.surname.replace("'", ""), *full[1:]}:
            if len(tail) >= _SHORTEST_ACCOUNT_NAME:
                made |= {person.initials[0] + tail, tail + person.initials[0]}
                if given:
                    made.add(given + tail)
    return made


def _joined(words: Words, k: int) -> int:
    """The next run of letters or figures, where no more than two marks or blanks part it; ``k`` where none is."""
    forms, step = words.words, k + 1
    n = len(forms)
    while step < n and forms[step] in _JOINERS and step - k <= 2:
        step += 1
    near = step < n and words.starts[step] - words.ends[k] <= 2 and forms[step][0].isalnum()
    return step if near else k


def _by_rarest_piece(names: Mapping[str, str]) -> dict[str, list[tuple[str, int, str]]]:
    """The names, by the word of each that fewest others have: where that begins in the name, and its kind."""
    if not names:
        return {}
    pieces = {shown: [(m.group().lower(), m.start()) for m in _PIECE.finditer(shown)] for shown in sorted(names)}
    common = Counter(word for found in pieces.values() for word, _ in found)
    found: dict[str, list[tuple[str, int, str]]] = {}
    for shown, inside in pieces.items():
        word, start = min(inside, key=lambda piece: (common[piece[0]], -len(piece[0])))
        found.setdefault(word, []).append((shown, start, names[shown]))
    return found


def _elsewhere(words: Words, shown: str, inside: int, places: Iterable[int]) -> Iterator[int]:
    """Where a name stands by itself, given where one of its words does, ``inside`` characters behind its beginning."""
    text = words.text
    end = 0
    for place in places:
        at = place - inside
        if at < end or not text.startswith(shown, at):
            continue
        before, after = text[at - 1 : at] if at else "", text[at + len(shown) : at + len(shown) + 1]
        if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
            end = at + len(shown)
            yield at
