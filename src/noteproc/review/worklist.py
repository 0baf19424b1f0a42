"""The worklist: the notes of a run with how far each is, filtered, searched, sorted and paged in the databases."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from typing import Any

from noteproc.errors import ConfigError
from noteproc.review.decisions import DecisionLog
from noteproc.review.results import Results
from noteproc.review.standing import STATUSES

_ORDERS = {
    "doubt": "n.doubt DESC, n.place",
    "place": "n.place",
    "id": "n.note_id COLLATE NOCASE, n.place",
    "recent": "s.at DESC, n.place",
    "length": "n.characters DESC, n.place",
}
_FROM = (
    "FROM results.notes n LEFT JOIN standings s "
    "ON s.note_id = n.note_id AND s.digest = n.digest AND s.reading = :reading "
)
_STATUS = "coalesce(s.status, 'open')"
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the worklist is wanted.

    Args:
        status: one of ``STATUSES``, ``todo`` (all but done), or ``all``.
        search: words that the note's id, codes or their titles must hold, each of them.
        order: ``doubt``, ``place``, ``id``, ``recent`` or ``length``.
    """

    status: str = "all"
    search: str = ""
    order: str = "doubt"

    def __post_init__(self) -> None:
        if self.status not in ("all", "todo", *STATUSES) or self.order not in _ORDERS:
            raise ConfigError("no such filter or order")


class Worklist:
    """The worklist of one reading.

    Args:
        results: the run.
        log: its decisions.
        reading: which reading.
    """

    def __init__(self, results: Results, log: DecisionLog, reading: str = "") -> None:
        self._reading = reading
        self._lock = threading.Lock()
        # Read-write, so that SQLite can undo what a killed server left half written; nothing is written here.
        self._db = sqlite3.connect(
            f"{log.path.resolve().as_uri()}?mode=rw", uri=True, check_same_thread=False, timeout=10
        )
        self._db.execute("ATTACH ? AS results", (f"{results.index.resolve().as_uri()}?mode=ro",))
        self._db.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Close the files."""
        self._db.close()

    def rows(self, wish: Wish, first: int = 0, most: int = MOST_ROWS) -> tuple[int, list[dict[str, Any]]]:
        """How many notes there are, and some of them.

        Args:
            wish: which, in which order.
            first: how many to leave out.
            most: how many at most.
        """
        where, values = self._where(wish)
        columns = (
            "n.place, n.note_id, n.setting, n.characters, n.suggestions, n.phi, n.doubt, "
            f"{_STATUS} AS status, coalesce(s.accepted, 0) AS accepted, "
            "coalesce(s.undecided, n.suggestions) AS undecided, coalesce(s.who, '') AS who"
        )
        values |= {"first": first, "most": min(most, MOST_ROWS)}
        sql = f"SELECT {columns} {_FROM} {where} ORDER BY {_ORDERS[wish.order]} LIMIT :most OFFSET :first"
        with self._lock:
            (count,) = self._db.execute(f"SELECT count(*) {_FROM} {where}", values).fetchone()
            cursor = self._db.execute(sql, values)
            names = [name for name, *_ in cursor.description]
            return int(count), [dict(zip(names, row, strict=True)) for row in cursor]

    def progress(self) -> dict[str, int]:
        """How many notes are in each status."""
        with self._lock:
            (total,) = self._db.execute("SELECT count(*) FROM results.notes").fetchone()
            touched = dict(
                self._db.execute(
                    "SELECT s.status, count(*) FROM standings s JOIN results.notes n USING (note_id, digest) "
                    "WHERE s.reading = ? GROUP BY s.status",
                    (self._reading,),
                ).fetchall()
            )
        counts: dict[str, int] = {status: int(touched.get(status, 0)) for status in STATUSES}
        counts["open"] = int(total) - sum(counts[s] for s in STATUSES if s != "open")
        return {**counts, "total": int(total)}

    def next_open(self, wish: Wish, after: int | None) -> int | None:
        """The place of the next note that is open or started: the one that follows a note in the order wished for.

        Args:
            wish: search and order; its status is not looked at.
            after: the place of the note that was shown, or None for the first.
        """
        where, values = self._where(Wish("all", wish.search, wish.order))
        with self._lock:
            rows = self._db.execute(
                f"SELECT n.place, {_STATUS} {_FROM} {where} ORDER BY {_ORDERS[wish.order]}", values
            ).fetchall()
        at = next((k for k, (place, _) in enumerate(rows) if place == after), -1)
        for place, status in (*rows[at + 1 :], *rows[: at + 1]):
            if status in ("open", "started") and place != after:
                return int(place)
        return None

    def _where(self, wish: Wish) -> tuple[str, dict[str, Any]]:
        clauses, values = [], {"reading": self._reading}
        if wish.status == "todo":
            clauses.append(f"{_STATUS} <> 'done'")
        elif wish.status != "all":
            clauses.append(f"{_STATUS} = :status")
            values["status"] = wish.status
        for number, word in enumerate(wish.search.casefold().split()[:8]):
            clauses.append(f"n.found LIKE :word{number} ESCAPE '\\'")
            escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            values[f"word{number}"] = f"%{escaped}%"
        return f"WHERE {' AND '.join(clauses)}" if clauses else "", values
