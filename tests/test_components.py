"""The spaCy components on a blank pipeline."""

from __future__ import annotations

import spacy

import noteproc.coding.components


def test_codes_become_spans() -> None:
    assert noteproc.coding.components.create_codes
    nlp = spacy.blank("en")
    nlp.add_pipe("noteproc_sections")
    nlp.add_pipe("noteproc_codes", config={"setting": "outpatient"})
    doc = nlp("PMH: asthma.\nAssessment: left hip pain. No pneumonia.")
    assert [span.label_ for span in doc.spans["sections"]] == ["pmh", "assessment"]
    assert {(span.label_, span.text) for span in doc.spans["codes"]} == {
        ("ICD-10-CM:J45.909", "asthma"),
        ("ICD-10-CM:M25.552", "left hip pain"),
    }
