"""Between what is noted and the rows of the tables."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from rota.ledger.batch import Batch
from rota.ledger.records import (
    RecordedRun,
    RecordedSkip,
    TaskProgress,
)
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.pause import Pause
from rota.model.run import Trigger
from rota.model.slot import SlotState

RUN_COLUMNS = (
    "task, run_id, trigger, slot, state, started_at, duration_seconds, exit_code, reason, counts, "
    "actor, purpose, retry_at"
)
SKIP_COLUMNS = "task, first_slot, last_slot, count, count_is_lower_bound, reason, noted_at, detail"

# Looking up is a third of calling the class, and a page of tasks reads thousands of runs.
_TRIGGERS = {each.value: each for each in Trigger}
_STATES = {each.value: each for each in SlotState}
# Of 800 bytes each: the pages of tasks, of 30 runs each, that somebody looks at.
_RUNS_KNOWN = 4096

_TASK = "INSERT OR REPLACE INTO tasks (name, schedule, accounted, suspended) VALUES (?, ?, ?, ?)"
_OWE = "INSERT OR IGNORE INTO owed_slots (task, slot) VALUES (?, ?)"
_SETTLE = "DELETE FROM owed_slots WHERE task = ? AND slot = ?"
INSERT_RUN = f"""
INSERT INTO runs ({RUN_COLUMNS}, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_RUN = f"""
{INSERT_RUN}
ON CONFLICT (run_id) DO UPDATE SET state = excluded.state, reason = excluded.reason,
    duration_seconds = excluded.duration_seconds, exit_code = excluded.exit_code,
    counts = excluded.counts, retry_at = excluded.retry_at
"""
INSERT_SKIP = f"INSERT INTO skips ({SKIP_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_PAUSE = """
INSERT OR REPLACE INTO pauses (task, since, until, actor, reason) VALUES (?, ?, ?, ?, ?)
"""
_PAUSES = "SELECT task, since, until, actor, reason FROM pauses"
_SETTLE_SKIPPED = "DELETE FROM owed_slots WHERE task = ? AND slot BETWEEN ? AND ?"


def write(connection: sqlite3.Connection, batch: Batch) -> list[RecordedRun]:
    """Write a batch, in the transaction that the caller has begun; return its runs."""
    runs = batch.recorded_runs()
    # In the order of the keys each page is fetched once, however small the cache.
    connection.executemany(_TASK, sorted(batch.tasks.values()))
    connection.executemany(_RUN, map(run_row, runs))
    connection.executemany(_OWE, sorted(key for key, owed in batch.owed.items() if owed))
    connection.executemany(_SETTLE, sorted(key for key, owed in batch.owed.items() if not owed))
    for skip in batch.skips:
        connection.execute(INSERT_SKIP, skip_row(skip))
        skipped = skip.skipped
        if skipped.count > 1:
            connection.execute(
                _SETTLE_SKIPPED, (skipped.task, skipped.first_slot, skipped.last_slot)
            )
    for task, pause in batch.pauses.items():
        row = (task, pause.since, pause.until, pause.actor, pause.reason)
        connection.execute(_PAUSE, row)
    return runs


def run_row(run: RecordedRun) -> tuple[Any, ...]:
    """Return the row of a run: `RUN_COLUMNS`, and when it was due."""
    return (
        run.task,
        run.run_id,
        run.trigger.value,
        run.slot,
        run.state.value,
        run.started_at,
        run.duration_seconds,
        run.exit_code,
        run.reason,
        json.dumps(dict(run.counts)) if run.counts else None,
        run.actor,
        run.purpose,
        run.retry_at,
        int(run.started_at) if run.slot is None else run.slot,
    )


def skip_row(skip: RecordedSkip) -> tuple[Any, ...]:
    """Return the row of a skip: `SKIP_COLUMNS`."""
    skipped = skip.skipped
    return (
        skipped.task,
        skipped.first_slot,
        skipped.last_slot,
        skipped.count,
        skipped.capped,
        skipped.reason.value,
        skip.noted_at,
        skipped.detail,
    )


# Most runs of a task count the same, or one of a few things. Nobody changes what is returned.
@lru_cache(maxsize=2048)
def _counts_of(text: str) -> Mapping[str, Any]:
    counts: Mapping[str, Any] = json.loads(text)
    return counts


# Each look at a page of tasks reads the same rows, but for the few runs that have ended since.
@lru_cache(maxsize=_RUNS_KNOWN)
def run_of(row: tuple[Any, ...]) -> RecordedRun:
    """Return the run of a row of `RUN_COLUMNS`."""
    (
        task,
        run_id,
        trigger,
        slot,
        state,
        started_at,
        duration_seconds,
        exit_code,
        reason,
        counts,
        actor,
        purpose,
        retry_at,
    ) = row
    return RecordedRun(
        task=task,
        run_id=run_id,
        trigger=_TRIGGERS[trigger],
        slot=slot,
        state=_STATES[state],
        started_at=started_at,
        duration_seconds=duration_seconds,
        exit_code=exit_code,
        reason=reason,
        counts=_counts_of(counts) if counts else {},
        actor=actor,
        purpose=purpose,
        retry_at=retry_at,
    )


def maker_of_runs(rows: int) -> Callable[[tuple[Any, ...]], RecordedRun]:
    """Return what does the same as `run_of` for so many rows: itself, where it knows as many.

    More would push each other out before the next look: then knowing them costs a quarter more.
    """
    return run_of if rows <= _RUNS_KNOWN else run_of.__wrapped__


def skip_of(row: tuple[Any, ...]) -> RecordedSkip:
    """Return the skip of a row of `SKIP_COLUMNS`."""
    task, first_slot, last_slot, count, capped, reason, noted_at, detail = row
    why = SkipReason(reason)
    skipped = SlotsSkipped(task, first_slot, last_slot, count, bool(capped), why, detail)
    return RecordedSkip(skipped, noted_at)


def pauses(connection: sqlite3.Connection) -> dict[str, Pause]:
    """Return the last pause of each task that ever had one."""
    return {task: Pause(*rest) for task, *rest in connection.execute(_PAUSES)}


def task_progress(connection: sqlite3.Connection) -> dict[str, TaskProgress]:
    """Return what is known of each task's slots."""
    owed: dict[str, list[int]] = {}
    for task, slot in connection.execute("SELECT task, slot FROM owed_slots ORDER BY task, slot"):
        owed.setdefault(task, []).append(slot)
    return {
        name: TaskProgress(schedule, accounted, tuple(owed.get(name, ())), bool(suspended))
        for name, schedule, accounted, suspended in connection.execute(
            "SELECT name, schedule, accounted, suspended FROM tasks"
        )
    }
