"""Doses: each drug takes the amount that belongs to it."""

from __future__ import annotations

import pytest

from noteproc.coding.doses import Doses
from noteproc.coding.reading import Reading
from noteproc.text.sections import shipped


def reading(text: str) -> tuple[Reading, int]:
    found = Reading(text, shipped())
    return found, next(i for i, w in enumerate(found.words) if w.form.startswith("drug"))


@pytest.mark.parametrize(
    "text, unit, expected",
    [
        ("Gave drugol 30 mg IM.", "mg", 30.0),
        ("Gave drugol 1 g IV.", "mg", 1000.0),
        ("Gave drugol 0.3 milligrams IM.", "mg", 0.3),
        ("Gave drugol 75 micrograms IV.", "mg", 0.075),
        ("Gave 40 mg drugol.", "mg", 40.0),
        ("Drugol 1.2 million units IM.", "units", 1_200_000.0),
        ("Drugol 2.4 MU given.", "units", 2_400_000.0),
        ("Drugol 10,000 u SC.", "units", 10_000.0),
        ("Drugol 10 mg/ml, 0.4 ml injected.", "mg", 4.0),
        ("Drugol 68 mg/m2 = 120 mg.", "mg", 120.0),
        ("Drugol 30 IV.", "mg", 30.0),
        ("Drugol 60 and other 25 IM.", "mg", 60.0),
        ("Gave drugol 40 + 4 cc lidocaine.", "mg", 40.0),
        ("Gave 2 cc drugol 40.", "mg", 80.0),
        ("Drugol 1000 IM.", "mcg", 1000.0),
        ("Drugol 30 days.", "mg", None),
        ("Drugol as before.", "mg", None),
        ("Drugol 2 ml.", "mg", None),
    ],
)
def test_the_dose_beside_a_name(text: str, unit: str, expected: float | None) -> None:
    note, at = reading(text)
    found = Doses(note).amount(at, at, unit)
    assert found == (None if expected is None else pytest.approx(expected))


def test_a_dose_beyond_the_next_drug_is_not_taken() -> None:
    note, at = reading("Otherol 5 mg, drugol 10 mg, thirdol 15 mg IV.")
    others = tuple(i for i, w in enumerate(note.words) if w.form in ("otherol", "thirdol"))
    assert Doses(note).amount(at, at, "mg", others) == 10.0


def test_whether_an_amount_is_told() -> None:
    note, at = reading("Drugol 10 mg given. Otherwise nothing.")
    assert Doses(note).tells(at, at)
    assert Doses(note).beside(at)
    note, at = reading("Drugol 60 and other 25 IM.")
    assert Doses(note).tells(at, at)
    for text in ("Drugol given. Otherol 10 mg.", "Started drugol 5, otherol 0.1."):
        note, at = reading(text)
        assert not Doses(note).tells(at, at)
