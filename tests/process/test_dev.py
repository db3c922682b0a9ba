"""`rota dev` as a real process: it runs, reloads, survives broken code, and ends in order."""

import contextlib
import os
import pty
import select
import signal
import sys
import threading

import pytest

from support.processes import LONGEST_SECONDS, Process

TASK = """
from rota import task

@task(interval_seconds=3600, run_on_start={on_start})
async def greet(api):
    print("{greeting}", flush=True)
"""
BROKEN = "from rota import task\n\ndef broken(:\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def save(folder):
    """Return a function that writes a module, with a time of change that is new each time."""
    saved = [1_700_000_000]

    def save(text, name="dev_shop.py"):
        saved[0] += 10
        path = folder / name
        temporary = path.with_suffix(".new")
        temporary.write_text(text, "utf-8")
        os.utime(temporary, (saved[0], saved[0]))
        temporary.replace(path)

    return save


@pytest.fixture
def develop(rota, folder):
    """Return a function that starts `rota dev` in the project's folder."""
    started = []

    def start(*arguments, popen=None, without=(), **settings):
        environment = rota.environment(folder, **{"ROTA_TASKS": "dev_shop", **settings})
        for name in without:
            del environment[name]
        command = [sys.executable, "-m", "rota", "dev", *arguments]
        process = Process(command, folder=folder, environment=environment, **(popen or {}))
        started.append(process)
        return process

    yield start
    for process in started:
        process.close()


def greeting(text, *, on_start=True):
    return TASK.format(greeting=text, on_start=on_start)


def test_it_runs_tasks_anew_after_each_save_survives_broken_code_and_ends_with_0(develop, save):
    save(greeting("hello one"))
    dev = develop()
    dev.until("hello one")
    dev.until('"event": "run.finished"')

    save(BROKEN)
    dev.until("reloading: dev_shop.py changed")
    dev.until("SyntaxError")
    dev.until("waiting for a file to be saved")
    assert "Traceback" not in dev.stderr

    save(greeting("hello two").replace("3600", "1"))
    dev.until("hello two")

    assert dev.end_after(signal.SIGINT)[0] == 0


def test_code_that_is_broken_at_first_is_tried_again_and_its_start_run_is_made_up(develop, save):
    save(BROKEN)
    dev = develop()
    dev.until("waiting for a file to be saved")
    save(greeting("mended"))
    dev.until("mended")

    assert dev.end_after(signal.SIGTERM)[0] == 0


def test_settings_that_cannot_be_used_are_shown_and_read_again(develop, save, folder):
    save(greeting("with settings"))
    (folder / ".env").write_text("ROTA_MAX_CONCURRENT_RUNS=none\n", "utf-8")
    dev = develop()
    dev.until("ROTA_MAX_CONCURRENT_RUNS")
    dev.until("waiting for a file to be saved")
    (folder / ".env").write_text("ROTA_MAX_CONCURRENT_RUNS=10\n", "utf-8")
    dev.until("with settings")

    assert dev.end_after(signal.SIGINT)[0] == 0


def test_without_an_address_it_has_a_business_api_of_its_own(develop):
    dev = develop(without=["BUSINESS_API_URL"], ROTA_TASKS="rota.tasks:register_tasks")
    dev.until("Business API http://127.0.0.1:")
    dev.until('"counts": {"sent":')

    assert dev.end_after(signal.SIGINT)[0] == 0


def test_the_address_of_a_business_api_may_be_given(develop, api):
    dev = develop(
        "--api",
        api.url,
        BUSINESS_API_URL="http://127.0.0.1:9",
        ROTA_TASKS="rota.tasks:register_tasks",
    )
    dev.until(f"Business API {api.url}")
    dev.until('"outcome": "succeeded"')

    assert dev.end_after(signal.SIGINT)[0] == 0


def test_an_address_that_cannot_be_one_is_refused(develop):
    dev = develop("--api", "shop")

    assert dev.end() == 2
    assert dev.stderr.startswith("rota: error: --api: ")


