"""Initials: how far letters, and the place where they stand, say that somebody signs there.

How much each sign counts is fitted by ``models/initials.py`` on our own notes.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise, repeat

from noteproc.artifacts import models_dir
from noteproc.errors import ModelError
from noteproc.redaction import lexicon as lx
from noteproc.redaction.letters import EVERYDAY, KINDS, LISTED, Letters, seen
from noteproc.redaction.words import Words

# Log odds: from here on letters are initials by themselves even in a text that is redacted already, from here on in any
# other, and from here on with the tagger's word as well.
CLEARLY = 1.7
SIGNS = -0.4
BACKS = -2.0
# What it adds that a person of the note has these initials.
OWNED = 4.3
# What our notes hold too rarely to be weighed there: "AS/asolberg1"; "tr: lmp" and "addended 3/6 IN", where letters
# before the mark are its label; and "seen by GI", which others write all day.
_BESIDES = {
    "signed twice": 6.0,
    "s<.signing:": 0.6,
    "U<done time": 0.3,
    "s>:": -0.4,
    "U service": -2.5,
    "C service": -2.5,
    "s service": -1.0,
    "U credential": -1.5,
}

_TIME = re.compile(r"[ \t,@]{1,4}(?:\d{1,2}[/.-]\d{1,2}|(?:[01]?\d|2[0-3]):?[0-5]\d\b)")
_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}(?!\d)")
_TIMED = re.compile(r"(?:\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?|\b(?:[01]?\d|2[0-3]):?[0-5]\d)[ \t,]{1,3}$")
_TIME_REACH = 12
# What letters say that no place outweighs: two of them may well be somebody's whatever else they stand for.
_FLOOR = -6.0
_FLOOR_OF_TWO = -9.0
_TAIL_LINES = 3
_LINE_REACH = 40
_READINGS_KEPT = 20_000
_CLASSES = KINDS[:5]
_CLASSED = sum(bit for bit, _ in _CLASSES)
_SIGNING = frozenset(w for w in lx.read_words("signing_words.txt") if len(w) > 1)
_DONE_BY = frozenset(lx.read_words("done_by.txt"))
_DOING = frozenset(lx.read_words("doing_words.txt"))
_MOST = 5
# So many tokens away letters stand near others.
_NEAR = 3


class Initials:
    """The letters of a note where they stand.

    Args:
        words: the words of the note.
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        self._tail = words.line_of[-1] - _TAIL_LINES if len(words) else 0
        self._weights: dict[int, float] | None = None

    def place(self, i: int, case: str) -> list[str]:
        """The signs of the place where a token stands.

        Args:
            i: the index of the token.
            case: as ``Reading`` has it.
        """
        words, text = self.words, self.words.text
        lower, line_of, n = words.lower, words.line_of, len(words.lower)
        forms, bits = words.words, words.bits
        line = line_of[i]
        before = lower[i - 1] if i and line_of[i - 1] == line else ""
        after = lower[i + 1] if i + 1 < n and line_of[i + 1] == line else ""
        signs = []
        if before:
            gap = words.starts[i] - words.ends[i - 1]
            told = _TOLD[forms[i - 1]]
            further = _TOLD[forms[i - 2]] if i > 1 and line_of[i - 2] == line else "^"
            spaced = "" if not gap else " " if gap == 1 else "  "
            signs += [f"{case}<{told}{spaced}", f"<{told}", f"{case}gap{spaced}", f"<{further} {told}{spaced}"]
            if bits[i - 1] & _CLASSED:
                signs += [f"{case}<.{name}" for bit, name in _CLASSES if bits[i - 1] & bit]
            if before in _SIGNING:
                signs.append(f"{case}<.signing")
            if i > 1 and before in ("by", ":") and lower[i - 2] in (_DONE_BY if before == "by" else _SIGNING):
                signs.append(f"{case}<.signing{before}")
            dated = None
            if before == "," or before.isdigit():
                dated = _TIMED.search(text, max(0, words.starts[i] - _TIME_REACH), words.starts[i])
            if dated:
                signs.append(f"{case}<time")
                done = words.at(dated.start()) - 1
                if done >= 0 and lower[done] in _DONE_BY:
                    signs.append(f"{case}<done time")
            if before == "/" and not gap and i > 1:
                signs.append(f"{case}<{self._partner(i - 2)}/")
        else:
            told = "^"
        if after:
            gap = words.starts[i + 1] - words.ends[i]
            follows = _TOLD[forms[i + 1]]
            further = _TOLD[forms[i + 2]] if i + 2 < n and line_of[i + 2] == line else "$"
            spaced = "" if not gap else " " if gap == 1 else "  "
            signs += [f"{case}>{spaced}{follows}", f">{follows}", f">{spaced}{follows} {further}"]
            if bits[i + 1] & _CLASSED:
                signs += [f"{case}>.{name}" for bit, name in _CLASSES if bits[i + 1] & bit]
            if after in _DOING:
                signs.append(f"{case}>.doing")
            if (after.isdigit() or after in ",@") and _TIME.match(text, words.ends[i]):
                signs.append(f"{case}>time")
            if after == "/" and not gap and i + 2 < n:
                signs.append(f"{case}>/{self._partner(i + 2)}")
                if self._signed_twice(i, told):
                    signs.append("signed twice")
            name = i + 2 if after in "=:(-" else i + 1
            if name < n and lower[name][0] == lower[i][0] and self._spelled_out(i, name):
                signs.append(f"{case} spelled out")
        else:
            follows = "$"
        if before and self._named_before(i):
            signs.append(f"{case} named before")
        if not before and not after:
            signs.append(f"{case} alone")
        elif not before:
            signs.append(f"{case} opens")
        elif not after:
            signs.append(f"{case} ends")
            signs.append(f"{told} $")
        else:
            signs.append(f"{told} {case} {follows}")
        if before and (not after or follows == "."):
            opening = max(words.at(words.line_start(line)), i - _LINE_REACH)
            signs.append(f"{case} ends timed" if lower[opening].isdigit() else f"{case} ends untimed")
        if line > self._tail:
            signs.append(f"{case} tail")
            if not before:
                signs.append(f"{case} opens tail")
        return signs

    def _partner(self, k: int) -> str:
        """What stands on the other side of a slash."""
        form = self.words.words[k]
        written = "small" if form.islower() else "capitals" if form.isupper() else "other"
        return f"listed {written}" if self.words.lower[k] in LISTED else f"{written} {min(5, len(form))}"

    def weights(self) -> dict[int, float]:
        """The log odds that each token that may be initials is a person's, by its index."""
        if self._weights is None:
            self._weights = _fitted().weigh(self)
        return self._weights

    def _signed_twice(self, i: int, before: str) -> bool:
        """Whether a user name that begins alike, or in brackets a date, stands behind a slash: "AS/asolberg1"."""
        words = self.words
        k = i + 2
        if k >= len(words) or words.starts[k] != words.ends[i] + 1:
            return False
        if words.words[k].isdigit():
            return before in ("(", "[") and _DAY.match(words.text, words.starts[k]) is not None
        known = words.bits[k] & (lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION)
        return (
            len(words.words[k]) > 3
            and words.words[k].islower()
            and words.lower[k][0] == words.lower[i][0]
            and not known
        )

    def _spelled_out(self, i: int, k: int) -> bool:
        """Whether the name with these initials begins at a token ("lw = Lorraine Wysocki", "RB Rowena Bright RN")."""
        words, line = self.words, self.words.line_of[i]
        named = False
        for letter in words.lower[i]:
            while k < len(words) and words.words[k] in ".-'" and words.line_of[k] == line:
                k += 1
            if k >= len(words) or words.line_of[k] != line or words.lower[k][0] != letter:
                return False
            if not words.words[k][0].isupper():
                return False
            named = named or not words.bits[k] & (lx.ORDINARY | lx.CLINICAL) or bool(words.bits[k] & lx.NAME)
            k += 1
        return named

    def _named_before(self, i: int) -> bool:
        """Whether a name with these initials ends right before them: "Sig: P. Halverson PH", "Jane Doe, MD (jd)"."""
        words, line, capitals = self.words, self.words.line_of[i], self.words.capitals
        letters = words.lower[i]
        for at in range(bisect_left(capitals, i) - 1, -1, -1):
            k = capitals[at]
            if k < i - _MOST or words.line_of[k] != line:
                return False
            if words.lower[k][0] == letters[-1] and len(words.words[k]) > 2:
                break
        else:
            return False
        for letter in reversed(letters):
            while k >= 0 and words.words[k] in ".-'" and words.line_of[k] == line:
                k -= 1
            if k < 0 or words.line_of[k] != line or words.lower[k][0] != letter or not words.words[k][0].isupper():
                return False
            k -= 1
        return True


