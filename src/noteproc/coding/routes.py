"""How a drug was given: the route, and whether in a moment or over time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from noteproc.coding.mentions import Mention
from noteproc.coding.quantities import CLOCK, elapsed
from noteproc.coding.reading import Reading
from noteproc.coding.telling import telling

# "600 mg IV 3.5 h": what runs for hours is no push.
_RUNNING = re.compile(r"\b\d+(?:\.\d+)?\s?(?:h|hrs?|hours?)\b(?!\s?(?:ago|prior|before))", re.I)
# "300 mg IV 30 min", "IV x 45 minutes": so do minutes behind the route, where they are more than a push takes.
_MINUTES = re.compile(r"\bIV\s(?:x\s?|for\s)?(\d{2,3})\s?min(?:ute)?s?\b(?!\s?(?:ago|prior|before|later|after))", re.I)
# So many minutes at most a push takes (CMS Claims Processing Manual, chapter 4, section 230.2).
_PUSH = 15


def route(reading: Reading, mention: Mention, drugs: Sequence[Mention] = ()) -> str:
    """How a drug was given: "push", "drip", "shot", or "".

    Args:
        reading: the note.
        mention: of the drug.
        drugs: the mentions of all drugs given: what is said of another one does not count.
    """
    words = telling()
    sentence = reading.sentences[reading.sentence_of[mention.match.first]]
    start = reading.words[mention.match.first].start
    others = (reading.words[d.match.first].start for d in drugs)
    end = min((o for o in others if o > start), default=sentence.end)
    own = reading.text[start : min(end, sentence.end)]
    for text in (own, reading.text[sentence.start : sentence.end]):
        drip, shot = words["drip"].search(text), words["shot"].search(text)
        if shot and drip and shot.start() < drip.start() and not words["surely push"].search(text):
            return "shot"
        for kind in ("surely push", "drip", "shot", "push"):
            if words[kind].search(text):
                if kind == "push" and (_RUNNING.search(text) or _runs(text)):
                    return "drip"
                return "push" if kind == "surely push" else kind
    return ""


def _runs(text: str) -> bool:
    """Whether a clause tells from when to when, or how many minutes, longer than a push takes."""
    minutes = _MINUTES.search(text)
    if minutes is not None and int(minutes[1]) > _PUSH:
        return True
    clock = CLOCK.search(text)
    return clock is not None and elapsed(clock) > _PUSH
