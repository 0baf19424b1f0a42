"""Towns, corners of streets and countries: what goes, and what is written like them and stays."""

from __future__ import annotations

import pytest

from noteproc.records import Note
from noteproc.redaction import Redactor, lexicon
from noteproc.redaction.recognizers.corners import bracketed, corners
from noteproc.redaction.recognizers.towns import TownRecognizer
from noteproc.redaction.words import Words

_REDACTOR = Redactor()
_TOWNS = TownRecognizer()


def towns(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in _TOWNS.find(Words(text), None)]


def crossings(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in corners(Words(text))]


def redacted(text: str) -> str:
    return _REDACTOR.redact(Note("n", text)).text


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("Fell at a parade in Yarmouth.", "Yarmouth"),
        ("Bitten while camping near Libby.", "Libby"),
        ("Uses the lab inside the Kroger in Mt. Juliet on Fridays.", "Mt. Juliet"),
        ("A salon which she owns in Broken Bow keeps her busy.", "Broken Bow"),
        ("Admitted in Sault Ste. Marie last year.", "Sault Ste. Marie"),
        ("Lives in Truth or Consequences in a camper.", "Truth or Consequences"),
        ("She moved to Hope last spring.", "Hope"),
        ("Aunt in Defiance had a stroke.", "Defiance"),
        ("Sister Ruth in Independence will drive.", "Independence"),
        ("Dr. Holm in Oxford did a stress test.", "Oxford"),
        ("Dr. Ames over in Mobile stopped it.", "Mobile"),
        ("Works at the bank in Price.", "Price"),
        ("Grew up outside of Liberal.", "Liberal"),
        ("Lives Nitro WV with two dogs.", "Nitro WV"),
        ("Lives in Price, Utah.", "Price, Utah"),
        ("Lives Gallup NM, drives a truck.", "Gallup NM"),
        ("Brother Dale (606 555 0143), Hazard; wife deceased.", "Hazard"),
    ],
)
def test_a_listed_town_with_a_capital_is_told_by_what_stands_before_it(text: str, town: str) -> None:
    assert town in towns(text)


@pytest.mark.parametrize(
    "text",
    [
        "Family lives in Hope of a transplant.",
        "She came in hope and in defiance of advice.",
        "He takes pride in Independence with dressing.",
        "Improvement in Mobility and a return to Normal.",
        "Given in Normal saline.",
        "Polyp 0-IIa in Paris classification.",
        "Treated in Trendelenburg, pump from Baxter, cut near Langer lines.",
        "Spoke with Dr. Ruiz in English.",
        "Works in Security.",
        "Lifted a plate in Hull 33.",
        "Post NC balloon 4.0x15.",
        "FINDINGS IN SUPERIOR AND MENTOR",
        "Read by Carol Mason MD today.",
        "Call 555-0143, Then return.",
        "Placenta 0224, Duncan.",
    ],
)
def test_words_and_findings_with_a_capital_are_no_towns(text: str) -> None:
    assert not towns(text)


@pytest.mark.parametrize(
    ("text", "crossing"),
    [
        ("CVS 4th & Spring, out of stock", "4th & Spring"),
        ("sleeps at Broadway & 7th.", "Broadway & 7th"),
        ("Hit by a car at Oak and 5th Street today.", "Oak and 5th"),
        ("Found at the corner of Sherman and Carter, cold.", "Sherman and Carter"),
        ("MVC at an intersection of Hwy 25E and Cline Rd; 45 mph", "Hwy 25E and Cline Rd"),
    ],
)
def test_two_streets_make_a_corner(text: str, crossing: str) -> None:
    assert any(found.startswith(crossing) for found in crossings(text))


@pytest.mark.parametrize(
    "text",
    [
        "Pain between the 4th and 5th ribs.",
        "Seen on the 4th and Monday.",
        "At the corner of normal and high.",
        "at the junction of SAP and TP of L3",
        "at the intersection of SAP and TP",
        "The 2nd and Final dose was given.",
    ],
)
def test_what_only_counts_or_joins_is_no_corner(text: str) -> None:
    assert not crossings(text)


@pytest.mark.parametrize(
    ("behind", "taken"),
    [
        (" (blue trailer behind main house), NH", " (blue trailer behind main house)"),
        (" (upstairs apt)", " (upstairs apt)"),
        (" (home)", ""),
        (" (since 2019)", ""),
        (" (house", ""),
        (" (house\nrear)", ""),
    ],
)
def test_an_address_goes_on_in_brackets_that_tell_the_house(behind: str, taken: str) -> None:
    assert behind[: bracketed("27 Hill Rd" + behind, 10) - 10] == taken


@pytest.mark.parametrize(
    "text",
    [
        "SH: Born in Portugal, here since 1971.",
        "Her mother is visiting from Lebanon.",
        "Served in Iraq and Kuwait.",
        "Returned from a trip to Jordan with diarrhea.",
        "Adopted from China at 14 months.",
        "A trip to Mexico and then to Italy.",
        "Family is in India and in Mexico.",
        "GBS neg, RPR NR, RI, HBsAg neg.",
        "It is 58 miles each way. We will give four cycles.",
        "Report called N2N, stable.",
    ],
)
def test_countries_distances_and_results_stay(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Born in Lebanon, TN and raised there.", "Lebanon"),
        ("Pt: Zaire, 23 mo, seen with mother.", "Zaire"),
        ("Plan: Health New England PPO", "England"),
        ("Dr. Jordan saw her after a trip.", "Jordan"),
        ("Father (270 816 5524), Mayfield; mother bipolar.", "Mayfield"),
        ("Lives at 22 Birch Ln (upstairs apt, side door) alone.", "side door"),
    ],
)
def test_what_has_the_name_of_a_country_or_a_finding_goes_where_it_is_a_place_or_somebody(text: str, gone: str) -> None:
    assert gone not in redacted(text)


@pytest.mark.parametrize("name", ["towns.txt", "word_towns.txt", "countries.txt"])
def test_places_are_listed_once_in_lower_case(name: str) -> None:
    listed = lexicon.read_phrases(name)
    assert len(listed) == len(set(listed))
    assert all(place == " ".join(place.lower().split()) for place in listed)
