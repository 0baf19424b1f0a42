"""Classes of identifiers and of clinical language that notes mix: what goes, what stays beside it."""

from __future__ import annotations

import pytest

from noteproc.records import Note
from noteproc.redaction import Redactor

_REDACTOR = Redactor()


def redacted(text: str) -> str:
    return _REDACTOR.redact(Note("n", text)).text


@pytest.mark.parametrize(
    "text, gone",
    [
        ("INR 2/2 was 2.1, seen 2/2 for cough.", "2/2"),
        ("Airway stable. Rheum Vandermolen agrees with the plan.", "Vandermolen"),
        ("Stroke likely, neuro (Goldfarb) to be told on arrival.", "Goldfarb"),
        ("Follow up: urology A. Noble in 6 weeks.", "Noble"),
        ("VASC note\nBickerstaff 74M pod 1 after EVAR", "Bickerstaff"),
        ("Resolved. A1-A6. (dt/4-21)\nIHC x3.", "dt"),
        ("Trauma note\ntr: lmp   7/20/2026 07:15", "lmp"),
        ("Study ordered.\n\nAS/asolberg1  11/25/25 15:10", "AS"),
        ("b4 Xu: BiPAP 16/8 at night", "Xu"),
        ("triage rn j. foley / seen at once", "j. foley"),
        ("Soccer player. Injured 3.1.25, no contact.", "3.1.25"),
        ("Officer waited outside (badge 208).", "208"),
        ("Refills from Walgreens; he works nights at FedEx.", "FedEx"),
        ("yes both pills, from walgreens by the lake", "walgreens"),
        ("A pipefitter of Local 597, seen today.", "Local 597"),
        ("HEALTH PLAN: BlueCross of the Carolinas", "Carolinas"),
        ("RT rounds\nb3 Delvecchio: SIMV 14, PEEP 5\nb5 empty", "Delvecchio"),
        ("sign-out\n204 Hodgkins 55 cellulitis\n206 Price 81 urosepsis", "Price"),
        ("Wound dressed.  //  n. foley rn", "n. foley"),
        ("two large bore lines by j.arnold, labs to tube.", "j.arnold"),
        ("0705 received report from summer rn, stable night.", "summer"),
        ("this is on craig lister spelled l i s t e r, record follows", "l i s t e r"),
        ("Disability form started, SSN verified, ends 4471.", "4471"),
        ("Jonas Stoltzfus was 91. He farmed.", "91"),
        ("NAME...Ada Brookfield\nDOB....1988-05-11", "1988-05-11"),
        ("Seen at the Center for Kidney Wellness of the Ozarks.", "of the Ozarks"),
        ("Assisted by Hanneke de Wit NP.", "de Wit"),
        ("Care at Lantern Ridge Clinic, LLC since May.", "LLC"),
        ("Seen by Gunnar Ellis DO today.\nFollow-up Tan in 2 wks; Ellis 1 wk.", "Ellis 1"),
        ("Rx to Salisbury, MD 21801 by mail.", "21801"),
        ("14 Oak Ave Apt 3-R, Duluth MN", "3-R"),
        ("Mail to POBOX 4471, please.", "4471"),
        ("Lives at 311 Yesler Ct., 4th floor, with a cat.", "4th floor"),
        ("[PATIENT_NAME_1] was seen with Priya Raghunathan today.", "Raghunathan"),
        ("Pt [PATIENT_NAME_1], wife Maria Lopez.", "Lopez"),
        ("[PATIENT_NAME_1] was seen with John Smith today.", "Smith"),
        ("She is 91 and lives alone.", "91"),
        ("On oxygen at home, she is 91 and frail.", "91"),
        ("Mr. French speaks well.", "French"),
        ("Given 12 MAR 2025 at home.", "MAR"),
        ("Name: Heena Rao Pronunciation: HEE-na\nMRN 6620-1184", "HEE-na"),
        ("Time out done. RN circ m. tolentino\nCounts correct.", "m. tolentino"),
        ("No growth to date.\n\ne-sig ARosendahl 11/30/25 17:20", "ARosendahl"),
        ("Dr. Okafor (44718) will call back.", "44718"),
        ("Apixaban begun on day 4 (03.08). Seen 12/03.", "03.08"),
        ("Seen by T. Amadi (44718).", "44718"),
        ("Lives in Dayton (45402) with his dog.", "45402"),
        ("MODERATE PAIN, SEVERE MR. SMITH WAS SEEN.", "SMITH"),
        ("Off work 3/10 -> 4/10 for the knee.", "3/10"),
        ("Night log.\n2100 T 98.6 kd\n2300 T 98.9 kd\n0100 T 99.1 kd", "kd"),
        ("MR HAND IS A 65 YEAR OLD MAN.", "HAND"),
        ("Tern Point Chest & Sleep\nName: Ada Brookfield\nCough for two weeks.", "Tern Point"),
        ("Seen 3/4/2026, Women's Health at Alder Bluff\nPt: Ada Brookfield", "Alder Bluff"),
        ("Holy Shepherd of the Valley\nPt: Ada Brookfield\nCough.", "Shepherd"),
        ("Ines Calloway, 46 M; TW 61-204; 03/03/2026; cough", "61-204"),
        ("derm f/u   Alyssa Brookfield 33F DQ118274 11.18.25", "DQ118274"),
        ("Jo Calloway 58M 00 72 94 51\nBP 120/80", "00 72 94 51"),
        ("PATIENT NAME: VAN DER LAAN, WILL J\nMRN 204488", "VAN DER LAAN"),
        ("Name Brookfield, Evan (E.B.), 58M\nCough.", "E.B."),
        ("No pain. Home when voids.\nckd f/u\nPlan stays. Tdap given by rn kp.", "kp"),
        ("Biopsy benign (addended 3/6/26 IN): no change.", "IN)"),
        ("Stay 3/1/26–3/9/26 on the ward.", "3/9/26"),
        ("Employer: Ridgewater Pallet Co.   DOI 10/2/25", "Ridgewater"),
        ("Lives in Duluth 55806.", "55806"),
        ("Counts by NP and LS, correct x2.", "LS"),
        ("Fell 3/12. Pain since 3/12. Better by 3/12, seen 3/12.", "3/12"),
        ("Here with son Will\nCough.", "Will"),
        ("Partner K. was told.", "K."),
        ("Phalen's test done. Dr. Phalen was positive about it.", "Dr. Phalen"),
        ("0815 Oyelowo - R RTC tear, inj", "Oyelowo"),
        ("report to ED RN Tamsin at 0729", "Tamsin"),
        ("Labs drawn at marfa clinic, fax pending.", "marfa"),
        ("Daughter at work. Prior stent at hoag in 2021.", "hoag"),
        ("Direct admit opelousas general, bed ready.", "opelousas"),
        ("He goes to prek at st nicks.", "st nicks"),
        ("She lives in kapolei with her son.", "kapolei"),
        ("Rides from grants pass by bus.", "grants pass"),
        ("Mail to lockport ny, please.", "lockport"),
        ("Ed stayed in Winnemucca overnight.", "Winnemucca"),
        ("Boss: he drives for ferrellgas, nights.", "ferrellgas"),
        ("Rolled the truck on hwy 46 at mile marker 127.", "46"),
        ("MVC, driver, I-80 westbound.", "I-80"),
        ("Rides from terre haute in june.", "terre haute"),
        ("Skills group and DBT w/ Simone weekly.", "Simone"),
        ("Seen 3/4 of last year for a cough.", "3/4"),
        ("Dr. Amos Nkemelu. I reviewed an MRI.\nAN/kd", "AN/kd"),
        ("Dr. Mona Young saw her.\nrefill ok per my, call back.", "per my"),
        ("Referring: M.D. Alvarez", "M.D."),
    ],
)
def test_goes(text: str, gone: str) -> None:
    assert gone not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "CT ABD/PELVIS W CONTRAST\nImpression: acute appendicitis.",
        "Imp/Plan\n1 Spleen laceration, watch",
        "Cervical motion is full and Spurling's is negative.",
        "MR LUMBAR SPINE WITHOUT CONTRAST\nFindings: normal.",
        "EXAM: MR LEFT SHOULDER",
        "NIHSS 4/42 on arrival.",
        "Vitals are up, he ups his dose on target days.",
        "Phenergan syrup 6.25 mg p.o. q.4h. p.r.n.\n5.  Synthroid 0.175 mg",
        "Tylenol one p.o. q.4-6h. p.r.n., pain as well.",
        "School age 9   grade 3   plays on the ridge.",
        "Home sugars 140s to 180s. He reports burning feet.",
        "tr: trace edema. Ratio AS/MR noted, mild.",
        "ID and GI following, Ortho to see him, PT evaluated his gait.",
        "Grew e. coli and c. difficile; h.pylori was negative.",
        "He used 12 vials, 4 x 100, and a nail 11 x 180 mm.",
        "Suture tag at 12 o'clock. To pathology.",
        "Well grown at 33 4/7 weeks.",
        "Effortful swallow 20/25, reference given.",
        "Home oxygen at 2-1/2 liters.",
        "[codes: C44.319 L57.0 / 11642 12052]",
        "Counseling on each component was done by me (90460/90461).",
        "Skilled nursing visit (G0299) at home.",
        "Anterior plate, C5-C6, well seated.",
        "His systolic was 91. Oxygen dropped.",
        "Transferred to the Intensive Care Unit at night.",
        "12 Lead 60 bpm, sinus.",
        "EKG read here: AF with V pacing 72. (93000)",
        "No response (94060); DLCO 29% (94729).",
        "Psychotherapy in addition to the visit today (90833 w/ 99214).",
        "Seen by nurse a. daily dressing change continued.",
        "08:12 Dr. out of the room.",
        "His fasting glucose is 91 and he does not have diabetes.",
        "Oxygen saturation is 96 on room air.",
        "No blood thinner on MAR. No chest pain.",
        "Pain radiates to the L jaw, 7/10 -> 4/10, sweaty.",
        "Risk of perforation (1/1000), expulsion.",
        "Interpreter: French, video.",
        "IVUS: MLA 2.9 mm2, reference 3.25 at the ostium.",
        "Age 38   G3 P2002   no bleeding.",
        "11.  Neurontin 400 mg p.o. t.i.d.\n12.  Lasix 40 mg p.o. b.i.d.\n13.  Fentanyl 50 mcg.",
        "EF 30%. Mod MR. Old anterior MI.",
        "Bicillin 2.4 mu IM given.",
        "IDA 2/2 menorrhagia, sepsis 2/2 E coli UTI.",
        "Exam: 4/5 EHL b/l, 4/5 quads.",
        "There was a small Hill-Sachs defect, no bony Bankart.",
        "Lugol's applied, nonstaining zone anterior.",
        "Jump of 70ms. Typical slow-fast tachycardia.",
        "Throbbing 8/10, nail black.",
        "Plate: 1/3 tubular, 7 holes, and a 0.062 k-wire.",
        "He weighs himself most days (178-180).",
        "Home BPs 128-134/80s on losartan.",
        "Ulcer was 3.1x2.4x0.8, clean.",
        "HEART FAILURE CLINIC\nEdema of both legs.",
        "Internal Medicine Service\nEdema of both legs.",
        "Seen by GI today for melena.",
        "Cleared by PT. OT following.",
        "Labs drawn by RN; EKG by MA.",
        "Memory 7/12, then 8/12, then 9/12 with cues.",
        "31yo G2P1, had her prenatal care w/ us since 10 weeks.",
        "Brought in by whoever was at home.",
        "Function: Karnofsky 70, ECOG 1. Romberg is negative.",
        "GERD with Barrett's, C0M1.",
        "Trained on the pump; started Ozempic and Dupixent, stopped Cortef.",
        "OBX|2|NM|HGB||9.8|g/dL|12-16|L",
        "0845 - LESI L4-5 today",
        "Transferred to ED RN desk at 0729.",
        "Pain at rest and at night, worse at dusk. Lives in fear of falls.",
        "Referred to coumadin clinic and pain clinic; st elevation in II.",
        "Margins neg, 4/19 nodes; 5/12 cores. Insight 3/4, TOF 4/4.",
        "She undergoes dialysis three times a week; requests hospice.",
        "Treated with I-131 by route of mouth; 5 mm 9 o'clock lesion.",
        "Coming in from home to chronic care; drives for work via van.",
    ],
)
def test_stays(text: str) -> None:
    assert redacted(text) == text


