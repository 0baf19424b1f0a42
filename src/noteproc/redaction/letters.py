"""Letters by themselves: how far two to four of them may be somebody's initials, wherever they stand."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from noteproc.artifacts import models_dir
from noteproc.errors import ModelError
from noteproc.redaction import lexicon as lx
from noteproc.redaction.lexicon import Lexicon

# What letters may be besides, and how a sign names it.
KINDS = (
    (lx.CREDENTIAL, "credential"),
    (lx.UNITWORD, "unit"),
    (lx.ROLE, "role"),
    (lx.TITLE, "title"),
    (lx.KIN, "kin"),
    (lx.MONTH, "month"),
    (lx.WEEKDAY, "weekday"),
    (lx.STATE, "state"),
    (lx.NAME, "name"),
)
LISTED = frozenset(lx.read_words("abbreviations.txt"))
EVERYDAY = frozenset(lx.read_words("everyday_words.txt"))
# "An" is the one article of two letters.
_GRAMMAR = frozenset(lx.read_words("pronouns.txt")) | {"an"}
_VOWELS = frozenset("aeiouy")
# A note of this many notes: what is written more often is language wherever it stands.
_STEPS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
_COMMONEST = 160.0


class Reading(NamedTuple):
    """What letters are by themselves.

    Args:
        case: how they are written: ``s`` small, ``l`` small in a note of small letters, ``U`` capitals, ``C`` capitals
            in a note of capitals, ``x`` mixed; "" for what can be nobody's initials.
        signs: what speaks for and against them wherever they stand.
        word: whether they are a small word of grammar: in a sentence they are nothing else.
    """

    case: str
    signs: tuple[str, ...]
    word: bool = False


_NOBODY = Reading("", ())


class Letters:
    """How often letters stand for no person in the notes that we know, by a thousand notes.

    Args:
        seen: letters in lower case to how often they are written small, and how often in capitals.
        lexicon: tells what they may be.
    """

    def __init__(self, seen: dict[str, tuple[float, float]], lexicon: Lexicon) -> None:
        self._seen = seen
        self._lexicon = lexicon
        self._services = frozenset(lx.read_words("services.txt"))

    def read(self, form: str, *, small: bool, upper: bool) -> Reading:
        """What letters are by themselves.

        Args:
            form: as written.
            small, upper: whether the whole note is written in small letters, or in capitals.
        """
        if not 2 <= len(form) <= lx.LONGEST_INITIALS or not form.isalpha():
            return _NOBODY
        low = form.lower()
        as_small, as_upper = self._seen.get(low, (0.0, 0.0))
        if form.islower():
            case, here, there = ("l" if small else "s"), as_small, as_upper
            if small:
                here, there = max(here, there), min(here, there)
        elif form.isupper():
            case, here, there = ("C" if upper else "U"), as_upper, as_small
            if upper:
                here, there = max(here, there), min(here, there)
        elif len(form) == 3 and not form[1:].islower():
            case, here, there = "x", as_upper, as_small
        else:
            return _NOBODY
        if here > _COMMONEST:
            return _NOBODY
        bits = self._lexicon.bits(low)
        head = f"{case}{len(form)}"
        signs = [head, f"{head} seen {_step(here)}", f"{case} else {_step(there)}"]
        signs += [f"{case} {name}" for bit, name in KINDS if bits & bit]
        if low in EVERYDAY:
            signs.append(f"{case} everyday")
        if low in self._services:
            signs.append(f"{case} service")
        if low in LISTED:
            signs += [f"{head} listed", f"listed seen {_step(here)}"]
        elif not as_small + as_upper:
            signs.append(f"{head} unheard")
        if _VOWELS.isdisjoint(low):
            signs.append(f"{head} no vowel")
        return Reading(case, tuple(signs), word=case == "s" and low in _GRAMMAR)


def _step(rate: float) -> int:
    return bisect_left(_STEPS, rate)


def seen(folder_name: str = "phi_tagger") -> dict[str, tuple[float, float]]:
    """How often letters stand for no person, from the models' folder."""
    path = models_dir() / folder_name / "letters.tsv"
    try:
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        return {low: (float(small), float(upper)) for low, small, upper in rows}
    except (OSError, ValueError):
        raise ModelError("what is known of initials is missing or broken: run `make model`") from None
