"""Tests, pictures, drugs and supplies in the terse wording of an office: done here, or only spoken of."""

from __future__ import annotations

import pytest

from noteproc.coding import Coder
from noteproc.records import RedactedNote


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def units(coder: Coder, text: str) -> dict[str, int]:
    result = coder.code(RedactedNote.already_redacted("n", text))
    return {s.coding.code: s.units for s in result.suggestions}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Strep swab in office +", "87880"),
        ("DRE: no masses, guaiac negative", "82272"),
        ("stool guaiac cards x3 returned, developed here, all negative", "82270"),
        ("finger poke for CBC microtainer", "36416"),
        ("venous draw R hand x1 attempt by LPN", "36415"),
        ("L-spine AP/lat 2 views taken today", "72100"),
        ("3 views of left knee taken here", "73562"),
        ("Transvaginal OB u/s in office: single IUP, CRL c/w 8w2d", "76817"),
        ("CT A/P noncon\nFindings: 4 mm L UVJ stone.\nImpression: ureterolithiasis.", "74176"),
        ("MRI BRAIN WO CONTRAST\nFindings: no acute infarct.\nImpression: normal.", "70551"),
        ("MRI BRAIN W/WO CONTRAST\nFindings: no acute infarct.\nImpression: normal.", "70553"),
        ("CYTOPATHOLOGY REPORT\nThyroid, right lobe, FNA: benign follicular nodule, Bethesda II.", "88173"),
        ("SURGICAL PATHOLOGY REPORT\nAppendix, appendectomy: acute appendicitis.\nGross: appendix 6 cm.", "88304"),
        ("duoneb x1 in office, wheeze improved", "J7620"),
        ("1L NS bolus IV given", "J7030"),
        ("Sent home on crutches, sized by MA", "E0114"),
        ("arm placed in sling", "A4565"),
    ],
)
def test_terse_words_of_what_was_done_here_are_coded(coder: Coder, text: str, code: str) -> None:
    assert code in units(coder, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Rapid strep negative at school clinic last week", "87880"),
        ("UA from ER last week reviewed: 20 WBC/hpf", "81001"),
        ("labs drawn yesterday at hospital", "36415"),
        ("pt brought knee films from outside, reviewed", "73562"),
        ("got rocephin 1 g IM at urgent care yesterday", "J0696"),
        ("B12 1000 mcg IM monthly at home by wife", "J3420"),
        ("using own crutches from prior injury", "E0114"),
        ("Punch bx sent to path.", "88305"),
        ("MRI left knee ordered, will call w results", "73721"),
    ],
)
def test_what_others_did_or_what_is_only_planned_is_not(coder: Coder, text: str, code: str) -> None:
    assert code not in units(coder, text)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("1 cc Kenalog-40 with 4 cc lido injected R shoulder", 4),
        ("gave Kenalog 40 2 cc into knee", 8),
        ("Kenalog 40 mg injected into R knee", 4),
        ("Kenalog-40, 20 mg injected into R knee", 2),
    ],
)
def test_a_strength_in_a_drugs_name_counts_with_the_volume_beside_it(coder: Coder, text: str, given: int) -> None:
    assert units(coder, text)["J3301"] == given


def test_an_l_before_spine_is_no_side(coder: Coder) -> None:
    result = coder.code(RedactedNote.already_redacted("n", "MR L-spine noncon\nFindings: disc.\nImpression: as above."))
    found = {s.coding.code: s.modifiers for s in result.suggestions}
    assert found["72148"] == ()
