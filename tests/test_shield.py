"""What the tagger notices is weighed only where it can add to what patterns notice."""

from __future__ import annotations

import pytest

from noteproc.redaction.edges import TAGGED
from noteproc.redaction.shield import telling
from noteproc.redaction.spans import Span

_TAGGED = Span(4, 9, "CITY", 0.99, TAGGED)
_WEAK = Span(6, 12, "CITY", 0.4, "AddressRecognizer")


@pytest.mark.parametrize(
    ("heard", "told"),
    [
        ([], True),
        ([Span(4, 9, "CITY", 0.85, "AddressRecognizer")], True),
        ([Span(5, 20, "FACILITY", 0.97, "FacilityRecognizer")], True),
        ([Span(0, 9, "FACILITY", 0.9, "FacilityRecognizer")], False),
        ([Span(0, 9, "FACILITY", 0.9, "FacilityRecognizer"), _WEAK], True),
        ([Span(0, 9, "CITY", 0.97, "AddressRecognizer"), _WEAK], False),
        ([Span(0, 20, "CITY", 0.97, "AddressRecognizer"), Span(3, 4, "STATE", 0.3, "AddressRecognizer")], False),
    ],
)
def test_what_lies_in_a_pattern_that_outweighs_it_tells_nothing_but_for_a_weak_one(
    heard: list[Span], told: bool
) -> None:
    assert list(telling([*heard, _TAGGED], heard, 0.5)) == [_TAGGED] * told
