"""How a file is known to be another one than before, or to have been written."""

import os

FileIdentity = tuple[int, ...]


def file_identity(status: os.stat_result) -> FileIdentity:
    """Return what changes with another file at the same path, and with what is written to it."""
    return (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