def test_presidio_finds_its_own_recognizers_beside_ours() -> None:
    from presidio_analyzer import EntityRecognizer

    kinds: list[type] = [EntityRecognizer]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    ours = {k.__name__ for k in kinds if k.__module__.startswith("noteproc.")}
    theirs = {k.__name__ for k in kinds if k.__module__.startswith("presidio_analyzer.")}
    assert ours
    assert theirs
    assert not ours & theirs


@pytest.mark.parametrize(
    "text, kept",
    [
        ("Signed Hollis Grady, MD 99349", "MD"),
        ("KOWALCZYK, ZBIGNIEW      ID: 5501938", "ID:"),
        ("Lives at 1806 Shady Brook Dr. Dad works nights.", "Dad works"),
        ("Lives at 12 Elm St no pain today.", "no pain"),
        ("SURGEON: Amina Warsame, M.D.", ", M.D."),
        ("Seen with Mbali Dlamini, M.D.\nMD/vr", ", M.D."),
        ("Vikram Subramanian, M.D., F.A.C.C., F.S.C.A.I.", ", M.D., F.A.C.C., F.S.C.A.I."),
        ("Dr. Amos Nkemelu. I reviewed an MRI and want an audiogram.\nAN/kd", "reviewed an MRI and want an audiogram"),
        ("Mary Young wrote: so I guess my supplies are late.", "my supplies"),
        ("Harriet Reyes RN. Albuterol 15 mg/hr given.", "mg/hr"),
        ("Seen at the University of New Mexico. Referred by family.", "Referred"),
    ],
)
def test_what_stands_beside_stays(text: str, kept: str) -> None:
    assert kept in redacted(text)


def test_a_town_within_a_facility_is_part_of_it() -> None:
    text = "Willow Bend Internal Medicine\nOffice visit 3/4/2025\nLives in Bend, Oregon."
    assert redacted(text).startswith("[FACILITY_1]\n")
    assert "Bend" not in redacted(text)
