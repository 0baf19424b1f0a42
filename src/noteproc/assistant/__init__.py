"""Questions about codes, answered from the loaded tables with the source of every sentence, or not at all."""

from noteproc.assistant.answers import NOT_LOADED, Answer, Sentence
from noteproc.assistant.conversation import Assistant
from noteproc.assistant.questions import Question

__all__ = ["NOT_LOADED", "Answer", "Assistant", "Question", "Sentence"]