@pytest.fixture
def watched_child(develop, save):
    """Start a parent whose child runs a task with these lines; return it, and the child's file."""
    opened = []

    def start(*lines, **settings):
        body = "\n    ".join(["    import os; print(f'child {os.getpid()} runs')", *lines])
        save(f"{greeting('alone')}{body}\n")
        dev = develop(**settings)
        dev.until(" runs")
        [line] = [line for line in dev.stderr.splitlines() if line.endswith(" runs")]
        opened.append(os.pidfd_open(int(line.split()[1])))
        return dev, opened[0]

    yield start
    for each in opened:
        os.close(each)


def has_ended(child):
    return bool(select.select([child], [], [], LONGEST_SECONDS)[0])


def test_a_child_whose_parent_is_killed_ends_too(watched_child):
    dev, child = watched_child()
    dev.send(signal.SIGKILL)

    assert has_ended(child)


def test_a_second_signal_ends_a_task_that_blocks_whatever_the_grace(watched_child):
    dev, child = watched_child("import time; time.sleep(3600)", ROTA_GRACE_SECONDS="600")
    dev.send(signal.SIGINT)
    dev.until("a second Ctrl-C ends them")

    assert dev.end_after(signal.SIGINT)[0] == 0
    assert has_ended(child)


class Terminal:
    """The other side of a terminal: what is shown there, and keys."""

    def __init__(self):
        self._own, self.side = pty.openpty()
        self._changed = threading.Condition()
        self.shown = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with contextlib.suppress(OSError):
            while chunk := os.read(self._own, 65_536):
                with self._changed:
                    self.shown += chunk.decode("utf-8", "replace")
                    self._changed.notify_all()

    def until(self, text):
        with self._changed:
            assert self._changed.wait_for(lambda: text in self.shown, LONGEST_SECONDS), self.shown

    def press(self, key):
        os.write(self._own, key.encode())

    def close(self):
        """Close it, as a window is closed."""
        if self._own >= 0:
            os.close(self._own)
            self._own = -1


@pytest.fixture
def terminal():
    terminal = Terminal()
    yield terminal
    terminal.close()


@pytest.fixture
def develop_there(develop, terminal):
    """Start `rota dev` on the terminal, and return once it shows the task."""
    streams = dict.fromkeys(("stdin", "stdout"), terminal.side)
    dev = develop(popen=streams, TERM="xterm", COLUMNS="160", LINES="40")
    os.close(terminal.side)
    terminal.until("greet")
    return dev


@pytest.fixture
def saved(save):
    save(greeting("by key", on_start=False))


def test_on_a_terminal_keys_run_a_task_reload_and_quit(saved, terminal, develop_there):
    terminal.press("1")
    terminal.until("by key")
    terminal.until("succeeded")
    terminal.press("r")
    terminal.until("reloading")
    terminal.press("q")

    assert develop_there.end() == 0


def test_it_ends_with_its_terminal(saved, terminal, develop_there):
    terminal.close()

    assert develop_there.end() == 0


AT_THREE = """
from rota import current_run, task

@task(schedule="0 3 * * *", timezone="Europe/Berlin")
async def chime(api):
    print("slot", current_run().slot.isoformat(), flush=True)
    await api.post("/api/v1/admin/cleanup")
"""


def test_a_clock_change_is_seen_within_seconds_by_travelling_to_it(develop, save):
    save(AT_THREE)
    dev = develop("--at", "2027-03-28 01:58 Europe/Berlin", "--speed", "60")
    dev.until("60 times as fast")
    # Three o'clock comes two minutes later: the hour in between does not exist.
    dev.until("slot 2027-03-28T01:00:00+00:00")
    dev.until('"event": "run.finished"')

    assert '"timestamp": "2027-03-28T01:0' in dev.stderr
    assert dev.end_after(signal.SIGINT)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--at", "yesterday"], "--at 'yesterday' is not allowed: write an instant"),
        (["--speed", "0.5"], "1<=x<=300"),
        (["--speed", "fast"], "'fast' is not a valid float"),
    ],
)
def test_a_travel_that_cannot_be_is_refused_with_2(develop, save, arguments, said):
    save(AT_THREE)
    dev = develop(*arguments)
    dev.until(said)
    assert dev.end() == 2
