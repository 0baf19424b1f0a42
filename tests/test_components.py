"""The spaCy components on a blank pipeline."""

from __future__ import annotations

import spacy

from noteproc.coding.components import create_codes, create_sections


def test_codes_become_spans() -> None:
    nlp = spacy.blank("en")
    assert nlp.get_factory_meta("noteproc_codes").factory == "noteproc_codes"
    assert create_sections.__module__ == create_codes.__module__
    nlp.add_pipe("noteproc_sections")
    nlp.add_pipe("noteproc_codes", config={"setting": "outpatient"})
    doc = nlp("PMH: asthma.\nAssessment: left hip pain. No pneumonia.")
    assert [span.label_ for span in doc.spans["sections"]] == ["pmh", "assessment"]
    assert {(span.label_, span.text) for span in doc.spans["codes"]} == {
        ("ICD-10-CM:J45.909", "asthma"),
        ("ICD-10-CM:M25.552", "left hip pain"),
    }
