"""The redactor as a spaCy component: ``nlp.add_pipe("noteproc_phi")`` puts PHI spans into ``doc.spans["phi"]``."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc, Span

from noteproc.records import Note
from noteproc.redaction.redactor import Redactor

SPANS_KEY = "phi"


class PhiComponent:
    """Marks protected health information on a ``Doc``; the text stays as it is.

    Args:
        name: the name of the component in its pipeline.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._redactor = Redactor()

    def __call__(self, doc: Doc) -> Doc:
        """The document with ``doc.spans["phi"]`` set, in order, labels from ``noteproc.redaction.entities``.

        Raises:
            RedactionError: detection failed.
        """
        found = self._redactor.redact(Note("doc", doc.text)).phi
        spans: list[Span] = []
        for phi in found:
            span = doc.char_span(phi.start, phi.end, label=phi.entity_type, alignment_mode="expand")
            if span is not None:
                spans.append(span)
        doc.spans[SPANS_KEY] = spans
        return doc


@Language.factory("noteproc_phi")
def make_phi_component(nlp: Language, name: str) -> PhiComponent:
    """The factory behind the ``spacy_factories`` entry point ``noteproc_phi``."""
    return PhiComponent(name)
