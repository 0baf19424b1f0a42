"""Surrogates: invented values of the same shape, and for names of the same kind and origin where these are known.

Nothing here is derived from a person's data: every choice is the next draw of the patient's random stream in the vault.
Numbers are taken from ranges that are given to nobody where there are such ranges.

Source: 47 CFR 52 and ATIS-0300115 (555-0100 to 555-0199 are fictitious); RFC 2606 and RFC 5737 (example domains and
addresses); SSA POMS RM 10201.035 (area numbers 900-999 are no social security numbers).
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from noteproc.artifacts import dictionaries_dir
from noteproc.redaction import lexicon as lx
from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.lexicon import lexicon, read_lines, read_pairs
from noteproc.redaction.vault import Scope

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_STAYS = lx.TITLE | lx.CREDENTIAL | lx.PARTICLE
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_STATE_ZIP = re.compile(r",?\s{1,4}(?P<state>[A-Z]{2})\.?(?P<zip>\s{1,4}\d{5}(?:-\d{4})?)?\s{0,4}$")
_LIKE_LENGTH = 5


def surrogate(kind: str, surface: str, person: tuple[str, ...], scope: Scope) -> str:
    """What stands in for a value, the same for the same value in one scope.

    Args:
        kind: the entity type; not DATE, which is shifted.
        surface: the words in the note.
        person: of a name, every surface of the same person in the note.
        scope: of the patient; draws and what was drawn are kept in it.
    """
    if kind in NAME_TYPES:
        return _Name(person, scope).surrogate(surface)
    known = f"{kind}\n{' '.join(surface.casefold().split())}"
    found = scope.values.get(known)
    while found is None or found.casefold() == surface.casefold():
        found = _invented(kind, surface, scope)
    scope.values[known] = found
    return found


class _Name:
    def __init__(self, person: tuple[str, ...], scope: Scope) -> None:
        self._scope = scope
        self._parts = [m.group() for surface in person for m in _WORD.finditer(surface) if len(m.group()) > 1]

    def surrogate(self, surface: str) -> str:
        words = list(_WORD.finditer(surface))
        initials = len(words) == 1 and 2 <= len(words[0].group()) <= 3 and self._are_initials(words[0].group())
        pieces, at = [], 0
        for place, m in enumerate(words):
            pieces.append(surface[at : m.start()])
            word = m.group()
            if initials or len(word) == 1:
                pieces.append("".join(self._letter(c) for c in word))
            else:
                given = self._given(word, place, len(words), surface)
                pieces.append(self._like(word, given))
            at = m.end()
        return "".join(pieces) + surface[at:]

    def _are_initials(self, word: str) -> bool:
        known = word.casefold() in (part.casefold() for part in self._parts if part != word)
        return not known and not lexicon().bits(word.casefold()) & lx.NAME

    def _letter(self, letter: str) -> str:
        """The first letter of the surrogate of the part of the name that starts with ``letter``."""
        for part in self._parts:
            replaced = self._scope.words.get(part.casefold())
            if part[0].casefold() == letter.casefold() and replaced:
                return replaced[0].upper() if letter.isupper() else replaced[0]
        key = f"{letter.casefold()}."
        if key not in self._scope.words:
            self._scope.words[key] = "abcdefghijklmnoprstvw"[self._scope.draw(21)]
        drawn = self._scope.words[key]
        return drawn.upper() if letter.isupper() else drawn

    def _given(self, word: str, place: int, count: int, surface: str) -> bool:
        bits = lexicon().bits(word.casefold())
        if bool(bits & lx.FIRST) != bool(bits & lx.LAST):
            return bool(bits & lx.FIRST)
        last = place == count - 1
        return place > 0 if "," in surface else not last

    def _like(self, word: str, given: bool) -> str:
        key = word.casefold()
        if key in _SUFFIXES or (lexicon().bits(key) & _STAYS and not lexicon().bits(key) & lx.NAME):
            return word
        found = self._scope.words.get(key) or self._misspelled(key)
        pool = _pool(key, given)
        taken = frozenset(self._scope.words.values()) if found is None else frozenset()
        free = [w for w in pool if w not in taken and w != key] or [w for w in pool if w != key]
        if found is None:
            found = free[self._scope.draw(len(free))]
        self._scope.words[key] = found
        return _cased(word, found)

    def _misspelled(self, key: str) -> str | None:
        if len(key) < _LIKE_LENGTH:
            return None
        close = (v for k, v in self._scope.words.items() if len(k) >= _LIKE_LENGTH and OSA.distance(k, key) == 1)
        return next(close, None)


def _invented(kind: str, surface: str, scope: Scope) -> str:
    if kind in ("PHONE_NUMBER", "FAX_NUMBER"):
        return _phone(surface, scope)
    if kind == "US_SSN":
        return _shaped(surface, scope, first="9")
    if kind == "EMAIL_ADDRESS":
        return f"{_pick('english', 'female', scope)}.{_pick('english', 'family', scope)}@example.org"
    if kind == "URL":
        return f"https://example.org/{scope.draw(90000) + 10000}"
    if kind == "IP_ADDRESS":
        return f"2001:db8::{scope.draw(65535) + 1:x}" if ":" in surface else f"192.0.2.{scope.draw(254) + 1}"
    if kind == "STREET_ADDRESS":
        return _address(surface, scope)
    if kind == "CITY":
        return _cased_phrase(surface, _place("town", scope))
    if kind == "COUNTY":
        return _cased_phrase(surface, f"{_place('street', scope)} County")
    if kind in ("FACILITY", "ORGANIZATION"):
        return _cased_phrase(surface, f"{_place(kind.lower(), scope)} {_ending(kind.lower(), surface, scope)}")
    if kind == "STATE":
        return _cased_phrase(surface, _states()[scope.draw(len(_states()))])
    return _shaped(surface, scope)


def _phone(surface: str, scope: Scope) -> str:
    digits = [c for c in surface if c.isdigit()]
    tail = f"55501{scope.draw(100):02d}"
    if len(digits) == 7:
        new = tail
    elif len(digits) in (10, 11):
        new = ("1" if len(digits) == 11 else "") + f"{scope.draw(7) + 2}{scope.draw(10)}{scope.draw(9) + 1}" + tail
    else:
        return _shaped(surface, scope)
    supply = iter(new)
    return "".join(next(supply) if c.isdigit() else c for c in surface)


def _shaped(surface: str, scope: Scope, first: str = "") -> str:
    out = []
    for c in surface:
        if c.isdigit():
            out.append(first or str(scope.draw(10)))
            first = ""
        elif c.isalpha():
            letter = "abcdefghjkmnpqrstuvwxyz"[scope.draw(23)]
            out.append(letter.upper() if c.isupper() else letter)
        else:
            out.append(c)
    shaped = "".join(out)
    # A value without a letter or digit has no shape to keep.
    return shaped if any(c.isalnum() for c in shaped) else f"X{scope.draw(10**6):06d}"


def _address(surface: str, scope: Scope) -> str:
    street = f"{scope.draw(8900) + 100} {_place('street', scope)} {_place('street end', scope)}"
    tail = _STATE_ZIP.search(surface)
    if "," not in surface and tail is None:
        return _cased_phrase(surface, street)
    town = _place("town", scope)
    state = f", {tail['state']}" if tail else ""
    return _cased_phrase(surface, f"{street}, {town}") + state + (" 00000" if tail and tail["zip"] else "")


def _ending(kind: str, surface: str, scope: Scope) -> str:
    words = _WORD.findall(surface)
    head = lx.FACILITY if kind == "facility" else lx.ORG
    if words and lexicon().bits(words[-1].casefold()) & head:
        return str(words[-1])
    return _place(f"{kind} end", scope)


def _place(use: str, scope: Scope) -> str:
    words = _places()[use]
    return words[scope.draw(len(words))]


def _pick(origin: str, kind: str, scope: Scope) -> str:
    words = _names()[(origin, kind)]
    return words[scope.draw(len(words))]


def _pool(key: str, given: bool) -> tuple[str, ...]:
    """The names of the same origin and kind as a known one; English names for an unknown one."""
    names = _names()
    kinds = ("female", "male") if given else ("family",)
    for (_, kind), words in names.items():
        if kind in kinds and key in words:
            return words
    if not given:
        return names[("english", "family")]
    return names[("english", "female")] if key.endswith(("a", "e", "ie", "lyn")) else names[("english", "male")]


def _cased(pattern: str, word: str) -> str:
    if pattern.isupper() and len(pattern) > 1:
        return word.upper()
    if pattern.islower():
        return word
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))


def _cased_phrase(pattern: str, phrase: str) -> str:
    return phrase.upper() if pattern.isupper() else phrase.lower() if pattern.islower() else phrase


@lru_cache(maxsize=1)
def _names() -> dict[tuple[str, str], tuple[str, ...]]:
    rows = (line.split("\t") for line in read_lines(dictionaries_dir() / "phi" / "surrogate_names.tsv"))
    return {(origin, kind): tuple(words.split()) for origin, kind, words in rows}


@lru_cache(maxsize=1)
def _places() -> dict[str, tuple[str, ...]]:
    rows = (line.split("\t") for line in read_lines(dictionaries_dir() / "phi" / "surrogate_places.tsv"))
    return {use: tuple(words.split(";")) for use, words in rows}


@lru_cache(maxsize=1)
def _states() -> tuple[str, ...]:
    return tuple(name for _, name in read_pairs("states.tsv"))
