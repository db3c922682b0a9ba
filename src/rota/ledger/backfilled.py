"""The runs of `rota backfill` on their way into the ledger beside which they are noted."""

import sqlite3
from pathlib import Path

from rota.ledger.backfill_log import BackfillLog, path_beside
from rota.ledger.digest import ENDED
from rota.ledger.rows import INSERT_RUN, run_row
from rota.model.errors import ConfigError

_TAKEN = "SELECT bytes FROM backfilled"
_TAKE = "INSERT OR REPLACE INTO backfilled (id, bytes) VALUES (1, ?)"
_INSERT = f"{INSERT_RUN} ON CONFLICT (run_id) DO NOTHING"
# Of values that only another hand than ours can have written.
_NOT_A_ROW = (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
# In the keys of runs in a cluster, which a console sees.
_IN_CLUSTER = "@"


def take_backfilled(connection: sqlite3.Connection, ledger: Path) -> None:
    """Add what was noted beside `ledger` since the last time, in the caller's transaction.

    A log that cannot be read is passed over.
    """
    row = connection.execute(_TAKEN).fetchone()
    taken = 0 if row is None else row[0]
    log = BackfillLog(path_beside(ledger))
    try:
        if log.path.stat().st_size == taken:
            return
        runs, end = log.runs_since(taken)
    except (OSError, ConfigError):
        return
    for run in runs:
        if run.state in ENDED and _IN_CLUSTER not in run.task:
            try:
                connection.execute(_INSERT, run_row(run))
            except (*_NOT_A_ROW, ValueError, TypeError, OverflowError):
                continue
    connection.execute(_TAKE, (end,))
