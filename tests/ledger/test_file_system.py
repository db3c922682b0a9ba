"""Which file systems share no memory between those who use a file."""

from pathlib import Path

import pytest

from rota.ledger import file_system
from rota.ledger.file_system import file_system_type, is_shared

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
30 22 0:25 / /state rw - nfs4 server:/export rw,vers=4.2
31 22 0:26 / /state/local rw - tmpfs tmpfs rw
32 22 0:27 / /with\\040space rw master:3 propagate_from:2 - 9p host rw
33 22 0:28 / /mnt rw - fuse.sshfs host: rw
34 33 0:29 / /mnt rw - xfs /dev/sdb rw
a line that is not one
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/rota.sqlite3", "ext4"),
        ("/state/rota.sqlite3", "nfs4"),
        ("/state", "nfs4"),
        ("/statement/rota.sqlite3", "ext4"),
        ("/state/local/deep/er/rota.sqlite3", "tmpfs"),
        ("/with space/rota.sqlite3", "9p"),
        ("/mnt/rota.sqlite3", "xfs"),
    ],
)
def test_the_type_is_that_of_the_nearest_mount(path, kind):
    assert file_system_type(Path(path), MOUNTS) == kind


def test_nothing_is_shown_where_nothing_is_known():
    assert file_system_type(Path("/x"), "") is None


@pytest.mark.parametrize(
    ("kind", "shared"),
    [("ext4", False), ("overlay", False), ("tmpfs", False), ("nfs", True), ("cifs", True),
     ("virtiofs", True), ("fuse.sshfs", True), ("fuseblk", True), ("ceph", True)],
)  # fmt: skip
def test_network_file_systems_and_those_of_a_host_are_shared(tmp_path, monkeypatch, kind, shared):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 8:1 / / rw - {kind} source rw\n")
    monkeypatch.setattr(file_system, "MOUNTS", mounts)

    assert is_shared(tmp_path) is shared


def test_where_there_is_no_list_of_mounts_a_disk_is_taken_for_local(tmp_path, monkeypatch):
    monkeypatch.setattr(file_system, "MOUNTS", tmp_path / "missing")
    assert not is_shared(tmp_path)


def test_this_machines_own_mounts_are_read():
    assert file_system_type(Path("/proc/self"), file_system.MOUNTS.read_text()) == "proc"
