"""Tests and services told by results, minutes and abbreviations; what was ordered, quoted or planned stays out."""

from __future__ import annotations

import pytest

from noteproc.coding import Coder
from noteproc.records import RedactedNote


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def told(coder: Coder, text: str, before: str = "Office visit\nSeen for the problem below.\n\n") -> dict[str, int]:
    result = coder.code(RedactedNote.already_redacted("n", before + text + "\n\nReturn in 4 weeks.\n"))
    return {s.coding.code: s.units for s in result.suggestions if s.coding.system != "ICD-10-CM"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A1c today 8.0 %.", {"83036": 1}),
        ("Methacholine challenge: positive, PC20 1.4", {"94070": 1}),
        ("B-scan OD: retina attached", {"76512": 1}),
        ("Prick testing to 32 aeroallergens done, cat and birch positive", {"95004": 32}),
        ("CCM total 63 minutes of staff time this month", {"99490": 1, "99439": 2}),
        ("Psychotherapy 45 minutes, coping skills rehearsed. LCSW", {"90834": 1}),
        ("25 min med mgmt + 38 min psychotherapy.", {"90836": 1}),
        ("Flow study done, Qmax 8.", {"51741": 1}),
        ("Percutaneous testing 48 antigens done here. Intradermals 12.", {"95004": 48, "95024": 12}),
        ("Rapid flu A neg, covid PCR neg, rapid RSV neg, all run here.", {"87804": 1, "87635": 1, "87807": 1}),
        ("BPP 8/8 done here by me.", {"76819": 1}),
        ("Elbow, left, 2 views: no effusion", {"73070": 1}),
        ("Foot AP/lat/obl taken here, no fracture", {"73630": 1}),
        (
            "Nuclear stress done here, my read, supervised: regadenoson 0.4 mg IV push. No ST change.",
            {"93015": 1, "J2785": 4},
        ),
        ("Labs drawn from PICC, line flushed", {"36592": 1}),
    ],
)
def test_what_was_made_here_is_coded(coder: Coder, text: str, expected: dict[str, int]) -> None:
    assert told(coder, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "TSH 2.1 and lipids from her last visit reviewed.",
        "A1c due in 3 months.",
        "Gonioscopy in 1 year.",
        "Wants to start remote monitoring next month.",
        "Transfusion threshold 7.",
        "EEG last year was normal.",
        "CXR 2v clear per radiology report.",
    ],
)
def test_what_was_not_made_here_is_not_coded(coder: Coder, text: str) -> None:
    assert told(coder, text) == {}


REPORT = "RADIOLOGY REPORT\n\nExam: "


@pytest.mark.parametrize(
    ("exam", "code"),
    [
        ("MRI BRAIN W/ AND W/O CONTRAST", "70553"),
        ("MRI brain without contrast", "70551"),
        ("MRI brain with gadobutrol", "70552"),
        ("CT chest wo", "71250"),
        ("Thoracic spine 3 views", "72072"),
        ("Bilateral hips with pelvis, 3 views", "73522"),
        ("Low back films, AP and lateral", "72100"),
        ("Left ankle AP, lateral and mortise", "73610"),
        ("x-ray toe 2v", "73660"),
        ("Brain MRI, done before and again after gadolinium", "70553"),
        ("MRI neck spine w/o gad", "72141"),
    ],
)
def test_views_and_contrast_choose_the_code(coder: Coder, exam: str, code: str) -> None:
    assert set(told(coder, exam, REPORT)) == {code}


def slip(coder: Coder, text: str) -> set[str]:
    result = coder.code(RedactedNote.already_redacted("n", text))
    return {s.coding.code for s in result.suggestions if s.coding.system != "ICD-10-CM"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Thyroid ultrasound.", "76536"),
        ("uric acid", "84550"),
        ("ECT bilateral", "90870"),
        ("CT abd/pelv with IV dye.", "74177"),
        ("Nebulizer machine for home.", "E0570"),
        ("Depo-Provera 150 mg, our drug, product only.", "J1050"),
    ],
)
def test_a_line_that_only_names_a_service_reports_it(coder: Coder, text: str, code: str) -> None:
    assert code in slip(coder, text)


@pytest.mark.parametrize(
    "text",
    [
        "Thyroid ultrasound next week.",
        "Gout, last uric acid 9.",
        "ECT on hold until cleared by cardiology.",
        "Has had Depo-Provera 150 mg every 3 months at home.",
        "Diabetes, high A1c.",
        "CT head neg.",
    ],
)
def test_a_line_that_tells_of_another_day_reports_nothing(coder: Coder, text: str) -> None:
    assert slip(coder, text) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [("Dialysis today. Epogen 4000 u given.", "Q4081"), ("CKD 4. Epogen 4000 u given SQ.", "J0885")],
)
def test_who_is_on_dialysis_has_a_drug_of_its_own_code(coder: Coder, text: str, code: str) -> None:
    assert {"Q4081", "J0885"} & set(told(coder, text)) == {code}


def test_each_component_after_the_first_is_counted(coder: Coder) -> None:
    text = "Peds 4 mo WCC. Pentacel and Prevnar 20 given, counseling given for each."
    assert {c: n for c, n in told(coder, text, "").items() if c.startswith("9046")} == {"90460": 2, "90461": 4}


@pytest.mark.parametrize(
    ("text", "charged"),
    [
        ("A1c 7.9", True),
        ("DM2 x15y insulin. Dil exam. mild NPDR OU, no DME. A1c 7.9. letter to PCP. 6 mo.", False),
    ],
)
def test_a_value_among_other_matters_is_quoted(coder: Coder, text: str, charged: bool) -> None:
    note = RedactedNote.already_redacted("n", text)
    assert ("83036" in {s.coding.code for s in coder.code(note).suggestions}) == charged
