"""Whether the very words of a note fit a phrase, where keys alone would join too much: capitals, names, small words."""

from __future__ import annotations

import itertools
import re
from functools import cached_property, lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM
from noteproc.coding.index import PhraseIndex
from noteproc.coding.looks import Look, agreement
from noteproc.coding.matching import Match
from noteproc.coding.printed import is_printed
from noteproc.coding.reading import Reading
from noteproc.text import lexicon
from noteproc.text.fold import fold
from noteproc.text.tables import rows

# So many letters an abbreviation has at most.
_ABBREVIATION = 4
# A phrase whose keys have no more letters is one of scraps; one with fewer yet is two marks and what they stand for.
_SCRAP, _MARK = 3, 2
# The parts of one word.
_RAY = frozenset({"x", "ray"})
_TITLED = re.compile(r"(?:\b(?:Dr|NP|PA|RN|Mr|Mrs|Ms|Nurse|Prof)\.?\s|[A-Za-z]-)\Z")
_CREDENTIALED = re.compile(r"-[A-Z][a-z]+\b|,?\s(?:M\.?D|D\.?O|R\.?N|NP|PA|PA-C|DPM|DDS|PhD|FNP|CRNA)\b\.?(?!\s*/)")
_ITEM_BREAK = re.compile(r"\s\d{1,2}\)\s|\n\s*(?:\d{1,2}[.)]|[-*•#–])\s|\n\s*\n")
# What stands before and behind somebody's name, folded.
_TITLES = frozenset(map(fold, ("Dr", "NP", "PA", "RN", "Mr", "Mrs", "Ms", "Nurse", "Prof")))
_CREDENTIALS = frozenset(map(fold, ["M", "MD", "D", "DO", "R", "RN", "NP", "PA", "DPM", "DDS", "PhD", "FNP", "CRNA"]))
# The point of a number with decimals.
_POINT = re.compile(r"\.(?<=\d\.)")
_DENIAL = re.compile(
    r"(?<!\w)(?:w/o(?:ut)?|without|no|not|non|never|denies|denied|neg(?:ative)?(?:\s+for)?)(?!\w)", re.I
)
# How denials begin, folded; and the marks without which nothing else comes between the words of a phrase.
_DENYING = frozenset(map(fold, ["w", "without", "no", "not", "non", "never", "denies", "denied", "neg", "negative"]))
_MARKS = re.compile(r"[\n),;\[]")


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


