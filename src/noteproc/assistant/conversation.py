"""The assistant: a question in, an answer out; it remembers the question before for a follow-up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.assistant import code_answers, finding, pair_answers, table_answers
from noteproc.assistant.answers import Answer, answer
from noteproc.assistant.desk import Desk
from noteproc.assistant.questions import Question, subject_words, topics, understand
from noteproc.codesets.facts import words_of
from noteproc.pages import Pages
from noteproc.text.fold import tokens
from noteproc.text.tables import rows

_PRONOUN = re.compile(r"\b(?:it|its|this|that|these|those|them|both|this code|that code)\b")
_APPLIES = re.compile(r"\b(?:apply|applies|allowed|be used)\b")
_BY_KIND: Mapping[str, Callable[[Desk, Question], Answer]] = {
    "describe": code_answers.described,
    "descriptor": code_answers.descriptors,
    "unit": code_answers.unit,
    "price": code_answers.price,
    "crosswalk": code_answers.crosswalked,
    "field": code_answers.field,
    "billable": code_answers.billable,
    "children": code_answers.children,
    "parent": code_answers.parent,
    "seventh": code_answers.seventh,
    "pair": pair_answers.together,
    "coverage": pair_answers.covered,
    "difference": pair_answers.apart,
    "modifiers": table_answers.modifiers,
    "modifier_use": table_answers.modifier_use,
    "modifier": table_answers.modifier,
    "indicator": table_answers.indicator,
    "guideline": table_answers.guideline,
    "document": table_answers.document,
    "time": table_answers.visit,
    "decision": table_answers.visit,
    "loaded": table_answers.loaded,
    "codes": finding.codes_for,
}
# Asked of two codes, these ask about the pair.
_SIDE_BY_SIDE = frozenset({"included", "excludes1", "excludes2", "excludes"})
# Kinds that speak of codes; without one in the question (or in the one before) there is nothing to say.
_WITHOUT_CODES = frozenset({"modifier", "indicator", "guideline", "document", "time", "decision", "loaded", "codes"})


class Assistant:
    """Answers questions about codes from the loaded tables; never from anything else.

    Deterministic: the same questions in the same order give the same answers.

    Args:
        pages: the code pages of an installation; by default this one's.
        on: the ISO date of service, or None for the newest releases.
    """

    def __init__(self, pages: Pages | None = None, *, on: str | None = None) -> None:
        self._desk = Desk(pages or Pages(), on)
        self._before: Question | None = None

    def ask(self, text: str) -> Answer:
        """The answer to a question, seen as a follow-up of the one before where it reads as one.

        Args:
            text: the question as typed.

        Returns:
            Sentences, each with its source; none where the loaded data does not hold the answer.

        Raises:
            CodeSetError: the library of imported files is damaged.
        """
        question = self._followed(understand(text, self._desk.known))
        found = self._answered(question)
        if question.kind:
            self._before = question
        return found

    def forget(self) -> None:
        """Starts a new conversation."""
        self._before = None

    def _answered(self, question: Question) -> Answer:
        missing = tuple(f"{code}: in no loaded table" for code in question.unknown)
        if question.unknown and not question.codes:
            return answer(question.kind, (), missing)
        if not question.codes and question.kind not in _WITHOUT_CODES:
            return self._named(question, missing)
        if question.kind == "describe" and (strange := self._strange(question)):
            return answer("", (), (*missing, f"not understood: {strange}"))
        alone = len(question.codes) == 1 and question.kind in ("pair", "coverage")
        if alone or (question.kind == "coverage" and not _mixed(self._desk, question)):
            found = code_answers.part(self._desk, question)
        elif question.kind in _SIDE_BY_SIDE and len(question.codes) > 1:
            found = pair_answers.together(self._desk, question)
        elif question.kind in _BY_KIND:
            found = _BY_KIND[question.kind](self._desk, question)
        else:
            found = code_answers.part(self._desk, question)
        if question.unknown and question.kind in ("pair", "difference", "coverage"):
            # One of the two is not known: nothing can be said about the pair.
            return answer(question.kind, (), (*missing, *found.missing))
        if question.kind == "price" and (strange := self._strange(question)):
            missing = (*missing, f"not taken into account: {strange}")
        return replace(found, missing=(*missing, *found.missing))

    def _strange(self, question: Question) -> str:
        """The words of a question about codes that neither fit a kind of question nor stand in the codes' titles."""
        titles = " ".join(self._desk.title(code) for code in question.codes)
        known = {token.form for token in tokens(titles)}
        return " ".join(w for w in question.words.split() if not {t.form for t in tokens(w)} <= known)

    def _named(self, question: Question, missing: tuple[str, ...]) -> Answer:
        """A question without codes whose kind speaks of codes: a guideline's subject, or a condition by name."""
        points = table_answers.guideline(self._desk, question)
        if question.kind in ("describe", "pair", "units", "addon", "excludes1", "excludes2", "excludes", "code_first",
                             "use_additional", "seventh", "included") and points.found:  # fmt: skip
            return points
        if question.kind == "difference":
            return table_answers.contrasted(self._desk, question)
        if question.field and question.kind in ("describe", ""):
            return table_answers.term(self._desk, question)
        if question.kind == "describe":
            return finding.named(self._desk, question)
        if not question.kind and points.found and not _rest(question):
            return points
        return answer(question.kind, (), missing)

    def _followed(self, question: Question) -> Question:
        """The question with what it takes over from the one before."""
        before = self._before
        if before is None or question.unknown:
            return question
        head = next((w for w in _leads() if re.match(rf"{re.escape(w)}\b", question.asked)), "")
        pronoun = bool(_PRONOUN.search(question.asked))
        if question.modifiers and not question.codes and before.codes and _APPLIES.search(question.asked):
            return replace(question, kind="modifier_use", codes=before.codes)
        bare = question.kind and not question.codes and not re.search("[a-z]", question.words)
        if not head and not pronoun and not bare:
            return question
        rest = question.asked[len(head) :].strip(" ,")
        if question.codes:
            return self._other_codes(question, before, pronoun)
        if question.modifiers and before.codes:
            return replace(question, kind="modifier_use", codes=before.codes)
        if before.codes:
            fresh = understand(f"{rest} {' '.join(before.codes)}", self._desk.known)
            if fresh.kind not in ("describe", "pair") or pronoun:
                return fresh
            near = finding.sibling(self._desk, before.codes[-1], _said_otherwise(subject_words(rest)))
            if near is not None:
                return replace(before, codes=(*before.codes[:-1], near), asked=question.asked)
        if before.kind == "codes" and question.kind in ("", "codes", "describe"):
            return replace(before, words=_replaced(before.words, subject_words(rest)), asked=question.asked)
        return question

    def _other_codes(self, question: Question, before: Question, pronoun: bool) -> Question:
        """A follow-up that names a code: the same question about it, beside the codes that stay."""
        same = question.kind in ("describe", "", "codes")
        kind = before.kind if same else question.kind
        if len(question.codes) >= 2 or kind not in ("pair", "coverage", "difference", "included") or not before.codes:
            return replace(question, kind=kind, field=before.field if same else question.field,
                           modifiers=question.modifiers or (before.modifiers if same else ()))  # fmt: skip
        new = question.codes[0]
        alike = [c for c in before.codes if (self._desk.diagnosis(c) is None) == (self._desk.diagnosis(new) is None)]
        dropped = alike[0] if alike and len(before.codes) > 1 else None
        kept = tuple(code for code in before.codes if code not in (dropped, new))
        return replace(question, kind=kind, codes=(new, *kept))


