"""Digests of many tasks from the tables, in few questions."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence

from rota.ledger.digest import ENDED, FAILURES, TaskDigest
from rota.ledger.records import RecordedRun
from rota.ledger.rows import RUN_COLUMNS, SKIP_COLUMNS, maker_of_runs, skip_of
from rota.model.outcome import SkipReason
from rota.model.slot import SlotState


def _named(states: Collection[SlotState]) -> str:
    return ", ".join(repr(state.value) for state in states)


# In the order of the index but for runs of one slot: no more rows are read than are returned.
NEWEST_FIRST = "ORDER BY due DESC, id DESC"
_NEWEST = f"SELECT id FROM runs WHERE task = asked.value AND {{}} {NEWEST_FIRST} LIMIT 1"
_LAST_SUCCESS_DUE = (
    f"SELECT max(due) FROM runs WHERE task = asked.value AND state = {SlotState.SUCCEEDED.value!r}"
)
_FAILED_SINCE = (
    f"SELECT count(*) FROM runs WHERE task = asked.value AND state IN ({_named(FAILURES)}) "
    f"AND due > ifnull(({_LAST_SUCCESS_DUE}), -1)"
)
_OLDEST_DUE = """
SELECT min(due) FROM (
    SELECT min(due) AS due FROM runs WHERE task = asked.value
    UNION ALL SELECT min(last_slot) FROM skips WHERE task = asked.value
)
"""
_SUSPENDED_UNTIL = (
    "SELECT max(last_slot) FROM skips WHERE task = asked.value "
    f"AND reason = {SkipReason.SUSPENDED.value!r}"
)
_SUMMARIES = f"""
SELECT asked.value,
    ({_NEWEST.format("1")}),
    ({_NEWEST.format(f"state IN ({_named(ENDED)})")}),
    ({_NEWEST.format(f"state = {SlotState.SUCCEEDED.value!r}")}),
    ({_FAILED_SINCE}), ({_OLDEST_DUE}), ({_SUSPENDED_UNTIL})
FROM json_each(?) AS asked
"""
# With the index by task SQLite would read the states of all runs.
_RUNNING = f"""
SELECT id FROM runs INDEXED BY runs_running WHERE task IN (SELECT value FROM json_each(?))
AND state = {SlotState.RUNNING.value!r} {NEWEST_FIRST}
"""
_RUNS = f"SELECT id, {RUN_COLUMNS} FROM runs WHERE id IN (SELECT value FROM json_each(?))"
_RECENT = f"SELECT {RUN_COLUMNS} FROM runs WHERE task = ? {NEWEST_FIRST} LIMIT ?"
# Most tasks skip nothing, and need not be asked one by one.
_SKIPPING = """
SELECT value FROM json_each(?) AS asked
WHERE EXISTS (SELECT 1 FROM skips WHERE task = asked.value)
"""
_RECENT_SKIPS = f"""
SELECT {SKIP_COLUMNS} FROM skips WHERE task = ? ORDER BY last_slot DESC, id DESC LIMIT ?
"""


def digests_of(
    connection: sqlite3.Connection, tasks: Collection[str], recent: int
) -> Mapping[str, TaskDigest]:
    """Return each task's history in short, with its `recent` newest runs and skips."""
    names = json.dumps(list(tasks))
    summaries = connection.execute(_SUMMARIES, (names,)).fetchall()
    running = [number for (number,) in connection.execute(_RUNNING, (names,))]
    runs = _runs(connection, {*running, *(number for row in summaries for number in row[1:4])})
    recent_run_of = maker_of_runs(len(tasks) * recent)
    skipping = {name for (name,) in connection.execute(_SKIPPING, (names,))} if recent else set()
    running_of: dict[str, list[RecordedRun]] = {}
    for number in running:
        running_of.setdefault(runs[number].task, []).append(runs[number])
    return {
        task: TaskDigest(
            recent=tuple(map(recent_run_of, _newest(connection, _RECENT, task, recent))),
            skips=tuple(map(skip_of, _newest(connection, _RECENT_SKIPS, task, recent)))
            if task in skipping
            else (),
            running=tuple(running_of.get(task, ())),
            last=runs.get(last),
            last_ended=runs.get(last_ended),
            last_success=runs.get(last_success),
            consecutive_failures=failures,
            oldest_due=oldest_due,
            suspended_until=suspended_until,
        )
        for (
            task,
            last,
            last_ended,
            last_success,
            failures,
            oldest_due,
            suspended_until,
        ) in summaries
    }


def _runs(
    connection: sqlite3.Connection, numbers: Collection[int | None]
) -> Mapping[int | None, RecordedRun]:
    wanted = json.dumps([number for number in numbers if number is not None])
    run_of = maker_of_runs(len(numbers))
    return {row[0]: run_of(row[1:]) for row in connection.execute(_RUNS, (wanted,))}


def _newest(
    connection: sqlite3.Connection, query: str, task: str, recent: int
) -> Sequence[tuple[object, ...]]:
    # A question that is not asked: with hundreds of tasks that counts.
    return connection.execute(query, (task, recent)).fetchall() if recent else ()
