"""People's names by structure: titles, labels, letters of a profession, kinship words."""

from __future__ import annotations

from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, SURE, Hit
from noteproc.redaction.recognizers.namerun import NameReader
from noteproc.redaction.words import Cues, Words

_SOFT = frozenset(lx.read_words("soft_titles.txt"))
_LABEL_ENDS = Cues({":", "="})
_SCANNED = frozenset(lx.read_words("scanned_parts.txt"))
# What follows the part in the title of a scan.
_OF_SCAN = frozenset(lx.read_words("scan_words.txt"))
# What grades a leaking valve: "mod MR. Old MI".
_GRADES = frozenset(lx.read_words("valve_grades.txt"))
# "Report from summer rn": a word that is a name as well, small, between one of these and a profession.
_GIVEN_BY = frozenset({"from", "w", "with", "by", "per", "to"})
_LABELS = dict(lx.read_pairs("name_labels.tsv"))
_LABEL_LASTS = frozenset(label.split()[-1] for label in _LABELS if " " in label)


class NameRecognizer(NameReader):
    """Names told by what stands beside them."""

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every name that stands so."""
        yield from self._titled(words)
        yield from self._labelled(words)
        yield from self._credentialed(words)
        yield from self._kin(words)

    def _titled(self, words: Words) -> Iterator[Hit]:
        n = len(words)
        for i in words.of_class(lx.TITLE):
            low = words.lower[i]
            role = self.lexicon.titles.get(low)
            if role is None:
                continue
            if i and words.ends[i - 1] == words.starts[i] and words.words[i - 1].isdigit():
                # "70ms. Typical": a unit, no title.
                continue
            k = i + 1
            if k < n and words.words[k] == "." and words.starts[k] == words.ends[i]:
                k += 1
            if k >= n or words.starts[k] - words.ends[k - 1] > 3 or words.line_of[k] - words.line_of[k - 1] > 1:
                continue
            title = words.words[i]
            graded = title == "MR" and i > 0 and words.lower[i - 1] in _GRADES and not words.words[i - 1].isupper()
            if graded or (title == "MR" and self._is_scan(words, k)):
                continue
            soft = low in _SOFT
            if role == "PATIENT_NAME" and words.words[k - 1] != ".":
                j = self._run(words, k, trusted=False)
                if j > k and self._looks_named(words, k, j) and words.words[k][0].isupper():
                    yield Hit(*self._span(words, k, j), role, 0.7)
                continue
            lower_ok = title.islower() and not soft
            j = self._run(words, k, trusted=not soft, lower=lower_ok)
            if (
                j == k
                and not soft
                and words.words[k][0].isalpha()
                and words.words[k][0].isupper()
                and words.lower[k] not in self._not_names
                and not words.bits[k] & lx.KIN
            ):
                j = k + 1
            if j == k:
                continue
            if soft and not self._looks_named(words, k, j):
                continue
            kind = role
            if role == "PERSON":
                kind = "OTHER_NAME" if self._kin_before(words, i) else "PATIENT_NAME"
            score = 0.98 if not soft else 0.8
            yield Hit(*self._span(words, k, j), kind, score)
            if kind == "CLINICIAN_NAME" or low in ("mr", "messrs", "drs"):
                yield from self._list(words, j, kind, plural=low in ("drs", "doctors", "messrs"))

    @staticmethod
    def _is_scan(words: Words, k: int) -> bool:
        """Whether "MR" heads the title of a scan ("MR BRAIN WO"): a part, then how it was taken."""
        first = k
        while k < len(words) and words.line_of[k] == words.line_of[first] and words.lower[k] in _SCANNED:
            if not words.words[k].isupper():
                return False
            k += 1
        if k == first:
            return False
        return k == len(words) or words.line_of[k] != words.line_of[first] or words.lower[k] in _OF_SCAN

    def _list(self, words: Words, k: int, kind: str, *, plural: bool) -> Iterator[Hit]:
        """Names that go on after "Drs. A, B and C"."""
        if not plural:
            return
        for _ in range(5):
            if k + 1 < len(words) and (words.words[k] in (",", "&", "/") or words.lower[k] == "and"):
                k += 1
                if words.lower[k] == "and":
                    k += 1
                if k >= len(words):
                    return
                j = self._run(words, k, trusted=True)
                if j == k:
                    return
                yield Hit(*self._span(words, k, j), kind, SURE)
                k = j
            else:
                return

    def _labelled(self, words: Words) -> Iterator[Hit]:
        n = len(words)
        for i in words.among(_LABEL_ENDS):
            k = i + 1
            if not i or k >= n:
                continue
            at = i - 1
            if i > 1 and words.lower[at] in ("(", ")", "s", ".", "*"):
                at = i - 2
            label = words.lower[at]
            if label not in _LABELS and label not in _LABEL_LASTS and not words.bits[at] & lx.ROLE:
                continue
            if words.starts[k] - words.ends[i] > 40 or words.line_of[k] - words.line_of[i] > 1:
                continue
            before = words.lower[i - 2] if i > 1 and words.line_of[i - 2] == words.line_of[i] else ""
            role = self._label_role(label, before, words.bits[at])
            if role is None:
                continue
            same_line = words.line_of[k] == words.line_of[i]
            if not same_line and label in ("to", "from", "by", "first", "second", "read", "re", "resident"):
                continue
            if words.bits[k] & lx.TITLE and words.lower[k] in self.lexicon.titles:
                k += 1
                if k < n and words.words[k] == ".":
                    k += 1
                if k >= n:
                    continue
            yield from self._named_list(words, k, role, strong=same_line)

    @staticmethod
    def _label_role(label: str, before: str, bits: int) -> str | None:
        role = _LABELS.get(f"{before} {label}") if label in _LABEL_LASTS else None
        role = role or _LABELS.get(label)
        if role is None and bits & lx.ROLE:
            role = "CLINICIAN_NAME"
        return None if role == "-" else role

    def _credentialed(self, words: Words) -> Iterator[Hit]:
        """ "First Last, MD": the name before letters of a profession."""
        n = len(words)
        for i in words.of_class(lx.CREDENTIAL):
            if i == 0:
                continue
            form, low = words.words[i], words.lower[i]
            dotted = (
                i + 2 < n
                and words.words[i + 1] == "."
                and len(form) == 1
                and words.lower[i : i + 3] in (["m", ".", "d"], ["d", ".", "o"], ["r", ".", "n"], ["p", ".", "a"])
            )
            if not (
                (form.isupper() and len(form) > 1)
                or low in ("phd", "pharmd", "psyd", "mbbs", "mbchb")
                or dotted
                or (form.islower() and low in ("rn", "md", "lpn", "np", "crna", "cna", "lcsw", "rrt"))
            ):
                continue
            k = i - 1
            if words.words[k] == "," or words.words[k] == "(":
                k -= 1
            if k < 0 or words.line_of[k] != words.line_of[i] or words.starts[i] - words.ends[k] > 4:
                continue
            end = k + 1
            lower = form.islower()
            start = end
            steps = 0
            while k >= 0 and steps < 6 and words.line_of[k] == words.line_of[i]:
                form_k, low_k = words.words[k], words.lower[k]
                if k + 1 < end and words.starts[k + 1] - words.ends[k] > 1 and form_k != ".":
                    break
                bits = words.bits[k]
                if (form_k in "-'" and start < end) or (form_k == "." and k and len(words.words[k - 1]) == 1):
                    k -= 1
                    continue
                if (
                    bits & lx.PARTICLE
                    and start < end
                    and form_k[0].isalpha()
                    and low_k not in ("y", "e", "la", "mc", "o", "al")
                ):
                    pass
                elif (bits & lx.CREDENTIAL and form_k.isupper() and len(form_k) > 1 and start == end and k > 0) or (
                    not form_k[0].isalpha()
                    or low_k in self._not_names
                    or (
                        low_k in self.lexicon.titles and len(form_k) > 1 and low_k in ("dr", "mr", "mrs", "ms", "nurse")
                    )
                ):
                    break
                elif (
                    (
                        form_k[0].isupper()
                        and (
                            len(form_k) == 1
                            or bits & lx.NAME
                            or not bits & (lx.ORDINARY | lx.CLINICAL | lx.ROLE | lx.IDLABEL | lx.FACILITY)
                        )
                    )
                    or (lower and start < end and len(form_k) == 1 and form_k not in "aiw")
                    or (
                        lower
                        and form_k.islower()
                        and len(form_k) > 2
                        and (
                            (bits & lx.NAME and not bits & lx.ORDINARY)
                            or not bits & (lx.ORDINARY | lx.CLINICAL | lx.ROLE)
                            or (bits & lx.NAME and steps == 0 and k > 0 and words.lower[k - 1] in _GIVEN_BY)
                        )
                    )
                    or (
                        form_k[0].isupper()
                        and steps == 0
                        and (
                            words.words[i - 1] == ","
                            or self._after_initial(words, k)
                            or (form_k[1:].islower() and k and words.lower[k - 1] == "by")
                        )
                        and bits & lx.CLINICAL
                        and not bits & (lx.ORDINARY | lx.ROLE | lx.FACILITY)
                    )
                ):
                    pass
                else:
                    break
                start = k
                steps += 1
                k -= 1
            if start >= end or not any(
                len(words.words[t]) > 1 and words.words[t][0].isalpha() for t in range(start, end)
            ):
                if start < end and end - start >= 2 and words.words[i - 1] in (",", ")"):
                    yield Hit(*self._span(words, start, end), "CLINICIAN_NAME", 0.7)
                continue
            comma = words.words[i - 1] == ","
            ambiguous = low in (
                "do",
                "pa",
                "pt",
                "ot",
                "ma",
                "ms",
                "ba",
                "dc",
                "od",
                "iv",
                "bs",
                "rt",
                "rd",
                "md",
                "cns",
                "ns",
                "lac",
                "resident",
                "fellow",
                "scribe",
                "cna",
                "emt",
                "med",
                "jd",
                "np",
                "cst",
                "pac",
            )
            named = self._looks_named(words, start, end)
            score = (
                0.97
                if comma and named
                else 0.9
                if named and not ambiguous
                else 0.85
                if named and low in ("md", "np", "cna", "pac")
                else 0.7
                if comma
                else MAYBE
            )
            if lower and not comma:
                score = 0.8 if named else MAYBE
            yield Hit(*self._span(words, start, end), "CLINICIAN_NAME", score)

    @staticmethod
    def _after_initial(words: Words, k: int) -> bool:
        """Whether a lone capital stands before a word ("B Foley NRP")."""
        return (
            k > 0
            and len(words.words[k - 1]) == 1
            and words.words[k - 1].isupper()
            and words.starts[k] - words.ends[k - 1] == 1
            and words.words[k][1:].islower()
        )

    @staticmethod
    def _lone_given(words: Words, i: int, k: int) -> bool:
        """Whether a given name that is a word too stands right behind a kinship word and ends there ("son Will")."""
        form = words.words[k]
        if k != i + 1 or not words.bits[k] & lx.FIRST or len(form) < 3 or not form[1:].islower():
            return False
        after = k + 1
        return after >= len(words) or words.line_of[after] != words.line_of[k] or words.words[after] in ".,;)(:/"

    def _kin(self, words: Words) -> Iterator[Hit]:
        """ "daughter April", "her son, Tuan," and "Tuan (son)"."""
        n = len(words)
        for i in words.of_class(lx.KIN):
            k = i + 1
            if (k < n and words.words[k] in (",", "(", ":", "-", "/")) or (
                k < n and words.lower[k] in ("is", "named", "called")
            ):
                k += 1
            if k < n and words.lower[k] == "named":
                k += 1
            if k < n and words.starts[k] - words.ends[k - 1] <= 2 and words.words[k][0].isupper():
                if (
                    len(words.words[k]) == 1
                    and words.words[k] not in ("A", "I")
                    and words.words[k + 1 : k + 2] == ["."]
                    and k > i
                    and words.words[k - 1] not in ("/", "-")
                ):
                    yield Hit(words.starts[k], words.ends[k], "OTHER_NAME", 0.6)
                j = self._run(words, k, trusted=False)
                if j == k and self._lone_given(words, i, k):
                    yield Hit(words.starts[k], words.ends[k], "OTHER_NAME", 0.75)
                if j > k:
                    bits = words.bits[k]
                    direct = k == i + 1
                    if bits & lx.NAME or self._looks_named(words, k, j):
                        doubtful = (
                            bits & (lx.ORDINARY | lx.CLINICAL | lx.MONTH)
                            and j - k == 1
                            and (words.words[k].isupper() or not direct)
                        )
                        if not (words.words[k].isupper() and bits & lx.CREDENTIAL):
                            yield Hit(
                                *self._span(words, k, j), "OTHER_NAME", MAYBE if doubtful else 0.85 if direct else 0.75
                            )
                            if (
                                j + 1 < n
                                and words.lower[j] in ("and", "&")
                                and words.words[j + 1][0].isupper()
                                and words.bits[j + 1] & lx.FIRST
                            ):
                                j2 = self._run(words, j + 1, trusted=False)
                                if j2 > j + 1:
                                    yield Hit(*self._span(words, j + 1, j2), "OTHER_NAME", 0.8)
            elif (
                words.small
                and k < n
                and words.starts[k] - words.ends[k - 1] == 1
                and words.words[k].islower()
                and words.bits[k] & lx.FIRST
                and len(words.words[k]) > 2
                and words.lower[k] not in self._not_names
                and not words.bits[k] & (lx.KIN | lx.ROLE | lx.UNITWORD | lx.MONTH)
            ):
                doubtful = bool(words.bits[k] & (lx.ORDINARY | lx.CLINICAL))
                yield Hit(words.starts[k], words.ends[k], "OTHER_NAME", 0.5 if doubtful else 0.75)
            if i >= 2 and words.words[i - 1] in ("(", ",") and words.words[i - 2][0].isupper():
                start = i - 2
                while (
                    start > 0
                    and words.line_of[start - 1] == words.line_of[i]
                    and words.words[start - 1][0].isupper()
                    and self.lexicon.bits(words.lower[start - 1]) & lx.NAME
                    and words.starts[start] - words.ends[start - 1] == 1
                ):
                    start -= 1
                if self._looks_named(words, start, i - 1) and words.lower[i - 2] not in self._not_names:
                    yield Hit(
                        *self._span(words, start, i - 1), "OTHER_NAME", 0.8 if words.words[i - 1] == "(" else 0.45
                    )
