"""What the decisions say: how often suggestions are right, by code, system and score; time; agreement; calibration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Any

from noteproc.review.decisions import Decision, DecisionLog
from noteproc.review.results import Results
from noteproc.review.standing import CodeStanding, Key, Standing
from noteproc.review.vocabulary import band_of, table

_BINS = 10
_MOST_CODES = 50


@dataclass(frozen=True, slots=True)
class _Judged:
    """An engine's suggestion that a person decided on."""

    system: str
    code: str
    score: float
    right: bool


def statistics(results: Results, log: DecisionLog) -> dict[str, Any]:
    """The figures over every reading of a run.

    Args:
        results: the run; decisions on an earlier result of a note do not count.
        log: the decisions.
    """
    threads: dict[tuple[str, str, str], list[Decision]] = defaultdict(list)
    for decision in log.all():
        if decision.revision is not None:
            threads[decision.note_id, decision.digest, decision.reading].append(decision)
    judged: list[_Judged] = []
    added = 0
    seconds: list[float] = []
    verdicts: dict[str, dict[str, dict[Key, bool]]] = defaultdict(lambda: defaultdict(dict))
    statuses: dict[str, int] = defaultdict(int)
    for (note_id, digest, reading), decisions in threads.items():
        place = results.place_of(note_id)
        placed = results.read(place) if place is not None else None
        if placed is None or placed.digest != digest:
            continue
        standing = Standing(placed.result, decisions)
        judged += [_judged(c) for c in standing.codes.values() if c.suggestion and c.verdict != "undecided"]
        added += sum(not c.suggestion and c.verdict == "accepted" for c in standing.codes.values())
        if not reading:
            statuses[standing.status] += 1
        if standing.status == "done":
            seconds.append(sum(d.seconds for d in decisions))
        for d in standing.done:
            for key, right in _verdicts(d):
                verdicts[note_id][d.who][key] = right
    accepted = sum(j.right for j in judged)
    return {
        "notes": {"total": len(results), **dict(sorted(statuses.items()))},
        "suggestions": {
            "decided": len(judged),
            "accepted": accepted,
            "added": added,
            "acceptance": _share(accepted, len(judged)),
            "found": _share(accepted, accepted + added),
        },
        "by_system": _groups(judged, lambda j: j.system),
        "by_code": _groups(judged, lambda j: f"{j.system} {j.code}")[:_MOST_CODES],
        "by_score": _bands(judged),
        "seconds_a_note": {
            "notes": len(seconds),
            "median": round(median(seconds), 1) if seconds else None,
            "mean": round(sum(seconds) / len(seconds), 1) if seconds else None,
        },
        "agreement": _agreement(verdicts),
        "calibration": _calibration(judged),
    }


def _judged(code: CodeStanding) -> _Judged:
    return _Judged(code.system, code.code, code.score or 0.0, code.verdict == "accepted")


def _verdicts(d: Decision) -> Iterable[tuple[Key, bool]]:
    if d.action not in ("accept", "reject", "replace", "add"):
        return
    yield (str(d.data["system"]), str(d.data["code"])), d.action in ("accept", "add")
    if d.action == "replace":
        yield (str(d.data["by"]["system"]), str(d.data["by"]["code"])), True


def _groups(judged: Sequence[_Judged], name: Callable[[_Judged], str]) -> list[dict[str, Any]]:
    found: dict[str, list[_Judged]] = defaultdict(list)
    for j in judged:
        found[name(j)].append(j)
    rows = [
        {"name": group, "decided": len(js), "accepted": sum(j.right for j in js), "acceptance": _right(js)}
        for group, js in found.items()
    ]
    return sorted(rows, key=lambda row: (-int(str(row["decided"])), str(row["name"])))


def _bands(judged: Sequence[_Judged]) -> list[dict[str, Any]]:
    rows = []
    for band in table("scores"):
        held = [j for j in judged if band_of(j.score) is band]
        rows.append(
            {
                "name": f"{band['least']} and more: {band['name']}",
                "decided": len(held),
                "accepted": sum(j.right for j in held),
                "acceptance": _right(held),
            }
        )
    return rows


def _agreement(verdicts: Mapping[str, Mapping[str, Mapping[Key, bool]]]) -> list[dict[str, Any]]:
    """Each pair of reviewers over the codes that both decided on; Cohen's kappa takes chance out.

    Source: J. Cohen, A coefficient of agreement for nominal scales, 1960.
    """
    pairs: dict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    notes: dict[tuple[str, str], int] = defaultdict(int)
    for people in verdicts.values():
        for one, other in combinations(sorted(people), 2):
            both = people[one].keys() & people[other].keys()
            pairs[one, other] += [(people[one][key], people[other][key]) for key in both]
            notes[one, other] += bool(both)
    rows = []
    for (one, other), calls in sorted(pairs.items()):
        if not calls:
            continue
        same = sum(a == b for a, b in calls) / len(calls)
        yes_one, yes_other = (sum(call[k] for call in calls) / len(calls) for k in (0, 1))
        chance = yes_one * yes_other + (1 - yes_one) * (1 - yes_other)
        kappa = None if chance == 1 else round((same - chance) / (1 - chance), 3)
        rows.append(
            {
                "reviewers": [one, other],
                "notes": notes[one, other],
                "codes": len(calls),
                "agreement": round(same, 3),
                "kappa": kappa,
            }
        )
    return rows


def _calibration(judged: Sequence[_Judged]) -> dict[str, Any]:
    bins: dict[int, list[_Judged]] = defaultdict(list)
    for j in judged:
        bins[min(int(j.score * _BINS), _BINS - 1)].append(j)
    rows = [
        {
            "from": number / _BINS,
            "to": (number + 1) / _BINS,
            "decided": len(held),
            "mean_score": round(sum(j.score for j in held) / len(held), 3),
            "accepted_share": _right(held),
        }
        for number, held in sorted(bins.items())
    ]
    error = sum(len(bins[n]) * abs(sum(j.score - j.right for j in bins[n])) / len(bins[n]) for n in sorted(bins))
    brier = sum((j.score - j.right) ** 2 for j in judged)
    return {
        "bins": rows,
        "expected_error": _share(error, len(judged)),
        "brier": _share(brier, len(judged)),
    }


def _right(judged: Sequence[_Judged]) -> float | None:
    return _share(sum(j.right for j in judged), len(judged))


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None
