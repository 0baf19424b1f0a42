"""Initials, houses, dates, ages and roads in the shapes that notes write them, and what only looks so."""

from __future__ import annotations

import pytest

from noteproc.records import Note
from noteproc.redaction import Redactor
from noteproc.redaction.edges import TAGGED
from noteproc.redaction.initials import SIGNS, Initials
from noteproc.redaction.spans import Span
from noteproc.redaction.veto import forbidden
from noteproc.redaction.words import Words


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


def _gone(redactor: Redactor, text: str, words: str) -> bool:
    start = text.index(words)
    covered = {i for p in redactor.redact(Note("n", text)).phi for i in range(p.start, p.end)}
    return all(i in covered for i in range(start, start + len(words)) if text[i].isalnum())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0830 port accessed, labs drawn. lw\n0905 ok to treat\n0920 dex given. lw\n", "lw"),
        ("Initials key   jq = Joan Quimby RN\n", "jq"),
        ("staff key  RB Rowena Bright RN / TY Tyrell Young MHT\n", "RB"),
        ("AVF L, 15 ga x2, cannulated by bg 2nd stick", "bg"),
        ("RN: Lourdes F.      Scribe cg\nEnc# FR-231105-0076", "cg"),
        ("She called, better, the rash is fading. tp LPN\nNext call in a week.", "tp"),
        ("Recheck in two weeks.\n\nTobias Kirchner, MD          TK/ml  05/07/2024", "ml"),
        ("Physician Olga Baranov, MD\nRT: Duane     RN: Carolyn Metz", "Duane"),
        ("N. Farrokhzad, MD\\nDupixent PA on hold. //nf", "nf"),
        ("the records came over from the VA, on disc", "VA"),
        ("she had a stent at General in 2019", "General"),
        ("fibroids seen at the Annex (outside films)", "Annex"),
        ("PT x6 at Golden Poppy PT, then stopped", "Golden Poppy"),
        ("labs drawn at Redbud this morning", "Redbud"),
        ("slides came from Ochsner by courier", "Ochsner"),
        ("Facility:  The Cedars at Dobbs Ferry    Unit: Hudson", "The Cedars at Dobbs Ferry"),
        ("07/09/2025 08:41   sbarnes.rn   CREATE", "sbarnes.rn"),
        ("printed by stoltz_m from a workstation", "stoltz_m"),
        ("date seen 3 - 11 - 25", "3 - 11 - 25"),
        ("Sister in Geneva\n0041 7725 88", "0041 7725 88"),
        ("none since the fall, spring of 2009; then again", "spring of 2009"),
        ("discharged from therapy 8/'25, plateau", "8/'25"),
        ("ran out around 10/19ish", "10/19"),
        ("seen on 5.IX.25 in clinic", "5.IX.25"),
        ("a little rice liquor on Karen New Year", "Karen New Year"),
        ("He died on Palm Sunday of 2024 at home", "Palm Sunday of 2024"),
        ("she will bring shoes on labor day", "labor day"),
        ("She is ninety-one and lives alone", "ninety-one"),
        ("He turned ninety in the spring", "ninety"),
        ("lives at 1650 W. Capitol, #14 for now", "1650 W. Capitol, #14"),
        ("collision at mile 118 of U.S. 20 today", "U.S. 20"),
        ("overdosed behind the store on Rt 19 again", "Rt 19"),
    ],
)
def test_what_must_go(redactor: Redactor, text: str, words: str) -> None:
    assert _gone(redactor, text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("VA 20/40 right, count fingers left", "VA"),
        ("the General Surgery team saw him", "General"),
        ("tender at McBurney point, switched to Keflex 500", "Keflex"),
        ("CARDIOVASCULAR\n- Auscultation of Heart: Grade 2/6 murmur", "Auscultation of Heart"),
        ("Naprosyn 500 mg p.o. b.i.d. p.c. for pain, one t.i.d. p.r.n. as well", "b.i.d. p.c."),
        ("ALLERGIES:\nDenied.\nMAJOR FINDINGS:\nWeight 240", "MAJOR FINDINGS"),
        ("clearance of 90 mL/min per 1.73 m\u00b2, and normal", "1.73 m"),
        ("return to Work Status form", "Work Status"),
        ("Location: Right Breast", "Right Breast"),
        ("fundus firm at U, lochia moderate", "U"),
        ("BMI = Body Mass Index of 31", "BMI"),
        ("seen by the team on rounds. on time. on time.", "on"),
        ("the knee flexed to ninety degrees", "ninety"),
        ("heart rate is ninety and regular", "ninety"),
        ("GCS 3 - 4 - 5 on arrival", "3 - 4 - 5"),
        ("a fall of 6 feet in 2009", "2009"),
        ("the 4th dose over 60 min", "4th"),
        ("on the 7th floor, 2nd time", "7th"),
        ("TOF       4/4   0/4   0/4   1/4   1/4   2/4", "2/4"),
        ("0745  156/80   74   400  150  -180   35", "-180"),
        ("K 4.1 plt 142 cr 0.7 UPC 0.4", "142 cr 0.7"),
        ("COUNTS WERE TAKEN BY THE SCRUB NURSE", "THE"),
        ("12 N saline over 3 hours", "12 N"),
        ("scored 8 of 10", "8 of 10"),
        ("Urine output 5 mL/h  12/07 and falling", "mL/h"),
        ("the pump was set to 4 ml LPN to check", "ml"),
        (
            "Patient: Zebediah Quartermain. Seen 3/14/2025 by Dr. Priya Patel. Essential hypertension. T 37 °C\r\nover",
            "37 °C",
        ),
        ("Exam: 4/5 EHL, 5/5 quads, 3/5 grip bilaterally.", "3/5 grip"),
    ],
)
def test_what_must_stay(redactor: Redactor, text: str, words: str) -> None:
    assert words in redactor.redact(Note("n", text)).text


