"""Answers from the ledger's file, for the process that writes it and for others."""

import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from rota.ledger.console_notes import SeenSpec
from rota.ledger.console_rows import attempts_of, gaps, specs, watched_until
from rota.ledger.digest import TaskDigest
from rota.ledger.digest_rows import NEWEST_FIRST, digests_of
from rota.ledger.protocol import MOST_RUNS_READ
from rota.ledger.records import RecordedRun, RecordedSkip, state_of_slot
from rota.ledger.rows import RUN_COLUMNS, SKIP_COLUMNS, pauses, run_of, skip_of
from rota.ledger.run_filter import EVERY_RUN, RunFilter
from rota.ledger.schema import SCHEMA_VERSION
from rota.ledger.storage import open_for_reading
from rota.model.errors import ConfigError
from rota.model.pause import Pause
from rota.model.slot import SlotState

_RUN = f"SELECT {RUN_COLUMNS} FROM runs"
_SKIPS = f"""
SELECT {SKIP_COLUMNS} FROM skips
WHERE task = ? AND first_slot <= ? AND last_slot >= ? ORDER BY first_slot, id
"""
_OWED = "SELECT 1 FROM owed_slots WHERE task = ? AND slot = ?"
_OWED_SLOTS = "SELECT slot FROM owed_slots WHERE task = ? ORDER BY slot"
_HISTORY = f"{_RUN} WHERE task = ? AND due BETWEEN ? AND ? {NEWEST_FIRST} LIMIT ?"
_TEXT = "({})".format(
    " OR ".join(f"instr(lower({each}), lower(?))" for each in ("task", "run_id", "reason"))
)
_RUN_OF_SLOT = "SELECT state FROM runs WHERE task = ? AND due = ? AND slot = ? ORDER BY id DESC"


# Of a million runs a search for a text takes about a second.
SEARCH_SECONDS = 10.0
# Some 20 ms: each look has to wait for the threads that run Python.
_STEPS_BETWEEN_LOOKS = 1_000_000


class LongSearchError(ConfigError):
    """A search was given up, so that others get their turn."""


class OlderLedgerError(ConfigError):
    """The file is of an older version of rota, and not converted yet."""


class SqliteReader:
    """Reads the file at `path`, anew for each question: it may be made, replaced or set aside."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def runs(
        self,
        wanted: RunFilter = EVERY_RUN,
        *,
        before: str | None = None,
        limit: int = 100,
    ) -> Sequence[RecordedRun]:
        """Return the runs that are wanted, the newest first, and before a run's id."""
        conditions = _conditions(wanted)
        if before is not None:
            conditions.append(("id < (SELECT id FROM runs WHERE run_id = ?)", [before]))
        where = f"WHERE {' AND '.join(text for text, _ in conditions)}" if conditions else ""
        values = [value for _, values in conditions for value in values]
        query = f"{_RUN} {where} ORDER BY id DESC LIMIT ?"
        with self._connected() as connection:
            end = time.monotonic() + SEARCH_SECONDS
            connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS_BETWEEN_LOOKS)
            rows = connection.execute(query, [*values, min(limit, MOST_RUNS_READ)])
            return [run_of(row) for row in rows]

    def run(self, run_id: str) -> RecordedRun | None:
        """Return one run, or None where it is not known (any more)."""
        with self._connected() as connection:
            row = connection.execute(f"{_RUN} WHERE run_id = ?", (run_id,)).fetchone()
            if row is None:
                return None
            return replace(run_of(row), attempts=attempts_of(connection, run_id))

    def history(self, task: str, first: int, last: int) -> Sequence[RecordedRun]:
        """Return the runs of a task due between two epoch times, both included, in their order."""
        with self._connected() as connection:
            rows = connection.execute(_HISTORY, (task, first, last, MOST_RUNS_READ))
            return [run_of(row) for row in rows][::-1]

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

    def count_runs(self) -> int:
        """Return how many runs are kept."""
        with self._connected() as connection:
            (number,) = connection.execute("SELECT count(*) FROM runs").fetchone()
            return int(number)

    def owed(self, task: str) -> Sequence[int]:
        """Return the slots of a task that still need a run, ascending."""
        with self._connected() as connection:
            return [slot for (slot,) in connection.execute(_OWED_SLOTS, (task,))]

    def pauses(self) -> Mapping[str, Pause]:
        """Return the last pause of each task that ever had one."""
        with self._connected() as connection:
            return pauses(connection)

    def digests(self, tasks: Collection[str], *, recent: int) -> Mapping[str, TaskDigest]:
        """Return each task's history in short, with its `recent` newest runs and skips."""
        with self._connected() as connection:
            return digests_of(connection, tasks, recent)

    def watched_until(self) -> float | None:
        """Return up to when a console saw everything but the gaps; None where none wrote this."""
        with self._connected() as connection:
            return watched_until(connection)

    def specs(self) -> Sequence[SeenSpec]:
        """Return what CronJobs said and since when, the oldest first; empty for a scheduler's."""
        with self._connected() as connection:
            return [SeenSpec(*row) for row in specs(connection)]

    def gaps(self) -> Sequence[tuple[float, float]]:
        """Return the stretches of time that a console did not see, the oldest first."""
        with self._connected() as connection:
            return list(gaps(connection))

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = open_for_reading(self._path)
            try:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version < SCHEMA_VERSION:
                    raise OlderLedgerError(
                        f"{self._path} has schema {version}, and this rota reads {SCHEMA_VERSION}: "
                        "a scheduler of this version converts it when it starts"
                    )
                if version > SCHEMA_VERSION:
                    raise ConfigError(
                        f"{self._path} has schema {version}, and this rota reads {SCHEMA_VERSION}: "
                        "use the version of rota that runs the scheduler"
                    )
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise LongSearchError(
                    f"the search was given up after {SEARCH_SECONDS:g} s: name a task, or times "
                    "that are nearer to each other"
                ) from None
            reason = "it is a folder" if self._path.is_dir() else error
            raise ConfigError(f"the ledger {self._path} cannot be read: {reason}") from error


def _conditions(wanted: RunFilter) -> list[tuple[str, Sequence[Any]]]:
    """Return the conditions of a WHERE clause, with their values."""
    found: list[tuple[str, Sequence[Any]]] = []
    if wanted.task is not None:
        found.append(("task = ?", [wanted.task]))
    if wanted.states:
        found.append((_one_of("state", wanted.states), [each.value for each in wanted.states]))
    if wanted.triggers:
        values = [each.value for each in wanted.triggers]
        found.append((_one_of("trigger", wanted.triggers), values))
    if wanted.since is not None:
        found.append(("started_at >= ?", [wanted.since]))
    if wanted.until is not None:
        found.append(("started_at <= ?", [wanted.until]))
    if wanted.exit_code is not None:
        found.append(("exit_code = ?", [wanted.exit_code]))
    if wanted.text:
        # Half a character, as a URL may have it, stands nowhere.
        text = wanted.text.encode("utf-8", "replace").decode("utf-8")
        found.append((_TEXT, [text] * 3))
    return found


def _one_of(column: str, values: Collection[object]) -> str:
    return f"{column} IN ({', '.join('?' * len(values))})"
