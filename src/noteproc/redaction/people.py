"""Who is who in a note: name spans gathered into persons, each with one role and one number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.lexicon import Lexicon
from noteproc.redaction.rolecues import told
from noteproc.redaction.spans import Span

_PART = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
# A name that more persons share tells nobody apart; who has all of the same names is found whatever their number.
_MOST_SHARING = 64
_ROLES = ("PATIENT_NAME", "CLINICIAN_NAME", "OTHER_NAME")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_TAGGED = "TaggedRecognizer"
_GUESSED = 2.0


@dataclass(slots=True)
class Person:
    """One person of a note.

    Args:
        parts: the full words of the name, lower case, in order of first appearance.
        initials: the first letters of the fullest form seen, lower case.
        roles: evidence for each role.
        guesses: how often the tagger took a mention for each role.
    """

    parts: list[str] = field(default_factory=list)
    initials: str = ""
    surname: str = ""
    roles: dict[str, float] = field(default_factory=dict)
    guesses: dict[str, int] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)

    def role(self) -> str:
        """The role with the most evidence; the patient on a tie."""
        guessed = sum(self.guesses.values())
        # However often the tagger says so, its word counts little more than once.
        share = _GUESSED * min(1.0, 0.4 + 0.1 * guessed) / guessed if guessed else 0.0
        best, most = _ROLES[0], -1.0
        for role in _ROLES:
            evidence = self.roles.get(role, 0.0) + share * self.guesses.get(role, 0)
            if evidence > most:
                best, most = role, evidence
        return best


def name_parts(surface: str) -> tuple[list[str], list[str]]:
    """The full words and the single letters of a name, lower case, in written order."""
    full: list[str] = []
    letters: list[str] = []
    for m in _PART.finditer(surface):
        word = m.group().lower().removesuffix("'s")
        if word in _SUFFIXES:
            continue
        (full if len(word) > 1 else letters).append(word)
    return full, letters


class People:
    """Gathers names into persons.

    Args:
        lexicon: tells given from family names.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.persons: list[Person] = []
        # Persons by their index: a note of many thousand names is gathered in a time that its length sets.
        self._by_part: dict[str, list[int]] = {}
        self._by_parts: dict[frozenset[str], int] = {}
        self._by_initials: dict[str, set[int]] = {}

    def add_all(self, text: str, spans: Iterable[Span]) -> None:
        """Take in the name spans of a note, the fullest first so that short mentions find their person."""
        named: list[tuple[int, Span, list[str], list[str]]] = []
        for span in spans:
            if span.entity_type in NAME_TYPES:
                full, letters = name_parts(text[span.start : span.end])
                named.append((-len(full), span, full, letters))
        for _, span, full, letters in sorted(named):
            cue = told(self._lexicon, text, span.start, span.end)
            self._add(text[span.start : span.end], span, full, letters, cue)

    def add_known(self, name: str, role: str) -> None:
        """Take in a name that the caller knows."""
        full, letters = name_parts(name)
        if full or letters:
            span = Span(0, 0, role, 1.0, "KnownIdentifiers")
            self._add(name, span, full, letters)

    def _add(
        self, surface: str, span: Span, full: list[str], letters: list[str], cue: tuple[str, float] | None = None
    ) -> None:
        index = self._find(full, letters, span)
        if index is None:
            index = len(self.persons)
            self.persons.append(Person())
        person = self.persons[index]
        for part in full:
            if part not in person.parts:
                person.parts.append(part)
                sharing = self._by_part.setdefault(part, [])
                if len(sharing) < _MOST_SHARING:
                    sharing.append(index)
        self._by_parts.setdefault(frozenset(person.parts), index)
        if not person.surname and full:
            person.surname = full[0] if "," in surface else full[-1]
        unnamed = not full and not person.initials
        if unnamed or len(full) + len(letters) >= 2:
            initials = _initials(surface)
            if unnamed or len(initials) > len(person.initials):
                self._initialled(index, "".join(initials))
        if span.recognizer == _TAGGED:
            person.guesses[span.entity_type] = person.guesses.get(span.entity_type, 0) + 1
        elif span.recognizer != "SweepRecognizer" and not (cue and cue[0] == "-"):
            weight = 3.0 if span.score >= 0.95 else 1.0
            person.roles[span.entity_type] = person.roles.get(span.entity_type, 0.0) + weight
        elif cue and cue[0] == "-":
            person.roles["CLINICIAN_NAME"] = person.roles.get("CLINICIAN_NAME", 0.0) + 0.4
        if cue and cue[1]:
            role, weight = cue
            person.roles[role] = person.roles.get(role, 0.0) + weight
        person.spans.append(span)

    def _initialled(self, index: int, initials: str) -> None:
        person = self.persons[index]
        for short in {person.initials, person.initials[:1] + person.initials[-1:]}:
            self._by_initials.get(short, set()).discard(index)
        person.initials = initials
        for short in {initials, initials[:1] + initials[-1:]}:
            self._by_initials.setdefault(short, set()).add(index)

    def _find(self, full: list[str], letters: list[str], span: Span) -> int | None:
        role = span.entity_type
        if not full:
            return min(self._by_initials.get("".join(letters), ()), default=None) if len(letters) > 1 else None
        if len(full) == 1 and not letters and len(full[0]) <= 3:
            signers = self._by_initials.get(full[0], ())
            signer = min((k for k in signers if len(self.persons[k].initials) > 1), default=None)
            # Who signs with a patient's initials is somebody else.
            staff = role == "CLINICIAN_NAME" and signer is not None and self.persons[signer].role() == "PATIENT_NAME"
            if staff:
                signer = min((k for k in signers if self.persons[k].role() == "CLINICIAN_NAME"), default=None)
            if signer is not None:
                return signer
        best, best_score = None, 0.0
        words = frozenset(full)
        near = {k for w in words for k in self._by_part.get(w, ())}
        same = self._by_parts.get(words)
        if same is not None:
            near.add(same)
        for index in sorted(near):
            person = self.persons[index]
            score = float(len(words.intersection(person.parts)))
            rest = [w for w in full if w not in person.parts]
            theirs = [w for w in person.parts if w not in words]
            if rest and theirs:
                # "Ann Lee" and "Bo Lee" share a family name and are two people; "A. Lee" may be either.
                continue
            if (
                letters
                and person.initials
                and len(full) == 1
                and len(person.parts) > 1
                and letters[0] not in person.initials
            ):
                continue
            if person.role() == role:
                score += 0.5
            if full[-1] == person.surname or full[0] == person.surname:
                score += 0.2
            if score > best_score:
                best, best_score = index, score
        return best

    def roles(self) -> Mapping[Span, tuple[str, int]]:
        """For each span, the role of its person and the person's index."""
        return {span: (person.role(), index) for index, person in enumerate(self.persons) for span in person.spans}


def _initials(surface: str) -> list[str]:
    """The first letters of a name, lower case, those of a given name that stands behind a comma first."""
    ordered = [m.group()[0].lower() for m in _PART.finditer(surface) if m.group().lower() not in _SUFFIXES]
    if "," in surface and len(ordered) > 1:
        cut = len(name_parts(surface.split(",")[0])[0]) or 1
        ordered = ordered[cut:] + ordered[:cut]
    return ordered


def ordinary(lexicon: Lexicon, part: str) -> bool:
    """Whether a name is also an ordinary or clinical word."""
    return bool(
        lexicon.bits(part)
        & (lx.ORDINARY | lx.CLINICAL | lx.MONTH | lx.ROLE | lx.IDLABEL | lx.FACILITY | lx.KIN | lx.DATECUE)
    )