_SHIFT = "2030 turned w/ jt, skin intact. kd\n2330 ssi 4 u given, checked w/ rs.\n0415 jp drained 40 ml from the ng."


@pytest.mark.parametrize(
    ("text", "letters", "signs"),
    [
        ("I have reviewed what was scribed by mp and agree.", "mp", True),
        ("Scribe cg was here.", "cg", True),
        ("The rash is fading. tp LPN", "tp", True),
        ("Hgb 9.1, called to kw RN on 6N, read back.", "kw", True),
        ("Orders per RB, cosign when able.", "RB", True),
        (_SHIFT, "jt", True),
        (_SHIFT, "kd", True),
        (_SHIFT, "rs", True),
        (_SHIFT, "jp", False),
        (_SHIFT, "ng", False),
        ("It was scribed by an aide.", "an", False),
        ("Dressing changed per md order.", "md", False),
        ("Pt to CT w/ RN, BP 120/70, HR 80.", "CT", False),
    ],
)
def test_letters_where_somebody_signs_weigh_enough_by_themselves(text: str, letters: str, signs: bool) -> None:
    words = Words(text)
    odds = Initials(words).weights().get(words.words.index(letters), SIGNS - 1.0)
    assert (odds >= SIGNS) == signs


def test_letters_that_sign_elsewhere_in_a_note_need_less_of_a_place() -> None:
    line = "0820 walked the hall with qv twice, tolerated well."
    alone = Words(f"{line}\nSleeping since.\nNo complaints.\nCalm.\nResting.")
    signed = Words(f"{line}\nSleeping since. qv\nNo complaints. qv RN\nCalm. qv\nResting.")
    by_itself = Initials(alone).weights()[alone.words.index("qv")]
    assert Initials(signed).weights()[signed.words.index("qv")] > by_itself


def test_letters_of_a_name_in_the_note_need_less_of_a_place() -> None:
    line = "Seen with HB today at the clinic."
    strange, named = Words(f"{line}\nOlga Wren MD"), Words(f"{line}\nHenrik Byron MD")
    odds = [Initials(words).weights()[words.words.index("HB")] for words in (strange, named)]
    assert odds[0] < odds[1]


@pytest.mark.parametrize(
    ("text", "word", "none"),
    [
        ("hn: short one tech", "short", True),
        ("mail ann@lee.org now", "ann@lee.org", False),
        ("to zqkowal", "zqkowal", False),
    ],
)
def test_a_plain_word_is_no_address(text: str, word: str, none: bool) -> None:
    words = Words(text)
    start = text.index(word)
    span = Span(start, start + len(word), "EMAIL_ADDRESS", 0.6, TAGGED)
    assert forbidden(words, span, words.within(span.start, span.end)) is none


def test_a_number_with_noughts_inside_is_no_telephone_abroad(redactor: Redactor) -> None:
    found = redactor.redact(Note("n", "Call +41 22 555 01 33. Claim # LTD-0099-58213, lot 7"))
    assert not {"PHONE_NUMBER", "FAX_NUMBER"} & {p.entity_type for p in found.phi if p.start > 20}
    assert _gone(redactor, "Claim # LTD-0099-58213, lot 7", "LTD-0099-58213")
