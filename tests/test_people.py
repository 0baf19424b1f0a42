"""Names gathered into persons."""

from __future__ import annotations

import pytest

from noteproc.redaction.lexicon import lexicon
from noteproc.redaction.people import People


def gathered(*names: str) -> list[int]:
    """The person that each name, taken in one by one, is counted to."""
    people = People(lexicon())
    found = []
    for name in names:
        before = {id(p): len(p.spans) for p in people.persons}
        people.add_known(name, "PATIENT_NAME")
        found.append(next(k for k, p in enumerate(people.persons) if before.get(id(p), 0) < len(p.spans)))
    return found


@pytest.mark.parametrize(
    ("names", "persons"),
    [
        (["Ann Lee", "Bo Lee", "Lee", "Bo"], [0, 1, 0, 1]),
        (["Ruth Okafor", "R.O.", "RO", "Okafor"], [0, 0, 0, 0]),
        (["Okafor, Ruth", "OR"], [0, 1]),
        (["Ruth Ann Okafor", "RO", "RAO", "RA"], [0, 0, 0, 1]),
        (["Maria Gomez", "R.", "Luis Gomez", "L. Gomez"], [0, 1, 2, 2]),
    ],
)
def test_who_is_who(names: list[str], persons: list[int]) -> None:
    assert gathered(*names) == persons


def test_more_initials_replace_fewer() -> None:
    assert gathered("Ruth Okafor", "Ruth Ann Okafor", "RAO", "RO") == [0, 0, 0, 0]
