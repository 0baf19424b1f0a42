"""Whether the very words of a note fit a phrase, where keys alone would join too much: capitals, names, small words."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import NamedTuple

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM
from noteproc.coding.index import PhraseIndex
from noteproc.coding.matching import Match
from noteproc.coding.printed import is_printed
from noteproc.coding.reading import Reading
from noteproc.text import lexicon
from noteproc.text.fold import fold, tokens
from noteproc.text.tables import rows

_SHORT = re.compile(r"[A-Z][A-Z0-9/]{1,5}")
# "PsA", "iGAS", "AoS": only exactly so.
_MIXED = re.compile(r"(?=.*[a-z])(?=(?:.*[A-Z]){2})[A-Za-z]{2,6}")
# So many letters an abbreviation has at most.
_ABBREVIATION = 4
# No English word is spelt like this.
_RARE_WORD = re.compile(r"\A[^AEIOUY]+\Z|\d")


# The parts of one word.
_RAY = frozenset({"x", "ray"})
_TITLED = re.compile(r"(?:\b(?:Dr|NP|PA|RN|Mr|Mrs|Ms|Nurse|Prof)\.?\s|[A-Za-z]-)\Z")
_CREDENTIALED = re.compile(r"-[A-Z][a-z]+\b|,?\s(?:M\.?D|D\.?O|R\.?N|NP|PA|PA-C|DPM|DDS|PhD|FNP|CRNA)\b\.?(?!\s*/)")
_ITEM_BREAK = re.compile(r"\s\d{1,2}\)\s|\n\s*(?:\d{1,2}[.)]|[-*•#–])\s|\n\s*\n")
_DECIMAL = re.compile(r"\d\.")
_DENIAL = re.compile(
    r"(?<!\w)(?:w/o(?:ut)?|without|no|not|non|never|denies|denied|neg(?:ative)?(?:\s+for)?)(?!\w)", re.I
)


# What relatives by blood hand on.
_OF_BLOOD = ("Z80", "Z81", "Z82", "Z83", "Z84")


@lru_cache(maxsize=1)
def _other_meanings() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """For each abbreviation the words before it and those behind it beside which it means something else."""
    found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for row in rows(dictionaries_dir() / "context" / "other_meanings.tsv", ("short", "beside")):
        words = row["beside"].split()
        before = frozenset(fold(w.removeprefix("<")) for w in words if w[0] != ">")
        behind = frozenset(fold(w.removeprefix(">")) for w in words if w[0] != "<")
        known = found.get(row["short"].lower(), (frozenset(), frozenset()))
        found[row["short"].lower()] = (known[0] | before, known[1] | behind)
    return found


@lru_cache(maxsize=1)
def _plain_meanings() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Those of words that are no abbreviations: they count within longer phrases too."""
    table = rows(dictionaries_dir() / "context" / "other_meanings.tsv", ("short", "beside"))
    return {row["short"]: _other_meanings()[row["short"]] for row in table if row["short"].islower()}


def fits(reading: Reading, match: Match, index: PhraseIndex) -> bool:
    """Whether the words as written may be this phrase ("AS" is not "as", "dressing" is not "DRESS")."""
    if match.code.startswith(_OF_BLOOD) and _is_by_marriage(reading, match):
        return False
    if match.system == ICD10CM and any(_is_fraction(reading, i) for i in match.at):
        # "BMI 43.2, class 3": no class 2.
        return False
    if len(match.at) != 1:
        return not (
            _is_broken(reading, match, index) or _is_scrap(reading, match, index) or _means_another(reading, match)
        )
    at = match.at[0]
    word = reading.words[at]
    phrase = index.phrase(match.phrase)
    written = reading.text[word.start : word.end]
    facts = _facts(phrase)
    if written[-1] == "S" and written[:-1] == phrase and written.isupper() and facts.looks == "short":
        # "PCOS" is no plural of "PCO".
        return False
    if phrase == match.code:
        return is_printed(reading.text, word.start, word.end)
    if len(facts.forms) > 1 and not reading.expansions[at] and not _small_words_too(reading, at, facts):
        return False
    if written[0].isupper() and _is_person(reading.text, word.start, word.end):
        return False
    # A disease's name beside a route is its vaccine, which is meant there.
    named = len(written) > _ABBREVIATION and match.system != ICD10CM
    others = None if named else _other_meanings().get(written.lower())
    if others and _stands_beside(reading, at, others):
        return False
    if reading.expansions[at]:
        return True
    if index.counts[match.phrase] == 1 and not _same_word(word.form, written, phrase):
        return False
    if facts.looks == "mixed":
        return written in (phrase, phrase.upper() if len(phrase) < 3 else phrase) or facts.lowercase
    if facts.looks != "short" or word.form != fold(phrase):
        return True
    if not written.isupper():
        return facts.lowercase
    # In a note written in capitals, capitals say nothing.
    beside = [reading.words[k] for k in (at - 1, at + 1) if 0 <= k < len(reading.words)]
    plain = [w for w in beside if w.form.isalpha()]
    shouted = bool(plain) and all(reading.text[w.start : w.end].isupper() and w.end - w.start > 3 for w in plain)
    return not shouted or phrase.lower() not in lexicon.shipped().ordinary


