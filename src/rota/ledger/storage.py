"""The file of a ledger: where it is, who may write it, and how it is opened."""

import contextlib
import os
import sqlite3
from pathlib import Path

from rota.ledger.file_lock import FileLock, FileLockedError
from rota.ledger.file_system import is_shared
from rota.ledger.schema import NewerSchemaError, migrate

# Rows of 10,000 tasks are looked up now and then: SQLite's own 2 MiB would be a sixth of what they
# all take.
_CACHE_KIB = 128
_BUSY_SECONDS = 1.0
UNUSABLE = (sqlite3.Error, OSError, FileLockedError, NewerSchemaError)
"""What opening a file raises that cannot be used."""


def default_ledger_path(release: str) -> Path:
    """Return `$XDG_STATE_HOME/rota/<release>.sqlite3` (XDG base directory specification).

    Raises RuntimeError where there is no home folder.
    """
    base = os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
    return Path(base) / "rota" / f"{release}.sqlite3"


class Storage:
    """The file, open for the one process that writes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Tasks may change the current folder; where there is none, `open` says so.
        with contextlib.suppress(OSError):
            self.path = path.absolute()
        self._lock: FileLock | None = None

    def open(self) -> sqlite3.Connection:
        """Lock the file, make what is missing of it, and return a connection for any one thread.

        Raises one of `UNUSABLE`; nothing is held then.
        """
        self.path = self.path.absolute()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path)
        lock.acquire()
        connection = None
        try:
            connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, check_same_thread=False)
            self._set_up(connection)
        except BaseException:
            if connection is not None:
                connection.close()
            lock.release()
            raise
        self._lock = lock
        return connection

    def _set_up(self, connection: sqlite3.Connection) -> None:
        migrate(connection)
        journal = "DELETE" if is_shared(self.path) else "WAL"
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        # A rota of before schema 3 keeps the file locked against everybody, as long as it runs.
        connection.execute("BEGIN IMMEDIATE")
        connection.commit()

    def release(self) -> None:
        """Let others write the file; may be called twice."""
        if self._lock is not None:
            self._lock.release()

    def set_aside(self, epoch_seconds: int) -> Path:
        """Move a corrupt file out of the way; return where it is now. Raises OSError."""
        aside = self.path.with_name(f"{self.path.name}.corrupt-{epoch_seconds}")
        self.path.rename(aside)
        for suffix in ("-wal", "-shm", "-journal"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        return aside


def primary_code(error: Exception) -> int | None:
    """Return SQLite's primary result code; None for an error that has none."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def is_corrupt(error: Exception) -> bool:
    """Whether one of `UNUSABLE` says that the file is broken, rather than its disk or in use."""
    codes = (None, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return isinstance(error, sqlite3.DatabaseError) and primary_code(error) in codes


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Return a connection that cannot write; the file may be written by a scheduler meanwhile.

    Raises sqlite3.OperationalError where there is no such file.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, check_same_thread=False)
