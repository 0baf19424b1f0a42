"""The codes below a concept, and what tells them apart."""

from __future__ import annotations

import pytest

from noteproc.codesets import ICD10CM, CodeSets
from noteproc.coding.families import Families


@pytest.fixture(scope="module")
def families() -> Families:
    return Families(CodeSets.open())


def test_leaves_are_the_billable_codes_in_the_books_order(families: Families) -> None:
    codes = [code for leaf in families.of("S52.5").leaves for code in leaf.codes]
    assert codes == list(CodeSets.open().leaves(ICD10CM, "S52.5"))


def test_sides_tell_codes_apart_and_what_the_concept_says_does_not(families: Families) -> None:
    family = families.of("S52.50")
    assert [leaf.side for leaf in family.leaves] == ["right", "left", ""]
    assert [leaf.unspecified for leaf in family.leaves] == [True, True, True]
    assert "fractur" not in family.named


def test_what_a_title_denies_is_no_word_of_it(families: Families) -> None:
    leaf = next(leaf for leaf in families.of("K57.3").leaves if leaf.code == "K57.30")
    assert (sorted(leaf.keys), sorted(leaf.denied)) == (["diverticulosis"], ["bleeding"])


def test_what_may_be_unspecified_need_not_be_said(families: Families) -> None:
    leaf = next(leaf for leaf in families.of("K26").leaves if leaf.code == "K26.4")
    assert leaf.title.startswith("unspecified duodenal ulcer")
    assert leaf.keys == {"hemorrhag"}
    # A seventh character that is "not applicable or unspecified" says nothing.
    assert all("applicabl" not in leaf.keys for leaf in families.of("O36.01").leaves)


def test_a_whole_code_is_its_own_family(families: Families) -> None:
    (leaf,) = families.of("S52.501A").leaves
    assert leaf.codes == ("S52.501A",)


@pytest.mark.parametrize("base", ["", "S52.5Z", "99213", "S52.501AZ"])
def test_no_code_has_no_family(families: Families, base: str) -> None:
    assert families.of(base).leaves == ()


def test_what_all_codes_say_tells_none_apart(families: Families) -> None:
    family = families.of("H10.3")
    assert "eye" in family.known
    assert "eye" not in family.telling
    assert all("eye" not in leaf.keys for leaf in family.leaves)