def _rest(question: Question) -> str:
    """The words of a question beyond the subject of the guideline points that it names."""
    rest = f" {question.asked} "
    for phrase in sorted((w for f in topics(question.asked, "guidelines") for w in words_of(f)), key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", rest)
    return subject_words(rest)


def _mixed(desk: Desk, question: Question) -> bool:
    return len({desk.diagnosis(code) is None for code in question.codes}) == 2


def _replaced(words: str, more: str) -> str:
    """The words of the question before with those of a follow-up, which drive out their opposites."""
    kept = f" {words} "
    for group in _opposites():
        if any(_has(more, form) for forms in group for form in forms):
            for form in (form for forms in group for form in forms):
                kept = re.sub(rf"(?<=\s){re.escape(form)}(?=\s)", " ", kept)
    return " ".join(f"{more} {kept}".split())


def _said_otherwise(words: str) -> str:
    """A follow-up's words as titles say them ("unilateral": "one side")."""
    for group in _opposites():
        for forms in group:
            if words == forms[0] and len(forms) > 1:
                return forms[-1]
    return words


def _has(words: str, form: str) -> bool:
    return re.search(rf"\b{re.escape(form)}\b", words) is not None


@lru_cache(maxsize=1)
def _leads() -> tuple[str, ...]:
    table = rows(dictionaries_dir() / "assistant" / "follow_ups.tsv", ("words",))
    found = [word.strip() for row in table for word in row["words"].split("|")]
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def _opposites() -> tuple[tuple[tuple[str, ...], ...], ...]:
    table = rows(dictionaries_dir() / "assistant" / "opposites.tsv", ("words",))
    return tuple(
        tuple(tuple(form.strip() for form in forms.split("=")) for forms in row["words"].split("|")) for row in table
    )
