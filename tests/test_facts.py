"""The tables of facts: every row is read, means something, and names its source."""

from __future__ import annotations

import re
from datetime import date

import pytest

from noteproc.codesets.facts import Fact, facts, facts_of, meaning, words_of
from noteproc.codesets.families import FAMILIES

TABLES = (
    "procedures", "history", "notes", "distinctions", "em_levels", "fields", "indicators", "modifiers",
    "modifier_rules", "guidelines", "documentation",
)  # fmt: skip
STARTER_0201T = {
    "status": ["C"], "global": ["XXX"], "pctc": ["0"], "multiple": ["0"], "bilateral": ["2"], "assistant": ["0"],
    "cosurgeons": ["0"], "team": ["0"], "supervision": ["09"], "imaging": ["99"], "mue": ["1"], "opps": ["J1"],
    "asc": ["G2"], "tos": ["2"], "betos": ["P6A"], "ccs": ["148"], "site": ["22", "24"],
}  # fmt: skip


def codes(fact: Fact) -> list[str]:
    return [code for code in re.split(r"[ ,]+", fact["codes"]) if code]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_rows_whose_source_is_named(table: str) -> None:
    rows = facts(table)
    assert rows
    for fact in rows:
        assert str(fact.cite()).endswith(f"{table}.tsv line {fact.line}")
        if "source" in fact.values:
            assert fact["source"], fact


def test_the_starter_of_0201t_is_whole() -> None:
    found: dict[str, list[str]] = {}
    for fact in facts_of("procedures", "0201T"):
        found.setdefault(fact["field"], []).append(fact["value"])
    assert found == STARTER_0201T
    assert [(f["date"]) for f in facts_of("history", "0201T")] == [
        "2009-07-01", "2010-01-01", "2013-01-01", "2015-01-01", "2017-01-01",
    ]  # fmt: skip


def test_every_coded_value_has_a_meaning_and_every_field_is_known() -> None:
    fields = {fact["field"] for fact in facts("fields")}
    explained = {fact["field"] for fact in facts("indicators")}
    for fact in facts("procedures"):
        assert fact["field"] in fields
        assert fact["field"] not in explained or meaning(fact["field"], fact["value"]), fact
        assert all(re.fullmatch(r"\d{4}[0-9A-Z]|[A-V]\d{4}", code) for code in codes(fact))


def test_no_code_has_two_values_of_one_field() -> None:
    seen: dict[tuple[str, str], str] = {}
    for fact in facts("procedures"):
        for code in codes(fact):
            if fact["field"] != "site":
                assert seen.setdefault((code, fact["field"]), fact["value"]) == fact["value"], (code, fact)


def test_fields_name_a_column_of_their_family() -> None:
    for fact in facts("fields"):
        if fact["family"]:
            assert fact["column"] in FAMILIES[fact["family"]].columns, fact


def test_no_word_asks_for_two_fields() -> None:
    asked: dict[str, str] = {}
    for fact in facts("fields"):
        for word in words_of(fact):
            assert asked.setdefault(word, fact["field"]) == fact["field"]
            assert word == word.lower()


def test_modifiers_stand_once_and_every_rule_names_known_ones() -> None:
    names = [fact["modifier"] for fact in facts("modifiers")]
    assert len(names) == len(set(names))
    wanted = "26 50 51 52 53 58 59 76 77 78 79 80 81 82 AS CR GA GC GW GY GZ KX LT RT Q0 Q1 TC X1 X5 XE XP XS XU"
    assert not set(wanted.split()) - set(names)
    for rule in facts("modifier_rules"):
        assert set(rule["modifiers"].split(",")) <= set(names)
        assert rule["verdict"] in {"yes", "no", "documented"}
        if rule["field"] != "kind":
            assert all(meaning(rule["field"], value) for value in rule["values"].split(",")), rule


def test_visits_rise_with_their_level() -> None:
    order = ["straightforward", "straightforward or low", "low", "moderate", "high"]
    by_group: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for fact in facts("em_levels"):
        if fact["minutes"] and fact["decision"] != "none":
            group = by_group.setdefault((fact["service"], fact["patient"]), [])
            group.append((order.index(fact["decision"]), int(fact["minutes"])))
    assert len(by_group) >= 8
    for group in by_group.values():
        assert group == sorted(group)
        assert len({minutes for _, minutes in group}) == len(group)


def test_dates_are_dates() -> None:
    for fact in facts("history"):
        date.fromisoformat(fact["date"])
    for fact in facts("procedures"):
        assert not fact["effective"] or date.fromisoformat(fact["effective"])


def test_what_is_not_known_has_no_meaning() -> None:
    assert meaning("status", "Z9") is None
    assert facts_of("procedures", "99999") == ()
