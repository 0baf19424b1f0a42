"""The polyps of a colonoscopy: each site has a code of its own, chosen by what the pathologist says of it.

Sites are told where the polyps were taken ("ascending: 9 mm sessile polyp"), what they were often once for all of them,
at the end ("path: tubular adenoma in both").
Source: ICD-10-CM Tabular List FY 2026, D12 (adenoma), K63.5 and K62.1 (hyperplastic polyps).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import ICD10CM
from noteproc.coding.candidates import Candidate
from noteproc.coding.reading import Reading, phrase_keys
from noteproc.text.tables import rows

_ADENOMA = "D12"
_UNSPECIFIED = "D12.6"
_POLYP = "K63.5"


class _Site(NamedTuple):
    adenoma: str
    hyperplastic: str
    words: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=1)
def _sites() -> tuple[_Site, ...]:
    table = rows(dictionaries_dir() / "rules" / "polyps.tsv", ("code", "hyperplastic", "sites"))
    return tuple(
        _Site(row["code"], row["hyperplastic"], tuple(phrase_keys(w.strip()) for w in row["sites"].split("|")))
        for row in table
    )


@lru_cache(maxsize=8)
def _keys(*words: str) -> frozenset[str]:
    return frozenset(key for word in words for key in phrase_keys(word))


class Polyps:
    """Finds the further polyps of a note that tells of one.

    Args:
        reading: the note.
        stands: whether a word of the note is asserted.
    """

    def __init__(self, reading: Reading, stands: Callable[[int], bool]) -> None:
        self._reading = reading
        self._stands = stands

    def add(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The candidates, with one for each site at which a polyp of a told kind was taken."""
        found = list(candidates)
        told = next(
            (n for n, c in enumerate(found) if c.reason is None and c.system == ICD10CM and c.code[:3] == _ADENOMA),
            None,
        )
        if told is None:
            return found
        first = found[told]
        kinds, other = self._kinds()
        for n, candidate in enumerate(found):
            if candidate.reason is None and candidate.code in other:
                # The polyp of this site is no adenoma.
                found[n] = candidate.without("outranked")
        coded = {c.code: n for n, c in enumerate(found) if c.system == ICD10CM}
        for code, word in kinds.items():
            here = first.mentions[0]
            mention = here._replace(match=here.match._replace(at=(word,)), base=code, default=code)
            known = coded.get(code)
            if known is None:
                found.append(first._replace(code=code, base=code, mentions=(*first.mentions, mention), derived=True))
            elif found[known].reason in ("outranked", "excluded"):
                found[known] = found[known]._replace(reason=None, mentions=(*found[known].mentions, *first.mentions))
        for n, candidate in enumerate(found):
            if candidate.reason is None and candidate.code == _POLYP and _POLYP not in kinds:
                # The polyp is the adenoma.
                found[n] = candidate.without("outranked")
        if first.code == _UNSPECIFIED and any(code[:3] == _ADENOMA for code in kinds):
            found[told] = first.without("outranked")
        return found

    def _kinds(self) -> tuple[dict[str, int], frozenset[str]]:
        """The code of each site whose polyp's kind is known, with the word that names the site; and the codes of
        adenomas at sites where the polyp was none."""
        reading = self._reading
        polyp = _keys("polyp", "polyps", "adenoma", "adenomas", "pedunculated", "sessile")
        adenoma, hyperplastic = _keys("adenoma", "adenomas", "adenomatous"), _keys("hyperplastic")
        taken: dict[_Site, int] = {}
        known: dict[_Site, dict[str, int]] = {}
        for sentence in range(len(reading.sentences)):
            words = reading.words_of(sentence)
            said = [reading.keys[i] for i in words]
            if polyp.isdisjoint(said) and hyperplastic.isdisjoint(said):
                continue
            there = any(reading.keys[i] in polyp and self._stands(i) for i in words)
            place: tuple[_Site, int] | None = None
            for i in words:
                site = self._site(i)
                if site is not None:
                    place = site, i
                    if there and self._stands(i):
                        taken.setdefault(site, i)
                elif place is not None and reading.keys[i] in adenoma | hyperplastic and self._stands(i):
                    kind = place[0].adenoma if reading.keys[i] in adenoma else place[0].hyperplastic
                    known.setdefault(place[0], {}).setdefault(kind, place[1])
        if not hyperplastic.isdisjoint(reading.keys):
            # Of several kinds nobody can tell which site had which, where it is not said.
            told = {code: word for kinds in known.values() for code, word in kinds.items()}
            return told, frozenset(site.adenoma for site, kinds in known.items() if site.adenoma not in kinds)
        return {site.adenoma: word for site, word in taken.items()}, frozenset()

    def _site(self, word: int) -> _Site | None:
        keys = self._reading.keys
        for site in _sites():
            if any(tuple(keys[word : word + len(said)]) == said for said in site.words):
                return site
        return None
