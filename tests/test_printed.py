"""Code numbers that a note prints, told from other numbers."""

from __future__ import annotations

import pytest

from noteproc.coding.printed import is_printed


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("CPT: 88305 x3", "88305", True),
        ("psychotherapy in addition (90833 w/ 99214).", "90833", True),
        ("Billed 20610-RT today", "20610", True),
        ("20610, J3301", "20610", True),
        ("platelets 88305 today", "88305", False),
        ("paid $20610 so far", "20610", False),
        ("case #20610 reviewed", "20610", False),
    ],
)
def test_a_number_is_a_code_where_it_is_printed_as_one(text: str, number: str, expected: bool) -> None:
    start = text.index(number)
    assert is_printed(text, start, start + len(number)) is expected
