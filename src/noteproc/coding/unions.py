"""What two codes side by side become: removal and insertion an exchange, a lesser first sample a further one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CodeSets
from noteproc.coding.candidates import Candidate
from noteproc.coding.ranges import CodeRanges
from noteproc.text.tables import rows


@dataclass(frozen=True, slots=True)
class _Union:
    have: str
    beside: CodeRanges
    becomes: str
    drops: CodeRanges


@lru_cache(maxsize=1)
def _unions() -> tuple[_Union, ...]:
    table = rows(dictionaries_dir() / "rules" / "unions.tsv", ("have", "beside", "becomes", "drops"))
    return tuple(
        _Union(r["have"], CodeRanges.parse(r["beside"]), r["becomes"], CodeRanges.parse(r["drops"])) for r in table
    )


def united(candidates: Sequence[Candidate], codesets: CodeSets) -> list[Candidate]:
    """The candidates after the rules of ``unions.tsv``.

    Args:
        candidates: of one note, coded and not.
        codesets: a code that they do not hold is not made.
    """
    found = list(candidates)
    for rule in _unions():
        coded = {c.code for c in found if c.reason is None}
        if rule.have not in coded or not any(code in rule.beside for code in coded if code != rule.have):
            continue
        at = next(n for n, c in enumerate(found) if c.reason is None and c.code == rule.have)
        old = found[at]
        if codesets.entry(old.system, rule.becomes) is None:
            continue
        if rule.becomes in coded:
            found[at] = old.without("included")
        else:
            found[at] = old._replace(code=rule.becomes, base=rule.becomes, derived=True, alternatives=(), missing=())
        for n, candidate in enumerate(found):
            if candidate.reason is None and candidate.code in rule.drops and candidate.code != rule.becomes:
                found[n] = candidate.without("included")
    return found
