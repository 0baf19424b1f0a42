"""Reading one name in running words: where it begins, what belongs to it, where it ends."""

from __future__ import annotations

from collections.abc import Iterator

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, Hit, NoteRecognizer
from noteproc.redaction.words import Words

_LANGUAGE = lx.ORDINARY | lx.CLINICAL


class NameReader(NoteRecognizer):
    """What the recognizers of names share."""

    kinds = ("PATIENT_NAME", "CLINICIAN_NAME", "OTHER_NAME")

    def __init__(self) -> None:
        super().__init__()
        self._not_names = frozenset(lx.read_words("not_names.txt"))
        self._descents = frozenset(lx.read_words("descents.txt"))
        self._abbreviations = frozenset(w for w in lx.read_words("credentials.txt"))

    def _nameish(self, words: Words, k: int, *, first: bool, trusted: bool) -> bool:
        form, low = words.words[k], words.lower[k]
        if not form[0].isalpha():
            return False
        bits = words.bits[k]
        if low in self._not_names:
            if first and bits & lx.FIRST and form[0].isupper() and not form.isupper() and k + 1 < len(words):
                follows = (
                    words.bits[k + 1] & lx.NAME
                    and words.words[k + 1][0].isupper()
                    and words.lower[k + 1] not in self._not_names
                )
                if follows and words.starts[k + 1] - words.ends[k] == 1:
                    return True
            return bool(
                trusted
                and first
                and bits & lx.NAME
                and form[0].isupper()
                and low in ("will", "may", "man", "do", "an", "can", "so", "to", "art", "bill")
            )
        if form[0].isupper():
            if len(form) == 1:
                return True
            if bits & lx.CREDENTIAL and not first and (form.isupper() or low in ("phd", "pharmd")):
                return False
            if bits & lx.NAME:
                return True
            if bits & (lx.ORDINARY | lx.CLINICAL):
                return trusted and first and not bits & lx.ORDINARY
            return not bits & (lx.ROLE | lx.KIN | lx.IDLABEL | lx.DATECUE | lx.WEEKDAY) or bool(bits & lx.NAME)
        return False

    def _run(self, words: Words, i: int, *, trusted: bool, lower: bool = False, limit: int = 6) -> int:
        """One past the last token of a name that begins at ``i``; ``i`` where none begins."""
        n = len(words)
        if i >= n or not (words.words[i][0].isupper() or lower or (trusted and words.bits[i] & lx.PARTICLE)):
            return i
        k, count = i, 0
        line = words.line_of[i]
        last = i
        while k < n and count < limit and words.line_of[k] == line:
            form, low = words.words[k], words.lower[k]
            gap = words.starts[k] - words.ends[k - 1] if k > i else 0
            if gap > 1 and not (words.words[k - 1] == "." and gap <= 2 and len(words.words[k - 2]) == 1):
                break
            bits = words.bits[k]
            if (
                self._nameish(words, k, first=k == i, trusted=trusted)
                or (
                    lower
                    and form.islower()
                    and len(form) > 2
                    and low not in self._not_names
                    and (
                        (bits & lx.NAME and not (bits & lx.ORDINARY and k > i))
                        or not bits & (lx.ORDINARY | lx.CLINICAL | lx.ROLE | lx.KIN | lx.UNITWORD | lx.FACILITY)
                    )
                )
                or (
                    bits & lx.PARTICLE
                    and form[0].isalpha()
                    and k + 1 < n
                    and (
                        (self._nameish(words, k + 1, first=True, trusted=True) and words.words[k + 1][0].isupper())
                        or self._particles_lead(words, k + 1)
                        or (words.words[k + 1] in "-'" and gap == 0)
                    )
                    and (k > i or trusted)
                    and low not in ("y", "e", "la")
                )
            ):
                pass
            elif (
                form == "-"
                and k > i
                and k + 1 < n
                and words.starts[k + 1] == words.ends[k]
                and words.words[k + 1][0].isalpha()
                and gap == 0
            ):
                k += 1
                if not (words.words[k][0].isupper() or lower or words.bits[k] & lx.PARTICLE):
                    break
                k += 1
                last = k
                continue
            elif (
                form == "."
                and k > i
                and gap == 0
                and (len(words.words[k - 1]) == 1 or words.lower[k - 1] in ("jr", "sr", "st"))
            ):
                k += 1
                if len(words.words[k - 2]) == 1 or words.lower[k - 2] in ("jr", "sr", "st"):
                    last = k - 1 if len(words.words[k - 2]) == 1 else k
                    last = k if self._dot_belongs(words, k) else k - 1
                continue
            elif form == "," and k > i and k + 1 < n and words.lower[k + 1] in ("jr", "sr", "ii", "iii", "iv"):
                k += 2
                last = k
                continue
            elif (
                form in '"('
                and k > i
                and k + 2 < n
                and words.words[k + 2] in '")'
                and words.words[k + 1][0].isupper()
                and len(words.words[k + 1]) > 1
                and words.bits[k + 1] & lx.FIRST
                and not words.bits[k + 1] & lx.CREDENTIAL
            ):
                k += 3
                last = k
                continue
            else:
                break
            if k + 1 < n and low in ("jr", "sr") and k == i:
                break
            count += 1
            k += 1
            last = k
        while (
            last > i
            and words.lower[last - 1] in self._abbreviations
            and words.words[last - 1].isupper()
            and len(words.words[last - 1]) > 1
            and last - 1 > i
        ):
            last -= 1
        return last

    def _particles_lead(self, words: Words, k: int) -> bool:
        """Whether more particles and then a name follow ("VAN DER MEER")."""
        while k < len(words) and words.bits[k] & lx.PARTICLE and words.starts[k] - words.ends[k - 1] == 1:
            k += 1
            if k < len(words) and not words.bits[k] & lx.PARTICLE:
                return self._nameish(words, k, first=True, trusted=True) and words.words[k][0].isupper()
        return False

    @staticmethod
    def _dot_belongs(words: Words, k: int) -> bool:
        return k < len(words) and words.starts[k] - words.ends[k - 1] <= 1 and words.words[k][0].isupper()

    def _span(self, words: Words, i: int, j: int) -> tuple[int, int]:
        return words.starts[i], words.ends[j - 1]

    def _looks_named(self, words: Words, i: int, j: int) -> bool:
        listed = 0
        for k in range(i, j):
            form = words.words[k]
            if form[0].isalpha() and len(form) > 1:
                bits = words.bits[k]
                if not bits & _LANGUAGE:
                    return True
                listed += bool(bits & lx.NAME)
        return listed > 1

    def _kin_before(self, words: Words, i: int) -> bool:
        return any(words.bits[k] & lx.KIN for k in range(max(0, i - 3), i))

    def _named_list(self, words: Words, k: int, role: str, *, strong: bool) -> Iterator[Hit]:
        n = len(words)
        for _ in range(8):
            if k >= n:
                return
            lower = words.words[k].islower()
            j = self._run(words, k, trusted=True, lower=lower)
            if j == k:
                return
            if lower and not (
                self._looks_named(words, k, j)
                and (role == "PATIENT_NAME" or any(words.bits[t] & lx.NAME for t in range(k, j)))
            ):
                return
            if j == k + 1 and words.lower[k] in self._descents and role == "OTHER_NAME":
                return
            # "LAST, FIRST M"
            if (
                j + 1 < n
                and words.words[j] == ","
                and words.line_of[j + 1] == words.line_of[k]
                and words.starts[j + 1] - words.ends[j] <= 2
            ):
                following = words.lower[j + 1]
                if not (
                    self.lexicon.bits(following) & lx.CREDENTIAL
                    and (words.words[j + 1].isupper() or len(following) > 3 or following in ("pa", "np", "rn", "md"))
                ):
                    j2 = self._run(words, j + 1, trusted=strong and role == "PATIENT_NAME", lower=lower, limit=3)
                    single = sum(1 for t in range(k, j) if len(words.words[t]) > 1 and words.words[t][0].isalpha()) <= 3
                    if (
                        j2 > j + 1
                        and single
                        and (
                            role == "PATIENT_NAME"
                            or all(
                                len(words.words[t]) == 1 or words.bits[t] & lx.FIRST or not words.words[t][0].isalpha()
                                for t in range(j + 1, j2)
                            )
                        )
                    ):
                        j = j2
            if not strong and not self._looks_named(words, k, j):
                return
            plain = all(
                words.bits[t] & (lx.ORDINARY | lx.CLINICAL) and not words.bits[t] & lx.NAME
                for t in range(k, j)
                if words.words[t][0].isalpha() and len(words.words[t]) > 1
            )
            short = j - k == 1 and len(words.words[k]) <= 3 and words.words[k].isupper()
            initials_only = all(len(words.words[t]) <= 1 for t in range(k, j))
            if initials_only and j - k < 2:
                return
            score = MAYBE if plain else 0.85 if short else 0.96
            yield Hit(*self._span(words, k, j), role, score)
            # The list goes on: "A, MD; B, PA-C / C"
            k = j
            while (
                k < n
                and words.line_of[k] == words.line_of[j - 1]
                and (
                    (
                        words.bits[k] & lx.CREDENTIAL
                        and (words.words[k].isupper() or words.lower[k] in self._abbreviations)
                    )
                    or words.words[k] in ",.;/&-"
                    or words.lower[k] in ("and", "dr", "drs", "c", "mr", "mrs", "ms")
                )
            ):
                k += 1
            if (
                k == j
                or k >= n
                or words.line_of[k] != words.line_of[j - 1]
                or not words.words[k][0].isupper()
                or role == "PATIENT_NAME"
            ):
                return
            j = max(k + 1, self._run(words, k, trusted=False))
            if not self._looks_named(words, k, j) or not any(words.bits[t] & lx.NAME for t in range(k, j)):
                return
