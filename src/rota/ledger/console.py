"""The ledger of `rota console`, which notes what it sees of a release's CronJobs.

The same file and the same readers as the scheduler's: what differs is that runs go on while nobody
writes, so that none is lost by opening, and that what was seen is kept beside what came of it.
"""

import logging
import sqlite3
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from rota.ledger.attempts import Attempt
from rota.ledger.console_notes import ConsoleNotes, Remembered, SeenSpec
from rota.ledger.console_rows import (
    attempts_of,
    gaps,
    newly_ended,
    specs,
    unfinished_runs,
    watched_until,
    write_notes,
)
from rota.ledger.pruning import Pruning
from rota.ledger.reader import SqliteReader
from rota.ledger.records import RecordedRun
from rota.ledger.retention import Retention
from rota.ledger.rows import task_progress
from rota.ledger.spec_pruning import SpecPruning
from rota.ledger.storage import UNUSABLE, Storage, is_corrupt
from rota.model.clock import Clock

_logger = logging.getLogger(__name__)


class ConsoleLedger:
    """The file at `path`, written by one console; a temporary one where that cannot be used.

    Without a path it is a temporary one, too.
    """

    def __init__(
        self, path: Path | None, clock: Clock, *, retention: Retention | None = None
    ) -> None:
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._storage = self._elsewhere() if path is None else Storage(path)
        self._clock = clock
        self._retention = retention or Retention()
        self._pruning = Pruning(self._retention)
        self._spec_pruning = SpecPruning(self._retention.age)
        self._connection: sqlite3.Connection | None = None
        self._unwritten = ConsoleNotes()
        self._failing = False
        # The last notes are written while a thread may still be writing those before.
        self._lock = threading.Lock()

    def open(self) -> Remembered:
        """Return what an earlier console saw; nothing, where the file cannot be used."""
        try:
            return self._open()
        except UNUSABLE as error:
            if is_corrupt(error):
                self._set_aside(error)
            else:
                self._go_elsewhere(error)
        try:
            return self._open()
        except UNUSABLE as error:
            self._go_elsewhere(error)
            return self._open()

    def _open(self) -> Remembered:
        connection = self._storage.open()
        try:
            remembered = Remembered(
                tasks=task_progress(connection),
                unfinished=unfinished_runs(connection),
                specs=tuple(SeenSpec(*row) for row in specs(connection)),
                gaps=tuple(gaps(connection)),
                watched_until=watched_until(connection),
            )
        except BaseException:
            connection.close()
            self._storage.release()
            raise
        self._connection = connection
        return remembered

    def _set_aside(self, error: Exception) -> None:
        path = str(self._storage.path)
        try:
            aside = str(self._storage.set_aside(int(self._clock.timestamp())))
        except OSError:
            self._go_elsewhere(error)
            return
        _logger.error("state.corrupt", extra={"path": path, "moved_to": aside})

    def _go_elsewhere(self, error: Exception) -> None:
        effect = "what is seen is forgotten when the console ends"
        extra = {"path": str(self._storage.path), "error": str(error), "effect": effect}
        _logger.error("state.unusable", extra=extra)
        self._storage = self._elsewhere()

    def _elsewhere(self) -> Storage:
        self._temporary = tempfile.TemporaryDirectory(prefix="rota-console-")
        return Storage(Path(self._temporary.name) / "console.sqlite3")

    @property
    def path(self) -> Path:
        """Where the file is, once it is open."""
        return self._storage.path

    def attempts(self, run_id: str) -> tuple[Attempt, ...]:
        """Return the attempts that were noted of a run. For the thread that opened the file."""
        return () if self._connection is None else attempts_of(self._connection, run_id)

    def write(self, notes: ConsoleNotes) -> Sequence[RecordedRun] | None:
        """Write what was seen, with what could not be written before. Blocks; never raises.

        Returns the runs that have ended and were not known to have; None where nothing could be
        written, for the next time. Older notes are in `notes` afterwards.
        """
        now = self._clock.timestamp()
        with self._lock:
            notes.add_older(self._unwritten)
            self._unwritten = ConsoleNotes()
            return None if self._connection is None else self._write(self._connection, notes, now)

    def _write(
        self, connection: sqlite3.Connection, notes: ConsoleNotes, now: float
    ) -> Sequence[RecordedRun] | None:
        try:
            with connection:
                ended = newly_ended(connection, notes.runs)
                write_notes(connection, notes)
                self._pruning.step(connection, now=now)
                self._spec_pruning.step(connection, now)
        except Exception as error:  # noqa: BLE001 (whatever it is, it is tried again)
            self._unwritten = notes
            if not self._failing:
                extra = {"path": str(self._storage.path), "error": str(error)}
                _logger.error("state.write_failed", extra=extra)  # noqa: TRY400 (a disk's own words)
            self._failing = True
            return None
        else:
            if self._failing:
                _logger.info("state.write_recovered", extra={"path": str(self._storage.path)})
            self._failing = False
            return ended

    def reader(self) -> SqliteReader:
        """Return what reads the file."""
        return SqliteReader(self._storage.path)

    def close(self) -> None:
        """Close the file; may be called twice."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._storage.release()
                self._connection = None
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None
