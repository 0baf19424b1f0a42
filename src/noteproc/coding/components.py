"""spaCy components: sections and suggested codes as span groups of a ``Doc`` that holds redacted text.

::

    nlp = spacy.blank("en")
    nlp.add_pipe("noteproc_codes")
    doc = nlp(redacted_text)
    [(span.text, span.label_) for span in doc.spans["codes"]]
"""

from __future__ import annotations

from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from noteproc.coding.coder import Coder
from noteproc.records import CodingContext, RedactedNote, Setting
from noteproc.text.sections import shipped

Component = Callable[[Doc], Doc]


class SectionMarker:
    """Puts the sections of a note into ``doc.spans["sections"]``, labelled with their canonical names."""

    def __call__(self, doc: Doc) -> Doc:
        """Marks ``doc`` and returns it."""
        found = []
        for section in shipped().find(doc.text):
            span = doc.char_span(section.heading_start, section.end, label=section.name, alignment_mode="contract")
            if span is not None and section.name:
                found.append(span)
        doc.spans["sections"] = SpanGroup(doc, name="sections", spans=found)
        return doc


class CodeMarker:
    """Puts suggested codes into ``doc.spans["codes"]``: main evidence, labelled ``SYSTEM:CODE``, best first.

    Args:
        setting: outpatient or inpatient.
    """

    def __init__(self, setting: Setting) -> None:
        self._context = CodingContext(setting=setting)
        self._coder: Coder | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Marks ``doc`` and returns it; its text must be redacted already."""
        if self._coder is None:
            self._coder = Coder()
        result = self._coder.code(RedactedNote.already_redacted("doc", doc.text, self._context))
        found = []
        for suggestion in result.suggestions:
            label = f"{suggestion.coding.system}:{suggestion.coding.code}"
            for piece in suggestion.evidence:
                span = doc.char_span(piece.start, piece.end, label=label, alignment_mode="expand")
                if piece.role == "main" and span is not None:
                    found.append(span)
        doc.spans["codes"] = SpanGroup(doc, name="codes", spans=found)
        return doc


def create_sections(nlp: Language, name: str) -> Component:
    """The component ``noteproc_sections``."""
    return SectionMarker()


def create_codes(nlp: Language, name: str, setting: Setting) -> Component:
    """The component ``noteproc_codes``.

    Args:
        setting: outpatient or inpatient.
    """
    return CodeMarker(setting)


Language.factory("noteproc_sections", func=create_sections)
Language.factory("noteproc_codes", default_config={"setting": "outpatient"}, func=create_codes)