class _Told(dict[str, str]):
    """Tokens as a sign names them: figures by their number, names and capitals by their kind."""

    def __missing__(self, form: str) -> str:
        if len(self) >= _READINGS_KEPT:
            self.clear()
        told = form.lower()
        if told.isdigit():
            told = f"#{min(4, len(told))}"
        elif told.isalpha() and len(told) > 1:
            bits = lx.lexicon().bits(told)
            if bits & lx.CREDENTIAL and len(told) > 2:
                told = "%credential"
            elif bits & lx.NAME and form[0].isupper() and not form.isupper() and told not in EVERYDAY:
                told = "%name"
        self[form] = told
        return told


_TOLD = _Told()


class _Said(dict[str, tuple[str, float] | None]):
    """How letters are written, and the log odds by themselves; nothing for those that no place makes initials.

    Args:
        bias, weights, letters: as ``Fitted`` has them.
        small, upper: how the notes are written.
    """

    def __init__(self, bias: float, weights: dict[str, float], letters: Letters, *, small: bool, upper: bool) -> None:
        super().__init__()
        self._bias, self._weights, self._letters = bias, weights, letters
        self._small, self._upper = small, upper

    def __missing__(self, form: str) -> tuple[str, float] | None:
        if len(self) >= _READINGS_KEPT:
            self.clear()
        reading = self._letters.read(form, small=self._small, upper=self._upper)
        said = None
        if reading.case:
            odds = self._bias + sum(self._weights.get(s, 0.0) for s in reading.signs)
            if odds >= (_FLOOR_OF_TWO if len(form) == 2 else _FLOOR):
                said = reading.case, odds
        self[form] = said
        return said


