"""Where a file is: SQLite's write-ahead log needs memory that all its users share."""

import os
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
# Of several machines, or of a host and its guest: SQLite's documentation rules WAL out there, and
# it was seen to corrupt files on virtiofs and 9p. Whatever FUSE holds may be such a thing.
_SHARED = frozenset(
    (
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "ceph", "glusterfs", "lustre",
        "gfs2", "ocfs2", "afs", "beegfs", "gpfs",
    )
)  # fmt: skip


def file_system_type(path: Path, mounts: str) -> str | None:
    """Return the type of the file system that holds `path`; None where `mounts` does not tell.

    `mounts` is the text of `/proc/self/mountinfo` (proc(5)). Of two mounts at one place the later
    one hides the other.
    """
    place = os.path.realpath(path)
    best, found = "", None
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields, types = left.split(" "), right.split(" ")
        if len(fields) < 5 or not types[0]:  # noqa: PLR2004 (the mount point is the fifth)
            continue
        point = _unescaped(fields[4])
        below = point if point.endswith("/") else f"{point}/"
        if (place == point or place.startswith(below)) and len(point) >= len(best):
            best, found = point, types[0]
    return found


def is_shared(path: Path) -> bool:
    """Whether `path` is on a network file system, or one that is shared with a host."""
    try:
        mounts = MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return False
    kind = file_system_type(path, mounts)
    return kind is not None and (kind in _SHARED or kind.startswith("fuse"))


def _unescaped(text: str) -> str:
    for code, character in (("040", " "), ("011", "\t"), ("012", "\n"), ("134", "\\")):
        text = text.replace(f"\\{code}", character)
    return text
