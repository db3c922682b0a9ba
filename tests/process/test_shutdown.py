"""The end of a process: in Python's order, in time, with the code that was decided."""

import signal
import time
from pathlib import Path

import pytest

LINGERING = "lingering_tasks:"
# What end_process allows, with what a slow machine takes to start and to end.
LONGEST_END_SECONDS = 2.5
SLACK_SECONDS = 2.5

pytestmark = pytest.mark.fault(113)


def run(rota, task, name, **settings):
    return rota.run("run", name, ROTA_TASKS=LINGERING + task, **settings)


def is_running(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def seconds_after_the_work(process):
    """Wait for the end; return the seconds that it took after the line that tells of the run."""
    process.until("run.finished")
    since = time.monotonic()
    process.exit_code = process.end()
    return time.monotonic() - since


@pytest.mark.parametrize("busy", ["", "yes"], ids=["idle", "busy"])
def test_the_workers_of_a_process_pool_end_with_the_process(rota, busy):
    process = run(rota, "LeavesAPool", "leaves-a-pool", BUSY=busy)
    assert process.exit_code == 0
    (pid,) = process.message["counts"].values()
    assert not is_running(pid)


def test_threads_end_before_atexit_is_called_and_files_are_written_out(rota):
    process = run(rota, "LeavesAFileOpen", "leaves-a-file-open")
    assert process.exit_code == 0
    assert (process.folder / "order").read_text("utf-8") == "thread\natexit\n"
    assert (process.folder / "left-open").read_text("utf-8") == "written"


@pytest.mark.parametrize(("raises", "exit_code"), [("", 0), ("yes", 1)])
def test_what_hangs_at_exit_is_ended_in_time_with_the_code_of_the_run(rota, raises, exit_code):
    process = rota.start(
        "run", "hangs-at-exit", ROTA_TASKS=LINGERING + "HangsAtExit", RAISES=raises
    )
    assert seconds_after_the_work(process) < LONGEST_END_SECONDS + SLACK_SECONDS
    assert process.exit_code == exit_code
    assert process.events("run.finished")[0]["exit_code"] == exit_code


def test_a_signal_while_something_hangs_at_exit_keeps_the_code(rota):
    process = rota.start("run", "hangs-at-exit", ROTA_TASKS=LINGERING + "HangsAtExit", RAISES="yes")
    process.until("run.finished")
    assert process.end_after(signal.SIGTERM)[0] == 1


def test_a_run_that_leaves_nothing_ends_at_once(rota):
    def seconds():
        return seconds_after_the_work(
            rota.start("run", "works", ROTA_TASKS="misbehaving_tasks:Works")
        )

    # The machine may be busy; it is not busy three times if nothing waits.
    assert any(seconds() < 0.8 for _ in range(3))


def test_what_exits_at_exit_changes_nothing(rota):
    process = run(rota, "ExitsAtExit", "exits-at-exit")
    assert process.exit_code == 0
    assert (process.folder / "order").read_text("utf-8") == "called all the same\n"


@pytest.mark.parametrize(
    "arguments", [["check"], ["list"], ["next", "works"], ["export", "helm-values"]], ids=" ".join
)
def test_a_thread_that_a_module_leaves_keeps_no_command_from_ending(rota, arguments):
    process = rota.run(*arguments, ROTA_TASKS="lingering_import:Works")
    assert process.exit_code == 0
    assert "works" in process.stdout


NOBODY = ["setpriv", "--reuid=54322", "--regid=54322", "--clear-groups"]


@pytest.fixture(params=["threads", "files"])
def exhausted(request, rota):
    """Start a task that leaves nothing of something, and go on once it has."""
    rota.folder.chmod(0o755)

    def start(**settings):
        process = rota.start(
            "run",
            "exhausts",
            before=NOBODY if request.param == "threads" else [],
            ROTA_TASKS=LINGERING + "Exhausts",
            EXHAUSTED=request.param,
            **settings,
        )
        process.until("exhausted")
        return process

    return start


def assert_told(process, exit_code):
    assert process.end() == exit_code
    (finished,) = process.events("run.finished")
    assert finished["exit_code"] == exit_code


def test_with_nothing_left_a_failure_is_a_failure(exhausted):
    assert_told(exhausted(), 1)


def test_with_nothing_left_a_stop_is_a_stop(exhausted):
    process = exhausted(WAITS="yes")
    process.send(signal.SIGTERM)
    assert_told(process, 143)


def test_with_nothing_left_a_timeout_ends_what_blocks_the_loop(exhausted):
    process = exhausted(BLOCKS="yes", ROTA_TASK__EXHAUSTS__TIMEOUT_SECONDS="0.2")
    assert_told(process, 5)


def test_with_nothing_left_a_stop_ends_what_blocks_the_loop_with_the_signals_code(exhausted):
    process = exhausted(BLOCKS="yes")
    process.send(signal.SIGINT)
    assert_told(process, 130)
