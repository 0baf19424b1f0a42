"""What a browser asks for, checked before it is written to the log: only known keys, in range, of the right type.

The messages of what is refused hold nothing of what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from noteproc.errors import ConfigError
from noteproc.review.queries import words_of_money
from noteproc.review.standing import Standing
from noteproc.review.vocabulary import words_of

LONGEST_EVIDENCE = 200
_LONGEST_TEXT = 8000
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_MOST_MODIFIERS = 4
_MOST_UNITS = 9999

CodeFinder = Callable[[str, str], Mapping[str, Any]]


class Actions:
    """Checks decisions on one note.

    Args:
        standing: the note as it stands.
        text: its redacted text.
        phi: how many identifiers were redacted in it.
        find: gives system, version, code, display and kind of a code; refuses an unknown one.
        entity_types: what missed identifiers may be.
    """

    def __init__(
        self, standing: Standing, text: str, phi: int, find: CodeFinder, entity_types: tuple[str, ...]
    ) -> None:
        self._standing = standing
        self._text = text
        self._phi = phi
        self._find = find
        self._entity_types = entity_types
        self._checks: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "accept": self._on_code,
            "reject": self._reject,
            "replace": self._replace,
            "add": self._add,
            "units": self._units,
            "modifiers": self._modifiers,
            "sequence": self._sequence,
            "comment": self._remark,
            "query": self._query,
            "answered": lambda data: {},
            "mask": self._mask,
            "expose": self._expose,
            "finish": lambda data: {},
        }

    def checked(self, action: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """The data as it goes into the log.

        Raises:
            ConfigError: it is refused.
        """
        if action not in self._checks:
            raise ConfigError("no such decision")
        return self._checks[action](data)

    def _on_code(self, data: Mapping[str, Any]) -> dict[str, Any]:
        key = (data.get("system"), data.get("code"))
        if key not in self._standing.codes:
            raise ConfigError("the note has no such code")
        return {"system": key[0], "code": key[1]}

    def _reject(self, data: Mapping[str, Any]) -> dict[str, Any]:
        reason = data.get("reason")
        if reason not in words_of("reasons"):
            raise ConfigError("a rejection needs a reason")
        return {**self._on_code(data), "reason": reason}

    def _replace(self, data: Mapping[str, Any]) -> dict[str, Any]:
        by = data.get("by")
        if not isinstance(by, dict):
            raise ConfigError("a replacement needs another code")
        new = self._found(by)
        old = self._on_code(data)
        if (new["system"], new["code"]) == (old["system"], old["code"]):
            raise ConfigError("that is the same code")
        return {**old, "by": new}

    def _add(self, data: Mapping[str, Any]) -> dict[str, Any]:
        evidence = data.get("evidence")
        if not isinstance(evidence, list) or len(evidence) > 20:
            raise ConfigError("an added code needs a list of words")
        spans = [self._span(pair, LONGEST_EVIDENCE) for pair in evidence]
        return {**self._found(data), "evidence": [list(span) for span in spans]}

    def _units(self, data: Mapping[str, Any]) -> dict[str, Any]:
        units = data.get("units")
        if isinstance(units, bool) or not isinstance(units, int) or not 1 <= units <= _MOST_UNITS:
            raise ConfigError(f"units are a whole number from 1 to {_MOST_UNITS}")
        return {**self._on_code(data), "units": units}

    def _modifiers(self, data: Mapping[str, Any]) -> dict[str, Any]:
        given = data.get("modifiers")
        if not isinstance(given, list) or len(given) > _MOST_MODIFIERS:
            raise ConfigError(f"a code takes at most {_MOST_MODIFIERS} modifiers")
        modifiers = [m.strip().upper() if isinstance(m, str) else "" for m in given]
        if not all(map(_MODIFIER.fullmatch, modifiers)) or len(set(modifiers)) < len(modifiers):
            raise ConfigError("a modifier is two letters or digits, each once")
        return {**self._on_code(data), "modifiers": modifiers}

    def _sequence(self, data: Mapping[str, Any]) -> dict[str, Any]:
        order = data.get("order")
        known = self._standing.codes.keys()
        if not isinstance(order, list) or len(order) > len(known):
            raise ConfigError("a sequence names codes of the note")
        wanted = [tuple(pair) if isinstance(pair, list) else () for pair in order]
        if len(set(wanted)) < len(wanted) or any(pair not in known for pair in wanted):
            raise ConfigError("a sequence names codes of the note, each once")
        return {"order": [list(pair) for pair in wanted]}

    def _remark(self, data: Mapping[str, Any]) -> dict[str, Any]:
        text = data.get("text")
        if not isinstance(text, str) or not text.strip() or len(text) > _LONGEST_TEXT:
            raise ConfigError(f"words are needed, at most {_LONGEST_TEXT} characters of them")
        on_code = self._on_code(data) if data.get("code") else {}
        return {**on_code, "text": text.strip()}

    def _query(self, data: Mapping[str, Any]) -> dict[str, Any]:
        checked = self._remark(data)
        if found := words_of_money(checked["text"]):
            raise ConfigError(f"a query does not speak of payment: take out {', '.join(found)}")
        return checked

    def _mask(self, data: Mapping[str, Any]) -> dict[str, Any]:
        start, end = self._span([data.get("start"), data.get("end")], LONGEST_EVIDENCE)
        if data.get("entity_type") not in self._entity_types:
            raise ConfigError("say what kind of identifier it is")
        return {"entity_type": data["entity_type"], "spans": occurrences(self._text, start, end)}

    def _expose(self, data: Mapping[str, Any]) -> dict[str, Any]:
        place = data.get("phi")
        if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < self._phi:
            raise ConfigError("nothing was redacted there")
        return {"phi": place}

    def _found(self, data: Mapping[str, Any]) -> dict[str, Any]:
        system, code = data.get("system"), data.get("code")
        if not isinstance(system, str) or not isinstance(code, str):
            raise ConfigError("a code and its system are needed")
        return dict(self._find(system, code))

    def _span(self, pair: object, longest: int) -> tuple[int, int]:
        if not isinstance(pair, list) or len(pair) != 2 or not all(type(x) is int for x in pair):
            raise ConfigError("words are named by where they start and end")
        start, end = pair
        if not 0 <= start < end <= len(self._text) or not self._text[start:end].strip():
            raise ConfigError("those words lie outside the note")
        if end - start > longest:
            raise ConfigError(f"pick at most {longest} characters")
        return start, end


def occurrences(text: str, start: int, end: int) -> list[list[int]]:
    """Every place of the note that shows the words of a span, whatever case and blanks they are written with."""
    words = text[start:end].split()
    body = r"\s+".join(map(re.escape, words))
    before = r"(?<!\w)" if words[0][0].isalnum() else ""
    after = r"(?!\w)" if words[-1][-1].isalnum() else ""
    # Words that were picked out of a longer one stand only where they were picked.
    found = [[m.start(), m.end()] for m in re.finditer(f"{before}{body}{after}", text, re.IGNORECASE)]
    covered = any(a <= start and end <= b for a, b in found)
    return found if covered else sorted([*found, [start, end]])
