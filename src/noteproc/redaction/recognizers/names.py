"""People's names by structure: titles, credentials, labels, kinship words, signatures, copies and typists' marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer.nlp_engine import NlpArtifacts

from noteproc.redaction import lexicon as lx
from noteproc.redaction.recognizers.base import MAYBE, SURE, Hit, NoteRecognizer
from noteproc.redaction.words import Words

_PATIENT_LABEL = frozenset(
    {
        "patient",
        "name",
        "pt",
        "patient's",
        "client",
        "resident",
        "re",
        "regarding",
        "member",
        "subscriber",
        "decedent",
        "pat",
        "insured",
    }
)
_CLINICIAN_LABEL = frozenset(
    "pcp attending attg surgeon assistant assistants anesthesiologist anesthetist anaesthetist operator radiologist pathologist physician provider "
    "referring ordering consulting consultant resident fellow intern scribe proctor preceptor author dictated dictator signed esigned reviewed interpreted "
    "cosigned cosigner transcribed performed therapist nurse technologist tech sonographer crna rn np pa examiner evaluator clinician hospitalist "
    "cardiologist neurologist oncologist nephrologist psychiatrist pulmonologist urologist midwife pharmacist dietitian counselor by cc from to cosurgeon "
    "co-surgeon circulator scrub perfusionist first second requesting requested read verified attested authenticated prepared entered written recorded dict".split()
)
_OTHER_LABEL = frozenset(
    "contact emergency nok kin guardian guarantor spouse mother father wife husband son daughter partner caregiver informant accompanied interpreter translator proxy poa surrogate sister brother historian representative agent attorney witness parent employer teacher".split()
)
_BY = re.compile(
    r"\b(?:dictated|transcribed|signed|reviewed|interpreted|read|performed|verified|authenticated|attested|entered|seen|written|prepared|reported|"
    r"assisted|ordered|referred|completed|electronically\s+signed|e-?signed|co-?signed|approved|recorded|taken|done|given|documented|witnessed|d/w|per|added|placed|staffed|supervised|accompanied)\b"
    r"(?:\s+(?:but\s+not\s+read|and\s+\w+|electronically))?\s*(?:by|:)\s*:?\s*(?=\S)",
    re.IGNORECASE,
)
_TYPIST = re.compile(
    r"(?:^|(?<=[\s(]))((?:[A-Z]{2,4}|[a-z]{2,4})(?:[/:](?:[A-Z]{2,4}|[a-z]{2,4})\d{0,2}){1,2})(?=[\s),.;]|$)",
    re.MULTILINE,
)
_TYPIST_LINE = re.compile(r"^\W{0,4}([A-Za-z]{2,4})([/:])([A-Za-z]{2,4})(?:[/:]([A-Za-z]{2,4}))?\d{0,3}\W{0,3}$")
_CC = re.compile(
    r"^[\s>*-]*(?:cc|c\.c\.|bcc|copies?(?:\s+to)?|copied(?:\s+to)?)\s?[:-]\s*", re.IGNORECASE | re.MULTILINE
)
_SIGNED_INITIALS = re.compile(
    r"(?:\(|--?\s?|/s/\s?|>>\s?|\binitials?:?\s?|\bby:?\s)([A-Z](?:\.\s?)?[A-Z](?:\.?\s?[A-Z])?\.?)(?=\)|\s*$|\s*[,;]|\s+(?:RN|MD|LPN|PA|NP|CNA|PT|OT)\b)",
    re.MULTILINE,
)
_SPOKE = re.compile(
    r"\b(d/w|discussed with|(?:case|care|plan) discussed with|spoke (?:with|to)|paged|notified|updated|called|consulted|texted|met with|seen with|staffed with|report (?:from|to|given to)|handoff (?:to|from)|"
    r"(?:hand-?off|care|report)[^.\n]{0,12} (?:to|from)|signed out to|relayed to|accompanied by|lives with|here with|brought (?:in )?by|per)\s+(?=[A-Z])",
    re.IGNORECASE,
)
_LOG_LINE = re.compile(
    r"^[ \t]*(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?[ \t]+)?(?:\d{1,2}:\d\d|[0-2]\d[0-5]\d)[ \t]+([A-Za-z]{2,3}|[A-Za-z]\.[ ]?[A-Za-z'-]{2,20})[ \t]?[-:][ \t]",
    re.MULTILINE,
)
_SEEN_BY = re.compile(
    r"\b(?:by|per|D/w|d/w)\s+([A-Z]{2,3})(?=\s+(?:in|at|on|this|today|and agrees)\b|\s*[,.;)]|\s*$)", re.MULTILINE
)
_LONE = re.compile(r"^[ \t]*/?[ \t]?([A-Za-z]{2,3})(?:[ \t]+(?:[0-2]\d[0-5]\d|\d{1,2}:\d\d))?[ \t]*$", re.MULTILINE)
_CLOSING = re.compile(
    r"(?:[-.\"~>/]\s{0,2}|\s{2,})([A-Z]{2,3}|[a-z]{2,3})[ \t]*(?:\d{4}|\d{1,2}:\d\d)?[ \t]*$", re.MULTILINE
)
# Letters that say who or where by profession or department, never by name.
_SERVICES = frozenset(
    "pt ot st gi gu id ent ep ir ct sw rd rn md np pa ed er icu ob gyn pcp cv us mri or pacu ems cna rt ua iv im po prn bid tid qid qd qhs dvt ekg ecg cxr ed dr mr ms mrs am pm cm mm kg mg ml hr bp wnl nad nkda "
    "gcs npo bmp cbc cmp ptt inr lab er's vna snf ccu nicu micu picu ems rrt hh dme tbd na cc dc fu hx dx tx rx sx fx bm bs fs np's lpn lvn rns dos dob mrn hpi ros cva mi dm htn pe chf cad ckd uti kub ivp tpn ppi nsr sob doe aki".split()
)
_NOT_TYPIST = frozenset(
    "and/or he/she his/her him/her w/o r/o s/p c/o n/v n/a f/u h/o i/o b/l r/l l/r tb/hr ct/mr mri/ct ct/mri pt/ot ot/pt pt/inr a/p ap/lat ob/gyn obs/gyn gi/gu gu/gi ed/er er/pr hr/bp bp/hr rr/hr "
    "nc/at nad/nt nt/nd ntnd abd/pelvis mg/dl ml/hr ml/kg mg/kg po/iv iv/po iv/im im/sq am/pm md/do do/md rn/md np/pa pa/np aa/nhl lt/rt rt/lt rt/lft cv/resp hx/px dx/tx h/h hh pmh/psh psh/pmh fh/sh sh/fh "
    "ros/pe tap/drain cord/brain yes/no on/off in/out up/down cm/mm mm/cm l/min kg/m pos/neg neg/pos dp/pt pt/dp le/ue ue/le rue/lue rle/lle lue/rue lle/rle ns/lr hep/lock asa/nsaid ace/arb arb/ace"
    " ekg/ecg pcr/na ace/arbs h/p od/os os/od ou/na eom/pupils hct/hgb hgb/hct na/k ast/alt alt/ast bun/cr ldl/hdl hdl/ldl wbc/rbc dtap/ipv hib/hepb tdap/td cad/chf chf/copd copd/osa".split()
)


class NameRecognizer(NoteRecognizer):
    """Names told by what stands beside them."""

    kinds = ("PATIENT_NAME", "CLINICIAN_NAME", "OTHER_NAME")

    def __init__(self) -> None:
        super().__init__()
        self._not_names = frozenset(lx.read_words("not_names.txt"))
        self._descents = frozenset(lx.read_words("descents.txt"))
        self._abbreviations = frozenset(w for w in lx.read_words("credentials.txt"))

    def find(self, words: Words, artifacts: NlpArtifacts | None) -> Iterator[Hit]:
        """Every name that structure gives away."""
        yield from self._titled(words)
        yield from self._labelled(words)
        yield from self._credentialed(words)
        yield from self._kin(words)
        yield from self._signed(words)
        yield from self._spoken_of(words)
        yield from self._after_role(words)
        yield from self._reversed(words)
        yield from self._listed(words)

    def _listed(self, words: Words) -> Iterator[Hit]:
        """Given names of the lists, capitalised in the middle of a sentence, with the family name behind if there is one."""
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
                gap == 0
                and before not in "('\""
                or after == "-"
                and words.starts[i + 1] == words.ends[i]
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
            if (
                short
                and not bits & lx.NAME
                or not self._looks_named(words, i, j)
                and not (bits & lx.NAME and m[1].lower().startswith("d/w"))
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

    # One name in running words ---------------------------------------------------------------------------------

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
                and low in ("will", "may", "man", "do", "an", "can", "so", "to")
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
        k, count, full = i, 0, 0
        line = words.line_of[i] if i < n else -1
        last = i
        while k < n and count < limit and words.line_of[k] == line:
            form, low = words.words[k], words.lower[k]
            gap = words.starts[k] - words.ends[k - 1] if k > i else 0
            if gap > 1 and not (words.words[k - 1] == "." and gap <= 2 and len(words.words[k - 2]) == 1):
                break
            bits = words.bits[k]
            if self._nameish(words, k, first=k == i, trusted=trusted):
                pass
            elif (
                lower
                and form.islower()
                and len(form) > 2
                and low not in self._not_names
                and (
                    bits & lx.NAME
                    and not (bits & lx.ORDINARY and k > i)
                    or not bits & (lx.ORDINARY | lx.CLINICAL | lx.ROLE | lx.KIN | lx.UNITWORD | lx.FACILITY)
                )
            ):
                pass
            elif (
                bits & lx.PARTICLE
                and form[0].isalpha()
                and k + 1 < n
                and (
                    self._nameish(words, k + 1, first=True, trusted=True)
                    and words.words[k + 1][0].isupper()
                    or (words.words[k + 1] in "-'" and gap == 0)
                )
                and (k > i or trusted)
                and low not in ("y", "e", "la")
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
            full += len(form) > 1
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

    @staticmethod
    def _dot_belongs(words: Words, k: int) -> bool:
        return k < len(words) and words.starts[k] - words.ends[k - 1] <= 1 and words.words[k][0].isupper()

    def _span(self, words: Words, i: int, j: int) -> tuple[int, int]:
        return words.starts[i], words.ends[j - 1]

    # Structures -------------------------------------------------------------------------------------------------

    def _titled(self, words: Words) -> Iterator[Hit]:
        n = len(words)
        for i, low in enumerate(words.lower):
            if not words.bits[i] & lx.TITLE or (role := self.lexicon.titles.get(low)) is None:
                continue
            k = i + 1
            if k < n and words.words[k] == "." and words.starts[k] == words.ends[i]:
                k += 1
            if (
                k >= n
                or words.starts[k] - words.ends[k - 1] > 3
                or words.text.count("\n", words.ends[k - 1], words.starts[k]) > 1
            ):
                continue
            title = words.words[i]
            soft = low in (
                "pt",
                "patient",
                "sr",
                "fr",
                "sister",
                "father",
                "nurse",
                "doc",
                "doctor",
                "master",
                "don",
                "dona",
                "miss",
                "principal",
                "coach",
                "col",
                "lt",
                "la",
                "captain",
                "officer",
                "judge",
                "aunt",
                "uncle",
                "pastor",
                "chaplain",
                "doctors",
                "madam",
                "hon",
                "capt",
                "attorney",
                "professor",
                "deputy",
                "detective",
                "auntie",
                "rabbi",
                "imam",
                "reverend",
                "trooper",
                "sergeant",
                "cpl",
                "sgt",
                "sheriff",
                "grandma",
                "grandpa",
                "mister",
            )
            if role == "PATIENT_NAME" and words.words[k - 1] != ".":
                j = self._run(words, k, trusted=False)
                if j > k and self._looks_named(words, k, j) and words.words[k][0].isupper():
                    yield Hit(*self._span(words, k, j), role, 0.7)
                continue
            lower_ok = (
                title.islower()
                and not soft
                or title.islower()
                and low in ("nurse", "officer", "coach", "pastor")
                and False
            )
            j = self._run(words, k, trusted=not soft, lower=lower_ok)
            if (
                j == k
                and not soft
                and words.words[k][0].isalpha()
                and words.words[k][0].isupper()
                and words.lower[k] not in self._not_names
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

    def _looks_named(self, words: Words, i: int, j: int) -> bool:
        bits = [words.bits[k] for k in range(i, j) if words.words[k][0].isalpha() and len(words.words[k]) > 1]
        if not bits:
            return False
        return (
            any(
                b & lx.NAME and not b & (lx.ORDINARY | lx.CLINICAL) or not b & (lx.NAME | lx.ORDINARY | lx.CLINICAL)
                for b in bits
            )
            or sum(bool(b & lx.NAME) for b in bits) >= 2
        )

    def _kin_before(self, words: Words, i: int) -> bool:
        return any(words.bits[k] & lx.KIN for k in range(max(0, i - 3), i))

    def _labelled(self, words: Words) -> Iterator[Hit]:
        n = len(words)
        for i in range(1, n):
            if words.words[i] not in (":", "=") or i + 1 >= n:
                continue
            k = i + 1
            if words.starts[k] - words.ends[i] > 40 or words.text.count("\n", words.ends[i], words.starts[k]) > (
                1 if i + 1 < n else 0
            ):
                continue
            label = words.lower[i - 1]
            if label in ("(", ")", "s", ".", "*"):
                label = words.lower[i - 2] if i > 1 else label
            before = words.lower[i - 2] if i > 1 and words.line_of[i - 2] == words.line_of[i] else ""
            role = self._label_role(label, before)
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

    def _label_role(self, label: str, before: str) -> str | None:
        if label == "name":
            if before in (
                "facility",
                "hospital",
                "drug",
                "medication",
                "generic",
                "brand",
                "trade",
                "device",
                "procedure",
                "study",
                "test",
                "plan",
                "file",
                "user",
                "company",
                "pharmacy",
                "clinic",
                "product",
                "insurance",
            ):
                return None
            if before in ("physician", "provider", "doctor", "surgeon", "clinician", "attending", "nurse"):
                return "CLINICIAN_NAME"
            if before in (
                "contact",
                "mother's",
                "father's",
                "guardian",
                "maiden",
                "spouse",
                "kin",
                "guarantor",
                "mother",
                "father",
                "caregiver",
            ):
                return "OTHER_NAME" if before != "maiden" else "PATIENT_NAME"
            return "PATIENT_NAME"
        if before in ("patient", "pt") and label in (
            "status",
            "education",
            "instructions",
            "info",
            "information",
            "id",
        ):
            return None
        if label in _OTHER_LABEL:
            return "OTHER_NAME"
        if label in _CLINICIAN_LABEL or label in ("md", "do") and before == "":
            if (
                label
                in (
                    "first",
                    "second",
                    "performed",
                    "entered",
                    "read",
                    "requested",
                    "recorded",
                    "written",
                    "prepared",
                    "reviewed",
                    "verified",
                    "interpreted",
                    "to",
                    "from",
                    "requesting",
                    "nurse",
                    "therapist",
                    "provider",
                    "by",
                )
                or before
            ):
                return "CLINICIAN_NAME"
            return "CLINICIAN_NAME"
        if label in _PATIENT_LABEL:
            return "PATIENT_NAME"
        if self.lexicon.bits(label) & lx.ROLE and label not in ("monitor", "reader", "monitor", "cc"):
            return "CLINICIAN_NAME"
        return None

    def _named_list(self, words: Words, k: int, role: str, *, strong: bool) -> Iterator[Hit]:
        n = len(words)
        for _ in range(8):
            if k >= n:
                return
            lower = words.words[k].islower()
            j = self._run(words, k, trusted=True, lower=lower)
            if j == k:
                return
            if lower and not self._looks_named(words, k, j):
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
                    j2 = self._run(words, j + 1, trusted=False, lower=lower, limit=3)
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
                    words.bits[k] & lx.CREDENTIAL
                    and (words.words[k].isupper() or words.lower[k] in self._abbreviations)
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

    def _credentialed(self, words: Words) -> Iterator[Hit]:
        """ "First Last, MD": the name before letters of a profession."""
        n = len(words)
        for i, low in enumerate(words.lower):
            if not words.bits[i] & lx.CREDENTIAL or i == 0:
                continue
            form = words.words[i]
            dotted = (
                i + 2 < n
                and words.words[i + 1] == "."
                and len(form) == 1
                and words.lower[i : i + 3] in (["m", ".", "d"], ["d", ".", "o"], ["r", ".", "n"], ["p", ".", "a"])
            )
            if not (
                form.isupper()
                and len(form) > 1
                or low in ("phd", "pharmd", "psyd", "mbbs", "mbchb")
                or dotted
                or form.islower()
                and low in ("rn", "md", "lpn", "np", "crna", "cna", "lcsw", "rrt")
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
                if form_k in "-'" and start < end or form_k == "." and k and len(words.words[k - 1]) == 1:
                    k -= 1
                    continue
                if (
                    bits & lx.PARTICLE
                    and start < end
                    and form_k[0].isalpha()
                    and low_k not in ("y", "e", "la", "mc", "o", "al")
                ):
                    pass
                elif bits & lx.CREDENTIAL and form_k.isupper() and len(form_k) > 1 and start == end and k > 0:
                    break
                elif (
                    not form_k[0].isalpha()
                    or low_k in self._not_names
                    or low_k in self.lexicon.titles
                    and len(form_k) > 1
                    and low_k in ("dr", "mr", "mrs", "ms", "nurse")
                ):
                    break
                elif form_k[0].isupper() and (
                    len(form_k) == 1
                    or bits & lx.NAME
                    or not bits & (lx.ORDINARY | lx.CLINICAL | lx.ROLE | lx.IDLABEL | lx.FACILITY)
                ):
                    pass
                elif (
                    lower
                    and form_k.islower()
                    and len(form_k) > 2
                    and (bits & lx.NAME and not bits & lx.ORDINARY or not bits & (lx.ORDINARY | lx.CLINICAL | lx.ROLE))
                ):
                    pass
                elif (
                    form_k[0].isupper()
                    and steps == 0
                    and words.words[i - 1] == ","
                    and bits & lx.CLINICAL
                    and not bits & (lx.ORDINARY | lx.ROLE | lx.FACILITY)
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

    def _kin(self, words: Words) -> Iterator[Hit]:
        """ "daughter April", "her son, Tuan," and "Tuan (son)"."""
        n = len(words)
        for i, low in enumerate(words.lower):
            if not words.bits[i] & lx.KIN:
                continue
            k = i + 1
            if (
                k < n
                and words.words[k] in (",", "(", ":", "-", "/")
                or (k < n and words.lower[k] in ("is", "named", "called"))
            ):
                k += 1
            if k < n and words.lower[k] == "named":
                k += 1
            if k < n and words.starts[k] - words.ends[k - 1] <= 2 and words.words[k][0].isupper():
                j = self._run(words, k, trusted=False)
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

    def _signed(self, words: Words) -> Iterator[Hit]:
        text = words.text
        for m in _BY.finditer(text):
            i = words.at(m.end())
            if i >= len(words) or words.starts[i] > m.end() + 2:
                continue
            if words.lower[i] in ("dr", "mr", "mrs", "ms"):
                continue
            j = self._run(words, i, trusted=False)
            if j > i and (
                self._looks_named(words, i, j)
                or (words.words[i].isupper() and 2 <= len(words.words[i]) <= 3 and j == i + 1)
            ):
                initials = j == i + 1 and len(words.words[i]) <= 3 and words.words[i].isupper()
                bits = self.lexicon.bits(words.lower[i])
                role = "OTHER_NAME" if m.group().lower().startswith("accompanied") else "CLINICIAN_NAME"
                if initials and bits & (lx.CLINICAL | lx.CREDENTIAL | lx.ORDINARY):
                    continue
                yield Hit(*self._span(words, i, j), role, 0.8 if initials else 0.93)
        for m in _CC.finditer(text):
            i = words.at(m.end())
            if i < len(words) and words.starts[i] <= m.end() + 1:
                k = i
                if words.lower[k] in ("dr", "drs"):
                    k += 1
                    if k < len(words) and words.words[k] == ".":
                        k += 1
                if k < len(words):
                    yield from self._named_list(words, k, "CLINICIAN_NAME", strong=True)
        for line in range(len(words.line_starts)):
            start, end = words.line_start(line), words.line_end(line)
            if end - start > 24 or end - start < 5:
                continue
            found = _TYPIST_LINE.match(text[start:end].strip("\r"))
            if found and f"{found[1]}/{found[3]}".lower() not in _NOT_TYPIST:
                for group in (1, 3, 4):
                    if found[group]:
                        yield Hit(start + found.start(group), start + found.end(group), "CLINICIAN_NAME", 0.9)
        for m in _TYPIST.finditer(text):
            pieces = re.split(r"[/:]", m[1])
            if (
                len(pieces[0]) < 2
                or m[1].lower() in _NOT_TYPIST
                or not (pieces[0].isupper() and pieces[-1].rstrip("0123456789").islower())
            ):
                continue
            at = m.start(1)
            if any(self.lexicon.bits(p.lower()) & (lx.ORDINARY | lx.UNITWORD) and not p.isupper() for p in pieces):
                continue
            for piece in pieces:
                yield Hit(at, at + len(piece), "CLINICIAN_NAME", 0.8)
                at += len(piece) + 1
        for pattern, score in ((_LOG_LINE, 0.7), (_SEEN_BY, 0.85)):
            for m in pattern.finditer(text):
                low = m[1].lower()
                if (
                    low not in _SERVICES
                    and not self.lexicon.bits(low) & lx.CREDENTIAL
                    and not (
                        pattern is _LOG_LINE
                        and self.lexicon.bits(low) & (lx.ORDINARY | lx.CLINICAL)
                        and not m[1].islower()
                    )
                ):
                    yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", score)
        for m in _CLOSING.finditer(text):
            if m[1].lower() not in _SERVICES and not self.lexicon.bits(m[1].lower()) & (lx.CREDENTIAL | lx.UNITWORD):
                known = self.lexicon.bits(m[1].lower())
                apart = m.group()[:1].isspace() or m.group()[:1] == "/"
                score = (
                    0.3
                    if known & (lx.CLINICAL | lx.ORDINARY)
                    else 0.55
                    if not known and (apart or m[1].isupper())
                    else MAYBE
                )
                yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", score)
        for m in _LONE.finditer(text):
            if m[1].lower() not in _SERVICES and not self.lexicon.bits(m[1].lower()) & (
                lx.ORDINARY | lx.CREDENTIAL | lx.UNITWORD | lx.CLINICAL
            ):
                yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", 0.7)
        for m in _SIGNED_INITIALS.finditer(text):
            letters = m[1].replace(".", "").replace(" ", "").lower()
            bits = self.lexicon.bits(letters)
            if bits & (lx.CLINICAL | lx.CREDENTIAL | lx.ORDINARY | lx.STATE | lx.UNITWORD):
                continue
            yield Hit(m.start(1), m.end(1), "CLINICIAN_NAME", MAYBE)
