"""The grammar of the ``when`` column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noteproc.codesets import Quantity, When, Words
from noteproc.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", ()),
        ("  ", ()),
        ("balloon", (Words(("balloon",)),)),
        ("balloon|cavity ; !open", (Words(("balloon", "cavity")), Words(("open",), negated=True))),
        ("!latent|LTBI", (Words(("latent", "LTBI"), negated=True),)),
        ("+gland|node", (Words(("gland", "node"), needed=True),)),
        ("cm 2.6-7.5", (Quantity("cm", 2.6, 7.5),)),
        ("age 65-", (Quantity("age", 65, None),)),
        ("age -17", (Quantity("age", None, 17),)),
        ("!minutes 30-", (Quantity("minutes", 30, None, negated=True),)),
        ("stage 3-4", (Words(("stage 3-4",)),)),
        ("age", (Words(("age",)),)),
    ],
)
def test_parse(text: str, clauses: tuple[object, ...]) -> None:
    assert When.parse(text).clauses == clauses


@pytest.mark.parametrize(
    ("text", "act"), [("a|b", False), ("!a", False), ("+a", True), ("cm 2-; +", True), ("+", True)]
)
def test_acts(text: str, act: bool) -> None:
    assert When.parse(text).act is act


@pytest.mark.parametrize("text", [";", "a;", "a||b", "|a", "!", "a|!b", "age -", "cm 5-2"])
def test_parse_refuses(text: str) -> None:
    with pytest.raises(ConfigError):
        When.parse(text)


@pytest.mark.parametrize(
    ("text", "near", "numbers", "expected"),
    [
        ("", (), {}, True),
        ("a|b", ("b",), {}, True),
        ("a|b", ("c",), {}, False),
        ("a;b", ("a",), {}, False),
        ("a;b", ("b", "a"), {}, True),
        ("!a", (), {}, True),
        ("!a|b", ("b",), {}, False),
        ("cm 2.6-7.5", (), {"cm": 2.6}, True),
        ("cm 2.6-7.5", (), {"cm": 7.5}, True),
        ("cm 2.6-7.5", (), {"cm": 7.6}, False),
        ("cm 2.6-7.5", (), {"mm": 5.0}, False),
        ("age -17", (), {"age": 17.0}, True),
        ("age -17", (), {"age": 18.0}, False),
        ("!count 3-", (), {"count": 2.0}, True),
    ],
)
def test_holds(text: str, near: tuple[str, ...], numbers: dict[str, float], expected: bool) -> None:
    found = When.parse(text).holds(lambda clause: not set(near).isdisjoint(clause.alternatives), numbers.get)
    assert found is expected


@given(st.text(alphabet="ab;|! -3.cm", max_size=20))
def test_parse_never_fails_otherwise(text: str) -> None:
    try:
        when = When.parse(text)
    except ConfigError:
        return
    assert bool(when) is bool(text.strip())
    assert When.parse(when.text) == when
