"""Names of users' accounts: letters and figures in one, after a word of signing on, or in brackets behind a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.words import Cues, Words, matches

_CUES = sorted(lx.read_phrases("account_cues.txt"), key=lambda p: (-len(p), p))
_CUED = re.compile(
    r"(?<![\w-])(?:" + "|".join(re.escape(c).replace(r"\ ", r"\s") for c in _CUES) + r")\b[:=/#]?\s{0,2}[:(\[]?\s{0,2}"
    r"([A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*)(?![\w@-])",
    re.IGNORECASE,
)
_JOINT = re.compile(r"[\d._-]+")
_MIXED = re.compile(r"(?<![\w@./#-])([a-z]{3,16}|[A-Z]{5,16})\d{1,4}(?![\w@/-]|\.\w)")
_BRACKETED = re.compile(r"(?:MD|DO|RN|NP|PA|PA-C|LPN|PhD|PharmD|[A-Z]{2,5})\s?[\[(]([A-Za-z]{2,16}\d{0,4})[\])]")
_ESIGNED = re.compile(r"/e?s/[^\n]{3,60}?\s{1,6}([a-z]{5,16}\d{0,3})(?=\s|$)")
_DOTTED = re.compile(r"(?<![\w@./-])([a-z]{1,14})[._]([a-z]{3,16})(?:\.[a-z]{2,4}){0,2}(?![\w@/]|\.\w)")
# "sbarnes.rn", "skarki@np", "stoltz_m": a name and a profession or a letter.
_PROFESSED = re.compile(r"(?<![\w@./-])([a-z]{4,16})[._@]([a-z]{1,4})(?![\w@/]|\.\w)")
_KNOWN = lx.ORDINARY | lx.CLINICAL | lx.UNITWORD | lx.ABBREVIATION | lx.MONTH | lx.CREDENTIAL | lx.IDLABEL
_WORDED = lx.ORDINARY | lx.CLINICAL | lx.ABBREVIATION | lx.NAME | lx.CITY | lx.UNITWORD | lx.MONTH | lx.CREDENTIAL
_STAMP = re.compile(r"[ \t,/]{1,4}(?:\d{1,2}[/.-]\d{1,2}|(?:[01]?\d|2[0-3]):?[0-5]\d\b|\d{1,3}\.\d{1,3}\.)")
_SHORTEST = 5
# Words right before a user's name that need no more than its shape.
_ENTERED = frozenset({"by", "user", "epic", "cerner", "meditech", "athena"})
# The words and marks by which the patterns above are found, and how far before a bracket a profession may begin.
_CUE_OPENINGS = Cues(w[0].lower() for cue in _CUES if (w := re.match(r"[^\W\d_]+", cue)))
_BRACKETS = Cues("([")
_BRACKET_REACH = 7
_JOINTS = Cues("._@")


class AccountRecognizer(NoteRecognizer):
    """User names."""

    kinds = ("USERNAME",)

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every user name."""
        text = words.text
        bits = self.lexicon.bits
        starts, ends = words.starts, words.ends
        glued = [i - 1 for i in words.numbers if i and ends[i - 1] == starts[i] and ends[i - 1] - starts[i - 1] > 2]
        for m in matches(_MIXED, text, [_last_run(words, i) for i in glued]):
            letters = m[1].lower()
            if bits(letters) & _KNOWN:
                continue
            long = len(letters) >= _SHORTEST
            yield Hit(m.start(), m.end(), "USERNAME", 0.65 if long and m[1].islower() else 0.5 if long else MAYBE)
        for m in matches(_CUED, text, words.opening(_CUE_OPENINGS)):
            shown = m[1]
            pieces = [p for p in _JOINT.split(shown.lower()) if p]
            strange = any(len(p) >= _SHORTEST and not bits(p) for p in pieces)
            figured = any(map(str.isdigit, shown))
            if (strange and shown.islower()) or (figured and strange):
                yield Hit(m.start(1), m.end(1), "USERNAME", 0.75)
            elif figured and len(shown) >= _SHORTEST and not all(bits(p) & _KNOWN for p in pieces):
                yield Hit(m.start(1), m.end(1), "USERNAME", 0.5)
        brackets: set[int] = set()
        for i in words.among(_BRACKETS):
            if i and starts[i] - ends[i - 1] < 2 and text[ends[i - 1] - 1].isupper():
                brackets.update(range(max(0, starts[i] - _BRACKET_REACH), starts[i] - 1))
        for m in matches(_BRACKETED, text, sorted(brackets)):
            letters = m[1].rstrip("0123456789").lower()
            if len(letters) >= _SHORTEST and not bits(letters) & _KNOWN:
                yield Hit(m.start(1), m.end(1), "USERNAME", 0.7)
        if "/es/" in text or "/s/" in text:
            for m in _ESIGNED.finditer(text):
                if not bits(m[1].rstrip("0123456789")) & _KNOWN:
                    yield Hit(m.start(1), m.end(1), "USERNAME", 0.7)
        yield from self._initial_and_family(words)
        last = len(words) - 1
        inner = [i for i in words.among(_JOINTS) if 0 < i < last and starts[i + 1] == ends[i]]
        runs = [_last_run(words, i - 1) for i in inner if ends[i - 1] == starts[i]]
        for m in matches(_PROFESSED, text, runs):
            told = bits(m[2]) & lx.CREDENTIAL if len(m[2]) > 1 else m.group()[len(m[1])] == "_"
            if told and not bits(m[1]) & _KNOWN:
                yield Hit(m.start(), m.end(), "USERNAME", 0.75)
        for m in matches(_DOTTED, text, runs):
            first, second = bits(m[1]), bits(m[2])
            if not (second & _KNOWN) and (len(m[1]) == 1 or not first & _KNOWN):
                yield Hit(m.start(), m.end(), "USERNAME", 0.6)

    def _initial_and_family(self, words: Words) -> Iterator[Hit]:
        """ "mwhite RN", "wosei" at the end of a line: an initial and a listed family name, where people sign."""
        bits = self.lexicon.bits
        strange = words.is_class(lx.LOWER) & ~words.is_class(_WORDED)
        for i in strange.nonzero()[0].tolist():
            form = words.words[i]
            if len(form) < _SHORTEST or not form.isalpha() or not bits(form[1:]) & lx.LAST:
                continue
            line = words.line_of[i]
            ends = i + 1 >= len(words) or words.line_of[i + 1] != line
            opens = i == 0 or words.line_of[i - 1] != line
            apart = opens or words.words[i - 1] in ".;)/" or words.starts[i] - words.ends[i - 1] > 1
            stamped = not ends and _STAMP.match(words.text, words.ends[i])
            entered = not opens and words.lower[i - 1] in _ENTERED
            professed = not ends and words.bits[i + 1] & lx.CREDENTIAL
            if entered or professed or (ends and apart) or (stamped and apart):
                known = bits(form[1:]) & (lx.ORDINARY | lx.CLINICAL)
                yield Hit(words.starts[i], words.ends[i], "USERNAME", MAYBE if known else 0.65)


def _last_run(words: Words, i: int) -> int:
    """Where the last run of letters of a token begins."""
    return words.ends[i] - len(words.words[i].rsplit("'", 1)[-1])
