"""Views of a plain film told by their names: "AP/lat/mortise" are three."""

from __future__ import annotations

import re

# What names one view, in small letters; what stands for two of them is told by its number.
_VIEW = (
    r"ap|pa|(?:frog|cross)[\s-]?(?:leg|table)?(?:[\s-]lat(?:eral)?)?|lat(?:eral)?s?|obl(?:ique)?s?|mortise|sunrise|merchants?|skyline"
    r"|patell(?:ar|a)|tunnel|notch|rosenberg|axill(?:ary|a)|(?:scapular[\s-])?y|grashey|zanca|odontoid|open[\s-]mouth|dens"
    r"|swimmer'?s?|flex(?:ion)?|ext(?:ension)?|spot|coned(?:[\s-]down)?|waters|caldwell|townes?|judets?|inlet|outlet"
    r"|(?:internal|external)(?:\s?rot(?:ation)?)?|harris|axial|upright|erect|supine|flat|decub(?:itus)?|lordotic|stryker|velpeau"
)
_BETWEEN = (
    r"(?:\s?[/,&+]\s?|\s(?:and|with|plus|w/)\s|\s)(?:(?:a|an|the|and|both|bilateral|standing|weight[\s-]?bearing|wb|true"
    r"|l5-s1|open|\s)\s?){0,3}"
)
_RUN = re.compile(rf"\b(?:{_VIEW})(?:s\b|\b)(?:{_BETWEEN}(?:{_VIEW})\b)+")
_ONE = re.compile(rf"\b(both\s|bilateral\s)?({_VIEW})\b")
_ONLY = re.compile(r"\b(?:ap|pa|lat(?:eral)?)\s(?:only|alone)\b")
_TWICE = re.compile(r"obl(?:ique)?s|judets")


def named_views(text: str) -> list[tuple[int, float]]:
    """Where views are told by name in a text, and how many: of a run of names, or one that stands "only".

    Args:
        text: in small letters.
    """
    found = [(m.start(), 1.0) for m in _ONLY.finditer(text)]
    for run in _RUN.finditer(text):
        names = list(_ONE.finditer(run.group()))
        twice = sum(1 for m in names if m.group(1) or _TWICE.fullmatch(m.group(2)))
        found.append((run.start(), float(len(names) + twice)))
    return found
