"""Answers that find codes for words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.assistant.answers import Answer, Sentence, answer
from noteproc.assistant.desk import Desk
from noteproc.assistant.questions import Question
from noteproc.codesets import LookupHit
from noteproc.codesets.citations import cite_entry
from noteproc.text.fold import tokens
from noteproc.text.tables import rows

# Below this the look-up's best answer shares too little with the words to be called one.
_LEAST = 0.5
_NEAR = 0.75  # of the best score: what else is named
_SURE = 0.85  # for words that no cue introduces as a search


def codes_for(desk: Desk, question: Question) -> Answer:
    """The codes that words lead to, with the tables' words that were met."""
    hits = _sided(desk, question, desk.find(question.words, question.system, 8))
    least = max(_LEAST, hits[0].score * _NEAR) if hits else _LEAST
    return answer("codes", (s for hit in hits[:5] if hit.score >= least for s in _hit(desk, hit)))


def named(desk: Desk, question: Question) -> Answer:
    """The codes of a condition or procedure that a question merely names; only where the tables hold those words."""
    asked = {token.form for token in tokens(question.words)}
    hits = [h for h in desk.find(question.words, question.system, 3) if h.score >= _SURE]
    # The words must be those of the phrase, all of them: "weather" is no "under the weather".
    known = [
        h
        for h in hits
        if asked <= {t.form for t in tokens(f"{h.phrase} {h.title}")} and len(h.phrase.split()) <= len(asked)
    ]
    return answer("codes", (s for hit in known for s in _hit(desk, hit)))


def sibling(desk: Desk, code: str, words: str) -> str | None:
    """The near code whose title says what a follow-up asks for ("and unilateral?"), or None."""
    page = desk.page(code)
    near = page.section("near") if page is not None else None
    candidates = [s.label for s in near.statements] if near is not None else []
    entry = desk.diagnosis(code)
    if entry is not None and entry.parent is not None:
        candidates += [c for c in desk.shelf.codesets.children("ICD-10-CM", entry.parent) if c != code]
    wanted = {t.form for t in tokens(words)}
    for candidate in candidates:
        title = {t.form for t in tokens(re.sub(r"[^\w\s]", " ", desk.title(candidate)))}
        if wanted and wanted <= title:
            return candidate
    return None


def _sided(desk: Desk, question: Question, hits: tuple[LookupHit, ...]) -> tuple[LookupHit, ...]:
    """The hits without codes of the wrong number of sides, where a code of the right one is among them."""
    words = next((phrase for phrase in _sides() if re.search(rf"\b{re.escape(phrase)}\b", question.words)), "")
    flags = [entry.flags.get("sides", "") if (entry := desk.shelf.entry(h.system, h.code)) else "" for h in hits]
    wanted = _sides().get(words, "")
    if wanted not in flags or not wanted:
        return hits
    return tuple(hit for hit, sides in zip(hits, flags, strict=True) if sides in ("", wanted))


@lru_cache(maxsize=1)
def _sides() -> Mapping[str, str]:
    table = rows(dictionaries_dir() / "assistant" / "sides.tsv", ("sides", "words"))
    return {word.strip(): row["sides"] for row in table for word in row["words"].split("|")}


def _hit(desk: Desk, hit: LookupHit) -> list[Sentence]:
    entry = desk.shelf.entry(hit.system, hit.code)
    if entry is None:
        return []
    heading = "" if hit.billable else " (a heading: more detail is needed)"
    return [Sentence(f"{hit.system} {hit.code}: {hit.title}{heading}.", cite_entry(entry))]
