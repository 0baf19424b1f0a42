"""What changed between two releases of one family."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from noteproc.codesets.releases import Change, Difference, Release, Row


def difference(old: Release, new: Release, before: Iterable[Row], after: Iterable[Row]) -> Difference:
    """The codes that came, went or changed, in code order.

    A code with several rows is compared as the set of them; what differs is then given row by row, joined.
    """
    was, now = _by_code(before), _by_code(after)
    changes: list[Change] = []
    for code in sorted(was.keys() | now.keys()):
        if code not in was:
            changes.append(Change(code, "added"))
        elif code not in now:
            changes.append(Change(code, "removed"))
        elif was[code] != now[code]:
            changes.append(_change(code, was[code], now[code]))
    return Difference(old, new, tuple(changes))


_Held = tuple[tuple[str, str], ...]


def _by_code(rows: Iterable[Row]) -> Mapping[str, list[_Held]]:
    found: dict[str, list[_Held]] = {}
    for row in rows:
        found.setdefault(row.code, []).append(tuple(row.values.items()))
    for held in found.values():
        held.sort()
    return found


def _change(code: str, was: list[_Held], now: list[_Held]) -> Change:
    gone = [dict(held) for held in was if held not in now]
    come = [dict(held) for held in now if held not in was]
    columns = dict.fromkeys(name for held in (*gone, *come) for name in held)
    before, after = {}, {}
    for name in columns:
        old, new = ("; ".join(held.get(name, "") for held in side) for side in (gone, come))
        if old != new:
            before[name], after[name] = old, new
    return Change(code, "changed", before, after)
