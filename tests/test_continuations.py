"""What a note tells of a condition in the sentences after it, and whose those sentences are not."""

from __future__ import annotations

import pytest

from noteproc.coding import Coder
from noteproc.records import RedactedNote


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def codes(coder: Coder, text: str) -> set[str]:
    result = coder.code(RedactedNote.already_redacted("n", text))
    return {s.coding.code for s in result.suggestions if s.coding.system == "ICD-10-CM"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Assessment: Clavicle fracture. Left side, midshaft, displaced.", "S42.022A"),
        ("Assessment: Cellulitis of the lower leg. The right one.", "L03.115"),
        ("Assessment: Primary open-angle glaucoma. Left eye, moderate stage.", "H40.1122"),
        ("Assessment: Asthma, moderate persistent. Acute flare since last night.", "J45.41"),
        ("Assessment: Recurrent major depression. In full remission for a year.", "F33.42"),
        ("Assessment: Opioid use disorder, severe. In sustained remission.", "F11.21"),
        ("It is the left upper eyelid. A chalazion.", "H00.14"),
    ],
)
def test_the_next_sentence_says_more(coder: Coder, text: str, code: str) -> None:
    assert code in codes(coder, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # Another condition, another item, another paragraph: none of them goes on about the first.
        ("Assessment: Cellulitis of the lower leg. Sprain of the right wrist. Left elbow contusion.", "L03.119"),
        ("1. Cellulitis of the lower leg\n2. Right wrist: full motion\n3. Left wrist: full motion", "L03.119"),
        ("Assessment: Primary open-angle glaucoma, left eye.\n\nModerate amount of wax.", "H40.1120"),
    ],
)
def test_what_speaks_of_something_else_says_nothing_of_it(coder: Coder, text: str, code: str) -> None:
    assert code in codes(coder, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Assessment: right hip, primary osteoarthritis, left hip is normal.", "M16.11"),
        ("Assessment: primary osteoarthritis of the hip, right, worse than the left hip.", "M16.11"),
    ],
)
def test_a_side_that_is_well_is_not_the_side_of_what_is_wrong(coder: Coder, text: str, code: str) -> None:
    assert code in codes(coder, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ascending colon: 9 mm sessile polyp. Sigmoid: 6 mm polyp. Path: tubular adenoma in both.",
            {"D12.2", "D12.5"},
        ),
        ("Sigmoid 4 mm polyp, hyperplastic; ascending 8 mm polyp, tubular adenoma.", {"D12.2", "K63.5"}),
        # No polyp was there, and of two kinds nobody can tell which the unnamed one is.
        ("Sigmoid polyp, tubular adenoma. Transverse colon: no polyp.", {"D12.5"}),
        ("Path: cecum tubular adenoma, rectum hyperplastic polyp.", {"D12.0", "K62.1"}),
    ],
)
def test_each_polyp_has_a_code_by_its_site_and_kind(coder: Coder, text: str, expected: set[str]) -> None:
    assert codes(coder, text) == expected


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("No bleeding (permanent AF), apixaban.", "I48.21", True),
        ("Below-knee amputation on the other side? No: both legs present.", "Z89.512", False),
        ("Allergy: none to dye. Takes paroxetine for generalized anxiety disorder.", "F41.1", True),
        ("Left hand, two problems\n\n1) carpal tunnel syndrome\n2) Right thumb is fine", "G56.02", True),
        ("Sore throat. Rapid strep POS today. Pharyngitis.", "J02.0", True),
        ("Sore throat. Rapid strep negative. Flu swab positive. Pharyngitis.", "J02.0", False),
        ("Assessment: ribs 4 and 5 cracked on the left.", "S22.42XA", True),
        ("Assessment: cracked skin on both feet, no wound.", "S92.901A", False),
        ("The rash came back. Basal cell carcinoma of the nose.", "C44.311", True),
        ("Basal cell carcinoma on the back.", "C44.519", True),
        ("Pneumonia, sputum grew Klebsiella.", "J15.0", True),
        ("Pneumonia, sputum grew Klebsiella.", "B96.1", False),
        ("Acute cholecystitis with gallstones.", "K80.00", True),
        ("Acute cholecystitis, no gallstones.", "K80.00", False),
        ("Right knee pain ?cause", "M25.561", True),
        ("Her mother-in-law had colon cancer.", "Z80.0", False),
    ],
)
def test_everyday_words_mean_what_they_stand_beside(coder: Coder, text: str, code: str, expected: bool) -> None:
    assert (code in codes(coder, text)) is expected
