"""The ledger in a SQLite file, written behind by a thread so that no slot waits for a disk.

A crash may lose the last batch: those slots then run again with the same slot, so with the same
idempotency keys. A file that cannot be used never stops the schedule: it is set aside (corrupt) or
left alone (in use, of a newer rota, not writable), logged once, and the process goes on in memory.
"""

import logging
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from rota.ledger.backfilled import take_backfilled
from rota.ledger.batch import Batch
from rota.ledger.file_lock import FileLockedError
from rota.ledger.memory import MemoryLedger
from rota.ledger.protocol import LedgerReader, OnDirty
from rota.ledger.pruning import Pruning
from rota.ledger.reader import SqliteReader
from rota.ledger.records import LostRun, RecordedSkip, Recovered
from rota.ledger.renaming import NO_RENAMES, Formerly, rename_rows
from rota.ledger.retention import Retention
from rota.ledger.rows import pauses, task_progress, write
from rota.ledger.storage import UNUSABLE, Storage, is_corrupt, primary_code
from rota.model.clock import Clock
from rota.model.events import SlotsSkipped
from rota.model.pause import Pause
from rota.model.run import Run, RunRecord

_CLOSE_TIMEOUT_SECONDS = 5.0
_LOST = "SELECT task, run_id, slot FROM runs WHERE state = 'running'"
# A run by hand is not: its slot has had a run already, or is owed for another reason.
_LOST_ARE_OWED = """
INSERT OR IGNORE INTO owed_slots (task, slot)
    SELECT task, slot FROM runs WHERE state = 'running' AND slot IS NOT NULL
    AND trigger NOT IN ('manual', 'backfill')
"""
_MARK_LOST = "UPDATE runs SET state = 'lost' WHERE state = 'running'"

_logger = logging.getLogger(__name__)


