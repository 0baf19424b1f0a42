"""What an answer is: sentences with sources, or the plain statement that the loaded data does not hold it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from noteproc.codesets.citations import Citation
from noteproc.pages import Statement

NOT_LOADED = "not in the loaded data"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer.

    Args:
        text: what the source says, never more.
        citation: the row it comes from.
    """

    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    Args:
        kind: what the question was understood to ask ("pair"); "" where it was not.
        sentences: the answer; empty where the loaded tables do not hold one.
        missing: what is not loaded, and the file that would fill it.
        notice: the copyright or trademark line that has to stand with it, or "".
    """

    kind: str
    sentences: tuple[Sentence, ...] = ()
    missing: tuple[str, ...] = ()
    notice: str = ""

    @property
    def found(self) -> bool:
        """Whether the loaded tables hold an answer."""
        return bool(self.sentences)

    @property
    def text(self) -> str:
        """The answer without its sources."""
        return " ".join(s.text for s in self.sentences) if self.sentences else NOT_LOADED

    def to_dict(self) -> dict[str, object]:
        """The answer as JSON-ready values."""
        return {
            "kind": self.kind,
            "found": self.found,
            "sentences": [{"text": s.text, "source": str(s.citation)} for s in self.sentences],
            "missing": list(self.missing),
            "notice": self.notice,
        }


def said(statement: Statement, about: str = "") -> Sentence:
    """A statement of a page as a sentence.

    Args:
        about: the code it is about, where the statement does not say.
    """
    head = " ".join(part for part in (about, statement.label) if part)
    value = f" {statement.value}" if statement.value and statement.value != statement.label else ""
    tail = f": {statement.text}" if statement.text else ""
    text = f"{head}{value}{tail}".strip()
    return Sentence(text if text.endswith((".", "!", "?")) else f"{text}.", statement.citation)


def answer(kind: str, sentences: Iterable[Sentence], missing: Iterable[str] = (), notice: str = "") -> Answer:
    """An answer whose sentences and gaps stand once each, in the order given."""
    return Answer(kind, tuple(dict.fromkeys(sentences)), tuple(dict.fromkeys(missing)), notice)
