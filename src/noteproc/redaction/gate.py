"""The leak gate: a second, independent look at redacted text, which fails closed.

It shares no pattern with detection. It knows what must not be there (identifiers handed in by the caller, canaries,
what was taken out of this note and, given a patient id, of the patient's other notes) and looks for it folded:
accents, case, invisible characters and the separators inside numbers make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from noteproc.records import Note, RedactedNote
from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import ID_TYPES, NAME_TYPES
from noteproc.redaction.lexicon import Lexicon, lexicon
from noteproc.redaction.sweep import known_identifiers

_NUMBER_TYPES = ID_TYPES | {"PHONE_NUMBER", "FAX_NUMBER"}
_WHOLE_TYPES = frozenset({"EMAIL_ADDRESS", "URL", "IP_ADDRESS"})
_ORDINARY = (
    lx.ORDINARY | lx.CLINICAL | lx.MONTH | lx.WEEKDAY | lx.ROLE | lx.KIN | lx.TITLE | lx.CREDENTIAL | lx.PARTICLE
    | lx.FACILITY | lx.ORG | lx.IDLABEL | lx.DATECUE | lx.UNITWORD | lx.STATE
)  # fmt: skip
_SHORTEST_NAME = 3
_SHORTEST_NUMBER = 5
_SHORTEST_SHARED_NUMBER = 6
_SHORTEST_CANARY = 4
# In a text of up to so many characters a look for letters or figures in a row costs less than to part it.
_LONG_TEXT = 20_000
_JOINERS = frozenset(" -./()_:#")
_LONGEST_GAP = 2
_MOST_PARTS = 6
_ISO_DATE = re.compile(r"((?:18|19|20)\d\d)-(\d{1,2})-(\d{1,2})")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/((?:18|19|20)\d\d)")
_TOKEN = re.compile(r"([^\W_]+)([\W_]*)")
_WORD = re.compile(r"[^\W_]+")
_FIGURES = re.compile(r"\d+")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
# Words, and numbers in parts, with no more between two of them than may stand within one number.
_RUN = re.compile(r"[^\W_]+(?:[ ./()_:#-]{1,2}[^\W_]+)*")
# Runs of other letters than ASCII; not what stands in a view for a replacement, which folds to itself.
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f\u2028]+")


@dataclass(frozen=True, slots=True)
class Leak:
    """What the gate found: whose identifier it was and of which kind, never its words.

    Args:
        source: ``known identifier``, ``canary``, ``redacted here``, ``this patient's other note`` or
            ``another patient's note``.
        entity_type: the kind, or "" for a canary.
    """

    source: str
    entity_type: str

    def __str__(self) -> str:
        return f"{self.source} ({self.entity_type})" if self.entity_type else self.source


@dataclass(frozen=True, slots=True)
class Surfaces:
    """Identifiers in the gate's own form. It holds PHI and is never shown.

    Args:
        names: words of names, folded, that are no ordinary words.
        wordy: words of names, folded, that are ordinary words too: they leak only where they stand as names.
        numbers: digits and letters of numbers, separators taken out.
        wholes: e-mail addresses and the like, folded.
    """

    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    wordy: Mapping[str, str] = field(default_factory=dict, repr=False)
    numbers: Mapping[str, str] = field(default_factory=dict, repr=False)
    wholes: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, items: Iterable[tuple[str, str]], words: Lexicon | None = None) -> Surfaces:
        """The surfaces of (entity type, words) pairs; what is too short or too ordinary to look for is left out."""
        known = words or lexicon()
        names: dict[str, str] = {}
        wordy: dict[str, str] = {}
        numbers: dict[str, str] = {}
        wholes: dict[str, str] = {}
        for kind, surface in items:
            shown = folded(surface)
            if kind in NAME_TYPES:
                for word in _words(shown):
                    if len(word) >= _SHORTEST_NAME and word.isalpha():
                        (wordy if known.bits(word) & _ORDINARY else names).setdefault(word, kind)
            elif kind in _NUMBER_TYPES:
                squeezed = _squeezed(shown)
                if len(squeezed) >= _SHORTEST_NUMBER and sum(c.isdigit() for c in squeezed) >= _SHORTEST_NUMBER - 1:
                    numbers.setdefault(squeezed, kind)
            elif kind in _WHOLE_TYPES and len(shown) >= _SHORTEST_NUMBER:
                wholes.setdefault(shown.strip(" <>.,;"), kind)
        return cls(names, wordy, numbers, wholes)

    def long_numbers(self) -> Mapping[str, str]:
        """The numbers that are long enough to be told from other people's by themselves."""
        return {n: k for n, k in self.numbers.items() if sum(c.isdigit() for c in n) >= _SHORTEST_SHARED_NUMBER}


