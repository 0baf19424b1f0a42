"""Codes asked for by name: a code, the beginning of one, or a range."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from noteproc.codesets.entries import LookupHit
from noteproc.codesets.families import ICD10PCS
from noteproc.codesets.filters import Admits
from noteproc.codesets.ranges import CodeNames
from noteproc.codesets.sets import CodeSets
from noteproc.codesets.tables import CPT, HCPCS, ICD10CM

_CODE = re.compile(
    r"[A-Za-z][0-9Aa][0-9A-Za-z](?:\.?[0-9A-Za-z]{1,4})?|[A-Za-z]\d{4}|\d{4}[0-9TFUtfu]|"
    r"[0-9B-DF-HX][0-9A-HJ-NP-Z]{6}|[0-9b-df-hx][0-9a-hj-np-z]{6}"
)
# The beginning of a code, marked as one where it is short, or a range of codes.
_PART = re.compile(
    r"[A-Z0-9][0-9A-Z.]{2,6}\*?|[A-Z0-9][0-9A-Z.]{0,6}[*-]|[A-Z0-9.]{3,8}\s*-\s*[A-Z0-9.]{3,8}", re.IGNORECASE
)
_SYSTEMS = (ICD10CM, CPT, HCPCS, ICD10PCS)
_KEPT = 64


class NamedCodes:
    """Finds codes by what they are called.

    Args:
        codesets: where entries are read.
        codes: every (system, code) that words lead to.
    """

    def __init__(self, codesets: CodeSets, codes: Sequence[tuple[str, str]]) -> None:
        self._codesets = codesets
        self._codes = codes
        self._held: dict[CodeNames, npt.NDArray[np.bool_]] = {}

    def held(self, names: CodeNames) -> npt.NDArray[np.bool_]:
        """By place in ``codes``: whether it is one of those named."""
        found = self._held.get(names)
        if found is None:
            if len(self._held) >= _KEPT:
                self._held.clear()
            found = np.array([names.hold(code) for _, code in self._codes], dtype=np.bool_)
            self._held[names] = found
        return found

    def find(self, query: str, admits: Admits, limit: int) -> tuple[LookupHit, ...]:
        """The code itself and what stands below it, the codes that begin so, or those of a range; in the book's order.

        Args:
            query: as typed; () comes back where it is no name of a code.
            admits: which entries are wanted.
            limit: how many at most.
        """
        if not any(c.isdigit() for c in query):
            return ()
        below = self._below(query) if _CODE.fullmatch(query) else []
        if not below and _PART.fullmatch(query):
            below = self._part(re.sub(r"\s", "", query).upper().rstrip("*"))
        hits = []
        for system, code, score, why in below:
            entry = self._codesets.entry(system, code)
            if entry is not None and admits(entry):
                hits.append(LookupHit(system, code, entry.title, score, query.lower(), entry.billable, why))
                if len(hits) >= limit and score < 1:
                    break
        hits.sort(key=lambda hit: -hit.score)
        return tuple(hits[:limit])

    def _below(self, query: str) -> list[tuple[str, str, float, str]]:
        """A code of any system and the codes one level below it, with score and reason."""
        found = []
        for system in _SYSTEMS:
            entry = self._codesets.entry(system, query)
            if entry is not None:
                found.append((system, entry.code, 1.0, "the code itself"))
                found += [
                    (system, code, 0.9, f"below {entry.code}") for code in self._codesets.children(system, entry.code)
                ]
        return sorted(found, key=lambda one: -one[2])

    def _part(self, part: str) -> list[tuple[str, str, float, str]]:
        """The codes that begin so or lie in a range."""
        begun = part.rstrip("-")
        names = CodeNames.of((part,))
        if "-" in begun or len(begun) < 6:
            codes = [self._codes[n] for n in np.flatnonzero(self.held(names)).tolist()]
            what = "in this range" if "-" in begun else "begins so"
            return [(*pair, 0.9, what) for pair in sorted(codes, key=lambda p: (_SYSTEMS.index(p[0]), p[1]))]
        # A seventh character stands in no index: it is found below the longest beginning that is a code.
        for end in range(len(begun) - 1, 2, -1):
            header = begun[:end].rstrip(".")
            if self._codesets.entry(ICD10CM, header) is not None:
                leaves = self._codesets.leaves(ICD10CM, header)
                return [(ICD10CM, code, 0.9, "begins so") for code in leaves if names.hold(code)]
        return []
