"""Codes and ranges as notes name them."""

from __future__ import annotations

import pytest

from noteproc.codesets import covers
from noteproc.codesets.ranges import named_codes, sole_code


@pytest.mark.parametrize(
    ("named", "code", "expected"),
    [
        ("M48.5", "M48.5", True),
        ("M48.5", "M48.50XA", True),
        ("M48.5", "M48.4", False),
        ("M89.7-", "M89.70", True),
        ("M89.7-", "M89.8X0", False),
        ("I10-I1A", "I1A.0", True),
        ("A00-B99", "B99.9", True),
        ("A00-B99", "C00.0", False),
        ("S02-S12", "S12.9XXA", True),
        ("S02-S12", "S13.4XXA", False),
        ("E08.0-E08.3", "E08.321", True),
        ("E08.0-E08.3", "E08.4", False),
        ("m80.08xa", "M80.08XA", True),
    ],
)
def test_covers(named: str, code: str, expected: bool) -> None:
    assert covers(named, code) is expected


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("collapsed vertebra NOS (M48.5)", ("M48.5",)),
        ("defect, if applicable (M89.7-)", ("M89.7-",)),
        ("influenza (J09.X3, J10.2, J11.2)", ("J09.X3", "J10.2", "J11.2")),
        ("respiratory infections (J00-J22)", ("J00-J22",)),
        ("auricular canal (external) (C43.2-,C44.2-)", ("C43.2-", "C44.2-")),
        ("M48.5 outside of parentheses", ()),
        ("type (A) of it", ()),
    ],
)
def test_named_codes(text: str, codes: tuple[str, ...]) -> None:
    assert named_codes(text) == codes


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("collapsed vertebra NOS (M48.5)", ("collapsed vertebra NOS", "M48.5")),
        ("carrier (Z22.-)", ("carrier", "Z22")),
        ("respiratory infections (J00-J22)", None),
        ("influenza (J10.2, J11.2)", None),
        ("no code at all", None),
    ],
)
def test_sole_code(text: str, pair: tuple[str, str] | None) -> None:
    assert sole_code(text) == pair
