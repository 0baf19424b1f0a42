"""Initials: how far letters, and the place where they stand, say that somebody signs there.

How much each sign counts is fitted by ``models/initials.py`` on our own notes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from noteproc.artifacts import models_dir
from noteproc.errors import ModelError
from noteproc.redaction import lexicon as lx
from noteproc.redaction.letters import LISTED, Letters, seen
from noteproc.redaction.sides import SIGNING, TOLD, Side, Weighed, signs_before, signs_behind
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
_DONE_BY = frozenset(lx.read_words("done_by.txt"))
# Before letters and behind them, tokens that say more together with the next one.
_LEADING = frozenset({",", "/", ":", "by"})
_TRAILING = frozenset({",", "@", "/"})
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
        before, behind, signs = self.around(i, case)
        if before:
            signs += signs_before(before)
        if behind:
            signs += signs_behind(behind)
        return signs

    def around(self, i: int, case: str) -> tuple[Side | None, Side | None, list[str]]:
        """What stands on both sides of a token in its line, and the signs that neither side tells by itself."""
        words = self.words
        forms, line_of, n = words.words, words.line_of, len(words.words)
        line = line_of[i]
        before = behind = None
        told, follows = "^", "$"
        signs = []
        if i and line_of[i - 1] == line:
            told = TOLD[forms[i - 1]]
            further = TOLD[forms[i - 2]] if i > 1 and line_of[i - 2] == line else "^"
            blanks = "  "[: words.starts[i] - words.ends[i - 1]]
            before = case, forms[i - 1], blanks
            signs.append(f"<{further} {told}{blanks}")
            if told in _LEADING or told[0] == "#":
                signs += self._led(i, case, told)
            if self._named_before(i):
                signs.append(f"{case} named before")
        if i + 1 < n and line_of[i + 1] == line:
            follows = TOLD[forms[i + 1]]
            further = TOLD[forms[i + 2]] if i + 2 < n and line_of[i + 2] == line else "$"
            blanks = "  "[: words.starts[i + 1] - words.ends[i]]
            behind = case, forms[i + 1], blanks
            signs.append(f">{blanks}{follows} {further}")
            if follows in _TRAILING or follows[0] == "#":
                signs += self._trailed(i, case, told, follows)
            name = i + 2 if follows in "=:(-" else i + 1
            if name < n and words.lower[name][0] == words.lower[i][0] and self._spelled_out(i, name):
                signs.append(f"{case} spelled out")
            signs.append(f"{told} {case} {follows}" if before else f"{case} opens")
        elif before:
            signs += (f"{case} ends", f"{told} $")
        else:
            signs.append(f"{case} alone")
        if before and (not behind or follows == "."):
            opening = max(words.at(words.line_start(line)), i - _LINE_REACH)
            signs.append(f"{case} ends timed" if forms[opening].isdigit() else f"{case} ends untimed")
        if line > self._tail:
            signs.append(f"{case} tail")
            if not before:
                signs.append(f"{case} opens tail")
        return before, behind, signs

    def _led(self, i: int, case: str, told: str) -> Iterator[str]:
        """What figures, a mark or "by" right before a token say together with what stands before them."""
        words, lower = self.words, self.words.lower
        if told == "/":
            if words.ends[i - 1] == words.starts[i] and i > 1:
                yield f"{case}<{self._partner(i - 2)}/"
        elif told in ("by", ":"):
            if i > 1 and lower[i - 2] in (_DONE_BY if told == "by" else SIGNING):
                yield f"{case}<.signing{told}"
        else:
            dated = _TIMED.search(words.text, max(0, words.starts[i] - _TIME_REACH), words.starts[i])
            if dated:
                yield f"{case}<time"
                done = words.at(dated.start()) - 1
                if done >= 0 and lower[done] in _DONE_BY:
                    yield f"{case}<done time"

    def _trailed(self, i: int, case: str, told: str, follows: str) -> Iterator[str]:
        """What figures or a mark right behind a token say together with what stands behind them."""
        words = self.words
        if follows != "/":
            if _TIME.match(words.text, words.ends[i]):
                yield f"{case}>time"
        elif words.starts[i + 1] == words.ends[i] and i + 2 < len(words):
            yield f"{case}>/{self._partner(i + 2)}"
            if self._signed_twice(i, told):
                yield "signed twice"

    def said_in_prose(self, i: int) -> bool:
        """Whether a small word of language stands between two others: "I reviewed an MRI", "so my supplies"."""
        words = self.words
        if not 0 < i < len(words) - 1 or not words.words[i - 1].islower():
            return False
        starts, ends = words.starts, words.ends
        apart = starts[i] - ends[i - 1] == 1 == starts[i + 1] - ends[i]
        return apart and words.words[i + 1].isalpha() and words.line_of[i - 1] == words.line_of[i + 1]

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
        words, line = self.words, self.words.line_of[i]
        letters, reach = words.lower[i], max(i - _MOST, 0)
        if letters[-1] not in [low[0] for low in words.lower[reach:i]]:
            return False
        for k in range(i - 1, reach - 1, -1):
            if words.line_of[k] != line:
                return False
            if words.lower[k][0] == letters[-1] and words.words[k][0].isupper() and len(words.words[k]) > 2:
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


class _Said(dict[str, tuple[str, float, bool] | None]):
    """How letters are written, the log odds by themselves and whether they are a word; nothing where no place helps.

    Args:
        bias, weights, letters: as ``Fitted`` has them.
        small, upper: how the notes are written.
    """

    def __init__(self, bias: float, weights: dict[str, float], letters: Letters, *, small: bool, upper: bool) -> None:
        super().__init__()
        self._bias, self._weights, self._letters = bias, weights, letters
        self._small, self._upper = small, upper

    def __missing__(self, form: str) -> tuple[str, float, bool] | None:
        if len(self) >= _READINGS_KEPT:
            self.clear()
        reading = self._letters.read(form, small=self._small, upper=self._upper)
        said = None
        if reading.case:
            odds = self._bias + sum(self._weights.get(s, 0.0) for s in reading.signs)
            if odds >= (_FLOOR_OF_TWO if len(form) == 2 else _FLOOR):
                said = reading.case, odds, reading.word
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
        self._before = Weighed(signs_before, self._signs)
        self._behind = Weighed(signs_behind, self._signs)

    def first(self, initials: Initials) -> dict[int, float]:
        """The log odds by its own signs of each token that may be initials."""
        words = initials.words
        said = self._said[words.small, words.upper]
        weight = self._signs.get
        short = words.of_class(lx.SHORT)
        found: dict[int, float] = {}
        for i, known in zip(short, map(said.__getitem__, map(words.words.__getitem__, short)), strict=True):
            if known is not None:
                case, odds, word = known
                if word and initials.said_in_prose(i):
                    continue
                before, behind, signs = initials.around(i, case)
                for sign in signs:
                    odds += weight(sign, 0.0)
                if before:
                    odds += self._before[before]
                if behind:
                    odds += self._behind[behind]
                found[i] = odds
        return found

    def weigh(self, initials: Initials) -> dict[int, float]:
        """The log odds of each token that may be initials in the light of the others."""
        first = self.first(initials)
        weight = self._beside.get
        slope, bias = weight("slope", 1.0), weight("bias", 0.0)
        found: dict[int, float] = {}
        for i, signs in beside(initials.words, first):
            odds = bias + slope * first[i]
            for sign in signs:
                odds += weight(sign, 0.0)
            found[i] = odds
        return found


def beside(words: Words, first: dict[int, float]) -> Iterable[tuple[int, list[str]]]:
    """For each token what the others say: the same letters elsewhere, those near by, those that end the lines around.

    Args:
        words: the words of the note.
        first: the log odds of each token by its own signs.
    """
    same: dict[str, list[float]] = {}
    ends: dict[int, float] = {}
    n, lower, line_of = len(words), words.lower, words.line_of
    if not first:
        return
    for i, odds in first.items():
        same.setdefault(lower[i], []).append(odds)
        if i + 1 >= n or line_of[i + 1] != line_of[i]:
            ends[line_of[i]] = odds
    named = _named(words, {low[-1] for low in same})
    for told in same.values():
        told.sort(reverse=True)
    before = -n
    for (i, odds), after in zip(first.items(), [*list(first)[1:], 2 * n], strict=True):
        signs = []
        low, line = lower[i], line_of[i]
        told = same[low]
        if len(told) > 1:
            signs.append(f"elsewhere {_bounded(told[odds == told[0]])}")
            if len(told) > 2:
                signs.append(f"again {_bounded(told[1 + (odds >= told[1])])}")
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
        if ends.get(line) == odds:
            around = [ends[k] for k in (line - 2, line - 1, line + 1, line + 2) if k in ends]
            if around:
                signs.append(f"column {_bounded(max(around))}")
        yield i, signs


def _named(words: Words, endings: set[str]) -> set[str]:
    """The initials of what may be names, those with one of some letters at their end.

    Such a name is words with a capital side by side, the last one no language.
    """
    found: set[str] = set()
    forms, lower = words.words, words.lower
    strange = ~words.is_class(lx.ORDINARY | lx.CLINICAL) | words.is_class(lx.NAME)
    for last in (strange & words.is_class(lx.CAPITAL)).nonzero()[0].tolist():
        letters = lower[last][0]
        if letters in endings and len(forms[last]) > 2:
            k = _capital_before(words, last)
            for _ in range(2):
                if k < 0:
                    break
                letters = lower[k][0] + letters
                found.add(letters)
                found.add(letters[0] + letters[-1])
                k = _capital_before(words, k)
    return found


def _capital_before(words: Words, k: int) -> int:
    """The word with a capital right before another in its line, a mark of names between them or not; -1 for none."""
    forms, at = words.words, k - 1
    if at > 0 and forms[at] in ".-'":
        at -= 1
    return at if at >= 0 and forms[at][0].isupper() and words.line_of[at] == words.line_of[k] else -1


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