def _is_by_marriage(reading: Reading, match: Match) -> bool:
    """Whether the relative that a phrase names is one by marriage ("mother-in-law")."""
    return any(reading.forms[i + 1 : i + 3] == ["in", "law"] for i in match.at)


class _Facts(NamedTuple):
    """What a phrase looks like.

    Attributes:
        forms: of its words.
        small: which of them are small words.
        looks: "mixed" for an abbreviation with small letters in it, "short" for another one, or "".
        lowercase: whether it is an abbreviation that is read in small letters too.
    """

    forms: tuple[str, ...]
    small: tuple[bool, ...]
    looks: str
    lowercase: bool


@lru_cache(maxsize=50_000)
def _facts(phrase: str) -> _Facts:
    words = lexicon.shipped()
    forms = (fold(phrase),) if phrase.isalpha() else tuple(token.form for token in tokens(phrase))
    small = tuple(words.key(form) in words.stop for form in forms) if len(forms) > 1 else (False,)
    looks = "mixed" if _MIXED.fullmatch(phrase) else "short" if _SHORT.fullmatch(phrase) else ""
    return _Facts(forms, small, looks, bool(looks) and phrase.lower() in words.lowercase)


def _is_person(text: str, start: int, end: int) -> bool:
    """Whether a word is the name of somebody here ("Graves MD", "Dr. Bell", "Parkinson-Mori")."""
    return _TITLED.search(text, max(0, start - 8), start) is not None or _CREDENTIALED.match(text, end) is not None


def _is_broken(reading: Reading, match: Match, index: PhraseIndex) -> bool:
    """Whether a phrase is put together across a denial, or across items of a list."""
    pieces = [
        reading.between(left, right)
        for left, right in itertools.pairwise(match.at)
        if reading.words[right].start - reading.words[left].end > 1
    ]
    if not pieces:
        return False
    if any(_ITEM_BREAK.search(piece) for piece in pieces):
        return True
    if match.kind == "reordered" and any(";" in piece for piece in pieces):
        return True
    if match.kind == "reordered" and len(match.at) == 2 and "," in pieces[0] and _is_list(match, index):
        return True
    listed = match.kind == "reordered" and len(match.at) == 2 and "," in pieces[0] and match.system == ICD10CM
    if listed and _leads_on(reading, match.at[1], index):
        return True
    if (
        match.kind == "reordered"
        and match.system == ICD10CM
        and "," in pieces[-1]
        and _belongs_on(reading, match, index)
    ):
        return True
    first = reading.words[match.at[0]]
    if match.kind == "reordered" and first.form.isdigit():
        line = reading.text.rfind("\n", 0, first.start) + 1
        if not reading.text[line : first.start].strip():
            return True
    denied = _denials(index.phrase(match.phrase))
    if denied:
        # "Without aura ... without status" is not "with aura ... without status".
        span = reading.text[first.start : reading.words[match.at[-1]].end]
        return len(_DENIAL.findall(span)) > denied
    return any(_DENIAL.search(piece) for piece in pieces)


def _is_fraction(reading: Reading, i: int) -> bool:
    """Whether a word is what stands behind the point of a number."""
    start = reading.words[i].start
    return reading.forms[i].isdigit() and _DECIMAL.fullmatch(reading.text, max(0, start - 2), start) is not None


def _means_another(reading: Reading, match: Match) -> bool:
    """Whether a plain word of a condition's phrase means something else here ("cut out" is no laceration)."""
    if match.system != ICD10CM:
        return False
    for i in match.at:
        others = _plain_meanings().get(reading.forms[i])
        if others and _stands_beside(reading, i, others):
            return True
    return False