def surfaces_of(note: Note, redacted: RedactedNote) -> Surfaces:
    """What was taken out of a note."""
    return Surfaces.of((p.entity_type, note.text[p.start : p.end]) for p in redacted.phi)


class GateView:
    """A redacted text as the gate reads it: replacements blanked, the rest folded.

    Args:
        text: the redacted text.
        replaced: where replacements stand in it, in order.
        words: tells eponyms from people.
    """

    def __init__(self, text: str, replaced: Sequence[tuple[int, int]], words: Lexicon | None = None) -> None:
        pieces = []
        at = 0
        for start, end in replaced:
            pieces += [text[at:start], "\n\u2028\n"]
            at = end
        self._whole = "".join(pieces) + text[at:]
        self.text = folded(self._whole)
        self._lexicon = words or lexicon()

    # Made when first asked for, as most notes need none of them.

    @cached_property
    def _shown(self) -> frozenset[str]:
        """The words as they are written."""
        return frozenset(_words(self._whole))

    @cached_property
    def _words(self) -> list[str]:
        return _words(self.text)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where each word stands among the words."""
        places: dict[str, list[int]] = {}
        for at, word in enumerate(self._words):
            places.setdefault(word, []).append(at)
        return places

    @cached_property
    def _called(self) -> frozenset[str]:
        """The words that stand behind a title, with a capital."""
        behind = _titles().findall(self.text)
        return frozenset(w for w in behind if {w.capitalize(), w.upper()} & self._shown)

    @cached_property
    def _letters(self) -> str:
        return _squeezed(self.text)

    @cached_property
    def _figures(self) -> Container[str]:
        """What holds each stretch of figures of the text's numbers: of a short text simply all figures in a row."""
        if len(self.text) > _LONG_TEXT:
            return frozenset(_FIGURES.findall(self._runs))
        return "".join(_FIGURES.findall(self.text))

    @cached_property
    def _runs(self) -> str:
        return _number_runs(self.text)

    def find(self, surfaces: Surfaces) -> list[str]:
        """The kinds of the surfaces that stand in the text, in the surfaces' order."""
        found = [kind for name, kind in surfaces.names.items() if self._named(name)]
        found += [kind for name, kind in surfaces.wordy.items() if self._titled(name)]
        found += [kind for number, kind in surfaces.numbers.items() if self.holds_number(number)]
        found += [kind for whole, kind in surfaces.wholes.items() if whole in self.text]
        return found

    def holds(self, phrase: str) -> bool:
        """Whether a phrase stands in the text, whatever separates its letters and digits."""
        squeezed = _squeezed(folded(phrase))
        return len(squeezed) >= _SHORTEST_CANARY and squeezed in self._letters

    def holds_number(self, number: str) -> bool:
        """Whether a number (separators taken out) stands in the text by itself, whatever separates its digits."""
        # Where it stands by itself, so does each stretch of figures in it: a look that costs no walk over the text.
        if not all(figures in self._figures for figures in _FIGURES.findall(number)):
            return False
        at = self._runs.find(number)
        while at >= 0:
            # A run starts and ends with a blank; a digit on either side makes it another, longer number.
            before, after = self._runs[at - 1], self._runs[at + len(number)]
            if not (before.isdigit() and number[0].isdigit()) and not (after.isdigit() and number[-1].isdigit()):
                return True
            at = self._runs.find(number, at + 1)
        return False

    def numbers(self) -> Iterator[str]:
        """Every number of the text, alone and joined to its neighbours, separators taken out."""
        parts: list[str] = []
        for joined, token in _tokens(self.text):
            parts = [*parts[1 - _MOST_PARTS :], token] if joined else [token]
            for first in range(len(parts)):
                yield "".join(parts[first:])

    def _spelled(self, name: str) -> bool:
        """Whether letters may stand anywhere: seldom in a short text, which is looked through."""
        return len(self.text) > _LONG_TEXT or name in self.text

    def _titled(self, name: str) -> bool:
        """What stands behind a title is a name, whatever word it is."""
        return self._spelled(name) and name in self._called

    def _named(self, name: str) -> bool:
        if not self._spelled(name) or name not in self._places:
            return False
        if name in _word_names() and not self._shown & {name.capitalize(), name.upper()}:
            return False
        for at in self._places[name]:
            after = self._words[at + 1] if at + 1 < len(self._words) else ""
            after = self._words[at + 2] if after == "s" and at + 2 < len(self._words) else after
            if after not in self._lexicon.eponym_heads:
                return True
        return False


