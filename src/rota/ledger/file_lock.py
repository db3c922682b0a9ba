"""One scheduler a file, while any number of processes may read it."""

import fcntl
import os
import socket
from pathlib import Path

# A lock of POSIX belongs to the process: it knows nothing of a second holder within, and is gone
# with the first descriptor of the file that is closed. But no forked child inherits it.
_held: set[Path] = set()


class FileLockedError(Exception):
    """Another scheduler has the file."""


class FileLock:
    """The lock of a ledger's file, on a file of its own beside it. Works on NFS as well.

    `path` is absolute.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f"{path.name}.lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock until `release` or the end of the process, however that ends.

        Raises FileLockedError, which names the holder, or OSError.
        """
        if self._path in _held:
            raise FileLockedError("it is locked by this process")
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _lock(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        _held.add(self._path)

    def release(self) -> None:
        """Let go; may be called twice. The file stays, since removing it would race."""
        if self._descriptor is not None:
            _held.discard(self._path)
            os.close(self._descriptor)
            self._descriptor = None


def _lock(descriptor: int) -> None:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
        raise FileLockedError(f"it is locked by {holder or 'another process'}") from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
