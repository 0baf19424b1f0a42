"""Identifiers that stand in fields of their own (a name in HL7, a date of birth in FHIR, a column of numbers): what
becomes of them by the policy, in step with what became of them in the note's text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from noteproc.redaction.dateshift import shifted
from noteproc.redaction.entities import NAME_TYPES
from noteproc.redaction.gate import folded
from noteproc.redaction.policy import Policy
from noteproc.redaction.replacements import Operator, year_of
from noteproc.redaction.substitution import offset_days
from noteproc.redaction.surrogates import surrogate
from noteproc.redaction.vault import Scope, Vault
from noteproc.redaction.zipcodes import zip3

_NUMBER = re.compile(r"^\[([A-Z][A-Z0-9_]{2,40})_(\d{1,5})")
_OLDEST_YEAR = 1936
_OLDEST_AGE = 89


@dataclass(frozen=True, slots=True)
class TextIdentifier:
    """An identifier that was replaced in a note's text. It holds PHI.

    Args:
        entity_type: its kind.
        original: the words that stood there.
        replacement: what stands there now.
    """

    entity_type: str
    original: str = field(repr=False)
    replacement: str


class FieldRedactor:
    """Makes the fields of notes safe.

    Args:
        policy: what becomes of each kind.
        operator: how tags are written.
        vault: where surrogates and date offsets come from, where the policy has them.
    """

    def __init__(self, policy: Policy, operator: Operator = "tag", vault: Vault | None = None) -> None:
        self.policy = policy
        self.operator = operator
        self._vault = vault

    def of_note(
        self, note_id: str = "", patient: str = "", found: Sequence[TextIdentifier] = (), latest_year: int = 0
    ) -> NoteFields:
        """The fields of one note.

        Args:
            note_id: the id that it has in the output.
            patient: the caller's id of its patient, or "".
            found: what was replaced in its text, in order.
            latest_year: of the visit, to tell who is over 89; 0 where it is not known.
        """
        name = f"patient\n{patient}" if patient else f"note\n{note_id}"
        scope = self._vault.scope(name) if self._vault is not None and self.policy.needs_vault else None
        return NoteFields(self.policy, self.operator, scope, found, latest_year)

    def keep(self, note_id: str, patient: str, fields: NoteFields) -> None:
        """Let the vault know what was drawn for a note's fields."""
        if self._vault is not None and fields.scope is not None:
            self._vault.keep_scope(f"patient\n{patient}" if patient else f"note\n{note_id}", fields.scope)
            self._vault.commit()


class NoteFields:
    """What stands in the place of the identifiers in one note's fields. Made by ``FieldRedactor.of_note``."""

    def __init__(
        self, policy: Policy, operator: Operator, scope: Scope | None, found: Sequence[TextIdentifier], latest_year: int
    ) -> None:
        self.scope = scope
        self._policy = policy
        self._operator = operator
        self._latest = latest_year
        self._over_89 = any(t.entity_type == "AGE_OVER_89" for t in found)
        self._said: dict[tuple[str, str], str] = {}
        self._persons: list[tuple[frozenset[str], str]] = []
        self._numbers: dict[str, int] = {}
        for taken in found:
            self._said.setdefault((taken.entity_type, _squeezed(taken.original)), taken.replacement)
            if taken.entity_type in NAME_TYPES and (words := _words(taken.original)):
                self._persons.append((words, taken.replacement))
            if numbered := _NUMBER.match(taken.replacement):
                self._numbers[numbered[1]] = max(self._numbers.get(numbered[1], 0), int(numbered[2]))
        self._persons.sort(key=lambda p: -len(p[0]))

    def replaced(self, entity_type: str, value: str) -> str:
        """What stands in a field in the place of an identifier, or the value itself where the policy keeps it.

        Args:
            entity_type: its kind; dates go to ``day``.
            value: as it stands in the field, or put together from its parts.
        """
        if not value.strip():
            return value
        if entity_type == "DATE":
            return self.day(value)
        action = self._policy.action(entity_type)
        if action == "keep":
            return value
        if action == "remove":
            return ""
        if action == "mask" or self._operator == "mask":
            return "".join("█" if not c.isspace() else c for c in value)
        if entity_type == "ZIP_CODE" and action == "generalise":
            return zip3(value, self._policy.zip_vintage)
        if entity_type == "AGE_OVER_89" and action == "generalise":
            return "90+"
        if action == "surrogate" and self.scope is not None:
            return surrogate(entity_type, value, (value,), self.scope)
        if action == "label" or self._operator == "label":
            return f"[{entity_type}]"
        key = (entity_type, _squeezed(value))
        if key not in self._said:
            self._said[key] = self._person(entity_type, value) or self._numbered(entity_type)
        return self._said[key]

    def day(self, value: str, *, birth: bool = False) -> str:
        """What stands in the place of a date or time: itself, the moved day, its year, or nothing.

        Args:
            value: as ``YYYYMMDD...`` or ``YYYY-MM-DD...``.
            birth: it is a day of birth, whose year may show an age over 89.
        """
        action = self._policy.action("DATE")
        if action == "keep":
            return value
        year = year_of(value[:10])
        if year is None or self._shows_age(int(year), birth):
            return ""
        if action == "shift" and self.scope is not None:
            compact = value[:8].isdigit()
            day = value[:8] if compact else value[:10]
            return shifted(day, offset_days(self.scope, self._policy.weekdays), year=int(year)) or ""
        return year if action in ("generalise", "shift") else ""

    def _shows_age(self, year: int, birth: bool) -> bool:
        old = year < _OLDEST_YEAR or (self._latest and self._latest - year > _OLDEST_AGE)
        return bool(old or (birth and self._over_89))

    def _person(self, entity_type: str, value: str) -> str:
        """The tag that a person has in the text, if all words of a mention of him there are in the field."""
        words = _words(value)
        for said, replacement in self._persons:
            if said <= words and replacement.startswith(f"[{entity_type}"):
                return replacement
        return ""

    def _numbered(self, entity_type: str) -> str:
        self._numbers[entity_type] = self._numbers.get(entity_type, 0) + 1
        return f"[{entity_type}_{self._numbers[entity_type]}]"


def text_identifiers(result: Mapping[str, object], text: str) -> tuple[TextIdentifier, ...]:
    """What was replaced in a note.

    Args:
        result: the note's line of ``results.jsonl``.
        text: the note as read.
    """
    phi = result["phi"]
    assert isinstance(phi, list)
    return tuple(TextIdentifier(p["entity_type"], text[p["start"] : p["end"]], p["replacement"]) for p in phi)


def _squeezed(value: str) -> str:
    return "".join(c for c in folded(value) if c.isalnum())


def _words(value: str) -> frozenset[str]:
    """The full words of a name, folded; initials and titles tell nobody apart."""
    return frozenset(w for w in re.findall(r"[^\W\d_]+", folded(value)) if len(w) > 2)