class Fitted:
    """The weights of the signs.

    Args:
        bias: of the log odds.
        signs: the weight of each sign of the letters and of their place.
        beside: the weights of what the letters around say, once all have been weighed by themselves.
    """

    def __init__(self, bias: float, signs: dict[str, float], beside: dict[str, float], letters: Letters) -> None:
        self._beside = beside
        self._signs = signs | {sign: signs.get(sign, 0.0) + weight for sign, weight in _BESIDES.items()}
        self._said = {
            (small, upper): _Said(bias, self._signs, letters, small=small, upper=upper)
            for small in (False, True)
            for upper in (False, True)
        }

    def first(self, initials: Initials) -> dict[int, float]:
        """The log odds by its own signs of each token that may be initials."""
        words = initials.words
        said = self._said[words.small, words.upper]
        weight = self._signs.get
        short = words.of_class(lx.SHORT)
        found: dict[int, float] = {}
        for i, known in zip(short, map(said.__getitem__, map(words.words.__getitem__, short)), strict=True):
            if known is not None:
                case, odds = known
                found[i] = odds + sum(map(weight, initials.place(i, case), repeat(0.0)))
        return found

    def weigh(self, initials: Initials) -> dict[int, float]:
        """The log odds of each token that may be initials in the light of the others."""
        first = self.first(initials)
        weight = self._beside.get
        slope, bias = weight("slope", 1.0), weight("bias", 0.0)
        return {
            i: bias + slope * first[i] + sum(map(weight, signs, repeat(0.0)))
            for i, signs in beside(initials.words, first)
        }


