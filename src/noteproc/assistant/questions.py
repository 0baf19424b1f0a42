"""What a question asks: its kind, the codes, modifiers, fields and words in it. No statistics, no guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets.facts import Fact, facts, facts_of, meaning, words_of
from noteproc.text.tables import rows

_CODE = re.compile(
    r"(?<![\w.])(?:[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|[A-Z]\d[0-9A-Z]{2,5}|\d{4}[0-9A-Z]|[A-V]\d{4}|[0-9A-HJ-NP-Z]{7})"
    r"(?![\w])(?!\.\d)",
    re.I,
)
_ICD9 = re.compile(r"(?<![\w.])(?:\d{3}\.\d{1,2}|V\d{2}\.\d{1,2}|E\d{3}\.\d)(?![\w.])", re.I)
_MODIFIERS = re.compile(
    r"\bmodifiers?\s+(?!indicator)((?:-?[0-9A-Z][0-9A-Z]\b)(?:(?:\s*,\s*|\s+and\s+|\s+or\s+|\s+versus\s+|\s+vs\.?\s+"
    r"|\s*/\s*)(?:modifiers?\s+)?-?[0-9A-Z][0-9A-Z]\b)*)",
    re.I,
)
_NAMED_FIRST = re.compile(r"\b([0-9A-Z][0-9A-Z])\s+modifiers?\b", re.I)
_SECTION = re.compile(r"(?<![\w.])i{1,3}v?\.[a-z](?:\.[0-9a-z]+)*(?![\w])|(?<![\w.])iv\.[a-z](?![\w.])")
_ON_CODE = re.compile(r"\b[0-9A-Z]{5}-([0-9A-Z]{2})\b", re.I)
_TOKEN = re.compile(r"[0-9a-z]{2}", re.I)
_SYSTEM = (
    ("ICD-10-PCS", re.compile(r"\bicd-?\s?10-?\s?pcs\b|\bpcs\b", re.I)),
    ("ICD-10-CM", re.compile(r"\bicd|\bdiagnosis code|\bdx code", re.I)),
    ("CPT", re.compile(r"\bcpt\b", re.I)),
    ("HCPCS", re.compile(r"\bhcpcs\b", re.I)),
)
# Kinds that say least: they stand back behind any other cue.
_LAST = ("codes", "describe")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, understood.

    Args:
        kind: what it asks; "" where nothing in it is known.
        codes: the codes in it, as the code sets write them, in order.
        modifiers: the modifiers in it.
        field: the name of the field it asks for, or "".
        value: the indicator value it asks about, or "".
        words: its words without cues and fillers.
        system: the code system it names, or "".
        unknown: what looks like a code and is in no loaded table.
        asked: the whole question, lower case.
    """

    kind: str
    codes: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    field: str = ""
    value: str = ""
    words: str = ""
    system: str = ""
    unknown: tuple[str, ...] = ()
    asked: str = ""


def understand(text: str, known: Callable[[str], str | None]) -> Question:
    """What a question asks.

    Args:
        text: the question as typed.
        known: the code as the loaded tables write it, or None.
    """
    asked = " ".join(text.lower().replace("’", "'").strip(" ?!.").split())
    codes, unknown = _codes(text, known)
    modifiers = _modifiers(text)
    system = next((name for name, pattern in _SYSTEM if pattern.search(text)), "")
    old = tuple(match.group().upper() for match in _ICD9.finditer(text))
    if old and not codes:
        codes, unknown = old, ()
    # Codes stand between the words of a cue: "can 0201T be billed".
    bare = " ".join(_CODE.sub(lambda m: "" if _is_code(m.group(), known) else m.group(), asked).split())
    field = _field(bare)
    kind = _kind(bare, codes, modifiers, field)
    value = ""
    if not codes and field is not None and (value := _value(text, field)):
        kind = "indicator"
    if old and codes == old:
        kind = "crosswalk"
    if not codes and _SECTION.search(asked):
        kind = "guideline"
    return Question(
        kind,
        codes,
        modifiers,
        field["field"] if field is not None else "",
        value,
        _subject(bare, kind),
        system,
        unknown,
        asked,
    )


def subject_words(text: str) -> str:
    """A question's words without fillers."""
    fillers = _phrases("fillers")
    return " ".join(w for w in re.findall(r"[\w.'/-]+", text.lower()) if w.strip(".'") not in fillers)


def longest(asked: str, phrases: Mapping[str, str]) -> str:
    """The longest phrase that stands in a question as whole words, or ""."""
    found = (phrase for phrase in phrases if _stands(phrase, asked))
    return max(found, key=lambda phrase: (len(phrase), phrase), default="")


