"""State in a SQLite file, written behind by a thread so that no slot waits for a disk.

A crash may lose the last batch: those slots then run again with the same slot, so with the same
idempotency keys. A file that cannot be used never stops the schedule: it is set aside (corrupt) or
left alone (in use, of a newer rota, not writable), said once, and the process goes on without.
"""

import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rota.model.clock import Clock
from rota.scheduler.state import LostRun, Memory

SCHEMA_VERSION = 2

# Also what makes a file of version 1 one of version 2, which added open_slots.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS slots (
    task TEXT PRIMARY KEY, schedule TEXT NOT NULL, last_slot INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, task TEXT NOT NULL, slot INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS open_slots (
    task TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (task, slot)
) WITHOUT ROWID;
"""
_REMEMBER = "INSERT OR REPLACE INTO slots (task, schedule, last_slot) VALUES (?, ?, ?)"
_BEGIN = "INSERT OR REPLACE INTO runs (run_id, task, slot) VALUES (?, ?, ?)"
_END = "DELETE FROM runs WHERE run_id = ?"
_OWE = "INSERT OR IGNORE INTO open_slots (task, slot) VALUES (?, ?)"
_SETTLE = "DELETE FROM open_slots WHERE task = ? AND slot = ?"
_LOST_ARE_OPEN = "INSERT OR IGNORE INTO open_slots (task, slot) SELECT task, slot FROM runs"

_CLOSE_TIMEOUT_SECONDS = 5.0
# A row of 10,000 tasks is looked up now and then: SQLite's own 2 MiB would be a sixth of what they
# all take.
_CACHE_KIB = 128

_logger = logging.getLogger(__name__)


class _UnusableError(Exception):
    """The file is somebody else's and must stay as it is."""


@dataclass(slots=True)
class _Batch:
    """What was noted since the last write: rows by task, rows by run id, and run ids.

    `open_slots` has True for a task's slot that is owed, False for one that is so no more.
    """

    slots: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    begun: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    open_slots: dict[tuple[str, int], bool] = field(default_factory=dict)

    def is_empty(self) -> bool:
        return not (self.slots or self.begun or self.ended or self.open_slots)

    def add_older(self, older: "_Batch") -> None:
        """Take in a batch that could not be written; what is newer here wins."""
        self.slots = {**older.slots, **self.slots}
        self.open_slots = {**older.open_slots, **self.open_slots}
        still_begun = {key: row for key, row in older.begun.items() if key not in self.ended}
        self.begun = {**still_begun, **self.begun}
        # What was never written as begun needs no end.
        self.ended = (self.ended - older.begun.keys()) | older.ended


