"""Forgets runs in small steps, so that no write waits long for it."""

import sqlite3
from typing import Any

from rota.ledger.retention import Retention, Thresholds
from rota.model.slot import SlotState

STEP_ROWS = 500
_SWEEP_SECONDS = 3600.0

_CANDIDATES = """
SELECT id, task, due, state, started_at, slot FROM runs WHERE id > ? ORDER BY id LIMIT ?
"""
_SKIPS = "SELECT id, noted_at FROM skips ORDER BY id LIMIT ?"
_OWED = "SELECT 1 FROM owed_slots WHERE task = ? AND slot = ?"
_NTH_LAST = "SELECT due FROM runs WHERE task = ? {} ORDER BY due DESC LIMIT 1 OFFSET ?"
_LAST_RUNS = _NTH_LAST.format("")
_LAST_SUCCESS = _NTH_LAST.format("AND state = 'succeeded'")
_LAST_FAILURES = _NTH_LAST.format("AND state NOT IN ('succeeded', 'running')")


def is_sweep_due(swept_at: float | None, now: float) -> bool:
    """Whether the last sweep was an hour ago or more, or never, or is still to come.

    Both are epoch times: the clock may have been far ahead when it was noted.
    """
    return swept_at is None or not 0 <= now - swept_at < _SWEEP_SECONDS


class Pruning:
    """Walks through runs and skips from the oldest on, a step at a time; again each hour."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._after_id = 0
        self._swept_at: float | None = None

    def step(self, connection: sqlite3.Connection, now: float) -> int:
        """Look at the next runs and skips, in the transaction that the caller has begun.

        Returns how many were deleted. `now` is an epoch time.
        """
        short_of_bytes = self.used_bytes(connection) > self._retention.total_bytes
        if not short_of_bytes and not is_sweep_due(self._swept_at, now):
            return 0
        oldest = now - self._retention.age.total_seconds()
        rows = connection.execute(_CANDIDATES, (self._after_id, STEP_ROWS)).fetchall()
        looked_at = [row for row in rows if short_of_bytes or row[4] < oldest]
        skips = [
            (row_id,)
            for row_id, noted_at in connection.execute(_SKIPS, (STEP_ROWS,))
            if short_of_bytes or noted_at < oldest
        ]
        self._after_id = looked_at[-1][0] if len(looked_at) == STEP_ROWS else 0
        if max(len(looked_at), len(skips)) < STEP_ROWS:
            # The rest is too young: from the oldest on again, when some have come of age.
            self._swept_at = now
        found = self._forgettable(connection, looked_at, oldest, short_of_bytes=short_of_bytes)
        connection.executemany("DELETE FROM runs WHERE id = ?", found)
        connection.executemany("DELETE FROM skips WHERE id = ?", skips)
        return len(found) + len(skips)

    @staticmethod
    def used_bytes(connection: sqlite3.Connection) -> int:
        """Return how much of the file is in use."""
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def _forgettable(
        self,
        connection: sqlite3.Connection,
        rows: list[tuple[Any, ...]],
        oldest: float,
        *,
        short_of_bytes: bool,
    ) -> list[tuple[int]]:
        thresholds: dict[str, Thresholds] = {}
        found = []
        for row_id, task, due, state, started_at, slot in rows:
            if task not in thresholds:
                thresholds[task] = self._thresholds(connection, task)
            limits = thresholds[task]
            surplus = short_of_bytes or (started_at < oldest and due < limits.runs)
            if not surplus or limits.keeps(due, SlotState(state)):
                continue
            if connection.execute(_OWED, (task, slot)).fetchone() is None:
                found.append((row_id,))
        return found

    def _thresholds(self, connection: sqlite3.Connection, task: str) -> Thresholds:
        def nth_last(query: str, number: int) -> int:
            row = connection.execute(query, (task, number - 1)).fetchone()
            return row[0] if row else 0

        return Thresholds(
            runs=nth_last(_LAST_RUNS, self._retention.runs),
            success=nth_last(_LAST_SUCCESS, 1),
            failures=nth_last(_LAST_FAILURES, self._retention.failures),
        )