def topics(asked: str, table: str) -> tuple[Fact, ...]:
    """The rows of a table of facts whose words stand in a question: those of the longest phrase."""
    by_phrase: dict[str, str] = {phrase: phrase for fact in facts(table) for phrase in words_of(fact)}
    phrase = longest(asked, by_phrase)
    return tuple(fact for fact in facts(table) if phrase in words_of(fact)) if phrase else ()


def every_topic(asked: str, table: str) -> tuple[Fact, ...]:
    """The rows of a table of facts any of whose words stand in a question."""
    return tuple(fact for fact in facts(table) if any(_stands(phrase, asked) for phrase in words_of(fact)))


def section_of(asked: str) -> str:
    """The section of the guidelines that a question names ("I.C.13.c"), lower case, or ""."""
    match = _SECTION.search(asked)
    return match.group() if match else ""


def _codes(text: str, known: Callable[[str], str | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    codes: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for match in _CODE.finditer(text):
        written = match.group()
        # A word of seven letters is no ICD-10-PCS code, nor is a year with its century.
        if not any(c.isdigit() for c in written):
            continue
        code = known(written.upper())
        if code is not None:
            codes[code] = None
        elif re.fullmatch(r"\d{5}|\d{4}[TFUM]|[A-Z]\d{4}|[A-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}", written, re.I):
            unknown[written.upper()] = None
    return tuple(codes), tuple(unknown)


def _is_code(written: str, known: Callable[[str], str | None]) -> bool:
    codes, unknown = _codes(written, known)
    return bool(codes or unknown)


def _modifiers(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in _MODIFIERS.finditer(text):
        for token in _TOKEN.findall(re.sub(r"modifiers?|\b(?:and|or|versus|vs)\b", " ", match.group(1), flags=re.I)):
            if facts_of("modifiers", token) or (token.isupper() or token.isdigit()):
                found[token.upper()] = None
    for match in _NAMED_FIRST.finditer(text):
        if facts_of("modifiers", match.group(1)):
            found[match.group(1).upper()] = None
    if not text.isupper():
        for token in re.findall(r"\b[A-Z]{2}\b", text):
            if token in _phrases("bare_modifiers"):
                found[token] = None
    for match in _ON_CODE.finditer(text):
        found[match.group(1).upper()] = None
    return tuple(found)


def _field(asked: str) -> Fact | None:
    by_phrase = {phrase: fact["field"] for fact in facts("fields") for phrase in words_of(fact)}
    phrase = longest(asked, by_phrase)
    return next((fact for fact in facts("fields") if phrase and phrase in words_of(fact)), None)


def _value(text: str, field: Fact) -> str:
    """The indicator value that a question names, where the tables know its meaning."""
    for token in re.findall(r"\b[0-9A-Z]{1,3}\b", text):
        if meaning(field["field"], token):
            return str(token)
    return ""


def _kind(asked: str, codes: tuple[str, ...], modifiers: tuple[str, ...], field: Fact | None) -> str:
    strong = {cue: kind for cue, kind in _cues().items() if kind not in _LAST}
    cue = longest(asked, strong) or longest(asked, _cues())
    kind = _cues().get(cue, "")
    if modifiers:
        return "modifier_use" if codes else "modifier"
    if field is not None and codes:
        words = longest(asked, dict.fromkeys(words_of(field), ""))
        if kind in (*_LAST, "") or len(words) >= len(cue):
            return "field"
    if codes and kind in (*_LAST, "", "modifier"):
        # Two codes side by side, with nothing said: may they stand together?
        return "describe" if len(codes) == 1 or kind == "describe" else "pair"
    return kind


def _subject(asked: str, kind: str) -> str:
    """A question's words without what gave its kind away."""
    rest = asked
    for cue in sorted((c for c, k in _cues().items() if k in (kind, *_LAST)), key=lambda c: (-len(c), c)):
        rest = re.sub(rf"(?<!\w){re.escape(cue)}(?!\w)", " ", rest)
    return subject_words(rest)


def _stands(phrase: str, asked: str) -> bool:
    return phrase in asked and re.search(rf"(?<![\w]){re.escape(phrase)}(?![\w])", asked) is not None


@lru_cache(maxsize=1)
def _cues() -> Mapping[str, str]:
    """The kind of each cue; of two kinds with one cue the earlier row wins."""
    found: dict[str, str] = {}
    for row in rows(dictionaries_dir() / "assistant" / "questions.tsv", ("kind", "cues")):
        for cue in row["cues"].split("|"):
            found.setdefault(cue.strip(), row["kind"])
    return found


@cache
def _phrases(name: str) -> frozenset[str]:
    table = rows(dictionaries_dir() / "assistant" / f"{name}.tsv", ("words",))
    return frozenset(word.strip() for row in table for word in row["words"].split("|"))
