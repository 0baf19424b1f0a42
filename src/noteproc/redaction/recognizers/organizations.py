"""Employers, insurers, schools and other bodies, told by the words before them: "works at", "Employer:"."""

from __future__ import annotations

from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.recognizers.knownbodies import known_bodies
from noteproc.redaction.words import Cues, Words

_CUES = {tuple(cue.split()): strength == "SURE" for cue, strength in lx.read_pairs("org_cues.tsv")}
_LAST_WORDS = Cues(cue[-1] for cue in _CUES)
# How many words the cues have that end in a word, the most first.
_LENGTHS = {last: sorted({len(cue) for cue in _CUES if cue[-1] == last}, reverse=True) for last in _LAST_WORDS}
_JOINERS = frozenset({"of", "and", "&", "the", "-", "'", "de", "del", "la"})
_HEADS = frozenset(w for w, kind in lx.read_pairs("place_heads.tsv"))
_GENERIC = frozenset(lx.read_words("generic_places.txt"))
_TAILS = frozenset({"co", "inc", "corp", "ltd", "bros"})


class OrganizationRecognizer(NoteRecognizer):
    """Organisations by the words before them."""

    kinds = ("ORGANIZATION", "FACILITY")

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Capitalised runs after a cue, and organisations that are known by name."""
        yield from known_bodies(words)
        n = len(words)
        for i in words.among(_LAST_WORDS):
            sure = self._cue(words, i)
            if sure is None:
                continue
            k = i + 1
            labelled = k < n and words.words[k] in ":="
            k += labelled
            if k < n and words.lower[k] in ("the", "a"):
                k += 1
            if k >= n or words.line_of[k] != words.line_of[i] or not words.words[k][0].isupper():
                continue
            end = self._end(words, k)
            hit = self._judged(words, k, end, sure or labelled)
            if hit is not None:
                yield hit

    @staticmethod
    def _cue(words: Words, i: int) -> bool | None:
        """Whether the cue that ends at ``i`` is sure; None where none ends there."""
        for size in _LENGTHS[words.lower[i]]:
            sure = _CUES.get(tuple(words.lower[max(0, i - size + 1) : i + 1]))
            if sure is not None:
                return sure
        return None

    @staticmethod
    def _end(words: Words, k: int) -> int:
        """One past the last word of the capitalised run that begins at ``k``."""
        last, j, n, line = k, k, len(words), words.line_of[k]
        while j < n and words.line_of[j] == line and j - k < 8:
            form = words.words[j]
            if j > k and words.starts[j] - words.ends[j - 1] > 1:
                break
            if form[0].isupper():
                last = j + 1
            elif form == "." and words.lower[j - 1] in _TAILS:
                last = j + 1
                break
            elif not (words.lower[j] in _JOINERS and j > k):
                break
            j += 1
        return last

    def _judged(self, words: Words, k: int, end: int, sure: bool) -> Hit | None:
        bits = [words.bits[t] for t in range(k, end) if words.words[t][0].isalpha()]
        first = words.bits[k]
        if not bits or first & (lx.TITLE | lx.MONTH | lx.WEEKDAY | lx.KIN) or words.lower[k] in ("he", "she", "i"):
            return None
        if (
            words.words[k].isupper()
            and len(bits) == 1
            and first & (lx.CLINICAL | lx.ORDINARY | lx.CREDENTIAL | lx.ROLE)
        ):
            return None
        if not sure and all(words.lower[t] in _GENERIC for t in range(k, end)):
            # "Enrolled in Cardiac Rehab"
            return None
        headed = any(words.lower[t] in _HEADS for t in range(k, end))
        proper = any(not b & (lx.ORDINARY | lx.CLINICAL) or b & (lx.NAME | lx.CITY) for b in bits)
        if sure:
            score = 0.75 if proper or headed else 0.6 if len(bits) > 1 else MAYBE
        else:
            score = 0.7 if headed and len(bits) > 1 else 0.55 if proper and len(bits) > 1 else MAYBE
        return Hit(words.starts[k], words.ends[end - 1], "ORGANIZATION", score)