def _stands_beside(reading: Reading, at: int, others: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Whether one of some words stands before a word of the note, or one of others behind it, in its sentence."""
    span = reading.words_of(reading.sentence_of[at])
    before = reading.forms[max(span.start, at - 2) : at]
    behind = reading.forms[at + 1 : min(span.stop, at + 3)]
    return not others[0].isdisjoint(before) or not others[1].isdisjoint(behind)


def _leads_on(reading: Reading, word: int, index: PhraseIndex) -> bool:
    """Whether a word belongs to a condition after it: "HTN, secondary hyperparathyroidism"."""
    if word + 1 >= len(reading.words) or reading.between(word, word + 1) != " ":
        return False
    number = index.vocabulary.get(reading.keys[word + 1])
    return number is not None and bool(index.heads[number][0])


def _belongs_on(reading: Reading, match: Match, index: PhraseIndex) -> bool:
    """Whether the last word says how what follows it is: "duodenal ulcer, acute blood loss anemia"."""
    last = match.last
    words = lexicon.shipped()
    if (
        reading.keys[last] not in words.manner
        or last + 1 >= len(reading.words)
        or reading.between(last, last + 1) != " "
    ):
        return False
    after = reading.keys[last + 1]
    return after in index.vocabulary and after not in words.stop


@lru_cache(maxsize=50_000)
def _denials(phrase: str) -> int:
    """How many denials a phrase holds itself."""
    return len(_DENIAL.findall(phrase))


def _is_list(match: Match, index: PhraseIndex) -> bool:
    """Whether two words with a comma between them, in the other order, are two things: "headache, cough"."""
    keys = index.keys[match.phrase, : index.counts[match.phrase]].tolist()
    return all(index.heads[key][0] for key in keys)


def is_rare_short(match: Match, index: PhraseIndex) -> bool:
    """Whether a match is a bare abbreviation of two to four letters that is not among the commonest."""
    phrase = index.phrase(match.phrase)
    return (
        len(match.at) == 1
        and len(phrase) <= 4
        and _SHORT.fullmatch(phrase) is not None
        and not _facts(phrase).lowercase
    )


def _small_words_too(reading: Reading, at: int, facts: _Facts) -> bool:
    """Whether a phrase that is one word and small words ("on edge") stands with its small words."""
    start = at - (facts.small.index(False) if False in facts.small else 0)
    said = reading.forms
    return all(
        0 <= i < len(said) and said[i] == form
        for i, (form, small) in enumerate(zip(facts.forms, facts.small, strict=True), start)
        if small and i != at
    )


@lru_cache(maxsize=50_000)
def _same_word(form: str, written: str, phrase: str) -> bool:
    """Whether a one-word phrase and a word of the note agree beyond their stems ("dressing" is not "DRESS")."""
    parts = tokens(phrase)
    if len(parts) != 1:
        return True
    theirs = phrase[parts[0].start : parts[0].end]
    # A name in -s ("Wells"): the bare word is something else.
    in_s = theirs.lower().endswith("s") and not theirs.endswith("ss") and parts[0].form != theirs.lower()
    if in_s and theirs[:1].isupper() and not written.lower().endswith("s"):
        return False
    if parts[0].form == form:
        return not (theirs.isupper() and len(theirs) > 2 and written.islower() and theirs.lower() != written.lower())
    if theirs.isupper() and len(theirs) <= 5:
        # "LAC" may be a long arm cast: another word for one of its meanings is not the abbreviation.
        return False
    words = lexicon.shipped()
    return words.joined(parts[0].form) == words.joined(form)


def _tight(text: str) -> str:
    return re.sub(r"[\s.]", "", text).lower()


def _is_scrap(reading: Reading, match: Match, index: PhraseIndex) -> bool:
    """A phrase of scraps ("ML IV"): letters must be capitals and stand in order, side by side."""
    longest = index.longest_key(match.phrase)
    if longest > 3:
        return False
    if match.at[-1] - match.at[0] + 1 != len(match.at):
        return True
    start, end = reading.words[match.at[0]].start, reading.words[match.at[-1]].end
    phrase = index.phrase(match.phrase)
    if longest <= 2:
        # "D/C" is not "D&C".
        return _tight(reading.text[start:end]) != _tight(phrase)
    written = [reading.text[reading.words[i].start : reading.words[i].end] for i in match.at]
    named = [w for w in written if not w[0].isdigit() and w.lower() not in _RAY]
    if match.system != ICD10CM and len(named) < len(written) and named and all(len(w) > 2 for w in named):
        # "2v toe", "x-ray hip": what stands beside the name is a number, or the word for a film.
        return False
    if match.kind != "exact":
        return True
    return not any(w.isupper() and w.isalpha() for w in written) and any(len(w) <= 2 for w in written)
