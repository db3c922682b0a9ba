"""Between what a console saw and the rows of the tables."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from rota.ledger.attempts import Attempt
from rota.ledger.console_notes import ConsoleNotes
from rota.ledger.digest import ENDED
from rota.ledger.records import RecordedRun
from rota.ledger.rows import INSERT_RUN, INSERT_SKIP, RUN_COLUMNS, run_of, run_row, skip_row

# A console learns a run's start after the run, and may take a lost one for found again.
_RUN = f"""
{INSERT_RUN}
ON CONFLICT (run_id) DO UPDATE SET state = excluded.state, reason = excluded.reason,
    started_at = excluded.started_at, duration_seconds = excluded.duration_seconds,
    exit_code = excluded.exit_code, counts = excluded.counts, retry_at = excluded.retry_at
"""
_ATTEMPT = """
INSERT OR REPLACE INTO attempts (
    run_id, pod, node, exit_code, reason, created_at, started_at, ended_at, message, scheduled_at
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ATTEMPTS = """
SELECT pod, node, exit_code, reason, created_at, started_at, ended_at, message, scheduled_at
FROM attempts WHERE run_id = ? ORDER BY created_at, pod
"""
_OWE = "INSERT OR IGNORE INTO owed_slots (task, slot) VALUES (?, ?)"
_SETTLE = "DELETE FROM owed_slots WHERE task = ? AND slot = ?"
_TASK = "INSERT OR REPLACE INTO tasks (name, schedule, accounted, suspended) VALUES (?, ?, ?, ?)"
_SPEC = "INSERT OR REPLACE INTO cronjob_specs (task, name, since, facts) VALUES (?, ?, ?, ?)"
_GAP = "INSERT INTO watch_gaps (first_at, last_at) VALUES (?, ?)"
_WATCHED = "INSERT OR REPLACE INTO watched (id, until) VALUES (1, ?)"
_STATES = "SELECT run_id, state FROM runs WHERE run_id IN (SELECT value FROM json_each(?))"
_KEPT_GAPS = 1000
_FORGET_GAPS = """
DELETE FROM watch_gaps WHERE rowid <= (SELECT max(rowid) FROM watch_gaps) - ?
"""


def write_notes(connection: sqlite3.Connection, notes: ConsoleNotes) -> None:
    """Write what was seen, in the transaction that the caller has begun."""
    # Lists come in no order of time, and runs are shown in the order in which they were noted.
    runs = sorted(notes.runs.values(), key=lambda run: run.started_at)
    connection.executemany(_RUN, map(run_row, runs))
    connection.executemany(
        _ATTEMPT,
        [_attempt_row(run, attempt) for run in runs for attempt in run.attempts],
    )
    connection.executemany(_OWE, sorted(key for key, owed in notes.owed.items() if owed))
    connection.executemany(_SETTLE, sorted(key for key, owed in notes.owed.items() if not owed))
    connection.executemany(INSERT_SKIP, map(skip_row, notes.skips))
    connection.executemany(
        _TASK, [(name, *progress) for name, progress in sorted(notes.accounted.items())]
    )
    connection.executemany(
        _SPEC, [(each.task, each.name, each.since, json.dumps(each.facts)) for each in notes.specs]
    )
    connection.executemany(_GAP, notes.gaps)
    if notes.gaps:
        connection.execute(_FORGET_GAPS, (_KEPT_GAPS,))
    if notes.watched_until is not None:
        connection.execute(_WATCHED, (notes.watched_until,))


def newly_ended(
    connection: sqlite3.Connection, runs: Mapping[str, RecordedRun]
) -> list[RecordedRun]:
    """Return those of `runs`, by id, that have ended, and are not known to have."""
    ended = {run_id: run for run_id, run in runs.items() if run.state in ENDED}
    if not ended:
        return []
    known = dict(connection.execute(_STATES, (json.dumps(list(ended)),)))
    return [run for run_id, run in ended.items() if known.get(run_id) not in ENDED]


def _attempt_row(run: RecordedRun, attempt: Attempt) -> tuple[Any, ...]:
    return (
        run.run_id,
        attempt.pod,
        attempt.node,
        attempt.exit_code,
        attempt.reason,
        attempt.created_at,
        attempt.started_at,
        attempt.ended_at,
        json.dumps(dict(attempt.message)) if attempt.message else None,
        attempt.scheduled_at,
    )


def attempts_of(connection: sqlite3.Connection, run_id: str) -> tuple[Attempt, ...]:
    """Return the attempts of a run, in the order of their making."""
    rows = connection.execute(_ATTEMPTS, (run_id,)).fetchall()
    return tuple(map(_attempt_of, rows))


def _attempt_of(row: tuple[Any, ...]) -> Attempt:
    pod, node, exit_code, reason, created_at, started_at, ended_at, message, scheduled_at = row
    return Attempt(
        pod=pod,
        node=node,
        exit_code=exit_code,
        reason=reason,
        created_at=created_at,
        started_at=started_at,
        ended_at=ended_at,
        message=json.loads(message) if message else {},
        scheduled_at=scheduled_at,
    )


def unfinished_runs(connection: sqlite3.Connection) -> Mapping[str, RecordedRun]:
    """Return the runs that went on when they were last seen, by id."""
    rows = connection.execute(f"SELECT {RUN_COLUMNS} FROM runs WHERE state = 'running' ORDER BY id")
    return {run.run_id: run for run in map(run_of, rows)}


def specs(connection: sqlite3.Connection) -> Iterator[tuple[str, str, float, Mapping[str, Any]]]:
    """Yield task, name, time and facts of CronJobs' specs, the oldest first."""
    query = "SELECT task, name, since, facts FROM cronjob_specs ORDER BY since"
    for task, name, since, facts in connection.execute(query):
        yield task, name, since, json.loads(facts)


def gaps(connection: sqlite3.Connection) -> Iterator[tuple[float, float]]:
    """Yield the stretches of time that nobody saw, in the order in which they were noted."""
    yield from connection.execute("SELECT first_at, last_at FROM watch_gaps ORDER BY rowid")


def watched_until(connection: sqlite3.Connection) -> float | None:
    """Return up to when an earlier console saw everything but the gaps."""
    row = connection.execute("SELECT until FROM watched").fetchone()
    return None if row is None else float(row[0])
