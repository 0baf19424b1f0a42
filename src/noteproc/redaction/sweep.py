"""The second look: once a person, a number or a place is known, every other mention of it in the note goes too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from rapidfuzz.distance import OSA

from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import ENTITY_TYPES, ID_TYPES, NAME_TYPES, PLACE_TYPES
from noteproc.redaction.initials import LONGEST_INITIALS, OWNED, Initials
from noteproc.redaction.lexicon import Lexicon
from noteproc.redaction.people import People, Person, ordinary
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words

NAME = "SweepRecognizer"
_DOTTED = re.compile(r"(?<![\w.])[A-Z]\.\s?(?:[A-Z]\.\s?)?[A-Z]\.(?!\w)")
_KNOWN_KEYS = {
    "patient_name": "PATIENT_NAME",
    "patient_mrn": "MEDICAL_RECORD_NUMBER",
    "patient_id": "MEDICAL_RECORD_NUMBER",
    "patient_dob": "DATE",
}
_LONG_PART = 5
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_SHORTEST_NAME = 3
_SHORTEST_NUMBER = 5
_LONGEST_NUMBER = 40
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
        words: the words of the note.
        lexicon: tells names from ordinary words.
    """

    def __init__(self, words: Words, lexicon: Lexicon) -> None:
        self._words = words
        self._lexicon = lexicon

    def persons(self, people: People, eponym_heads: frozenset[str], covered: bytearray) -> Iterator[Span]:
        """Every other mention of a person: a part of the name, misspelled or not, and initials where people sign."""
        by_part: dict[str, Person] = {}
        for person in people.persons:
            for part in person.parts:
                if len(part) >= 2 and not self._lexicon.bits(part) & lx.PARTICLE:
                    by_part.setdefault(part, person)
        words = self._words
        mixed_case = not (words.text.isupper() or words.text.islower())
        for i in words.among({form for part in by_part for form in (part, part + "'s")}):
            stem = words.lower[i].removesuffix("'s")
            start = words.starts[i]
            if not covered[start] and self._plausible(i, stem, mixed_case, eponym_heads):
                yield Span(start, start + len(stem), by_part[stem].role(), 0.9, NAME)
        alike = _Misspelled(by_part, self._lexicon)
        for i in words.capitals if alike else ():
            low, start = words.lower[i], words.starts[i]
            if len(low) < _LONG_PART or covered[start]:
                continue
            stem = low.removesuffix("'s")
            meant = by_part.get(stem) is None and alike.part(stem)
            if meant:
                yield Span(start, start + len(stem), by_part[meant].role(), 0.8, NAME)
        yield from self._initials(people, covered)
        yield from self._accounts(people, covered)

    def _accounts(self, people: People, covered: bytearray) -> Iterator[Span]:
        """User names made of a known person's name: "jpayne", "hvandermeer2", "SKANAGAR"."""
        bits = self._lexicon.bits
        made: dict[str, Person] = {}
        for person in people.persons:
            full = [p.replace("'", "") for p in person.parts if len(p) > 1]
            if not person.surname or not person.initials:
                continue
            family = "".join(p for p in full if p != full[0]) if len(full) > 1 else full[0] if full else ""
            given = full[0] if len(full) > 1 else ""
            for tail in {family, person.surname.replace("'", ""), *full[1:]}:
                if len(tail) >= _SHORTEST_ACCOUNT_NAME:
                    made.setdefault(person.initials[0] + tail, person)
                    made.setdefault(tail + person.initials[0], person)
                    if given:
                        made.setdefault(given + tail, person)
        cut = {form[:size]: person for form, person in made.items() for size in range(_SHORTEST_CUT, len(form))}
        words = self._words
        for i in words.among(made.keys() | cut.keys()):
            low, form = words.lower[i], words.words[i]
            if covered[words.starts[i]] or bits(low) & (lx.ORDINARY | lx.CLINICAL | lx.NAME | lx.CITY):
                continue
            if form[0].isupper() and not form.isupper():
                continue
            last = i
            if i + 1 < len(words) and words.starts[i + 1] == words.ends[i] and words.words[i + 1].isdigit():
                last = i + 1
            yield Span(words.starts[i], words.ends[last], "USERNAME", 0.8, NAME)

    def _plausible(self, i: int, stem: str, mixed_case: bool, eponym_heads: frozenset[str]) -> bool:
        words, lexicon = self._words, self._lexicon
        form = words.words[i]
        after = words.lower[i + 1] if i + 1 < len(words) else ""
        close = i + 1 < len(words) and words.starts[i + 1] - words.ends[i] <= 1
        if close and after in eponym_heads:
            return False
        if stem in lexicon.eponyms and self._paired(i):
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
            return (
                named_next
                or possessive
                or (verb_next and not (stem in ("will", "may") and after in ("have", "be", "need")))
            )
        return True

    def _paired(self, i: int) -> bool:
        """Whether an eponym stands in a pair of them: "Hill-Sachs", "Crowe Davis"."""
        words, eponyms = self._words, self._lexicon.eponyms
        for step in (-1, 1):
            k = i + step
            if 0 <= k < len(words) and words.words[k] == "-":
                k += step
            if 0 <= k < len(words) and words.lower[k].removesuffix("'s") in eponyms and words.words[k][0].isupper():
                return words.line_of[k] == words.line_of[i]
        return False

    def _initials(self, people: People, covered: bytearray) -> Iterator[Span]:
        words = self._words
        owners: dict[str, Person] = {}
        for person in people.persons:
            letters = person.initials
            if len(letters) >= 2:
                owners.setdefault(letters, person)
                owners.setdefault(letters[0] + letters[-1], person)
            for part in person.parts:
                # Somebody known by letters alone, in a column or at the end of each entry.
                if len(person.parts) == 1 and len(part) <= LONGEST_INITIALS:
                    owners.setdefault(part, person)
        if not owners:
            return
        for m in _DOTTED.finditer(words.text):
            found = owners.get("".join(c for c in m.group().lower() if c.isalpha()))
            if found is not None and not covered[m.start()]:
                yield Span(m.start(), m.end(), found.role(), 0.75, NAME)
        initials = Initials(words, self._lexicon)
        for i in words.among({letters for letters in owners if 2 <= len(letters) <= LONGEST_INITIALS}):
            low = words.lower[i]
            if not covered[words.starts[i]] and initials.could_be(i) and initials.weight(i, owned=True) >= OWNED:
                yield Span(words.starts[i], words.ends[i], owners[low].role(), 0.8, NAME)

    def numbers(self, spans: Iterable[Span], known: Iterable[tuple[str, str]]) -> Iterator[Span]:
        """Every other place where a found or known number stands, whatever separates its figures there."""
        text = self._words.text
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
        yield from self._standing(surfaces)

    def _standing(self, surfaces: Mapping[str, tuple[str, float]]) -> Iterator[Span]:
        """Where the surfaces stand as runs of figures and letters with little between them, in one pass."""
        if not surfaces:
            return
        words = self._words
        longest = max(map(len, surfaces))
        begins = {number[0] for number in surfaces}
        for i, low in enumerate(words.lower):
            if low[0] not in begins or not low[0].isalnum():
                continue
            joined, k = low, i
            while len(joined) <= longest:
                hit = surfaces.get(joined)
                if hit is not None:
                    yield Span(words.starts[i], words.ends[k], hit[0], hit[1], NAME)
                step = self._joined(k)
                if step == k:
                    break
                k = step
                joined += words.lower[k]

    def _joined(self, k: int) -> int:
        """The next run of letters or figures, where no more than two marks or blanks part it; ``k`` where none is."""
        words = self._words
        step = k + 1
        while step < len(words) and words.words[step] in _JOINERS and step - k <= 2:
            step += 1
        near = step < len(words) and words.starts[step] - words.ends[k] <= 2 and words.words[step][0].isalnum()
        return step if near else k

    def _says_nothing(self, place: str) -> bool:
        """Whether the name of a place is made of ordinary words alone: "NORMAL", "Emergency Department", "SELF"."""
        words = re.findall(r"[^\W_]+", place.lower())
        return all(w.isalpha() and ordinary(self._lexicon, w) for w in words)

    def places(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Every other mention of a found facility, organisation or town, and the initials of a long one."""
        text, words = self._words.text, self._words
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
        for shown in sorted(surfaces):
            for at in self._elsewhere(shown):
                yield Span(at, at + len(shown), surfaces[shown], 0.8, NAME)
        for i in words.among({letters.lower() for letters in short}):
            form = words.words[i]
            kind = short.get(form)
            if kind is not None and not self._lexicon.bits(words.lower[i]) & (
                lx.CLINICAL | lx.ORDINARY | lx.CREDENTIAL
            ):
                yield Span(words.starts[i], words.ends[i], kind, 0.8, NAME)

    def _elsewhere(self, shown: str) -> Iterator[int]:
        """Where a name stands by itself, looked for where the rarest of its words does."""
        text, words = self._words.text, self._words
        pieces = [(words.opening({m.group().lower()}), m.start()) for m in _PIECE.finditer(shown)]
        end = 0
        places, inside = min(pieces, key=lambda piece: len(piece[0]), default=([], 0))
        for place in places:
            at = place - inside
            if at < end or not text.startswith(shown, at):
                continue
            before, after = text[at - 1 : at] if at else "", text[at + len(shown) : at + len(shown) + 1]
            if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
                end = at + len(shown)
                yield at


class _Misspelled:
    """Which part of a name an unknown word may be, one letter off or two in a long word.

    Args:
        parts: the parts of names, the first of them wins.
        lexicon: known words are what they are.
    """

    def __init__(self, parts: Iterable[str], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._judged: dict[str, str | None] = {}
        # By first letter and length.
        self._long: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for order, part in enumerate(parts):
            if len(part) >= _LONG_PART:
                self._long.setdefault((part[0], len(part)), []).append((order, part))

    def __bool__(self) -> bool:
        return bool(self._long)

    def part(self, stem: str) -> str | None:
        """The part that ``stem`` is meant to be, or None."""
        if stem not in self._judged:
            self._judged[stem] = self._meant(stem)
        return self._judged[stem]

    def _meant(self, stem: str) -> str | None:
        near = [p for step in (-2, -1, 0, 1, 2) for p in self._long.get((stem[0], len(stem) + step), ())]
        if not near:
            return None
        bits = self._lexicon.bits(stem)
        if bits & (lx.ORDINARY | lx.CLINICAL):
            return None
        farthest = 1 if bits & lx.NAME else 2
        for _, part in sorted(near):
            limit = min(farthest, 1 if len(part) < 8 else 2)
            if abs(len(part) - len(stem)) <= limit and OSA.distance(stem, part, score_cutoff=limit) <= limit:
                return part
        return None