class Wording:
    """The words of one note as written.

    Args:
        reading: the note.
        index: the compiled phrases.
    """

    def __init__(self, reading: Reading, index: PhraseIndex) -> None:
        self._reading = reading
        self._index = index
        self._others = _other_meanings()
        self._plain = _plain_meanings()
        self._misleading: dict[int, tuple[bool, bool]] = {}

    def fits(self, match: Match) -> bool:
        """Whether the words of a match may be its phrase ("AS" is not "as", "dressing" is not "DRESS")."""
        at = match.at
        diagnosis = match.system == ICD10CM
        look = self._index.look(match.phrase)
        if look.of_blood and self._is_by_marriage(at):
            return False
        if diagnosis and self._fractions and not self._fractions.isdisjoint(at):
            # "BMI 43.2, class 3": no class 2.
            return False
        if len(at) == 1:
            return self._is_word(at[0], look, diagnosis)
        if diagnosis and self._means_another(at):
            return False
        return not (self._is_broken(match) or (look.longest <= _SCRAP and self._is_scrap(match, look)))

    def _is_word(self, at: int, look: Look, diagnosis: bool) -> bool:
        """Whether a word may be the phrase that was found at it alone."""
        reading = self._reading
        word = reading.words[at]
        written = reading.text[word.start : word.end]
        holds, beside = agreement(look.text, look.alone, written)
        expanded = bool(reading.expansions[at])
        if holds == "never":
            return False
        if look.printed:
            return is_printed(reading.text, word.start, word.end)
        if not expanded and (holds == "abbreviated" or (beside and not self._small_words_too(at, beside))):
            return False
        name, another = self._misleading.get(at) or self._mislead(at, written)
        # A disease's name beside a route is its vaccine, which is meant there.
        if name or (another and (diagnosis or len(written) <= _ABBREVIATION)):
            return False
        return expanded or holds != "capitals" or self._says_something(at, look.text)

    def _mislead(self, at: int, written: str) -> tuple[bool, bool]:
        """Whether a word is the name of somebody here, and whether what stands beside it gives it another meaning."""
        others = self._others.get(written.lower())
        known = self._misleading[at] = (
            written[0].isupper() and self._is_person(at),
            others is not None and self._stands_beside(at, others),
        )
        return known

    def _is_person(self, at: int) -> bool:
        """Whether a word is the name of somebody here ("Graves MD", "Dr. Bell", "Parkinson-Mori")."""
        reading = self._reading
        (start, end, _), text, forms = reading.words[at], reading.text, reading.forms
        titled = text[start - 1 : start] == "-" or (at > 0 and forms[at - 1] in _TITLES)
        if titled and _TITLED.search(text, max(0, start - 8), start) is not None:
            return True
        credentialed = text[end : end + 1] == "-" or (at + 1 < len(forms) and forms[at + 1] in _CREDENTIALS)
        return credentialed and _CREDENTIALED.match(text, end) is not None

    def _says_something(self, at: int, phrase: str) -> bool:
        """Whether the capitals of a word say something: not in a note written in capitals."""
        reading = self._reading
        beside = [reading.words[k] for k in (at - 1, at + 1) if 0 <= k < len(reading.words)]
        plain = [w for w in beside if w.form.isalpha()]
        shouted = bool(plain) and all(reading.text[w.start : w.end].isupper() and w.end - w.start > 3 for w in plain)
        return not shouted or phrase.lower() not in lexicon.shipped().ordinary

    def _small_words_too(self, at: int, beside: tuple[tuple[int, str], ...]) -> bool:
        """Whether a phrase that is one word and small words ("on edge") stands with its small words."""
        said = self._reading.forms
        return all(0 <= at + away < len(said) and said[at + away] == form for away, form in beside)

    def _is_by_marriage(self, at: tuple[int, ...]) -> bool:
        """Whether the relative that a phrase names is one by marriage ("mother-in-law")."""
        return any(self._reading.forms[i + 1 : i + 3] == ["in", "law"] for i in at)

    @cached_property
    def _fractions(self) -> frozenset[int]:
        """The words that stand behind the point of a number."""
        reading = self._reading
        words = (reading.word_after(m.end()) for m in _POINT.finditer(reading.text))
        return frozenset(
            i
            for i in words
            if i >= 0 and reading.forms[i].isdigit() and reading.text[reading.words[i].start - 1] == "."
        )

    def _means_another(self, at: tuple[int, ...]) -> bool:
        """Whether a plain word of a condition's phrase means something else here ("cut out" is no laceration)."""
        forms = self._reading.forms
        for i in at:
            others = self._plain.get(forms[i])
            if others is not None and self._stands_beside(i, others):
                return True
        return False

    def _stands_beside(self, at: int, others: tuple[frozenset[str], frozenset[str]]) -> bool:
        """Whether one of some words stands before a word, or one of others behind it, in its sentence."""
        reading = self._reading
        span = reading.words_of(reading.sentence_of[at])
        before = reading.forms[max(span.start, at - 2) : at]
        behind = reading.forms[at + 1 : min(span.stop, at + 3)]
        return not others[0].isdisjoint(before) or not others[1].isdisjoint(behind)

    def _is_broken(self, match: Match) -> bool:
        """Whether a phrase is put together across a denial, or across items of a list."""
        reading, at = self._reading, match.at
        first, last = reading.words[at[0]], reading.words[at[-1]]
        counted = match.kind == "reordered" and first.form.isdigit()
        if (
            not counted
            and _DENYING.isdisjoint(reading.forms[at[0] : at[-1] + 1])
            and _MARKS.search(reading.text, first.end, last.start) is None
        ):
            return False
        pieces = [
            reading.between(left, right)
            for left, right in itertools.pairwise(at)
            if right - left > 1 or len(reading.gaps[left]) > 1
        ]
        if not pieces:
            return False
        if any(_ITEM_BREAK.search(piece) for piece in pieces):
            return True
        if match.kind == "reordered" and self._is_torn(match, pieces):
            return True
        denied = _denials(self._index.phrase(match.phrase))
        if denied:
            # "Without aura ... without status" is not "with aura ... without status".
            span = reading.text[first.start : last.end]
            return len(_DENIAL.findall(span)) > denied
        return any(_DENIAL.search(piece) for piece in pieces)

    def _is_torn(self, match: Match, pieces: list[str]) -> bool:
        """Whether words that come the other way round belong to different things."""
        if any(";" in piece for piece in pieces):
            return True
        diagnosis = match.system == ICD10CM
        listed = len(match.at) == 2 and "," in pieces[0]
        if listed and (self._is_list(match) or (diagnosis and self._leads_on(match.last))):
            return True
        if diagnosis and "," in pieces[-1] and self._belongs_on(match.last):
            return True
        first = self._reading.words[match.first]
        if not first.form.isdigit():
            return False
        line = self._reading.text.rfind("\n", 0, first.start) + 1
        return not self._reading.text[line : first.start].strip()

    def _leads_on(self, word: int) -> bool:
        """Whether a word belongs to a condition after it: "HTN, secondary hyperparathyroidism"."""
        reading, index = self._reading, self._index
        if word + 1 >= len(reading.words) or reading.gaps[word] != " ":
            return False
        number = index.vocabulary.get(reading.keys[word + 1])
        return number is not None and bool(index.alone[number])

    def _belongs_on(self, last: int) -> bool:
        """Whether the last word says how what follows it is: "duodenal ulcer, acute blood loss anemia"."""
        reading, words = self._reading, lexicon.shipped()
        if reading.keys[last] not in words.manner or last + 1 >= len(reading.words) or reading.gaps[last] != " ":
            return False
        after = reading.keys[last + 1]
        return after in self._index.vocabulary and after not in words.stop

    def _is_list(self, match: Match) -> bool:
        """Whether two words with a comma between them, in the other order, are two things: "headache, cough"."""
        index = self._index
        keys = index.keys[match.phrase, : index.counts[match.phrase]].tolist()
        return all(index.alone[key] for key in keys)

    def _is_scrap(self, match: Match, look: Look) -> bool:
        """A phrase of scraps ("ML IV"): letters must be capitals and stand in order, side by side."""
        reading, at = self._reading, match.at
        if at[-1] - at[0] + 1 != len(at):
            return True
        if look.longest <= _MARK:
            # "D/C" is not "D&C".
            return _tight(reading.text[reading.words[at[0]].start : reading.words[at[-1]].end]) != _tight(look.text)
        written = [reading.text[reading.words[i].start : reading.words[i].end] for i in at]
        named = [w for w in written if not w[0].isdigit() and w.lower() not in _RAY]
        if match.system != ICD10CM and len(named) < len(written) and named and all(len(w) > 2 for w in named):
            # "2v toe", "x-ray hip": what stands beside the name is a number, or the word for a film.
            return False
        if match.kind != "exact":
            return True
        return not any(w.isupper() and w.isalpha() for w in written) and any(len(w) <= 2 for w in written)


@lru_cache(maxsize=50_000)
def _denials(phrase: str) -> int:
    """How many denials a phrase holds itself."""
    return len(_DENIAL.findall(phrase))


def _tight(text: str) -> str:
    return re.sub(r"[\s.]", "", text).lower()
