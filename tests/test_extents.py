"""Extents: levels of the spine, stages and clock times."""

from __future__ import annotations

import pytest

from noteproc.coding.assertion import Verdict
from noteproc.coding.extents import Extents
from noteproc.coding.matching import Match
from noteproc.coding.mentions import Mention
from noteproc.coding.quantities import Quantities
from noteproc.coding.reading import Reading
from noteproc.text.sections import shipped


def value(text: str, quantity: str) -> float | None:
    note = Reading(text, shipped())
    mention = Mention(Match(0, "CPT", "1", (0,), "exact", 1.0, 1.0), "1", "1", "", Verdict("present"))
    extent = Extents(note, Quantities(note, None)).measure(quantity, [mention])
    return None if extent is None else extent.value


@pytest.mark.parametrize(
    "text, quantity, expected",
    [
        ("Injection at L3-4 and L4-5.", "levels", 2),
        ("Fusion L4-S1.", "spaces", 2),
        ("Discectomy C5-6.", "spaces", 1),
        ("Cement T12. Then the same at L1.", "levels", 2),
        ("Cement T12. MRI of L5 last year.", "levels", 1),
        ("Injection in the back.", "levels", None),
        ("Mohs stage I, stage II clear.", "stages", 2),
        ("Mohs, three stages.", "stages", 3),
        ("Sedation 0851-0907.", "minutes", 16),
        ("Sedation 2350-0010.", "minutes", 20),
        ("Sedation 32 min.", "minutes", 32),
        ("Infusion over 2h 05m.", "infusion", 125),
        ("Infusion finished.", "infusion", None),
        ("Drip started 0900, finished 1105.", "infusion", 125),
    ],
)
def test_extents(text: str, quantity: str, expected: float | None) -> None:
    assert value(text, quantity) == expected


def test_lines_of_a_running_record_end_what_they_began() -> None:
    note = Reading("0930 taxol started\n1000 vitals\n1130 taxol complete\n1135 other complete\n", shipped())
    mention = Mention(Match(0, "HCPCS", "1", (1,), "exact", 1.0, 1.0), "1", "1", "", Verdict("present"))
    extent = Extents(note, Quantities(note, None)).measure("infusion", [mention])
    assert extent is not None
    assert extent.value == 120
