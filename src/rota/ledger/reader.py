"""Answers from the ledger's file, for the process that writes it and for others."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rota.ledger.protocol import MOST_RUNS_READ
from rota.ledger.records import RecordedRun, RecordedSkip, state_of_slot
from rota.ledger.rows import RUN_COLUMNS, SKIP_COLUMNS, run_of, skip_of
from rota.ledger.schema import SCHEMA_VERSION
from rota.ledger.storage import open_for_reading
from rota.model.errors import ConfigError
from rota.model.slot import SlotState

_RUN = f"SELECT {RUN_COLUMNS} FROM runs"
_SKIPS = f"""
SELECT {SKIP_COLUMNS} FROM skips
WHERE task = ? AND first_slot <= ? AND last_slot >= ? ORDER BY first_slot, id
"""
_OWED = "SELECT 1 FROM owed_slots WHERE task = ? AND slot = ?"
_RUN_OF_SLOT = "SELECT state FROM runs WHERE task = ? AND due = ? AND slot = ? ORDER BY id DESC"


class SqliteReader:
    """Reads the file at `path`, anew for each question: it may be made, replaced or set aside."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def runs(
        self,
        *,
        task: str | None = None,
        states: Collection[SlotState] = (),
        before: str | None = None,
        limit: int = 100,
    ) -> Sequence[RecordedRun]:
        """Return the newest runs first: of one task, in one of `states`, before a run's id."""
        conditions: list[str] = []
        values: list[Any] = []
        if task is not None:
            conditions.append("task = ?")
            values.append(task)
        if states:
            conditions.append(f"state IN ({', '.join('?' * len(states))})")
            values += [state.value for state in states]
        if before is not None:
            conditions.append("id < (SELECT id FROM runs WHERE run_id = ?)")
            values.append(before)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        values.append(min(limit, MOST_RUNS_READ))
        with self._connected() as connection:
            rows = connection.execute(f"{_RUN} {where} ORDER BY id DESC LIMIT ?", values)
            return [run_of(row) for row in rows]

    def run(self, run_id: str) -> RecordedRun | None:
        """Return one run, or None where it is not known (any more)."""
        with self._connected() as connection:
            row = connection.execute(f"{_RUN} WHERE run_id = ?", (run_id,)).fetchone()
            return None if row is None else run_of(row)

    def skips(self, task: str, first_slot: int, last_slot: int) -> Sequence[RecordedSkip]:
        """Return what was skipped of a task between two slots, both included, the oldest first."""
        with self._connected() as connection:
            rows = connection.execute(_SKIPS, (task, last_slot, first_slot))
            return [skip_of(row) for row in rows]

    def slot_state(self, task: str, slot: int) -> SlotState | None:
        """Return what became of a slot, or None where nothing is known of it (any more)."""
        with self._connected() as connection:
            row = connection.execute(_RUN_OF_SLOT, (task, slot, slot)).fetchone()
            return state_of_slot(
                None if row is None else SlotState(row[0]),
                skipped=connection.execute(_SKIPS, (task, slot, slot)).fetchone() is not None,
                owed=connection.execute(_OWED, (task, slot)).fetchone() is not None,
            )

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = open_for_reading(self._path)
            try:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version != SCHEMA_VERSION:
                    raise ConfigError(
                        f"{self._path} has schema {version}, and this rota reads {SCHEMA_VERSION}: "
                        "use the version of rota that runs the scheduler"
                    )
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise ConfigError(f"the ledger {self._path} cannot be read: {error}") from error
