"""Organisations and houses known by name, told by what stands beside them, and what only looks like one."""

from __future__ import annotations

import pytest

from noteproc.records import Note
from noteproc.redaction import Redactor
from noteproc.redaction.recognizers.houses import listed_houses, small_headed
from noteproc.redaction.recognizers.knownbodies import known_bodies
from noteproc.redaction.words import Words

_REDACTOR = Redactor()


def redacted(text: str) -> str:
    return _REDACTOR.redact(Note("n", text)).text


def named(text: str) -> set[str]:
    """What is known by name in a text."""
    return {text[hit.start : hit.end] for hit in known_bodies(Words(text))}


@pytest.mark.parametrize(
    "text, names",
    [
        ("Flown by lifeflight last night.", {"lifeflight"}),
        ("Her PEIA insurance lapsed.", {"PEIA"}),
        ("A WALK ON THE PEIA ROAD", set()),
        ("Coverage by Covered California began in June.", {"Covered California"}),
        ("Most of the county was covered.", set()),
        ("She is a nursing student at Ivy Tech.", {"Ivy Tech"}),
        ("Care was resumed at Mass General.", {"Mass General"}),
        ("A mass general in look, three cm.", set()),
        ("Records at www.davita.com/x", set()),
        ("Asked at DaVita.", {"DaVita"}),
    ],
)
def test_bodies_known_by_name(text: str, names: set[str]) -> None:
    assert named(text) == names


@pytest.mark.parametrize(
    "text, names",
    [
        ("Works nights at Subaru in town.", {"Subaru"}),
        ("Exposed at work (assembler, Polaris).", {"Polaris"}),
        ("A stocker at the Target, 20 hours.", {"Target"}),
        ("Retired from Delta in 2011.", {"Delta"}),
        ("Oxygen 2 L with exertion through Norco.", {"Norco"}),
        ("Homeowner's policy with Amica lapsed.", {"Amica"}),
        ("MEMS ground, then by air.", {"MEMS"}),
        ("Engineering student at Purdue.", {"Purdue"}),
        ("Drives a Subaru to the shop.", set()),
        ("His ATV was a Polaris.", set()),
        ("A Toyota plant is near.", set()),
        ("Delta of 3 on the troponin.", set()),
        ("Her Medi-Cal lapsed in June.", {"Medi-Cal"}),
        ("Dialyzes TTS at Fresenius.", {"Fresenius"}),
        ("A Fresenius filter was used.", set()),
        ("Norco 5 mg for pain, oxygen stopped.", set()),
        ("Started on oxygen. Norco at night.", set()),
        ("A Stanley-Brown plan was filled in.", set()),
        ("Progressive dementia since fall.", set()),
        ("He eats at Chipotle twice a week.", set()),
        ("He is a cook at Chipotle.", {"Chipotle"}),
    ],
)
def test_names_that_mean_more_need_a_sign(text: str, names: set[str]) -> None:
    assert named(text) == names


@pytest.mark.parametrize(
    "text, names",
    [
        ("Transferred from Marshburg clinic today.", {"Marshburg clinic"}),
        ("Sent to the Shokloe hospital.", {"Shokloe hospital"}),
        ("Seen in the Coumadin clinic.", set()),
        ("Seen in the Friday clinic.", set()),
        ("Seen in INR clinic.", set()),
        ("A Baptist hospital is near.", set()),
        ("Zubirek clinic", set()),
    ],
)
def test_names_before_a_head_written_small(text: str, names: set[str]) -> None:
    assert {text[hit.start : hit.end] for hit in small_headed(Words(text))} == names


@pytest.mark.parametrize(
    "text, names",
    [
        ("List of SNFs given. 1) Carriage Square  2) Fernbank of Salem", {"Carriage Square", "Fernbank of Salem"}),
        ("SNF referrals:\n1) Maple Terrace 2) pending", {"Maple Terrace"}),
        ("SNF: 1) Continue Lasix 2) Dr. Poole", set()),
        ("Discharge to SNF. 1) Skilled Nursing 2) Home", set()),
        ("Plan: 1) Carriage Square", set()),
    ],
)
def test_houses_in_a_numbered_list(text: str, names: set[str]) -> None:
    assert {text[hit.start : hit.end] for hit in listed_houses(Words(text))} == names


@pytest.mark.parametrize(
    "text, stays",
    [
        ("A retired Methodist bishop, 70 years old.", "Methodist bishop"),
        ("She was a retired Lutheran deaconess.", "Lutheran deaconess"),
        ("He was treated for Giardia after camping.", "Giardia"),
        ("Born in Portugal, here since 1971.", "Portugal"),
        ("Nurse advice line, incoming call.", "Nurse advice"),
        ("Takes St. John's wort daily.", "John's wort"),
        ("Local 1% lidocaine was used.", "Local 1%"),
        ("Elbow pain, Little League elbow.", "Little League elbow"),
        ("Asked if he would still read at Mass, he said yes.", "at Mass"),
        ("Uptake at T8, T12 and the iliac wing.", "T8, T12"),
        ("He works in Construction, roofs mostly.", "Construction"),
        ("Enrolled in Cardiac Rehab, phase II.", "Cardiac Rehab"),
        ("Reported to CPS by the school.", "CPS"),
        ("Form from the DMV attached.", "DMV"),
        ("CPAP download (AirView), used 84 of 90 days.", "AirView"),
    ],
)
def test_what_only_looks_like_a_house_stays(text: str, stays: str) -> None:
    assert stays in redacted(text)


@pytest.mark.parametrize(
    "text, gone",
    [
        ("He was taken to Methodist by ambulance.", "Methodist"),
        ("Not enrolled w/ VA; form given.", "VA"),
        ("PT x6 at Golden Heron PT.", "Heron PT"),
        ("Referred by Osprey Valley Dermatology PA, Northfield.", "Dermatology PA"),
        ("Stays at Sandhill Care rehab until Friday.", "rehab"),
        ("BAY-DELTA SPINE & PAIN, P.A.\n\nPROCEDURE NOTE", "P.A"),
        ("Works for Harlan Construction, roofs.", "Construction"),
        ("Insurance: American Family claim 0155-33-8810", "American Family"),
        ("Jaw pain while at Holy Rosary parish bingo.", "parish"),
        ("Plays in the Fairhope Adult Soccer League.", "Soccer League"),
        ("Report taken by Claiborne County Sheriff on scene.", "Sheriff"),
        ("A pipefitter of Local 597, seen today.", "Local 597"),
    ],
)
def test_the_whole_name_goes(text: str, gone: str) -> None:
    assert gone not in redacted(text)
