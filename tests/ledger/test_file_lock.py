"""One scheduler a file."""

import errno
import os
import subprocess
import sys

import pytest

from rota.ledger.file_lock import FileLock, FileLockedError

HOLD = """
import sys
from pathlib import Path
from rota.ledger.file_lock import FileLock
FileLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rota.sqlite3"


def test_a_second_one_in_the_same_process_is_refused_until_the_first_lets_go(path):
    first, second = FileLock(path), FileLock(path)
    first.acquire()
    with pytest.raises(FileLockedError, match="locked by this process"):
        second.acquire()
    first.release()
    first.release()
    second.acquire()
    second.release()


def test_another_process_is_named_and_its_death_lets_go(path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        lock = FileLock(path)
        with pytest.raises(FileLockedError, match=f"locked by process {holder.pid} on "):
            lock.acquire()
        holder.kill()
    lock.acquire()
    lock.release()


def test_a_forked_child_that_outlives_its_parent_holds_nothing(path):
    """As one that multiprocessing leaves behind."""
    fork = "import os, time\npid = os.fork()\nif pid: print(pid, flush=True)\ntime.sleep(60)\n"
    script = HOLD.replace("sys.stdin.read()", fork)
    with subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        child = int(holder.stdout.readline())
        holder.kill()
        holder.wait()
        lock = FileLock(path)
        lock.acquire()
        lock.release()
        os.kill(child, 9)


def test_one_that_a_full_disk_has_no_room_for_leaves_no_file_open(path, monkeypatch):
    opened = []

    def full(descriptor, *_):
        opened.append(descriptor)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space left"):
        FileLock(path).acquire()

    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])
