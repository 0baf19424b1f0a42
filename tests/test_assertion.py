"""Assertion by scope: golden sentences with the words marked and the class they must get."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noteproc.coding.assertion import ORDER, Assertions
from noteproc.coding.reading import Reading
from noteproc.text.sections import shipped

MARK = re.compile(r"<(\w+)>(.*?)</>")
GOLDEN = [
    "He has <present>asthma</>.",
    "Denies <absent>chest pain</>.",
    "No <absent>fever</>, <absent>chills</>, or <absent>cough</>.",
    "No evidence of <absent>malignancy</>, moderate degenerative <present>disease of the spine</>.",
    "Denies <absent>chest pain</> but has <present>dyspnea</>.",
    "He is not <absent>diabetic</>.",
    "Non <absent>diabetic</>, with <present>gout</>.",
    "Chronic non healing <present>ulcer</> of the foot.",
    "<absent>Pneumonia</> was ruled out.",
    "<absent>Osteoarthritis</>? no.",
    "HIV <absent>disease</>? - no, tests are negative.",
    "<absent>Fever</>: none",
    "Possible <possible>pneumonia</>.",
    "?<possible>fracture</>",
    "Papule concerning for <possible>melanoma</> -> <present>biopsy</>",
    "Rash of the cheek, <present>eczema</> r/o <possible>lupus</>",
    "<absent>MI</> r/o by enzymes.",
    "COPD not in <absent>exacerbation</>, <present>hypokalemia</>.",
    "Never <absent>MI</>, <absent>CHF</> or <absent>stroke</>.",
    "r/o <possible>appendicitis</>",
    "<possible>PE</> cannot be excluded.",
    "Return if <hypothetical>fever</> or <hypothetical>bleeding</>.",
    "Report groin <hypothetical>swelling</>, inability to void, <hypothetical>fever</>.",
    "Risks including <hypothetical>infection</> and <hypothetical>bleeding</> were reviewed.",
    "Tylenol as needed for <hypothetical>pain</>.",
    "History of <historical>pneumonia</>.",
    "<historical>Pneumonia</>, which has resolved.",
    "58 year old man with <present>gout</>.",
    "Mother had <family>breast cancer</>.",
    "Her mother-in-law had <other_person>breast cancer</>.",
    "0/14 <absent>nodes positive</>, 3/14 <present>nodes positive</>.",
    "<hypothetical>Bleeding</>, <hypothetical>infection</> and a larger cut were covered.",
    "The <present>ulcers</> were covered with gauze.",
    "Mother reports <present>fever</> since Monday.",
    "Brought by his neighbor with <present>COPD</>.",
    "His wife has <other_person>influenza</>.",
    "Father denied any <family>stroke</>.",
    "<planned>Knee replacement</> was discussed.",
    "<present>Implant placed</>, <planned>scan</> to be repeated.",
    "[ ] <template>asthma</> [x] <present>gout</>",
    "No change in the <present>cough</>.",
    "Removed from problem list: <historical>bronchitis</>.",
]


WORDS = ["no", "denies", ",", ".", ";", "if", "mother", "has", "fever", "?", "history", "of", "[", "]", "but"]
PARTS = (*WORDS, "was", "\n")


@pytest.mark.parametrize("marked", GOLDEN)
def test_golden_sentences(marked: str) -> None:
    text = MARK.sub(lambda m: m.group(2), marked)
    reading = Reading(text, shipped())
    assertions = Assertions(reading)
    shift = 0
    for m in MARK.finditer(marked):
        start = m.start() - shift
        end = start + len(m.group(2))
        shift += len(m.group()) - len(m.group(2))
        at = [i for i, w in enumerate(reading.words) if w.start < end and start < w.end]
        verdict = assertions.of(at[0], at[-1], own=frozenset(at))
        assert (m.group(2), verdict.kind) == (m.group(2), m.group(1))


def test_a_cue_inside_the_phrase_does_not_speak_of_it() -> None:
    reading = Reading("history of stroke", shipped())
    assert Assertions(reading).of(0, 2, own=frozenset({0, 1, 2})).kind == "present"
    assert Assertions(reading).of(2, 2).kind == "historical"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=25))
def test_every_word_gets_a_verdict(parts: list[str]) -> None:
    reading = Reading(" ".join(parts), shipped())
    assertions = Assertions(reading)
    for i in range(len(reading.words)):
        assert assertions.of(i, i).kind in {"present", *ORDER}
