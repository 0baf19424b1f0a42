"""Numbers with units, the nearest one to the words that ask."""

from __future__ import annotations

import pytest

from noteproc.coding.quantities import Quantities
from noteproc.coding.reading import Reading
from noteproc.text.sections import shipped


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("laceration 3.5 cm repaired", "cm", 3.5),
        ("laceration 35 mm repaired", "cm", 3.5),
        ("lesion 2 x 3 cm excised", "cm", 3.0),
        ("ulcer 2 x 3 cm debrided", "sqcm", 6.0),
        ("infused over 45 minutes", "minutes", 45.0),
        ("infused over 2 hours", "minutes", 120.0),
        ("session 2:02 pm to 3:00 pm", "minutes", 58.0),
        ("excised three lesions", "count", 3.0),
        ("12 lesions destroyed", "count", 12.0),
        ("uterus 218 grams", "grams", 218.0),
        ("BP 120/80", "cm", None),
        ("L4-5 fused", "count", None),
        ("no numbers", "cm", None),
        ("knee AP/lat/sunrise", "views", 3.0),
        ("spine AP, lateral and both obliques", "views", 4.0),
        ("pelvis, single film", "views", 1.0),
        ("the lateral knee hurts", "views", None),
    ],
)
def test_values(text: str, name: str, expected: float | None) -> None:
    reading = Reading(text, shipped())
    assert Quantities(reading, None).value(name, 0, 0) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a 44 year old", 44.0),
        ("Age: 71  Sex: M", 71.0),
        ("Ruiz, F 41, here today", 41.0),
        ("12 month old here for shots", 1.0),
        ("Well child visit, 15 months", 1.0),
        ("6 wk old with projectile vomiting", 0.0),
        ("seen 12/44 for pain", None),
        ("", None),
    ],
)
def test_age_comes_from_the_context_and_else_from_the_note(text: str, expected: float | None) -> None:
    reading = Reading(text, shipped())
    assert Quantities(reading, 70).value("age", 0, 0) == 70.0
    assert Quantities(reading, "90+").value("age", 0, 0) == 90.0
    assert Quantities(reading, None).value("age", 0, 0) == expected


def test_the_nearest_number_counts() -> None:
    reading = Reading("scalp wound 2 cm. forearm wound 9 cm.", shipped())
    assert Quantities(reading, None).value("cm", 0, 1) == 2.0
    assert Quantities(reading, None).value("cm", 4, 5) == 9.0
