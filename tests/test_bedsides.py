"""What patterns alone notice, the tagger left out: names at the bedside, known organisations, printed codes, edges."""

from __future__ import annotations

import pytest

from noteproc.redaction.edges import trimmed
from noteproc.redaction.printedcodes import printed_code
from noteproc.redaction.recognizers.base import NoteRecognizer
from noteproc.redaction.recognizers.bedsides import BedsideRecognizer
from noteproc.redaction.recognizers.organizations import OrganizationRecognizer
from noteproc.redaction.spans import Span
from noteproc.redaction.words import Words


def noticed(recognizer: NoteRecognizer, text: str) -> set[str]:
    """The words that a recognizer notices with a score that stands by itself or with little help."""
    return {text[h.start : h.end] for h in recognizer.find(Words(text), None) if h.score >= 0.45}


@pytest.mark.parametrize(
    "text, names",
    [
        ("Airway stable. Rheum Vandermolen agrees.", {"Vandermolen"}),
        ("Stroke likely, neuro (Goldfarb) to be told.", {"Goldfarb"}),
        ("Follow up: urology A. Noble in 6 weeks.", {"A. Noble"}),
        ("Ortho Surgery to see him; GI Clinic later.", set()),
        ("RT rounds\nb3 Delvecchio: SIMV 14", {"Delvecchio"}),
        ("RT rounds\nb3 Empty: cleaned", set()),
        ("204 Hodgkins 55 cellulitis\n206 Price 81 urosepsis", {"Hodgkins", "Price"}),
        ("206 Price 81 urosepsis", set()),
        ("12 Lead 60 bpm\n14 Units 40 daily", set()),
        ("note\nDelvecchio 74M pod 1", {"Delvecchio"}),
        ("note\nPatient 74M pod 1", set()),
        ("Dressed.  //  n. foley rn", {"n. foley"}),
        ("two lines by j.arnold, labs sent", {"j.arnold"}),
        ("grew e. coli, c.difficile and h.pylori", set()),
        ("", set()),
        ("b3\n204\n.", set()),
    ],
)
def test_bedsides(text: str, names: set[str]) -> None:
    assert noticed(BedsideRecognizer(), text) == names


@pytest.mark.parametrize(
    "text, names",
    [
        ("pills from walgreens; nights at FedEx", {"walgreens", "FedEx"}),
        ("H-E-B on 4th, then Blue Cross and Blue Shield", {"H-E-B", "Blue Cross and Blue Shield"}),
        ("a pipefitter of Local 597", {"Local 597"}),
        ("local 5 mm excision; he ups the dose; amazon parrot", set()),
        ("see walgreens.example or me@fedex.example", set()),
    ],
)
def test_organizations_known_by_name(text: str, names: set[str]) -> None:
    assert noticed(OrganizationRecognizer(), text) == names


@pytest.mark.parametrize(
    "text, number, printed",
    [
        ("[codes: C44.319 L57.0 / 11642 12052]", "11642", True),
        ("done by me (90460/90461).", "90460/90461", True),
        ("spirometry (94060)", "94060", True),
        ("skilled nursing visit (G0299)", "G0299", True),
        ("Dr. Okafor (44718)", "44718", False),
        ("gate code 12345", "12345", False),
        ("CPT approved, account 88120", "88120", False),
        ("11642", "11642", False),
    ],
)
def test_printed_codes(text: str, number: str, printed: bool) -> None:
    start = text.index(number)
    assert printed_code(Words(text), start, start + len(number)) is printed


@pytest.mark.parametrize(
    "name, left",
    [
        ("Rosalind Rivers M.D.", "Rosalind Rivers"),
        ("T. Bright, CNMT", "T. Bright"),
        ("Lee, Ph.D.", "Lee"),
        ("DO, KIM", "DO, KIM"),
        ("KIM, DO", "KIM, DO"),
        ("Ruth K", "Ruth K"),
    ],
)
def test_letters_of_a_profession_are_no_part_of_a_name(name: str, left: str) -> None:
    (found,) = trimmed(name, [Span(0, len(name), "CLINICIAN_NAME", 0.9, "NameRecognizer")])
    assert name[found.start : found.end] == left
