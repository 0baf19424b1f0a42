"""Figures in pairs and ordinals: days of a month by what the sentence and the note say, marks of a scale otherwise."""

from __future__ import annotations

import pytest

from noteproc.redaction import Redactor
from noteproc.redaction.edges import TAGGED
from noteproc.redaction.recognizers.ordinals import is_rank
from noteproc.redaction.recognizers.pairs import is_part, rated
from noteproc.redaction.spans import Span
from noteproc.redaction.veto import forbidden
from noteproc.redaction.words import Words
from tests.redacting import gone


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Line placed (1/3), extubated (1/9), moved to the floor (1/10). WBC 12.", "1/10"),
        ("Off work note thru 9/10.", "9/10"),
        ("Betamethasone 2/6 + 2/7. Mag x 12 h.", "2/7"),
        ("Seen 01/02/2026. Elena (OT) will change the battery 1/8.", "1/8"),
        ("Seen 12/28/2025. Elena (OT) will change the battery 1/8.", "1/8"),
        ("Ruth Pell 81 adm 5-24 with CHF.", "5-24"),
        ("Admitted 03.05.26. Apixaban begun day 4 (03.08). Swallow safe.", "03.08"),
        ("PT eval 9/10 for back pain", "9/10"),
        ("Trach aspirate 12/24 MRSA, treated.", "12/24"),
        ("Knee pain since 4/10, worse on stairs.", "4/10"),
        ("He fell on the 4th and came in on the 9th.", "the 4th"),
    ],
)
def test_goes(redactor: Redactor, text: str, words: str) -> None:
    assert all(gone(redactor, text, words)), text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Seen 01/02/2026. He will take 1/2 tab.", "1/2"),
        ("hand and wrist pain, 6/10 on average and 9/10 in cold weather", "9/10"),
        ("worse on standing and on leaning backward, and 7/10. He had two blocks.", "7/10"),
        ("sore down the leg, 8/10, cannot sit", "8/10"),
        ("Weight was at the 30th when he was 6 and is now at the 4th; height from the 50th to the 17th.", "the 4th"),
        ("Weight fell from the 25th to the 5th over a year.", "the 5th"),
        ("#22 R hand on 2nd try by the IV team", "2nd"),
        ("Pulses (R/L): fem 2/2, pop 1/2, DP 0", "2/2"),
        ("Blood cultures 5/3 (outside), 4/4 methicillin-sensitive S. aureus.", "4/4"),
        ("grasp and release cones 12/20", "12/20"),
        ("passed through a 12/14 access sheath", "12/14"),
        ("Prick: histamine 6/22, saline 0, cashew 11/30, birch 9/30.", "11/30"),
        ("Mood: GDS 4/15, PHQ-9 6", "4/15"),
        ("voice breathy, GRBAS 3-2-2-1-2 today", "3-2-2-1-2"),
        ("Meds: Venofer 100 (5/10), Zemplar 2 mcg", "5/10"),
        ("PHQ trend 22-19-14, better", "22-19-14"),
        ("RPR 6/12/24 mo after treatment", "6/12/24"),
        ("NICU DOL 4, PMA 34 1/7", "1/7"),
    ],
)
def test_stays(redactor: Redactor, text: str, words: str) -> None:
    assert not any(gone(redactor, text, words)), text


@pytest.mark.parametrize(
    ("text", "shown", "none"),
    [
        ("her knee hurts, 7/10, at night", "7/10", True),
        ("next visit 7/10, knee hurts", "7/10", False),
        ("rates it 3-2-2-1 overall", "3-2-2-1", True),
        ("his height is at the 50th", "the 50th", True),
        ("her 90th birthday was on the 4th", "the 4th", False),
    ],
)
def test_what_the_tagger_may_not_call_a_date(text: str, shown: str, none: bool) -> None:
    words = Words(text)
    start = text.index(shown)
    span = Span(start, start + len(shown), "DATE", 0.9, TAGGED)
    assert forbidden(words, span, words.within(span.start, span.end)) is none


def test_a_rank_is_told_by_one_higher_than_any_day_or_by_a_word_of_growth() -> None:
    text = "He was at the 4th for weight. Seen on the 4th."
    assert is_rank(text, text.index("the 4th"), text.index(" for weight"))
    assert not is_rank(text, text.rindex("the 4th"), len(text) - 1)


def test_few_bottles_grow_and_days_do_not() -> None:
    assert is_part("BCx 2/4 with coag-neg staph", 4, 7)
    assert not is_part("Aspirate 7/24 MSSA", 9, 13)


def test_ten_is_a_scale_where_pain_is_told() -> None:
    assert rated("leg pain 7/10 today", 9, 13)
    assert not rated("leg pain since 7/10", 15, 19)
    assert not rated("clinic 7/10 with films", 7, 11)