def beside(words: Words, first: dict[int, float]) -> Iterable[tuple[int, list[str]]]:
    """For each token what the others say: the same letters elsewhere, those near by, those that end the lines around.

    Args:
        words: the words of the note.
        first: the log odds of each token by its own signs.
    """
    same: dict[str, list[int]] = {}
    ends: dict[int, float] = {}
    n, lower, line_of = len(words), words.lower, words.line_of
    if not first:
        return
    named = _named(words)
    for i, odds in first.items():
        same.setdefault(lower[i], []).append(i)
        if i + 1 >= n or line_of[i + 1] != line_of[i]:
            ends[line_of[i]] = odds
    before = -n
    for i, after in zip(first, [*list(first)[1:], 2 * n], strict=True):
        signs = []
        low, line = lower[i], line_of[i]
        others = same[low]
        if len(others) > 1:
            told = sorted((first[k] for k in others if k != i), reverse=True)
            signs.append(f"elsewhere {_bounded(told[0])}")
            if len(told) > 1:
                signs.append(f"again {_bounded(told[1])}")
        if low in named:
            signs.append("named small" if words.words[i].islower() else "named")
        if i - before <= _NEAR or after - i <= _NEAR:
            near = [first[k] for k in (i - 3, i - 2, i + 2, i + 3) if k in first and line_of[k] == line]
            if near:
                signs.append(f"near {_bounded(max(near))}")
            next_to = [first[k] for k in (i - 1, i + 1) if k in first and line_of[k] == line]
            if next_to:
                signs.append(f"next {_bounded(max(next_to))}")
        before = i
        if ends.get(line) == first[i]:
            around = [ends[k] for k in (line - 2, line - 1, line + 1, line + 2) if k in ends]
            if around:
                signs.append(f"column {_bounded(max(around))}")
        yield i, signs


def _named(words: Words) -> set[str]:
    """The initials of what may be names: words with a capital side by side, the last one no language."""
    found: set[str] = set()
    capitals, forms, line_of = words.capitals, words.words, words.line_of
    language = lx.ORDINARY | lx.CLINICAL
    for at, (beside, last) in enumerate(pairwise(capitals), 1):
        if last - beside > 2 or len(forms[last]) < 3:
            continue
        bits = words.bits[last]
        if bits & language and not bits & lx.NAME:
            continue
        letters = words.lower[last][0]
        k = last
        for first in (beside, capitals[at - 2] if at > 1 else -1):
            if first < 0 or line_of[first] != line_of[last]:
                break
            between = forms[first + 1 : k]
            if len(between) > 1 or (between and between[0] not in ".-'"):
                break
            letters = words.lower[first][0] + letters
            found.add(letters)
            found.add(letters[0] + letters[-1])
            k = first
    return found


def _bounded(odds: float) -> int:
    return max(-4, min(4, round(odds)))


_last: list[Initials] = []


def initials_of(words: Words) -> Initials:
    """The initials of a note's words, those asked for last kept."""
    if _last and _last[0].words is words:
        return _last[0]
    _last[:] = [found := Initials(words)]
    return found


@lru_cache(maxsize=1)
def _fitted() -> Fitted:
    try:
        stored = json.loads((models_dir() / "phi_tagger" / "initials.json").read_text(encoding="utf-8"))
        return Fitted(
            float(stored["bias"]), dict(stored["signs"]), dict(stored["beside"]), Letters(seen(), lx.lexicon())
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError("the weights of initials are missing or broken: run `make model`") from None
