"""Codes and ranges as notes name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.codesets import CodeNames, covers
from noteproc.codesets.ranges import named_codes, sole_code
from noteproc.coding.ranges import CodeRanges


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


_CODES = st.from_regex(r"[A-C][0-2][0-9A](\.[0-2]{1,3}[0A]?)?", fullmatch=True)
_NAMES = st.one_of(_CODES, _CODES.map(lambda c: c + "-"), st.tuples(_CODES, _CODES).map("-".join))


def naive(named: str, code: str) -> bool:
    low, dash, high = (part.replace(".", "") for part in named.partition("-"))
    target = code.replace(".", "")
    if not dash or not high:
        return target.startswith(low)
    return target[: len(low)] >= low and target[: len(high)] <= high


@given(names=st.lists(_NAMES, max_size=5), code=_CODES)
def test_names_together_hold_what_each_covers(names: list[str], code: str) -> None:
    assert CodeNames.of(tuple(names)).hold(code) is any(naive(named, code) for named in names)


@given(cell=st.lists(st.one_of(_CODES, st.tuples(_CODES, _CODES).map("-".join)), max_size=5), code=_CODES)
def test_a_cell_of_ranges_holds_what_its_width_says(cell: list[str], code: str) -> None:
    ranges = CodeRanges.parse(" | ".join(cell))
    assert (code in ranges) is (ranges.width(code) > 0)
    assert code not in ranges or code[0] in ranges.initials()