class SqliteState:
    """The state of one scheduler. `path` is made, with its folder, where it is missing."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._batch = _Batch()
        self._sent = _Batch()
        self._writing: Future[sqlite3.Error | None] | None = None
        self._failing = False
        self._on_dirty: Callable[[], None] = _do_nothing
        self._awaits_flush = False

    def open(
        self, on_dirty: Callable[[], None] | None = None
    ) -> tuple[dict[str, Memory], list[LostRun]]:
        """Return what an earlier process left; nothing where the file cannot be used."""
        self._on_dirty = on_dirty or _do_nothing
        self._awaits_flush = False
        try:
            return self._open()
        except sqlite3.DatabaseError as error:
            if not _is_corrupt(error):
                return self._go_without(error)
        except (OSError, _UnusableError) as error:
            return self._go_without(error)
        try:
            self._set_aside()
            return self._open()
        except (sqlite3.Error, OSError, _UnusableError) as error:
            return self._go_without(error)

    def _open(self) -> tuple[dict[str, Memory], list[LostRun]]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=1.0, check_same_thread=False)
        try:
            # Exclusive: one scheduler a file, and no shared memory, which NFS does not have.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise _UnusableError(f"written by a newer rota (schema {version})")  # noqa: TRY301
            connection.commit()
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            slots = connection.execute("SELECT task, schedule, last_slot FROM slots").fetchall()
            runs = connection.execute("SELECT task, run_id, slot FROM runs").fetchall()
            with connection:
                connection.execute(_LOST_ARE_OPEN)
                connection.execute("DELETE FROM runs")
            owed: dict[str, tuple[int, ...]] = {}
            for task, slot in connection.execute("SELECT task, slot FROM open_slots"):
                owed[task] = (*owed.get(task, ()), slot)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        # One thread: SQLite has one writer anyway, and batches must keep their order.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rota-state")
        memories = {
            task: Memory(schedule, slot, owed.get(task, ())) for task, schedule, slot in slots
        }
        return memories, [LostRun(*row) for row in runs]

    def _set_aside(self) -> None:
        aside = self._path.with_name(f"{self._path.name}.corrupt-{int(self._clock.timestamp())}")
        self._path.rename(aside)
        for suffix in ("-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        _logger.error("state.corrupt", extra={"path": str(self._path), "moved_to": str(aside)})

    def _go_without(self, error: Exception) -> tuple[dict[str, Memory], list[LostRun]]:
        effect = "slots missed while rota is down will not be caught up"
        if _primary_code(error) == sqlite3.SQLITE_BUSY:
            effect = "another scheduler seems to run these tasks too: every slot may run twice"
        extra = {"path": str(self._path), "error": str(error), "effect": effect}
        _logger.error("state.unusable", extra=extra)
        return {}, []

    def remember(self, task: str, schedule: str, last_slot: int) -> None:
        """Note that no slot up to `last_slot` needs a run."""
        if self._connection is not None:
            self._batch.slots[task] = (task, schedule, last_slot)
            self._ask_for_flush()

    def begin(self, task: str, run_id: str, slot: int) -> None:
        """Note that a run for `slot` is active."""
        if self._connection is not None:
            self._batch.begun[run_id] = (run_id, task, slot)
            self._ask_for_flush()

    def end(self, run_id: str) -> None:
        """Note that a run is over; one shorter than a batch is never written at all."""
        if self._connection is not None and self._batch.begun.pop(run_id, None) is None:
            self._batch.ended.add(run_id)
            self._ask_for_flush()

    def owe(self, task: str, slot: int) -> None:
        """Note that a slot is open: it still needs a run, whatever is remembered."""
        if self._connection is not None:
            self._batch.open_slots[task, slot] = True
            self._ask_for_flush()

    def settle(self, task: str, slot: int) -> None:
        """Note that an open slot needs a run no more."""
        if self._connection is not None:
            self._batch.open_slots[task, slot] = False
            self._ask_for_flush()

    def _ask_for_flush(self) -> None:
        if not self._awaits_flush:
            self._awaits_flush = True
            self._on_dirty()

    def flush(self) -> bool:
        """Hand the batch to the thread, unless it still writes the one before.

        Returns whether to call again: while a batch is at the disk, since it may have failed.
        """
        if self._thread is not None and (self._writing is None or self._writing.done()):
            self._take_back_what_failed()
            if not self._batch.is_empty():
                self._sent, self._batch = self._batch, _Batch()
                self._writing = self._thread.submit(self._write, self._sent)
        self._awaits_flush = self._writing is not None
        return self._awaits_flush

    def _take_back_what_failed(self) -> None:
        if self._writing is None:
            return
        error = self._writing.result(_CLOSE_TIMEOUT_SECONDS)
        self._writing = None
        if error is not None:
            self._batch.add_older(self._sent)
            if not self._failing:
                _logger.error(
                    "state.write_failed", extra={"path": str(self._path), "error": str(error)}
                )
        elif self._failing:
            _logger.info("state.write_recovered", extra={"path": str(self._path)})
        self._failing = error is not None

    def _write(self, batch: "_Batch") -> sqlite3.Error | None:
        connection = self._connection
        if connection is None:
            return None
        try:
            with connection:
                # In the order of the keys each page is fetched once, however small the cache.
                connection.executemany(_REMEMBER, sorted(batch.slots.values()))
                connection.executemany(_BEGIN, batch.begun.values())
                connection.executemany(_END, [(run_id,) for run_id in batch.ended])
                owed = batch.open_slots
                connection.executemany(_OWE, [slot for slot in owed if owed[slot]])
                connection.executemany(_SETTLE, [slot for slot in owed if not owed[slot]])
        except sqlite3.Error as error:
            return error
        return None

    def close(self) -> None:
        """Write what was noted and close the file. Blocks for a few seconds at the most."""
        if self._connection is None or self._thread is None:
            return
        try:
            self._take_back_what_failed()
            self.flush()
            self._take_back_what_failed()
        except TimeoutError:
            error = f"the disk did not answer within {_CLOSE_TIMEOUT_SECONDS:.0f} s"
            _logger.error(  # noqa: TRY400 (a slow disk needs no traceback)
                "state.write_failed", extra={"path": str(self._path), "error": error}
            )
        else:
            self._connection.close()
        self._thread.shutdown(wait=False)
        self._connection = self._thread = None


def _do_nothing() -> None:
    """Ask for no flush: the caller that opened the file flushes on its own."""


def _is_corrupt(error: sqlite3.DatabaseError) -> bool:
    return _primary_code(error) in (None, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _primary_code(error: Exception) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def default_state_path(release: str) -> Path:
    """Return `$XDG_STATE_HOME/rota/<release>.sqlite3` (XDG base directory specification)."""
    base = os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
    return Path(base) / "rota" / f"{release}.sqlite3"
