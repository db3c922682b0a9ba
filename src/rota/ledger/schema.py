"""The tables of the ledger's file, and the way to them from those of every earlier version.

A copy of a file of each released version is in `tests/fixtures`. Forward only.
"""

import sqlite3

SCHEMA_VERSION = 7

# `due` is the slot, or the start of a run without one: the order of a task's history.
# The state is in the index too, so that the last success is found without the rows.
_SCHEMA_3 = """
CREATE TABLE tasks (
    name TEXT PRIMARY KEY, schedule TEXT NOT NULL, accounted INTEGER NOT NULL,
    suspended INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE owed_slots (
    task TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (task, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, task TEXT NOT NULL,
    trigger TEXT NOT NULL, slot INTEGER, due INTEGER NOT NULL, state TEXT NOT NULL,
    started_at REAL NOT NULL, duration_seconds REAL, exit_code INTEGER, reason TEXT, counts TEXT
) STRICT;
CREATE INDEX runs_by_task ON runs (task, due, state);
CREATE TABLE skips (
    id INTEGER PRIMARY KEY, task TEXT NOT NULL, first_slot INTEGER NOT NULL,
    last_slot INTEGER NOT NULL, count INTEGER NOT NULL, count_is_lower_bound INTEGER NOT NULL,
    reason TEXT NOT NULL, noted_at REAL NOT NULL
) STRICT;
CREATE INDEX skips_by_task ON skips (task, last_slot);
"""

# Versions 1 and 2 knew a watermark, the runs that had begun, and (2) slots that were cut off.
_FROM_1_TO_2 = """
CREATE TABLE open_slots (
    task TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (task, slot)
) WITHOUT ROWID;
"""
# What is owed may have been newer than the watermark there; here it never is.
_FROM_2_TO_3 = f"""
ALTER TABLE slots RENAME TO slots_2;
ALTER TABLE runs RENAME TO runs_2;
ALTER TABLE open_slots RENAME TO open_slots_2;
{_SCHEMA_3}
INSERT INTO owed_slots SELECT task, slot FROM open_slots_2 UNION SELECT task, slot FROM runs_2;
INSERT INTO tasks SELECT
    task, CASE schedule WHEN 'suspended' THEN '' ELSE schedule END,
    max(last_slot, ifnull((SELECT max(slot) FROM owed_slots o WHERE o.task = slots_2.task), 0)),
    schedule = 'suspended'
    FROM slots_2;
INSERT INTO runs (run_id, task, trigger, slot, due, state, started_at)
    SELECT run_id, task, 'schedule', slot, slot, 'running', slot FROM runs_2;
DROP TABLE slots_2; DROP TABLE runs_2; DROP TABLE open_slots_2;
"""
# What a console sees: the pods of a run, CronJobs' specs and since when, and the stretches of
# time that nobody saw.
_FROM_3_TO_4 = """
ALTER TABLE skips ADD COLUMN detail TEXT;
CREATE TABLE attempts (
    run_id TEXT NOT NULL, pod TEXT NOT NULL, node TEXT, exit_code INTEGER, reason TEXT,
    created_at REAL, started_at REAL, ended_at REAL, message TEXT, PRIMARY KEY (run_id, pod)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER attempts_go_with_their_run AFTER DELETE ON runs BEGIN
    DELETE FROM attempts WHERE run_id = old.run_id;
END;
CREATE TABLE cronjob_specs (
    task TEXT NOT NULL, name TEXT NOT NULL, since REAL NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (task, name, since)
) STRICT, WITHOUT ROWID;
CREATE TABLE watch_gaps (first_at REAL NOT NULL, last_at REAL NOT NULL) STRICT;
CREATE TABLE watched (id INTEGER PRIMARY KEY CHECK (id = 1), until REAL NOT NULL) STRICT;
"""
# What people ask of a scheduler: who wanted a run and what for, and the last pause of each task.
_FROM_4_TO_5 = """
ALTER TABLE runs ADD COLUMN actor TEXT;
ALTER TABLE runs ADD COLUMN purpose TEXT;
CREATE TABLE pauses (
    task TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL, actor TEXT,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
# When a pod had its node.
_FROM_5_TO_6 = "ALTER TABLE attempts ADD COLUMN scheduled_at REAL;"
# When the next attempt at a run's work was due; how much of the log of backfills is in `runs`; and
# which runs go on, of the many that have ended.
_FROM_6_TO_7 = """
ALTER TABLE runs ADD COLUMN retry_at REAL;
CREATE TABLE backfilled (id INTEGER PRIMARY KEY CHECK (id = 1), bytes INTEGER NOT NULL) STRICT;
CREATE INDEX runs_running ON runs (task) WHERE state = 'running';
"""
_STEPS = {
    0: _SCHEMA_3 + _FROM_3_TO_4 + _FROM_4_TO_5 + _FROM_5_TO_6 + _FROM_6_TO_7,
    1: _FROM_1_TO_2,
    2: _FROM_2_TO_3,
    3: _FROM_3_TO_4,
    4: _FROM_4_TO_5,
    5: _FROM_5_TO_6,
    6: _FROM_6_TO_7,
}


class NewerSchemaError(Exception):
    """The file was written by a later rota, and must stay as it is."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to `SCHEMA_VERSION`, in one transaction; a new file gets its tables.

    Raises NewerSchemaError, or sqlite3.Error with the file as it was.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise NewerSchemaError(f"written by a newer rota (schema {version})")
    if version == SCHEMA_VERSION:
        return
    steps = [_STEPS[0]] if version == 0 else [_STEPS[at] for at in range(version, SCHEMA_VERSION)]
    script = "".join(steps)
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )
    except sqlite3.Error:
        connection.rollback()
        raise
