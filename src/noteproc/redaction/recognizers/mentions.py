"""People spoken of in sentences: after words of speaking, after their role, turned round, or by a listed given name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import Hit
from noteproc.redaction.recognizers.namerun import NameReader
from noteproc.redaction.words import Cues, Words, matches

_TOLD = "paged|notified|updated|called|consulted|texted|per"
_SPOKE = re.compile(
    rf"\b({_TOLD}|d/w|discussed with|(?:case|care|plan) discussed with|spoke (?:with|to)"
    r"|met with|seen with|staffed with|report (?:from|to|given to)|handoff (?:to|from)|"
    r"(?:hand-?off|care|report)[^.\n]{0,12} (?:to|from)|signed out to|relayed to|accompanied by|lives with"
    r"|here with|brought (?:in )?by)\s{1,3}(?=[A-Z])",
    re.IGNORECASE,
)
# The words with which the pattern above begins, and those that only begin so ("reported to").
_SPOKE_WORDS = Cues(
    [
        *_TOLD.split("|"),
        "d",
        "discussed",
        "case",
        "plan",
        "spoke",
        "met",
        "seen",
        "staffed",
        *("hand", "signed", "relayed", "accompanied", "lives", "here", "brought"),
    ]
)
_COMMA = Cues(",")
# What only begins so is told by the word behind it, so many characters away.
_SPOKE_STEMS = ("report", "care", "handoff")
_TOWARDS = Cues({"to", "from"})
_STEM_TO_WORD = 20
_PLAIN = lx.ORDINARY | lx.CLINICAL | lx.MONTH | lx.STATE | lx.CREDENTIAL | lx.FACILITY | lx.ORG
_NO_NAME_AFTER = frozenset({"the", "a", "an", "of", "on", "using", "via", "per"})


class MentionRecognizer(NameReader):
    """Names in running text."""

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every name that stands so."""
        yield from self._spoken_of(words)
        yield from self._after_role(words)
        yield from self._reversed(words)
        yield from self._listed(words)

    def _spoken_of(self, words: Words) -> Iterator[Hit]:
        """ "D/w Graves", "spoke with Linh", "per Okafor"."""
        starts, lower = words.starts, words.lower
        stems: set[int] = set()
        for i in words.among(_TOWARDS):
            k = i - 1
            while k >= 0 and starts[i] - starts[k] <= _STEM_TO_WORD:
                if lower[k].startswith(_SPOKE_STEMS):
                    stems.add(starts[k])
                k -= 1
        for m in matches(_SPOKE, words.text, sorted(stems.union(words.opening(_SPOKE_WORDS)))):
            i = words.at(m.end())
            if i >= len(words) or words.starts[i] > m.end() + 1 or not words.words[i][0].isupper():
                continue
            if words.lower[i] in self.lexicon.titles or words.lower[i] in self._not_names:
                continue
            j = self._run(words, i, trusted=False)
            if j == i:
                continue
            bits = words.bits[i]
            unlisted = not bits & (lx.NAME | lx.ORDINARY | lx.CLINICAL) and j == i + 1
            short = j == i + 1 and words.words[i].isupper() and len(words.words[i]) <= 4
            if (short and not bits & lx.NAME) or (
                not self._looks_named(words, i, j) and not (bits & lx.NAME and m[1].lower().startswith("d/w"))
            ):
                continue
            yield Hit(
                *self._span(words, i, j),
                "CLINICIAN_NAME" if not unlisted else "OTHER_NAME",
                0.75 if not unlisted else 0.5,
            )

    def _after_role(self, words: Words) -> Iterator[Hit]:
        """ "PCP April Tsosie", "Attending White, Jerome P", "surgeon Hunter Pakulski": no colon, but a full name."""
        n = len(words)
        for i in words.of_class(lx.ROLE):
            if i + 1 >= n or words.line_of[i + 1] != words.line_of[i] or words.starts[i + 1] - words.ends[i] > 3:
                continue
            k = i + 1
            if (
                words.words[k] in "-:"
                or not words.words[k][0].isupper()
                or words.lower[i] in ("cc", "dictated", "signed", "reviewed", "reported", "monitor")
            ):
                continue
            j = self._run(words, k, trusted=False)
            if (
                j + 1 < n
                and words.words[j : j + 1] == [","]
                and words.bits[j + 1] & lx.FIRST
                and words.words[j + 1][0].isupper()
                and not words.bits[j + 1] & lx.CREDENTIAL
            ):
                j = max(j, self._run(words, j + 1, trusted=False, limit=3))
            full = sum(1 for t in range(k, j) if len(words.words[t]) > 1 and words.words[t][0].isalpha())
            caps = words.words[i].isupper() and words.words[k].isupper() and len(words.words[k]) > 1
            if full >= 2 and self._looks_named(words, k, j) and any(words.bits[t] & lx.NAME for t in range(k, j)):
                yield Hit(*self._span(words, k, j), "CLINICIAN_NAME", 0.6 if caps else 0.85)
            elif full == 1 and j > k and self._looks_named(words, k, j) and not caps and words.bits[k] & lx.NAME:
                yield Hit(*self._span(words, k, j), "CLINICIAN_NAME", 0.6)

    def _reversed(self, words: Words) -> Iterator[Hit]:
        """ "LAST, FIRST M" anywhere, where both are known names."""
        bits, last = words.bits, len(words) - 1
        for comma in words.among(_COMMA):
            if not 0 < comma < last or not bits[comma + 1] & lx.FIRST or not bits[comma - 1] & lx.LAST:
                continue
            i = comma - 1
            small = words.small and self._opens_small(words, i)
            if (
                not (small or (words.words[i][0].isupper() and words.words[i + 2][0].isupper()))
                or words.line_of[i] != words.line_of[i + 2]
            ):
                continue
            if words.bits[i + 2] & (lx.CREDENTIAL | lx.STATE) or words.starts[i + 2] - words.ends[i + 1] > 1:
                continue
            plain = lx.ORDINARY | lx.CLINICAL | lx.CITY | lx.MONTH
            opens = i == 0 or words.line_of[i - 1] != words.line_of[i] or words.starts[i] - words.ends[i - 1] > 2
            doubt = bool(words.bits[i] & plain) + bool(words.bits[i + 2] & plain)
            j = max(i + 3, self._run(words, i + 2, trusted=False, limit=3))
            while j > i + 3 and words.bits[j - 1] & lx.CREDENTIAL and len(words.words[j - 1]) > 1:
                j -= 1
            if small:
                yield Hit(words.starts[i], words.ends[j - 1], "PATIENT_NAME", 0.7)
                continue
            score = 0.85 if opens and not doubt else 0.6 if opens and doubt == 1 else 0.5 if not doubt else 0.3
            yield Hit(words.starts[i], words.ends[j - 1], "PATIENT_NAME", score)

    @staticmethod
    def _opens_small(words: Words, i: int) -> bool:
        """Whether "last, first" in small letters opens its line, or stands behind "pt" there."""
        line = words.line_of[i]
        k = i - 1
        if k >= 0 and words.line_of[k] == line and words.words[k] == ":":
            k -= 1
        return k < 0 or words.line_of[k] != line or words.lower[k] in ("pt", "patient", "name")

    def _listed(self, words: Words) -> Iterator[Hit]:
        """Listed given names, capitalised, with a family name behind or in the middle of a sentence."""
        taken = -1
        for i in words.of_class(lx.FIRST):
            form = words.words[i]
            if not form[0].isupper() or i <= taken or len(form) < 3 or form.isupper():
                continue
            b = words.bits[i]
            opens = i == 0 or words.line_of[i - 1] != words.line_of[i]
            before = "" if opens else words.words[i - 1]
            glued = not opens and words.starts[i] == words.ends[i - 1] and before not in "('\""
            after = words.words[i + 1] if i + 1 < len(words) else ""
            if glued or (after == "-" and words.starts[i + 1] == words.ends[i]):
                continue
            plain = bool(b & _PLAIN) or words.lower[i] in self.lexicon.cities
            end = self._family(words, i, plain=plain, opens=opens or before in ".:;!?*")
            if end > i:
                yield Hit(words.starts[i], words.ends[end], "OTHER_NAME", 0.7)
                taken = end
                continue
            follows = bool(after) and after[0].isupper() and words.starts[i + 1] - words.ends[i] == 1
            if opens or plain or follows or b & lx.LAST or (after and words.lower[i + 1] in self.lexicon.eponym_heads):
                continue
            with_whom = before == "/" and i > 1 and words.lower[i - 2] == "w"
            led = before.isalpha() and before.islower() and len(before) > 1 and before not in _NO_NAME_AFTER
            if led or with_whom:
                yield Hit(words.starts[i], words.ends[i], "OTHER_NAME", 0.6)

    def _family(self, words: Words, i: int, *, plain: bool, opens: bool) -> int:
        """The index of the family name behind a given name at ``i``; ``i`` where there is none."""
        n, k = len(words), i + 1
        initial = k + 1 < n and len(words.words[k]) == 1 and words.words[k].isupper() and words.words[k + 1] == "."
        if initial:
            k += 2
        if k >= n or words.line_of[k] != words.line_of[i] or words.starts[k] - words.ends[k - 1] != 1:
            return i
        form, b = words.words[k], words.bits[k]
        if not b & lx.LAST or not form[0].isupper() or form.isupper() or words.lower[k] in self._not_names:
            return i
        after = words.lower[k + 1] if k + 1 < n and words.line_of[k + 1] == words.line_of[k] else "$"
        if after in self.lexicon.eponym_heads or after == "-":
            return i
        wordy = bool(b & (_PLAIN | lx.ROLE))
        if plain and (wordy or opens):
            return i
        if wordy and not initial and after not in ("$", ",", "is", "was", "presents", "returns", "(", "'s", "reports"):
            return i
        return k
