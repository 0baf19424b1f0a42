"""How many stations of lymph nodes between the lungs a note names as sampled: "4R, 7 and 11L" are three."""

from __future__ import annotations

import re

# "On 2L" is oxygen.
_STATION = r"(?<!\b[Oo]n )(?:1[0-4]|[2-9])\s?[RL](?:s|i)?"
# Station 7 has no side: a number by itself says nothing, among others of a list, or named, it does.
_LIST = re.compile(
    rf"\b(?:stations?\s#?)?(?:{_STATION}|7)\b(?:\s?(?:,|&|;|/|\+|and\b)\s?(?:and\s)?(?:stations?\s)?(?:{_STATION}|7)\b)*"
)
_ONE = re.compile(rf"{_STATION}|7")
_NAMED = re.compile(r"stations?", re.I)
_NOT_SAMPLED = re.compile(
    r"[^.;\n]{0,40}\b(?:not (?:sampled|biopsied|needled|enlarged|seen)|skipped|passed over|no nodes?"
    r"|too small|normal)\b",
    re.I,
)


def named(text: str) -> int:
    """The number of different stations that are named, those left alone not counted.

    Source: the map of the International Association for the Study of Lung Cancer (Rusch 2009): numbers and sides.
    """
    found: set[str] = set()
    for told in _LIST.finditer(text):
        alone = told.group() == "7"
        if alone or _NOT_SAMPLED.match(text, told.end()):
            continue
        found.update(re.sub(r"[\ssi]", "", one) for one in _ONE.findall(_NAMED.sub("", told.group())))
    return len(found)