class SqliteLedger:
    """The ledger of one scheduler. `path` is made, with its folder, where it is missing."""

    def __init__(self, path: Path, clock: Clock, *, retention: Retention | None = None) -> None:
        self._storage = Storage(path)
        self._clock = clock
        self._pruning = Pruning(retention or Retention())
        self._memory = MemoryLedger()
        self._connection: sqlite3.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._batch = Batch()
        self._sent = Batch()
        self._writing: Future[Exception | None] | None = None
        self._failing = False
        self._on_dirty: OnDirty = _do_nothing
        self._awaits_flush = False
        self._looks_for_backfills = False
        self._formerly = NO_RENAMES

    def open(self, on_dirty: OnDirty | None = None, formerly: Formerly = NO_RENAMES) -> Recovered:
        """Return what an earlier process left; what memory has, where the file cannot be used."""
        self._on_dirty = on_dirty or _do_nothing
        self._formerly = formerly
        self._awaits_flush = False
        try:
            return self._open()
        except UNUSABLE as error:
            if not is_corrupt(error):
                return self._go_without(error)
        try:
            aside = self._storage.set_aside(int(self._clock.timestamp()))
            extra = {"path": str(self._storage.path), "moved_to": str(aside)}
            _logger.error("state.corrupt", extra=extra)
            return self._open()
        except UNUSABLE as error:
            return self._go_without(error)

    def _open(self) -> Recovered:
        connection = self._storage.open()
        try:
            with connection:
                rename_rows(connection, self._formerly)
                lost = tuple(LostRun(*row) for row in connection.execute(_LOST))
                connection.execute(_LOST_ARE_OWED)
                connection.execute(_MARK_LOST)
                take_backfilled(connection, self.path)
            recovered = Recovered(task_progress(connection), lost, pauses(connection))
        except BaseException:
            connection.close()
            self._storage.release()
            raise
        self._connection = connection
        # One thread: SQLite has one writer anyway, and batches must keep their order.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rota-ledger")
        return recovered

    def _go_without(self, error: Exception) -> Recovered:
        effect = "slots missed while rota is down will not be caught up"
        if isinstance(error, FileLockedError) or primary_code(error) == sqlite3.SQLITE_BUSY:
            effect = "another scheduler seems to run these tasks too: every slot may run twice"
        extra = {"path": str(self._storage.path), "error": str(error), "effect": effect}
        _logger.error("state.unusable", extra=extra)
        return self._memory.open(self._on_dirty, self._formerly)

    def account(self, task: str, schedule: str, until: int, *, suspended: bool = False) -> None:
        """Note that every slot of `schedule` up to `until` has been met or was never one."""
        if self._connection is None:
            self._memory.account(task, schedule, until, suspended=suspended)
            return
        self._batch.tasks[task] = (task, schedule, until, suspended)
        self._ask_for_flush()

    def slot_due(self, task: str, slot: int) -> None:
        """Note that a slot needs a run."""
        if self._connection is None:
            self._memory.slot_due(task, slot)
            return
        self._batch.owed[task, slot] = True
        self._ask_for_flush()

    def run_started(self, run: Run, started_at: float) -> None:
        """Note that a run has begun."""
        if self._connection is None:
            self._memory.run_started(run, started_at)
            return
        self._batch.runs[run.run_id] = (run, started_at)
        self._ask_for_flush()

    def run_ended(self, record: RunRecord, *, owed: bool) -> None:
        """Note how a run ended; one shorter than a batch is written once."""
        if self._connection is None:
            self._memory.run_ended(record, owed=owed)
            return
        run = record.run
        self._batch.runs[run.run_id] = record
        if run.slot is not None:
            self._batch.owed[run.task, int(run.slot.timestamp())] = owed
        self._ask_for_flush()

    def slots_skipped(self, skipped: SlotsSkipped, noted_at: float) -> None:
        """Note slots that never start; none of them is owed any more."""
        if self._connection is None:
            self._memory.slots_skipped(skipped, noted_at)
            return
        self._batch.skips.append(RecordedSkip(skipped, noted_at))
        for slot in {skipped.first_slot, skipped.last_slot}:
            self._batch.owed[skipped.task, slot] = False
        self._ask_for_flush()

    def paused(self, task: str, pause: Pause) -> None:
        """Note the last pause of a task, also where it has ended."""
        if self._connection is None:
            self._memory.paused(task, pause)
            return
        self._batch.pauses[task] = pause
        self._ask_for_flush()

    def look_for_backfills(self) -> None:
        """Take what `rota backfill` has done meanwhile into the ledger, at the next flush."""
        if self._connection is not None:
            self._looks_for_backfills = True
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
            if self._looks_for_backfills or not self._batch.is_empty():
                self._looks_for_backfills = False
                self._sent, self._batch = self._batch, Batch()
                self._writing = self._thread.submit(self._write, self._sent)
        self._awaits_flush = self._writing is not None
        return self._awaits_flush

    def _take_back_what_failed(self) -> None:
        if self._writing is None:
            return
        error = self._writing.result(_CLOSE_TIMEOUT_SECONDS)
        self._writing = None
        path = str(self._storage.path)
        if error is not None:
            given_up = self._batch.add_older(self._sent)
            if given_up:
                _logger.warning("state.history_given_up", extra={"path": path, "runs": given_up})
            if not self._failing:
                _logger.error("state.write_failed", extra={"path": path, "error": str(error)})
        elif self._failing:
            _logger.info("state.write_recovered", extra={"path": path})
        self._failing = error is not None

    def _write(self, batch: Batch) -> Exception | None:
        connection = self._connection
        if connection is None:
            return None
        try:
            with connection:
                runs = write(connection, batch)
                take_backfilled(connection, self.path)
                newest = [run.started_at for run in runs[-1:]]
                newest += [skip.noted_at for skip in batch.skips[-1:]]
                if newest:
                    self._pruning.step(connection, now=max(newest))
        except Exception as error:  # noqa: BLE001 (whatever it is, the next batch is written)
            return error
        return None

    @property
    def path(self) -> Path:
        """Where the file is, or was to be."""
        return self._storage.path

    def reader(self) -> LedgerReader:
        """Return what reads the file, or memory where that cannot be used."""
        return self._memory if self._connection is None else SqliteReader(self._storage.path)

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
                "state.write_failed", extra={"path": str(self._storage.path), "error": error}
            )
        else:
            self._connection.close()
            self._storage.release()
        self._thread.shutdown(wait=False)
        self._connection = self._thread = None


def _do_nothing() -> None:
    """Ask for no flush: the caller that opened the file flushes on its own."""
