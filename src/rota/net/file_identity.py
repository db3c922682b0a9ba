"""Files that are renewed while rota runs: whether one is still the file that was read."""

import os

FileIdentity = tuple[int, ...]


def file_identity(status: os.stat_result) -> FileIdentity:
    """Return what changes when the file is replaced or written to."""
    return (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
