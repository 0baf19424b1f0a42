"""People spoken of in sentences: after words of speaking, after their role, turned round, or by a listed given name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import Hit
from noteproc.redaction.recognizers.namerun import NameReader
from noteproc.redaction.words import Words

_SPOKE = re.compile(
    r"\b(d/w|discussed with|(?:case|care|plan) discussed with|spoke (?:with|to)|paged|notified|updated|called"
    r"|consulted|texted|met with|seen with|staffed with|report (?:from|to|given to)|handoff (?:to|from)|"
    r"(?:hand-?off|care|report)[^.\n]{0,12} (?:to|from)|signed out to|relayed to|accompanied by|lives with"
    r"|here with|brought (?:in )?by|per)\s+(?=[A-Z])",
    re.IGNORECASE,
)


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
        for m in _SPOKE.finditer(words.text):
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
        for i, b in enumerate(words.bits):
            if (
                not b & lx.ROLE
                or i + 1 >= n
                or words.line_of[i + 1] != words.line_of[i]
                or words.starts[i + 1] - words.ends[i] > 3
            ):
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
        n = len(words)
        for i in range(n - 2):
            if words.words[i + 1] != "," or not words.bits[i] & lx.LAST or not words.bits[i + 2] & lx.FIRST:
                continue
            if (
                not (words.words[i][0].isupper() and words.words[i + 2][0].isupper())
                or words.line_of[i] != words.line_of[i + 2]
            ):
                continue
            if words.bits[i + 2] & (lx.CREDENTIAL | lx.STATE) or words.starts[i + 2] - words.ends[i + 1] > 1:
                continue
            plain = lx.ORDINARY | lx.CLINICAL | lx.CITY | lx.MONTH
            opens = i == 0 or words.line_of[i - 1] != words.line_of[i] or words.starts[i] - words.ends[i - 1] > 2
            doubt = bool(words.bits[i] & plain) + bool(words.bits[i + 2] & plain)
            j = max(i + 3, self._run(words, i + 2, trusted=False, limit=3))
            score = 0.85 if opens and not doubt else 0.6 if opens and doubt == 1 else 0.5 if not doubt else 0.3
            yield Hit(words.starts[i], words.ends[j - 1], "PATIENT_NAME", score)

    def _listed(self, words: Words) -> Iterator[Hit]:
        """Listed given names, capitalised in the middle of a sentence, with a family name behind or not."""
        plain = lx.ORDINARY | lx.CLINICAL | lx.CITY | lx.MONTH | lx.STATE | lx.CREDENTIAL | lx.FACILITY | lx.ORG
        n = len(words)
        taken = -1
        for i, b in enumerate(words.bits):
            if i <= taken or not b & lx.FIRST or b & plain or i == 0 or len(words.words[i]) < 3:
                continue
            form = words.words[i]
            if not form[0].isupper() or form.isupper():
                continue
            before, gap = words.words[i - 1], words.starts[i] - words.ends[i - 1]
            after = words.words[i + 1] if i + 1 < n else ""
            if (
                (gap == 0 and before not in "('\"")
                or (after == "-" and words.starts[i + 1] == words.ends[i])
                or words.line_of[i - 1] != words.line_of[i]
            ):
                continue
            follows = i + 1 < n and words.starts[i + 1] - words.ends[i] == 1 and after[0].isupper()
            if (
                follows
                and words.bits[i + 1] & lx.LAST
                and not words.bits[i + 1] & (plain & ~lx.CITY)
                and not after.isupper()
            ):
                yield Hit(words.starts[i], words.ends[i + 1], "OTHER_NAME", 0.7)
                taken = i + 1
                continue
            if words.lower[i + 1 : i + 2] and words.lower[i + 1] in self.lexicon.eponym_heads:
                continue
            spoken = (
                before.islower()
                and before.isalpha()
                and len(before) > 1
                and words.lower[i - 1] not in ("the", "a", "an", "of", "on", "using", "via", "per")
            )
            if spoken and not follows and not b & lx.LAST:
                yield Hit(words.starts[i], words.ends[i], "OTHER_NAME", 0.6)
