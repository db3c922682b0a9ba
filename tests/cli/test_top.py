"""`rota top`: what it shows, and that it leaves the terminal as it was."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
from types import SimpleNamespace

import pytest
from rich.console import Console

from rota.cli import top
from rota.cli.top import screen_of
from rota.ledger.sqlite import SqliteLedger
from rota.model.clock import SystemClock
from rota.model.errors import ConfigError
from support.ledger_runs import START
from support.processes import FIXTURES, LONGEST_SECONDS
from support.statuses import Installation, make_task

LEAVE_SCREEN = b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"


def shown(overview, now, problem=""):
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(screen_of(overview, now, console.width, problem))
    return [line.rstrip() for line in captured.get().splitlines()]


@pytest.fixture
def overview():
    tasks = (make_task("bills", interval_seconds=3600), make_task("letters", interval_seconds=3600))
    installation = Installation(START + 60, *tasks)
    installation.ran("bills", START)
    installation.ran("letters", START, "failed", reason="no paper")
    return installation.board.overview().facts()


def test_the_screen_has_counts_the_time_and_the_table_of_status(overview):
    head, empty, headings, first, second = shown(overview, START + 60)

    assert head == "2 tasks: 1 failing, 1 ok  00:01:00 UTC"
    assert empty == ""
    assert headings.split()[:3] == ["STATE", "TASK", "SCHEDULE"]
    assert first.startswith("✗ failing  letters")
    assert second.startswith("✓ ok       bills")


def test_what_cannot_be_asked_now_is_told_above_what_was_known(overview):
    _, problem, *rest = shown(overview, START + 60, "no answer\x1b from http://x")

    assert problem.endswith(": no answer  from http://x")
    assert problem.startswith("as of 2026-11-24T00:01:00Z")
    assert len(rest) == 4


def test_a_console_that_sees_nothing_is_told_above_the_table(overview):
    _, blind, *rest = shown({**overview, "blind_since": "2026-11-24T00:00:00Z"}, START + 60)

    assert blind == "the console has not seen the cluster since 2026-11-24T00:00:00Z"
    assert len(rest) == 4


def test_without_a_terminal_it_names_the_command_for_that(rota):
    ended = rota("top")

    assert ended.exit_code == 2
    assert ended.stderr == (
        "rota: error: rota top needs a terminal; `rota status` says the same once\n"
    )


class Hanging:
    """A source that answers once; to the next question comes Ctrl-C, and no answer."""

    def __init__(self, overview):
        self._answers = [overview]
        self.asked_again = threading.Event()
        self.end = threading.Event()

    def overview(self):
        if self._answers:
            return self._answers.pop()
        self.asked_again.set()
        os.kill(os.getpid(), signal.SIGINT)
        self.end.wait(LONGEST_SECONDS)
        raise ConfigError("no answer")


def test_ctrl_c_does_not_wait_for_a_scheduler_that_does_not_answer(overview, monkeypatch):
    monkeypatch.setattr(top, "_HARD_STOP_SECONDS", LONGEST_SECONDS)
    source = Hanging(overview)

    top._watch(source, 0.01)

    assert source.asked_again.is_set()
    assert not source.end.is_set()
    source.end.set()


def test_a_fault_of_its_own_ends_it_rather_than_leave_an_old_table(overview):
    answers = iter([overview])

    with pytest.raises(StopIteration):
        top._watch(SimpleNamespace(overview=lambda: next(answers)), 0.01)


def test_ctrl_c_ends_it_well_and_leaves_the_terminal_as_it_was(tmp_path):
    path = tmp_path / "state.sqlite3"
    ledger = SqliteLedger(path, SystemClock())
    ledger.open(lambda: None)
    ledger.close()
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    environment = {
        "PATH": os.environ["PATH"],
        "TERM": "xterm",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(FIXTURES),
        "ROTA_STATE_PATH": str(path),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "rota", "top", "--interval", "0.1"],
        env=environment,
        cwd=tmp_path,
        stdout=terminal,
        stdin=terminal,
        stderr=subprocess.STDOUT,
    )
    os.close(terminal)
    written = b""
    while b"cleanup" not in written:
        written += os.read(reader, 10_000)
    process.send_signal(signal.SIGINT)
    while chunk := _read(reader):
        written += chunk

    assert process.wait(LONGEST_SECONDS) == 0
    assert LEAVE_SCREEN in written
    assert SHOW_CURSOR in written
    assert "○ new".encode() in written
    os.close(reader)


def _read(reader):
    try:
        return os.read(reader, 10_000)
    except OSError:  # what Linux says of a terminal that nobody holds open any more
        return b""
