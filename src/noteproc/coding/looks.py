"""What a phrase of the dictionaries looks like, and whether a word as written may be it: "AS" is not "as"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from noteproc.text import lexicon
from noteproc.text.fold import fold, tokens

_SHORT = re.compile(r"[A-Z][A-Z0-9/]{1,5}")
# "PsA", "iGAS", "AoS": only exactly so.
_MIXED = re.compile(r"(?=.*[a-z])(?=(?:.*[A-Z]){2})[A-Za-z]{2,6}")
# What relatives by blood hand on.
_OF_BLOOD = ("Z80", "Z81", "Z82", "Z83", "Z84")
# So many letters an abbreviation has that may mean anything.
_RARE = 4


class Look(NamedTuple):
    """What a phrase looks like.

    Attributes:
        text: its words, as its dictionary has them.
        alone: whether it has one key.
        longest: how many letters its longest key has.
        rare: whether it is an abbreviation of two to four letters that is not among the commonest.
        printed: whether it is a code's own number.
        of_blood: whether it tells what relatives by blood hand on.
    """

    text: str
    alone: bool
    longest: int
    rare: bool
    printed: bool
    of_blood: bool

    @classmethod
    def of(cls, text: str, code: str, keys: list[str]) -> Look:
        """The look of a phrase.

        Args:
            text: its words.
            code: that it leads to.
            keys: of its words.
        """
        rare = len(text) <= _RARE and _SHORT.fullmatch(text) is not None and not _is_lowercase(text)
        return cls(text, len(keys) == 1, max(map(len, keys)), rare, text == code, code.startswith(_OF_BLOOD))


class Agreement(NamedTuple):
    """Whether a word as written may be a phrase.

    Attributes:
        holds: never, only as its abbreviation, always, or where capitals say something.
        beside: the small words of the phrase that must stand by the word ("on edge"): how far from it, and the form.
    """

    holds: Literal["never", "abbreviated", "always", "capitals"]
    beside: tuple[tuple[int, str], ...]


@lru_cache(maxsize=50_000)
def agreement(phrase: str, alone: bool, written: str) -> Agreement:
    """Whether a word may be a phrase.

    Args:
        phrase: found at this word.
        alone: whether it has one key.
        written: the word.
    """
    return Agreement(_holds(phrase, alone, written), _beside(phrase))


def _holds(phrase: str, alone: bool, written: str) -> Literal["never", "abbreviated", "always", "capitals"]:
    form, short = fold(written), _SHORT.fullmatch(phrase) is not None
    if short and written[-1] == "S" and written[:-1] == phrase and written.isupper():
        # "PCOS" is no plural of "PCO".
        return "never"
    if alone and not _same_word(form, written, phrase):
        return "abbreviated"
    if _MIXED.fullmatch(phrase):
        exact = written in (phrase, phrase.upper() if len(phrase) < 3 else phrase)
        return "always" if exact or _is_lowercase(phrase) else "abbreviated"
    if not short or form != fold(phrase):
        return "always"
    if not written.isupper():
        return "always" if _is_lowercase(phrase) else "abbreviated"
    return "capitals"


def _beside(phrase: str) -> tuple[tuple[int, str], ...]:
    """The small words of a phrase, and how far each stands from its first other one."""
    forms = [token.form for token in tokens(phrase)]
    words = lexicon.shipped()
    small = [words.key(form) in words.stop for form in forms]
    if len(forms) < 2:
        return ()
    main = small.index(False) if False in small else 0
    return tuple((i - main, form) for i, form in enumerate(forms) if small[i] and i != main)


def _is_lowercase(phrase: str) -> bool:
    """Whether an abbreviation is read in small letters too."""
    return phrase.lower() in lexicon.shipped().lowercase


def _same_word(form: str, written: str, phrase: str) -> bool:
    """Whether a one-word phrase and a word of the note agree beyond their stems ("dressing" is not "DRESS")."""
    parts = tokens(phrase)
    if len(parts) != 1:
        return True
    theirs = phrase[parts[0].start : parts[0].end]
    # A name in -s ("Wells"): the bare word is something else.
    in_s = theirs.lower().endswith("s") and not theirs.endswith("ss") and parts[0].form != theirs.lower()
    if in_s and theirs[:1].isupper() and not written.lower().endswith("s"):
        return False
    if parts[0].form == form:
        return not (theirs.isupper() and len(theirs) > 2 and written.islower() and theirs.lower() != written.lower())
    if theirs.isupper() and len(theirs) <= 5:
        # "LAC" may be a long arm cast: another word for one of its meanings is not the abbreviation.
        return False
    words = lexicon.shipped()
    return words.joined(parts[0].form) == words.joined(form)
