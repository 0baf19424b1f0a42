"""How many nerves an electrodiagnostic report tested: each nerve once for its motor and once for its sensory fibres."""

from __future__ import annotations

import re

# A row of a table: the nerve opens it and its numbers stand behind.
_ROW = re.compile(
    r"\W{0,6}(?:(left|right|l|r)[. ]\s?)?"
    r"(median|ulnar|radial|superficial (?:peroneal|fibular|radial)|peroneal|fibular|tibial|sural|saphenous|axillary"
    r"|musculocutaneous|facial|femoral|(?:lateral|medial) antebrachial|labc|mabc|lateral femoral cutaneous"
    r"|suprascapular|spinal accessory|(?:medial|lateral) plantar)\b[^\n]*\d",
    re.I,
)
_KIND = re.compile(r"\b(motor|sensory)\b", re.I)
_SIDE = re.compile(r"\b(left|right)\b", re.I)
_REFLEX = re.compile(r"\W{0,6}(?:(?:left|right|l|r)[. ]\s?)?h[- ]?reflex\b[^\n]*\d", re.I)
_REPORT = re.compile(r"\bconduction\b|\bNCS\b|\bNCV\b", re.I)


def studies(text: str) -> int | None:
    """The number of nerve conduction studies in the tables of a note, or None where it has none.

    Source: CMS NCCI Policy Manual, chapter 11 (motor, sensory and H-reflex studies are counted, each nerve once).
    """
    if _REPORT.search(text) is None:
        return None
    found: set[tuple[str, str, str]] = set()
    kind = side = ""
    for line in text.splitlines():
        named = _KIND.search(line)
        row = _ROW.match(line)
        if row is None:
            reflex = _REFLEX.match(line)
            if reflex is not None:
                found.add(("reflex", "h", line.strip()[:1].lower()))
            elif named is not None:
                told = _SIDE.search(line)
                kind, side = named.group(1).lower(), told.group(1).lower()[0] if told else ""
            continue
        own = named.group(1).lower() if named is not None else kind
        if own:
            found.add((own, row.group(2).lower(), (row.group(1) or side)[:1].lower()))
    return len(found) or None
