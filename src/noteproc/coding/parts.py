"""What is part of every operation: closing the wound, numbing, splinting, when a larger service stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from noteproc.artifacts import dictionaries_dir
from noteproc.codesets import CPT, ICD10CM
from noteproc.coding.candidates import Candidate
from noteproc.coding.ranges import CodeRanges
from noteproc.text.tables import rows


@lru_cache(maxsize=1)
def _parts() -> tuple[tuple[CodeRanges, CodeRanges, CodeRanges], ...]:
    table = rows(dictionaries_dir() / "rules" / "operation_parts.tsv", ("parts", "beside", "but"))
    return tuple(
        (CodeRanges.parse(r["parts"]), CodeRanges.parse(r["beside"]), CodeRanges.parse(r["but"])) for r in table
    )


def without_parts(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, those that are part of a larger one marked as included.

    Args:
        candidates: of one note, coded and not.
    """
    codes = [c.code for c in candidates if c.reason is None and c.system == CPT]
    found: list[Candidate] = []
    for candidate in candidates:
        if candidate.reason is None and candidate.system != ICD10CM and _is_part(candidate.code, codes):
            found.append(candidate.without("included"))
        else:
            found.append(candidate)
    return found


def _is_part(code: str, codes: Sequence[str]) -> bool:
    for parts, beside, but in _parts():
        if code in parts and any(
            other in beside and other not in but and other not in parts for other in codes if other != code
        ):
            return True
    return False