class LeakGate:
    """Looks for what must not be in a redacted note.

    Args:
        canaries: phrases that must never appear in any output (planted records, names of VIPs).
        kept: entity types that the policy lets stay, which no leak can be of.
    """

    def __init__(self, canaries: Sequence[str] = (), kept: frozenset[str] = frozenset()) -> None:
        self._canaries = tuple(canaries)
        self._kept = kept

    def check(self, note: Note, redacted: RedactedNote) -> list[Leak]:
        """What of the caller's known identifiers, the canaries and the note's own redacted surfaces is still there."""
        view = GateView(redacted.text, [(p.redacted_start, p.redacted_end) for p in redacted.phi])
        leaks = [Leak("canary", "") for canary in self._canaries if view.holds(canary)]
        known = [(kind, value) for kind, value in known_identifiers(note.metadata) if kind not in self._kept]
        leaks += [Leak("known identifier", kind) for kind in view.find(Surfaces.of(known))]
        for kind, value in known:
            if kind == "DATE" and any(view.holds_number(digits) for digits in _written(value)):
                leaks.append(Leak("known identifier", kind))
        leaks += [Leak("redacted here", kind) for kind in view.find(surfaces_of(note, redacted))]
        return leaks


class SharedSurfaces:
    """What was taken out of the notes of a run, by patient. It holds PHI, in memory alone."""

    def __init__(self) -> None:
        self._patients: dict[str, dict[str, Surfaces]] = {}
        self._numbers: dict[str, set[str]] = {}

    def add(self, patient: str, note_id: str, surfaces: Surfaces) -> None:
        """Take in one note of a patient."""
        self._patients.setdefault(patient, {})[note_id] = surfaces
        for number in surfaces.long_numbers():
            self._numbers.setdefault(number, set()).add(patient)

    def check(self, patient: str, note_id: str, view: GateView) -> list[Leak]:
        """What of the patient's other notes, and which long numbers of other patients, stand in a note."""
        leaks: list[Leak] = []
        for other, surfaces in self._patients.get(patient, {}).items():
            if other != note_id:
                leaks += [Leak("this patient's other note", kind) for kind in view.find(surfaces)]
        theirs = {n for n in view.numbers() if patient not in self._numbers.get(n, {patient})}
        return leaks + [Leak("another patient's note", "number")] * len(theirs)


def leak_message(leaks: Sequence[Leak]) -> str:
    """One line that says what leaked, by kind and count, without a word of the note."""
    counts: dict[str, int] = {}
    for leak in leaks:
        counts[str(leak)] = counts.get(str(leak), 0) + 1
    return "the leak gate found " + ", ".join(f"{n} x {what}" for what, n in counts.items())


def folded(text: str) -> str:
    """The text in the gate's own form: compatibility letters, no accents, no invisible characters, lower case."""
    if text.isascii():
        return text.lower()
    return _BEYOND_ASCII.sub(_bare, text).casefold()


def _bare(letters: re.Match[str]) -> str:
    decomposed = unicodedata.normalize("NFKD", letters[0])
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))


@lru_cache(maxsize=1)
def _word_names() -> frozenset[str]:
    return frozenset(lx.read_words("word_names.txt"))


@lru_cache(maxsize=1)
def _titles() -> re.Pattern[str]:
    titles = "|".join(lx.read_words("gate_titles.txt"))
    return re.compile(rf"\b(?:{titles})\.?[ \t]{{1,3}}([^\W\d_]+)")


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _squeezed(text: str) -> str:
    return _BETWEEN_WORDS.sub("", text)


def _written(value: str) -> list[str]:
    """The digits of a date as notes write it, six or more of them; of one that is no date, its own."""
    found = _ISO_DATE.fullmatch(value) or _US_DATE.fullmatch(value)
    if not found:
        digits = "".join(c for c in value if c.isdigit())
        return [digits] if len(digits) >= _SHORTEST_SHARED_NUMBER else []
    y, m, d = (found[1], found[2], found[3]) if len(found[1]) == 4 else (found[3], found[1], found[2])
    short = (str(int(m)), str(int(d)))
    forms = [f"{m:0>2}{d:0>2}{y}", f"{short[0]}{short[1]}{y}", f"{m:0>2}{short[1]}{y}", f"{short[0]}{d:0>2}{y}"]
    forms += [f"{y}{m:0>2}{d:0>2}", f"{d:0>2}{m:0>2}{y}", f"{m:0>2}{d:0>2}{y[-2:]}"]
    return sorted(set(forms))


def _tokens(text: str) -> Iterator[tuple[bool, str]]:
    """The words and numbers of a text, and whether each belongs to the one before it as parts of one number do."""
    before = ""
    gap = "\n"
    for token, after in _TOKEN.findall(text):
        digits = any(c.isdigit() for c in token)
        near = len(gap) <= _LONGEST_GAP and not set(gap) - _JOINERS
        spaced = " " in gap and not (digits and any(c.isdigit() for c in before))
        yield near and not spaced, token
        before, gap = token, after


def _number_runs(text: str) -> str:
    """The stretches that hold digits, separators inside them taken out, each between blanks."""
    runs = (_squeezed(run) for run in _RUN.findall(text) if any(map(str.isdigit, run)))
    return " " + " ".join(runs) + " "
